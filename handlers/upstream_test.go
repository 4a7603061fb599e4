package handlers_test

import (
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/testkit"
)

// TestUpstream sets every way in which an organisation can misbehave against every
// operation of the User API, one pair at a time: the calls of that operation are
// answered so, all others as always. Time is the bubble's, so that the console's
// own deadlines hold and nobody waits for them.
func TestUpstream(t *testing.T) {
	t.Parallel()
	var cells atomic.Int64
	kinds := upstreamKinds(t)
	if len(kinds) != 28 {
		t.Errorf("%d kinds", len(kinds))
	}
	if testing.Short() { // under the race detector a part of them; all of them in the plain run
		kinds = slices.Collect(every(kinds, 4))
	}
	t.Run("all", func(t *testing.T) {
		for _, kind := range kinds {
			t.Run(kind.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { cells.Add(int64(runKind(t, kind))) })
			})
		}
	})
	if n := cells.Load(); n != int64(len(kinds)*51) && !t.Failed() {
		t.Errorf("%d cells were run, there are %d", n, len(kinds)*51)
	}
	t.Logf("%d cells: %d kinds of upstream behaviour, 51 operations", cells.Load(), len(kinds))
}

// every is each nth of a list.
func every[T any](list []T, n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i, v := range list {
			if i%n == 0 && !yield(v) {
				return
			}
		}
	}
}

// between is longer than any rate window that an answer may have shut.
const between = 3 * time.Minute

// runKind sets one behaviour against every operation and returns how many those were.
func runKind(t *testing.T, kind upstreamKind) (n int) {
	w := &way{kind: kind}
	k := testkit.New(t, testkit.Options{Wrap: func(next http.RoundTripper) http.RoundTripper { w.next = next; return w }})
	w.token = k.Org.Token()
	w.other = ordinary(t, k, 1)[0].ID
	for _, s := range slices.Concat(testkit.Readings(), testkit.Changes()) {
		if s.Outside() {
			continue
		}
		n++
		if c := (cell{T: t, k: k, w: w, spec: s}); s.Risk == desk.Reading {
			c.read()
		} else {
			c.change()
		}
		<-time.After(between)
	}
	if strange := w.strangers(); len(strange) > 0 {
		t.Errorf("foreign hosts were called: %q", strange)
	}
	if rep, err := k.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 {
		t.Errorf("the record: %+v %v", rep, err)
	}
	return n
}

// cell is one behaviour against one operation.
type cell struct {
	*testing.T
	k    *testkit.Kit
	w    *way
	spec desk.Spec
}

func (c cell) read() {
	c.Helper()
	agent, path := c.k.As("admin"), c.k.PageOf(c.spec.Action)
	c.w.arm(c.spec.Op)
	got := c.timed(func() *testkit.Page { return agent.Get(path) })
	if sent, _ := c.w.disarm(); sent == 0 {
		c.Errorf("%s: %s made no such call", c.spec.Op, path)
	}
	c.shows(got)
}

func (c cell) change() {
	c.Helper()
	agent := c.k.As("admin")
	e := c.k.Exercise(agent, c.spec.Action)
	before := c.acts()
	c.w.arm(c.spec.Op)
	got := c.timed(func() *testkit.Page { return agent.Post(e.Form.Action, e.Form.Values) })
	sent, done := c.w.disarm()
	c.shows(got)
	if sent != 1 && (!c.w.kind.limits || sent < 1 || sent > 5) || done > 1 {
		c.Errorf("%s: sent %d times, done %d times: %s", c.spec.Op, sent, done, short(got))
	}
	if got.Status == http.StatusOK && done == 0 {
		c.Errorf("%s: the answer claims what was not done: %s", c.spec.Op, short(got))
	}
	if now := c.acts(); now != before+1 {
		c.Errorf("%s: %d acts are recorded for one", c.spec.Op, now-before)
		return
	}
	stands := done > 0
	if p, ok := c.k.Org.Person(e.Person.ID); ok && c.spec.Action == "roles.assign" {
		stands = len(p.Roles) > 0 // one that could not be limited is taken back
	}
	c.recorded(newest(c.T, c.k, c.spec.Action), e.Person.ID, stands)
}

