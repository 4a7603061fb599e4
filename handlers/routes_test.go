package handlers_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/app"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// printed are the routes as "keydesk routes" prints them: method, path, permission.
func printed(t *testing.T) (lines [][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := app.Routes(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

// Every printed route, asked for by its address by every tier, plain and by script,
// is open to whom its permission says and to nobody else; without a session those
// that are printed as open are. Nothing is changed by any of it.
func TestEveryRouteForEveryTier(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	id := ordinary(t, k, 1)[0].ID
	before := k.Org.Snapshot()
	names := strings.NewReplacer("{id}", id, "/*", "/app.css", "{link}", "manager", "{to}", id, "{type}", "HELP_DESK_ADMIN", "{role}", "JBCUYUC7IRCVGS27IFCE2SKO",
		"{group}", "00g1", "{app}", "slack", "{instance}", "0oa1", "{client}", "0oa2", "{grant}", "oag1", "{token}", "oar1", "{factor}", "opf1", "{request}", "AAAA", "{review}", "abcdefghijkl", "{item}", "1")
	routes := printed(t)
	if len(routes) < 60 {
		t.Fatalf("%d routes", len(routes))
	}
	tried := 0
	for _, tier := range []string{"", "visitor", "auditor", "helpdesk", "admin", "owner"} {
		c := k.Anonymous()
		if tier != "" {
			c = k.As(tier)
		}
		for _, r := range routes {
			method, path, perm := r[0], names.Replace(r[1]), r[2]
			if tier != "" && (path == "/auth/logout" || strings.HasPrefix(path, "/auth/login")) || strings.HasPrefix(path, "/counter") {
				continue // ends the session, or begins another; the counter's doors have their own test
			}
			for _, htmx := range []bool{false, true} {
				c.HTMX = htmx
				k.Org.Reset()
				got := knock(c, method, path, url.Values{"note": {"let me in"}, "token": {"x.y"}})
				tried++
				if ok, why := fits(k, tier, method, perm, htmx, got); !ok || k.Writes() != 0 {
					t.Errorf("%s %s (%s) as %q, htmx %t: %s: %d, %d writes: %s", method, path, perm, tier, htmx, why, got.Status, k.Writes(), short(got))
				}
			}
		}
	}
	if k.Org.Snapshot() != before || tried < 600 {
		t.Errorf("something was changed, or %d requests are too few", tried)
	}
}

// fits reports whether an answer is the one that the route's permission promises.
func fits(k *testkit.Kit, tier, method, perm string, htmx bool, got *testkit.Page) (bool, string) {
	refused := got.Status == http.StatusForbidden && (got.Has("Rule permission.") || got.Has("Rule console.none") || got.Has("Rule second."))
	switch {
	case perm == "open":
		return got.Status < 500 && got.Status != http.StatusUnauthorized && !refused, "open"
	case tier == "" && method == http.MethodGet && !htmx:
		return got.Status == http.StatusSeeOther && strings.HasPrefix(got.Header.Get("Location"), "/auth/login"), "to sign in"
	case tier == "":
		return got.Status == http.StatusUnauthorized, "not signed in"
	case tier == "visitor":
		return refused && len(k.Org.Log()) == 0, "no role"
	case perm == "-":
		return got.Status < 500 && !refused, "for everybody with a role"
	case !k.Desk.Policy().May(desk.Actor{Roles: []desk.Role{desk.Role(tier)}}, desk.Perm(perm)):
		return refused && len(k.Org.Log()) == 0, "refused"
	case got.Path == "/admins":
		return got.Header.Get("Location") == "/roles", "moved"
	case method == http.MethodGet, perm == string(desk.ReadRecord), perm == string(desk.ReadUsers): // what is taken away as a file is asked for by POST, for it leaves a row
		return got.Status == http.StatusOK || got.Status == http.StatusNotFound, "read"
	}
	return got.Status >= 400 && got.Status < 500 && !got.Has("Rule permission."), "a button that no page gave"
}
