package desk

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Policy is who may do what, to whom, under which conditions, and whom to ask
// otherwise. The zero Policy allows nobody anything. It is made once and only read.
type Policy struct {
	Name       string            // names it in the record
	Roles      map[Role]RoleRule // the roles that somebody can hold
	Scopes     map[string]Scope  // by name
	BreakGlass []string          // logins or ids of accounts that nobody changes from here
	VIP        VIP               // accounts that take more than others
	Require    Require           // what acts take beside the right to them
	Limits     map[Risk]Limit    // how much of a class one operator may do
}

// RoleRule is one role of the console.
type RoleRule struct {
	Groups []Grant
	May    []Word // what it carries
	Except []Word // what of that it does not
}

// Grant gives a role to the members of one of the issuer's groups.
type Grant struct {
	Group string
	Scope string // name of the scope within which it counts; empty: everywhere
}

// Scope is a part of the organisation: members of any of the groups, or people
// whose attribute has one of the values.
type Scope struct {
	Says      string   // who that is, in words; may be empty
	Groups    []string // names or ids
	Attribute string
	Values    []string
}

// VIP are accounts that take a higher tier, or a second person.
type VIP struct {
	People []string // logins or ids
	Needs  Role     // the lowest tier that may change them; empty: as everybody
	Second bool     // somebody else has to approve
}

// Require is what acts take beside the right to them.
type Require struct {
	Reason, Ticket, Second []Word
	Fresh                  map[Word]time.Duration
}

// Limit is how many acts of a class one operator may do; 0 is without limit.
type Limit struct{ Hour, Day int }

// Word names operations: a class, a permission, one operation, or Changing.
type Word string

// Changing names every operation that changes something.
const Changing Word = "changing"

// DefaultPolicy is the policy of a console that was given none.
func DefaultPolicy() Policy {
	desk := permitted(ReadUsers, ReadOwnRecord, EditUsers, ActLifecycle, ActCredentials, ShowSecrets, ActSessions)
	admin := append(slices.Clone(desk), permitted(ReadRecord, CreateUsers, ReplaceUsers, EraseUsers, ActLinks, ActRoles, ActApprovals, ActStaff, ActReviews)...)
	return Policy{
		Name: "default",
		Roles: map[Role]RoleRule{
			Auditor:  {Groups: []Grant{{Group: "Keydesk Auditors"}}, May: permitted(ReadUsers, ReadOwnRecord, ReadRecord)},
			Helpdesk: {Groups: []Grant{{Group: "Keydesk Helpdesk"}}, May: desk},
			Admin:    {Groups: []Grant{{Group: "Keydesk Admins"}}, May: admin},
			Owner:    {Groups: []Grant{{Group: "Keydesk Owners"}}, May: slices.Clone(admin)},
		},
		VIP: VIP{Needs: Admin, Second: true},
		Require: Require{
			Reason: []Word{Changing}, Second: []Word{"users.erase"},
			Fresh: map[Word]time.Duration{Word(Takeover): 15 * time.Minute, Word(Privilege): 15 * time.Minute},
		},
		Limits: map[Risk]Limit{Takeover: {Hour: 10, Day: 30}, Destructive: {Hour: 50, Day: 200}},
	}
}

// DemoPolicy is the default with limits that nobody meets who tries things out.
func DemoPolicy() Policy {
	p := DefaultPolicy()
	p.Name = "demo"
	p.Limits = map[Risk]Limit{Takeover: {Hour: 1_000, Day: 5_000}, Destructive: {Hour: 5_000}}
	return p
}

// beside are the permissions that no operation of the catalogue has.
func beside() []Perm {
	return []Perm{ReadOwnRecord, ReadRecord, ActApprovals, ShowSecrets, ActStaff, ActReviews}
}

func permitted(perms ...Perm) []Word {
	out := make([]Word, len(perms))
	for i, p := range perms {
		out[i] = Word(p)
	}
	return out
}

