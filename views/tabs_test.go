package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every page of a person says who it is and leads to all the others; the digits
// count the links.
func TestTabs(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	pages := x.pages()
	for name, current := range map[string]string{
		"person": "Overview", "access": "Access", "roles": "Roles", "sign-ins": "Sign-ins", "client": "Sign-ins", "grant": "Sign-ins", "token": "Sign-ins",
		"links": "Links", "profile": "Profile",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, pages[name])
			person := one(t, root, byID("person"))
			if got := words(one(t, person, tagged("h1"))); got != "firstName lastName" {
				t.Errorf("the head names %q", got)
			}
			nav := one(t, person, byClass("tabs"))
			links := children(nav, "a")
			if got := texts(links); !slices.Equal(got, []string{"Overview", "Access", "Roles", "Sign-ins", "Links", "Profile"}) {
				t.Errorf("tabs: %q", got)
			}
			for i, path := range []string{"", "/access", "/roles", "/sign-ins", "/links", "/profile"} {
				if attr(links[i], "href") != "/users/"+annID+path {
					t.Errorf("%s leads to %s", words(links[i]), attr(links[i], "href"))
				}
			}
			marked := all(nav, func(n *html.Node) bool { return attr(n, "aria-current") == "page" })
			if len(marked) != 1 || words(marked[0]) != current {
				t.Errorf("marked: %q, want %s", texts(marked), current)
			}
		})
	}
}

// A guard stands on every page of the person; how the last action ended goes
// before it.
func TestBannerOnEveryPage(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.signIns()
	p.Person.Guard, p.Person.GuardAsk, p.Person.GuardRule = "She holds a role.", "an owner", "protected.admins"
	reads(t, SignInsBody(x.frame(), p), "Protected account. She holds a role. Ask an owner. Rule protected.admins")
	p.Notice = &Notice{Tone: "ok", Title: "Okta revoked the consent."}
	root := reads(t, SignInsBody(x.frame(), p), "Okta revoked the consent.")
	if strings.Contains(words(root), "Protected account.") {
		t.Error("there are two banners")
	}
}

// A part that htmx swaps is what the page embeds, on the other pages too.
func TestRoomsAreTheirBodies(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	f := x.frame()
	for name, body := range map[string]string{
		"access": source(t, AccessBody(f, x.access())), "links": source(t, LinkedPeopleBody(f, x.links(yes()))), "sign-ins": source(t, SignInsBody(f, x.signIns())),
		"client": source(t, ClientBody(f, x.client())), "grant": source(t, GrantBody(f, x.grantPage(yes()))), "token": source(t, TokenBody(f, x.tokenPage(yes()))),
	} {
		if whole := source(t, x.rooms()[name]); !strings.Contains(whole, body) || !strings.HasPrefix(body, `<section id="person"`) {
			t.Errorf("%s: the part is not what the page embeds", name)
		}
	}
}
