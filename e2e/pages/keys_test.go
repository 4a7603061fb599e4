package pages

import (
	"strings"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/audit"
)

// A call is answered without a mouse, from signing in to the unlocked account.
func TestUnlockWithoutAMouse(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Arrive(t, browser.Options{})
	v.Key("Tab")
	if at := focus(t, v); !strings.HasPrefix(at, "BUTTON DK Dana Kim") {
		t.Fatalf("Tab goes to %q", at)
	}
	v.Key("Enter")
	v.Search().Focused()
	if err := v.Keyboard().Type("ann vo"); err != nil {
		t.Fatal(err)
	}
	v.At("/users?q=ann+vo")
	v.See("1 person found")
	v.Key("ArrowDown")
	v.Link("Ann Vo").Focused()
	v.Key("Enter")
	v.Heading("Ann Vo").Shown()
	v.Ready()
	tabTo(t, v, "BUTTON Unlock")
	v.Key("Enter")
	v.Dialog("Unlock Ann Vo").Field("Reason").Focused()
	v.Key("Enter") // nothing is there yet: nothing happens
	v.Dialog("Unlock Ann Vo").Field("Reason").Focused()
	if err := v.Keyboard().Type("Called back on her mobile"); err != nil {
		t.Fatal(err)
	}
	v.Key("Enter")
	v.See("Okta unlocked the account.")
	v.Heading("Ann Vo").Focused() // and not lost at the top of the page
	if a := v.Row(v.Ann()); a.End == nil || a.End.Result != audit.Done || a.Reason != "Called back on her mobile" {
		t.Errorf("the record says %+v", a)
	}
	if got := v.Now(v.Ann()).Status; got != "ACTIVE" {
		t.Errorf("Ann is %s", got)
	}
}

// Menus open, walk and close by key, and give the focus back.
func TestMenusByKey(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	tabTo(t, v, "BUTTON More")
	v.Key("Enter")
	v.Button("Deactivate").Shown()
	tabTo(t, v, "BUTTON Deactivate")
	v.Key("Enter")
	d := v.Dialog("Deactivate Ann Vo")
	d.Field("Reason").Focused()
	v.Key("Escape")
	d.Hidden()
	v.Button("More").Press("Enter")
	v.Button("Deactivate").Shown()
	v.Key("Escape")
	v.Button("Deactivate").Hidden()
	v.Button("More").Focused()
}

// Each key does what the list of keys says, and none of them while typing.
func TestKeys(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Focused()
	v.Ready()
	if err := v.Keyboard().Type("gh?/"); err != nil {
		t.Fatal(err)
	}
	v.Search().Holds("gh?/")
	v.Dialog("Keys").Hidden()
	v.Search().Fill("")
	for _, step := range []struct {
		keys    []string
		heading string
	}{
		{[]string{"g", "a"}, "Record"}, {[]string{"g", "u"}, "People"}, {[]string{"g", "r"}, "Role map"}, {[]string{"g", "h"}, "Who is calling?"}, {[]string{"g", "a"}, "Record"},
	} {
		v.Heading(step.heading).Hidden()
		if err := v.Search().Blur(); err != nil {
			t.Fatal(err)
		}
		for _, k := range step.keys {
			v.Key(k)
		}
		v.Heading(step.heading).Shown()
		v.Ready()
	}
	v.Key("?")
	d := v.Dialog("Keys")
	d.See("Go to the search field", "Record")
	v.Key("g")
	v.Key("h") // not while a dialog is open
	d.Shown()
	v.Key("Escape")
	d.Hidden()
	v.Key("/")
	v.Search().Focused()
	v.Search().Holds("")
	v.Heading("Record").Shown()
}

// The first Tab offers to skip the frame.
func TestSkipLink(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Key("Tab")
	v.Link("Skip to content").Focused()
	v.Key("Enter")
	v.Role("main", "").Focused()
}

// Digits lead to the pages of a person, and a role is taken away without a mouse.
func TestRoomsByKey(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	v.Org.GrantRole(p.ID, "REPORT_ADMIN")
	v.NextCall(p)
	for _, step := range []struct{ key, path string }{
		{"2", "/access"}, {"4", "/sign-ins"}, {"5", "/links"}, {"6", "/profile"}, {"1", ""}, {"3", "/roles"},
	} {
		v.Key(step.key)
		v.At("/users/" + p.ID + step.path)
		v.Ready()
	}
	tabTo(t, v, "A Report Administrator")
	v.Key("Enter")
	v.Button("Remove role").Shown()
	v.Ready()
	tabTo(t, v, "BUTTON Remove role")
	v.Key("Enter")
	v.Dialog("Remove the role from " + console.Name(p)).Field("Reason").Focused()
	if err := v.Keyboard().Type("Left the reporting team"); err != nil {
		t.Fatal(err)
	}
	v.Key("Enter")
	v.See("Okta removed the role.")
	v.Heading(console.Name(p)).Focused()
	if now := v.Now(p); len(now.Roles) != 0 {
		t.Errorf("the person holds %v", now.Roles)
	}
}
