package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"keydesk/handlers"
	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// doors are the routes as paths that can be asked for, with somebody's id in them.
func doors(k *testkit.Kit, id string) []handlers.Route {
	routes := k.Front.Routes()
	for i := range routes {
		routes[i].Path = strings.NewReplacer(":id", id, "/*", "/app.css").Replace(routes[i].Path)
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
			if r.Open || r.Path == "/theme" && who == "auditor" || !changing(r) && who == "auditor" {
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
			if got := c.Do(r.Method, r.Path, f.Values, header); got.Status != http.StatusForbidden {
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

// Reading changes nothing: neither the organisation nor, but for the note that
// an administrator's page was shown, the record.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("owner")
	id := ordinary(t, k, 1)[0].ID
	before, acts := k.Org.Snapshot(), len(k.Acts(audit.Filter{}))
	for _, r := range doors(k, id) {
		if !changing(r) && r.Path != "/auth/login" {
			c.Get(r.Path)
			c.Do(http.MethodHead, r.Path, nil, nil)
		}
	}
	if k.Org.Snapshot() != before || len(k.Acts(audit.Filter{})) != acts {
		t.Error("a read changed something")
	}
}

// A helpdesk agent cannot change an administrator: not from the page, which has
// no button, and not by a request of their own with whatever token.
func TestHelpdeskAndAdministrators(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	free := ordinary(t, k, 1)[0]
	borrowed := form(t, c, free.ID, "/lifecycle/suspend").Values
	admins := map[string]oktasim.Person{"limited": k.Org.LimitedAdmin("HELP_DESK_ADMIN"), "through a group": k.Org.GroupAdmin("SUPER_ADMIN")}
	for _, role := range []string{"SUPER_ADMIN", "ORG_ADMIN", "APP_ADMIN", "USER_ADMIN", "HELP_DESK_ADMIN", "READ_ONLY_ADMIN", "REPORT_ADMIN"} {
		admins[role] = k.Org.AdminWith(role)
	}
	k.Org.Reset()
	before := k.Org.Snapshot()
	for role, p := range admins {
		page := c.Get("/users/" + p.ID)
		for action, path := range changes() {
			if page.Form(path) != nil {
				t.Errorf("%s is offered for %s", action, role)
			}
			for _, token := range []string{"", "x", borrowed.Get("token")} {
				borrowed.Set("token", token)
				got := c.Post("/users/"+p.ID+path, borrowed)
				if got.Status != http.StatusForbidden {
					t.Errorf("%s for %s: %d", action, role, got.Status)
				}
			}
		}
		if !page.Has("Ask a member of Keydesk Admins.") && !page.Has("Ask a member of Keydesk Owners.") {
			t.Errorf("the page of %s does not say whom to ask: %s", role, page.Text())
		}
	}
	if writes(k) != 0 || k.Org.Snapshot() != before {
		t.Error("an administrator was changed")
	}
}

// A role gained after the page was shown closes the account: the roles are read
// again before every change, on every changing route.
func TestRoleGainedAfterThePage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, 3*len(changes()))
	i := 0
	for _, role := range []string{"HELP_DESK_ADMIN", "SUPER_ADMIN", "SOME_FUTURE_ADMIN"} {
		for action, path := range changes() {
			p := people[i]
			i++
			k.Org.SetStatus(p.ID, from(action))
			f := form(t, c, p.ID, path)
			k.Org.GrantRole(p.ID, role)
			k.Org.Reset()
			got := c.Post(f.Action, f.Values)
			if got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("protected.admins") {
				t.Errorf("%s after %s: %d, %d writes: %s", action, role, got.Status, writes(k), got.Text())
			}
			if acts := k.Acts(audit.Filter{Target: p.ID, Action: string(action)}); len(acts) != 1 || acts[0].Detail != "protected.admins" {
				t.Errorf("%s after %s: recorded %+v", action, role, acts)
			}
		}
	}
}

// Roles that cannot be read mean a closed account, however it is that they
// cannot.
func TestUnreadableRolesMeanClosed(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	faults := map[string]oktasim.Fault{
		"forbidden": {Status: 403}, "unauthorized": {Status: 401}, "not found": {Status: 404}, "server error": {Status: 500},
		"html": {Status: 200, Body: "html"}, "dropped": {Drop: "after-read"}, "cut": {Status: 200, Body: "cut"},
	}
	type cell struct{ fault, path string }
	var cells []cell
	for name := range faults { // every way for one action, every action for one way
		cells = append(cells, cell{name, "/lifecycle/reset_factors"})
	}
	for _, path := range changes() {
		cells = append(cells, cell{"forbidden", path})
	}
	for i, p := range ordinary(t, k, len(cells)) {
		fault, path := faults[cells[i].fault], cells[i].path
		k.Org.SetStatus(p.ID, from(actionOf(path)))
		f := form(t, c, p.ID, path)
		fault.Operation = "ListAssignedRolesForUser"
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{fault})
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("protected.unreadable") {
			t.Errorf("%v: %d, %d writes: %s", cells[i], got.Status, writes(k), got.Text())
		}
		if got.Form(path) != nil || !got.Has("cannot be read") {
			t.Errorf("%v: the page offers it", cells[i])
		}
		k.Org.Reset()
	}
}

