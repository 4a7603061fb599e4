package review_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// after is a plan that carries forward what the owner kept within 60 days.
func (k *kit) after(name string) review.Plan {
	return review.Plan{Name: name, Due: k.Now().Add(24 * time.Hour), Carry: 60 * 24 * time.Hour, Reviewers: review.Rule{Named: []review.Person{person(k.staff("owner"))}}}
}

// Of two reviews that ran side by side the later decision counts, whichever of them is
// closed last.
func TestLaterDecisionCounts(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.LimitedAdmin("HELP_DESK_ADMIN"))
	first := k.start(k.staff("owner"))
	k.decide(k.items(first, review.Query{})[0], review.Keep)
	k.Advance(24 * time.Hour)
	other := k.startPlan(k.after("Side by side"))
	k.decide(k.items(other, review.Query{})[0], review.Revoke)
	k.revokesFail()
	k.carry(other, k.staff("owner"))
	k.carry(first, k.staff("owner"))
	k.Org.Faults(nil)
	i := k.items(k.startPlan(k.after("Next")), review.Query{})[0]
	if i.Verdict != "" || i.Evidence.Last == nil || i.Evidence.Last.Verdict != "revoke" {
		t.Errorf("%s, carried from %q, last %+v", i.Verdict, i.Carried, i.Evidence.Last)
	}
}

// revokesFail has the organisation take no role away.
func (k *kit) revokesFail() {
	k.Org.Faults([]oktasim.Fault{{Operation: "RemoveRoleFromUser", Status: 403, Body: "json"}})
}

// A keep that was carried forward and then taken back, since nobody could tell any more,
// is not carried forward again.
func TestTakenBackIsForgotten(t *testing.T) {
	for _, instead := range []review.Verdict{review.Skip, ""} {
		k := newKit(t)
		k.only(k.Org.LimitedAdmin("HELP_DESK_ADMIN"))
		v := k.start(k.staff("owner"))
		k.decide(k.items(v, review.Query{})[0], review.Keep)
		k.carry(v, k.staff("owner"))
		k.Advance(time.Hour)
		v = k.startPlan(k.after("Second"))
		i := k.items(v, review.Query{})[0]
		if i.Carried == "" {
			t.Fatal("it is not carried forward")
		}
		k.decide(i, instead)
		k.carry(v, k.staff("owner"))
		if i := k.items(k.startPlan(k.after("Third")), review.Query{})[0]; i.Verdict != "" || i.Evidence.Last != nil {
			t.Errorf("%q instead: %s is carried from %q, last %+v", instead, i.Verdict, i.Carried, i.Evidence.Last)
		}
	}
}

// What is not carried forward, though it was kept and nothing changed: a role whose reach
// nobody here can see, and an account that is a risk by itself.
func TestNotCarriedForward(t *testing.T) {
	k := newKit(t)
	held := crowd(t, 5)
	held[1].Reach, held[1].ResourceSet = rolemap.BySet, "iam1"
	held[2].Reach = rolemap.Unknown
	held[3].Marks = []rolemap.Mark{{Name: rolemap.NoFactor, Why: "No factor."}}
	held[4].Marks = []rolemap.Mark{{Name: rolemap.Gone, Why: "Suspended."}}
	k.Reviews = k.with(func(context.Context) ([]rolemap.Assignment, error) { return held, nil })
	v := k.start(k.staff("owner"))
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Keep)
	}
	k.carry(v, k.staff("owner"))
	k.Advance(time.Hour)
	for n, i := range k.items(k.startPlan(k.after("Next")), review.Query{}) {
		if carried := i.Carried != ""; carried != (n == 0) {
			t.Errorf("%s, %v: carried %t", i.Evidence.Reach, i.Evidence.Marks, carried)
		}
	}
}

// A review that begins while another carries out what was left takes over what was kept
// there, by name, and its evidence holds.
func TestCarriedForwardDuringAgain(t *testing.T) {
	k := newKit(t)
	keep, left := k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("SUPER_ADMIN")
	k.only(keep, left)
	second := k.staff("second")
	v := k.start(second)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, map[bool]review.Verdict{true: review.Keep, false: review.Revoke}[i.Evidence.Person.ID == keep.ID])
	}
	v = k.carry(v, second)
	k.Advance(time.Hour)
	owner := k.staff("owner")
	if _, err := k.Again(t.Context(), owner, v.ID); err != nil {
		t.Fatal(err)
	}
	next := k.startPlan(k.after("Next"))
	for _, i := range k.items(next, review.Query{}) {
		want := map[bool]string{true: "Autumn review"}[i.Evidence.Person.ID == keep.ID]
		if i.Carried != want || i.Evidence.Last == nil || i.Evidence.Last.Name != "Autumn review" || i.Evidence.Last.Review != v.ID {
			t.Errorf("%s: carried from %q, last %+v", i.Evidence.Person.Name, i.Carried, i.Evidence.Last)
		}
	}
	k.finish(v)
	k.verified(k.bundle(k.carry(next, owner)))
}

