package okta

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"github.com/go-jose/go-jose/v4"
)

// Key is the private key of a service app: RSA of 2048 bits or more, or P-256.
// Only ParseKey makes one.
type Key struct{ signing *jose.SigningKey }

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.signing == nil }

// String hides the key.
func (k Key) String() string { return redacted }

// GoString hides the key from %#v.
func (k Key) GoString() string { return redacted }

var errBadKey = errors.New("okta: the private key is neither PEM nor JWK, or no RSA key of 2048 bits and no P-256 key")

// ParseKey reads what is in a key file: PEM, or a JWK, whose kid is then named to
// Okta. Its error says nothing of what it read.
func ParseKey(file []byte) (Key, error) {
	file = bytes.TrimSpace(file)
	jwk := jose.JSONWebKey{}
	if bytes.HasPrefix(file, []byte("{")) {
		if jwk.UnmarshalJSON(file) != nil {
			return Key{}, errBadKey
		}
	} else if block, _ := pem.Decode(file); block != nil {
		jwk.Key = parseDER(block.Bytes)
	}
	switch key := jwk.Key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() >= 2048 && key.Validate() == nil {
			return Key{&jose.SigningKey{Algorithm: jose.RS256, Key: jwk}}, nil
		}
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return Key{&jose.SigningKey{Algorithm: jose.ES256, Key: jwk}}, nil
		}
	}
	return Key{}, errBadKey
}

// parseDER tries the three ways that a private key is wrapped in.
func parseDER(der []byte) crypto.PrivateKey {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	return nil
}
