package bars

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// loaded is how much load the tests of this file make. KEYDESK_TEST_LOAD asks for
// the real thing, for so long; without it they are a rehearsal that shows that
// nothing fails.
func loaded(t *testing.T) (operators, people int, long time.Duration) {
	asked := os.Getenv("KEYDESK_TEST_LOAD")
	if asked == "" {
		return 10, 2_000, 3 * time.Second
	}
	long, err := time.ParseDuration(asked)
	if err != nil {
		t.Fatalf("KEYDESK_TEST_LOAD: %v", err)
	}
	return 200, 100_000, long
}

// index answers a search that was made before from memory, after the time that Okta
// takes: a large organisation is searched by an index there, and by looking at
// everybody here.
type index struct {
	org http.Handler

	mu      sync.Mutex
	answers map[string]*httptest.ResponseRecorder
}

// ServeHTTP implements http.Handler.
func (x *index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	<-time.After(20 * time.Millisecond) // what Okta takes
	if r.URL.Path != "/api/v1/users" || r.Method != http.MethodGet {
		x.org.ServeHTTP(w, r)
		return
	}
	x.mu.Lock()
	a := x.answers[r.URL.RawQuery]
	x.mu.Unlock()
	if a == nil {
		a = httptest.NewRecorder()
		x.org.ServeHTTP(a, r)
		x.mu.Lock()
		x.answers[r.URL.RawQuery] = a
		x.mu.Unlock()
	}
	for k, v := range a.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Body.Bytes())
}

// crew is operators at work on one console.
type crew struct {
	p      *testkit.Process
	people []oktasim.Person
	agents []*http.Client

	acts   atomic.Int64
	mu     sync.Mutex
	took   []time.Duration
	faults map[string]int
}

// gather starts a console for an organisation of so many people and signs so many
// operators in to it.
func gather(t *testing.T, binary string, operators, people int) *crew {
	t.Helper()
	org := oktasim.New(oktasim.Options{People: people, Limit: 1_000_000_000})
	c := &crew{faults: map[string]int{}}
	c.p = testkit.RunFor(t, binary, org, func(org http.Handler) http.Handler {
		return &index{org: org, answers: map[string]*httptest.ResponseRecorder{}}
	})
	for _, who := range org.People() {
		if len(who.Roles) == 0 && who.Status == "ACTIVE" {
			c.people = append(c.people, who)
		}
	}
	for i := range operators {
		who := c.people[len(c.people)-1-i]
		c.p.Hire(who)
		c.agents = append(c.agents, c.p.Browser(who.Login))
	}
	c.people = c.people[:len(c.people)-operators]
	for _, who := range c.callers() { // the index of a large organisation is there already
		c.ask(t.Context(), c.agents[0], http.MethodGet, search(who), "")
	}
	return c
}

// callers are the people who are searched for: of an organisation's people few call.
func (c *crew) callers() []oktasim.Person { return c.people[:min(len(c.people), 300)] }

func search(who oktasim.Person) string { return "/users?q=" + url.QueryEscape(who.Login[:4]) }

// work has so many of the operators ask once a second each, until ctx ends: searches,
// people, lists and acts as on a telephone.
func (c *crew) work(ctx context.Context, operators int) {
	c.mu.Lock()
	c.took, c.faults = nil, map[string]int{}
	c.mu.Unlock()
	var wg sync.WaitGroup
	for i, agent := range c.agents[:operators] {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 7)) //nolint:gosec // who is looked at is no secret
			first := time.NewTimer(time.Duration(rnd.IntN(1000)) * time.Millisecond)
			defer first.Stop()
			<-first.C
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for ctx.Err() == nil {
				c.step(ctx, agent, rnd)
				select {
				case <-tick.C:
				case <-ctx.Done():
				}
			}
		})
	}
	wg.Wait()
}

