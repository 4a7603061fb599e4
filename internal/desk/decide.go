package desk

import (
	"fmt"
	"slices"
	"time"

	"keydesk/internal/okta"
)

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
	BreakGlass bool      // the policy keeps it from everybody here
	VIP        bool      // the policy asks more for it
	In         []string  // those of the actor's scopes that the target is in
}

// decide answers whether who may do what spec says to the target. It looks at
// rights and rank alone; what Okta allows in the target's state is stateRule's.
func (p Policy) decide(who Actor, spec Spec, on Standing) Decision {
	if d := p.decideActor(who, spec); !d.Allowed || spec.Risk == Reading {
		return d
	}
	if who.System() {
		return p.decideSystem(who, spec, on)
	}
	if d := decideMapped(who); !d.Allowed {
		return d
	}
	if d := p.decideScope(who, spec, on); !d.Allowed {
		return d
	}
	return p.decideSecond(spec, on, p.decideTarget(who, on))
}

// decideSecond asks for a second person where the act itself does, whatever the
// account is, and refuses what cannot wait for one.
func (p Policy) decideSecond(s Spec, on Standing, dec Decision) Decision {
	if !dec.Allowed {
		return dec
	}
	for _, more := range []Decision{p.decideColleague(s, on), p.decideGiven(s, on), p.decideListed(s)} {
		dec = dec.stricter(more)
	}
	if dec.Second == "" || waits(s.Action) {
		return dec
	}
	return refuse(dec.Rule, dec.Why+" This cannot wait for that: somebody is at the counter, or what it yields would be shown.", "Use Okta's own console.")
}

// TakesTwo reports whether an act takes a second person whoever it is on.
func (p Policy) TakesTwo(s Spec) bool {
	return p.decideSecond(s, Standing{StaffKnown: true}, Decision{Allowed: true}).Rule != ""
}

// stricter is the one of two that allow which asks for the higher second person.
func (d Decision) stricter(o Decision) Decision {
	if o.Second.rank() > d.Second.rank() {
		return o
	}
	return d
}

// decideColleague asks for a second owner where whoever takes the account over could be
// two by it.
func (p Policy) decideColleague(s Spec, on Standing) Decision {
	second := Decision{Allowed: true, Second: Owner, Rule: "second.staff", Ask: p.askFor(Owner)}
	switch {
	case s.Risk != Takeover:
	case !on.StaffKnown:
		second.Why = on.Name + "'s groups cannot be read, so nobody can tell whether they decide here on what takes two. A second owner has to approve."
		return second
	case p.May(Actor{Roles: []Role{on.Staff}}, ActApprovals):
		second.Why = on.Name + " decides here on what takes two: whoever could become them would be two. A second owner has to approve."
		return second
	}
	return Decision{Allowed: true}
}

// decideListed asks for the second person whom the policy lists the act for.
func (p Policy) decideListed(s Spec) Decision {
	if !p.NeedsSecond(s) {
		return Decision{Allowed: true}
	}
	both := p.Approvers(s)
	dec := Decision{Allowed: true, Second: Owner, Rule: "second.policy", Why: "The policy wants a second person for this: somebody else who may do it has to approve.", Ask: p.askFor(both...)}
	if len(both) > 0 {
		dec.Second = both[0]
	}
	if s.Action == "users.erase" {
		dec.Rule, dec.Why = "second.erase", "Nobody can bring an erased account back: somebody else who may erase has to approve."
	}
	return dec
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
	case on.BreakGlass:
		return refuse("protected.break_glass", on.Name+"'s account is kept for emergencies; nobody changes it from here.", "Use Okta's own console.")
	case on.Unreadable:
		return refuse("protected.unreadable", on.Name+"'s admin roles cannot be read right now, so the account is closed.", "Try again; if it stays, ask whoever runs Keydesk.")
	}
	if d := p.decideStaff(who, on); !d.Allowed {
		return d
	}
	return p.decideVIP(who, on, p.decideRank(who, on))
}

