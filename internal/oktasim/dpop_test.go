package oktasim

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"
)

// signIn goes the whole way: refused without a nonce, then with it.
func (s *service) signIn() (token string) {
	s.t.Helper()
	first := s.token("scope", scopesHere)
	first.wantOAuth(400, "use_dpop_nonce")
	s.nonce = first.head.Get("Dpop-Nonce")
	r := s.token("scope", scopesHere).wantCode(200)
	if r.text("token_type") != "DPoP" || r.head.Get("Dpop-Nonce") != "" {
		s.t.Errorf("%s", r.body)
	}
	return r.text("access_token")
}

func TestDPoPFromEndToEnd(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{ecKey(t), rsaKey} {
		s := newService(t, true)
		s.proofKey = key
		token := s.signIn()
		for range 2 {
			s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, s.proof("GET", "/api/v1/users", token)).wantCode(200)
		}
		id := s.org.FirstWith(lockedOut).ID
		path := userPath(id, "/lifecycle/unlock")
		s.call("POST", path, "DPoP "+token, s.proof("POST", path, token)).wantCode(200)
	}
}

func TestWithoutAProof(t *testing.T) {
	s := newService(t, true)
	r := s.bearerToken("okta.users.read")
	r.wantOAuth(400, "invalid_dpop_proof")
	if r.text("error_description") != "The DPoP proof JWT header is missing." { // recorded
		t.Errorf("%s", r.body)
	}
	token := s.signIn()
	r = s.call("GET", "/api/v1/users?limit=1", "DPoP "+token)
	r.wantError(401, "E0000011")
	if got := r.head.Get("Www-Authenticate"); !strings.HasPrefix(got, "DPoP ") || !strings.Contains(got, "invalid_dpop_proof") {
		t.Error(got)
	}
	s.call("GET", "/api/v1/users?limit=1", "Bearer "+token).wantError(401, "E0000011") // bound to a key
	s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, "a", "b").wantError(401, "E0000011")
}

func TestProofsThatAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*service, claims){
		"another method":  func(_ *service, c claims) { c["htm"] = "PUT" },
		"another address": func(_ *service, c claims) { c["htu"] = orgBase + "/api/v1/groups" },
		"another host":    func(_ *service, c claims) { c["htu"] = "https://x.example/api/v1/users" },
		"too old":         func(_ *service, c claims) { c["iat"] = begin().Add(-time.Hour).Unix() },
		"too young":       func(_ *service, c claims) { c["iat"] = begin().Add(time.Hour).Unix() },
		"without id":      func(_ *service, c claims) { delete(c, "jti") },
		"another token":   func(_ *service, c claims) { c["ath"] = hash("another") },
		"for no token":    func(_ *service, c claims) { delete(c, "ath") },
		"no nonce":        func(_ *service, c claims) { delete(c, "nonce") },
		"another key":     func(s *service, _ claims) { s.proofKey = ecKey(s.t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, true)
			token := s.signIn()
			s.prove = func(c claims) { spoil(s, c) }
			r := s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, s.proof("GET", "/api/v1/users", token))
			r.wantError(401, "E0000011")
			if nonce := r.head.Get("Dpop-Nonce"); (nonce != "") != (name == "no nonce") {
				t.Errorf("nonce %q", nonce)
			}
		})
	}
}

func TestAProofServesOnce(t *testing.T) {
	s := newService(t, true)
	token := s.signIn()
	proof := s.proof("GET", "/api/v1/users", token)
	s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, proof).wantCode(200)
	r := s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, proof)
	r.wantError(401, "E0000011")
	if got := r.head.Get("Www-Authenticate"); !strings.Contains(got, "used before") {
		t.Error(got)
	}
}

// Another nonce is asked for in the answer, and the next call goes through.
func TestNoncesRotate(t *testing.T) {
	s := newService(t, true)
	token := s.signIn()
	s.org.RotateNonce()
	r := s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, s.proof("GET", "/api/v1/users", token))
	r.wantError(401, "E0000011")
	if got := r.head.Get("Www-Authenticate"); !strings.Contains(got, "use_dpop_nonce") {
		t.Error(got)
	}
	s.nonce = r.head.Get("Dpop-Nonce")
	s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, s.proof("GET", "/api/v1/users", token)).wantCode(200)
}

// A proof is signed by the key it shows, says what it is, and shows no secret.
func TestProofHeaders(t *testing.T) {
	s := newService(t, true)
	s.signIn()
	body := claims{"htm": "POST", "htu": orgBase + oauthPath, "iat": s.org.Now().Unix(), "jti": "x", "nonce": s.nonce}
	private := publicJWK(t, s.proofKey)
	private["d"] = "AAAA"
	for name, header := range map[string]claims{
		"no type":     {"jwk": publicJWK(t, s.proofKey)},
		"no key":      {"typ": "dpop+jwt"},
		"another key": {"typ": "dpop+jwt", "jwk": publicJWK(t, ecKey(t))},
		"private key": {"typ": "dpop+jwt", "jwk": private},
		"odd key":     {"typ": "dpop+jwt", "jwk": claims{"kty": "oct", "k": "AAAA"}},
		"odd curve":   {"typ": "dpop+jwt", "jwk": claims{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}},
		"no point":    {"typ": "dpop+jwt", "jwk": claims{"kty": "EC", "crv": "P-256", "x": strings.Repeat("A", 43), "y": strings.Repeat("A", 43)}},
		"small key":   {"typ": "dpop+jwt", "jwk": claims{"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
	} {
		proof := signed(t, s.proofKey, header, body)
		if r := s.post("grant_type=client_credentials&scope=okta.users.read&client_assertion_type="+assertionType+"&client_assertion="+s.assertion(), proof); r.text("error") != "invalid_dpop_proof" {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

// A proof binds the token of an app that need not send one, too.
func TestAProofNobodyAskedFor(t *testing.T) {
	s := newService(t, false)
	token := s.signIn()
	s.call("GET", "/api/v1/users?limit=1", "Bearer "+token).wantError(401, "E0000011")
	s.call("GET", "/api/v1/users?limit=1", "DPoP "+token, s.proof("GET", "/api/v1/users", token)).wantCode(200)
	plain := s.bearerToken("okta.users.read").wantCode(200).text("access_token")
	s.call("GET", "/api/v1/users?limit=1", "DPoP "+plain, s.proof("GET", "/api/v1/users", plain)).wantError(401, "E0000011")
}
