package approval_test

import (
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"keydesk/internal/approval"
	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

// desk is a store of requests whose clock the test turns.
type desk struct {
	*approval.Requests
	db  *store.DB
	now time.Time
}

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func open(t *testing.T) *desk {
	t.Helper()
	db := storetest.Open(t)
	d := &desk{db: db, now: time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)}
	d.Requests = approval.New(db, []byte("key"), func() time.Time { return d.now })
	return d
}

func (d *desk) add(t *testing.T, id string, seq int64) approval.Request {
	t.Helper()
	r := approval.Request{
		ID: id, Seq: seq, Actor: []byte(`{"id":"iss#1"}`), ActorID: "iss#1", ActorName: "Thandi", Action: "suspend", Needs: "owner", Why: "It takes two.", Params: "a=b",
		Input: []byte(`{"note":"x"}`), TargetID: "00u1", Target: "ann@example.com", Name: "Ann Vo", Effects: []string{"She is signed out.", "<b>"}, Note: "left", Ticket: "INC-1",
	}
	until, err := d.Add(t.Context(), r)
	if err != nil || !until.Equal(d.now.Add(approval.Life)) {
		t.Fatal(until, err)
	}
	return r
}

func ids(rs []approval.Request, err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.ID
	}
	return out
}

func TestKeptAsItWasAsked(t *testing.T) {
	d := open(t)
	want := d.add(t, "a", 7)
	got, err := d.Get(t.Context(), "a")
	if err != nil || got.State != approval.Waiting || !got.AskedAt.Equal(d.now) || !got.ExpiresAt.Equal(d.now.Add(approval.Life)) || !got.DecidedAt.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	if !slices.Equal(got.Effects, want.Effects) || string(got.Input) != string(want.Input) || string(got.Actor) != string(want.Actor) || got.Seq != 7 || got.Name != want.Name || got.Ticket != want.Ticket {
		t.Errorf("%+v", got)
	}
	if _, err := d.Get(t.Context(), "b"); !errors.Is(err, approval.ErrGone) {
		t.Errorf("an unknown one: %v", err)
	}
}

// Of many who decide at once one wins; what the change was to be done from is
// forgotten then.
func TestDecidedOnce(t *testing.T) {
	d := open(t)
	d.add(t, "a", 1)
	var won, gone int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 20 {
		to := []approval.State{approval.Approved, approval.Declined}[i%2]
		all.Go(func() {
			err := d.Decide(t.Context(), "a", to, "iss#2", "Paul", "seen it")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, approval.ErrGone):
				gone++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := d.Get(t.Context(), "a")
	if won != 1 || gone != 19 || err != nil || got.ByName != "Paul" || got.ByNote != "seen it" || len(got.Input) != 0 || !got.DecidedAt.Equal(d.now) {
		t.Errorf("%d won, %d too late: %+v %v", won, gone, got, err)
	}
	if err := d.End(t.Context(), "a", "Okta suspended the account.", 9); err != nil {
		t.Fatal(err)
	}
	if got, _ := d.Get(t.Context(), "a"); got.Ended != "Okta suspended the account." || got.EndedSeq != 9 {
		t.Errorf("%+v", got)
	}
}

// Nothing is decided after half an hour, to the second, whether it was swept or not.
func TestExpires(t *testing.T) {
	d := open(t)
	d.add(t, "a", 1)
	d.now = d.now.Add(time.Minute)
	d.add(t, "b", 2)
	d.now = d.now.Add(approval.Life - time.Minute - time.Second)
	if got := ids(d.Waiting(t.Context())); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a second before: %q", got)
	}
	d.now = d.now.Add(time.Second)
	if got := ids(d.Waiting(t.Context())); !slices.Equal(got, []string{"b"}) {
		t.Errorf("waiting: %q", got)
	}
	if got := ids(d.About(t.Context(), "00u1")); !slices.Equal(got, []string{"b"}) {
		t.Errorf("about the person: %q", got)
	}
	if got := ids(d.Past(t.Context(), 5)); !slices.Equal(got, []string{"a"}) {
		t.Errorf("past: %q", got)
	}
	if err := d.Decide(t.Context(), "a", approval.Approved, "iss#2", "Paul", ""); !errors.Is(err, approval.ErrGone) {
		t.Errorf("decided: %v", err)
	}
	if got, err := d.Get(t.Context(), "a"); err != nil || got.State != approval.Expired {
		t.Errorf("%+v %v", got, err)
	}
}

func TestSweepForgets(t *testing.T) {
	d := open(t)
	d.add(t, "a", 1)
	d.now = d.now.Add(approval.Life)
	d.add(t, "b", 2)
	if err := d.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err1 := d.Get(t.Context(), "a")
	b, err2 := d.Get(t.Context(), "b")
	if errors.Join(err1, err2) != nil || len(a.Input) != 0 || a.State != approval.Expired || len(b.Input) == 0 || b.State != approval.Waiting {
		t.Errorf("%+v %+v %v %v", a, b, err1, err2)
	}
	d.now = d.now.Add(8 * 24 * time.Hour)
	if err := d.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(d.Past(t.Context(), 5)); len(got) != 0 {
		t.Errorf("old ones are kept: %q", got)
	}
}

// TestOurs: a request that waits is not the console's any more when anything that
// was asked for, by whom, and until when is changed in the database, alone.
func TestOurs(t *testing.T) {
	d := open(t)
	d.add(t, "a", 7)
	if got, err := d.Get(t.Context(), "a"); err != nil || !got.Ours {
		t.Fatalf("as it was asked: %v %v", got.Ours, err)
	}
	for _, text := range []string{"id", "actor", "actor_id", "actor_name", "action", "target_id", "target", "name", "needs", "why", "params", "input", "note", "ticket", "mac"} {
		d.changed(t, text, text+` || 'x'`)
	}
	for _, number := range []string{"seq", "asked_at", "expires_at"} {
		d.changed(t, number, number+` + 1`)
	}
	d.changed(t, "effects", `replace(effects, 'out', 'in')`)
	d.changed(t, "mac", `''`)
	if got, err := d.Get(t.Context(), "a"); err != nil || !got.Ours {
		t.Errorf("put back: %v %v", got.Ours, err)
	}
}

// changed sets a column of the only request, looks at it, and puts it back.
func (d *desk) changed(t *testing.T, column, to string) {
	t.Helper()
	exec := func(query string, args ...any) {
		if _, err := d.db.W.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(column, err)
		}
	}
	var was any
	if err := d.db.R.QueryRowContext(t.Context(), `select `+column+` from approval`).Scan(&was); err != nil {
		t.Fatal(err)
	}
	exec(`update approval set ` + column + ` = ` + to)
	if got, err := d.Waiting(t.Context()); err != nil || len(got) != 1 || got[0].Ours {
		t.Errorf("%s = %s: %d wait, %v; want one that is not ours", column, to, len(got), err)
	}
	exec(`update approval set `+column+` = $1`, was)
}
