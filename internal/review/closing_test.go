package review_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/testkit"
)

// said is what an error tells people.
func said(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Msg + " " + e.Ask
	}
	return fmt.Sprint(err)
}

// about is the item about somebody.
func (k *kit) about(v review.Review, p oktasim.Person) review.Item {
	k.t.Helper()
	for _, i := range k.items(v, review.Query{}) {
		if i.Evidence.Person.ID == p.ID {
			return i
		}
	}
	k.t.Fatalf("nothing is about %s", p.Login)
	return review.Item{}
}

// holds is how many roles somebody holds now.
func (k *kit) holds(p oktasim.Person) int {
	now, _ := k.Org.Person(p.ID)
	return len(now.Roles)
}

// A close is on what the page showed: what was decided since is not closed, and is said.
// That an item is handed on changes nothing of it.
func TestClosedAsShown(t *testing.T) {
	for name, c := range map[string]struct {
		since func(k *kit, v review.Review, a, b oktasim.Person)
		says  string
	}{
		"nothing":             {func(*kit, review.Review, oktasim.Person, oktasim.Person) {}, ""},
		"handed on":           {func(k *kit, v review.Review, a, _ oktasim.Person) { k.handOn(v, k.about(v, a).N, "auditor") }, ""},
		"one more is revoked": {func(k *kit, v review.Review, _, b oktasim.Person) { k.decide(k.about(v, b), review.Revoke) }, "Paul Ferrant decided to revoke Super Administrator of "},
		"another is revoked": {func(k *kit, v review.Review, a, b oktasim.Person) {
			k.decide(k.about(v, b), review.Revoke)
			k.decide(k.about(v, a), review.Keep)
		}, "decided to keep Report Administrator of "},
		"one is taken back": {func(k *kit, v review.Review, a, _ oktasim.Person) { k.decide(k.about(v, a), "") }, "was taken back"},
		"decided anew":      {func(k *kit, v review.Review, a, _ oktasim.Person) { k.decide(k.about(v, a), review.Revoke) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			a, b := k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("SUPER_ADMIN")
			k.only(a, b)
			owner, second := k.staff("owner"), k.staff("second")
			v := k.start(second)
			k.decide(k.about(v, a), review.Revoke)
			f, err := k.Forecast(t.Context(), owner, v.ID)
			if err != nil || len(f.Take) != 1 {
				t.Fatalf("%+v %v", f, err)
			}
			c.since(k, v, a, b)
			_, err = k.Reviews.Close(t.Context(), owner, v.ID, review.Final{Shown: f.Shown, Undecided: true})
			if c.says == "" && name != "decided anew" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if kindOf(err) != desk.Conflict || !strings.Contains(said(err), c.says) {
				t.Errorf("%v: %s", err, said(err))
			}
			if got, _ := k.Reviews.Get(t.Context(), owner, v.ID); got.State != review.Open || k.holds(b) == 0 {
				t.Error("it is closed")
			}
		})
	}
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	v := k.start(k.staff("owner"))
	for _, shown := range []string{"", "x", "0-", "-"} {
		if _, err := k.Reviews.Close(t.Context(), k.staff("owner"), v.ID, review.Final{Shown: shown, Undecided: true}); kindOf(err) != desk.Conflict {
			t.Errorf("shown %q: %v", shown, err)
		}
	}
}

func (k *kit) handOn(v review.Review, n int, to string) {
	k.t.Helper()
	if _, err := k.Reassign(k.t.Context(), k.staff("owner"), v.ID, []int{n}, k.staff(to).OktaID.String()); err != nil {
		k.t.Fatal(err)
	}
}

// A decision that was changed or taken back, and that somebody puts back in the database
// What was decided on under another's login, or as another role, is left: names come
// A close is good for a day: what was not begun by then is left, and can be carried out
// A close that has ended, and that somebody opens again in the database, carries nothing
// What a review takes away counts for whoever closes it, beside what they do by hand;
// what is over the limit is left, and is carried out later.
func TestCloserLimit(t *testing.T) {
	p := desk.DemoPolicy()
	p.Limits = map[desk.Risk]desk.Limit{desk.Privilege: {Hour: 3}}
	k := newKit(t, testkit.Options{Policy: &p})
	people := k.crew(4)
	k.takeAway(people[0]) // by hand, by the owner
	k.only(people[1:]...)
	owner := k.staff("owner")
	v := k.start(k.staff("auditor"))
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	v = k.carry(v, owner)
	left := k.items(v, review.Query{Show: review.ShowLeft})
	if v.Count.Done != 2 || len(left) != 1 || left[0].Outcome.End != desk.EndLeft || !strings.Contains(left[0].Outcome.Why, "3 of these acts within the hour") || !strings.Contains(left[0].Outcome.Ask, "Carry out what is left once more") {
		t.Fatalf("%+v %+v", v.Count, left)
	}
	k.verified(k.bundle(v))
	alerts := k.Acts(audit.Filter{Action: "limit.alert"})
	if len(alerts) != 1 || alerts[0].ActorID != owner.ID || !strings.Contains(alerts[0].Detail, "2 of 3 privilege") {
		t.Errorf("alerts: %+v", alerts)
	}
	if _, err := k.Again(t.Context(), owner, v.ID); kindOf(err) != desk.Guarded || !strings.Contains(said(err), "the limit opens") {
		t.Errorf("at the limit: %v", said(err))
	}
	page, err := k.Desk.Me(t.Context(), owner)
	if err != nil || !strings.Contains(fmt.Sprintf("%+v", page.Classes), "Used:3") {
		t.Errorf("what they may do says %+v, %v", page.Classes, err)
	}
	k.Advance(61 * time.Minute)
	if _, err := k.Again(t.Context(), k.staff("owner"), v.ID); err != nil {
		t.Fatal(said(err))
	}
	if v = k.finish(v); v.Count.Done != 3 {
		t.Errorf("an hour later: %+v", v.Count)
	}
}

