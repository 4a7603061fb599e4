package oktasim

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Person is an account as whoever runs the organisation sees it: the demo's
// issuer, and tests that ask what became of somebody.
type Person struct {
	ID, Login, Email, FirstName, LastName, Status, Department, Title string

	Provider string // who keeps the password: OKTA, ACTIVE_DIRECTORY, ...
	Question string // the recovery question

	Profile  map[string]any    // all properties that are set, as JSON has them
	Links    map[string]string // to whom: the name of the primary end -> id
	AppLinks int               // applications on the dashboard
	Blocked  bool              // on unknown devices
	Groups   []string          // names, Everyone first
	Roles    []string          // types of admin role, direct first, then through groups
	Factors  int               // enrolled factors
	Sessions int               // signed-in sessions
	Tokens   int               // active refresh tokens
	Grants   int               // scopes consented to
	Devices  int               // remembered devices
}

func (o *Org) view(p *person) Person {
	v := Person{
		ID: p.id, Login: p.login(), Email: p.profile.text("email"),
		FirstName: p.profile.text("firstName"), LastName: p.profile.text("lastName"), Status: p.status,
		Department: p.profile.text("department"), Title: p.profile.text("title"), Provider: p.provider.kind,
		Groups: []string{o.everyone.name}, Factors: len(p.factors),
		Sessions: p.sessions, Tokens: len(p.refresh), Grants: len(p.consents), Devices: p.devices,
	}
	v.Question, v.AppLinks, v.Blocked = p.question, len(p.apps), p.blocked
	v.Profile, v.Links = make(map[string]any, len(p.profile)), make(map[string]string, len(p.bonds))
	for _, q := range p.profile {
		v.Profile[q.name] = q.value
	}
	for _, b := range p.bonds {
		v.Links[b.name] = b.primary
	}
	for _, g := range p.groups {
		v.Groups = append(v.Groups, g.name)
	}
	for _, r := range p.allRoles() {
		v.Roles = append(v.Roles, r.kind)
	}
	return v
}

func (p *person) allRoles() []*role {
	all := append([]*role(nil), p.roles...)
	for _, g := range p.groups {
		all = append(all, g.roles...)
	}
	return all
}

// People returns everybody, in order of id and creation.
func (o *Org) People() []Person {
	o.mu.RLock()
	defer o.mu.RUnlock()
	all := make([]Person, len(o.people))
	for i, p := range o.people {
		all[i] = o.view(p)
	}
	return all
}

// Person returns the account with this id.
func (o *Org) Person(id string) (Person, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	i, ok := o.byID[id]
	if !ok {
		return Person{}, false
	}
	return o.view(o.people[i]), true
}

// ByLogin returns the account that signs in with login, in any case.
func (o *Org) ByLogin(login string) (Person, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	i, ok := o.byLogin[strings.ToLower(login)]
	if !ok {
		return Person{}, false
	}
	return o.view(o.people[i]), true
}

// Staff returns the ids of the people the console's demo signs in: helpdesk,
// admin, auditor, owner, and visitor, who is in no group of the console.
func (o *Org) Staff() map[string]string { return maps.Clone(o.staff) }

// FirstWith returns the first ordinary person in status: no admin role, not
// staff of the console. The person has a password and a factor where anybody in
// that status has them. It panics when there is nobody.
func (o *Org) FirstWith(status string) Person {
	ordinary := func(p *person) bool {
		return p.status == status && !p.staff && len(p.allRoles()) == 0 && p.provider.kind == "OKTA" && !p.vip() && !p.blocked
	}
	equipped := func(p *person) bool { return ordinary(p) && p.password && len(p.factors) > 0 }
	withPassword := func(p *person) bool { return ordinary(p) && p.password }
	return o.first("status "+status, equipped, withPassword, ordinary)
}

func (p *person) vip() bool { return p.profile.get("vip") == true }

// AdminWith returns an active person whose only role is this one, held
// directly and not limited by targets. It panics when there is nobody.
func (o *Org) AdminWith(roleType string) Person {
	return o.first("role "+roleType, func(p *person) bool {
		return o.onlyRole(p, roleType) && len(p.roles) == 1 && !p.roles[0].limited()
	})
}

// LimitedAdmin returns an active person whose only role is this one, held
// directly and limited by targets: HELP_DESK_ADMIN, USER_ADMIN or APP_ADMIN.
func (o *Org) LimitedAdmin(roleType string) Person {
	return o.first("limited role "+roleType, func(p *person) bool {
		return o.onlyRole(p, roleType) && len(p.roles) == 1 && p.roles[0].limited()
	})
}

