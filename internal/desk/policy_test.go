package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keydesk/internal/okta"
)

func mustID(t testing.TB, s string) okta.UserID {
	t.Helper()
	id, err := okta.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// targets is one account of every kind, as it stands to somebody of a tier.
func targets(t *testing.T, who Actor) []Standing {
	other := mustID(t, "00u1111111111111111x")
	role := func(rt okta.RoleType, held string) []okta.Role {
		return []okta.Role{{Type: rt, Label: string(rt), AssignmentType: held}}
	}
	base := Standing{ID: other, Name: "Ann Vo", StaffKnown: true}
	with := func(f func(*Standing)) Standing { s := base; f(&s); return s }
	higher, lower := Owner, ranking()[max(who.Tier().rank()-1, 0)]
	if i := who.Tier().rank() + 1; i < len(ranking()) {
		higher = ranking()[i]
	}
	return []Standing{
		base,
		with(func(s *Standing) {
			s.Roles = role(okta.HelpDeskAdmin, "USER")
			s.Roles[0].Targets.Groups = []okta.Group{{Name: "Berlin"}}
		}),
		with(func(s *Standing) { s.Roles = role(okta.ReadOnlyAdmin, "USER") }),
		with(func(s *Standing) { s.Roles = role(okta.OrgAdmin, "USER") }),
		with(func(s *Standing) { s.Roles = role(okta.SuperAdmin, "USER") }),
		with(func(s *Standing) { s.Roles = role(okta.UserAdmin, "GROUP") }),
		with(func(s *Standing) { s.Roles = role(okta.SuperAdmin, "GROUP") }),
		with(func(s *Standing) { s.Roles = role("SOME_FUTURE_ADMIN", "USER") }),
		with(func(s *Standing) { s.Staff = lower }),
		with(func(s *Standing) { s.Staff = who.Tier() }),
		with(func(s *Standing) { s.Staff = higher }),
		with(func(s *Standing) { s.Untouched = true }),
		with(func(s *Standing) { s.ID = who.OktaID }),
		with(func(s *Standing) { s.Unreadable = true }),
		with(func(s *Standing) { s.StaffKnown = false }),
	}
}

// names are the rows of the table, in the order of targets.
func names() []string {
	return []string{
		string(Plain), string(LimitedAdmin), string(LesserAdmin), string(OrgAdmin), string(SuperAdmin), string(GroupAdmin) + ": lesser role", string(GroupAdmin) + ": super administrator",
		string(CustomAdmin), "console staff of the tier below", string(StaffSame), string(StaffHigher), string(Untouchable), string(Self), "roles unreadable", "groups unreadable",
	}
}

// The whole table of who may do what to whom is a file that a reviewer can read.
// KEYDESK_TEST_UPDATE=1 writes it anew.
func TestPolicyMatrix(t *testing.T) {
	var b strings.Builder
	for _, role := range ranking() {
		who := Actor{ID: "i#me", OktaID: mustID(t, "00u2222222222222222x"), Name: "Me", Roles: []Role{role}}
		fmt.Fprintf(&b, "%s\n", roleWord(role))
		for i, on := range targets(t, who) {
			fmt.Fprintf(&b, "  %s\n%s", names()[i], decisions(who, on))
		}
	}
	for _, who := range systemActors(t) {
		fmt.Fprintf(&b, "%s\n", who.tierWord())
		for i, on := range targets(t, who) {
			fmt.Fprintf(&b, "  %s\n%s", names()[i], decisions(who, on))
		}
	}
	path := filepath.Join("testdata", "policy.golden")
	if os.Getenv("KEYDESK_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the policy differs from %s:\n%s", path, diff)
	}
}

// decisions is a line for each answer, with the actions that get it.
func decisions(who Actor, on Standing) string {
	by := map[string][]string{}
	for _, s := range Catalog() {
		d := DefaultPolicy().decide(who, s, on)
		answer := d.Rule
		if d.Allowed {
			answer = "allowed"
		}
		by[answer] = append(by[answer], string(s.Action))
	}
	answers := make([]string, 0, len(by))
	for a := range by {
		answers = append(answers, a)
	}
	slices.Sort(answers)
	var b strings.Builder
	for _, a := range answers {
		fmt.Fprintf(&b, "    %-24s %s\n", a, strings.Join(by[a], " "))
	}
	return b.String()
}

