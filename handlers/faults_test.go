package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

func opOf(a desk.Action) string {
	s, _ := desk.SpecOf(a)
	return s.Op
}

// A change whose answer is lost is sent once; the person is read again, the page
// says what was found, and so does the record.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault oktasim.Fault
		says  string
	}{
		"dropped before it acted": {oktasim.Fault{Drop: "after-read"}, "Okta did not answer."},
		"dropped after it acted":  {oktasim.Fault{Drop: "after-act"}, "Okta did not answer."},
		"bad gateway":             {oktasim.Fault{Status: 502, Body: "html"}, "Okta's answer (502) could not be used."},
		"cut":                     {oktasim.Fault{Status: 200, Body: "cut"}, "Okta's answer (200) could not be used."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := tt.fault
			k := testkit.New(t)
			c := k.As("helpdesk")
			people := ordinary(t, k, len(changes()))
			i := 0
			for action, path := range changes() {
				p := people[i]
				i++
				k.Org.SetStatus(p.ID, from(action))
				f := form(t, c, p.ID, path)
				fault.Operation = opOf(action)
				k.Org.Reset()
				k.Org.Faults([]oktasim.Fault{fault})
				got := c.Post(f.Action, f.Values)
				if got.Status != http.StatusBadGateway || writes(k) != 1 || !got.Has(tt.says) || !got.Has("we looked") && !got.Has("We looked") {
					t.Errorf("%s: %d, %d writes: %s", action, got.Status, writes(k), got.Text())
				}
				now, _ := k.Org.Person(p.ID)
				acts := k.Acts(audit.Filter{Target: p.ID})
				if len(acts) != 1 || acts[0].End == nil || acts[0].End.Result != audit.Settled || acts[0].End.After != now.Status {
					t.Errorf("%s: recorded %+v", action, acts)
				}
				again := c.Post(f.Action, f.Values)
				if again.Status == http.StatusOK || writes(k) != 1 {
					t.Errorf("%s: the same button sent it again: %d, %d writes", action, again.Status, writes(k))
				}
			}
		})
	}
}

// When the person cannot be read again either, the row says unknown until
// somebody looks at the person.
func TestUnknownUntilReadAgain(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{OktaReads: 500 * time.Millisecond})
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	k.Org.Hook("SuspendUser", func(string) { k.Org.Faults([]oktasim.Fault{{Operation: "GetUser", Status: 503}}) })
	k.Org.Faults([]oktasim.Fault{{Operation: "SuspendUser", Drop: "after-act", Times: 1}})
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusBadGateway || !got.Has("could not be read again") {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End == nil || a.End.Result != audit.Unknown {
		t.Errorf("recorded %+v", a)
	}
	k.Org.Reset()
	c.Get("/users/" + p.ID)
	if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End.Result != audit.Settled || a.End.After != "SUSPENDED" {
		t.Errorf("after a look: %+v", a.End)
	}
}

// Without a record nothing happens, and the page says so; reading goes on, and
// all is well again once the record is.
func TestNoRecordNoAction(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, len(changes()))
	rename(t, k, "record", "gone")
	i := 0
	for action, path := range changes() {
		p := people[i]
		i++
		k.Org.SetStatus(p.ID, from(action))
		page := c.Get("/users/" + p.ID)
		if page.Status != http.StatusOK {
			t.Fatalf("the page is closed too: %d", page.Status)
		}
		f := page.Form(path)
		f.Values.Set("note", "called in")
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusServiceUnavailable || writes(k) != 0 || !got.Has("nothing was sent") {
			t.Errorf("%s: %d, %d writes: %s", action, got.Status, writes(k), got.Text())
		}
	}
	rename(t, k, "gone", "record")
	f := form(t, c, people[0].ID, "/sessions/clear")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Errorf("after the repair: %d", got.Status)
	}
}

// What Okta refuses is said in Okta's words, and nothing is claimed to be done.
func TestOktaRefuses(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	for _, tt := range []struct {
		name  string
		fault oktasim.Fault
		code  int
		says  string
	}{
		{"forbidden", oktasim.Fault{Status: 403}, 502, "okta.users.manage"},
		{"token dead", oktasim.Fault{Status: 401}, 502, "no longer accepts the console's credential"},
		{"conflict", oktasim.Fault{Status: 409}, 409, "Nothing was changed."},
		{"bad request", oktasim.Fault{Status: 400}, 409, "Nothing was changed."},
	} {
		f := form(t, c, p.ID, "/lifecycle/suspend")
		tt.fault.Operation = "SuspendUser"
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{tt.fault})
		got := c.Post(f.Action, f.Values)
		if got.Status != tt.code || !got.Has(tt.says) || writes(k) != 1 {
			t.Errorf("%s: %d, %d writes: %s", tt.name, got.Status, writes(k), got.Text())
		}
		if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End == nil || a.End.Result != audit.Failed {
			t.Errorf("%s: recorded %+v", tt.name, a)
		}
		k.Org.Reset()
	}
}

