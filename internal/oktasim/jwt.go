package oktasim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// A jwt is a signed statement: an assertion of a client, or a proof that it
// holds a key.
type jwt struct {
	Header struct {
		Alg, Kid, Typ string
		JWK           json.RawMessage
	}
	Claims struct {
		Iss, Sub, JTI        string
		Aud                  audience
		Exp, Iat             int64
		HTM, HTU, Nonce, Ath string
	}
	signed    []byte // what the signature is over
	signature []byte
}

// An audience is one name or a list of them.
type audience []string

// UnmarshalJSON takes both forms.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// parseJWT takes a token apart. It checks the form alone.
func parseJWT(s string) (t jwt, err error) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return t, errors.New("not three parts")
	}
	var raw [3][]byte
	for i, p := range parts {
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(p); err != nil {
			return t, err
		}
	}
	if err = json.Unmarshal(raw[0], &t.Header); err == nil {
		err = json.Unmarshal(raw[1], &t.Claims)
	}
	t.signed, t.signature = []byte(parts[0]+"."+parts[1]), raw[2]
	return t, err
}

// verify checks the signature. The algorithm is the key's, never the token's
// choice.
func (t jwt) verify(key crypto.PublicKey) error {
	sum := sha256.Sum256(t.signed)
	switch key := key.(type) {
	case *rsa.PublicKey:
		if t.Header.Alg == "RS256" && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], t.signature) == nil {
			return nil
		}
	case *ecdsa.PublicKey:
		if t.Header.Alg == "ES256" && key.Curve == elliptic.P256() && len(t.signature) == 64 {
			r, s := new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])
			if ecdsa.Verify(key, sum[:], r, s) {
				return nil
			}
		}
	}
	return errors.New("the signature is not of the key")
}

// A jwk is a public key as a proof carries it.
type jwk struct{ Kty, N, E, Crv, X, Y, D string }

// key reads the public key and its thumbprint, by which tokens are bound to it.
func (t jwt) key() (key crypto.PublicKey, thumbprint string, err error) {
	var k jwk
	if err := json.Unmarshal(t.Header.JWK, &k); err != nil {
		return nil, "", err
	}
	var canonical object
	switch {
	case k.D != "":
		return nil, "", errors.New("the key is private")
	case k.Kty == "RSA":
		key, err = k.rsa()
		canonical = object{{"e", k.E}, {"kty", k.Kty}, {"n", k.N}}
	case k.Kty == "EC" && k.Crv == "P-256":
		key, err = k.ec()
		canonical = object{{"crv", k.Crv}, {"kty", k.Kty}, {"x", k.X}, {"y", k.Y}}
	default:
		return nil, "", errors.New("no such kind of key")
	}
	return key, hash(string(encode(nil, canonical))), err
}

// rsa refuses keys that Okta would call too small.
func (k jwk) rsa() (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(k.N)
	if err != nil {
		return nil, err
	}
	e, err := base64.RawURLEncoding.DecodeString(k.E)
	exponent := new(big.Int).SetBytes(e)
	if err != nil || len(n) < 256 || len(e) > 4 || exponent.Int64() < 3 {
		return nil, errors.New("no RSA key of at least 2048 bits")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
}

// ec refuses what is no point of the curve.
func (k jwk) ec() (*ecdsa.PublicKey, error) {
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil {
		return nil, err
	}
	y, err := base64.RawURLEncoding.DecodeString(k.Y)
	if err != nil || len(x) != 32 || len(y) != 32 {
		return nil, errors.New("no point of P-256")
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
}

// hash is the SHA-256 of s, as thumbprints and ath are written.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