// GroupAdmin returns an active person who holds only this role, and through a
// group: USER_ADMIN, APP_ADMIN or SUPER_ADMIN.
func (o *Org) GroupAdmin(roleType string) Person {
	return o.first("role through a group "+roleType, func(p *person) bool {
		return o.onlyRole(p, roleType) && len(p.roles) == 0
	})
}

func (o *Org) onlyRole(p *person, kind string) bool {
	all := p.allRoles()
	return p.status == active && p.id != o.owner && !p.staff && len(all) == 1 && all[0].kind == kind
}

func (r *role) limited() bool { return len(r.groups)+len(r.apps) > 0 }

// first returns the first person that fits the earliest test anybody fits.
func (o *Org) first(what string, tests ...func(*person) bool) Person {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, fits := range tests {
		for _, p := range o.people {
			if fits(p) {
				return o.view(p)
			}
		}
	}
	panic("oktasim: nobody with " + what)
}

// GrantRole assigns a role directly, as an administrator elsewhere would. The
// type may be one Okta does not have yet.
func (o *Org) GrantRole(id, roleType string) {
	o.change(id, func(p *person, now time.Time) {
		p.roles = append(p.roles[:len(p.roles):len(p.roles)], o.newRole(roleType, false, now))
	})
}

// SetStatus puts a person into a status, whatever the rules say, with what
// usually goes with it: a password or none.
func (o *Org) SetStatus(id, status string) {
	o.change(id, func(p *person, now time.Time) {
		p.setStatus(status, now)
		p.password = status != provisioned && status != deprovisioned
		p.foundSecrets()
	})
}

// SetProfile sets a property of the profile, known to the organisation or not;
// nil unsets it. Values are strings, float64, bool or []any of those.
func (o *Org) SetProfile(id, name string, value any) {
	if n, ok := value.(int); ok {
		value = float64(n)
	}
	o.change(id, func(p *person, now time.Time) {
		o.schema.learn(name, value)
		p.profile = p.profile.with(name, value)
		p.lastUpdated = now
	})
}

// JoinGroup puts a person into a group, which is made if there is none. Who is
// in it already stays.
func (o *Org) JoinGroup(id, groupName string) {
	o.change(id, func(p *person, now time.Time) {
		g := o.groups[groupName]
		if g == nil {
			g = o.newGroup(groupName, "", now)
		}
		if slices.Contains(p.groups, g) {
			return
		}
		g.members = now
		p.groups = append(p.groups[:len(p.groups):len(p.groups)], g)
		o.events.membership(p, g, true, now)
	})
}

// LeaveGroup ends the person's membership of the group.
func (o *Org) LeaveGroup(id, groupName string) {
	o.change(id, func(p *person, now time.Time) {
		g := o.groups[groupName]
		if g == nil || !slices.Contains(p.groups, g) {
			return
		}
		g.members = now
		p.groups = slices.DeleteFunc(slices.Clone(p.groups), func(x *group) bool { return x == g })
		o.events.membership(p, g, false, now)
	})
}

func (o *Org) change(id string, f func(*person, time.Time)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i, ok := o.byID[id]
	if !ok {
		panic("oktasim: nobody has the id " + id)
	}
	p := *o.people[i]
	f(&p, o.clock.now())
	o.put(&p)
}

// Snapshot returns a hash of all that a call could change about people: who
// they are, roles, memberships, credentials, factors, applications, links,
// sessions, grants and refresh tokens. Equal snapshots mean that nothing
// changed.
func (o *Org) Snapshot() string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	c := &call{}
	h := sha256.New()
	var b []byte
	for _, p := range o.people {
		b = encode(b[:0], o.userObject(p, nil))
		for _, r := range p.allRoles() {
			b = encode(b, roleObject(c, holding{role: r}, []string{expandGroups, expandApps}))
			b = encode(b, r.quiet)
		}
		for _, g := range p.groups {
			b = encode(b, groupObject(c, g))
		}
		for _, f := range p.factors {
			b = encode(b, factorObject(c, p, f))
		}
		b = encode(b, object{{"sessions", p.sessions}, {"devices", p.devices}})
		b = p.appendConsents(b)
		b = p.appendBelongings(b)
		_, _ = h.Write(b) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}