// crew gives a role to that many people who have none.
func (k *kit) crew(n int) (out []oktasim.Person) {
	for _, p := range k.Org.People() {
		if len(out) < n && p.Status == "ACTIVE" && len(p.Roles) == 0 && !strings.Contains(fmt.Sprint(p.Groups), "Keydesk") {
			k.Org.GrantRole(p.ID, "REPORT_ADMIN")
			p, _ = k.Org.Person(p.ID)
			out = append(out, p)
		}
	}
	return out
}

// What the policy asks of whoever takes a role away is asked in a review: a reason with
// the decision, a ticket with the close.
func TestPolicyAsks(t *testing.T) {
	p := desk.DemoPolicy()
	p.Require.Ticket = []desk.Word{"roles.remove"}
	k := newKit(t, testkit.Options{Policy: &p})
	who := k.Org.AdminWith("REPORT_ADMIN")
	k.only(who)
	owner := k.staff("owner")
	v := k.startPlan(review.Plan{Name: "Asked", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	i := k.items(v, review.Query{})[0]
	if _, err := k.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: 1, Version: i.Version, Verdict: review.Revoke}); kindOf(err) != desk.Invalid {
		t.Errorf("decided without a reason: %v", err)
	}
	k.decide(i, review.Revoke)
	f, err := k.Forecast(t.Context(), owner, v.ID)
	if err != nil || !f.Ticket || len(f.Take) != 1 {
		t.Fatalf("%+v %v", f, err)
	}
	for _, ticket := range []string{"", " ", "a\u202eb", strings.Repeat("9", 61)} {
		_, err := k.Reviews.Close(t.Context(), owner, v.ID, review.Final{Shown: f.Shown, Ticket: ticket})
		if e := new(desk.Error); !errors.As(err, &e) || e.Kind != desk.Invalid || e.Field != "ticket" {
			t.Errorf("ticket %q: %v", ticket, err)
		}
	}
	if _, err := k.Reviews.Close(t.Context(), owner, v.ID, review.Final{Shown: f.Shown, Ticket: "INC-7"}); err != nil {
		t.Fatal(err)
	}
	k.finish(v)
	for _, a := range []string{"review.closed", "roles.remove"} {
		if got := k.Acts(audit.Filter{Action: a})[0]; got.Ticket != "INC-7" {
			t.Errorf("%s: ticket %q", a, got.Ticket)
		}
	}
	if k.holds(who) > 0 {
		t.Error("the role is held still")
	}
}

// Whoever is to lose a role by a review does not end it, before or while it is decided;
// who started it may, and so may everybody else. To stop asks for what a close asks for.
func TestWhoLosesDoesNotEnd(t *testing.T) {
	k := newKit(t)
	for _, s := range []string{"admin", "owner"} {
		k.Org.GrantRole(k.Org.Staff()[s], "REPORT_ADMIN")
	}
	a, _ := k.Org.Person(k.Org.Staff()["admin"])
	o, _ := k.Org.Person(k.Org.Staff()["owner"])
	k.only(a, o)
	admin, owner := k.staff("admin"), k.staff("owner")
	v := k.start(k.staff("second"))
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	rows := len(k.Acts(audit.Filter{Actor: admin.ID}))
	for what, err := range map[string]error{"stops": k.Stop(t.Context(), admin, v.ID, "not needed"), "closes": func() error { _, err := k.Close(t.Context(), admin, v.ID, true); return err }()} {
		if e := new(desk.Error); !errors.As(err, &e) || e.Rule != "review.self" || !e.Recorded || !strings.Contains(said(err), "Ask Thandi Mokoena") {
			t.Errorf("the one who loses a role %s it: %v", what, err)
		}
	}
	if n := len(k.Acts(audit.Filter{Actor: admin.ID})) - rows; n != 2 {
		t.Errorf("%d rows of two refusals", n)
	}
	k.Advance(20 * time.Minute)
	old := owner
	if err := k.Stop(t.Context(), old, v.ID, "begun anew"); kindOf(err) != desk.NeedsProof {
		t.Errorf("stopped by an old sign-in: %v", err)
	}
	if err := k.Stop(t.Context(), k.staff("owner"), v.ID, "begun anew"); err != nil {
		t.Errorf("who started it does not stop it: %v", err)
	}
}

// Who could carry out nothing of what was left is told so, and who could.
func TestAgainByWhoCouldNot(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("SUPER_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	v = k.carry(v, owner)
	for who, says := range map[string]string{"owner": "A member of Keydesk Owners other than Thandi Mokoena", "admin": "A member of Keydesk Owners has to press"} {
		_, err := k.Again(t.Context(), k.staff(who), v.ID)
		if kindOf(err) != desk.Guarded || !strings.Contains(said(err), says) {
			t.Errorf("%s: %v", who, said(err))
		}
	}
	if got, err := k.Reviews.Get(t.Context(), owner, v.ID); err != nil || got.State != review.Closed || got.Closer.Name != owner.Name {
		t.Errorf("%+v %v", got, err)
	}
}
