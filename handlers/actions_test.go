package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// after is the status that each action leads to from each status; what is not
// named is refused, and offered by no page.
func after() map[desk.Action]map[string]string {
	same := func(statuses ...string) map[string]string {
		m := map[string]string{}
		for _, s := range statuses {
			m[s] = s
		}
		return m
	}
	all := []string{"STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED"}
	to := func(status string, from ...string) map[string]string {
		m := map[string]string{}
		for _, s := range from {
			m[s] = status
		}
		return m
	}
	return map[desk.Action]map[string]string{
		"activate":                           {"STAGED": "ACTIVE", "DEPROVISIONED": "PROVISIONED"},
		"reactivate":                         same("PROVISIONED", "RECOVERY"),
		"deactivate":                         to("DEPROVISIONED", all[:7]...),
		"suspend":                            to("SUSPENDED", "ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED"),
		"unsuspend":                          {"SUSPENDED": "ACTIVE"},
		"unlock":                             {"LOCKED_OUT": "ACTIVE"},
		"reset_password":                     to("RECOVERY", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"),
		"expire_password":                    to("PASSWORD_EXPIRED", "ACTIVE", "PASSWORD_EXPIRED"),
		"expire_password_with_temp_password": to("PASSWORD_EXPIRED", "ACTIVE", "PASSWORD_EXPIRED"),
		"reset_factors":                      same(all...),
		"clear_sessions":                     same(all...),
	}
}

// Every action from every status: where it is lawful it is offered, done once,
// confirmed by what the organisation then says, and recorded; elsewhere the page
// says why not and offers no button.
func TestEveryActionFromEveryStatus(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, 88)
	i := 0
	for action, path := range changes() {
		for _, status := range desk.Statuses() {
			p := people[i]
			i++
			k.Org.SetStatus(p.ID, string(status))
			want, lawful := after()[action][string(status)]
			name := fmt.Sprintf("%s from %s", action, status)
			if !lawful {
				page := c.Get("/users/" + p.ID)
				if page.Form(path) != nil || !page.Has("Okta allows this only for accounts that are") {
					t.Errorf("%s: offered, or not explained", name)
				}
				continue
			}
			k.Org.Reset()
			f := form(t, c, p.ID, path)
			answer := c.Post(f.Action, f.Values)
			now, _ := k.Org.Person(p.ID)
			if answer.Status != http.StatusOK || now.Status != want || writes(k) != 1 {
				t.Errorf("%s: answer %d, status %s (want %s), %d writes: %s", name, answer.Status, now.Status, want, writes(k), answer.Text())
			}
			if word := desk.StatusWord(okta.Status(want)); !answer.Has(word) {
				t.Errorf("%s: the page does not say %s", name, word)
			}
			checkRow(t, k, name, action, p, string(status), want)
		}
	}
}

func checkRow(t *testing.T, k *testkit.Kit, name string, action desk.Action, p oktasim.Person, before, now string) {
	t.Helper()
	acts := k.Acts(audit.Filter{Target: p.ID})
	if len(acts) != 1 || acts[0].End == nil {
		t.Errorf("%s: %d acts recorded", name, len(acts))
		return
	}
	a := acts[0]
	if a.Action != string(action) || a.ActorName != "Dana Kim" || a.Ticket != "INC-4711" || a.Reason == "" || a.Before != before || a.Target != p.Login ||
		a.End.Result != audit.Done || a.End.After != now || len(a.End.RequestID) != 32 || a.End.Status < 200 || a.End.Status > 299 {
		t.Errorf("%s: recorded %+v, end %+v", name, a.Row, *a.End)
	}
}

