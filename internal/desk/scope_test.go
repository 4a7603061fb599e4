package desk

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"keydesk/internal/okta"
)

// scopedPolicy has a scope by group and one by attribute, for three of the roles.
func scopedPolicy() Policy {
	p := DefaultPolicy()
	p.Scopes = map[string]Scope{"berlin": {Groups: []string{"Staff Berlin", "00gBerlin00000000001"}}, "austria": {Says: "the people in Austria", Attribute: "countryCode", Values: []string{"AT"}}}
	for r, rule := range p.Roles {
		for name := range p.Scopes {
			rule.Groups = append(rule.Groups, Grant{Group: rule.Groups[0].Group + " " + name, Scope: name})
		}
		p.Roles[r] = rule
	}
	return p
}

func TestScopedRolesOf(t *testing.T) {
	p := scopedPolicy()
	for _, tt := range []struct {
		groups []string
		want   []Role
	}{
		{[]string{"Keydesk Helpdesk berlin"}, []Role{"helpdesk@berlin"}},
		{[]string{"Keydesk Helpdesk berlin", "Keydesk Helpdesk austria"}, []Role{"helpdesk@austria", "helpdesk@berlin"}},
		{[]string{"Keydesk Helpdesk berlin", "Keydesk Helpdesk"}, []Role{Helpdesk}},
		{[]string{"Keydesk Helpdesk berlin", "Keydesk Auditors"}, []Role{Auditor, "helpdesk@berlin"}},
	} {
		got := p.RolesOf(tt.groups)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %v", tt.groups, got)
		}
	}
	if got := (Actor{Roles: []Role{"helpdesk@berlin", Auditor}}).Tier(); got != Helpdesk {
		t.Errorf("tier %q", got)
	}
}

