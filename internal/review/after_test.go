package review_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// What could not be looked at for an hour ends, and what it came to verifies.
func TestGivenUpVerifies(t *testing.T) {
	for name, f := range part(map[string]oktasim.Fault{
		"the limits":  {Operation: "ListGroupTargetsForRole", Status: 500, Body: "json"},
		"the person":  {Operation: "GetUser", Status: 500, Body: "json"},
		"the roles":   {Operation: "ListAssignedRolesForUser", Status: 500, Body: "json"},
		"the removal": {Operation: "RemoveRoleFromUser", Limit: "concurrency"},
		"no answer":   {Operation: "RemoveRoleFromUser", Drop: "after-read"},
	}, 5) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.only(k.Org.LimitedAdmin("HELP_DESK_ADMIN"))
			owner := k.staff("owner")
			v := k.start(owner)
			k.decide(k.items(v, review.Query{})[0], review.Revoke)
			if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
				t.Fatal(err)
			}
			k.people = []string{} // the map is not read through the same faults
			k.Org.Faults([]oktasim.Fault{f})
			for n := range 100 {
				wait, err := k.CarryOut(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if wait == 0 {
					break
				}
				if k.Advance(wait); n == 3 {
					k.Advance(2 * time.Hour)
				}
			}
			k.Org.Faults(nil)
			got := k.items(v, review.Query{})[0].Outcome
			if got.End == "" || got.End == desk.EndDone || got.Seq == 0 {
				t.Errorf("%+v", got)
			}
			k.verified(k.bundle(v))
		})
	}
}

// assignmentsAfter are what the evidence says that people held afterwards.
func (k *kit) assignmentsAfter(v review.Review) []review.Evidence {
	k.t.Helper()
	_, files := unpack(k.t, k.bundle(v))
	var after struct{ Assignments []review.Evidence }
	if err := json.Unmarshal(files["after.json"], &after); err != nil {
		k.t.Fatal(err)
	}
	return after.Assignments
}

// The map has a while from the last revoke on to read those again whose roles were
// taken, however long the revokes took.
func TestAfterWaitsForTheMap(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	owner := k.staff("owner")
	behind, err := k.held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	late := false
	k.Reviews = k.with(func(ctx context.Context) ([]rolemap.Assignment, error) {
		if !late {
			return k.held(ctx)
		}
		behind[0].Person.Stale = true
		return behind, nil
	})
	v := k.start(owner)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.Advance(3 * time.Minute) // the console was down, say
	late = true
	if wait, err := k.CarryOut(t.Context()); wait == 0 || err != nil {
		t.Errorf("it does not wait for the map: %v %v", wait, err)
	}
	late = false // it has caught up
	v = k.finish(v)
	if got := k.assignmentsAfter(v); len(got) != 0 || v.Count.Done != 1 {
		t.Errorf("the role is gone, and afterwards they held %+v", got)
	}
}

// What people held afterwards is said of the people who were reviewed, wherever they
// work by then.
func TestAfterIsOfTheSamePeople(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	owner := k.staff("owner")
	v := k.startPlan(review.Plan{Name: "A department", Due: k.Now().Add(time.Hour), Scope: review.Scope{Department: p.Department}, Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	k.Org.SetProfile(p.ID, "department", "Elsewhere")
	if got := k.assignmentsAfter(k.carry(v, owner)); len(got) != 1 || got[0].Person.Department != "Elsewhere" {
		t.Errorf("whoever changed department held %+v", got)
	}
}

// A review is of a map as old as the oldest of it that is known.
func TestMapAsOfIsTheOldest(t *testing.T) {
	k := newKit(t)
	held := crowd(t, 3)
	for i, age := range []time.Duration{time.Hour, 48 * time.Hour, 0} {
		held[i].Person.ReadAt = k.Now().Add(-age).Truncate(time.Second)
		if age == 0 {
			held[i].Person.ReadAt = time.Time{}
		}
	}
	r := k.with(func(context.Context) ([]rolemap.Assignment, error) { return held, nil })
	v, err := r.Start(t.Context(), k.staff("owner"), review.Plan{Name: "As of", Due: k.Now().Add(time.Hour)})
	if err != nil || !v.AsOf.Equal(held[1].Person.ReadAt) {
		t.Errorf("as of %s, the oldest was read %s: %v", v.AsOf, held[1].Person.ReadAt, err)
	}
	c, err := r.Choices(t.Context(), k.staff("owner"))
	if err != nil || !c.AsOf.Equal(v.AsOf) {
		t.Errorf("what can be chosen is as of %s: %v", c.AsOf, err)
	}
}

// A review whose rows were cut off for their age before it ended is not tried to be
// sealed for ever.
func TestCutOffBeforeTheSeal(t *testing.T) {
	k, v := everyKind(t)
	k.cutBeforeTheSeal(v)
	k.Advance(400 * 24 * time.Hour)
	if err := k.Desk.SignedIn(t.Context(), k.staff("owner")); err != nil {
		t.Fatal(err)
	}
	row := k.Desk.Row(desk.Reviews(desk.Actor{}), "record.cut")
	if n, err := k.Record.Trim(t.Context(), k.seal, k.Now().Add(-time.Hour), nil, row); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	k.notSealed(v, "review.cut")
	if got, _ := k.Reviews.Get(t.Context(), k.staff("owner"), v.ID); !strings.Contains(got.NotSealed(), "cut off for their age") {
		t.Errorf("it says %q", got.NotSealed())
	}
}
