package okta

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func errorsAs[E error](err error, to *E) bool { return errors.As(err, to) }

func pemOf(key crypto.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))})
}

func TestParseKey(t *testing.T) {
	big := must(rsa.GenerateKey(rand.Reader, 2048))
	p256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	jwk := jose.JSONWebKey{Key: big, KeyID: "desk1"}
	public := jose.JSONWebKey{Key: big.Public(), KeyID: "desk1"}
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(big)})
	sec1 := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(p256))})
	for name, c := range map[string]struct {
		file []byte
		alg  jose.SignatureAlgorithm
	}{
		"pkcs8 rsa": {pemOf(big), jose.RS256},
		"pkcs1":     {pkcs1, jose.RS256},
		"pkcs8 ec":  {append([]byte("\n "), pemOf(p256)...), jose.ES256},
		"sec1":      {sec1, jose.ES256},
		"jwk":       {must(jwk.MarshalJSON()), jose.RS256},
		"public":    {must(public.MarshalJSON()), ""},
		"p384":      {pemOf(p384), ""},
		"ed25519":   {pemOf(ed), ""},
		"empty":     {nil, ""},
		"words":     {[]byte("secret words"), ""},
		"bad jwk":   {[]byte(`{"kty":"secret"}`), ""},
		"bad pem":   {[]byte("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"), ""},
	} {
		k, err := ParseKey(c.file)
		if (err == nil) != (c.alg != "") || err == nil && k.signing.Algorithm != c.alg || k.IsZero() != (c.alg == "") {
			t.Errorf("%s: %v, %v", name, k, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Contains(s, "Primes") || !strings.Contains(s, redacted) {
			t.Error(s)
		}
	}
}

// TestCredentialSettings: an API token or a service app, one of them and whole.
func TestCredentialSettings(t *testing.T) {
	key := must(ParseKey(pemOf(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))))
	token, scopes := NewSecret("00Token"), []string{"okta.users.read"}
	for name, c := range map[string]struct {
		cfg Config
		ok  bool
	}{
		"token":     {Config{Token: token}, true},
		"app":       {Config{ClientID: "0oa1", Key: key, Scopes: scopes}, true},
		"both":      {Config{Token: token, ClientID: "0oa1", Key: key, Scopes: scopes}, false},
		"none":      {Config{}, false},
		"no key":    {Config{ClientID: "0oa1", Scopes: scopes}, false},
		"no id":     {Config{Key: key, Scopes: scopes}, false},
		"no scopes": {Config{ClientID: "0oa1", Key: key}, false},
		"bad id":    {Config{ClientID: "0oa/1", Key: key, Scopes: scopes}, false},
		"bad scope": {Config{ClientID: "0oa1", Key: key, Scopes: []string{"a b"}}, false},
	} {
		c.cfg.URL = "https://brightwater.okta.com"
		if _, err := New(c.cfg); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
