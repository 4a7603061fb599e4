package review_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// manyItems is how many items a large review has; under the race detector fewer.
func manyItems() int {
	if testing.Short() {
		return 200
	}
	return 2000
}

// crowd are so many assignments of people whom only the map knows.
func crowd(t testing.TB, n int) []rolemap.Assignment {
	t.Helper()
	role, err := okta.ParseRoleID("JBCUYUC7IRCVGS27IFCE2SKO")
	if err != nil {
		t.Fatal(err)
	}
	out := make([]rolemap.Assignment, n)
	for i := range out {
		uid := id(t, fmt.Sprintf("00ucrowd%012d", i))
		out[i] = rolemap.Assignment{
			Person: rolemap.Person{ID: uid, Login: fmt.Sprintf("person%d@example.com", i), Name: fmt.Sprintf("Person %d", i), Status: "ACTIVE", Department: "IT", Factors: 1},
			Role:   role, Type: okta.HelpDeskAdmin, Label: "Help Desk Administrator", How: "USER", Assignee: uid.String(), Reach: rolemap.Limited, Since: time.Unix(1_700_000_000, 0),
			Targets: []rolemap.Target{{Kind: rolemap.Group, ID: "00g1", Label: "Support"}, {Kind: rolemap.Group, ID: "00g2", Label: "Finance"}},
		}
	}
	return out
}

// crowded are the reviews of a console whose map is a crowd.
func (k *kit) crowded(n int) *review.Reviews {
	held := crowd(k.t, n)
	return k.with(func(context.Context) ([]rolemap.Assignment, error) { return held, nil })
}

// tell logs how long something took.
func tell(t *testing.T, what string, took []time.Duration) {
	t.Helper()
	slices.Sort(took)
	t.Logf("%s: %v at the median, %v at most", what, took[len(took)/2].Round(10*time.Microsecond), took[len(took)-1].Round(10*time.Microsecond))
}

// A review of 2,000 items is started, listed, decided on, closed and sealed; how long
// each of it took is logged.
func TestTwoThousandItems(t *testing.T) {
	k, many := newKit(t), manyItems()
	r, owner := k.crowded(many), k.staff("owner")
	timed := func(do func() error) time.Duration {
		began := time.Now()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		return time.Since(began)
	}
	var v review.Review
	tell(t, "start", []time.Duration{timed(func() (err error) {
		v, err = r.Start(t.Context(), owner, review.Plan{Name: "Large", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
		return err
	})})
	var items []review.Item
	var first, page, whole, since, decide, tasks []time.Duration
	for n := range 20 {
		first = append(first, timed(func() error { _, err := r.Get(t.Context(), owner, v.ID); return err }))
		page = append(page, timed(func() error {
			_, err := r.Items(t.Context(), owner, review.Query{Review: v.ID, Reviewer: owner.OktaID.String(), Show: review.ShowUndecided, After: n * many / 20, Limit: 100})
			return err
		}))
		since = append(since, timed(func() error {
			shown, err := r.Items(t.Context(), owner, review.Query{Review: v.ID, After: n * many / 20, Limit: 100})
			if err == nil {
				_, err = r.Since(t.Context(), owner, shown)
			}
			return err
		}))
		whole = append(whole, timed(func() (err error) { items, err = r.Items(t.Context(), owner, review.Query{Review: v.ID}); return err }))
		tasks = append(tasks, timed(func() error { _, err := r.Tasks(t.Context(), owner); return err }))
	}
	if len(items) != many {
		t.Fatal(len(items))
	}
	for _, i := range items[:many/10] {
		decide = append(decide, timed(func() error {
			_, err := r.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: review.Keep})
			return err
		}))
	}
	tell(t, "the review with its counts", first)
	tell(t, "a page of 100 items", page)
	tell(t, "the same with what changed since", since)
	tell(t, "all items", whole)
	tell(t, "what waits for me", tasks)
	tell(t, "a decision with its row", decide)
	if _, err := closeAs(t.Context(), r, owner, v.ID, true); err != nil {
		t.Fatal(err)
	}
	tell(t, "close and seal, without revokes", []time.Duration{timed(func() error { _, err := r.CarryOut(t.Context()); return err })})
	tell(t, "what the next one would come to", []time.Duration{timed(func() error {
		_, err := r.Preview(t.Context(), owner, review.Plan{Carry: 24 * time.Hour})
		return err
	})})
	if v, err := r.Get(t.Context(), owner, v.ID); err != nil || v.State != review.Closed || !v.Sealed || v.Count.Keep != len(decide) || v.Count.Undecided() != many-len(decide) {
		t.Errorf("%s, sealed: %t, %+v: %v", v.State, v.Sealed, v.Count, err)
	}
}

