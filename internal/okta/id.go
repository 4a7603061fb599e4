package okta

import (
	"errors"
	"fmt"
	"strings"
)

// ErrBadID says that a text is no id, so no path was made of it.
var ErrBadID = errors.New("okta: bad id")

// UserID is the id of a person in Okta. Only ParseUserID (and decoding an
// answer) makes one, so a value that is not the zero value can stand in a path.
type UserID struct{ id string }

const (
	userPrefix = "00u"
	userLength = 20
	maxSegment = 64
)

// ParseUserID accepts the 20-character id alone: no login, no "me". What it
// refuses, it refuses with an error that is ErrBadID.
func ParseUserID(s string) (UserID, error) {
	if len(s) != userLength || !strings.HasPrefix(s, userPrefix) || !allOf(s, alphanumeric) {
		return UserID{}, fmt.Errorf("%w: not a user id", ErrBadID)
	}
	return UserID{s}, nil
}

// String returns the id as Okta writes it; the zero value is "".
func (u UserID) String() string { return u.id }

// IsZero reports whether u holds no id.
func (u UserID) IsZero() bool { return u.id == "" }

// MarshalText writes the id as Okta does.
func (u UserID) MarshalText() ([]byte, error) { return []byte(u.id), nil }

// UnmarshalText reads an id out of an answer and refuses what ParseUserID refuses.
func (u *UserID) UnmarshalText(b []byte) (err error) {
	*u, err = ParseUserID(string(b))
	return err
}

func (u UserID) segment() segment { return segment(u.id) }

// A segment is what may take a placeholder's place in a path: the text of a
// typed id, or me. Nothing that came from outside is converted to it.
type segment string

// me names the credential's owner. It is never a parameter.
const me segment = "me"

func (s segment) valid() bool {
	return s != "" && len(s) <= maxSegment && allOf(string(s), func(c byte) bool {
		return alphanumeric(c) || c == '_' || c == '-'
	})
}

func allOf(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// visible reports whether c is ASCII that can be seen: no space, no control.
func visible(c byte) bool { return '!' <= c && c <= '~' }