// Whatever roles somebody holds, more of them never make the account easier to change.
func TestMoreRolesNeverOpen(t *testing.T) {
	types := []okta.RoleType{okta.SuperAdmin, okta.OrgAdmin, okta.AppAdmin, okta.UserAdmin, okta.HelpDeskAdmin, okta.ReadOnlyAdmin, okta.MobileAdmin, "CUSTOM", "", "FUTURE"}
	rapid.Check(t, func(rt *rapid.T) {
		who := Actor{ID: "i#me", OktaID: mustID(t, "00u2222222222222222x"), Roles: []Role{rapid.SampledFrom(ranking()).Draw(rt, "tier")}}
		on := Standing{ID: mustID(t, "00u1111111111111111x"), Name: "Ann", StaffKnown: true, Staff: rapid.SampledFrom(ranking()).Draw(rt, "staff")}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(types), 0, 4).Draw(rt, "roles") {
			on.Roles = append(on.Roles, okta.Role{Type: k, AssignmentType: rapid.SampledFrom([]string{"USER", "GROUP"}).Draw(rt, "held")})
		}
		more := on
		more.Roles = append(slices.Clone(on.Roles), okta.Role{Type: rapid.SampledFrom(types).Draw(rt, "more")})
		for _, s := range Catalog() {
			if DefaultPolicy().decide(who, s, more).Allowed && !DefaultPolicy().decide(who, s, on).Allowed {
				rt.Fatalf("%s opens with %v", s.Action, more.Roles)
			}
		}
	})
}

// Nobody but an owner changes an account with any admin role as helpdesk, and
// nobody at all changes their own.
func TestHelpdeskNeverTouchesAdmins(t *testing.T) {
	who := Actor{ID: "i#me", OktaID: mustID(t, "00u2222222222222222x"), Roles: []Role{Helpdesk, Auditor}}
	for _, rt := range []okta.RoleType{okta.SuperAdmin, okta.OrgAdmin, okta.AppAdmin, okta.UserAdmin, okta.HelpDeskAdmin, okta.GroupMembershipAdmin, okta.ReadOnlyAdmin, okta.ReportAdmin, okta.MobileAdmin, okta.APIAccessManagementAdmin, "CUSTOM", "FUTURE", ""} {
		on := Standing{ID: mustID(t, "00u1111111111111111x"), Name: "Ann", StaffKnown: true, Roles: []okta.Role{{Type: rt}}}
		for _, s := range Catalog() {
			if d := DefaultPolicy().decide(who, s, on); d.Allowed != (s.Risk == Reading) {
				t.Errorf("%s on a holder of %q: %+v", s.Action, rt, d)
			}
		}
	}
}

func TestRolesOf(t *testing.T) {
	for _, tt := range []struct {
		groups []string
		roles  []Role
		tier   Role
	}{
		{nil, nil, ""},
		{[]string{"Everyone", "keydesk helpdesk", "Keydesk Helpdesk "}, nil, ""},
		{[]string{"Keydesk Helpdesk"}, []Role{Helpdesk}, Helpdesk},
		{[]string{"Keydesk Owners", "Keydesk Auditors"}, []Role{Auditor, Owner}, Owner},
		{[]string{"Keydesk Admins", "Keydesk Helpdesk"}, []Role{Helpdesk, Admin}, Admin},
	} {
		got := DefaultPolicy().RolesOf(tt.groups)
		if !slices.Equal(got, tt.roles) || (Actor{Roles: got}).Tier() != tt.tier {
			t.Errorf("%q: %v, tier %q", tt.groups, got, Actor{Roles: got}.Tier())
		}
	}
}

// Every refusal says why and whom to ask, and every allowed change has effects to show.
func TestRefusalsHaveWords(t *testing.T) {
	for _, role := range ranking() {
		who := Actor{ID: "i#me", OktaID: mustID(t, "00u2222222222222222x"), Roles: []Role{role}}
		for _, on := range targets(t, who) {
			for _, s := range Catalog() {
				if d := DefaultPolicy().decide(who, s, on); !d.Allowed && (d.Rule == "" || d.Why == "" || d.Ask == "") {
					t.Errorf("%s %s: %+v", role, s.Action, d)
				}
			}
		}
	}
	for _, s := range Catalog() {
		if s.Risk != Reading && (len(effects(s.Action, okta.User{})) == 0 || !strings.Contains(s.Confirm, "%s")) {
			t.Errorf("%s has no words for its dialog", s.Action)
		}
	}
}