// Items whose reviewer a relation names are handed over in the background: to the
// manager where that person may decide here, else to the fallback, and it says why.
func TestManagers(t *testing.T) {
	k := newKit(t)
	owner, second := k.staff("owner"), k.staff("second")
	managed, alone, own, outside := k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("MOBILE_ADMIN"), k.Org.LimitedAdmin("USER_ADMIN")
	k.only(managed, alone, own, outside)
	link := func(of string, to okta.UserID) {
		k.link(of, to)
	}
	link(managed.ID, second.OktaID)
	link(own.ID, owner.OktaID)
	link(outside.ID, k.staff("visitor").OktaID)
	v := k.startPlan(review.Plan{Name: "By manager", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Manager: "manager", Fallback: person(k.staff("auditor"))}})
	i := k.items(v, review.Query{})[0]
	if _, err := k.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: review.Keep}); !i.Asking || kindOf(err) != desk.Conflict {
		t.Errorf("asking %v: %v", i.Asking, err)
	}
	if err := k.LookUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{managed.ID: second.Name, own.ID: owner.Name, outside.ID: k.staff("auditor").Name}
	for _, i := range k.items(v, review.Query{}) {
		about := i.Evidence.Person.ID
		if name := want[about]; i.Asking || name != "" && i.Reviewer.Name != name || (about == outside.ID) != (i.Fallback != "") && about != alone.ID {
			t.Errorf("%s goes to %s: %q, asking %v", i.Evidence.Person.Name, i.Reviewer.Name, i.Fallback, i.Asking)
		}
	}
}

// Reviewers are reminded three days and one before a review is due and when it is, once
// each, by a row of the record, which is sent out; and on the page.
func TestReminders(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("REPORT_ADMIN"))
	owner, second := k.staff("owner"), k.staff("second")
	v := k.start(owner, second)
	rows := func() (n int) {
		for range 2 {
			if err := k.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.Store.R.QueryRowContext(t.Context(), `select count(*) from record where action = 'review.reminded'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rows(); n != 0 {
		t.Errorf("%d rows a week before", n)
	}
	k.Advance(4*24*time.Hour + time.Minute)
	if n := rows(); n != 2 {
		t.Errorf("%d rows three days before, of two reviewers", n)
	}
	owner.AuthTime = k.Now()
	for _, i := range k.items(v, review.Query{Reviewer: second.OktaID.String()}) {
		k.decide(i, review.Keep)
	}
	k.Advance(3 * 24 * time.Hour) // two reminders at once are one
	if n := rows(); n != 3 {
		t.Errorf("%d rows, one reviewer is left", n)
	}
	mine, err1 := k.Tasks(t.Context(), owner)
	theirs, err2 := k.Tasks(t.Context(), second)
	if err1 != nil || err2 != nil || len(mine) != 1 || mine[0].Left != 1 || mine[0].Review.Plan.Due.After(k.Now()) || len(theirs) != 0 {
		t.Errorf("%+v %+v %v %v", mine, theirs, err1, err2)
	}
}

// A revoke costs as many calls as docs/PERFORMANCE.md says.
func TestCallsOfARevoke(t *testing.T) {
	k := newKit(t)
	for role, c := range map[string]struct {
		closer string
		calls  int
	}{"REPORT_ADMIN": {"owner", 8}, "HELP_DESK_ADMIN": {"owner", 9}, "ORG_ADMIN": {"second", 10}} {
		p := k.Org.AdminWith(role)
		k.only(p)
		v := k.start(k.staff("owner"))
		k.decide(k.items(v, review.Query{})[0], review.Revoke)
		if _, err := k.Close(t.Context(), k.staff(c.closer), v.ID, false); err != nil {
			t.Fatal(err)
		}
		k.people = []string{} // the map is not counted
		k.Org.Reset()
		if _, err := k.CarryOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, calls := range k.Calls() {
			n += calls
		}
		if n != c.calls || len(k.removals()) != 1 {
			t.Errorf("%s: %d calls %v, want %d", role, n, k.Calls(), c.calls)
		}
	}
}
