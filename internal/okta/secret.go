package okta

import (
	"errors"
	"fmt"
	"log/slog"
	"unicode/utf8"
)

const redacted = "[secret]"

// A Secret is a value that is shown to one person once: a temporary password,
// an activation or reset link, the API token. However it is printed, logged or
// encoded, it reads "[secret]"; Reveal alone gives the value.
//
// Two secrets are not equal because their values are; ask IsZero, or Reveal.
type Secret struct {
	// A pointer, because fmt does not call the methods of a value in somebody's
	// unexported field: it then prints an address.
	v *string
}

// NewSecret hides v. Hiding nothing gives the zero value.
func NewSecret(v string) Secret {
	if v == "" {
		return Secret{}
	}
	return Secret{&v}
}

// Reveal returns the value.
func (s Secret) Reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// IsZero reports whether there is nothing to hide.
func (s Secret) IsZero() bool { return s.v == nil }

// String hides the value.
func (s Secret) String() string { return redacted }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return redacted }

// Format hides the value from every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the value from JSON and every other encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the value out of Okta's answer.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// bare is a secret on its way into the body of a call, the one encoding that
// shows it. In every other way it hides as a Secret does.
type bare struct{ Secret }

var errNoSecret = errors.New("a secret that is empty or no text")

// MarshalText shows the value. It refuses an empty one, and one that JSON would
// silently make another of.
func (b bare) MarshalText() ([]byte, error) {
	v := b.Reveal()
	if v == "" || !utf8.ValidString(v) {
		return nil, errNoSecret
	}
	return []byte(v), nil
}

// valued is how Okta wants a password to be wrapped.
type valued struct {
	Value bare `json:"value"`
}

func valueOf(s Secret) *valued { return &valued{bare{s}} }
