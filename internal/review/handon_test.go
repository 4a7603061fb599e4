package review_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// Who decides is vouched for: a reviewer that somebody writes into the database decides
// nothing, and hands nothing on.
func TestReviewerIsVouchedFor(t *testing.T) {
	for name, sql := range map[string]string{
		"the reviewer": `update review_item set reviewer = '%s' where n = 1`,
		"asking":       `update review_item set reviewer = '%s', asking = 1 where n = 1`,
		"the version":  `update review_item set reviewer = '%s', version = 7 where n = 1`,
	} {
		k := newKit(t)
		k.only(k.Org.AdminWith("SUPER_ADMIN"))
		helpdesk := k.staff("helpdesk")
		v := k.start(k.staff("owner"))
		if _, err := k.Store.W.ExecContext(t.Context(), fmt.Sprintf(sql, helpdesk.OktaID)); err != nil {
			t.Fatal(err)
		}
		i := k.items(v, review.Query{})[0]
		_, err1 := k.Decide(t.Context(), helpdesk, review.Choice{Review: v.ID, N: 1, Version: i.Version, Verdict: review.Keep})
		_, err2 := k.Reassign(t.Context(), k.staff("owner"), v.ID, []int{1}, k.staff("second").OktaID.String())
		for _, err := range []error{err1, err2} {
			if e := new(desk.Error); !errors.As(err, &e) || e.Rule != "review.changed" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// What is carried forward in a review by managers can be decided on anew and handed on;
// nobody is asked for its manager, since it needs nobody's decision.
func TestManagersAndCarriedForward(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("REPORT_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	items := k.items(v, review.Query{})
	k.decide(items[0], review.Keep)
	k.carry(v, owner)
	k.Advance(24 * time.Hour)
	v = k.startPlan(review.Plan{Name: "Next", Due: k.Now().Add(24 * time.Hour), Carry: 60 * 24 * time.Hour, Reviewers: review.Rule{Manager: "manager"}})
	k.Org.Reset()
	if err := k.LookUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := k.Calls()["GetLinkedObjectsForUser"]; n != 1 {
		t.Errorf("%d managers were looked up, one item waits for one", n)
	}
	for _, i := range k.items(v, review.Query{}) {
		if (i.Carried != "") != (i.Key == items[0].Key) || i.Asking {
			t.Errorf("item %d is carried from %q, asking %t", i.N, i.Carried, i.Asking)
		}
		if _, err := k.Reassign(t.Context(), owner, v.ID, []int{i.N}, k.staff("second").OktaID.String()); err != nil {
			t.Errorf("item %d is not handed on: %v", i.N, err)
		}
		_, i, _ = k.Item(t.Context(), owner, v.ID, i.N)
		k.decide(i, review.Revoke)
	}
}

// Nobody picks who decides on their own roles: not once somebody has it, or has decided.
// What nobody has yet may be given to somebody by anyone.
func TestNobodyPicksTheirReviewer(t *testing.T) {
	k := newKit(t)
	owner, admin, second := k.staff("owner"), k.staff("admin"), k.staff("second")
	k.Org.GrantRole(admin.OktaID.String(), "REPORT_ADMIN")
	self, _ := k.Org.Person(admin.OktaID.String())
	k.only(self)
	v := k.start(owner)
	friend := k.staff("helpdesk").OktaID.String()
	refused := func(when string) {
		t.Helper()
		_, err := k.Reassign(t.Context(), admin, v.ID, []int{1}, friend)
		if kindOf(err) != desk.Guarded {
			t.Errorf("%s: %v", when, err)
		}
	}
	refused("handed to the owner")
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	refused("decided")
	p := review.Plan{Name: "Nobody's", Due: k.Now().Add(time.Hour)}
	v, err := k.Start(t.Context(), admin, p)
	if err != nil || k.items(v, review.Query{})[0].Reviewer.ID != "" {
		t.Fatalf("%+v %v", k.items(v, review.Query{})[0].Reviewer, err)
	}
	if to, err := k.Reassign(t.Context(), admin, v.ID, []int{1}, second.OktaID.String()); err != nil || to.Name != second.Name {
		t.Errorf("from nobody to somebody: %v", err)
	}
}

// Items are handed on all or none, however many: what is refused at the end leaves what
// came before it where it was.
func TestHandedOnAllOrNone(t *testing.T) {
	k := newKit(t)
	owner, second := k.staff("owner"), k.staff("second")
	held := crowd(t, 60)
	self := held[0]
	self.Person.ID, self.Person.Name, self.Assignee = second.OktaID, "Zz Self", second.OktaID.String()
	held = append(held, self)
	r := k.with(func(context.Context) ([]rolemap.Assignment, error) { return held, nil })
	v, err := r.Start(t.Context(), owner, review.Plan{Name: "Large", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	if err != nil {
		t.Fatal(err)
	}
	var ns []int
	for n := range 61 {
		ns = append(ns, n+1)
	}
	if _, err := r.Reassign(t.Context(), owner, v.ID, ns, second.OktaID.String()); kindOf(err) != desk.Guarded {
		t.Error(err)
	}
	if c, err := r.Mine(t.Context(), second, v.ID); err != nil || c.All != 0 {
		t.Errorf("%d are handed on all the same: %v", c.All, err)
	}
	if n := len(k.Acts(audit.Filter{Action: "review.reassigned"})); n != 0 {
		t.Errorf("the record has %d rows of it", n)
	}
	if _, err := r.Reassign(t.Context(), owner, v.ID, ns[:60], second.OktaID.String()); err != nil {
		t.Error(err)
	}
	if c, err := r.Mine(t.Context(), second, v.ID); err != nil || c.All != 60 {
		t.Errorf("%d of 60 are handed on: %v", c.All, err)
	}
	if n := len(k.Acts(audit.Filter{Action: "review.reassigned"})); n != 2 {
		t.Errorf("the record has %d rows of it, one for fifty", n)
	}
}

// Reminders are for somebody: what is handed to nobody is the owner's to see to. They
// are written together with the note that they were, and name the zone of the day.
func TestRemindersAreForSomebody(t *testing.T) {
	k := newKit(t)
	owner := k.staff("owner")
	k.Org.GrantRole(owner.OktaID.String(), "REPORT_ADMIN")
	self, _ := k.Org.Person(owner.OktaID.String())
	k.only(self, k.Org.AdminWith("READ_ONLY_ADMIN"))
	v := k.start(owner)
	if v.Count.All != 2 {
		t.Fatalf("%+v", v.Count)
	}
	k.Advance(5 * 24 * time.Hour)
	if err := k.Remind(t.Context()); err != nil {
		t.Fatal(err)
	}
	acts := k.Acts(audit.Filter{Action: "review.reminded"})
	if len(acts) != 2 {
		t.Fatalf("%d rows", len(acts))
	}
	for _, a := range acts {
		if a.TargetID != owner.OktaID.String() || !strings.Contains(a.Detail, " UTC") {
			t.Errorf("%+v", a.Row)
		}
	}
}

// A number that no database takes for an item's is no item's.
func TestNumbersOfNoItem(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	if items, err := k.Items(t.Context(), owner, review.Query{Review: v.ID, After: 9999999999}); err != nil || len(items) != 0 {
		t.Errorf("%d items: %v", len(items), err)
	}
	for _, n := range []int{-1, 0, 9999999999} {
		_, _, err1 := k.Item(t.Context(), owner, v.ID, n)
		_, err2 := k.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: n, Version: 1, Verdict: review.Keep})
		if kindOf(err1) != desk.NotFound || kindOf(err2) != desk.NotFound {
			t.Errorf("%d: %v %v", n, err1, err2)
		}
	}
	if _, err := k.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: 1, Version: 9999999999, Verdict: review.Keep}); kindOf(err) != desk.Conflict {
		t.Error(err)
	}
}
