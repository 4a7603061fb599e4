package login

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"keydesk/internal/store"
)

// tokens are what the issuer gave at a sign-in and may be needed later: for
// signing out there, and for asking again who the operator is.
type tokens struct {
	ID     string `json:"id,omitempty"`
	Access string `json:"access,omitempty"`
	Until  int64  `json:"until,omitempty"` // of Access; Unix milliseconds
}

// seal encrypts v with a key that only the session's cookie gives: the database
// holds the cookie's hash, so whoever has the database alone reads nothing.
func seal(cookie, what string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	box, err := lockOf(cookie, what)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal(nil, nil, plain, nil)), nil //nolint:gosec // the box makes its own nonce
}

// unseal reverses seal; what is empty leaves v as it is.
func unseal(cookie, what, sealed string, v any) error {
	if sealed == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return errors.New("login: what was sealed cannot be read")
	}
	box, err := lockOf(cookie, what)
	if err != nil {
		return err
	}
	plain, err := box.Open(nil, nil, raw, nil)
	if err != nil {
		return errors.New("login: what was sealed was not sealed for this session")
	}
	return json.Unmarshal(plain, v)
}

func lockOf(cookie, what string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(cookie), nil, "keydesk session "+what, 32)
	if err != nil {
		return nil, err
	}
	return store.Box(key)
}
