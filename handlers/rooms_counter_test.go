package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// filled is a path of a route with something real for each of its parts.
func filled(k *testkit.Kit, r string, person string) string {
	for name, v := range map[string]string{
		":id": person, ":role": "JBCUYUC7IRCVGS27IFCE2SKO", ":group": k.Org.GroupID("Support"), ":app": "slack", ":instance": k.Org.AppID("Salesforce"),
		":client": "0oa1abc", ":grant": "oag1abc", ":token": "oar1abc", ":factor": "opf1abc", ":link": "manager", ":to": person, ":type": "HELP_DESK_ADMIN",
	} {
		r = strings.ReplaceAll(r, name+"/", v+"/")
		if strings.HasSuffix(r, name) {
			r = strings.TrimSuffix(r, name) + v
		}
	}
	return strings.ReplaceAll(r, "*", "x")
}

// Once the counter is open, every other door of the console ends the session, and
// what the browser holds opens nothing any more.
func TestCounterConfines(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	walker, _ := walkIn(t, k, 0)
	person := walker.ID
	for _, r := range k.Front.Routes() {
		if r.Open || r.Counter {
			continue
		}
		for _, htmx := range []bool{false, true} {
			c := k.As("admin")
			e := opened(t, c, person, "change_password").Values
			c.HTMX = htmx
			k.Org.Reset()
			var got *testkit.Page
			if path := filled(k, r.Path, person); r.Method == http.MethodGet {
				got = c.Get(path)
			} else {
				got = c.Post(path, url.Values{"note": {"called in"}, "token": {e.Get("token")}})
			}
			c.HTMX = false
			if got.Status != http.StatusUnauthorized || len(k.Org.Log()) != 0 || htmx && got.Header.Get("HX-Redirect") == "" || !got.Has("The session ended") {
				t.Errorf("%s %s (htmx %t): %d, %v: %s", r.Method, r.Path, htmx, got.Status, k.Calls(), short(got))
			}
			if back := c.Get("/"); back.Status != http.StatusSeeOther || !strings.HasPrefix(back.Header.Get("Location"), "/auth/login") {
				t.Errorf("after %s %s the session lives: %d", r.Method, r.Path, back.Status)
			}
		}
	}
}

// walkIn is somebody with a password and a recovery question.
func walkIn(t *testing.T, k *testkit.Kit, n int) (oktasim.Person, string) {
	t.Helper()
	for _, p := range ordinary(t, k, 100) {
		number, _ := p.Profile["employeeNumber"].(string)
		if guess := "Brightwater-" + number; p.Question != "" && k.Org.CheckPassword(p.ID, guess) {
			if n--; n < 0 {
				return p, guess
			}
		}
	}
	t.Fatal("nobody knows a password")
	return oktasim.Person{}, ""
}

// opened opens the counter on somebody and returns the form for them.
func opened(t *testing.T, c *testkit.Client, id string, a desk.Action) *testkit.Form {
	t.Helper()
	f := formAt(t, c, "/users/"+id, "/counter/"+string(a))
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusSeeOther {
		t.Fatalf("the counter does not open: %d %s", got.Status, short(got))
	}
	typed := c.Get(views.CounterPage).FormOf(views.CounterPath(a))
	if typed == nil {
		t.Fatal("the counter has no form")
	}
	return typed
}

// The counter closes two minutes after the last key, and stays open while keys are
// pressed.
func TestCounterIdles(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, awake := range []bool{true, false} {
		c := k.As("helpdesk")
		p, old := walkIn(t, k, i)
		f := opened(t, c, p.ID, "change_password")
		f.Values = url.Values{"old": {old}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}}
		for range 4 {
			k.Advance(90 * time.Second)
			if awake {
				if got := c.Get(views.CounterAlive); got.Status != http.StatusNoContent {
					t.Fatalf("alive: %d", got.Status)
				}
			}
		}
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		if want := map[bool]int{true: 200, false: 401}[awake]; got.Status != want || k.Org.CheckPassword(p.ID, "Nine-lanterns-77") != awake || !awake && writes(k) != 0 {
			t.Errorf("awake %t: %d, %v: %s", awake, got.Status, k.Calls(), short(got))
		}
		if back := c.Get(views.CounterAlive); back.Status == http.StatusNoContent {
			t.Error("the counter opens again")
		}
	}
}

// Nobody who closed the counter gets back to it with an old cookie, and /alive
// does not wake one whose time is over.
func TestCounterDoesNotWake(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p, _ := walkIn(t, k, 0)
	opened(t, c, p.ID, "change_password")
	k.Advance(2*time.Minute + time.Second)
	for _, path := range []string{views.CounterAlive, views.CounterPage, "/"} {
		if got := c.Get(path); got.Status == http.StatusOK || got.Status == http.StatusNoContent {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

// Two presses at once are one call.
func TestCounterTwice(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p, old := walkIn(t, k, 0)
	f := opened(t, c, p.ID, "change_password")
	v := url.Values{"old": {old}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}}
	k.Org.Reset()
	var all sync.WaitGroup
	done := make([]int, 2)
	for i := range done {
		all.Go(func() { done[i] = c.Post(f.Action, v).Status })
	}
	all.Wait()
	if writes(k) != 1 || done[0] == 200 && done[1] == 200 || done[0] != 200 && done[1] != 200 {
		t.Errorf("%v, answers %v", k.Calls(), done)
	}
	if got := c.Get("/"); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/auth/login") {
		t.Errorf("the session lives: %d", got.Status)
	}
}

// What the person types is in no log, no row, no byte of the database and on no
// page, whether Okta takes it or not.
func TestCounterKeepsNothing(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, tt := range []struct {
		action desk.Action
		old    string // "" for the right one
		fault  oktasim.Fault
	}{
		{"change_password", "", oktasim.Fault{}},
		{"change_password", "canary-old-7f3a", oktasim.Fault{}},
		{"change_password", "", oktasim.Fault{Operation: "ChangePassword", Drop: "after-act"}},
		{"change_password", "", oktasim.Fault{Operation: "ChangePassword", Status: 502, Body: "html"}},
		{"change_recovery_question", "canary-old-7f3a", oktasim.Fault{}},
		{"change_recovery_question", "", oktasim.Fault{}},
		{"forgot_password_recovery_question", "", oktasim.Fault{}},
	} {
		c := k.As("helpdesk")
		p, old := walkIn(t, k, i)
		if tt.old != "" {
			old = tt.old
		}
		f := opened(t, c, p.ID, tt.action)
		v := url.Values{"old": {old}, "new": {"Canary-new-9c1e"}, "again": {"Canary-new-9c1e"}, "question": {"Canary question 5d2b?"}, "answer": {"Canary-answer-3e8d"}}
		k.Org.Reset()
		if tt.fault.Operation != "" {
			k.Org.Faults([]oktasim.Fault{tt.fault})
		}
		got := c.Post(f.Action, v)
		k.Org.Reset()
		again := k.As("admin")
		pages := got.Body + again.Get("/users/"+p.ID).Body + again.Get("/audit").Body + c.Get("/counter").Body
		for _, secret := range []string{old, "Canary-new-9c1e", "Canary-answer-3e8d"} {
			if strings.Contains(pages, secret) {
				t.Errorf("%s: a page shows %q", tt.action, secret)
			}
			nowhere(t, k, secret)
		}
		if len(k.Acts(audit.Filter{Target: p.ID, Action: string(tt.action), Acts: true})) != 1 {
			t.Errorf("%s: not recorded once", tt.action)
		}
	}
}
