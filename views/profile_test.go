package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// fieldOf is the place of one attribute in a form.
func fieldOf(t *testing.T, root *html.Node, name string) *html.Node {
	t.Helper()
	input := one(t, root, func(n *html.Node) bool { return attr(n, "name") == "want."+name })
	for p := range input.Ancestors() {
		if byClass("field")(p) {
			return p
		}
	}
	t.Fatalf("%s stands in no field", name)
	return nil
}

func TestProfileSendsWhatItShows(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, x.formPages()["profile"])
	form := one(t, root, byClass("edit"))
	if at := "/users/" + annID + "/profile"; attr(form, "action") != at || attr(form, "hx-post") != at || attr(form, "method") != "post" {
		t.Errorf("it is sent to %s and %s", attr(form, "action"), attr(form, "hx-post"))
	}
	sent := formValues(form)
	for _, f := range x.fields() {
		if f.Attr.ReadOnly {
			if sent.Has("want."+f.Attr.Name) || sent.Has("was."+f.Attr.Name) {
				t.Errorf("%s is sent, and cannot be changed", f.Attr.Name)
			}
			continue
		}
		if got := sent["want."+f.Attr.Name]; !slices.Equal(got, []string{f.Want}) {
			t.Errorf("%s: wanted %q, want %q", f.Attr.Name, got, f.Want)
		}
		if got := sent["was."+f.Attr.Name]; !slices.Equal(got, []string{f.Was}) {
			t.Errorf("%s: was %q, want %q", f.Attr.Name, got, f.Was)
		}
	}
	if sent.Get("token") != "token-users.update" || sent.Get("note") != "why" || sent.Get("ticket") != "INC-2" || sent.Get("clear.secondEmail") != "true" {
		t.Errorf("sent: %v", sent)
	}
	if n := len(all(form, func(n *html.Node) bool { return n.Data == "button" && attr(n, "type") == "submit" })); n != 1 {
		t.Errorf("%d buttons send it", n)
	}
	if _, focused := lookup(one(t, form, func(n *html.Node) bool { return attr(n, "name") == "note" }), "autofocus"); focused {
		t.Error("the page opens at its end")
	}
}

func TestFieldStates(t *testing.T) {
	t.Parallel()
	root := parse(t, fixture{plain}.formPages()["profile"])
	for name, want := range map[string]string{
		"firstName":   "firstName title",
		"login":       "login title required Recovery goes through this: whoever holds it can become the person. This cannot be empty.",
		"secondEmail": "secondEmail title Recovery goes through this: whoever holds it can become the person. This clears the value. Clear it",
		"title":       "title title Somebody else has changed this since the page was shown. To save is to keep what stands in the field. Okta has Clerk You typed Nurse",
		"size":        "size title Not set S M XL (not in the list) size is ours.",
		"tags":        "tags title b tags is ours. One value a line. Each is one of a, b. Each line: no.",
		"remote":      "remote title Not set Yes No remote is ours.",
	} {
		if got := words(fieldOf(t, root, name)); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"login", "secondEmail", "tags"} {
		input := one(t, root, func(n *html.Node) bool { return attr(n, "name") == "want."+name })
		if attr(input, "aria-invalid") != "true" || !strings.Contains(attr(input, "aria-describedby"), "want-"+name+"-problem") {
			t.Errorf("nobody is told that %s is wrong", name)
		}
	}
	if got := attr(one(t, root, func(n *html.Node) bool { return attr(n, "name") == "want.floor" }), "inputmode"); got != "numeric" {
		t.Errorf("a whole number is typed on %q", got)
	}
	if got := words(one(t, root, byClass("read"))); got != "7" {
		t.Errorf("read only: %q", got)
	}
}

func TestInputKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attr okta.Attribute
		want string
		kind string
	}{
		{okta.Attribute{Type: "string"}, "x", textInput},
		{okta.Attribute{Type: "string"}, "x\ny", linesInput},
		{okta.Attribute{Type: "array"}, "", linesInput},
		{okta.Attribute{Type: "array", Enum: []string{"a"}}, "a", linesInput},
		{okta.Attribute{Type: "string", Enum: []string{"a"}}, "a", selectInput},
		{okta.Attribute{Type: "integer", Enum: []string{"1"}}, "1", selectInput},
		{okta.Attribute{Type: "boolean"}, "true", selectInput},
		{okta.Attribute{Type: "number"}, "1.5", textInput},
		{okta.Attribute{Type: "boolean", ReadOnly: true}, "true", readInput},
	} {
		if got := (entry{Field: desk.Field{Attr: c.attr, Want: c.want}}).input(); got != c.kind {
			t.Errorf("%+v of %q: %s", c.attr, c.want, got)
		}
	}
}

