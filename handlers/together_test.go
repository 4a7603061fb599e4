package handlers_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// Twenty operators work on one person at the same time. What Okta was sent, in its
// order, is what the record says was done, in its order; each change was decided on
// the state that the one before it left; and everybody else is told that the page is
// no longer what they saw.
func TestManyOperatorsOnOnePerson(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	var agents []*testkit.Client
	for i := range 20 {
		agents = append(agents, k.As([]string{"helpdesk", "admin", "owner"}[i%3]))
	}
	k.Org.Reset()
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	for _, c := range agents {
		all.Go(func() {
			for range 6 {
				status := flip(c, "/users/"+p.ID)
				mu.Lock()
				answers[status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for status := range answers {
		if status != http.StatusOK && status != http.StatusConflict {
			t.Errorf("answered: %v", answers)
		}
	}
	sameOrder(t, k, p.ID, answers[http.StatusOK])
}

// flip suspends the person on a page, or ends that, and returns the answer's status.
func flip(c *testkit.Client, path string) int {
	page := c.Get(path)
	for _, action := range []string{"/lifecycle/suspend", "/lifecycle/unsuspend"} {
		if f := page.Form(action); f != nil {
			f.Values.Set("note", "called in")
			return c.Post(f.Action, f.Values).Status
		}
	}
	return page.Status
}

func sameOrder(t *testing.T, k *testkit.Kit, id string, confirmed int) {
	t.Helper()
	var sent, done []string
	for _, e := range k.Org.Log() {
		if e.Method != http.MethodGet {
			sent = append(sent, e.Operation)
		}
	}
	state := "ACTIVE"
	acts := k.Acts(audit.Filter{Target: id, Acts: true, Limit: 500})
	slices.Reverse(acts)
	for _, a := range acts {
		if a.End == nil {
			continue // refused
		}
		s, _ := desk.SpecOf(desk.Action(a.Action))
		done = append(done, s.Op)
		if a.Before != state || a.End.Result != audit.Done {
			t.Errorf("row %d: from %s, it was %s; %s", a.Seq, a.Before, state, a.End.Result)
		}
		state = a.End.After
	}
	if !slices.Equal(sent, done) || len(done) != confirmed || len(done) < 2 {
		t.Errorf("Okta was sent %d changes, the record has %d, %d were confirmed", len(sent), len(done), confirmed)
	}
	if now, _ := k.Org.Person(id); now.Status != state {
		t.Errorf("the person is %s, the record says %s", now.Status, state)
	}
}
