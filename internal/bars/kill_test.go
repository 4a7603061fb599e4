// Package bars holds the tests of those promises in docs/SECURITY.md that need the
// program in a process of its own: kills, signals, starts.
package bars

import (
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
	"keydesk/internal/testkit"
)

// killsEach is how often each change is killed at each point; KEYDESK_TEST_KILLS
// asks for more than a quick look.
func killsEach(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("KEYDESK_TEST_KILLS"))
	if os.Getenv("KEYDESK_TEST_KILLS") != "" && (err != nil || n < 1) {
		t.Fatal("KEYDESK_TEST_KILLS is no number of kills")
	}
	return max(1, n)
}

// points are where the process dies: at the last reads before the intent, so that a
// moment later the intent or its fsync is under way; when the call has arrived;
// when it was answered, so that a moment later the outcome is under way.
func points() []string { return []string{"before", "received", "answered"} }

// gallows stands before the organisation and kills the process at one call.
type gallows struct {
	org http.Handler

	mu    sync.Mutex
	kill  func() // nil: it has fallen
	at    func(*http.Request) bool
	point string
	more  time.Duration
}

func (g *gallows) arm(p *testkit.Process, op, point string, more time.Duration) {
	if point == "before" {
		op = "ListAssignedRolesForUser"
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kill, g.at, g.point, g.more = p.Kill, calling(op), point, more
}

// take hands the kill out once, at the call that it was armed for.
func (g *gallows) take(r *http.Request) (kill func(), point string, more time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.kill == nil || !g.at(r) {
		return func() {}, "", 0
	}
	kill, g.kill = g.kill, nil
	return kill, g.point, g.more
}

// calling recognises the calls of an operation.
func calling(op string) func(*http.Request) bool {
	for _, o := range okta.Operations() {
		if o.Name == op {
			path := regexp.MustCompile("^" + regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(o.Path, "[^/]+") + "$")
			return func(r *http.Request) bool { return r.Method == o.Method && path.MatchString(r.URL.Path) }
		}
	}
	panic("no operation " + op)
}

// ServeHTTP implements http.Handler.
func (g *gallows) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kill, point, more := g.take(r)
	if point == "received" {
		kill()
	}
	g.org.ServeHTTP(w, r)
	if point == "before" || point == "answered" {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		time.AfterFunc(more, kill)
	}
}

// Killed around each of the changes, at each of three points: no change is sent
// twice, none is without an intent that was written before, every intent gets its
// outcome after the next start, and the chain holds.
func TestKillAroundEveryChange(t *testing.T) {
	g := &gallows{}
	p := testkit.Run(t, testkit.Build(t), func(org http.Handler) http.Handler { g.org = org; return g })
	rnd := rand.New(rand.NewPCG(7, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	cut := 0
	for i, s := range testkit.Changes() {
		for j, point := range points() {
			if testing.Short() && i%len(points()) != j {
				continue
			}
			for range killsEach(t) {
				cut += killed(t, p, g, s, point, time.Duration(rnd.IntN(2500))*time.Microsecond)
			}
		}
	}
	t.Logf("%d of the acts were cut off", cut)
	if cut == 0 {
		t.Error("no kill fell between an intent and its outcome: the test shows nothing")
	}
	verify(t, p)
}

// killed exercises a change, kills the process in it, starts it again, and holds the
// record to what the organisation saw. It returns 1 when the act was cut off.
func killed(t *testing.T, p *testkit.Process, g *gallows, s desk.Spec, point string, more time.Duration) int {
	t.Helper()
	c := p.As("admin")
	e := p.Exercise(c, s.Action)
	before := last(t, p)
	p.Org.Reset()
	g.arm(p, s.Op, point, more)
	c.PostUntil(t.Context(), e.Form.Action, e.Form.Values)
	p.Kill() // where the point was not reached, or has still to come
	p.Start()
	return settled(t, p, s, e, before)
}

// last is the number of the record's last row.
func last(t *testing.T, p *testkit.Process) (seq int64) {
	t.Helper()
	read(t, p, func(l *audit.Log) {
		rep, err := l.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seq = rep.Rows
	})
	return seq
}

func read(t *testing.T, p *testkit.Process, do func(*audit.Log)) {
	t.Helper()
	db, err := store.OpenForReading(t.Context(), p.Place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	do(audit.New(db, time.Now))
}

func settled(t *testing.T, p *testkit.Process, s desk.Spec, e testkit.Exercise, before int64) (cut int) {
	t.Helper()
	sent := p.Calls()[s.Op]
	if sent > 1 {
		t.Errorf("%s was sent %d times", s.Op, sent)
	}
	var acts []audit.Act
	wait(t, p, func(l *audit.Log) bool {
		all, err := l.Acts(t.Context(), audit.Filter{Action: string(s.Action), Acts: true, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		acts = acts[:0]
		for _, a := range all {
			if a.Seq > before && a.Phase == audit.PhaseIntent {
				acts = append(acts, a)
			}
		}
		return len(acts) == 0 || acts[0].End != nil && acts[0].End.Result != audit.Unknown
	})
	switch {
	case len(acts) > 1, sent == 1 && len(acts) == 0:
		t.Errorf("%s: sent %d times, %d intents", s.Op, sent, len(acts))
	case len(acts) == 1 && acts[0].End.Result == audit.Settled:
		return 1
	case len(acts) == 1 && acts[0].End.Result == audit.Done && sent == 0:
		t.Errorf("%s on %s: recorded as done and never sent", s.Op, e.Person.Login)
	}
	return 0
}

// wait looks at the record until it is as it should be, which the started program
// sees to by itself.
func wait(t *testing.T, p *testkit.Process, ok func(*audit.Log) bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for done := false; !done; <-tick.C {
		read(t, p, func(l *audit.Log) { done = ok(l) })
		if !done && time.Now().After(deadline) {
			t.Fatal("an intent has no outcome half a minute after the start")
		}
	}
}

func verify(t *testing.T, p *testkit.Process) {
	t.Helper()
	read(t, p, func(l *audit.Log) {
		rep, err := l.Verify(t.Context())
		if err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
			t.Errorf("the record: %+v %v", rep, err)
		}
		t.Logf("%d rows", rep.Rows)
	})
}
