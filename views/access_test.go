package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/okta"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := reads(t, AccessBody(x.frame(), x.access()),
		"Groups 1 Berlin from an app or directory · The office", "Apps 2 Salesforce salesforce Old CRM Hidden crm", "Identity providers 1 Partner ODD SAML2")
	if len(all(root, byID("filter"))) != 0 {
		t.Error("three rows have a filter")
	}
	for _, a := range all(root, tagged("a")) {
		if strings.Contains(attr(a, "href"), "elsewhere") {
			t.Errorf("a link leads to %s", attr(a, "href"))
		}
	}
}

func TestAccessStates(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	pages := x.rooms()
	reads(t, pages["access, empty"], "Groups In no group.", "Apps No app is assigned that shows", "Identity providers None: nobody but Okta vouches for this account.")
	root := reads(t, pages["access, failed"],
		"Groups Okta does not let the console read this.", "Identity providers Switched off: the console's credential lacks the permission okta.logs.read.")
	again := all(root, func(n *html.Node) bool { return n.Data == "a" && words(n) == "Try again" })
	if len(again) != 2 {
		t.Fatalf("%d panels can be tried again, want 2: what is off stays off", len(again))
	}
	for i, id := range []string{"#person", "#apps"} {
		if attr(again[i], "hx-select") != id || attr(again[i], "hx-target") != id || attr(again[i], "hx-get") != attr(again[i], "href") {
			t.Errorf("again: %v", again[i].Attr)
		}
	}
}

func TestLongAccess(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for _, c := range []struct {
		name, filter string
		rows         int
		has          string
	}{
		{"all", "", rowsAtMost, "420 more are not shown. Filter by name to find them."},
		{"some", "PROJECT 0", rowsAtMost, "20 more have “PROJECT 0” in the name. A longer filter finds them."},
		{"few", "t 49", 10, "Project 490"},
		{"one", " project 499 ", 1, "Project 499"},
		{"none", "zebra", 0, "None of 500 has “zebra” in its name."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := reads(t, Access(x.frame(), x.long(c.filter)), c.has, "Groups 500")
			if n := len(all(one(t, root, byID("groups")), tagged("li"))); n != c.rows {
				t.Errorf("%d rows, want %d", n, c.rows)
			}
			field := one(t, root, byID("filter"))
			if attr(field, "value") != c.filter || attr(field, "hx-target") != "#reach" || attr(field.Parent, "action") != PageURL(x.user(okta.Active).ID, AccessPath) {
				t.Errorf("field %v", field.Attr)
			}
		})
	}
}

// However many there are, the overview names a few and the page of access stays
// small.
func TestManyGroupsWeighLittle(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := PersonProps{Person: x.person()}
	p.Person.Groups.Value = x.long("").Person.Groups.Value
	root := parse(t, PersonBody(x.frame(), p))
	if got := leads(root, "All 500 groups"); len(got) != 1 || got[0] != PageURL(p.Person.User.ID, AccessPath) {
		t.Errorf("to all of them leads %q", got)
	}
	if n := len(all(one(t, root, byID("groups")), tagged("li"))); n != groupsAtHand {
		t.Errorf("the overview names %d groups", n)
	}
	if n := len(source(t, Access(x.frame(), x.long("")))); n > 64<<10 {
		t.Errorf("the page of access has %d bytes", n)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"OKTA_GROUP": "Okta group", "APP_GROUP": "from an app or directory", "BUILT_IN": "built in", "ODD": "ODD"} {
		if got := groupKind(kind); got != want {
			t.Errorf("%s is %q", kind, got)
		}
	}
	for status, want := range map[string]string{"ACTIVE": "Active", "INACTIVE": "Inactive", "ODD": "ODD"} {
		if got := onOrOff(status); got.Word != want || got.Glyph == "" {
			t.Errorf("%s looks like %v", status, got)
		}
	}
}
