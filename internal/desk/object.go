package desk

import (
	"slices"
	"strconv"

	"keydesk/internal/okta"
)

// ParseObject reads an Object out of the parts of an address, each by its name;
// part answers "" for those that the address does not have. What is no id or name
// of its kind is a *Error of kind NotFound.
func ParseObject(part func(name string) string) (Object, error) {
	var o Object
	for _, read := range []func() error{
		func() error { return parseInto(part("role"), &o.Role, okta.ParseRoleID) },
		func() error { return parseInto(part("group"), &o.Group, okta.ParseGroupID) },
		func() error { return parseInto(part("app"), &o.App, okta.ParseAppName) },
		func() error { return parseInto(part("instance"), &o.Instance, okta.ParseAppID) },
		func() error { return parseInto(part("client"), &o.Client, okta.ParseClientID) },
		func() error { return parseInto(part("grant"), &o.Grant, okta.ParseGrantID) },
		func() error { return parseInto(part("token"), &o.Token, okta.ParseTokenID) },
		func() error { return parseInto(part("factor"), &o.Factor, okta.ParseFactorID) },
		func() error { return parseInto(part("link"), &o.Link, okta.ParseLinkName) },
		func() error { return parseInto(part("to"), &o.To, okta.ParseUserID) },
		func() error { return parseInto(part("type"), &o.Type, parseRoleType) },
	} {
		if err := read(); err != nil {
			return Object{}, notThere(err)
		}
	}
	return o, nil
}

func parseInto[T any](s string, to *T, parse func(string) (T, error)) (err error) {
	if s != "" {
		*to, err = parse(s)
	}
	return err
}

// parseRoleType takes the roles that can be assigned from here and no other text:
// it stands in tokens and in the record.
func parseRoleType(s string) (okta.RoleType, error) {
	if t := okta.RoleType(s); slices.Contains(grantable(), t) {
		return t, nil
	}
	return "", okta.ErrBadID
}

// ParseScope reads the limits of a role out of a form: ids of groups, and apps as
// AppTarget writes them.
func ParseScope(groups, apps []string) (s RoleScope, err error) {
	if len(groups)+len(apps) > limitsAtOnce {
		return s, &Error{Kind: Invalid, Action: "roles.assign", Msg: "Choose fewer groups or apps: " + strconv.Itoa(limitsAtOnce) + " at once are the most."}
	}
	for _, v := range groups {
		g, err := okta.ParseGroupID(v)
		if err != nil {
			return RoleScope{}, notThere(err)
		}
		if !slices.Contains(s.Groups, g) {
			s.Groups = append(s.Groups, g)
		}
	}
	for _, v := range apps {
		a, err := ParseAppTarget(v)
		if err != nil {
			return RoleScope{}, notThere(err)
		}
		if !slices.Contains(s.Apps, a) {
			s.Apps = append(s.Apps, a)
		}
	}
	return s, nil
}

// limitsAtOnce is how many groups or apps one form may name.
const limitsAtOnce = 20

func notThere(err error) *Error {
	return &Error{Kind: NotFound, Msg: "This is not the address of anything in Okta.", Err: err}
}
