package bars

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

// cutOff is a change in which a replica was killed.
type cutOff struct {
	desk.Spec
	e      testkit.Exercise
	before int64 // the record's last row until then
}

// Of two replicas on one PostgreSQL either is killed in the middle of changes: the
// other serves on at once, no change is sent twice, none without its intent, and the
// one that is left writes the outcomes.
func TestReplicaDies(t *testing.T) {
	if !storetest.Postgres(t) {
		return
	}
	g := &gallows{}
	both := testkit.RunReplicas(t, testkit.Build(t), 2, testkit.Shared(t), func(org http.Handler) http.Handler { g.org = org; return g })
	p := both[0]
	watch := p.As("auditor")
	var slowest time.Duration
	var all []cutOff
	for i, s := range testkit.Changes() {
		if i%3 != 0 && os.Getenv("KEYDESK_TEST_KILLS") == "" {
			continue
		}
		n := len(all)
		victim, other := both[n%2], both[1-n%2]
		c := p.As("admin")
		all = append(all, cutOff{s, p.Exercise(c, s.Action), last(t, p)})
		g.arm(victim, s.Op, points()[n%3], time.Duration(n)*200*time.Microsecond)
		c.At(victim).PostUntil(t.Context(), all[n].e.Form.Action, all[n].e.Form.Values)
		victim.Kill()
		began := time.Now()
		for _, browser := range []*testkit.Client{watch.At(other), watch} {
			if got := browser.Get("/audit"); got.Status != http.StatusOK {
				t.Errorf("%s: the other replica answers %d", s.Action, got.Status)
			}
		}
		slowest = max(slowest, time.Since(began))
		victim.Start()
	}
	cut := 0
	for _, x := range all {
		cut += ended(t, p, x)
	}
	verify(t, p)
	t.Logf("%d kills, %d changes were cut off; the other replica answered within %v", len(all), cut, slowest)
	if cut == 0 {
		t.Error("no kill fell between an intent and its outcome: the test shows nothing")
	}
}

// ended waits for the outcome of a change and holds it to what the organisation saw. It
// returns 1 when the change was cut off.
func ended(t *testing.T, p *testkit.Process, x cutOff) (cut int) {
	t.Helper()
	var intents []audit.Act
	wait(t, p, func(l *audit.Log) bool {
		acts, err := l.Acts(t.Context(), audit.Filter{Action: string(x.Action), Acts: true, Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		intents = intents[:0]
		for _, a := range acts {
			if a.Seq > x.before && a.Phase == audit.PhaseIntent && a.TargetID == x.e.Person.ID {
				intents = append(intents, a)
			}
		}
		return len(intents) == 0 || intents[0].End != nil && intents[0].End.Result != audit.Unknown
	})
	sent := 0
	for _, call := range p.Org.Log() {
		if call.Operation == x.Op && strings.Contains(call.Path, x.e.Person.ID) {
			sent++
		}
	}
	if len(intents) > 1 || sent > len(intents) || len(intents) == 1 && intents[0].End.Result == audit.Done && sent == 0 {
		t.Errorf("%s: sent %d times, intents %+v", x.Action, sent, intents)
	}
	if len(intents) == 1 && intents[0].End.Result == audit.Settled {
		cut = 1
	}
	return cut
}

// frozen has a replica stand still when a call of it arrives.
func frozen(g *gallows, p *testkit.Process, op string) (stopped chan struct{}) {
	stopped = make(chan struct{})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kill, g.at, g.point = func() { p.Pause(); close(stopped) }, calling(op), "received"
	return stopped
}

// takeOver is how soon another replica may go on where one stands still or has died.
const takeOver = 15 * time.Second

// A replica that stood still between its decision and its intent, until another one
// had taken over, writes no intent and sends nothing when it goes on.
func TestPausedBeforeTheIntent(t *testing.T) {
	if !storetest.Postgres(t) {
		return
	}
	g := &gallows{}
	both := testkit.RunReplicas(t, testkit.Build(t), 2, testkit.Shared(t), func(org http.Handler) http.Handler { g.org = org; return g })
	old, other := both[0], both[1]
	c := old.As("helpdesk")
	e := old.Exercise(old.As("admin"), "suspend")
	first, second := suspend(t, c, e.Page), suspend(t, c, e.Page)
	old.Org.Reset()
	stopped := frozen(g, old, "ListAssignedRolesForUser")
	answer := make(chan int)
	go func() { answer <- c.At(old).Answers(t.Context(), first.Action, first.Values) }()
	<-stopped
	began := time.Now()
	for got := 0; got != http.StatusOK; {
		if got = c.At(other).Answers(t.Context(), second.Action, second.Values); time.Since(began) > 2*takeOver {
			old.Resume()
			t.Fatalf("the other replica did not take over: %d", got)
		}
	}
	took := time.Since(began)
	if took > takeOver {
		t.Errorf("the other took over after %v", took)
	}
	old.Resume()
	if got := <-answer; got == http.StatusOK || got == 0 {
		t.Errorf("the one that stood still answers %d", got)
	}
	if n := old.Calls()["SuspendUser"]; n != 1 {
		t.Errorf("sent %d times", n)
	}
	read(t, old, func(l *audit.Log) {
		acts, err := l.Acts(t.Context(), audit.Filter{Target: e.Person.ID, Acts: true})
		intents := 0
		for _, a := range acts {
			if a.Phase == audit.PhaseIntent {
				intents++
			}
		}
		if err != nil || intents != 1 {
			t.Errorf("%d intents, %v", intents, err)
		}
	})
	verify(t, old)
	t.Logf("taken over after %v", took)
}

func suspend(t *testing.T, c *testkit.Client, page string) *testkit.Form {
	t.Helper()
	f := c.Get(page).FormOf("/users/:id/lifecycle/suspend")
	if f == nil {
		t.Fatal("it is not offered")
	}
	f.Values.Set("note", "left the company")
	return f
}

// A replica that stood still between two calls of one change, until another one had
// finished it, sends the second call no more.
func TestPausedBetweenTwoCalls(t *testing.T) {
	if !storetest.Postgres(t) {
		return
	}
	g := &gallows{}
	both := testkit.RunReplicas(t, testkit.Build(t), 2, testkit.Shared(t), func(org http.Handler) http.Handler { g.org = org; return g })
	old := both[0]
	s, _ := desk.SpecOf("roles.assign")
	c := old.As("admin")
	e := old.Exercise(c, s.Action)
	before := last(t, old)
	old.Org.Reset()
	stopped := frozen(g, old, s.Op)
	answer := make(chan int)
	go func() { answer <- c.At(old).Answers(t.Context(), e.Form.Action, e.Form.Values) }()
	<-stopped
	if settled(t, old, s, e, before) != 1 {
		t.Error("the other replica did not settle it")
	}
	limits := old.Calls()["AddGroupTargetToRole"]
	old.Resume()
	if got := <-answer; got == http.StatusOK || got == 0 {
		t.Errorf("the one that stood still answers %d", got)
	}
	if now := old.Calls()["AddGroupTargetToRole"]; limits == 0 || now != limits || old.Calls()[s.Op] != 1 {
		t.Errorf("limits: %d before it went on, %d after", limits, now)
	}
	verify(t, old)
}
