package tests

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keydesk/handlers"
	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// docs/OPERATIONS.md is what the console does, written down by doing it: the costs
// are counted in the embedded organisation's log, the record is read after each
// change. KEYDESK_TEST_UPDATE=1 writes the page anew.
func TestOperationsPage(t *testing.T) {
	got := operationsPage(t)
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "..", "..", "docs", "OPERATIONS.md")
	if os.Getenv("KEYDESK_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/OPERATIONS.md is not what the console does (make it with KEYDESK_TEST_UPDATE=1 go test ./internal/tests):\n%s", diff)
	}
}

func operationsPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# The fifty-one operations

Each operation of Okta's User API, and where it is in the console. This page is made by a test, which does every one of them: the calls are counted in the
embedded organisation's log (all calls that the page or the change makes, the operation's own among them), and what the record keeps is read from the record.
Every change also needs an account that is open to the operator (see SECURITY.md), a reason, and a page not older than 15 minutes that still shows what is true.
Every row of the record names operator, role, session, address, action, operation, person, status before and after, Okta's answer and request id.

| operation | where | route | permission | class | Okta allows it for accounts that are | the record keeps besides | calls |
|---|---|---|---|---|---|---|--:|
`)
	k := testkit.New(t)
	n := 0
	for _, s := range desk.Catalog() {
		if s.Outside() {
			continue
		}
		n++
		calls, kept := costs(t, k, s)
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s | %s | %s | %d |\n", s.Op, where(s), routeOf(t, s), s.Perm, s.Risk, states(s), kept, calls)
	}
	if n != len(userAPI()) {
		t.Errorf("%d rows", n)
	}
	b.WriteString("\nBeside these, pages read or change what is outside the User API, where the credential's rights allow it, and say so where they do not:\n\n")
	for _, o := range okta.Operations() {
		if o.Outside {
			fmt.Fprintf(&b, "- %s: `%s %s`\n", o.Name, o.Method, o.Path)
		}
	}
	return b.String()
}

// costs does what the row is about, from a page that was read already, and counts.
func costs(t *testing.T, k *testkit.Kit, s desk.Spec) (calls int, kept string) {
	t.Helper()
	c := k.As("admin")
	if s.Risk == desk.Reading {
		page := k.PageOf(s.Action)
		c.Get(page)
		calls, by := k.Count(func() {
			if got := c.Get(page); got.Status != http.StatusOK {
				t.Errorf("%s: %d on %s", s.Action, got.Status, page)
			}
		})
		if by[s.Op] == 0 {
			t.Errorf("%s is not called by %s: %v", s.Op, page, by)
		}
		return calls, looked(k, s)
	}
	e := k.Exercise(c, s.Action)
	c.HTMX = true
	calls, by := k.Count(func() {
		if got := c.Post(e.Form.Action, e.Form.Values); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", s.Action, got.Status, got.Text())
		}
	})
	if by[s.Op] != 1 {
		t.Errorf("%s is called %d times: %v", s.Op, by[s.Op], by)
	}
	return calls, params(k, s)
}

// params are the names of what the record keeps of a change beside the usual.
func params(k *testkit.Kit, s desk.Spec) string {
	var names []string
	for _, a := range k.Acts(audit.Filter{Action: string(s.Action), Acts: true, Limit: 1}) {
		for _, word := range strings.Fields(a.Params) {
			name, _, _ := strings.Cut(word, "=")
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func looked(k *testkit.Kit, s desk.Spec) string {
	if len(k.Acts(audit.Filter{Action: string(s.Action), Limit: 1})) > 0 {
		return "that it was looked at"
	}
	return ""
}

// routeOf is the door of an operation; a panel shares the door of its page.
func routeOf(t *testing.T, s desk.Spec) string {
	t.Helper()
	for _, r := range (&handlers.Handlers{}).Routes() {
		if r.Op == s.Op {
			return "`" + r.Method + " " + r.Path + "`"
		}
	}
	if page, ok := panels()[s.Op]; ok {
		return "`GET " + page + "`"
	}
	t.Errorf("%s has no door", s.Op)
	return ""
}

// panels are the operations whose answer is a panel of a page that another
// operation gives its name to.
func panels() map[string]string {
	const user = "/users/:id"
	return map[string]string{
		"ListUserGroups": user, "ListUserIdentityProviders": user + views.AccessPath, "ListUserGrants": user + views.SignInsPath,
		"ListGrantsForUserAndClient": user + "/clients/:client", "ListGroupTargetsForRole": user + views.RolesPath + "/:role",
		"ListApplicationTargetsForApplicationAdministratorRoleForUser": user + views.RolesPath + "/:role",
	}
}

// where is the way to it in words.
func where(s desk.Spec) string {
	switch {
	case s.Action == "users.list":
		return "the search field"
	case s.Action == "users.create":
		return "People, New person"
	case s.Action == "users.update":
		return "a person, Profile"
	case s.Action == "users.replace":
		return "a person, Profile, bare JSON"
	case testkit.AtCounter(s.Action):
		return "a person, More, at the counter"
	case s.Action == "access.groups", s.Room == "users", s.Room == "lifecycle", s.Room == "credentials", s.Action == "clear_sessions":
		return "a person, Overview"
	case s.Room == "access":
		return "a person, Access"
	case s.Room == "links":
		return "a person, Links"
	case s.Room == "targets", s.Action == "roles.get", s.Action == "roles.remove":
		return "a person, Roles, a role"
	case s.Room == "roles":
		return "a person, Roles"
	case slices.Contains([]string{"grants.client", "grants.revoke_client", "sessions.tokens", "sessions.revoke_tokens"}, string(s.Action)):
		return "a person, Sign-ins, a client"
	case slices.Contains([]string{"sessions.token", "sessions.revoke_token"}, string(s.Action)):
		return "a person, Sign-ins, a client, a token"
	case s.Action == "grants.get", s.Action == "grants.revoke":
		return "a person, Sign-ins, a consent"
	}
	return "a person, Sign-ins"
}

// states are the statuses from which Okta takes a change.
func states(s desk.Spec) string {
	all := desk.Lawful(s.Action)
	switch {
	case s.Risk == desk.Reading || s.Action == "users.create" || len(all) == len(desk.Statuses()):
		return "any"
	case len(all) == len(desk.Statuses())-1:
		return "any but deactivated"
	}
	words := make([]string, len(all))
	for i, st := range all {
		words[i] = strings.ToLower(desk.StatusWord(st))
	}
	return strings.Join(words, ", ")
}
