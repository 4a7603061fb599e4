package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// Policy is who may do what, to whom, and whom to ask otherwise. The zero Policy
// allows nobody anything. It is made once and only read.
type Policy struct {
	groups map[Role][]string // the issuer's groups whose members hold the role
	rights map[Role][]Perm   // what the role carries
	fresh  map[Risk]time.Duration
	name   string
}

// DefaultPolicy is the policy of a console that was given none.
func DefaultPolicy() Policy {
	desk := []Perm{ReadUsers, ReadOwnRecord, EditUsers, ActLifecycle, ActCredentials, ShowSecrets, ActSessions}
	admin := append(slices.Clone(desk), ReadRecord, CreateUsers, ReplaceUsers, EraseUsers, ActLinks, ActRoles, ActApprovals)
	return Policy{
		groups: map[Role][]string{Auditor: {"Keydesk Auditors"}, Helpdesk: {"Keydesk Helpdesk"}, Admin: {"Keydesk Admins"}, Owner: {"Keydesk Owners"}},
		rights: map[Role][]Perm{Auditor: {ReadUsers, ReadRecord, ReadOwnRecord}, Helpdesk: desk, Admin: admin, Owner: admin},
		fresh:  map[Risk]time.Duration{Takeover: 15 * time.Minute, Privilege: 15 * time.Minute},
		name:   "default",
	}
}

// Version names the policy in the record.
func (p Policy) Version() string { return p.name }

// FreshSignIn is how long ago the issuer may have seen proof of who the operator is
// for an operation; 0 asks for none.
func (p Policy) FreshSignIn(s Spec) time.Duration { return p.fresh[s.Risk] }

// ranking orders the roles, lowest first; the zero role is below them all.
func ranking() []Role { return []Role{"", Auditor, Helpdesk, Admin, Owner} }

func (r Role) rank() int { return slices.Index(ranking(), r) }

// RolesOf returns the console roles that membership in groups gives, lowest first.
func (p Policy) RolesOf(groups []string) []Role {
	var roles []Role
	for _, r := range ranking()[1:] {
		if slices.ContainsFunc(p.groups[r], func(g string) bool { return slices.Contains(groups, g) }) {
			roles = append(roles, r)
		}
	}
	return roles
}

// staffOf is the highest role that one group of the issuer's name gives.
func (p Policy) staffOf(group string) Role {
	return Actor{Roles: p.RolesOf([]string{group})}.Tier()
}

