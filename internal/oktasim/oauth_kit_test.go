package oktasim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"
)

type claims map[string]any

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// signed makes a JWT with a key of either kind.
func signed(t *testing.T, key crypto.Signer, header, body claims) string {
	t.Helper()
	header["alg"] = map[bool]string{true: "RS256", false: "ES256"}[isRSA(key)]
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(body)
	text := b64(h) + "." + b64(c)
	sum := sha256.Sum256([]byte(text))
	if k, ok := key.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}
	sig, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64(sig)
}

func isRSA(key crypto.Signer) bool { _, ok := key.(*rsa.PrivateKey); return ok }

func publicJWK(t *testing.T, key crypto.Signer) claims {
	t.Helper()
	if k, ok := key.(*rsa.PrivateKey); ok {
		return claims{"kty": "RSA", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
	}
	point, err := key.Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return claims{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])}
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A service is an app with its keys, as a client would hold them.
type service struct {
	t        *testing.T
	org      *Org
	key      crypto.Signer // of the assertion
	proofKey crypto.Signer
	nonce    string
	assert   func(claims) // spoils the next assertions
	prove    func(claims) // spoils the next proofs
	header   claims       // of the assertion
}

const (
	orgBase    = "https://brightwater.okta.example"
	serviceID  = "0oaservice0000000kd7"
	scopesHere = "okta.users.read okta.users.manage okta.roles.read"
)

func newService(t *testing.T, dpop bool) *service {
	t.Helper()
	s := &service{t: t, org: small(t), key: ecKey(t), proofKey: ecKey(t), header: claims{"kid": "k1"}}
	s.org.RegisterApp(App{ClientID: serviceID, Key: s.key.Public(), KeyID: "k1", Scopes: strings.Fields(scopesHere), DPoP: dpop})
	return s
}

func (s *service) assertion() string {
	now := s.org.Now()
	c := claims{
		"iss": serviceID, "sub": serviceID, "aud": orgBase + "/oauth2/v1/token", "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	if s.assert != nil {
		s.assert(c)
	}
	return signed(s.t, s.key, s.header, c)
}

func (s *service) proof(method, path, token string) string {
	c := claims{"htm": method, "htu": orgBase + path, "iat": s.org.Now().Unix(), "jti": rand.Text()}
	if s.nonce != "" {
		c["nonce"] = s.nonce
	}
	if token != "" {
		c["ath"] = hash(token)
	}
	if s.prove != nil {
		s.prove(c)
	}
	return signed(s.t, s.proofKey, claims{"typ": "dpop+jwt", "jwk": publicJWK(s.t, s.proofKey)}, c)
}

// token asks for a token with the values given in place of the usual ones.
func (s *service) token(change ...string) reply {
	s.t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}, "client_assertion": {s.assertion()},
		"client_assertion_type": {assertionType},
	}
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return s.post(form.Encode(), s.proof("POST", oauthPath, ""))
}

func (s *service) post(body string, proofs ...string) reply {
	s.t.Helper()
	r := requestWith(s.org, "POST", oauthPath, body)
	r.Header.Del("Authorization")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header["Dpop"] = proofs
	return send(s.t, s.org, r)
}

func (r reply) wantOAuth(status int, code string) {
	r.t.Helper()
	r.wantCode(status)
	if r.text("error") != code || r.text("error_description") == "" || r.at("errorCode") != nil {
		r.t.Errorf("%s, want %s", r.body, code)
	}
}

// bearerToken asks without a proof: a proof would bind the token, also where
// none is demanded.
func (s *service) bearerToken(scope string) reply {
	s.t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {scope}, "client_assertion": {s.assertion()},
		"client_assertion_type": {assertionType},
	}
	return s.post(form.Encode())
}

func (s *service) call(method, path, authorization string, proofs ...string) reply {
	s.t.Helper()
	r := request(s.org, method, path)
	r.Header.Set("Authorization", authorization)
	r.Header["Dpop"] = proofs
	return send(s.t, s.org, r)
}
