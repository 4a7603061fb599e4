package review_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// machine is a review in the hands of several reviewers, beside what it ought to be.
type machine struct {
	*kit

	v      review.Review
	open   bool
	want   map[int]review.Item // what each item ought to be
	rows   int                 // of decisions that counted
	looks  int
	people []desk.Actor
}

// any draws one of the items.
func (m *machine) any(t *rapid.T) review.Item {
	n := rapid.IntRange(1, len(m.want)).Draw(t, "item")
	_, i, err := m.Item(m.t.Context(), m.staff("owner"), m.v.ID, n)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (m *machine) who(t *rapid.T) desk.Actor {
	return rapid.SampledFrom(m.people).Draw(t, "who")
}

// decides has somebody decide, who may see an old page, or may not decide at all.
func (m *machine) decides(t *rapid.T) {
	i, who := m.any(t), m.who(t)
	c := review.Choice{Review: m.v.ID, N: i.N, Version: i.Version - rapid.IntRange(0, 1).Draw(t, "age"), Verdict: rapid.SampledFrom([]review.Verdict{"", review.Keep, review.Revoke, review.Skip, "perhaps"}).Draw(t, "verdict")}
	c.Note = rapid.SampledFrom([]string{"", "seen to it"}).Draw(t, "note")
	c.Looked = rapid.Bool().Draw(t, "looked")
	was := m.want[i.N]
	got, err := m.Decide(m.t.Context(), who, c)
	again := c.Verdict != "" && c.Version+1 == was.Version && was.Verdict == c.Verdict && was.Note == c.Note && was.By.ID == who.OktaID.String()
	ok := m.open && c.Version == was.Version && who.OktaID.String() == was.Reviewer.ID && who.OktaID.String() != was.Evidence.Person.ID && c.Verdict != "perhaps" && (c.Verdict != "" || was.Verdict != "") &&
		(c.Verdict != review.Revoke || c.Note != "")
	switch {
	case again && err == nil && got.Version == was.Version:
		return
	case ok != (err == nil):
		t.Fatalf("%s decides %+v: %v", who.Name, c, err)
	case !ok:
		return
	}
	m.rows++
	was.Version, was.Verdict, was.Note, was.By = was.Version+1, c.Verdict, c.Note, person(who)
	if c.Verdict == "" {
		was.Note, was.By = "", review.Person{}
	}
	m.want[i.N] = was
}

func (m *machine) reassigns(t *rapid.T) {
	i, by, to := m.any(t), m.who(t), m.who(t)
	_, err := m.Reassign(m.t.Context(), by, m.v.ID, []int{i.N}, to.OktaID.String())
	about := i.Evidence.Person.ID
	ok := m.open && by.Tier() != desk.Auditor && to.OktaID.String() != about && (by.OktaID.String() != about || i.Reviewer.ID == "" && i.Verdict == "")
	if ok != (err == nil) {
		t.Fatalf("%s hands %d to %s: %v", by.Name, i.N, to.Name, err)
	}
	if ok {
		was := m.want[i.N]
		was.Reviewer, was.Version = person(to), was.Version+1
		m.want[i.N] = was
	}
}

// closes closes the review, now and then.
func (m *machine) closes(t *rapid.T) {
	if rapid.IntRange(0, 30).Draw(t, "close") > 0 {
		return
	}
	who, sure := m.who(t), rapid.Bool().Draw(t, "sure")
	undecided := 0
	for _, i := range m.want {
		if i.Verdict == "" || i.Verdict == review.Skip {
			undecided++
		}
	}
	_, err := m.Close(m.t.Context(), who, m.v.ID, sure)
	loses := slices.ContainsFunc(slices.Collect(maps.Values(m.want)), func(i review.Item) bool {
		return i.Verdict == review.Revoke && i.Evidence.Person.ID == who.OktaID.String()
	})
	ok := m.open && who.Tier() != desk.Auditor && !loses && (sure || undecided == 0)
	if ok != (err == nil) {
		t.Fatalf("%s closes: %v", who.Name, err)
	}
	m.open = m.open && !ok
}

// holds compares the review with what it ought to be.
func (m *machine) holds(t *rapid.T) {
	if m.looks++; m.looks%8 != 1 { // one look costs more than a decision
		return
	}
	var sum review.Count
	for _, got := range m.items(m.v, review.Query{}) {
		want := m.want[got.N]
		if got.Version != want.Version || got.Verdict != want.Verdict || got.Note != want.Note || got.By.ID != want.By.ID || got.Reviewer.ID != want.Reviewer.ID || (got.Seq > 0) != (got.Verdict != "") {
			t.Fatalf("item %d is %+v, want %+v", got.N, got, want)
		}
		if got.Reviewer.ID == got.Evidence.Person.ID || got.By.ID == got.Evidence.Person.ID {
			t.Fatalf("item %d: %s reviews themselves", got.N, got.Evidence.Person.Name)
		}
		sum.All++
		switch got.Verdict {
		case review.Keep:
			sum.Keep++
		case review.Revoke:
			sum.Revoke++
		case review.Skip:
			sum.Skip++
		}
	}
	v, err := m.Reviews.Get(m.t.Context(), m.staff("owner"), m.v.ID)
	sum.Nobody = v.Count.Nobody
	if err != nil || v.Count != sum || (v.State == review.Open) != m.open {
		t.Fatalf("it is %s with %+v, want %+v: %v", v.State, v.Count, sum, err)
	}
	rows := m.recorded()
	if rows != m.rows {
		t.Fatalf("%d rows of %d decisions", rows, m.rows)
	}
}

// recorded counts the rows of decisions that counted.
func (m *machine) recorded() (n int) {
	err := m.Store.R.QueryRowContext(m.t.Context(), `select count(*) from record where action in ('review.decided', 'review.undone') and phase = 'event' and params like $1`, "%review="+m.v.ID+" %").Scan(&n)
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}

// Whatever several reviewers do to a review in whatever order, with old pages and
// without the right to it: each decision counts or is refused, none is lost, and each
// that counts has its row.
func TestReviewMachine(t *testing.T) {
	if os.Getenv("KEYDESK_TEST_ENGINE") == "postgres" { // where a decision takes longer
		if err := flag.Set("rapid.checks", "25"); err != nil {
			t.Fatal(err)
		}
	}
	k := newKit(t)
	k.Org.GrantRole(k.Org.Staff()["second"], "REPORT_ADMIN")
	second, _ := k.Org.Person(k.Org.Staff()["second"])
	k.only(second, k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN"))
	staff := []desk.Actor{k.staff("owner"), k.staff("second"), k.staff("auditor"), k.staff("admin")}
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{kit: k, open: true, want: map[int]review.Item{}, people: staff}
		m.v = k.startPlan(review.Plan{
			Name: "Machine", Due: k.Now().Add(time.Hour), Reasons: []review.Verdict{review.Revoke},
			Reviewers: review.Rule{Named: []review.Person{person(staff[0]), person(staff[1]), person(staff[2])}},
		})
		for _, i := range m.items(m.v, review.Query{}) {
			m.want[i.N] = i
		}
		rt.Repeat(map[string]func(*rapid.T){"decide": m.decides, "decide again": m.decides, "reassign": m.reassigns, "close": m.closes, "": m.holds})
		if m.open { // one owner may have so many open, and no more
			if err := k.Stop(t.Context(), staff[0], m.v.ID, "the next one begins"); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// Several people decide at once, on two processes: of two on one version one counts and
// the other is told so; nothing is lost.
func TestSeveralAtOnce(t *testing.T) {
	k := newKit(t)
	owner := k.staff("owner")
	v := k.start(owner)
	items := k.items(v, review.Query{})
	both := []*review.Reviews{k.Reviews, k.reviews()}
	var mu sync.Mutex
	won := map[int][]review.Verdict{}
	var all sync.WaitGroup
	for n := range 2 {
		all.Go(func() {
			for _, i := range items {
				verdict := []review.Verdict{review.Keep, review.Skip}[n]
				got, err := both[n].Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: verdict})
				mu.Lock()
				if err == nil {
					won[i.N] = append(won[i.N], got.Verdict)
				} else if kindOf(err) != desk.Conflict {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for _, i := range k.items(v, review.Query{}) {
		if len(won[i.N]) != 1 || !slices.Contains(won[i.N], i.Verdict) || i.Version != 2 {
			t.Errorf("item %d is %s at version %d; %v were told that theirs counts", i.N, i.Verdict, i.Version, won[i.N])
		}
	}
	if n := len(k.Acts(audit.Filter{Action: "review.decided", Limit: 1000})); n != len(items) {
		t.Error(fmt.Sprint(n, " rows of ", len(items), " decisions"))
	}
}
