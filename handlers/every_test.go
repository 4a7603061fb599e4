package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// calls are how many changes an exercise sends: a role that is limited when it is
// assigned takes one more for its limit.
func calls(a desk.Action) int {
	if a == "roles.assign" {
		return 2
	}
	return 1
}

// sent counts the calls of an operation.
func sent(k *testkit.Kit, op string) int { return k.Calls()[op] }

// newest is the newest act of an action in the record.
func newest(t *testing.T, k *testkit.Kit, a desk.Action) audit.Act {
	t.Helper()
	acts := k.Acts(audit.Filter{Action: string(a), Acts: true})
	if len(acts) == 0 {
		t.Fatalf("%s: nothing is recorded", a)
	}
	return acts[0]
}

// Every change, done from its page: it is sent once, the page says so, and the
// record holds who did what to whom, why, and Okta's request id. The same button
// pressed again sends nothing.
func TestEveryChange(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for _, s := range testkit.Changes() {
		c := k.As("admin")
		e := k.Exercise(c, s.Action)
		k.Org.Reset()
		got := c.Post(e.Form.Action, e.Form.Values)
		if got.Status != http.StatusOK || sent(k, s.Op) != 1 || writes(k) != calls(s.Action) {
			t.Errorf("%s: %d, %v: %s", s.Action, got.Status, k.Calls(), short(got))
			continue
		}
		a := newest(t, k, s.Action)
		if a.Phase != audit.PhaseIntent || a.Op != s.Op || a.ActorName != e.Actor || a.Ticket != "INC-4711" || a.Reason == "" ||
			a.End == nil || a.End.Result != audit.Done || len(strings.Fields(a.End.RequestID)) != calls(s.Action) || a.TargetID != e.Person.ID {
			t.Errorf("%s: recorded %+v, end %+v", s.Action, a.Row, a.End)
		}
		if again := c.Post(e.Form.Action, e.Form.Values); writes(k) != calls(s.Action) || again.Status == http.StatusOK {
			t.Errorf("%s, pressed again: %d, %v", s.Action, again.Status, k.Calls())
		}
	}
}

func short(p *testkit.Page) string {
	text := p.Text()
	return text[:min(len(text), 700)]
}

// Fifty at once: one call, and fifty answers.
func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for _, s := range testkit.Changes() {
		c := k.As("admin")
		e := k.Exercise(c, s.Action)
		k.Org.Reset()
		var all sync.WaitGroup
		statuses := make([]int, 50)
		for i := range statuses {
			all.Go(func() { statuses[i] = c.Post(e.Form.Action, e.Form.Values).Status })
		}
		all.Wait()
		if sent(k, s.Op) != 1 || writes(k) != calls(s.Action) || slices.Contains(statuses, http.StatusInternalServerError) {
			t.Errorf("%s: %v, answers %v", s.Action, k.Calls(), statuses)
		}
		done := 0
		for _, n := range statuses {
			if n == http.StatusOK {
				done++
			}
		}
		if done != 1 {
			t.Errorf("%s: %d answers say that it was done", s.Action, done)
		}
	}
}

// What one tier may do, those that may not cannot, with the very form of the one
// that may: nothing is sent, the answer says whom to ask, and the record keeps the
// attempt.
func TestDeniedTwins(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for _, tier := range []string{"nobody", "visitor", "auditor", "helpdesk"} {
		for _, s := range testkit.Changes() {
			if tier == "helpdesk" && !slices.Contains([]desk.Perm{desk.CreateUsers, desk.EraseUsers, desk.ActLinks, desk.ActRoles}, s.Perm) {
				continue
			}
			e := k.Exercise(k.As("admin"), s.Action)
			if testkit.AtCounter(s.Action) {
				e.Form.Action = views.ActionURL(userID(t, e.Person.ID), s.Action, desk.Object{})
			}
			c := k.Anonymous()
			if tier != "nobody" {
				c = k.As(tier)
			}
			k.Org.Reset()
			before := len(k.Acts(audit.Filter{Action: string(s.Action), Acts: true, Limit: 1000}))
			got := c.Post(e.Form.Action, e.Form.Values)
			after := len(k.Acts(audit.Filter{Action: string(s.Action), Acts: true, Limit: 1000}))
			want, asks := http.StatusForbidden, "Ask a member of Keydesk"
			switch tier {
			case "nobody":
				want, asks = http.StatusUnauthorized, "Sign in"
			case "visitor":
				asks = "Ask whoever runs Keydesk"
			}
			rows := 1
			if testkit.TakesTwo(s.Action) && tier != "helpdesk" && tier != "auditor" {
				rows = 0 // what they sent is an approval, which says nothing of what it is for
			}
			if got.Status != want || writes(k) != 0 || after-before != rows || !got.Has(asks) {
				t.Errorf("%s for %s: %d, %d writes, %d rows: %s", s.Action, tier, got.Status, writes(k), after-before, short(got))
			}
		}
	}
}

// Without a record nothing is sent, whatever the change.
func TestNoRecordNoChange(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for _, s := range testkit.Changes() {
		c := k.As("admin")
		e := k.Exercise(c, s.Action)
		k.Org.Reset()
		rename(t, k, "record", "gone")
		got := c.Post(e.Form.Action, e.Form.Values)
		if got.Status != http.StatusServiceUnavailable || writes(k) != 0 || !got.Has("nothing was sent") {
			t.Errorf("%s: %d, %d writes: %s", s.Action, got.Status, writes(k), short(got))
		}
		rename(t, k, "gone", "record")
	}
}
