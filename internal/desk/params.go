package desk

import (
	"slices"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// params are what was chosen and what it is about, as a row of the record keeps
// them. What a field may hold stands in its tag; see [audit.Words].
type params struct {
	chosen
	Object
	named
	Request int64 `record:"request,public"` // the row in which it was asked for, when it was done on a second person's word
}

// chosen are the choices of a dialog; those that the action does not offer are nil.
type chosen struct {
	SendEmail      *bool `record:"send_email,public"`
	RevokeSessions *bool `record:"revoke_sessions,public"`
	OAuthTokens    *bool `record:"oauth_tokens,public"`
	ForgetDevices  *bool `record:"forget_devices,public"`
	Swap           *bool `record:"swap,public"`
}

// named is what a change is about in the terms of its room.
type named struct {
	RoleType     okta.RoleType `record:"role_type,public"`
	LimitsBefore *int          `record:"limits_before,public"`
	ToLogin      string        `record:"to_login,personal"`
	Changed      []string      `record:"changed,public"` // names of attributes, never what is in them
	Removed      []string      `record:"removed,public"`
	Activate     *bool         `record:"activate,public"`
	Password     *bool         `record:"password,public"`
	Change       *bool         `record:"change,public"`
	Provider     string        `record:"provider,public"`
	Apps         []string      `record:"apps,public"`
	Groups       []string      `record:"groups,public"`
	Review       string        `record:"review,public"`
	Item         int           `record:"item,public"`
	Attempt      int           `record:"attempt,public"`
	DecidedBy    string        `record:"decided_by,personal"`
	ClosedBy     string        `record:"closed_by,personal"`
}

// handed is what an act left in the operator's hands.
type handed struct {
	Once okta.Secret `record:"once,secret"`
}

// String is what the room named, as words.
func (n named) String() string { return audit.Words(nil, n) }

// limited is named for what a role, or somebody new, is limited to.
func (s RoleScope) named() (n named) {
	for _, g := range s.Groups {
		n.Groups = append(n.Groups, g.String())
	}
	for _, a := range s.Apps {
		n.Apps = append(n.Apps, a.String())
	}
	slices.Sort(n.Groups)
	slices.Sort(n.Apps)
	return n
}

// String is the limit as words, the same for equal limits.
func (s RoleScope) String() string { return s.named().String() }

// chosen are the choices that the action's dialog offers.
func (o UserOpts) chosen(a Action) (c chosen) {
	for _, offered := range choices(a) {
		switch offered.Name {
		case sendEmail:
			c.SendEmail = &o.SendEmail
		case "revoke_sessions":
			c.RevokeSessions = &o.RevokeSessions
		case "oauth_tokens":
			c.OAuthTokens = &o.OAuthTokens
		case "forget_devices":
			c.ForgetDevices = &o.ForgetDevices
		}
	}
	if strings.HasPrefix(string(a), "targets.add_") && o.Swap {
		c.Swap = &o.Swap
	}
	return c
}

// all is what was chosen and what it is about.
func (x *deed) all() params {
	return params{chosen: x.opts.chosen(x.spec.Action), Object: x.opts.On, named: x.named}
}

// chosen is all as words.
func (x *deed) chosen() string { return audit.Words(nil, x.all()) }

// params is what was chosen, and the request that it was approved by, as the record
// keeps them.
func (x *deed) params() string {
	p := x.all()
	if ap := x.opts.approved; ap != nil {
		p.Request = ap.seq
	}
	return audit.Words(nil, p)
}

// joined puts words after words.
func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }
