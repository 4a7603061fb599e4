package review_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
)

// kindOf is the kind of an error of the desk.
func kindOf(err error) desk.Kind {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return -1
}

// A whole review by two reviewers, of everybody in the organisation who holds a role:
// what was decided is done, the record has it all, and the bundle verifies.
func TestWholeReview(t *testing.T) {
	k := newKit(t)
	owner, second := k.staff("owner"), k.staff("second")
	v := k.start(owner, second)
	items := k.items(v, review.Query{})
	verdicts := []review.Verdict{review.Keep, review.Revoke, review.Keep, review.Skip}
	for n, i := range items {
		k.decide(i, verdicts[n%4])
	}
	k.Org.Reset()
	v = k.carry(v, owner)
	left := 0
	for _, i := range k.items(v, review.Query{Show: review.ShowRevoke}) {
		p, _ := k.Org.Person(i.Evidence.Person.ID)
		held := slices.Contains(p.Roles, i.Evidence.Role.Type)
		switch i.Outcome.End {
		case desk.EndDone:
			if held && i.Evidence.Role.Direct() && !strings.Contains(fmt.Sprint(p.Groups), "Okta") {
				t.Errorf("%s still holds %s", p.Login, i.Evidence.Role.Type)
			}
		case desk.EndLeft:
			left++
			if !held || i.Outcome.Why == "" || i.Outcome.Ask == "" {
				t.Errorf("%s: %+v", p.Login, i.Outcome)
			}
		default:
			t.Errorf("%s: %+v", p.Login, i.Outcome)
		}
		if i.Outcome.Seq == 0 {
			t.Errorf("%s: the record has no row of the outcome", p.Login)
		}
	}
	for key, n := range k.removals() {
		if n != 1 {
			t.Errorf("%s was taken away %d times", key, n)
		}
	}
	if c := v.Count; c.Done == 0 || c.Left != left || c.Undecided() != 0 || len(k.proven) != c.Keep {
		t.Errorf("%+v, %d left, %d proven", c, left, len(k.proven))
	}
	k.verified(k.bundle(v))
	if acts := k.Acts(audit.Filter{Action: "review.decided", Limit: 1000}); len(acts) != len(items) {
		t.Errorf("%d rows of decisions, %d decisions", len(acts), len(items))
	}
}

// Nobody decides on their own roles: such an item goes to the fallback, and the server
// refuses it in any case.
func TestNobodyReviewsThemselves(t *testing.T) {
	k := newKit(t)
	owner, second := k.staff("owner"), k.staff("second")
	k.Org.GrantRole(owner.OktaID.String(), "HELP_DESK_ADMIN")
	k.Org.GrantRole(second.OktaID.String(), "HELP_DESK_ADMIN")
	v := k.start(owner)
	for _, i := range k.items(v, review.Query{}) {
		self := i.Evidence.Person.ID == owner.OktaID.String()
		if (i.Reviewer.ID == owner.OktaID.String()) == self || self && i.Fallback == "" {
			t.Errorf("%s is asked about %s: %q", i.Reviewer.Name, i.Evidence.Person.Name, i.Fallback)
		}
		if !self {
			continue
		}
		_, err := k.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: review.Keep})
		if e := new(desk.Error); !errors.As(err, &e) || e.Rule != "review.self" || !e.Recorded {
			t.Errorf("decided on themselves: %v", err)
		}
		_, err = k.Reassign(t.Context(), second, v.ID, []int{i.N}, owner.OktaID.String())
		if kindOf(err) != desk.Guarded {
			t.Errorf("handed to themselves: %v", err)
		}
		if to, err := k.Reassign(t.Context(), owner, v.ID, []int{i.N}, second.OktaID.String()); err != nil || to.Name != second.Name {
			t.Errorf("%v %v", to, err)
		}
	}
}

// Who may not, may not, and the record has a row of it.
func TestWhoMay(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	auditor, helpdesk := k.staff("auditor"), k.staff("helpdesk")
	v := k.start(auditor)
	i := k.items(v, review.Query{})[0]
	choice := review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: review.Keep}
	wide := desk.Actor{ID: "iss#scoped", OktaID: helpdesk.OktaID, Name: "Scoped", Roles: []desk.Role{"auditor@berlin"}}
	_, err1 := k.Decide(t.Context(), helpdesk, choice)
	_, err2 := k.Decide(t.Context(), wide, choice)
	_, err3 := k.Start(t.Context(), auditor, review.Plan{Name: "Mine", Due: k.Now().Add(time.Hour)})
	_, err4 := k.Close(t.Context(), auditor, v.ID, true)
	_, err5 := k.Reassign(t.Context(), helpdesk, v.ID, []int{1}, auditor.OktaID.String())
	err6 := k.Stop(t.Context(), auditor, v.ID, "not needed")
	_, err7 := k.Pace(t.Context(), auditor, v.ID)
	for n, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		var e *desk.Error
		if !errors.As(err, &e) || e.Kind != desk.Denied || !e.Recorded || e.Msg == "" || e.Ask == "" {
			t.Errorf("%d: %v", n+1, err)
		}
	}
	if _, err := k.Decide(t.Context(), auditor, choice); err != nil {
		t.Error(err)
	}
}

