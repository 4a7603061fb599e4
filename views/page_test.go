package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every page keeps the same promises to browsers, screen readers and the
// content security policy.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, page := range (fixture{plain}).pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, page)
			checkOutline(t, root)
			checkIDs(t, root)
			checkLabels(t, root)
			checkPolicy(t, root)
			checkAddresses(t, root)
		})
	}
}

func checkOutline(t *testing.T, root *html.Node) {
	one(t, root, tagged("h1"))
	one(t, root, func(n *html.Node) bool { return n.Data == "main" && attr(n, "id") == "main" })
	one(t, root, func(n *html.Node) bool { return n.Data == "header" && byClass("top")(n) })
	if first := all(one(t, root, tagged("body")), tagged("a", "button", "input")); attr(first[0], "href") != "#main" {
		t.Error("the first thing to reach by Tab is not the skip link")
	}
	if lang := attr(one(t, root, tagged("html")), "lang"); lang != "en" {
		t.Errorf("lang is %q", lang)
	}
	title := all(root, tagged("title"))
	if len(title) != 1 || !strings.HasSuffix(words(title[0]), " · Keydesk") {
		t.Errorf("titles: %d", len(title))
	}
	for _, id := range []string{"notice", "toasts", "said"} {
		one(t, root, byID(id))
	}
}

// checkIDs holds what refers to an id against the ids that there are.
func checkIDs(t *testing.T, root *html.Node) {
	seen := map[string]bool{"": true}
	for _, n := range all(root, func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if id := attr(n, "id"); seen[id] {
			t.Errorf("two elements have the id %q", id)
		} else {
			seen[id] = true
		}
	}
	for _, n := range all(root, func(*html.Node) bool { return true }) {
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "commandfor", "popovertarget", "data-copy"} {
			for _, id := range strings.Fields(attr(n, name)) {
				if !seen[id] {
					t.Errorf("<%s %s=%q>: no such element", n.Data, name, id)
				}
			}
		}
	}
}

func checkLabels(t *testing.T, root *html.Node) {
	labelled := map[string]bool{}
	for _, l := range all(root, tagged("label")) {
		labelled[attr(l, "for")] = true
	}
	for _, n := range all(root, tagged("input", "select", "textarea")) {
		if attr(n, "type") != "hidden" && attr(n, "aria-label") == "" && !labelled[attr(n, "id")] && !inside(n, "label") {
			t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	}
	for _, n := range all(root, tagged("button", "a")) {
		if words(n) == "" && attr(n, "aria-label") == "" {
			t.Errorf("<%s class=%q> has no name", n.Data, attr(n, "class"))
		}
	}
	for _, n := range all(root, tagged("th")) {
		if attr(n, "scope") == "" {
			t.Errorf("head %q has no scope", words(n))
		}
	}
}

func inside(n *html.Node, tag string) bool {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return true
		}
	}
	return false
}

// checkPolicy finds what the policy would block, and what htmx would evaluate.
func checkPolicy(t *testing.T, root *html.Node) {
	for _, n := range all(root, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
				t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
			}
		}
		if n.Data == "style" || n.Data == "base" || n.Data == "iframe" || n.Data == "object" {
			t.Errorf("there is a <%s>", n.Data)
		}
		if n.Data == "script" && (n.FirstChild != nil || !strings.HasPrefix(attr(n, "src"), "/static/")) {
			t.Error("a script is not a file of ours")
		}
	}
}

// checkAddresses allows the console's own paths, and outside it only what the
// frame's links, the telephone and the issuer lead to.
func checkAddresses(t *testing.T, root *html.Node) {
	outside := []string{"https://tickets.example/", "https://brightwater-admin.okta.com/admin/user/profile/view/" + annID, "https://issuer.example/logout", "tel:+49"}
	for _, n := range all(root, func(*html.Node) bool { return true }) {
		for _, name := range []string{"href", "src", "action", "hx-get", "hx-post"} {
			v, ok := lookup(n, name)
			if !ok || v == "#main" || strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "//") {
				continue
			}
			if name != "href" || !slices.ContainsFunc(outside, func(p string) bool { return strings.HasPrefix(v, p) }) {
				t.Errorf("<%s %s=%q>", n.Data, name, v)
			}
		}
		if attr(n, "target") == "_blank" && attr(n, "rel") != "noreferrer" {
			t.Errorf("%s opens a window and tells it where from", attr(n, "href"))
		}
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	f := fixture{plain}.frame()
	t.Run("theme", func(t *testing.T) {
		t.Parallel()
		for theme, want := range map[string]string{"": "", "light": "light", "dark": "dark", "system": "", `"><b>`: ""} {
			f := f
			f.Theme = theme
			root := parse(t, Home(f, HomeProps{}))
			if got := attr(one(t, root, tagged("html")), "data-theme"); got != want {
				t.Errorf("theme %q gives %q", theme, got)
			}
			pressed := all(root, func(n *html.Node) bool { return attr(n, "aria-pressed") == "true" })
			if len(pressed) != 1 {
				t.Errorf("theme %q: %d buttons are pressed", theme, len(pressed))
			}
		}
	})
	t.Run("search", func(t *testing.T) {
		t.Parallel()
		for nav, focused := range map[string]bool{"home": true, "users": false} {
			f := f
			f.Nav = nav
			field := one(t, parse(t, Home(f, HomeProps{})), byID("q"))
			if _, got := lookup(field, "autofocus"); got != focused || attr(field, "value") != "ann" {
				t.Errorf("on %s: focus %v, value %q", nav, got, attr(field, "value"))
			}
		}
	})
	t.Run("current section", func(t *testing.T) {
		t.Parallel()
		current := one(t, parse(t, Users(f, UsersProps{})), func(n *html.Node) bool { return attr(n, "aria-current") == "page" })
		if attr(current, "href") != UsersPath {
			t.Errorf("current is %s", attr(current, "href"))
		}
	})
	t.Run("demo", func(t *testing.T) {
		t.Parallel()
		real := f
		real.Demo = false
		if strings.Contains(source(t, Home(real, HomeProps{})), "Demo organisation") || !strings.Contains(source(t, Home(f, HomeProps{})), "Demo organisation") {
			t.Error("the demo badge is wrong")
		}
	})
	t.Run("without a role", func(t *testing.T) {
		t.Parallel()
		f := fixture{plain}.frame()
		f.Actor.Roles = nil
		page := source(t, ProblemPage(f, Problem{403, Notice{Title: "No role"}}))
		if strings.Contains(page, `id="q"`) || strings.Contains(page, "<nav") || !strings.Contains(page, "Sign out") {
			t.Error("somebody without a role sees more than the way out")
		}
	})
}