// Who is protected from whom, over HTTP, with the person's own page as witness.
func TestProtectedFrom(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	staff := k.Org.Staff()
	mei, _ := k.Org.ByLogin("mei.tanaka@brightwater.example")
	paul, _ := k.Org.ByLogin("paul.ferrant@brightwater.example")
	for _, tt := range []struct{ who, target, rule string }{
		{"helpdesk", staff["helpdesk"], "self"},
		{"owner", staff["owner"], "self"},
		{"helpdesk", mei.ID, "protected.staff"},
		{"helpdesk", staff["admin"], "protected.staff"},
		{"helpdesk", paul.ID, "protected.staff"},
		{"admin", paul.ID, "protected.staff"},
		{"admin", mei.ID, ""},
		{"owner", paul.ID, ""},
		{"helpdesk", staff["auditor"], ""},
		{"admin", k.Org.AdminWith("HELP_DESK_ADMIN").ID, ""},
		{"admin", k.Org.AdminWith("ORG_ADMIN").ID, "protected.admins"},
		{"owner", k.Org.AdminWith("ORG_ADMIN").ID, "second.owner"},
		{"owner", k.Org.GroupAdmin("SUPER_ADMIN").ID, "second.owner"},
		{"owner", k.Org.TokenOwner(), "protected.credential"},
		{"helpdesk", k.Org.TokenOwner(), "protected.credential"},
	} {
		page := k.As(tt.who).Get("/users/" + tt.target)
		offered := page.Form("/sessions/clear") != nil
		if offered != (tt.rule == "") || !strings.Contains(page.Body, tt.rule) {
			t.Errorf("%s on %s: offered %t, want rule %q", tt.who, tt.target, offered, tt.rule)
		}
	}
}

// An operator whose own account is stopped in Okta can take nobody over.
func TestStoppedOperator(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/reset_password")
	k.Org.SetStatus(k.Org.Staff()["helpdesk"], "SUSPENDED")
	k.Org.Reset()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("actor.standing") {
		t.Errorf("%d, %d writes: %s", got.Status, writes(k), got.Text())
	}
}

// Tokens are worth nothing in another session, for another action or person, or
// after their time.
func TestTokensAreBound(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c, d := k.As("helpdesk"), k.As("helpdesk")
	people := ordinary(t, k, 2)
	f := form(t, c, people[0].ID, "/lifecycle/suspend")
	k.Org.Reset()
	for name, got := range map[string]*testkit.Page{
		"session": d.Post(f.Action, f.Values),
		"action":  c.Post(strings.Replace(f.Action, "suspend", "deactivate", 1), f.Values),
		"person":  c.Post(strings.Replace(f.Action, people[0].ID, people[1].ID, 1), f.Values),
	} {
		if got.Status != http.StatusForbidden || !got.Has("This button was not given to you") {
			t.Errorf("another %s: %d %s", name, got.Status, got.Text())
		}
	}
	k.Advance(14 * 60 * 1e9)
	c.Get("/")
	k.Advance(2 * 60 * 1e9)
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusConflict || !got.Has("older than 15 minutes") {
		t.Errorf("after its time: %d %s", got.Status, got.Text())
	}
	if writes(k) != 0 {
		t.Error("something was changed")
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
