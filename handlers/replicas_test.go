package handlers_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

// Two replicas on one PostgreSQL, each request meeting the other one: every change
// is done once, recorded whole, and its page goes on where it began.
func TestReplicasServeEveryChange(t *testing.T) {
	t.Parallel()
	if !storetest.Postgres(t) {
		return
	}
	k := testkit.New(t, testkit.Options{Replicas: 2})
	for _, s := range testkit.Changes() {
		c := k.As("admin")
		e := k.Exercise(c, s.Action)
		k.Org.Reset()
		if got := c.Post(e.Form.Action, e.Form.Values); got.Status >= 400 {
			t.Errorf("%s: %d %s", s.Action, got.Status, short(got))
		}
		if n := sent(k, s.Op); n != 1 {
			t.Errorf("%s was sent %d times", s.Op, n)
		}
		if got := c.Post(e.Form.Action, e.Form.Values); got.Status < 400 && !testkit.AtCounter(s.Action) || sent(k, s.Op) != 1 {
			t.Errorf("%s again: %d, sent %d times", s.Action, got.Status, sent(k, s.Op))
		}
	}
	if rep, err := k.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// Of several who press at once on different replicas, for the same person, one at a
// time is through: what each decided on holds when it is sent.
func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	if !storetest.Postgres(t) {
		return
	}
	k := testkit.New(t, testkit.Options{Replicas: 2})
	p := ordinary(t, k, 1)[0]
	var inside, most atomic.Int64
	k.Org.Faults([]oktasim.Fault{{Operation: "SuspendUser", Delay: 20 * time.Millisecond}})
	k.Org.Hook("SuspendUser", func(string) { most.Store(max(most.Load(), inside.Add(1))) })
	k.Org.Hook("GetUser", func(string) { inside.Store(0) })
	forms := make([]*testkit.Form, 8)
	clients := make([]*testkit.Client, len(forms))
	for i := range forms {
		clients[i] = k.As("helpdesk")
		forms[i] = form(t, clients[i], p.ID, "/lifecycle/suspend")
	}
	k.Org.Reset()
	var all sync.WaitGroup
	var done, refused atomic.Int64
	for i, f := range forms {
		all.Go(func() {
			switch clients[i].Answers(t.Context(), f.Action, f.Values) {
			case http.StatusOK:
				done.Add(1)
			case http.StatusConflict:
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if n := sent(k, "SuspendUser"); n != 1 || done.Load() != 1 || refused.Load() != int64(len(forms)-1) || most.Load() > 1 {
		t.Errorf("sent %d times, %d done, %d refused, %d at once", n, done.Load(), refused.Load(), most.Load())
	}
	acts := k.Acts(audit.Filter{Target: p.ID, Action: "suspend", Acts: true})
	if len(acts) != len(forms) {
		t.Errorf("%d acts and refusals", len(acts))
	}
}

// What a crash left open, replicas that look at once settle once.
func TestReplicasSettleOnce(t *testing.T) {
	t.Parallel()
	if !storetest.Postgres(t) {
		return
	}
	k := testkit.New(t, testkit.Options{Replicas: 2})
	people := ordinary(t, k, 10)
	seqs := make([]int64, len(people))
	for i, p := range people {
		var err error
		if seqs[i], err = k.Record.Begin(t.Context(), audit.Row{Action: "suspend", Op: "SuspendUser", TargetID: p.ID, Target: p.Login, Before: "ACTIVE"}, p.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for _, a := range k.Replicas {
		all.Go(func() {
			if err := a.Desk.Settle(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, p := range people {
		var n int
		if err := k.Store.R.QueryRowContext(t.Context(), `select count(*) from record where intent = $1`, seqs[i]).Scan(&n); err != nil || n != 1 {
			t.Errorf("%s: %d outcomes (%v)", p.Login, n, err)
		}
	}
	if rep, err := k.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("%+v %v", rep, err)
	}
}
