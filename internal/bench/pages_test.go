package bench

import (
	"crypto/rand"
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

// callTime is how long every call to the organisation takes here, near to what
// a real one answers in.
const callTime = 20 * time.Millisecond

// calls is a way to the organisation on which every call takes callTime. The
// embedded organisation works within that time, so that its work is not taken
// for the console's.
type calls struct {
	way  http.RoundTripper
	rows int // how many people a search asks for instead of a page of them

	mu      sync.Mutex
	slowest time.Duration
}

// RoundTrip implements http.RoundTripper.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	if q := r.URL.Query(); c.rows > 0 && q.Has("limit") {
		q.Set("limit", fmt.Sprint(c.rows))
		r = r.Clone(r.Context())
		r.URL.RawQuery = q.Encode()
	}
	start, end := time.Now(), time.NewTimer(callTime)
	defer end.Stop()
	resp, err := c.way.RoundTrip(r)
	select {
	case <-end.C:
	case <-r.Context().Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slowest = max(c.slowest, time.Since(start))
	return resp, err
}

// without is how long do takes longer than the slowest call made in it: what the
// console adds where calls go out side by side.
func (c *calls) without(do func()) time.Duration {
	c.mu.Lock()
	c.slowest = 0
	c.mu.Unlock()
	start := time.Now()
	do()
	whole := time.Since(start)
	c.mu.Lock()
	defer c.mu.Unlock()
	return whole - c.slowest
}

// rig is a console for 2,000 people on such a way, and a helpdesk agent at it.
type rig struct {
	*testkit.Kit
	*testkit.Client
	calls  *calls
	agent  string // who she is in the record
	people []oktasim.Person
}

func newRig(b *testing.B, rows int) rig {
	b.Helper()
	c := &calls{rows: rows}
	k := testkit.New(b, testkit.Options{
		Org:  oktasim.Options{People: 2000, Limit: 1_000_000},
		Wrap: func(way http.RoundTripper) http.RoundTripper { c.way = way; return c },
	})
	agent := k.As("helpdesk")
	return rig{Kit: k, Client: agent, calls: c, agent: k.Acts(audit.Filter{})[0].ActorID, people: k.Org.People()}
}

// measure asks for a page as a browser does, again and again.
func (r rig) measure(b *testing.B, name, path string, goal time.Duration) {
	b.Helper()
	var s samples
	for b.Loop() {
		s = append(s, r.calls.without(func() {
			if p := r.Do(http.MethodGet, path, nil, zipped()); p.Status != http.StatusOK {
				b.Fatalf("%s: %d", path, p.Status)
			}
		}))
	}
	s.report(b, name, goal)
}

func zipped() http.Header { return http.Header{"Accept-Encoding": {"gzip"}} }

// Only the console's work counts: from the request to the last byte of the
// compressed page, without the slowest call to Okta and without the network.
func BenchmarkPage(b *testing.B) {
	for _, c := range []struct {
		name     string
		rows     int
		partial  bool
		goal     time.Duration
		sentence string
	}{
		{"search25", 25, false, 2 * time.Millisecond, "added to the slowest call: search, 25 rows, page"},
		{"typing25", 25, true, 0, "added to the slowest call: search, 25 rows, while typing"},
		{"search200", 200, false, 5 * time.Millisecond, "added to the slowest call: search, 200 rows, page"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := newRig(b, c.rows)
			const path = "/users?q=&status=ACTIVE"
			if got := strings.Count(r.Get(path).Body, rowHead); got != c.rows {
				b.Fatalf("%d rows, want %d", got, c.rows)
			}
			r.HTMX = c.partial
			r.measure(b, c.sentence, path, c.goal)
		})
	}
	b.Run("person", func(b *testing.B) {
		r := newRig(b, 0)
		path := "/users/" + r.Org.FirstWith("ACTIVE").ID
		r.Get(path) // asks for the credential's owner, once in a process
		r.measure(b, "added to the slowest call: person", path, 0)
	})
	b.Run("record50", func(b *testing.B) {
		r := newRig(b, 0)
		r.fill(b, 1000)
		r.Client = r.As("auditor") // sees everybody's
		if got := strings.Count(r.Get("/audit").Body, rowHead); got != 50 {
			b.Fatalf("%d acts, want 50", got)
		}
		r.measure(b, "the record, 50 of 1,000 acts (no call)", "/audit", 0)
	})
}

// rowHead is what every line of a list begins with.
const rowHead = `<th scope="row"`

// act records the i-th act, from its beginning to its end.
func (r rig) act(b *testing.B, i int) {
	b.Helper()
	target := r.people[i%len(r.people)]
	row := audit.Row{
		ActorID: r.agent, ActorName: "Dana Kim", ActorRole: "helpdesk", Session: "k3v9", Address: "127.0.0.1",
		Action: "unlock", Op: "UnlockUser", Class: "restoring", TargetID: target.ID, Target: target.Login, Before: "LOCKED_OUT",
		Reason: target.FirstName + " called from the number on file", Ticket: fmt.Sprint("INC-", 4711+i),
	}
	seq, err := r.Record.Begin(b.Context(), row, rand.Text(), nil)
	if err != nil {
		b.Fatal(err)
	}
	row.Result, row.Status, row.After, row.RequestID = audit.Done, http.StatusOK, "ACTIVE", rand.Text()
	if err := r.Record.End(b.Context(), seq, row, nil); err != nil {
		b.Fatal(err)
	}
}

func (r rig) fill(b *testing.B, acts int) {
	b.Helper()
	for i := range acts {
		r.act(b, i)
	}
}

// What the record costs one change: the intent with its spent token and the
// outcome, each on disk before the change goes on.
func BenchmarkRecord(b *testing.B) {
	r := newRig(b, 0)
	var s samples
	for b.Loop() {
		start := time.Now()
		r.act(b, len(s))
		s = append(s, time.Since(start))
	}
	s.report(b, "recording one act: intent and outcome, on disk", 3*time.Millisecond)
}
