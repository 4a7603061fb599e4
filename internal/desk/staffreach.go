package desk

import "keydesk/internal/okta"

// decideReach asks for a second person where a role would reach what gives roles in
// this console: whoever holds it could give themselves one, or become somebody who has
// one. limits are what it is limited to, each by its name, or by its id where it could
// not be read; none means everything.
func (p Policy) decideReach(t okta.RoleType, limits []Target) Decision {
	if !t.GroupTargets() && !t.AppTargets() && t != okta.APIAccessManagementAdmin {
		return Decision{Allowed: true}
	}
	if len(limits) == 0 {
		return p.reaches(Admin, "Without a limit "+t.Label()+" reaches the groups and the app by which people get into this console")
	}
	dec := Decision{Allowed: true}
	for _, l := range limits {
		gives := p.staffOf(l.Label)
		switch {
		case l.On.Group.IsZero():
		case l.Label == l.On.Group.String():
			dec = dec.stricter(p.reaches(Owner, "The group "+l.Label+" cannot be read, so nobody can tell whether it gives a role in this console"))
		case gives != "":
			dec = dec.stricter(p.reaches(higher(gives, Admin), "The group "+l.Label+" gives a role in this console"))
		}
	}
	return dec
}

// decideGiven is decideReach for what an act gives whatever is chosen in it: every app,
// or the roles of a group that somebody new is made in, of which nobody tells the limits
// there.
func (p Policy) decideGiven(s Spec, on Standing) Decision {
	dec := Decision{Allowed: true}
	switch s.Action {
	case "targets.add_all_apps":
		return p.decideReach(okta.AppAdmin, nil)
	case "users.create":
		for _, r := range on.Roles {
			dec = dec.stricter(p.decideReach(r.Type, nil))
		}
	}
	return dec
}

func (p Policy) reaches(second Role, why string) Decision {
	return Decision{Allowed: true, Second: second, Rule: "second.reach", Why: why + ": somebody else has to approve.", Ask: p.askFor(rolesFrom(second)...)}
}