// What the table of costs in docs/PERFORMANCE.md says.
func TestCalls(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Replicas: 1}) // what a process has read serves it a while
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	c.Get("/users/" + p.ID) // the credential's owner is asked for once in a process
	count := func(name string, want int, do func()) {
		t.Helper()
		k.Org.Reset()
		do()
		if got := len(k.Org.Log()); got != want {
			t.Errorf("%s costs %d calls, want %d: %v", name, got, want, k.Calls())
		}
		for op, n := range k.Calls() {
			if n > 2 || n == 2 && op != "GetUser" {
				t.Errorf("%s calls %s %d times", name, op, n)
			}
		}
	}
	count("home", 0, func() { c.Get("/") })
	count("find", 1, func() { c.Get("/users?q=Ann+Vo") })
	count("find by id", 1, func() { c.Get("/users?q=" + p.ID) })
	count("page", 4, func() { c.Get("/users/" + p.ID) })
	count("record", 0, func() { c.Get("/audit") })
	k.Advance(time.Minute)
	count("home a minute later: account and groups of the operator", 2, func() { c.Get("/") })
	count("home again", 0, func() { c.Get("/") })
	c.HTMX = true
	act := func(path string) func() {
		c.HTMX = false
		f := form(t, c, p.ID, path)
		c.HTMX = true
		return func() {
			if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
				t.Errorf("%s: %d %s", path, got.Status, got.Text())
			}
		}
	}
	count("restoring or destructive action", 4, act("/lifecycle/suspend"))
	count("ending sessions", 4, act("/sessions/clear"))
	count("unsuspend", 4, act("/lifecycle/unsuspend"))
	k.Org.Reset()
	reset := act("/lifecycle/expire_password")
	k.Org.Reset()
	reset()
	if n := k.Calls(); len(k.Org.Log()) != 7 || n["GetUser"] != 3 || n["ListAssignedRolesForUser"] != 2 || n["ListUserGroups"] != 1 {
		t.Errorf("a takeover-class action costs %v", n)
	}
	k.Org.Reset()
	factors := act("/lifecycle/reset_factors")
	k.Org.Reset()
	factors()
	if n := k.Calls(); len(k.Org.Log()) != 8 || n["ListFactors"] != 1 {
		t.Errorf("a reset of factors costs %v", n)
	}
}

// from is a status from which an action is lawful.
func from(a desk.Action) string {
	for _, s := range desk.Statuses() {
		if _, ok := after()[a][string(s)]; ok {
			return string(s)
		}
	}
	return ""
}

// A page that no longer shows what is true changes nothing.
func TestStalePage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, 2*len(changes()))
	i := 0
	for action, path := range changes() {
		for name, change := range map[string]func(string){
			"status":  func(id string) { k.Org.SetStatus(id, other(action)) },
			"profile": func(id string) { k.Org.Advance(1e9); k.Org.SetProfile(id, "title", "Director") },
		} {
			p := people[i]
			i++
			k.Org.SetStatus(p.ID, from(action))
			f := form(t, c, p.ID, path)
			change(p.ID)
			k.Org.Reset()
			got := c.Post(f.Action, f.Values)
			if got.Status != http.StatusConflict || writes(k) != 0 || !got.Has("Nothing was sent.") {
				t.Errorf("%s, %s changed: %d, %d writes: %s", action, name, got.Status, writes(k), got.Text())
			}
			if acts := k.Acts(audit.Filter{Target: p.ID}); len(acts) != 1 || acts[0].Phase != audit.PhaseRefused || acts[0].Detail != "stale" {
				t.Errorf("%s: recorded %+v", action, acts)
			}
		}
	}
}

func other(a desk.Action) string {
	if from(a) == "SUSPENDED" {
		return "LOCKED_OUT"
	}
	return "SUSPENDED"
}

// What is mistyped is said at the field; nothing is sent and nothing recorded.
func TestReasonIsAskedFor(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	for _, tt := range []struct{ note, ticket, says string }{
		{"", "", "Give a reason"},
		{"  a ", "INC-1", "Give a reason"},
		{strings.Repeat("x", 501), "", "500 characters"},
		{"good reason", strings.Repeat("9", 61), "at most 60"},
		{"\u200b\u200b\u200b\u200b", "", "cannot be shown"},
		{"\u2800\u2800\u2800 ...", "", "Give a reason"},
		{"turned \u202e around", "", "cannot be shown"},
		{"cut\x00off", "", "cannot be shown"},
		{"not \xff text", "", "cannot be shown"},
		{"good reason", "INC\x1b[2J", "cannot be shown"},
	} {
		for _, htmx := range []bool{false, true} {
			c.HTMX = false
			f := form(t, c, p.ID, "/lifecycle/suspend")
			f.Values.Set("note", tt.note)
			f.Values.Set("ticket", tt.ticket)
			c.HTMX = htmx
			k.Org.Reset()
			got := c.Post(f.Action, f.Values)
			if got.Status != http.StatusUnprocessableEntity || !got.Has(tt.says) || writes(k) != 0 {
				t.Errorf("%q %q: %d %s", tt.note, tt.ticket, got.Status, got.Text())
			}
			if !htmx && tt.ticket != "INC\x1b[2J" && got.Form("/lifecycle/suspend").Values.Get("ticket") != tt.ticket {
				t.Error("what was typed is lost")
			}
		}
	}
	if acts := k.Acts(audit.Filter{Target: p.ID}); len(acts) != 0 {
		t.Errorf("recorded %+v", acts)
	}
}