// A value is never lost because a list of options does not have it.
func TestOptionsKeepTheValue(t *testing.T) {
	t.Parallel()
	e := entry{Field: desk.Field{Attr: okta.Attribute{Type: "boolean"}, Was: "true", Want: "perhaps"}}
	var got []string
	for _, c := range e.options() {
		got = append(got, c.Value)
	}
	if !slices.Equal(got, []string{"", "true", "false", "perhaps"}) {
		t.Errorf("options %q", got)
	}
}

// A browser drops one line break at the start of a textarea.
func TestLinesKeepTheirBreaks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "\na", "\n\n", "a\n"} {
		e := entry{Field: desk.Field{Attr: okta.Attribute{Name: "tags", Type: "array"}, Want: text}}
		if got := areaText(one(t, parse(t, attributeInput(e)), tagged("textarea"))); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	var entries []entry
	for _, f := range (fixture{plain}).fields() {
		entries = append(entries, entry{Field: f})
	}
	var got []string
	for _, g := range grouped(entries) {
		line := g.Title + ":"
		for _, e := range g.Shown {
			line += " " + e.Attr.Name
		}
		line += " /"
		for _, e := range g.Folded {
			line += " " + e.Attr.Name
		}
		got = append(got, line)
	}
	want := []string{
		"Name and contact: firstName login secondEmail / nickName", "Work: title /", "Address: postalAddress /", "Other: odd /",
		"The organisation’s own: badge size tags remote / floor",
	}
	if !slices.Equal(got, want) {
		t.Errorf("parts:\n%s", strings.Join(got, "\n"))
	}
	for name, part := range map[string]int{"firstName": 0, "costCenter": 1, "zipCode": 2, "shoeSize": 4} {
		if got := partOfForm(entry{Field: desk.Field{Attr: okta.Attribute{Name: name, Custom: true}}}); got != part {
			t.Errorf("%s is in part %d", name, got)
		}
	}
}

func TestProfileRefused(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.formPages()
	root := reads(t, pages["profile, refused"], "Edit profile She holds a role. Ask an owner. Rule protected.admins", "firstName title Ann", "tags title a", "1 more attribute is not set.")
	if len(all(root, byClass("edit"))) != 0 {
		t.Error("there is a form")
	}
	reads(t, pages["profile, no schema"], "Okta does not let the console read this.", "So only those that the person has are shown.")
}

func TestRaw(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.formPages()
	root := reads(t, pages["raw"], `{ "login": "ann" }`, "What is left out is removed", "Another look.")
	form := one(t, root, byClass("edit"))
	if got := formValues(form); got.Get("profile") != "{}" || got.Has("confirm") || got.Get("token") != "token-users.replace" {
		t.Errorf("sent: %v", got)
	}
	one(t, form, func(n *html.Node) bool { return attr(n, "name") == "confirm" })
	one(t, root, func(n *html.Node) bool { return attr(n, "data-copy") == "raw" })
	refused := reads(t, pages["raw, refused"], "Replace the whole profile She holds a role.")
	if len(all(refused, byClass("edit"))) != 0 {
		t.Error("what is refused has a form")
	}
}

// The box is there once it is wanted, and ticked only by whoever ticked it.
func TestRawConfirm(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	wants, other := Form{Action: "users.replace", Field: "confirm", Problem: "Tick it."}, Form{Action: "users.replace", Field: "note", Problem: "Why?"}
	for _, c := range []struct {
		name          string
		p             RawProps
		asks, checked bool
	}{
		{"at first", RawProps{}, false, false},
		{"wanted", RawProps{Tab: Tab{Form: wants}, Confirm: true}, true, false},
		{"ticked, and something else is wrong", RawProps{Tab: Tab{Form: other}, Confirm: true}, true, true},
		{"something else is wrong", RawProps{Tab: Tab{Form: other}}, false, false},
	} {
		c.p.ProfilePage = x.profilePage(yes())
		if c.p.asks() != c.asks || c.p.asks() && c.p.ticked() != c.checked {
			t.Errorf("%s: asks %v, ticked %v", c.name, c.p.asks(), c.p.ticked())
		}
	}
	if got := formValues(one(t, parse(t, Raw(x.frame(), RawProps{ProfilePage: x.profilePage(yes())})), byClass("edit"))).Get("profile"); got != x.profilePage(yes()).Raw {
		t.Errorf("prefilled with %q", got)
	}
}

func TestMust(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ required, isNew, set, want bool }{
		{true, false, true, true}, {true, false, false, false}, {true, true, false, true}, {false, true, true, false},
	} {
		e := entry{Field: desk.Field{Attr: okta.Attribute{Required: c.required}, Set: c.set}, New: c.isNew}
		if got := e.must(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
