package review_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// What became of an assignment while the review runs is said beside it; its evidence
// stays as it was.
func TestSince(t *testing.T) {
	k := newKit(t)
	same, wider, gone := k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("REPORT_ADMIN")
	k.only(same, wider, gone)
	v := k.start(k.staff("owner"))
	before := k.items(v, review.Query{})
	k.Org.LimitRole(wider.ID, "HELP_DESK_ADMIN")
	k.takeAway(gone)
	got, err := k.Since(t.Context(), k.staff("owner"), before)
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range k.items(v, review.Query{}) {
		said := strings.Join(got[i.N], " ")
		want := map[string]string{wider.ID: "now it reaches every group", gone.ID: "not held any more"}[i.Evidence.Person.ID]
		if !strings.Contains(said, want) || want == "" && said != "" || i.Evidence.Words != before[n].Evidence.Words {
			t.Errorf("%s: %q, want %q", i.Evidence.Person.Name, said, want)
		}
	}
}

// A start that was cut off is nobody's review, and is forgotten.
func TestStartCutOff(t *testing.T) {
	k := newKit(t)
	owner := k.staff("owner")
	ctx, cancel := context.WithCancel(t.Context())
	r := k.with(func(context.Context) ([]rolemap.Assignment, error) {
		defer cancel()
		return crowd(t, 600), nil
	})
	if _, err := r.Start(ctx, owner, review.Plan{Name: "Cut off", Due: k.Now().Add(time.Hour)}); err == nil {
		t.Fatal("it started")
	}
	_, err := k.Store.W.ExecContext(t.Context(), `insert into review (id, name, plan, owner_id, owner_name, state, as_of, started_at, due_at, closed_at, ended_at, closer, close_mac, first_seq, reminded, manifest)
		values ('half', 'Half', '{}', '', '', 'filling', 0, $1, 0, 0, 0, '', '', 0, 0, '')`, k.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := k.List(t.Context(), owner); err != nil || len(list) != 0 {
		t.Errorf("%d reviews are there: %v", len(list), err)
	}
	if _, err := k.Reviews.Get(t.Context(), owner, "half"); kindOf(err) != desk.NotFound {
		t.Errorf("half of one is shown: %v", err)
	}
	k.Advance(2 * time.Hour)
	if err := k.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := k.Store.R.QueryRowContext(t.Context(), `select (select count(*) from review) + (select count(*) from review_item)`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows are left: %v", n, err)
	}
}

// Two processes that carry out at once do it once.
func TestTwoCarryOut(t *testing.T) {
	k := newKit(t)
	var people []oktasim.Person
	for _, p := range k.Org.People() {
		if len(people) < 20 && p.Status == "ACTIVE" && len(p.Roles) == 0 && len(p.Groups) < 4 {
			k.Org.GrantRole(p.ID, "REPORT_ADMIN")
			p, _ = k.Org.Person(p.ID)
			people = append(people, p)
		}
	}
	k.only(people...)
	owner := k.staff("owner")
	v := k.start(owner)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.Org.Reset()
	both := []*review.Reviews{k.Reviews, k.Reviews}
	if k.Store.Shared() {
		both[1] = k.reviews()
	}
	var all sync.WaitGroup
	for _, r := range both {
		all.Go(func() {
			for range 50 {
				if wait, err := r.CarryOut(t.Context()); err != nil || wait == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	k.finish(v)
	if n := k.Calls()["RemoveRoleFromUser"]; n != len(people) || len(k.removals()) != n {
		t.Errorf("sent %d times, taken away from %d, of %d people", n, len(k.removals()), len(people))
	}
}

// What is done beside requests is done by Work: managers are looked up and the revokes
// carried out without anybody asking, and it ends when it is told to.
func TestWork(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	owner := k.staff("owner")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { k.Work(ctx); close(done) }()
	v := k.startPlan(review.Plan{Name: "Worked", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Manager: "manager"}})
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	until := func(what string, ok func() bool) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for !ok() {
			if <-tick.C; time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	until("nobody is asked", func() bool { return !k.items(v, review.Query{})[0].Asking })
	if _, err := k.Reassign(t.Context(), owner, v.ID, []int{1}, owner.OktaID.String()); err != nil {
		t.Fatal(err)
	}
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	until("it does not end", func() bool {
		v, err := k.Progress(t.Context(), owner, v.ID)
		return err == nil && v.Sealed && v.Count.Done == 1
	})
	stop()
	<-done
}

// Who a relation names cannot be read by a credential that may not ask: the item goes to
// the fallback, and says why.
func TestManagersUnreadable(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	v := k.startPlan(review.Plan{Name: "Unreadable", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Manager: "manager"}})
	k.Org.Faults([]oktasim.Fault{{Operation: "GetLinkedObjectsForUser", Status: 403, Body: "json"}})
	if err := k.LookUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i := k.items(v, review.Query{})[0]; i.Asking || i.Reviewer.Name != k.staff("owner").Name || !strings.Contains(i.Fallback, "cannot be read") {
		t.Errorf("%+v: %q", i.Reviewer, i.Fallback)
	}
}

// An operator whom the issuer alone knows counts while they are signed in, and not after.
func TestSignedInStill(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	admin := k.staff("admin")
	here := true
	d := desk.New(desk.Config{
		Okta: client(t, k), Record: k.Record, Key: make([]byte, 32), Now: k.Now, Log: slog.New(slog.DiscardHandler), Policy: desk.DemoPolicy(),
		Staff:    func(context.Context, okta.UserID) (desk.Role, error) { return "", nil },
		SignedIn: func(context.Context, string) (desk.Actor, bool, error) { return admin, here, nil },
	})
	role, err := okta.ParseRoleID(k.roleID(p))
	if err != nil {
		t.Fatal(err)
	}
	order := desk.Order{Review: "r", Name: "R", Item: 1, Attempt: 1, Person: id(t, p.ID), Login: p.Login, Note: "not needed", Role: okta.Role{ID: role, Type: "REPORT_ADMIN", AssignmentType: "USER"}, Decided: desk.Said{Who: k.staff("auditor"), At: k.Now()}, Closed: desk.Said{Who: admin, At: k.Now()}}
	here = false
	if got, err := d.Revoke(t.Context(), order); err != nil || got.End != desk.EndLeft || !strings.Contains(got.Why, "not signed in any more") {
		t.Errorf("%+v %v", got, err)
	}
	here = true
	for range 2 { // told of it again, it says how it ended
		if got, err := d.Revoke(t.Context(), order); err != nil || got.End != desk.EndDone {
			t.Errorf("%+v %v", got, err)
		}
	}
	if n := k.Calls()["RemoveRoleFromUser"]; n != 1 {
		t.Errorf("sent %d times", n)
	}
}
