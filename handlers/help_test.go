package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// ordinary returns n people whom everyone who may act may act on.
func ordinary(t *testing.T, k *testkit.Kit, n int) []oktasim.Person {
	t.Helper()
	var out []oktasim.Person
	for _, p := range k.Org.People() {
		staff := slices.ContainsFunc(p.Groups, func(g string) bool { return strings.HasPrefix(g, "Keydesk ") })
		if p.Status == "ACTIVE" && len(p.Roles) == 0 && !staff && p.Factors > 0 && p.Provider == "OKTA" {
			out = append(out, p)
		}
		if len(out) == n {
			return out
		}
	}
	t.Fatalf("only %d ordinary people", len(out))
	return nil
}

// changes are the lifecycle's actions and the end of sessions, with the path of
// each; testkit.Exercise knows the others.
func changes() map[desk.Action]string {
	out := map[desk.Action]string{}
	for _, s := range desk.Catalog() {
		switch {
		case s.Room == "lifecycle":
			out[s.Action] = "/lifecycle/" + string(s.Action)
		case s.Action == "clear_sessions":
			out[s.Action] = "/sessions/clear"
		}
	}
	return out
}

func actionOf(path string) desk.Action {
	for a, p := range changes() {
		if p == path {
			return a
		}
	}
	return ""
}

// form is the form of an action on a person's page, with a reason filled in.
func form(t *testing.T, c *testkit.Client, id, path string) *testkit.Form {
	t.Helper()
	f := c.Get("/users/" + id).Form(path)
	if f == nil {
		t.Fatalf("%s is not offered for %s", path, id)
	}
	f.Values.Set("note", "called in, knows her employee number")
	f.Values.Set("ticket", "INC-4711")
	return f
}

func userID(t *testing.T, s string) okta.UserID {
	t.Helper()
	if s == "" {
		return okta.UserID{}
	}
	id, err := okta.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// writes counts the calls to the organisation that change something.
func writes(k *testkit.Kit) (n int) {
	for _, e := range k.Org.Log() {
		if e.Method != "GET" {
			n++
		}
	}
	return n
}

// onceShown is the secret that a page shows once, when it is asked to.
func onceShown(t *testing.T, c *testkit.Client, p *testkit.Page) string {
	t.Helper()
	f := onceForm(t, p)
	return shownIn(t, c.Post(f.Action, f.Values))
}

// onceForm is the form of the button that shows a secret.
func onceForm(t *testing.T, p *testkit.Page) *testkit.Form {
	t.Helper()
	f := p.Form(views.OncePath)
	if f == nil {
		t.Fatalf("nothing is to be shown once: %d %s", p.Status, p.Text())
	}
	return f
}

func shownIn(t *testing.T, p *testkit.Page) string {
	t.Helper()
	for n := range p.Root().Descendants() {
		if id, _ := testkit.Attr(n, "id"); id == "once" && n.FirstChild != nil {
			return n.FirstChild.Data
		}
	}
	t.Fatalf("nothing is shown once: %d %s", p.Status, p.Text())
	return ""
}