func (c *crew) step(ctx context.Context, agent *http.Client, rnd *rand.Rand) {
	who := c.people[rnd.IntN(len(c.people))]
	switch n := rnd.IntN(100); {
	case n < 40:
		c.ask(ctx, agent, http.MethodGet, search(c.callers()[rnd.IntN(len(c.callers()))]), "")
	case n < 80:
		c.ask(ctx, agent, http.MethodGet, "/users/"+who.ID, "")
	case n < 95:
		c.ask(ctx, agent, http.MethodGet, []string{"/audit", "/users/" + who.ID + "/access", "/users/" + who.ID + "/roles"}[rnd.IntN(3)], "")
	default:
		page := c.ask(ctx, agent, http.MethodGet, "/users/"+who.ID, "")
		if m := clearing.FindStringSubmatch(page); m != nil {
			c.ask(ctx, agent, http.MethodPost, m[1], url.Values{"token": {m[2]}, "note": {"called in"}}.Encode())
			c.acts.Add(1)
		}
	}
}

var clearing = regexp.MustCompile(`action="([^"]*/sessions/clear)"[^>]*>\s*<input type="hidden" name="token" value="([^"]+)"`)

// ask sends one request and notes how long the whole answer took, or what was wrong
// with it.
func (c *crew) ask(ctx context.Context, agent *http.Client, method, path, form string) (body string) {
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), method, "http://"+testkit.Host+path, strings.NewReader(form))
	if err != nil {
		c.note(0, err.Error())
		return ""
	}
	req.Header.Set("HX-Request", "true")
	if method == http.MethodPost {
		req.Header.Set("Origin", "http://"+testkit.Host)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	from := time.Now()
	resp, err := agent.Do(req)
	if err != nil {
		c.note(0, err.Error())
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if fault := fmt.Sprintf("%d from %s", resp.StatusCode, kind(path)); err != nil || resp.StatusCode != http.StatusOK {
		c.note(0, fault)
		return ""
	}
	c.note(time.Since(from), "")
	return string(b)
}

func (c *crew) note(took time.Duration, fault string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if fault != "" {
		c.faults[fault]++
		return
	}
	c.took = append(c.took, took)
}

// at is the time that a share of the answers did not exceed.
func (c *crew) at(share float64) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.took)
	if len(c.took) == 0 {
		return 0
	}
	return c.took[min(len(c.took)-1, int(share*float64(len(c.took))))]
}

// report prints the figures; what went wrong fails the test.
func (c *crew) report(t *testing.T, what string) {
	t.Helper()
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	t.Logf("%s: %d answers, median %s, 95%% %s, 99%% %s, errors %d", what, len(c.took), ms(c.at(.5)), ms(c.at(.95)), ms(c.at(.99)), len(c.faults))
	for fault, n := range c.faults {
		t.Errorf("%s: %d times %s", what, n, fault)
	}
}

// proc reads one figure, in kB where it is a size, of what Linux says of the process.
func (c *crew) proc(t *testing.T, name string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.p.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n
		}
	}
	t.Fatalf("/proc says nothing of %s", name)
	return 0
}

func (c *crew) descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.p.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// Operators at work: no error, and what was taken for it is given back.
func TestLoad(t *testing.T) {
	operators, people, long := loaded(t)
	binary := testkit.Build(t)
	idle := gather(t, binary, 1, 600)
	calm := idle.p.Stacks()
	c := gather(t, binary, operators, people)
	before := c.descriptors(t)
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	c.work(ctx, operators)
	c.report(t, fmt.Sprintf("%d operators, %v", operators, long))
	if c.acts.Load() == 0 && operators > 100 {
		t.Error("nobody acted")
	}
	t.Logf("%d acts; peak memory %.1f MiB", c.acts.Load(), float64(c.proc(t, "VmHWM"))/1024)
	for _, a := range c.agents {
		a.CloseIdleConnections()
	}
	if operators < 100 {
		return // a rehearsal says nothing of what is given back
	}
	after := c.descriptors(t)
	for end := time.Now().Add(100 * time.Second); after > before+2 && time.Now().Before(end); after = c.descriptors(t) {
		<-time.After(100 * time.Millisecond) // connections to the organisation end by themselves
	}
	tired := c.p.Stacks()
	t.Logf("descriptors %d before, %d after; goroutines %d on an idle console, %d after", before, after, calm, tired)
	if after > before+10 || tired > calm+10 {
		t.Error("something was not given back")
	}
}

// kind is a path without what is particular about it.
func kind(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return person.ReplaceAllString(path, ":id")
}

var person = regexp.MustCompile(`00u\w+`)