// A plan that cannot be carried out is refused at its field, and nothing is started.
func TestPlans(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	owner, visitor := k.staff("owner"), k.staff("visitor")
	week := k.Now().Add(7 * 24 * time.Hour)
	gone := k.Org.FirstWith("DEPROVISIONED")
	for field, p := range map[string]review.Plan{
		"name":      {Due: week},
		"due":       {Name: "Late", Due: k.Now().Add(-time.Hour)},
		"carry":     {Name: "Carried", Due: week, Carry: 2 * 366 * 24 * time.Hour},
		"reviewers": {Name: "Visitor", Due: week, Reviewers: review.Rule{Named: []review.Person{person(visitor)}}},
		"manager":   {Name: "Manager", Due: week, Reviewers: review.Rule{Manager: "no such/relation"}},
		"reasons":   {Name: "Reasons", Due: week, Reasons: []review.Verdict{"perhaps"}},
	} {
		_, err := k.Start(t.Context(), owner, p)
		if e := new(desk.Error); !errors.As(err, &e) || e.Kind != desk.Invalid || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	p := review.Plan{Name: "Gone", Due: week, Reviewers: review.Rule{Fallback: review.Person{ID: gone.ID}}}
	if _, err := k.Start(t.Context(), owner, p); kindOf(err) != desk.Invalid {
		t.Errorf("somebody who is gone: %v", err)
	}
	p = review.Plan{Name: "Nothing", Due: week, Scope: review.Scope{Department: "Nowhere"}}
	if _, err := k.Start(t.Context(), owner, p); kindOf(err) != desk.Invalid {
		t.Errorf("of nothing: %v", err)
	}
	if list, err := k.List(t.Context(), owner); err != nil || len(list) != 0 {
		t.Errorf("%d reviews, %v", len(list), err)
	}
}

// What is kept and has not changed is carried forward, visibly and as old as it is; what
// changed is not, and says what did.
func TestCarriedForward(t *testing.T) {
	k := newKit(t)
	same, wider := k.Org.LimitedAdmin("USER_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	k.only(same, wider)
	owner := k.staff("owner")
	v := k.start(owner)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Keep)
	}
	k.carry(v, owner)
	k.Advance(30 * 24 * time.Hour)
	k.Org.LimitRole(wider.ID, "HELP_DESK_ADMIN")
	plan := func(name string) review.Plan {
		return review.Plan{Name: name, Due: k.Now().Add(24 * time.Hour), Carry: 60 * 24 * time.Hour, Reviewers: review.Rule{Named: []review.Person{person(owner)}}}
	}
	check := func(v review.Review, person oktasim.Person, from string, changed int) {
		t.Helper()
		for _, i := range k.items(v, review.Query{}) {
			if i.Evidence.Person.ID == person.ID && (i.Carried != from || len(i.Evidence.Changed) != changed || i.Evidence.Last == nil || i.Evidence.Last.Verdict != "keep" || (from != "") != (i.Verdict == review.Keep)) {
				t.Errorf("%s: carried from %q, changed %q, last %+v, %s", person.Login, i.Carried, i.Evidence.Changed, i.Evidence.Last, i.Verdict)
			}
		}
	}
	next := k.startPlan(plan("Winter review"))
	check(next, same, "Autumn review", 0)
	check(next, wider, "", 2) // the limits, and the mark
	for _, i := range k.items(next, review.Query{Show: review.ShowUndecided}) {
		k.decide(i, review.Keep)
	}
	k.carry(next, owner)
	k.Advance(40 * 24 * time.Hour) // the first decision is too old now, however often it was carried
	last := k.startPlan(plan("Spring review"))
	check(last, same, "", 0)
	check(last, wider, "Winter review", 0)
	changed := plan("What changed")
	changed.Scope = review.Scope{Changed: true}
	if _, err := k.Start(t.Context(), owner, changed); kindOf(err) != desk.Invalid {
		t.Errorf("nothing changed: %v", err)
	}
}
