package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"keydesk/handlers"
	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// doors are the routes as paths that can be asked for, with somebody's id in them.
func doors(k *testkit.Kit, id string) []handlers.Route {
	routes := k.Front.Routes()
	for i := range routes {
		routes[i].Path = strings.NewReplacer(
			":id", id, "/*", "/app.css", ":link", "manager", ":to", id, ":type", "HELP_DESK_ADMIN", ":role", "JBCUYUC7IRCVGS27IFCE2SKO", ":group", "00g1", ":app", "slack",
			":instance", "0oa1", ":client", "0oa2", ":grant", "oag1", ":token", "oar1", ":factor", "opf1", ":session", "abcdefghijklmnop", ":review", "abcdefghijkl", ":item", "1",
		).Replace(routes[i].Path)
	}
	return routes
}

func changing(r handlers.Route) bool { return r.Method != http.MethodGet }

// The doors that are open without a session are exactly these.
func TestOpenDoors(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	var open []string
	for _, r := range k.Front.Routes() {
		if r.Open {
			open = append(open, r.Method+" "+r.Path)
		}
	}
	want := []string{
		"GET /healthz", "GET /readyz", "GET /static/*", "GET /auth/login", "GET /auth/callback", "POST /auth/logout", "GET /auth/signed-out",
		"POST /auth/backchannel-logout", "GET /auth/session",
		"GET /demo/sign-in/*", "POST /demo/sign-in/*",
	}
	if !slices.Equal(open, want) {
		t.Errorf("open doors are %q, want %q", open, want)
	}
}

// Every route, to everybody who has no business there.
func TestDoorsRefuse(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	id := ordinary(t, k, 1)[0].ID
	clients := map[string]*testkit.Client{"nobody": k.Anonymous(), "visitor": k.As("visitor"), "auditor": k.As("auditor")}
	k.Org.Reset()
	before := k.Org.Snapshot()
	for _, r := range doors(k, id) {
		for who, c := range clients {
			if r.Open || who == "auditor" && (r.Path == "/theme" || r.Path == "/auth/session" || r.Path == "/audit/export" || strings.HasPrefix(r.Path, "/roles.") || strings.HasPrefix(r.Path, "/sessions/") || strings.HasPrefix(r.Path, "/reviews/") && r.Perm != desk.ActReviews || r.Counter || !changing(r)) {
				continue
			}
			for _, htmx := range []bool{false, true} {
				c.HTMX = htmx
				got := c.Post(r.Path, url.Values{"note": {"let me in"}, "token": {"x.y"}})
				if !changing(r) {
					got = c.Get(r.Path)
				}
				if !refused(who, r, htmx, got) {
					t.Errorf("%s %s for %s (htmx %t): %d %s", r.Method, r.Path, who, htmx, got.Status, got.Text())
				}
			}
		}
	}
	if k.Org.Snapshot() != before || writes(k) != 0 {
		t.Error("something was changed")
	}
}

func refused(who string, r handlers.Route, htmx bool, got *testkit.Page) bool {
	switch {
	case who != "nobody":
		return got.Status == http.StatusForbidden
	case htmx:
		return got.Status == http.StatusUnauthorized && strings.HasPrefix(got.Header.Get("HX-Redirect"), "/auth/login")
	case changing(r):
		return got.Status == http.StatusUnauthorized
	}
	return got.Status == http.StatusSeeOther && strings.HasPrefix(got.Header.Get("Location"), "/auth/login")
}

// A request that another site sent, or that says nothing of where it comes from,
// changes nothing, whoever is signed in.
func TestForeignOrigins(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("owner")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	k.Org.Reset()
	for name, header := range map[string]http.Header{
		"none":         {},
		"cross-site":   {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"same-site":    {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://other.127.0.0.1:8080"}},
		"origin alone": {"Origin": {"http://127.0.0.1:9999"}},
		"null":         {"Origin": {"null"}},
		"user typed":   {"Sec-Fetch-Site": {"cross-site"}},
	} {
		for _, r := range doors(k, p.ID) {
			if !changing(r) {
				continue
			}
			want := http.StatusForbidden
			if name == "none" && r.Path == "/auth/backchannel-logout" { // the issuer is no browser; what it sends is signed
				want = http.StatusBadRequest
			}
			if got := c.Do(r.Method, r.Path, f.Values, header); got.Status != want {
				t.Errorf("%s: %s answered %d", name, r.Path, got.Status)
			}
		}
	}
	if writes(k) != 0 {
		t.Error("something was changed")
	}
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Error("the console's own page is refused:", got.Status)
	}
}

// Reading changes nothing: neither the organisation nor, but for the notes of who
// looked at consents and tokens and of who asked for what is not there, the record.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("owner")
	id := ordinary(t, k, 1)[0].ID
	intents := func() (n int) {
		for _, a := range k.Acts(audit.Filter{Acts: true, Limit: 1000}) {
			if a.Phase == audit.PhaseIntent {
				n++
			}
		}
		return n
	}
	before, acts := k.Org.Snapshot(), intents()
	for _, r := range doors(k, id) {
		if !changing(r) && r.Path != "/auth/login" {
			c.Get(r.Path)
			c.Do(http.MethodHead, r.Path, nil, nil)
		}
	}
	if k.Org.Snapshot() != before || intents() != acts {
		t.Error("a read changed something")
	}
}

