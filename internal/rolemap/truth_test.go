package rolemap_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/testkit"
)

// said is an assignment in words that both sides can be brought into: the map's, and
// the organisation's own.
func said(a rolemap.Assignment) string {
	var targets []string
	for _, t := range a.Targets {
		id := t.ID
		if t.Kind == rolemap.Set {
			id = t.Label
		}
		targets = append(targets, string(t.Kind)+" "+id)
	}
	slices.Sort(targets)
	group := ""
	if !a.Direct() {
		group = a.Assignee + " " + a.Through
	}
	return fmt.Sprintf("%s %s: %s %s %q %s %s [%s] %s {%s} %d factors", a.Person.ID, a.Person.Login, a.Type, a.Role, a.Label, a.How, group, a.Definition, a.Reach, strings.Join(targets, ", "), a.Person.Factors)
}

func truth(h oktasim.Held) string {
	var targets []string
	for kind, ids := range map[string][]string{"group": h.Groups, "app": h.Apps, "instance": h.Instances} {
		for _, id := range ids {
			targets = append(targets, kind+" "+id)
		}
	}
	reach := rolemap.Everything
	switch {
	case h.Set != "":
		reach, targets = rolemap.BySet, []string{"set " + h.Set}
	case len(targets) > 0:
		reach = rolemap.Limited
	}
	slices.Sort(targets)
	group := ""
	if h.How == "GROUP" {
		group = h.Group + " " + h.Name
	}
	return fmt.Sprintf("%s %s: %s %s %q %s %s [%s] %s {%s} %d factors", h.Person, h.Login, h.Type, h.Role, h.Label, h.How, group, h.Definition, reach, strings.Join(targets, ", "), h.Factors)
}

// equals holds the whole map to the organisation's own truth.
func equals(t *testing.T, m *rolemap.Map, org *oktasim.Org) []rolemap.Assignment {
	t.Helper()
	all, err := m.At(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, a := range all {
		got = append(got, said(a))
	}
	for _, h := range org.Held() {
		want = append(want, truth(h))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := gocmp.Diff(want, got); diff != "" {
		if len(diff) > 6000 {
			diff = diff[:6000] + "..."
		}
		t.Errorf("the map is not what the organisation knows:\n%s", diff)
	}
	return all
}

func walk(t *testing.T, m *rolemap.Map) rolemap.Walk {
	t.Helper()
	if err := m.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := m.State(t.Context())
	if err != nil || s.Running() {
		t.Fatalf("%+v %v", s, err)
	}
	return s.Walk
}

// 100,000 people and 2,000 administrators: held through groups, custom, limited and
// not. The map equals the organisation's own truth, item by item; a second walk finds
// that nothing has changed; and what it takes is logged for docs/PERFORMANCE.md.
func TestWholeOrganisation(t *testing.T) {
	people, admins := 100_000, 2_000
	if testing.Short() { // under the race detector fewer; all of them in the plain run
		people, admins = people/20, admins/20
	}
	begun := time.Now()
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: people, Admins: admins, Limit: 10_000_000}})
	t.Logf("the organisation took %v", time.Since(begun).Round(time.Millisecond))
	k.Org.Reset()
	stop := peak()
	begun = time.Now()
	w := walk(t, k.Map)
	t.Logf("the walk took %v, %d calls for %d people, and %d MiB more memory at most", time.Since(begun).Round(time.Millisecond), w.Calls, w.Done, stop()>>20)
	logCalls(t, k.Calls(), w.Calls)
	all := equals(t, k.Map, k.Org)
	holders := map[string]bool{}
	for _, a := range all {
		holders[a.Person.ID.String()] = true
	}
	if len(holders) < admins || w.Way != rolemap.ByHolders {
		t.Errorf("%d holders, by %s", len(holders), w.Way)
	}
	begun = time.Now()
	shown, sum, err := k.Map.Now(t.Context(), rolemap.Filter{Group: "role", Sort: "risk"})
	t.Logf("%d assignments sorted and grouped in %v", len(shown), time.Since(begun).Round(time.Millisecond))
	if err != nil || sum.All != len(all) || sum.Assignments != len(shown) || len(shown) != len(all) {
		t.Errorf("%+v %v", sum, err)
	}
	again := walk(t, k.Map)
	changes, err := k.Map.Changes(t.Context(), w.Ended, time.Time{})
	if err != nil || len(changes) > 0 || again.Total != w.Done {
		t.Errorf("%d changes where there were none: %v", len(changes), err)
	}
	equals(t, k.Map, k.Org)
}

// logCalls says what the walk asked for, and that it counted what the organisation did.
func logCalls(t *testing.T, calls map[string]int, counted int64) {
	t.Helper()
	sum := 0
	for _, name := range slices.SortedFunc(maps.Keys(calls), func(a, b string) int { return cmp.Compare(calls[b], calls[a]) }) {
		t.Logf("  %5d %s", calls[name], name)
		sum += calls[name]
	}
	if int64(sum) != counted {
		t.Errorf("%d calls were counted, %d made", counted, sum)
	}
}

// peak measures how much more memory is in use than before, at most, until it is
// stopped: what nobody refers to any more is not counted, the organisation's answers
// among it.
func peak() (stop func() uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-ended
		return most - before
	}
}

// small is a kit with some administrators of every kind.
func small(t *testing.T, wrap ...func(http.RoundTripper) http.RoundTripper) *testkit.Kit {
	t.Helper()
	o := testkit.Options{Org: oktasim.Options{People: 600, Admins: 120, Limit: 10_000_000}, Replicas: 1}
	if len(wrap) > 0 {
		o.Wrap = wrap[0]
	}
	return testkit.New(t, o)
}

// Where nobody lists who holds a role, everybody is asked.
func TestByPeople(t *testing.T) {
	k := small(t)
	k.Org.Faults([]oktasim.Fault{{Operation: "ListRoleHolders", Status: http.StatusForbidden}})
	w := walk(t, k.Map)
	equals(t, k.Map, k.Org)
	if w.Way != rolemap.ByPeople || w.Done < 600 {
		t.Errorf("%+v", w)
	}
}

// An organisation as awkward as it may be gives the same map.
func TestUnkind(t *testing.T) {
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: 300, Admins: 60, Limit: 10_000_000, Unkind: true}, Replicas: 1})
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// ways counts calls and, at one of them, does something.
type ways struct {
	http.RoundTripper
	calls atomic.Int64
	at    atomic.Int64
	do    func()
}

func (w *ways) RoundTrip(r *http.Request) (*http.Response, error) {
	if n := w.calls.Add(1); n == w.at.Load() {
		w.do()
	}
	return w.RoundTripper.RoundTrip(r)
}
