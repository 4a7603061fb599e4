package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestNewPersonSendsEverything(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, x.formPages()["new"])
	form := one(t, root, byClass("edit"))
	if attr(form, "action") != UsersPath || attr(form, "hx-post") != UsersPath {
		t.Errorf("it is sent to %s and %s", attr(form, "action"), attr(form, "hx-post"))
	}
	got := formValues(form)
	for name, want := range map[string]string{
		"token": "token-users.create", "activate": "true", "password": "true", "change": "true", "provider": "LDAP", "provider_name": "corp",
		"group": "00gBerlin", "q": "ber", "note": "why", "want.firstName": "Anne", "want.remote": "false",
	} {
		if !slices.Equal(got[name], []string{want}) {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	for name := range got {
		if strings.HasPrefix(name, "was.") || strings.HasPrefix(name, "clear.") {
			t.Errorf("%s of somebody who was nothing before", name)
		}
	}
	offered := all(form, func(n *html.Node) bool { return attr(n, "name") == "group" })
	if len(offered) != 2 || attr(offered[1], "value") != "00gBern" {
		t.Errorf("%d groups are offered", len(offered))
	}
}

// The key Enter in any field takes the first button that sends the form: it must
// be the one that makes nobody.
func TestEnterMakesNobody(t *testing.T) {
	t.Parallel()
	form := one(t, parse(t, fixture{plain}.formPages()["new"]), byClass("edit"))
	sends := all(form, func(n *html.Node) bool { return n.Data == "button" && attr(n, "type") == "submit" })
	if len(sends) != 2 || attr(sends[0], "name") != "find" || attr(sends[1], "name") != "" {
		t.Fatalf("%d buttons: %q", len(sends), texts(sends))
	}
	if _, free := lookup(sends[0], "formnovalidate"); !free {
		t.Error("groups cannot be looked for before everything is typed")
	}
}

func TestNewPersonFields(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	asked, rest := NewPersonProps{NewPersonPage: x.newPage()}.fields()
	var names []string
	for _, e := range asked {
		if names = append(names, e.Attr.Name); !e.Attr.Required || !e.New {
			t.Errorf("%s is asked for, but %+v", e.Attr.Name, e)
		}
	}
	if !slices.Equal(names, []string{"firstName", "login"}) {
		t.Errorf("asked for first: %q", names)
	}
	for _, g := range rest {
		if len(g.Folded) != 0 {
			t.Errorf("%s is folded twice", g.Title)
		}
	}
	if !touched(rest) {
		t.Error("what was typed would be hidden")
	}
	for _, g := range rest {
		for i := range g.Shown {
			g.Shown[i].Want, g.Shown[i].Problem = "", ""
		}
	}
	if touched(rest) {
		t.Error("nothing was typed, and yet the rest is open")
	}
}

func TestNewPersonStates(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.formPages()
	reads(t, pages["new"], "Another look.", "Only what everybody has is asked for here: Okta does not let the console read this.")
	reads(t, pages["new, empty"], "No more groups have a name that begins with “zz”.")
	unread := one(t, parse(t, pages["new, unread"]), byID("groups"))
	if !strings.Contains(words(unread), "Okta does not let the console read this.") {
		t.Errorf("groups that cannot be read: %q", words(unread))
	}
	refused := reads(t, pages["new, refused"], "Create a person She holds a role. Ask an owner.")
	if len(all(refused, byClass("edit"))) != 0 {
		t.Error("what is refused has a form")
	}
}
