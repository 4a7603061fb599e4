package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// optionalReads are the reads that the console works without, with a page that
// makes each and the permission that it asks for.
func optionalReads(k *testkit.Kit, id string) map[string]struct{ page, scope, shows string } {
	user := "/users/" + id
	return map[string]struct{ page, scope, shows string }{
		"ListGroups":                  {user + "/roles/new?type=HELP_DESK_ADMIN&q=Support", "okta.groups.read", "Support"},
		"ListApps":                    {user + "/roles/new?type=APP_ADMIN&q=Salesforce", "okta.apps.read", "Salesforce"},
		"GetUserSchema":               {user + "/profile", "okta.schemas.read", "Preferred language"},
		"ListLinkedObjectDefinitions": {user + "/links", "okta.linkedObjects.read", "Manager"},
	}
}

// A read that the credential's rights leave out is found out once: the page says
// that it is off and what it needs, nobody asks again for ten minutes, and then it
// is back.
func TestOptionalReads(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Replicas: 1}) // each process finds out for itself
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	for op, tt := range optionalReads(k, p.ID) {
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{{Operation: op, Status: 403, Times: 1}})
		for i := range 3 {
			got := c.Get(tt.page)
			if got.Status != http.StatusOK || !got.Has(tt.scope) {
				t.Errorf("%s, look %d: %d, nothing says that it is off: %s", op, i+1, got.Status, short(got))
			}
		}
		k.Advance(9 * time.Minute)
		c = k.As("admin")
		c.Get(tt.page)
		if n := sent(k, op); n != 1 {
			t.Errorf("%s: asked %d times within ten minutes", op, n)
		}
		k.Advance(time.Minute + time.Second)
		if got := c.Get(tt.page); got.Status != http.StatusOK || got.Has(tt.scope) || !got.Has(tt.shows) || sent(k, op) != 2 {
			t.Errorf("%s, after ten minutes: %d, asked %d times: %s", op, got.Status, sent(k, op), short(got))
		}
	}
}

// That one person is out of the credential's reach says nothing of the others: the
// next look asks again.
func TestOptionalReadsAboutOnePerson(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	people := ordinary(t, k, 2)
	for op, page := range map[string]string{"ListFactors": "", "ListUserBlocks": "/sign-ins", "ListLogEvents": "/sign-ins"} {
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{{Operation: op, Status: 403, Times: 1}})
		if got := c.Get("/users/" + people[0].ID + page); !got.Has("The console's credential lacks the permission") || got.Has("Switched off") {
			t.Errorf("%s: %d %s", op, got.Status, short(got))
		}
		if got := c.Get("/users/" + people[1].ID + page); got.Has("lacks the permission") || sent(k, op) != 2 {
			t.Errorf("%s of somebody else: asked %d times: %s", op, sent(k, op), short(got))
		}
	}
}

// What failed for another reason than a missing right is asked for again at once.
func TestOptionalReadsThatFail(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{OktaReads: 500 * time.Millisecond})
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	for op, tt := range optionalReads(k, p.ID) {
		for _, fault := range []oktasim.Fault{{Status: 500}, {Status: 404}, {Status: 200, Body: "html"}, {Status: 200, Body: "cut"}} {
			fault.Operation = op
			k.Org.Reset()
			k.Org.Faults([]oktasim.Fault{fault})
			if got := c.Get(tt.page); got.Status != http.StatusOK || got.Has("switched off") || got.Has("Switched off") {
				t.Errorf("%s %+v: %d %s", op, fault, got.Status, short(got))
			}
			k.Org.Reset()
			if got := c.Get(tt.page); got.Status != http.StatusOK || sent(k, op) != 1 || !got.Has(tt.shows) {
				t.Errorf("%s after %+v: %d, asked %d times: %s", op, fault, got.Status, sent(k, op), short(got))
			}
		}
	}
}

// A panel that Okta keeps waiting for holds nobody up: the page is there with the
// others, says which one is missing, and offers to read it again.
func TestSlowPanels(t *testing.T) {
	t.Parallel()
	for path, tt := range map[string]struct{ page, shows, panel string }{
		"/appLinks":         {"/access", "Everyone", "Identity providers"},
		"/idps":             {"/access", "Everyone", "Slack"},
		"/clients":          {"/sign-ins", "Blocked devices", "Apps that act"},
		"/factors":          {"", "Everyone", "Factors"},
		"/meta/schemas":     {"/profile", "login", "Which attributes there are"},
		"/linkedObjects":    {"/links", "Links", "Links"},
		"/roles/assignment": {"/roles", "Administrator roles", "Administrator roles"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			k := testkit.New(t, testkit.Options{OktaReads: time.Minute, Wrap: func(next http.RoundTripper) http.RoundTripper {
				w.next = next
				return w
			}})
			c := k.As("admin")
			p := ordinary(t, k, 1)[0]
			if path == "/roles/assignment" {
				path = "/targets/groups"
				k.Org.GrantRole(p.ID, "HELP_DESK_ADMIN")
			}
			w.mu.Lock()
			w.hold = func(r *http.Request) bool { return strings.Contains(r.URL.Path, path) }
			w.mu.Unlock()
			start := time.Now()
			got := c.Get("/users/" + p.ID + tt.page)
			if took := time.Since(start); got.Status != http.StatusOK || took > 30*time.Second || !got.Has(tt.shows) || !got.Has(tt.panel) || !got.Has("Try again") && !got.Has("Not known: Okta did not answer.") {
				t.Errorf("%d after %s: %s", got.Status, took, short(got))
			}
		})
	}
}
