package bars

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
	"keydesk/internal/testkit"
)

// toll kills the process when so many calls have come.
type toll struct {
	org http.Handler

	mu   sync.Mutex
	left int
	kill func()
}

func (g *toll) after(calls int, kill func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left, g.kill = calls, kill
}

// ServeHTTP implements http.Handler.
func (g *toll) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	kill := func() {}
	if g.left--; g.left == 0 {
		kill = g.kill
	}
	g.mu.Unlock()
	kill()
	g.org.ServeHTTP(w, r)
}

// Killed at thirty points of a walk, the role map is whole after the last start: one
// walk, every assignment once, and nobody's role other than the organisation has it.
func TestKilledWalk(t *testing.T) {
	g := &toll{}
	org := oktasim.New(oktasim.Options{People: 2_500, Admins: 1_500, Limit: 10_000_000})
	p := testkit.RunFor(t, testkit.Build(t), org, func(org http.Handler) http.Handler { g.org = org; return g }, "KEYDESK_ROLEMAP_SHARE=80")
	rnd := rand.New(rand.NewPCG(13, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	kills := 0
	for ; kills < 30 && state(t, p).Walk.Ended.IsZero(); kills++ {
		dead := make(chan struct{})
		g.after(1+rnd.IntN(140), func() { p.Kill(); close(dead) })
		select {
		case <-dead:
		case <-time.After(30 * time.Second):
			t.Fatal("the walk does not go on")
		}
		p.Start()
	}
	deadline := time.Now().Add(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s := state(t, p); s.Walk.Ended.IsZero(); s = state(t, p) {
		if <-tick.C; time.Now().After(deadline) {
			t.Fatalf("the walk did not end: %+v %s", s, p.Said())
		}
	}
	s := state(t, p)
	if s.Walk.ID != 1 || kills < 30 {
		t.Errorf("walk %d after %d kills", s.Walk.ID, kills)
	}
	t.Logf("%d people read in %d calls over %d kills", s.Walk.Done, s.Walk.Calls, kills)
	mapped(t, p, func(m *rolemap.Map) {
		all, err := m.At(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, a := range all {
			got = append(got, asHeld(a))
		}
		for _, h := range org.Held() {
			want = append(want, truthOf(h))
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the map is not what the organisation knows: %.4000s", diff)
		}
	})
	verify(t, p)
}

func mapped(t *testing.T, p *testkit.Process, do func(*rolemap.Map)) {
	t.Helper()
	db, err := store.OpenForReading(t.Context(), p.Place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	do(rolemap.New(db, nil, time.Now, nil))
}

func state(t *testing.T, p *testkit.Process) (s rolemap.State) {
	t.Helper()
	mapped(t, p, func(m *rolemap.Map) {
		var err error
		if s, err = m.State(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return s
}

func asHeld(a rolemap.Assignment) string {
	var targets []string
	for _, t := range a.Targets {
		if t.Kind != rolemap.Set {
			targets = append(targets, t.ID)
		}
	}
	group := a.Assignee
	if a.Direct() {
		group = ""
	}
	slices.Sort(targets)
	return strings.Join(append([]string{a.Person.ID.String(), string(a.Type), a.Role.String(), a.How, group}, targets...), " ")
}

func truthOf(h oktasim.Held) string {
	targets := slices.Concat(h.Groups, h.Apps, h.Instances)
	slices.Sort(targets)
	return strings.Join(append([]string{h.Person, h.Type, h.Role, h.How, h.Group}, targets...), " ")
}