// What was to be revoked and is still held is asked again by a review of what changed.
func TestRevokeThatDidNotHappenIsAskedAgain(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.LimitedAdmin("HELP_DESK_ADMIN"))
	v := k.start(k.staff("owner"))
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	k.revokesFail()
	k.carry(v, k.staff("owner"))
	k.Org.Faults(nil)
	p := k.after("What changed")
	p.Scope = review.Scope{Changed: true}
	if v, err := k.Start(t.Context(), k.staff("owner"), p); err != nil || v.Count.All != 1 {
		t.Errorf("%+v %v", v.Count, err)
	}
}

// The map is told who kept what, as of when the evidence was read, and once: not by whom
// the review was run, nor again when what was left is carried out.
func TestReviewedInTheMap(t *testing.T) {
	k := newKit(t)
	keep, left := k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("SUPER_ADMIN")
	k.only(keep, left)
	second := k.staff("second")
	read := k.Now()
	v := k.start(second)
	k.Advance(time.Minute)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, map[bool]review.Verdict{true: review.Keep, false: review.Revoke}[i.Evidence.Person.ID == keep.ID])
	}
	v = k.carry(v, second)
	if len(k.proven) != 1 || k.proven[0].By != second.Name || k.proven[0].At.Sub(read).Abs() > time.Second {
		t.Fatalf("%+v, read %v", k.proven, read)
	}
	k.proven = nil
	k.Advance(24 * time.Hour)
	if _, err := k.Again(t.Context(), k.staff("owner"), v.ID); err != nil {
		t.Fatal(err)
	}
	if k.finish(v); len(k.proven) != 0 {
		t.Errorf("told again: %+v", k.proven)
	}
}

// To begin the same review twice, as a double click does, begins one; who owns many open
// ones closes some first.
func TestBegunOnce(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	p := k.after("Twice")
	p.Once = "drawn by the form"
	v := k.startPlan(p)
	if again := k.startPlan(p); again.ID != v.ID {
		t.Errorf("%s and %s", v.ID, again.ID)
	}
	p.Once = ""
	for range 19 {
		k.startPlan(p)
	}
	if _, err := k.Start(t.Context(), k.staff("owner"), p); kindOf(err) != desk.Invalid {
		t.Errorf("one more: %v", err)
	}
	if _, err := k.Start(t.Context(), k.staff("second"), p); err != nil {
		t.Errorf("of somebody else: %v", err)
	}
}

// A start that was cut off holds the next attempt up for a moment, as long as another
// process may be at it, and no longer.
func TestBegunAgainAfterACut(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	p := k.after("Cut off")
	p.Once = "drawn by the form"
	v := k.startPlan(p)
	if _, err := k.Store.W.ExecContext(t.Context(), `update review set state = 'filling'`); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Start(t.Context(), k.staff("owner"), p); kindOf(err) != desk.Conflict {
		t.Errorf("a moment later: %v", err)
	}
	k.Advance(2 * time.Minute)
	if again := k.startPlan(p); again.ID != v.ID || len(k.items(again, review.Query{})) != 1 {
		t.Errorf("%s and %s, %d items", v.ID, again.ID, len(k.items(again, review.Query{})))
	}
}

// However many reviews were closed since, one that is open is on the list, and first.
func TestOpenReviewsAreListed(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("READ_ONLY_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	for range 101 {
		k.Advance(time.Second)
		other := k.start(owner)
		if err := k.Stop(t.Context(), owner, other.ID, "not needed"); err != nil {
			t.Fatal(err)
		}
	}
	list, err := k.List(t.Context(), owner)
	if err != nil || len(list) != 101 || list[0].ID != v.ID || slices.ContainsFunc(list[1:], func(r review.Review) bool { return r.State == review.Open }) {
		t.Errorf("%d reviews, the first %+v: %v", len(list), list[0].Plan.Name, err)
	}
}
