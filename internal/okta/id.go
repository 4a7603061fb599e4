package okta

import (
	"errors"
	"fmt"
	"strings"
)

// ErrBadID says that a text is no id, so no path was made of it.
var ErrBadID = errors.New("okta: bad id")

// ID is the id or name of a person or a thing. K keeps a role's id from standing
// where a group's belongs. Only the Parse functions and decoding an answer make
// one, so a value that is not the zero value can stand in a path. Values compare
// with ==.
type ID[K kind] struct{ id string }

// kind tells ids of one sort from those of another, and which texts they take.
type kind interface{ accepts(text string) bool }

// The ids and names of what the operations are about. The id of a role is not
// unique, see [Role].
type (
	UserID   = ID[ofUser] // a person
	RoleID   = ID[ofRole]
	GroupID  = ID[ofGroup]
	AppID    = ID[ofApp]     // one instance of an app
	AppName  = ID[ofAppName] // the kind of an app, as Okta's catalogue calls it
	ClientID = ID[ofClient]  // who holds consents and tokens
	GrantID  = ID[ofGrant]   // one consent
	TokenID  = ID[ofToken]   // one refresh token
	FactorID = ID[ofFactor]
	LinkName = ID[ofLink] // one end of a relation between people
)

type (
	ofUser    struct{}
	ofRole    struct{ anID }
	ofGroup   struct{ anID }
	ofApp     struct{ anID }
	ofAppName struct{ aName }
	ofClient  struct{ aName }
	ofGrant   struct{ anID }
	ofToken   struct{ anID }
	ofFactor  struct{ anID }
	ofLink    struct{ aName }
)

// anID is what Okta makes up, and aName what people may have made up.
type (
	anID  struct{}
	aName struct{}
)

const (
	userPrefix = "00u"
	userLength = 20
	maxID      = 64
	maxName    = 100
)

func (ofUser) accepts(s string) bool {
	return len(s) == userLength && strings.HasPrefix(s, userPrefix) && allOf(s, alphanumeric)
}

func (anID) accepts(s string) bool {
	return len(s) <= maxID && segment(s).valid() && !strings.Contains(s, ".")
}

func (aName) accepts(s string) bool { return segment(s).valid() && s[0] != '-' }

// ParseUserID takes the 20-character id alone: no login, no "me". What it and its
// like refuse, they refuse with an error that is ErrBadID.
func ParseUserID(s string) (UserID, error) { return parseID[ofUser](s) }

// ParseRoleID takes 1 to 64 letters, digits, "_" and "-".
func ParseRoleID(s string) (RoleID, error) { return parseID[ofRole](s) }

// ParseGroupID takes what ParseRoleID takes.
func ParseGroupID(s string) (GroupID, error) { return parseID[ofGroup](s) }

// ParseAppID takes what ParseRoleID takes.
func ParseAppID(s string) (AppID, error) { return parseID[ofApp](s) }

// ParseAppName takes up to 100 letters, digits, "_", and but for the first "." and
// "-".
func ParseAppName(s string) (AppName, error) { return parseID[ofAppName](s) }

// ParseClientID takes what ParseAppName takes.
func ParseClientID(s string) (ClientID, error) { return parseID[ofClient](s) }

// ParseGrantID takes what ParseRoleID takes.
func ParseGrantID(s string) (GrantID, error) { return parseID[ofGrant](s) }

// ParseTokenID takes what ParseRoleID takes.
func ParseTokenID(s string) (TokenID, error) { return parseID[ofToken](s) }

// ParseFactorID takes what ParseRoleID takes.
func ParseFactorID(s string) (FactorID, error) { return parseID[ofFactor](s) }

// ParseLinkName takes what ParseAppName takes.
func ParseLinkName(s string) (LinkName, error) { return parseID[ofLink](s) }

func parseID[K kind](s string) (ID[K], error) {
	var k K
	if !k.accepts(s) {
		return ID[K]{}, fmt.Errorf("%w: not the id or name of such a thing", ErrBadID)
	}
	return ID[K]{s}, nil
}

// String returns the id as Okta writes it; the zero value is "".
func (i ID[K]) String() string { return i.id }

// IsZero reports whether i holds no id.
func (i ID[K]) IsZero() bool { return i.id == "" }

// MarshalText writes the id as Okta does.
func (i ID[K]) MarshalText() ([]byte, error) { return []byte(i.id), nil }

// UnmarshalText reads an id out of an answer and refuses what Parse… refuses.
func (i *ID[K]) UnmarshalText(b []byte) (err error) {
	*i, err = parseID[K](string(b))
	return err
}

func (i ID[K]) segment() segment { return segment(i.id) }

// A segment is what may take a placeholder's place in a path: the text of a
// typed id, or me. Nothing that came from outside is converted to it.
type segment string

// me names the credential's owner. It is never a parameter.
const me segment = "me"

// valid leaves out a point at the beginning, and so "." and "..", which would be
// another path.
func (s segment) valid() bool {
	return s != "" && len(s) <= maxName && s[0] != '.' && allOf(string(s), func(c byte) bool {
		return alphanumeric(c) || c == '_' || c == '-' || c == '.'
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