func TestWhoIsInAScope(t *testing.T) {
	p := scopedPolicy()
	in := func(country any) okta.User {
		raw, _ := json.Marshal(country)
		return okta.User{Profile: okta.Profile{"countryCode": raw}}
	}
	group := func(id, kind, name string) []okta.Group {
		gid, err := okta.ParseGroupID(id)
		if err != nil {
			t.Fatal(err)
		}
		return []okta.Group{{ID: gid, Type: kind, Name: name}}
	}
	who := Actor{Roles: []Role{"helpdesk@berlin", "helpdesk@austria", "helpdesk@gone"}}
	for _, tt := range []struct {
		name   string
		user   okta.User
		groups []okta.Group
		want   []string
	}{
		{"nobody", okta.User{}, nil, nil},
		{"by attribute", in("AT"), nil, []string{"austria"}},
		{"whatever the case", in("at"), nil, []string{"austria"}},
		{"begins like it", in("ATX"), nil, nil},
		{"empty", in(""), nil, nil},
		{"no text", in(nil), nil, nil},
		{"by name", okta.User{}, group("00g1", "OKTA_GROUP", "Staff Berlin"), []string{"berlin"}},
		{"a name from elsewhere", okta.User{}, group("00g1", "APP_GROUP", "Staff Berlin"), nil},
		{"by id", okta.User{}, group("00gBerlin00000000001", "APP_GROUP", "x"), []string{"berlin"}},
		{"name in another case", okta.User{}, group("00g1", "OKTA_GROUP", "staff berlin"), nil},
		{"both", in("AT"), group("00g1", "OKTA_GROUP", "Staff Berlin"), []string{"austria", "berlin"}},
	} {
		if got := p.in(who, tt.user, tt.groups); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if p.sees(Actor{Roles: []Role{"helpdesk@gone"}}, Standing{}) || p.sees(Actor{Roles: []Role{"helpdesk@"}}, Standing{}) != p.sees(Actor{Roles: []Role{Helpdesk}}, Standing{}) {
		t.Error("a scope that is gone shows somebody")
	}
}

// Who reads the record and nobody's page reads all of it.
func TestTheRecordAloneIsNotLimited(t *testing.T) {
	p := DefaultPolicy()
	p.Roles[Auditor] = RoleRule{Groups: p.Roles[Auditor].Groups, May: []Word{Word(ReadRecord)}}
	if who := (Actor{Roles: []Role{Auditor}}); p.limited(who) || p.May(who, ReadUsers) || !p.May(who, ReadRecord) {
		t.Error("an auditor of the record alone is limited, or reads people")
	}
}

// A role within a scope is never more than the same role everywhere, and outside of
// its scopes it is nothing.
func TestAScopeOnlyTakesAway(t *testing.T) {
	p := scopedPolicy()
	all := []string{"berlin", "austria"}
	rapid.Check(t, func(rt *rapid.T) {
		var wide, narrow, outside []Role
		for _, r := range rapid.SliceOfNDistinct(rapid.SampledFrom([]Role{Auditor, Helpdesk, Admin}), 1, 3, rapid.ID[Role]).Draw(rt, "roles") {
			scope := rapid.SampledFrom(append([]string{""}, all...)).Draw(rt, "scope")
			wide, narrow = append(wide, r), append(narrow, r.within(scope))
			outside = append(outside, r.within("gone"))
		}
		me := mustUser("00u2222222222222222x")
		on := Standing{ID: mustUser("00u1111111111111111x"), Name: "Ann", StaffKnown: true, Staff: rapid.SampledFrom(ranking()).Draw(rt, "staff"), In: rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID[string]).Draw(rt, "in")}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom([]okta.RoleType{okta.SuperAdmin, okta.UserAdmin, okta.ReadOnlyAdmin, "NEW"}), 0, 2).Draw(rt, "holds") {
			on.Roles = append(on.Roles, okta.Role{Type: k, AssignmentType: "USER"})
		}
		for _, s := range Catalog() {
			as := func(roles []Role) Decision { return p.decide(Actor{ID: "i#me", OktaID: me, Roles: roles}, s, on) }
			if s.Risk != Reading && as(narrow).Allowed && !as(wide).Allowed {
				rt.Fatalf("%s opens within a scope: %v, not as %v", s.Action, narrow, wide)
			}
			if s.Risk != Reading && as(outside).Allowed {
				rt.Fatalf("%s opens outside: %v", s.Action, outside)
			}
			if as(narrow).Second == "" && as(wide).Second != "" && as(narrow).Allowed {
				rt.Fatalf("%s loses its second person: %v", s.Action, narrow)
			}
		}
		if p.sees(Actor{Roles: outside}, on) {
			rt.Fatalf("%v sees somebody", outside)
		}
	})
}

// Whatever the policy refuses, it says by which rule, why and whom to ask: with
// scopes, lists and second persons too.
func TestEveryRefusalSaysWhomToAsk(t *testing.T) {
	p := scopedPolicy()
	p.Require.Second = []Word{"users.erase", Word(Takeover)}
	for _, r := range []Role{"", Auditor, Helpdesk, "helpdesk@berlin", "admin@austria", Admin, Owner} {
		for _, k := range kinds() {
			for _, s := range Catalog() {
				x := p.ExplainKind(r, s, k.name)
				if !x.Allowed && (x.Rule == "" || x.Why == "" || x.Ask == "") || x.Second != "" && (x.Rule == "" || x.Why == "" || x.Ask == "") {
					t.Errorf("%q %s on %s: %+v", r, s.Action, k.name, x.Decision)
				}
			}
		}
	}
}

// Of events the names of those who caused them are left out, for they may be people who
// do not exist for whoever looks; the person's own stays.
func TestEventsAreNameless(t *testing.T) {
	ann := okta.User{Profile: okta.Profile{"login": json.RawMessage(`"ann@x.example"`), "firstName": json.RawMessage(`"Ann"`), "lastName": json.RawMessage(`"Vo"`)}}
	got := nameless([]okta.LogEvent{{Actor: "Ann Vo"}, {Actor: "ann@x.example"}, {Actor: "Otto Prell"}}, ann)
	if got[0].Actor != "Ann Vo" || got[1].Actor != "ann@x.example" || got[2].Actor != "somebody" {
		t.Errorf("%+v", got)
	}
}
