package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keydesk/internal/okta"
)

// parts are the names under which an address holds what an Object is about.
func parts() []string {
	return []string{"role", "group", "app", "instance", "client", "grant", "token", "factor", "link", "to", "type"}
}

// words reads what Object.String writes.
func words(s string) map[string]string {
	out := map[string]string{}
	for _, word := range strings.Fields(s) {
		name, v, _ := strings.Cut(word, "=")
		out[name] = v
	}
	return out
}

// Whatever stands in an address, only ids and names get through, as they came; and
// the text of an object leads back to it, so that no two share theirs.
func FuzzParseObject(f *testing.F) {
	for _, s := range []string{"", "00g1abc", "..", ".", "a/b", "%2e%2e", "a b", "a=b", "HELP_DESK_ADMIN", "SUPER_ADMIN", "CUSTOM", "00u1111111111111111x", "a\x00", "é", "me", "-x", "x.y"} {
		f.Add(s, "00gLimit", uint16(0x7ff))
		f.Add("0oaapp", s, uint16(0x0aa))
	}
	f.Fuzz(func(t *testing.T, one, two string, which uint16) {
		given := map[string]string{}
		for i, name := range parts() {
			given[name] = one
			if which>>i&1 == 0 {
				given[name] = two
			}
		}
		o, err := ParseObject(func(name string) string { return given[name] })
		var de *Error
		if err != nil {
			if !errors.As(err, &de) || de.Kind != NotFound || o != (Object{}) {
				t.Fatalf("%v: %+v %v", given, o, err)
			}
			return
		}
		got := words(o.String())
		for name, v := range given {
			if got[name] != v || strings.ContainsAny(v, "/?#%\\ =,\x00") || strings.Contains(v, "..") {
				t.Fatalf("%s: %q went through as %q", name, v, got[name])
			}
		}
		if back, err := ParseObject(func(name string) string { return got[name] }); err != nil || back != o {
			t.Fatalf("%q leads to %+v (%v)", o, back, err)
		}
	})
}

func TestParseObjectTypes(t *testing.T) {
	for _, s := range []string{"USER", "CUSTOM", "MOBILE_ADMIN", "help_desk_admin", "HELP_DESK_ADMIN ", "SUPER_ADMIN role=x"} {
		if o, err := ParseObject(only("type", s)); err == nil {
			t.Errorf("%q is taken: %v", s, o)
		}
	}
	for _, rt := range grantable() {
		if o, err := ParseObject(only("type", string(rt))); err != nil || o.Type != rt {
			t.Errorf("%s: %v %v", rt, o, err)
		}
	}
}

func only(name, v string) func(string) string {
	return func(wanted string) string {
		if wanted == name {
			return v
		}
		return ""
	}
}

// An app that a role is limited to is the same again when it is read from its text.
func FuzzParseAppTarget(f *testing.F) {
	for _, s := range []string{"", "slack", "salesforce/0oa1", "/", "slack/", "/0oa1", "a/b/c", "../x", "a,b", "a b/c", "slack/..", "ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAppTarget(s)
		if err != nil {
			if !errors.Is(err, okta.ErrBadID) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if a.String() != s || a.App.IsZero() || strings.Contains(s, "/") == a.Instance.IsZero() || strings.ContainsAny(s, ", =\n") {
			t.Fatalf("%q is %+v", s, a)
		}
	})
}

// A form's limits are ids, each once, and not too many.
func FuzzParseScope(f *testing.F) {
	f.Add("00g1", "slack", uint8(3))
	f.Add("", "slack/0oa1", uint8(1))
	f.Add("00g1 apps=x", "a,b", uint8(25))
	f.Fuzz(func(t *testing.T, group, app string, n uint8) {
		groups, apps := []string{group, group}, []string{app, app}
		for i := range n % 30 {
			groups = append(groups, fmt.Sprintf("00g%d", i))
		}
		s, err := ParseScope(groups, apps)
		if err != nil {
			if len(s.Groups)+len(s.Apps) > 0 {
				t.Fatalf("%v beside %v", s, err)
			}
			return
		}
		if len(s.Groups)+len(s.Apps) > limitsAtOnce || len(s.Apps) != 1 || s.Apps[0].String() != app || s.Groups[0].String() != group {
			t.Fatalf("%v %v: %v", groups, apps, s)
		}
		checkAssignment(t, okta.AppAdmin, s)
	})
}

