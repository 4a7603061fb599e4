package review_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// as the console once wrote it, is not carried out.
func TestOldDecisionPutBack(t *testing.T) {
	for _, then := range []review.Verdict{review.Keep, ""} {
		for _, when := range []string{"before the close", "after the close"} {
			t.Run(string(then)+", "+when, func(t *testing.T) {
				k := newKit(t)
				p := k.Org.AdminWith("SUPER_ADMIN")
				k.only(p)
				owner, second := k.staff("owner"), k.staff("second")
				v := k.start(second)
				i := k.decide(k.items(v, review.Query{})[0], review.Revoke)
				k.exec(`create table stolen as select * from review_item`)
				k.decide(i, then)
				put := func() { k.exec(`delete from review_item`, `insert into review_item select * from stolen`) }
				if when == "before the close" {
					put()
				}
				if _, err := k.Close(t.Context(), owner, v.ID, true); err != nil {
					t.Fatal(err)
				}
				if when == "after the close" {
					put()
				}
				k.toTheEnd()
				if got := k.items(v, review.Query{})[0].Outcome; k.holds(p) == 0 || got.End != desk.EndRefused || !strings.Contains(got.Why, "changed it in the database") {
					t.Errorf("%d roles are held; %+v", k.holds(p), got)
				}
			})
		}
	}
}

// from the map, where somebody may have changed them.
func TestDecidedUnderAnotherName(t *testing.T) {
	for name, c := range map[string]struct {
		lie  func(*rolemap.Assignment)
		says string
	}{
		"the login": {func(a *rolemap.Assignment) { a.Person.Login = "somebody.else@brightwater.example" }, "decided on as a role of somebody.else@brightwater.example"},
		"the type":  {func(a *rolemap.Assignment) { a.Type, a.Label = "REPORT_ADMIN", "Report Administrator" }, "decided on as Report Administrator, and in Okta it is Super Administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			p := k.Org.AdminWith("SUPER_ADMIN")
			k.only(p)
			lies := true
			k.Reviews = k.with(func(ctx context.Context) ([]rolemap.Assignment, error) {
				held, err := k.held(ctx)
				for i := range held {
					if lies {
						c.lie(&held[i])
					}
				}
				return held, err
			})
			owner, second := k.staff("owner"), k.staff("second")
			v := k.start(second)
			k.decide(k.items(v, review.Query{})[0], review.Revoke)
			lies = false // the map has read it since
			if since, err := k.Since(t.Context(), owner, k.items(v, review.Query{})); err != nil || len(since[1]) != 1 {
				t.Errorf("the page says %v, %v", since, err)
			}
			lies = true
			v = k.carry(v, owner)
			if got := k.items(v, review.Query{})[0].Outcome; k.holds(p) == 0 || got.End != desk.EndDrift || !strings.Contains(got.Why, c.says) {
				t.Errorf("%d roles are held; %+v", k.holds(p), got)
			}
		})
	}
}

// once more.
func TestCloseHoldsForADay(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	owner := k.staff("owner")
	v := k.start(owner)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.Advance(25 * time.Hour) // the console was down
	v = k.finish(v)
	if got := k.items(v, review.Query{})[0].Outcome; got.End != desk.EndLeft || !strings.Contains(got.Why, "more than a day ago") || k.holds(p) == 0 {
		t.Fatalf("%+v", got)
	}
	k.verified(k.bundle(v))
	if _, err := k.Again(t.Context(), k.staff("owner"), v.ID); err != nil {
		t.Fatal(said(err))
	}
	if v = k.finish(v); v.Count.Done != 1 || k.holds(p) > 0 {
		t.Errorf("%+v", v.Count)
	}
}

// Who opens a close again in the database, with what was refused, has nothing carried
// out, however long ago it was.
func TestCloseOpenedAgain(t *testing.T) {
	for _, later := range []time.Duration{time.Minute, 300 * 24 * time.Hour} {
		k := newKit(t)
		p := k.Org.AdminWith("REPORT_ADMIN")
		k.only(p)
		owner := k.staff("owner")
		v := k.start(owner)
		k.decide(k.items(v, review.Query{})[0], review.Revoke)
		k.Org.Faults([]oktasim.Fault{{Operation: "RemoveRoleFromUser", Status: 403, Body: "json"}})
		v = k.carry(v, owner)
		k.Org.Faults(nil)
		k.Advance(later)
		for range 2 { // what is said of it the first time does not open it either
			k.exec(`update review set state = 'closing', manifest = ''`, `update review_item set outcome = '', why = '', outcome_seq = 0, outcome_at = 0, attempt = attempt + 1`)
			k.toTheEnd()
		}
		if got := k.items(v, review.Query{})[0].Outcome; k.holds(p) == 0 || !strings.Contains(got.Why, "changed it in the database") {
			t.Errorf("%v later: %d roles are held; %+v", later, k.holds(p), got)
		}
	}
}

// Where the row of a decision was cut off for its age nothing is carried out, and nobody
// is suspected.
func TestDecisionCutOff(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	owner := k.staff("owner")
	v := k.start(owner)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	k.Advance(time.Hour)
	if _, err := k.Close(t.Context(), k.staff("owner"), v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.exec(`delete from record where seq <= (select seq from review_item)`)
	_, err := k.CarryOut(t.Context()) // what was cut off cannot be sealed
	if got := k.items(v, review.Query{})[0].Outcome; k.holds(p) == 0 || !strings.Contains(got.Why, "cut off from the record for its age") {
		t.Errorf("%+v %v", got, err)
	}
}
