package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestLinkedPeople(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.links(yes())
	root := reads(t, LinkedPeople(x.frame(), p),
		"Manager Who approves. A person has one at most. The other way round Okta calls it “Report”. Whom they lead.",
		"Manager of firstName FL firstName lastName login Active Remove link", "Who has firstName as Manager 2",
		"mentor A person has one at most.", "Okta does not let the console read this.", "Relationship by name",
	)
	panel := one(t, root, byID(linkPanel(p.Kinds.Value[0].Def.Primary.Name)))
	if got := leads(panel, "firstName lastName"); len(got) < 2 || got[0] != UserURL(x.other(1).ID) || got[1] != UserURL(x.other(2).ID) {
		t.Errorf("to the people lead %q", got)
	}
	if got := leads(panel, x.other(3).ID.String()); len(got) != 1 {
		t.Errorf("somebody who could not be read is linked %d times", len(got))
	}
	remove := one(t, panel, byID(dialogID(p.Kinds.Value[0].Remove)))
	if got := words(remove); !strings.Contains(got, "Remove the link of firstName lastName login") || !strings.Contains(got, "Manager FL firstName lastName") {
		t.Errorf("it does not say whose link: %q", got)
	}
	form := one(t, panel, func(n *html.Node) bool { return n.Data == "form" && attr(n, "method") == "get" })
	if attr(one(t, form, named("name")), "value") != "manager" || attr(form, "action") != PageURL(p.Person.User.ID, LinksPath) || !strings.Contains(words(form), "Replace by") {
		t.Errorf("the search %v", form.Attr)
	}
}

func TestLinkSearch(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.searched()
	root := parse(t, LinkedPeople(x.frame(), p))
	found := one(t, root, byClass("found"))
	if n := len(all(found, tagged("li"))); n != 3 {
		t.Errorf("%d people are found", n)
	}
	for i, c := range p.Found.Value {
		dialogs := all(root, byID(dialogID(c.Set)))
		if (len(dialogs) == 1) != c.Set.Decision.Allowed {
			t.Errorf("candidate %d has %d dialogs", i, len(dialogs))
		}
	}
	if got := words(found); !strings.Contains(got, "Link She holds a role. Ask an owner.") {
		t.Errorf("who may not be linked: %q", got)
	}
	if got := attr(one(t, root, byID("q-"+linkPanel(p.Query.Name))), "value"); got != "lee" {
		t.Errorf("the field holds %q", got)
	}
	reads(t, x.rooms()["links, nobody"], "Okta knows nobody whose name, login, e-mail or id begins with “lee”.")
}

func TestLinkStates(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	pages := x.rooms()
	reads(t, pages["links, none"], "No relationships The organisation has defined none")
	off := reads(t, pages["links, off"], "Relationships Switched off: the console's credential lacks the permission okta.logs.read", "Relationship by name")
	if field := one(t, off, byID("link-name")); attr(field, "name") != "name" {
		t.Errorf("field %v", field.Attr)
	}
	refused := reads(t, pages["links, refused"], "Link, Remove link: She holds a role. Ask an owner.")
	if n := strings.Count(words(one(t, refused, byID("person"))), "She holds a role."); n != 1 {
		t.Errorf("one reason is given %d times", n)
	}
	if n := len(all(refused, func(n *html.Node) bool { return attr(n, "name") == "q" && attr(n, "id") != "q" })); n != 0 {
		t.Errorf("who may not link has %d fields to search", n)
	}
	mixed := x.links(x.no())
	mixed.Kinds.Value[0].Remove.Decision = yes()
	if got := words(parse(t, LinkedPeopleBody(x.frame(), mixed))); strings.Count(got, "She holds a role.") != 2 {
		t.Errorf("where something is allowed, each panel says what is not: %q", got)
	}
}

// The names of relationships are the organisation's: a point would end a selector.
func TestLinkPanels(t *testing.T) {
	t.Parallel()
	a, b := linkPanel(id(okta.ParseLinkName, "a.b")), linkPanel(id(okta.ParseLinkName, "a.c"))
	if a == b || strings.ContainsAny(a+b, ".:# ") {
		t.Errorf("panels %q and %q", a, b)
	}
	for _, c := range []struct {
		def  okta.LinkDefinition
		want string
	}{
		{okta.LinkDefinition{}, "A person has one at most."},
		{okta.LinkDefinition{Primary: okta.LinkEnd{Description: "Who approves."}}, "Who approves. A person has one at most."},
		{okta.LinkDefinition{Associated: okta.LinkEnd{Name: id(okta.ParseLinkName, "report")}}, "A person has one at most. The other way round Okta calls it “report”."},
	} {
		if got := linkWords(c.def); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestManyLinked(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.links(yes())
	p.Kinds.Value[0].Associated = desk.Read[[]okta.User]{}
	for i := range rowsAtMost + 5 {
		p.Kinds.Value[0].Associated.Value = append(p.Kinds.Value[0].Associated.Value, x.other(100+i))
	}
	reads(t, LinkedPeopleBody(x.frame(), p), "Who has firstName as Manager 85", "5 more are not shown.")
}