// Words lists every word that a policy can name operations by.
func Words() []Word {
	all := append([]Word{Changing}, permitted(beside()...)...)
	for _, s := range catalog {
		all = append(all, Word(s.Risk), Word(s.Perm), Word(s.Action))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// covers reports whether the word names the operation.
func (w Word) covers(s Spec) bool {
	switch w {
	case Changing:
		return s.Risk != Reading && s.Risk != ""
	case Word(s.Risk), Word(s.Perm), Word(s.Action):
		return w != ""
	}
	return false
}

func covered(all []Word, s Spec) bool {
	return slices.ContainsFunc(all, func(w Word) bool { return w.covers(s) })
}

// allows reports whether the role carries the operation. Whoever may do anything to
// people may read them; whoever may do anything at all sees their own acts.
func (r RoleRule) allows(s Spec) bool {
	if covered(r.Except, s) {
		return false
	}
	switch s.Perm {
	case ReadUsers:
		return slices.ContainsFunc(r.May, func(w Word) bool { return w != Word(ReadRecord) && w != Word(ReadOwnRecord) })
	case ReadOwnRecord:
		return len(r.May) > 0
	}
	return covered(r.May, s)
}

// FreshSignIn is how long ago the issuer may have seen proof of who the operator is
// for an operation; 0 asks for none.
func (p Policy) FreshSignIn(s Spec) time.Duration {
	var least time.Duration
	for w, d := range p.Require.Fresh {
		if w.covers(s) && (least == 0 || d < least) {
			least = d
		}
	}
	return least
}

// NeedsReason reports whether the operation takes a sentence why it is done.
func (p Policy) NeedsReason(s Spec) bool { return covered(p.Require.Reason, s) }

// NeedsTicket reports whether the operation takes the number of a ticket.
func (p Policy) NeedsTicket(s Spec) bool { return covered(p.Require.Ticket, s) }

// NeedsSecond reports whether the operation takes a second person, whoever it is about.
func (p Policy) NeedsSecond(s Spec) bool { return covered(p.Require.Second, s) }

// Approvers are the roles that may be the second person of an operation, lowest first.
func (p Policy) Approvers(s Spec) []Role {
	return slices.DeleteFunc(p.Holders(s), func(r Role) bool { return !p.Roles[r].allows(Spec{Perm: ActApprovals}) })
}

// ranking orders the roles, lowest first; the zero role is below them all.
func ranking() []Role { return []Role{"", Auditor, Helpdesk, Admin, Owner} }

// within is the role as somebody holds it who holds it in a scope alone.
func (r Role) within(scope string) Role {
	if scope == "" {
		return r
	}
	return r + "@" + Role(scope)
}

// Parts are the role itself, and the scope within which it is held; empty: everywhere.
func (r Role) Parts() (Role, string) {
	tier, scope, _ := strings.Cut(string(r), "@")
	return Role(tier), scope
}

func (r Role) rank() int {
	tier, _ := r.Parts()
	return slices.Index(ranking(), tier)
}

// RolesOf returns the console roles that membership in groups gives, lowest first.
// A role that counts in a scope alone is written "role@scope"; who holds it
// everywhere too holds it everywhere.
func (p Policy) RolesOf(groups []string) []Role {
	var roles []Role
	for _, r := range ranking()[1:] {
		var held []Role
		for _, g := range p.Roles[r].Groups {
			if slices.Contains(groups, g.Group) {
				held = append(held, r.within(g.Scope))
			}
		}
		if slices.Contains(held, r) {
			held = []Role{r}
		}
		slices.Sort(held)
		roles = append(roles, slices.Compact(held)...)
	}
	return roles
}

// staffOf is the highest role that one group of the issuer's name gives.
func (p Policy) staffOf(group string) Role {
	return Actor{Roles: p.RolesOf([]string{group})}.Tier()
}

func higher(a, b Role) Role {
	if b.rank() > a.rank() {
		b, _ = b.Parts()
		return b
	}
	return a
}

// Tier is the actor's highest role, or "" for nobody's, wherever it counts.
func (a Actor) Tier() Role {
	var top Role
	for _, r := range a.Roles {
		top = higher(top, r)
	}
	return top
}

// May reports whether one of the actor's roles carries the permission, or one of the
// operations that it stands for.
func (p Policy) May(who Actor, perm Perm) bool {
	if !slices.ContainsFunc(catalog, func(s Spec) bool { return s.Perm == perm }) {
		return p.allows(who, Spec{Perm: perm})
	}
	return slices.ContainsFunc(catalog, func(s Spec) bool { return s.Perm == perm && p.allows(who, s) })
}

func (p Policy) allows(who Actor, s Spec) bool {
	return slices.ContainsFunc(who.Roles, func(r Role) bool {
		if own := systemMay(r); own != nil {
			return covered(own, s)
		}
		tier, _ := r.Parts()
		return p.Roles[tier].allows(s)
	})
}

// mayChange reports whether the actor may change anything of anybody.
func (p Policy) mayChange(who Actor) bool {
	return slices.ContainsFunc(catalog, func(s Spec) bool { return s.Risk != Reading && p.allows(who, s) })
}

// carries lists what a role of the console carries.
func (p Policy) carries(r Role) []Spec {
	specs := slices.Clone(catalog)
	for _, perm := range beside() {
		specs = append(specs, Spec{Perm: perm})
	}
	return slices.DeleteFunc(specs, func(s Spec) bool { return !p.Roles[r].allows(s) })
}

// Holders are the roles that carry an operation, lowest first.
func (p Policy) Holders(s Spec) []Role {
	var out []Role
	for _, r := range ranking()[1:] {
		if p.Roles[r].allows(s) {
			out = append(out, r)
		}
	}
	return out
}

// askFor says whose members to ask.
func (p Policy) askFor(roles ...Role) string {
	if groups := p.groupsOf(roles...); groups != "" {
		return "Ask a member of " + groups + "."
	}
	return "Nobody may do this from here: ask whoever runs Keydesk."
}

// groupsOf names the groups that give one of the roles; those that give it
// everywhere, where there are any.
func (p Policy) groupsOf(roles ...Role) string {
	var wide, narrow []string
	for _, r := range roles {
		for _, g := range p.Roles[r].Groups {
			if g.Scope == "" {
				wide = append(wide, g.Group)
			} else {
				narrow = append(narrow, g.Group)
			}
		}
	}
	if len(wide) == 0 {
		wide = narrow
	}
	return strings.Join(wide, " or ")
}

// ScopeNames are the scopes in the order of their names.
func (p Policy) ScopeNames() []string { return slices.Sorted(maps.Keys(p.Scopes)) }