func (p Policy) decideActor(who Actor, spec Spec) Decision {
	if p.lets(who, spec) {
		return Decision{Allowed: true}
	}
	rule := "permission." + string(spec.Perm)
	if spec.Op != "" && p.May(who, spec.Perm) { // all of the permission but this
		rule = "permission." + string(spec.Action)
	}
	why := fmt.Sprintf("Your role, %s, does not include this.", roleWord(Role(who.tierWord())))
	return refuse(rule, why, p.askFor(p.Holders(spec)...))
}

// lets is allows for whoever must also see what the operation yields.
func (p Policy) lets(who Actor, spec Spec) bool {
	return p.allows(who, spec) && (spec.Action != "expire_password_with_temp_password" || p.May(who, ShowSecrets))
}

// decideShown answers whether the actor may see what an act yields.
func (p Policy) decideShown(who Actor, shows bool) Decision {
	if !shows || p.May(who, ShowSecrets) {
		return Decision{Allowed: true}
	}
	s := Spec{Perm: ShowSecrets}
	return refuse("permission.secrets.show", "Your role, "+roleWord(who.Tier())+", may not see passwords and links: have it mailed.", p.askFor(p.Holders(s)...))
}

// decideScope leaves of the actor's roles those that count for the target. Where
// they count in a scope alone, nothing is done that reaches beyond it.
func (p Policy) decideScope(who Actor, spec Spec, on Standing) Decision {
	wide := everywhere(who)
	switch {
	case p.lets(wide, spec):
		return Decision{Allowed: true}
	case spec.Risk == Privilege || spec.Action == "users.create":
		return refuse("scope.reach", "Your role counts for "+p.scopeWords(who)+" alone, and this reaches further.", p.askFor(p.Holders(spec)...))
	case p.lets(counted(who, on), spec):
		return Decision{Allowed: true}
	}
	return refuse("scope.outside", "Your role counts for "+p.scopeWords(who)+" alone, and "+on.Name+" is not among them.", p.askFor(p.Holders(spec)...))
}

// decideNew answers whether the actor may make people.
func (p Policy) decideNew(who Actor) Decision {
	s := spec("users.create")
	return allOf(p.decideActor(who, s), decideMapped(who), p.decideScope(who, s, Standing{}), p.decideSecond(s, Standing{StaffKnown: true}, Decision{Allowed: true}))
}

// allOf is the first of the decisions that refuses, or a yes.
func allOf(all ...Decision) Decision {
	for _, dec := range all {
		if !dec.Allowed {
			return dec
		}
	}
	return Decision{Allowed: true}
}

// decideVIP asks for a higher tier, or a second person, where the policy lists the
// account.
func (p Policy) decideVIP(who Actor, on Standing, dec Decision) Decision {
	switch {
	case !dec.Allowed || !on.VIP:
		return dec
	case counted(who, on).Tier().rank() < p.VIP.Needs.rank():
		return refuse("protected.vip", on.Name+"'s account is on the policy's list of protected people.", p.askFor(rolesFrom(p.VIP.Needs)...))
	case p.VIP.Second && dec.Second == "":
		second := higher(p.VIP.Needs, Helpdesk)
		return Decision{Allowed: true, Second: second, Rule: "second.vip", Why: on.Name + "'s account is on the policy's list of protected people: somebody else has to approve each change.", Ask: p.askFor(rolesFrom(second)...)}
	}
	return dec
}

// decideStaff closes console staff of the same or a higher tier, and whoever has
// a right that the actor lacks, to everyone but owners: who could reset a
// colleague's password could become that colleague.
func (p Policy) decideStaff(who Actor, on Standing) Decision {
	wide := everywhere(who) // whose reach is limited could gain a colleague's, which is not
	lacks := func(s Spec) bool { return !p.allows(wide, s) }
	switch {
	case wide.Tier() == Owner, on.StaffKnown && on.Staff == "":
		return Decision{Allowed: true}
	case on.StaffKnown && on.Staff.rank() < wide.Tier().rank() && !slices.ContainsFunc(p.carries(on.Staff), lacks):
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
	case counted(who, on).Tier().rank() < needs.rank():
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

func roleWord(r Role) string {
	if r == "" {
		return "none"
	}
	return string(r)
}
