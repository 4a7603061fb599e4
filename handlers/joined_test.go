package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// tap writes down every change that reaches the organisation: its request id, and
// how far the record was when it was sent.
type tap struct {
	next  http.RoundTripper
	head  func() int64
	mu    sync.Mutex
	heads map[string]int64
}

func (w *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		return w.next.RoundTrip(r)
	}
	head := w.head()
	resp, err := w.next.RoundTrip(r)
	if err == nil {
		w.mu.Lock()
		w.heads[resp.Header.Get("X-Okta-Request-Id")] = head
		w.mu.Unlock()
	}
	return resp, err
}

// The organisation's log and the record say the same of five hundred changes and
// more: each is in one act, whose intent was written before it was sent and whose
// outcome after.
func TestRecordAndOrganisationAgree(t *testing.T) {
	t.Parallel()
	w := &tap{heads: map[string]int64{}}
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: 2500}, Wrap: func(next http.RoundTripper) http.RoundTripper { w.next = next; return w }})
	w.head = func() (seq int64) {
		if err := k.Store.R.QueryRowContext(t.Context(), `select max(seq) from record`).Scan(&seq); err != nil {
			t.Error(err)
		}
		return seq
	}
	changes := testkit.Changes()
	for round := 0; len(w.heads) < 520; round++ {
		c := k.As("admin")
		for _, s := range changes {
			if testkit.AtCounter(s.Action) && round > 0 || testkit.TakesTwo(s.Action) && round > 0 {
				continue // these end the session
			}
			if testkit.AtCounter(s.Action) || testkit.TakesTwo(s.Action) {
				c = k.As("admin")
			}
			e := k.Exercise(c, s.Action)
			if got := c.Post(e.Form.Action, e.Form.Values); got.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", s.Action, got.Status, short(got))
			}
			if testkit.AtCounter(s.Action) {
				c = k.As("admin")
			}
		}
	}
	seen := map[string]bool{}
	outcomes := 0
	for _, a := range k.Acts(audit.Filter{Limit: 100_000}) {
		if a.Phase != audit.PhaseIntent {
			continue
		}
		if a.End == nil {
			t.Fatalf("row %d has no outcome", a.Seq)
		}
		outcomes++
		for _, id := range strings.Fields(a.End.RequestID) {
			head, sent := w.heads[id]
			if !sent || seen[id] || a.Seq > head || a.End.Seq <= head {
				t.Errorf("%s of row %d: sent %t, seen before %t, the record was at row %d, its outcome is row %d", a.Action, a.Seq, sent, seen[id], head, a.End.Seq)
			}
			seen[id] = true
		}
	}
	if len(seen) != len(w.heads) || len(seen) < 500 {
		t.Errorf("%d changes reached the organisation, %d are in the record's %d acts", len(w.heads), len(seen), outcomes)
	}
	t.Logf("%d changes, %d acts", len(seen), outcomes)
}

// The five hundred and first person whose page an operator opens on a day raises an
// alert, once, whatever was opened before a restart.
func TestManyPagesRaiseAnAlert(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	who := k.Acts(audit.Filter{Action: "sign_in"})[0].ActorID
	day := k.Now().UTC().Unix() / 86400
	for i := range 499 {
		_, err := k.Store.W.ExecContext(t.Context(), `insert into record_reader (day, actor_id, target_id) values ($1, $2, $3)`, day, who, fmt.Sprint("00u", i))
		if err != nil {
			t.Fatal(err)
		}
	}
	alerts := func(want int) {
		t.Helper()
		if got := k.Acts(audit.Filter{Action: "alert.reading"}); len(got) != want || want > 0 && !strings.HasPrefix(got[0].Detail, "501 people") {
			t.Errorf("%d alerts, want %d: %+v", len(got), want, got)
		}
	}
	people := ordinary(t, k, 2)
	c.Get("/users/" + people[0].ID)
	c.Get("/users/" + people[0].ID + "/profile")
	alerts(0)
	c.Get("/users/" + people[1].ID)
	alerts(1)
	c.Get("/users/" + people[1].ID)
	alerts(1)
	k.Advance(24 * time.Hour)
	k.As("helpdesk").Get("/users/" + people[0].ID)
	alerts(1)
}
