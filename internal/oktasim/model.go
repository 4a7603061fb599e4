package oktasim

import (
	"slices"
	"time"
)

// Okta's eight statuses of a person.
const (
	staged          = "STAGED"
	provisioned     = "PROVISIONED"
	active          = "ACTIVE"
	recovery        = "RECOVERY"
	passwordExpired = "PASSWORD_EXPIRED"
	lockedOut       = "LOCKED_OUT"
	suspended       = "SUSPENDED"
	deprovisioned   = "DEPROVISIONED"
)

func statuses() []string {
	return []string{staged, provisioned, active, recovery, passwordExpired, lockedOut, suspended, deprovisioned}
}

// A person is never changed once it is in the organisation; a change stores a
// changed copy. So a reader needs no lock while it renders, and the search
// index can lag by keeping what was. A zero time is null on the wire.
type person struct {
	id, status      string
	created         time.Time
	activated       time.Time
	statusChanged   time.Time
	lastLogin       time.Time
	lastUpdated     time.Time
	passwordChanged time.Time
	profile         profile
	password        bool
	question        string // the recovery question
	secrets         secrets
	provider        provider
	apps            []*application // shared with others: never changed
	idps            []*identityProvider
	bonds           []bond   // to the people this one is linked under
	blocked         bool     // on devices unknown to the organisation
	gone            bool     // erased by the change at hand
	groups          []*group // without Everyone, which holds all
	roles           []*role  // assigned directly
	factors         []factor
	sessions        int
	consents        []consent      // in order of id
	refresh         []refreshToken // in order of id
	devices         int            // remembered devices
	staff           bool
}

type provider struct{ kind, name string }

// A profile keeps its properties in the order Okta writes them. Unset ones are
// absent, mobilePhone and secondEmail are there and nil.
type profile []property

type property struct {
	name  string
	value any // string, float64, bool, []any or nil
}

func (p profile) get(name string) any {
	for i := range p {
		if p[i].name == name {
			return p[i].value
		}
	}
	return nil
}

func (p profile) text(name string) string {
	s, _ := p.get(name).(string)
	return s
}

// with returns a copy in which name has value; nil removes it.
func (p profile) with(name string, value any) profile {
	i := slices.IndexFunc(p, func(q property) bool { return q.name == name })
	always := name == "mobilePhone" || name == "secondEmail"
	switch {
	case i < 0 && value == nil:
		return p
	case i < 0:
		return append(slices.Clone(p), property{name, value})
	case value == nil && !always:
		return slices.Delete(slices.Clone(p), i, i+1)
	}
	q := slices.Clone(p)
	q[i].value = value
	return q
}

func (p *person) login() string { return p.profile.text("login") }

// display is how other objects name the person.
func (p *person) display() string {
	return p.profile.text("firstName") + " " + p.profile.text("lastName")
}

func (p *person) setStatus(status string, now time.Time) {
	if p.status != status {
		p.status, p.statusChanged = status, now
	}
	p.lastUpdated = now
}

type group struct {
	id, name, description string
	kind                  string // BUILT_IN or OKTA_GROUP
	created, updated      time.Time
	members               time.Time // when membership changed last
	roles                 []*role
}

// A role is one assignment of a role, to a person or to a group.
type role struct {
	id, kind, label string
	created         time.Time
	groups          []*group // targets; none means all groups
	apps            []app    // targets; none means all apps
	custom          *binding // of a custom role
	quiet           bool     // the holder gets no mail for administrators
}

// A binding ties a custom role to the set of resources it may touch.
type binding struct{ role, resources string }

// An app is a target: a catalogue entry, or one instance of it when id is set.
type app struct{ name, label, id string }

type factor struct {
	id, kind, provider, vendor, status string
	created                            time.Time
	profile                            profile
}
