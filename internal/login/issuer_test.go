package login

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keys are made once: an RSA key costs more than all the rest of a test.
type keys struct {
	rsa, other *rsa.PrivateKey
	ec         *ecdsa.PrivateKey
}

func testKeys(t *testing.T) keys {
	t.Helper()
	k, err := onceKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var onceKeys = sync.OnceValues(func() (k keys, err error) {
	if k.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, err
	}
	if k.other, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, err
	}
	k.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return k, err
})

// fakeIssuer is honest until a test gives it a reason not to be. Each hook
// changes one thing of what an honest issuer would send.
type fakeIssuer struct {
	t     *testing.T
	clock *clock
	keys  keys

	mu     sync.Mutex
	asked  map[string]url.Values // code -> the authorization request
	calls  []string              // paths that were asked, in order
	tokens int
	seen   []http.Header // headers of token requests

	discovery func(map[string]any)
	claims    func(map[string]any)
	sign      func(claims map[string]any) string
	answer    func(map[string]any) // the token endpoint's JSON
	callback  func(url.Values)     // what the browser brings back
	published func() []jose.JSONWebKey
	userinfo  map[string]any
	handle    map[string]http.HandlerFunc // replaces a whole endpoint
}

func newFakeIssuer(t *testing.T, c *clock) *fakeIssuer {
	f := &fakeIssuer{t: t, clock: c, keys: testKeys(t), asked: map[string]url.Values{}, handle: map[string]http.HandlerFunc{}}
	f.published = func() []jose.JSONWebKey { return []jose.JSONWebKey{publicKey(&f.keys.rsa.PublicKey, "k1", "RS256")} }
	return f
}

func publicKey(key any, kid, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"}
}

func (f *fakeIssuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.calls = append(f.calls, r.URL.Path)
	h := f.handle[r.URL.Path]
	f.mu.Unlock()
	switch {
	case h != nil:
		h(w, r)
	case r.URL.Path == "/tenant/.well-known/openid-configuration":
		send(w, f.document())
	case r.URL.Path == "/tenant/keys":
		send(w, jose.JSONWebKeySet{Keys: f.published()})
	case r.URL.Path == "/tenant/token" && r.Method == http.MethodPost:
		f.token(w, r)
	case r.URL.Path == "/tenant/userinfo" && r.Header.Get("Authorization") != "":
		send(w, f.userinfo)
	default:
		http.NotFound(w, r)
	}
}

func (f *fakeIssuer) document() map[string]any {
	doc := map[string]any{
		"issuer": issuerURL, "authorization_endpoint": issuerURL + "/authorize", "token_endpoint": issuerURL + "/token", "jwks_uri": issuerURL + "/keys",
		"end_session_endpoint": issuerURL + "/logout", "id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	}
	if f.userinfo != nil {
		doc["userinfo_endpoint"] = issuerURL + "/userinfo"
	}
	if f.discovery != nil {
		f.discovery(doc)
	}
	return doc
}

// authorize is the person agreeing at the issuer: it returns the address that
// the browser is sent back to.
func (f *fakeIssuer) authorize(u *url.URL) string {
	code := rand.Text()
	f.mu.Lock()
	f.asked[code] = u.Query()
	f.mu.Unlock()
	back := url.Values{"code": {code}, "state": {u.Query().Get("state")}}
	if f.callback != nil {
		f.callback(back)
	}
	return u.Query().Get("redirect_uri") + "?" + back.Encode()
}

func (f *fakeIssuer) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	f.seen = append(f.seen, r.Header.Clone())
	code := r.PostFormValue("code")
	asked, ok := f.asked[code]
	delete(f.asked, code)
	id, secret, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || id != clientID || secret != url.QueryEscape("s+e/c ret") || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		asked.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	const access = "the-access-token"
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": f.idToken(asked.Get("nonce"), access)}
	if f.answer != nil {
		f.answer(out)
	}
	send(w, out)
}

func (f *fakeIssuer) idToken(nonce, access string) string {
	now := f.clock.now()
	claims := map[string]any{
		"iss": issuerURL, "sub": "dana", "aud": clientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "auth_time": now.Add(-time.Minute).Unix(),
		"nonce": nonce, "at_hash": halfHash(access), "name": "Dana Kim", "preferred_username": "dana.kim@brightwater.example", "email": "dana.kim@brightwater.example",
		"email_verified": true, "groups": []string{"Everyone", "Keydesk Helpdesk"}, "okta_id": danaID,
	}
	if f.claims != nil {
		f.claims(claims)
	}
	if f.sign != nil {
		return f.sign(claims)
	}
	return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1"}, claims)
}

func halfHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// signed makes a token with a valid signature and any header.
func (f *fakeIssuer) signed(alg jose.SignatureAlgorithm, key any, header map[string]any, claims map[string]any) string {
	o := (&jose.SignerOptions{})
	for k, v := range header {
		o.WithHeader(jose.HeaderKey(k), v)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		f.t.Error(err)
		return ""
	}
	jws, err := s.Sign(mustJSON(claims))
	if err != nil {
		f.t.Error(err)
		return ""
	}
	out, err := jws.CompactSerialize()
	if err != nil {
		f.t.Error(err)
	}
	return out
}

// forged puts a token together by hand.
func forged(header, claims any, signature string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc(mustJSON(header)) + "." + enc(mustJSON(claims)) + "." + signature
}

func (f *fakeIssuer) asks(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(f.calls), func(s string) bool { return s != path }))
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mustJSON(v))
}