// A rate limit is told with the time to wait, not waited out for minutes.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	k.Org.Reset()
	k.Org.Faults([]oktasim.Fault{{Operation: "GetUser", Limit: "rate"}, {Operation: "ListUsers", Limit: "rate"}})
	start := time.Now()
	for _, path := range []string{"/users/" + p.ID, "/users?q=ann"} {
		got := c.Get(path)
		if got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "data-until") {
			t.Errorf("%s: %d %s", path, got.Status, got.Text())
		}
	}
	if d := time.Since(start); d > 25*time.Second {
		t.Errorf("the operator waited %s", d)
	}
}

// Of 200 browsers that hang up in the middle of an action each leaves a whole record.
func TestHangUp(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: 600}})
	c := k.As("helpdesk")
	people := ordinary(t, k, 200)
	for _, p := range people {
		f := form(t, c, p.ID, "/lifecycle/suspend")
		ctx, cancel := context.WithCancel(t.Context())
		k.Org.Hook("SuspendUser", func(string) { cancel() })
		c.PostUntil(ctx, f.Action, f.Values)
		cancel()
		k.Settled(t, p.ID)
	}
	outcomes := 0
	for _, p := range people {
		if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End != nil && a.End.Result == audit.Done {
			outcomes++
		}
	}
	rep, err := k.Record.Verify(t.Context())
	if err != nil || len(rep.Faults) > 0 || rep.Open > 0 || outcomes != len(people) {
		t.Errorf("%d outcomes, %+v %v", outcomes, rep, err)
	}
}

// A record that fails between intent and outcome leaves the row open, says so,
// and is settled when the person is next looked at.
func TestRecordFailsInBetween(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	rename := func(from, to string) {
		if _, err := k.Store.W.ExecContext(t.Context(), "alter table "+from+" rename to "+to); err != nil {
			t.Error(err)
		}
	}
	k.Org.Hook("SuspendUser", func(string) { rename("record", "gone") })
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusOK || !got.Has("The record could not take the outcome") {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	rename("gone", "record")
	if open, err := k.Record.Open(t.Context(), p.ID); err != nil || len(open) != 1 {
		t.Errorf("%d open rows (%v)", len(open), err)
	}
	c.Get("/users/" + p.ID)
	if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End == nil || a.End.Result != audit.Settled || a.End.After != "SUSPENDED" {
		t.Errorf("recorded %+v", a)
	}
}

// A change that Okta confirmed and whose person cannot be read again is told as
// that, and nothing is claimed of the person.
func TestConfirmedAndNotReadAgain(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{OktaReads: 500 * time.Millisecond})
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	k.Org.Hook("SuspendUser", func(string) { k.Org.Faults([]oktasim.Fault{{Operation: "GetUser", Status: 503}}) })
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusOK || !got.Has("could not be read again") || got.Has("None, neither directly") || got.Has("In no group") || got.Has("No factor is enrolled") || got.Form("/sessions/clear") != nil {
		t.Errorf("%d %s", got.Status, got.Text())
	}
}

// A page that was read before a change does not close that change's open row
// with what it saw.
func TestSettledByALaterLook(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{OktaReads: 2 * time.Second})
	c, auditor := k.As("helpdesk"), k.As("auditor")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	k.Org.Reset()
	shown := make(chan struct{})
	k.Org.Hook("ListFactors", func(string) { // the auditor's page has read the person and waits for the factors
		k.Org.Hook("ListFactors", nil)
		k.Org.Hook("SuspendUser", func(string) { k.Org.Faults([]oktasim.Fault{{Operation: "GetUser", Status: 503}}) })
		k.Org.Faults([]oktasim.Fault{{Operation: "SuspendUser", Drop: "after-act", Times: 1}})
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusBadGateway {
			t.Errorf("%d %s", got.Status, got.Text())
		}
		k.Org.Faults(nil)
	})
	go func() { auditor.Get("/users/" + p.ID); close(shown) }()
	<-shown
	if a := k.Acts(audit.Filter{Target: p.ID})[0]; a.End == nil || a.End.After == "ACTIVE" {
		t.Errorf("recorded %+v", a.End)
	}
}

// Whoever hangs up before the decision leaves a row all the same.
func TestHangUpOnARefusal(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/suspend")
	k.Org.GrantRole(p.ID, "SUPER_ADMIN")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	k.Org.Hook("ListAssignedRolesForUser", func(string) { cancel() })
	k.Org.Reset()
	c.PostUntil(ctx, f.Action, f.Values)
	k.Settled(t, p.ID)
	if acts := k.Acts(audit.Filter{Target: p.ID, Acts: true}); len(acts) != 1 || acts[0].Phase != audit.PhaseRefused || writes(k) != 0 {
		t.Errorf("%d writes, recorded %+v", writes(k), acts)
	}
}
