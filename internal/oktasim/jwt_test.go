package oktasim

import (
	"crypto/rand"
	"crypto/rsa"
	"testing"
)

func TestVerifyKnowsItsKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ec := ecKey(t)
	byRSA, err := parseJWT(signed(t, rsaKey, claims{}, claims{"iss": "x"}))
	if err != nil || byRSA.Claims.Iss != "x" || byRSA.verify(rsaKey.Public()) != nil {
		t.Fatalf("%v: %+v", err, byRSA)
	}
	byEC, err := parseJWT(signed(t, ec, claims{}, claims{"aud": []string{"a", "b"}}))
	if err != nil || len(byEC.Claims.Aud) != 2 || byEC.verify(ec.Public()) != nil {
		t.Fatalf("%v: %+v", err, byEC)
	}
	if byRSA.verify(ec.Public()) == nil || byEC.verify(rsaKey.Public()) == nil || byEC.verify(nil) == nil {
		t.Error("a signature passed for another key's")
	}
	byEC.Header.Alg = "none" // the key says which algorithm
	if byEC.verify(ec.Public()) == nil {
		t.Error("the token chose its algorithm")
	}
	byEC.Header.Alg = "ES256"
	byEC.signature[7] ^= 1
	if byEC.verify(ec.Public()) == nil {
		t.Error("a spoilt signature passed")
	}
}

// The example of RFC 7638: a thumbprint that others compute too.
func TestThumbprint(t *testing.T) {
	var token jwt
	token.Header.JWK = []byte(`{"kty":"RSA","e":"AQAB","kid":"2011-04-29","alg":"RS256","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}`)
	_, thumbprint, err := token.key()
	if err != nil || thumbprint != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Errorf("%s %v", thumbprint, err)
	}
}

func FuzzJWT(f *testing.F) {
	f.Add("e30.e30.AA")
	f.Add("e30.eyJhdWQiOlsiYSJdfQ.AA")
	f.Add("a.b.c")
	f.Add("eyJqd2siOnsia3R5IjoiRUMiLCJjcnYiOiJQLTI1NiIsIngiOiJBQSIsInkiOiJBQSJ9fQ.e30.AA")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := parseJWT(s)
		if err != nil {
			return
		}
		if key, _, err := token.key(); err == nil && len(token.signature) < 64 && token.verify(key) == nil {
			t.Fatalf("%q is signed with %d bytes", s, len(token.signature))
		}
	})
}
