package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// rights are the permissions that each role of the console carries.
func rights(r Role) []Perm {
	desk := []Perm{ReadUsers, ReadOwnRecord, EditUsers, ActLifecycle, ActCredentials, ActSessions}
	switch r {
	case Auditor:
		return []Perm{ReadUsers, ReadRecord, ReadOwnRecord}
	case Helpdesk:
		return desk
	case Admin, Owner:
		return append(desk, ReadRecord, CreateUsers, EraseUsers, ActLinks, ActRoles, ActApprovals)
	}
	return nil
}

// ranking orders the roles, lowest first; the zero role is below them all.
func ranking() []Role { return []Role{"", Auditor, Helpdesk, Admin, Owner} }

func (r Role) rank() int { return slices.Index(ranking(), r) }

// Group is the issuer's group whose members hold the role.
func (r Role) Group() string {
	switch r {
	case Auditor:
		return "Keydesk Auditors"
	case Helpdesk:
		return "Keydesk Helpdesk"
	case Admin:
		return "Keydesk Admins"
	case Owner:
		return "Keydesk Owners"
	}
	return ""
}

// RolesOf returns the console roles that membership in groups gives, lowest first.
func RolesOf(groups []string) []Role {
	var roles []Role
	for _, r := range ranking()[1:] {
		if slices.Contains(groups, r.Group()) {
			roles = append(roles, r)
		}
	}
	return roles
}

// Tier is the actor's highest role, or "" for nobody's.
func (a Actor) Tier() Role {
	var top Role
	for _, r := range a.Roles {
		if r.rank() > top.rank() {
			top = r
		}
	}
	return top
}

// May reports whether one of the actor's roles carries the permission.
func (a Actor) May(p Perm) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(rights(r), p) })
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
func decide(who Actor, spec Spec, on Standing) Decision {
	if d := decideActor(who, spec); !d.Allowed || spec.Risk == Reading {
		return d
	}
	if d := decideMapped(who); !d.Allowed {
		return d
	}
	return decideSecond(spec, decideTarget(who, on))
}

// decideSecond asks for a second person where the act itself does, whatever the
// account is, and refuses what cannot wait for one.
func decideSecond(s Spec, dec Decision) Decision {
	if dec.Allowed && dec.Second == "" && s.Action == "users.erase" {
		dec = Decision{Allowed: true, Second: Admin, Rule: "second.erase", Why: "Nobody can bring an erased account back: somebody else who may erase has to approve.", Ask: askFor(holders(EraseUsers)...)}
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
func decideTarget(who Actor, on Standing) Decision {
	switch {
	case who.OktaID == on.ID:
		return refuse("self", "Nobody changes their own account from here.", "Ask a colleague.")
	case on.Untouched:
		return refuse("protected.credential", on.Name+"'s account owns the credential that Keydesk works with; it is not changed from here.", "Use Okta's own console.")
	case on.Unreadable:
		return refuse("protected.unreadable", on.Name+"'s admin roles cannot be read right now, so the account is closed.", "Try again; if it stays, ask whoever runs Keydesk.")
	}
	if d := decideStaff(who, on); !d.Allowed {
		return d
	}
	return decideRank(who, on)
}

func decideActor(who Actor, spec Spec) Decision {
	if who.May(spec.Perm) {
		return Decision{Allowed: true}
	}
	why := fmt.Sprintf("Your role, %s, does not include this.", roleWord(who.Tier()))
	return refuse("permission."+string(spec.Perm), why, askFor(holders(spec.Perm)...))
}

// decideStaff closes console staff of the same or a higher tier, and whoever has
// a right that the actor lacks, to everyone but owners: who could reset a
// colleague's password could become that colleague.
func decideStaff(who Actor, on Standing) Decision {
	lacks := func(p Perm) bool { return !who.May(p) }
	if who.Tier() == Owner || on.StaffKnown && on.Staff.rank() < who.Tier().rank() && !slices.ContainsFunc(rights(on.Staff), lacks) {
		return Decision{Allowed: true}
	}
	if !on.StaffKnown {
		return refuse("protected.unreadable", on.Name+"'s groups cannot be read right now, so nobody can tell whether this is a colleague.", "Try again; if it stays, ask whoever runs Keydesk.")
	}
	return refuse("protected.staff", fmt.Sprintf("%s works in this console as %s.", on.Name, roleWord(on.Staff)), askFor(Owner))
}

// decideRank compares the actor's tier with the strongest admin role of the target.
func decideRank(who Actor, on Standing) Decision {
	role, kind := strongest(on.Roles)
	needs := neededTier(kind)
	switch {
	case who.Tier().rank() < needs.rank():
		return refuse("protected.admins", fmt.Sprintf("%s holds %s.", on.Name, heldAs(role)), askFor(needs))
	case needs == Owner:
		return Decision{Allowed: true, Second: Owner, Rule: "second.owner", Why: fmt.Sprintf("%s holds %s: a second owner has to approve each change.", on.Name, heldAs(role)), Ask: askFor(Owner)}
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

func holders(p Perm) []Role {
	var out []Role
	for _, r := range ranking()[1:] {
		if slices.Contains(rights(r), p) {
			out = append(out, r)
		}
	}
	return out
}

func askFor(roles ...Role) string {
	groups := make([]string, len(roles))
	for i, r := range roles {
		groups[i] = r.Group()
	}
	return "Ask a member of " + strings.Join(groups, " or ") + "."
}

func roleWord(r Role) string {
	if r == "" {
		return "none"
	}
	return string(r)
}