// recorded holds the record to what the organisation did and what stands of it.
func (c cell) recorded(a audit.Act, target string, stands bool) {
	c.Helper()
	if a.Phase != audit.PhaseIntent || a.Op != c.spec.Op || a.TargetID != target {
		c.Errorf("%s: recorded %+v", c.spec.Op, a.Row)
	}
	if a.End == nil {
		if open, err := c.k.Record.Open(c.Context(), target); err != nil || !slices.ContainsFunc(open, func(r audit.Row) bool { return r.Seq == a.Seq }) {
			c.Errorf("%s: neither an end nor an open row (%v)", c.spec.Op, err)
		}
		return
	}
	if r := a.End.Result; r == audit.Done && !stands || r == audit.Failed && stands {
		c.Errorf("%s: the record says %s (%s), and that it was done is %t", c.spec.Op, r, a.End.Detail, stands)
	}
}

// acts counts the acts of the cell's action in the record.
func (c cell) acts() int {
	return len(c.k.Acts(audit.Filter{Action: string(c.spec.Action), Acts: true, Limit: 1000}))
}

// timed asks, and holds the console to the longest wait that anybody is asked for.
func (c cell) timed(ask func() *testkit.Page) *testkit.Page {
	c.Helper()
	start := time.Now()
	got := ask()
	if took := time.Since(start); took > 30*time.Second {
		c.Errorf("%s: the answer took %s", c.spec.Op, took)
	}
	return got
}

// shows holds a page to what every answer must keep to, however it came about.
func (c cell) shows(p *testkit.Page) {
	c.Helper()
	if p.Status == http.StatusInternalServerError {
		c.Errorf("%s: 500: %s", c.spec.Op, short(p))
	}
	if p.Status >= http.StatusBadRequest {
		id := regexp.MustCompile(`Error id <code>([A-Z2-7]{10})</code>`).FindStringSubmatch(p.Body)
		if id == nil || !strings.Contains(c.k.Logs.String(), `"error_id":"`+id[1]+`"`) {
			c.Errorf("%s: %d without an error id that the log has: %s", c.spec.Op, p.Status, short(p))
		}
	}
	for _, word := range []string{c.w.token, markup, script, ".go:", "/api/v1/"} {
		if strings.Contains(p.Body, word) {
			c.Errorf("%s: %d, the page holds %q", c.spec.Op, p.Status, word)
		}
	}
	for n := range p.Root().Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if a.Key != "value" && (strings.Contains(a.Val, elsewhere) || strings.HasPrefix(strings.ToLower(a.Val), "javascript:")) {
				c.Errorf("%s: <%s %s=%q>", c.spec.Op, n.Data, a.Key, a.Val)
			}
		}
	}
}

// way is the way to the organisation, bent for one operation at a time.
type way struct {
	next  http.RoundTripper
	kind  upstreamKind
	token string // the console's credential
	other string // somebody else's id

	mu         sync.Mutex
	is         *regexp.Regexp // method and path of the calls that are bent; nil: none
	sent, done int
	host       string
	foreign    []string
}

// arm bends the calls of one operation from now on.
func (w *way) arm(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range okta.Operations() {
		if o.Name == name {
			w.is = regexp.MustCompile("^" + o.Method + " " + regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(o.Path, `[^/]+`) + "$")
		}
	}
	w.sent, w.done = 0, 0
}

// disarm lets all calls through, and tells how many were bent since arm, and how
// many of those the organisation took and did.
func (w *way) disarm() (sent, done int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is = nil
	return w.sent, w.done
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if w.host == "" {
		w.host = r.URL.Host
	}
	if r.URL.Host != w.host {
		w.foreign = append(w.foreign, r.URL.String())
	}
	bent := w.is != nil && w.is.MatchString(r.Method+" "+r.URL.Path)
	if bent {
		w.sent++
	}
	try := w.sent
	w.mu.Unlock()
	if !bent {
		return w.next.RoundTrip(r)
	}
	return w.kind.answer(w, r, try)
}

// pass lets a call through and counts what the organisation did.
func (w *way) pass(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err == nil && resp.StatusCode < http.StatusMultipleChoices {
		w.mu.Lock()
		w.done++
		w.mu.Unlock()
	}
	return resp, err
}

func (w *way) strangers() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.foreign
}