// checkAssignment writes an assignment as the record keeps it and reads it again.
func checkAssignment(t testing.TB, rt okta.RoleType, s RoleScope) {
	t.Helper()
	x := &deed{spec: spec("roles.assign"), opts: UserOpts{On: Object{Type: rt}, Scope: s}, named: s.named()}
	gotType, got, err := parseAssignment(x.params())
	if err != nil || gotType != rt || got.String() != s.String() || len(got.Groups) != len(s.Groups) || len(got.Apps) != len(s.Apps) {
		t.Fatalf("%q is read as %s %v (%v)", x.params(), gotType, got, err)
	}
}

// What the record keeps of an assignment is enough to finish it, in whatever order
// its limits were chosen.
func TestAssignmentIsReadFromTheRecord(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9_-]{1,24}`)
		name := rapid.StringMatching(`[a-z0-9_][a-z0-9_.-]{0,24}`)
		groups := rapid.SliceOfNDistinct(id, 0, 8, rapid.ID[string]).Draw(rt, "groups")
		var apps []string
		for i, n := range rapid.SliceOfNDistinct(name, 0, 8, rapid.ID[string]).Draw(rt, "apps") {
			if rapid.Bool().Draw(rt, fmt.Sprint("instance ", i)) {
				n += "/" + id.Draw(rt, fmt.Sprint("id ", i))
			}
			apps = append(apps, n)
		}
		s, err := ParseScope(groups, apps)
		if err != nil {
			return // a name with two dots side by side
		}
		checkAssignment(t, rapid.SampledFrom(grantable()).Draw(rt, "type"), s)
		slices.Reverse(groups)
		slices.Reverse(apps)
		again, err := ParseScope(groups, apps)
		if err != nil || again.String() != s.String() {
			rt.Fatalf("%q and %q (%v)", s, again, err)
		}
	})
}

// A row that does not say which role it was about is not finished by guessing.
func TestAssignmentThatCannotBeRead(t *testing.T) {
	for _, params := range []string{"", "groups=00g1", "type=HELP_DESK_ADMIN groups=../x", "type=APP_ADMIN apps=slack/", "type=APP_ADMIN apps=slack,", "type= groups=00g1"} {
		if rt, s, err := parseAssignment(params); err == nil {
			t.Errorf("%q is read as %s %v", params, rt, s)
		}
	}
}

// Limits of the wrong kind for the role are refused before anything is sent.
func TestFits(t *testing.T) {
	g, err1 := okta.ParseGroupID("00g1")
	a, err2 := ParseAppTarget("slack")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		t    okta.RoleType
		s    RoleScope
		want bool
	}{
		{okta.HelpDeskAdmin, RoleScope{Groups: []okta.GroupID{g}}, true},
		{okta.HelpDeskAdmin, RoleScope{Apps: []AppTarget{a}}, false},
		{okta.HelpDeskAdmin, RoleScope{Groups: []okta.GroupID{g}, Apps: []AppTarget{a}}, false},
		{okta.AppAdmin, RoleScope{Apps: []AppTarget{a}}, true},
		{okta.AppAdmin, RoleScope{Groups: []okta.GroupID{g}}, false},
		{okta.ReadOnlyAdmin, RoleScope{Groups: []okta.GroupID{g}}, false},
		{okta.ReadOnlyAdmin, RoleScope{}, true},
	} {
		if d := fits(RoleChoice{Type: tt.t, Scope: tt.s}); d.Allowed != tt.want {
			t.Errorf("%s limited to %q: %+v", tt.t, tt.s, d)
		}
	}
}
