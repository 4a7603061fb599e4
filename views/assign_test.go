package views

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestAssignTypes(t *testing.T) {
	t.Parallel()
	root := reads(
		t, fixture{plain}.rolePages()["assign"], "Choose the role", "Group Administrator All groups, or those it is limited to",
		"Read-only Administrator The whole organisation", "Super Administrator She holds a role. Ask an owner.",
	)
	var types []string
	for _, a := range all(root, byClass("option")) {
		if u, err := url.Parse(attr(a, "href")); err == nil && a.Data == "a" {
			types = append(types, u.Query().Get("type"))
		}
	}
	if !slices.Equal(types, []string{"USER_ADMIN", "APP_ADMIN", "READ_ONLY_ADMIN"}) {
		t.Errorf("links to %q", types)
	}
	if len(all(root, byID("limit"))) != 0 || len(all(root, byClass("act"))) != 0 {
		t.Error("there are later steps before a role is chosen")
	}
}

// Everything that is chosen is in the address of every step, and in the dialog.
func TestAssignWithLimits(t *testing.T) {
	t.Parallel()
	root := reads(t, fixture{plain}.rolePages()["assign, groups"], "The role will reach 2 groups and nothing else: Berlin, Oslo.")
	base := "/users/" + annID + "/roles/new?group=00gBerlin&group=00gOslo"
	if got := leads(root, "Add"); !slices.Equal(got, []string{base + "&group=00gRome&q=b&type=USER_ADMIN#limit"}) {
		t.Errorf("adding leads to %q", got)
	}
	if got := leads(root, "Leave out"); !slices.Equal(got, []string{"/users/" + annID + "/roles/new?group=00gOslo&q=b&type=USER_ADMIN#limit", "/users/" + annID + "/roles/new?group=00gBerlin&q=b&type=USER_ADMIN#limit"}) {
		t.Errorf("leaving out leads to %q", got)
	}
	seek := one(t, root, byClass("seek"))
	if got := formValues(seek).Encode(); got != "group=00gBerlin&group=00gOslo&q=b&type=USER_ADMIN" {
		t.Errorf("the search sends %s", got)
	}
	dialog := formValues(one(t, root, byClass("act")))
	if !slices.Equal(dialog["group"], []string{"00gBerlin", "00gOslo"}) || dialog.Get("token") == "" || len(dialog["app"]) != 0 {
		t.Errorf("the dialog sends %v", dialog)
	}
	current := one(t, root, func(n *html.Node) bool { return byClass("option")(n) && attr(n, "aria-current") == "true" })
	if !strings.HasPrefix(words(current), "Group Administrator") {
		t.Errorf("chosen is %q", words(current))
	}
}

func TestAssignApps(t *testing.T) {
	t.Parallel()
	root := parse(t, fixture{plain}.rolePages()["assign, apps"])
	at := "/users/" + annID + "/roles/new?app=zendesk&app=salesforce"
	if got := leads(root, "Add"); !slices.Equal(got, []string{at + "%2F0oaeast&q=b&type=APP_ADMIN#limit"}) {
		t.Errorf("one instance: %q", got)
	}
	if got := leads(root, "Add every instance"); !slices.Equal(got, []string{at + "&q=b&type=APP_ADMIN#limit"}) {
		t.Errorf("every instance: %q", got)
	}
}

func TestAssignWithoutLimit(t *testing.T) {
	t.Parallel()
	for kind, want := range map[okta.RoleType]reach{
		okta.UserAdmin:     {"warn", "No limit is chosen: the role will reach everything, that is every group and everybody in it."},
		okta.AppAdmin:      {"warn", "No limit is chosen: the role will reach everything, that is every app."},
		okta.ReadOnlyAdmin: {"info", "This role reaches the whole organisation. Roles of this type cannot be limited."},
	} {
		if got := chosenReach(fixture{plain}.assigning(kind)); got != want {
			t.Errorf("%s: %+v", kind, got)
		}
	}
	pages := fixture{plain}.rolePages()
	reads(t, pages["assign, nothing hit"], "No more groups have a name that begins with “b”.")
	reads(t, pages["assign, unread"], "Okta does not let the console read this.")
	refused := reads(t, pages["assign, refused"], "Assign Super Administrator She holds a role. Ask an owner. Rule protected.admins")
	if len(all(refused, byClass("act"))) != 0 || len(all(refused, byID("limit"))) != 0 {
		t.Error("what is refused goes on")
	}
}

// Whatever is chosen and left out, nothing is chosen twice, an app with all of its
// instances never stands beside one of them, and the address says the same.
func TestChoosing(t *testing.T) {
	t.Parallel()
	ids := []string{"a", "b", "c"}
	object := rapid.Custom(func(t *rapid.T) desk.Object {
		if rapid.Bool().Draw(t, "group") {
			return desk.Object{Group: groupID("00g" + rapid.SampledFrom(ids).Draw(t, "id"))}
		}
		o := desk.Object{App: appName(rapid.SampledFrom(ids).Draw(t, "app"))}
		if rapid.Bool().Draw(t, "instance") {
			o.Instance = appID("0oa" + o.App.String() + rapid.SampledFrom(ids).Draw(t, "id"))
		}
		return o
	})
	rapid.Check(t, func(t *rapid.T) {
		c := desk.RoleChoice{Type: okta.AppAdmin}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			o, before := object.Draw(t, "o"), c.Scope.String()
			kept := c
			if c = drop(c, o); chosen(c, o) {
				t.Fatalf("%s is still chosen in %s", o, c.Scope)
			}
			if rapid.Bool().Draw(t, "add") {
				if c = choose(c, o); !chosen(c, o) {
					t.Fatalf("%s is not chosen in %s", o, c.Scope)
				}
			}
			if kept.Scope.String() != before {
				t.Fatal("a choice that was made earlier has changed")
			}
			for _, a := range c.Scope.Apps {
				if !a.Instance.IsZero() && chosen(c, desk.Object{App: a.App}) {
					t.Fatalf("all instances beside one: %s", c.Scope)
				}
			}
			sameAddress(t, c)
		}
	})
}

func chosen(c desk.RoleChoice, o desk.Object) bool {
	if !o.Group.IsZero() {
		return slices.Contains(c.Scope.Groups, o.Group)
	}
	return slices.Contains(c.Scope.Apps, desk.AppTarget{App: o.App, Instance: o.Instance})
}

// sameAddress reads the choice back out of its address.
func sameAddress(t *rapid.T, c desk.RoleChoice) {
	u, err := url.Parse(AssignURL(okta.UserID{}, c))
	if err != nil {
		t.Fatal(err)
	}
	var got desk.RoleScope
	for _, g := range u.Query()["group"] {
		got.Groups = append(got.Groups, groupID(g))
	}
	for _, s := range u.Query()["app"] {
		a, err := desk.ParseAppTarget(s)
		if err != nil {
			t.Fatal(err)
		}
		got.Apps = append(got.Apps, a)
	}
	if got.String() != c.Scope.String() || u.Query().Get("type") != string(c.Type) {
		t.Fatalf("%s gives %s", u, got)
	}
}