// No id but Okta's own form of one gets as far as Okta.
func TestHostileIDs(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	c.Get("/users/" + ordinary(t, k, 1)[0].ID)
	k.Org.Reset()
	for _, id := range []string{
		"me", "ann.vo@brightwater.example", "..", ".", "%2e%2e", "..%2Fgroups", "00u1%2Flifecycle%2Fsuspend", "00u1111111111111111", "00u1111111111111111x%00",
		"00u1111111111111111x%3F", "00u1111111111111111x%23", "00g1111111111111111x", "00U1111111111111111x", "%20", "00u1111111111111111x%0a", "'%20or%201=1", "\u0661", "00u" + strings.Repeat("a", 500),
	} {
		for _, path := range []string{"", "/lifecycle/suspend", "/sessions/clear"} {
			target := "/users/" + (&url.URL{Path: id}).EscapedPath() + path
			if strings.Contains(id, "%") {
				target = "/users/" + id + path
			}
			got := c.Get(target)
			if path != "" {
				got = c.Post(target, url.Values{"note": {"a reason"}, "token": {"x.y"}})
			}
			if got.Status != http.StatusNotFound && got.Status != http.StatusMethodNotAllowed {
				t.Errorf("%s: %d", target, got.Status)
			}
		}
	}
	if n := len(k.Org.Log()); n != 0 {
		t.Errorf("%d calls reached Okta: %v", n, k.Calls())
	}
}

func TestHostsAndHeaders(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	for _, path := range []string{"/", "/users?q=ann", "/users/" + p.ID, "/audit", "/nowhere", "/static/app.css", "/auth/signed-out", "/healthz", "/auth/callback"} {
		h := c.Get(path).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if !strings.HasPrefix(path, "/static/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, h.Get("Cache-Control"))
		}
	}
	for host, want := range map[string]int{"evil.example": 421, "127.0.0.1.evil.example:8080": 421, "localhost:9": 303, "[::1]:8080": 303, "127.0.0.1": 200} {
		if got := c.Do(http.MethodGet, "/audit", nil, http.Header{"Host": {host}}); got.Status != want {
			t.Errorf("asked for as %s: %d", host, got.Status)
		}
	}
}

// An error page says what happened and nothing of how the console is made.
func TestErrorPagesTellNothing(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	c.Get("/users/" + p.ID)
	for _, status := range []int{400, 401, 403, 404, 409, 418, 429, 500, 502, 503} {
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{{Operation: "*", Status: status, Body: "html"}})
		for _, path := range []string{"/users/" + p.ID, "/users?q=ann"} {
			got := c.Get(path)
			for _, leak := range []string{".go:", "goroutine", "keydesk.invalid", "/api/v1", "SSWS", k.Org.Token(), "select ", "okta.Error"} {
				if strings.Contains(got.Body, leak) {
					t.Errorf("%s with %d shows %q", path, status, leak)
				}
			}
			if got.Status < 400 || got.Status == 500 || !strings.Contains(got.Body, "Error id") {
				t.Errorf("%s with %d: %d", path, status, got.Status)
			}
		}
	}
	if strings.Contains(k.Logs.String(), k.Org.Token()) {
		t.Error("the log holds the token")
	}
}

// Whatever a door answers, to its own people and to nobody, says the same of itself:
// no script but ours, no frame, no guess at its type, no trace elsewhere, and not to
// be kept.
func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	for who, c := range map[string]*testkit.Client{"owner": k.As("owner"), "nobody": k.Anonymous()} {
		for _, r := range doors(k, p.ID) {
			if who == "owner" && r.Path == "/auth/logout" {
				continue // it would end the session that the others need
			}
			got := c.Do(r.Method, r.Path, url.Values{}, nil)
			for name, want := range guards() {
				if strings.HasPrefix(r.Path, "/static/") && name == "Cache-Control" {
					continue
				}
				if v := got.Header.Get(name); v != want && !strings.Contains(v, want) {
					t.Errorf("%s %s for %s: %s is %q", r.Method, r.Path, who, name, v)
				}
			}
			if csp := got.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s %s for %s: policy %q", r.Method, r.Path, who, csp)
			}
		}
	}
}

func guards() map[string]string {
	return map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
	}
}
