package desk

import (
	"slices"
	"testing"

	"keydesk/internal/okta"
)

// systemActors are the console's own, a review's with two owners behind it.
func systemActors(t *testing.T) []Actor {
	owner := func(id string) Actor {
		return Actor{ID: "i#" + id, OktaID: mustID(t, id), Name: "Owner", Roles: []Role{Owner}}
	}
	return []Actor{RoleMap(), Reviews(owner("00u3333333333333333x"), owner("00u4444444444444444x"))}
}

// Whatever stands in a policy, nobody gets a role of the console's own by it, and the
// console's own actors get nothing by it.
func TestSystemRolesAreFixed(t *testing.T) {
	p := DefaultPolicy()
	for _, r := range SystemRoles() {
		p.Roles[r] = RoleRule{Groups: []Grant{{Group: "Everyone"}}, May: []Word{Changing}}
	}
	if got := p.RolesOf([]string{"Everyone"}); len(got) > 0 {
		t.Errorf("a group gives %v", got)
	}
	for _, who := range systemActors(t) {
		for _, on := range targets(t, who) {
			for _, s := range Catalog() {
				may := slices.ContainsFunc(SystemMay(who.Roles[0]), func(m Spec) bool { return m.Action == s.Action })
				if d := p.decide(who, s, on); d.Allowed && !may {
					t.Errorf("%s may %s", who.ID, s.Action)
				}
			}
		}
	}
	if changes := slices.DeleteFunc(SystemMay(Mapper), func(s Spec) bool { return s.Risk == Reading }); len(changes) > 0 {
		t.Errorf("the map changes something: %v", changes)
	}
	if !p.lets(RoleMap(), spec("roles.list")) || p.May(RoleMap(), ReadRecord) || p.limited(RoleMap()) {
		t.Error("the map has not the rights that it needs and no others")
	}
}

// A person who also had a system role would be a person still.
func TestSystemActorIsNobody(t *testing.T) {
	if (Actor{Roles: []Role{Owner, Reviewer}}).System() || (Actor{}).System() || !RoleMap().System() {
		t.Error("who is of the console's own")
	}
	if (Actor{Roles: []Role{Mapper}}).Tier() != "" {
		t.Error("an actor of the console's own has a rank among people")
	}
}

// A review takes a role where whoever closes it might, and where that takes two,
// whoever decided is somebody else.
func TestReviewsActOnAWord(t *testing.T) {
	who := func(id string, r Role) Actor {
		return Actor{ID: "i#" + id, OktaID: mustID(t, id), Name: string(r), Roles: []Role{r}}
	}
	owner, other, admin, helpdesk := who("00u3333333333333333x", Owner), who("00u4444444444444444x", Owner), who("00u5555555555555555x", Admin), who("00u6666666666666666x", Helpdesk)
	manager := Actor{ID: "i#manager", Name: "A manager"}
	twin := owner
	twin.ID = "j#again"
	holds := func(rt okta.RoleType) Standing {
		return Standing{ID: mustID(t, "00u1111111111111111x"), Name: "Ann", StaffKnown: true, Roles: []okta.Role{{Type: rt, AssignmentType: "USER"}}}
	}
	holder := who("00u1111111111111111x", Owner)
	for name, c := range map[string]struct {
		by   Actor
		on   Standing
		want string
	}{
		"nobody's word":                         {Actor{ID: string(Reviewer), Roles: []Role{Reviewer}}, holds(okta.ReadOnlyAdmin), "system.word"},
		"another system actor's":                {Reviews(RoleMap()), holds(okta.ReadOnlyAdmin), "system.word"},
		"an admin's, a lesser role":             {Reviews(admin), holds(okta.ReadOnlyAdmin), ""},
		"helpdesk's":                            {Reviews(helpdesk, owner), holds(okta.ReadOnlyAdmin), "permission.roles.act"},
		"an admin's, a super role":              {Reviews(admin, owner), holds(okta.SuperAdmin), "protected.admins"},
		"an owner's alone":                      {Reviews(owner), holds(okta.SuperAdmin), "second.owner"},
		"an owner's who decided themselves":     {Reviews(owner, owner), holds(okta.SuperAdmin), "second.owner"},
		"an owner's under two names":            {Reviews(owner, twin), holds(okta.SuperAdmin), "second.owner"},
		"an owner's, decided by another":        {Reviews(owner, other), holds(okta.SuperAdmin), ""},
		"an owner's, decided by a manager":      {Reviews(owner, manager), holds(okta.SuperAdmin), ""},
		"an owner's, decided by the holder":     {Reviews(owner, holder), holds(okta.SuperAdmin), "second.owner"},
		"the holder's own":                      {Reviews(holder, other), holds(okta.ReadOnlyAdmin), "self"},
		"an owner's, of the credential's owner": {Reviews(owner, other), Standing{ID: mustID(t, "00u1111111111111111x"), StaffKnown: true, Untouched: true}, "protected.credential"},
	} {
		d := DefaultPolicy().decide(c.by, spec("roles.remove"), c.on)
		if d.Allowed != (c.want == "") || !d.Allowed && d.Rule != c.want {
			t.Errorf("%s: %+v, want %q", name, d, c.want)
		}
	}
}

// Whoever asks what the console's own actors may do is told, without anybody's word.
func TestExplainSystem(t *testing.T) {
	p := DefaultPolicy()
	for role, want := range map[Role]map[Action]string{
		Mapper:   {"roles.list": "", "users.get": "", "roles.remove": "permission.roles.act", "grants.list": "permission.grants.list"},
		Reviewer: {"roles.list": "", "roles.remove": "system.word", "roles.assign": "permission.roles.assign"},
	} {
		r, known := p.RoleOf(string(role))
		if !known || r != role {
			t.Errorf("%s is no role: %q", role, r)
		}
		for action, rule := range want {
			if x := p.ExplainKind(r, spec(action), "super"); x.Rule != rule || x.Allowed != (rule == "") {
				t.Errorf("%s, %s: %+v, want %q", role, action, x, rule)
			}
		}
	}
}