func higher(a, b Role) Role {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Tier is the actor's highest role, or "" for nobody's.
func (a Actor) Tier() Role {
	var top Role
	for _, r := range a.Roles {
		top = higher(top, r)
	}
	return top
}

// May reports whether one of the actor's roles carries the permission.
func (p Policy) May(who Actor, perm Perm) bool {
	return slices.ContainsFunc(who.Roles, func(r Role) bool { return slices.Contains(p.rights[r], perm) })
}

// Standing is what is known of a target when a change to it is decided.
type Standing struct {
	ID         okta.UserID
	Name       string
	Roles      []okta.Role
	Unreadable bool      // the roles could not be read
	Staff      Role      // the target's own console role
	StaffKnown bool      // whether the groups, and so Staff, could be read
	StaffRead  time.Time // when they were
	Untouched  bool      // the credential's owner
}

// decide answers whether who may do what spec says to the target. It looks at
// rights and rank alone; what Okta allows in the target's state is stateRule's.
func (p Policy) decide(who Actor, spec Spec, on Standing) Decision {
	if d := p.decideActor(who, spec); !d.Allowed || spec.Risk == Reading {
		return d
	}
	if d := decideMapped(who); !d.Allowed {
		return d
	}
	return p.decideSecond(spec, p.decideTarget(who, on))
}

// decideSecond asks for a second person where the act itself does, whatever the
// account is, and refuses what cannot wait for one.
func (p Policy) decideSecond(s Spec, dec Decision) Decision {
	if dec.Allowed && dec.Second == "" && s.Action == "users.erase" {
		dec = Decision{Allowed: true, Second: Admin, Rule: "second.erase", Why: "Nobody can bring an erased account back: somebody else who may erase has to approve.", Ask: p.askFor(p.holders(EraseUsers)...)}
	}
	if dec.Second == "" || waits(s.Action) {
		return dec
	}
	return refuse(dec.Rule, dec.Why+" This cannot wait for that: somebody is at the counter, or what it yields would be shown.", "Use Okta's own console.")
}

// waits reports whether an act can be done later, on a second person's word, and
// leaves nothing that only the one who asked for it should see.
func waits(a Action) bool {
	switch a {
	case "users.create", "change_password", "change_recovery_question", "forgot_password_recovery_question", "expire_password_with_temp_password":
		return false
	}
	return true
}

// decideMapped closes every change to operators of whom nobody can tell who they
// are in Okta: they could not be kept from their own account.
func decideMapped(who Actor) Decision {
	if who.OktaID.IsZero() {
		return refuse("actor.unmapped", "You may change nothing: "+who.Unmapped, "Ask whoever runs Keydesk.")
	}
	return Decision{Allowed: true}
}

// decideTarget says whether the target's account is open to the actor at all.
func (p Policy) decideTarget(who Actor, on Standing) Decision {
	switch {
	case who.OktaID == on.ID:
		return refuse("self", "Nobody changes their own account from here.", "Ask a colleague.")
	case on.Untouched:
		return refuse("protected.credential", on.Name+"'s account owns the credential that Keydesk works with; it is not changed from here.", "Use Okta's own console.")
	case on.Unreadable:
		return refuse("protected.unreadable", on.Name+"'s admin roles cannot be read right now, so the account is closed.", "Try again; if it stays, ask whoever runs Keydesk.")
	}
	if d := p.decideStaff(who, on); !d.Allowed {
		return d
	}
	return p.decideRank(who, on)
}

func (p Policy) decideActor(who Actor, spec Spec) Decision {
	if p.May(who, spec.Perm) {
		return Decision{Allowed: true}
	}
	why := fmt.Sprintf("Your role, %s, does not include this.", roleWord(who.Tier()))
	return refuse("permission."+string(spec.Perm), why, p.askFor(p.holders(spec.Perm)...))
}

// decideStaff closes console staff of the same or a higher tier, and whoever has
// a right that the actor lacks, to everyone but owners: who could reset a
// colleague's password could become that colleague.
func (p Policy) decideStaff(who Actor, on Standing) Decision {
	lacks := func(perm Perm) bool { return !p.May(who, perm) }
	if who.Tier() == Owner || on.StaffKnown && on.Staff.rank() < who.Tier().rank() && !slices.ContainsFunc(p.rights[on.Staff], lacks) {
		return Decision{Allowed: true}
	}
	if !on.StaffKnown {
		return refuse("protected.unreadable", on.Name+"'s groups cannot be read right now, so nobody can tell whether this is a colleague.", "Try again; if it stays, ask whoever runs Keydesk.")
	}
	return refuse("protected.staff", fmt.Sprintf("%s works in this console as %s.", on.Name, roleWord(on.Staff)), p.askFor(Owner))
}

// decideRank compares the actor's tier with the strongest admin role of the target.
func (p Policy) decideRank(who Actor, on Standing) Decision {
	role, kind := strongest(on.Roles)
	needs := neededTier(kind)
	switch {
	case who.Tier().rank() < needs.rank():
		return refuse("protected.admins", fmt.Sprintf("%s holds %s.", on.Name, heldAs(role)), p.askFor(needs))
	case needs == Owner:
		return Decision{Allowed: true, Second: Owner, Rule: "second.owner", Why: fmt.Sprintf("%s holds %s: a second owner has to approve each change.", on.Name, heldAs(role)), Ask: p.askFor(Owner)}
	}
	return Decision{Allowed: true}
}

// neededTier is the lowest console role that may change an account of a kind.
func neededTier(k TargetKind) Role {
	switch k {
	case Plain:
		return Helpdesk
	case LimitedAdmin, LesserAdmin:
		return Admin
	}
	return Owner
}

func refuse(rule, why, ask string) Decision { return Decision{Rule: rule, Why: why, Ask: ask} }

func (p Policy) holders(perm Perm) []Role {
	var out []Role
	for _, r := range ranking()[1:] {
		if slices.Contains(p.rights[r], perm) {
			out = append(out, r)
		}
	}
	return out
}

func (p Policy) askFor(roles ...Role) string {
	return "Ask a member of " + p.groupsOf(roles...) + "."
}

// groupsOf names the groups that give one of the roles.
func (p Policy) groupsOf(roles ...Role) string {
	var groups []string
	for _, r := range roles {
		groups = append(groups, p.groups[r]...)
	}
	return strings.Join(groups, " or ")
}

func roleWord(r Role) string {
	if r == "" {
		return "none"
	}
	return string(r)
}
