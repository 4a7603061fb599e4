package review_test

import (
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
)

// revoking is a review of one person whose revoke is closed and not carried out yet; the
// map is not read through what fails then.
func (k *kit) revoking(p oktasim.Person) review.Review {
	k.t.Helper()
	k.only(p)
	owner := k.staff("owner")
	v := k.start(owner)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	if _, err := k.Close(k.t.Context(), owner, v.ID, false); err != nil {
		k.t.Fatal(err)
	}
	k.people = []string{}
	return v
}

// pass carries out once, and returns how long the next has to wait.
func (k *kit) pass() time.Duration {
	k.t.Helper()
	wait, err := k.CarryOut(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return wait
}

// What Okta does not let itself be asked for, or does not take, is tried for an hour from
// its own first try. Then it is given up, in words that say so: one row, and evidence
// that verifies. That nothing was sent is no attempt.
func TestGivenUp(t *testing.T) {
	for name, c := range part(map[string]struct {
		fault oktasim.Fault
		who   func(*kit) oktasim.Person
		sent  bool
		says  string
	}{
		"the roles":      {oktasim.Fault{Operation: "ListAssignedRolesForUser", Status: 500, Body: "json"}, func(k *kit) oktasim.Person { return k.Org.AdminWith("REPORT_ADMIN") }, false, "cannot be read"},
		"the limits":     {oktasim.Fault{Operation: "ListGroupTargetsForRole", Status: 500, Body: "json"}, func(k *kit) oktasim.Person { return k.Org.LimitedAdmin("HELP_DESK_ADMIN") }, false, ""},
		"the rate limit": {oktasim.Fault{Operation: "RemoveRoleFromUser", Limit: "concurrency"}, func(k *kit) oktasim.Person { return k.Org.AdminWith("REPORT_ADMIN") }, true, "rate limit"},
	}, 3) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			p := c.who(k)
			v := k.revoking(p)
			k.Advance(2 * time.Hour) // the console was down
			k.Org.Faults([]oktasim.Fault{c.fault})
			if k.pass() == 0 {
				t.Fatalf("one try two hours after the close, and it is over: %+v", k.items(v, review.Query{})[0].Outcome)
			}
			k.Advance(59 * time.Minute)
			if k.pass() == 0 {
				t.Fatalf("given up after 59 minutes: %+v", k.items(v, review.Query{})[0].Outcome)
			}
			i := k.items(v, review.Query{})[0]
			if !strings.Contains(i.Outcome.Why, "It is tried again.") || (i.Attempt > 0) != c.sent {
				t.Errorf("attempt %d: %+v", i.Attempt, i.Outcome)
			}
			if refused := k.Acts(audit.Filter{Target: p.ID, Result: string(audit.PhaseRefused)}); len(refused) > 0 {
				t.Errorf("%d rows of refusals while it is tried", len(refused))
			}
			k.Advance(2 * time.Minute)
			v = k.finish(v)
			i = k.items(v, review.Query{})[0]
			if i.Outcome.End != desk.EndGivenUp || !strings.Contains(i.Outcome.Why, "tried for an hour, and is not tried any more") || !strings.Contains(i.Outcome.Why, c.says) || v.Count.Left != 1 || k.holds(p) == 0 {
				t.Errorf("%+v %+v", i.Outcome, v.Count)
			}
			if refused := k.Acts(audit.Filter{Target: p.ID, Result: string(audit.PhaseRefused)}); len(refused) != 1 || refused[0].Seq != i.Outcome.Seq {
				t.Errorf("%d rows that it is given up", len(refused))
			}
			k.Org.Faults(nil)
			k.verified(k.bundle(v))
			if _, err := k.Again(t.Context(), k.staff("owner"), v.ID); err == nil {
				t.Error("the map is empty, so nothing could be carried out")
			}
			k.people = nil
			if _, err := k.Again(t.Context(), k.staff("owner"), v.ID); err != nil {
				t.Fatal(said(err))
			}
			if v = k.finish(v); v.Count.Done != 1 {
				t.Errorf("once more: %+v", v.Count)
			}
		})
	}
}

// While many revokes go out, what else there is to do gets its turn.
func TestManyTakeTurns(t *testing.T) {
	k := newKit(t)
	people := k.crew(60)
	k.only(people...)
	owner := k.staff("owner")
	v := k.start(owner)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	if wait := k.pass(); wait == 0 || wait > time.Second || len(k.removals()) != 50 {
		t.Errorf("%d are taken away at once, and it waits %v", len(k.removals()), wait)
	}
	if v = k.finish(v); v.Count.Done != len(people) || v.Count.Done <= 50 {
		t.Errorf("%+v", v.Count)
	}
}
