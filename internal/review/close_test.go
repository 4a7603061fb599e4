package review_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/testkit"
)

// revokeAll has a person's roles decided to be revoked by somebody, and closed by
// somebody, after what happened in between; it returns the items.
func (k *kit) revokeAll(p oktasim.Person, by, closer desk.Actor, between func()) []review.Item {
	k.t.Helper()
	k.only(p)
	v := k.start(by)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	if between != nil {
		between()
	}
	k.Org.Reset()
	closer.AuthTime = k.Now()
	v = k.carry(v, closer)
	k.verified(k.bundle(v))
	return k.items(v, review.Query{})
}

func ends(items []review.Item) (out []desk.Ending) {
	for _, i := range items {
		out = append(out, i.Outcome.End)
	}
	return out
}

// The end of a revoke, by what the role is, who decided and who closed, and what became
// of it meanwhile.
func TestEnds(t *testing.T) {
	direct := func(role string) func(*kit) oktasim.Person {
		return func(k *kit) oktasim.Person { return k.Org.AdminWith(role) }
	}
	limited := func(k *kit) oktasim.Person { return k.Org.LimitedAdmin("HELP_DESK_ADMIN") }
	for name, c := range part(map[string]struct {
		who         func(*kit) oktasim.Person
		by, closer  string
		between     func(*kit, oktasim.Person)
		want        desk.Ending
		says        string
		sent, taken int
	}{
		"done":                       {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", want: desk.EndDone, sent: 1, taken: 1},
		"decided by an auditor":      {who: direct("REPORT_ADMIN"), by: "auditor", closer: "admin", want: desk.EndDone, sent: 1, taken: 1},
		"two owners":                 {who: direct("ORG_ADMIN"), by: "owner", closer: "second", want: desk.EndDone, sent: 1, taken: 1},
		"super, two owners":          {who: direct("SUPER_ADMIN"), by: "owner", closer: "second", want: desk.EndDone, sent: 1, taken: 1},
		"custom, two owners":         {who: direct("CUSTOM"), by: "second", closer: "owner", want: desk.EndDone, sent: 1, taken: 1},
		"one owner for both":         {who: direct("SUPER_ADMIN"), by: "owner", closer: "owner", want: desk.EndLeft, says: "both decided it and closed"},
		"an auditor is no second":    {who: direct("ORG_ADMIN"), by: "auditor", closer: "owner", want: desk.EndLeft, says: "may not be the second"},
		"an admin is no second":      {who: direct("ORG_ADMIN"), by: "admin", closer: "owner", want: desk.EndLeft, says: "may not be the second"},
		"an admin closes":            {who: direct("ORG_ADMIN"), by: "owner", closer: "admin", want: desk.EndLeft, says: "holds"},
		"through a group":            {who: func(k *kit) oktasim.Person { return k.Org.GroupAdmin("APP_ADMIN") }, by: "owner", closer: "second", want: desk.EndLeft, says: "Okta App Owners"},
		"gone already":               {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: (*kit).takeAway, want: desk.EndGone},
		"limits changed":             {who: limited, by: "owner", closer: "owner", between: func(k *kit, p oktasim.Person) { k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Finance") }, want: desk.EndDrift, says: "It reaches Finance now"},
		"limits gone":                {who: limited, by: "owner", closer: "owner", between: func(k *kit, p oktasim.Person) { k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN") }, want: desk.EndDrift, says: "It reaches everything now"},
		"given again":                {who: direct("HELP_DESK_ADMIN"), by: "owner", closer: "owner", between: (*kit).giveAgain, want: desk.EndDrift, says: "given again"},
		"given again, another id":    {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: (*kit).giveAgain, want: desk.EndDrift, says: "given again"},
		"the credential's owner":     {who: func(k *kit) oktasim.Person { p, _ := k.Org.Person(k.Org.TokenOwner()); return p }, by: "owner", closer: "second", want: desk.EndLeft, says: "credential"},
		"an emergency account":       {who: direct("READ_ONLY_ADMIN"), by: "owner", closer: "second", want: desk.EndLeft, says: "emergencies"},
		"the closer's own role":      {who: (*kit).closers, by: "second", closer: "owner", want: desk.EndLeft, says: "own account"},
		"a refusal of Okta's":        {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "RemoveRoleFromUser", Status: 403, Body: "json"}), want: desk.EndRefused, sent: 1},
		"a limit twice":              {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "RemoveRoleFromUser", Times: 2, Limit: "concurrency"}), want: desk.EndDone, sent: -1, taken: 1},
		"no answer, not done":        {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "RemoveRoleFromUser", Times: 1, Drop: "after-read"}), want: desk.EndDone, sent: 2, taken: 1},
		"no answer, done":            {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "RemoveRoleFromUser", Times: 1, Drop: "after-act"}), want: desk.EndDone, says: "We looked", sent: 1},
		"roles unreadable at first":  {who: direct("REPORT_ADMIN"), by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "ListAssignedRolesForUser", Times: 1, Status: 500, Body: "json"}), want: desk.EndDone, sent: 1, taken: 1},
		"the limits unreadable":      {who: limited, by: "owner", closer: "owner", between: fault(oktasim.Fault{Operation: "ListGroupTargetsForRole", Times: 1, Status: 500, Body: "json"}), want: desk.EndDone, sent: 1, taken: 1},
		"the closer lost the role":   {who: direct("REPORT_ADMIN"), by: "auditor", closer: "admin", between: func(k *kit, _ oktasim.Person) { k.Org.LeaveGroup(k.Org.Staff()["admin"], "Keydesk Admins") }, want: desk.EndLeft, says: "none"},
		"the decider lost the role":  {who: direct("SUPER_ADMIN"), by: "owner", closer: "second", between: func(k *kit, _ oktasim.Person) { k.Org.LeaveGroup(k.Org.Staff()["owner"], "Keydesk Owners") }, want: desk.EndLeft, says: "may not be the second"},
		"the decider is deactivated": {who: direct("SUPER_ADMIN"), by: "owner", closer: "second", between: func(k *kit, _ oktasim.Person) { k.Org.SetStatus(k.Org.Staff()["owner"], "SUSPENDED") }, want: desk.EndLeft, says: "may not be the second"},
		"the closer is suspended":    {who: direct("REPORT_ADMIN"), by: "auditor", closer: "admin", between: func(k *kit, _ oktasim.Person) { k.Org.SetStatus(k.Org.Staff()["admin"], "SUSPENDED") }, want: desk.EndLeft, says: "closed the review is Suspended in Okta."},
	}, 4) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := desk.DemoPolicy()
			k := newKit(t, testkit.Options{Policy: &p})
			who := c.who(k)
			if name == "an emergency account" {
				p.BreakGlass = []string{who.Login}
				k = newKit(t, testkit.Options{Policy: &p})
			}
			lost := func() {
				if c.between != nil {
					c.between(k, who)
				}
			}
			var items []review.Item
			if strings.HasPrefix(name, "the closer") && name != "the closer's own role" || strings.HasPrefix(name, "the decider") || strings.Contains(name, "Okta") || strings.Contains(name, "answer") || strings.Contains(name, "unreadable") || strings.Contains(name, "limit twice") {
				items = k.revokeAfterClose(who, k.staff(c.by), k.staff(c.closer), lost)
			} else {
				items = k.revokeAll(who, k.staff(c.by), k.staff(c.closer), lost)
			}
			sent, taken := k.Calls()["RemoveRoleFromUser"], 0
			for _, n := range k.removals() {
				taken += n
			}
			for _, i := range items {
				if i.Outcome.End != c.want || !strings.Contains(i.Outcome.Why, c.says) {
					t.Errorf("%+v", i.Outcome)
				}
				if c.want == desk.EndLeft && i.Outcome.Ask == "" {
					t.Errorf("nobody to ask: %+v", i.Outcome)
				}
			}
			if c.sent >= 0 && sent != c.sent*len(items) || taken != c.taken*len(items) {
				t.Errorf("sent %d times, taken %d times, %d items", sent, taken, len(items))
			}
		})
	}
}

// revokeAfterClose is revokeAll in which something happens between the close and the
// first revoke.
func (k *kit) revokeAfterClose(p oktasim.Person, by, closer desk.Actor, between func()) []review.Item {
	k.t.Helper()
	k.only(p)
	v := k.start(by)
	for _, i := range k.items(v, review.Query{}) {
		k.decide(i, review.Revoke)
	}
	if _, err := k.Close(k.t.Context(), closer, v.ID, false); err != nil {
		k.t.Fatal(err)
	}
	k.Org.Reset()
	between()
	held := k.people
	k.people = []string{} // the map is not read through the same faults
	for range 100 {
		wait, err := k.CarryOut(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		if wait == 0 {
			break
		}
		k.Advance(wait)
	}
	k.people = held
	k.Org.Faults(nil)
	k.verified(k.bundle(v))
	return k.items(v, review.Query{})
}

func fault(f oktasim.Fault) func(*kit, oktasim.Person) {
	return func(k *kit, _ oktasim.Person) { k.Org.Faults([]oktasim.Fault{f}) }
}

// takeAway takes a person's first role away as somebody elsewhere would.
func (k *kit) takeAway(p oktasim.Person) {
	k.t.Helper()
	owner := k.staff("owner")
	page, err := k.Desk.Roles(k.t.Context(), owner, id(k.t, p.ID))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, h := range page.Held {
		r, err := k.Desk.Role(k.t.Context(), owner, id(k.t, p.ID), desk.RoleQuery{Role: h.Role.ID, Held: h.Role.AssignmentType})
		if err != nil {
			k.t.Fatal(err)
		}
		_, err = k.Desk.RemoveRole(k.t.Context(), owner, id(k.t, p.ID), desk.UserOpts{Reason: desk.Reason{Note: "not needed"}, Token: r.Remove.Token, On: r.Remove.On})
		if err != nil {
			k.t.Fatal(err)
		}
	}
}

func (k *kit) giveAgain(p oktasim.Person) {
	k.t.Helper()
	k.takeAway(p)
	k.Advance(10 * time.Minute)
	k.Org.GrantRole(p.ID, p.Roles[0])
}

// closers is who closes, with a role of theirs.
func (k *kit) closers() oktasim.Person {
	k.Org.GrantRole(k.Org.Staff()["owner"], "REPORT_ADMIN")
	p, _ := k.Org.Person(k.Org.Staff()["owner"])
	return p
}

// What was left is carried out again in the name of who may, and sealed anew.
func TestCarriedOutAgain(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("SUPER_ADMIN")
	k.only(p)
	owner, second := k.staff("owner"), k.staff("second")
	v := k.start(owner)
	i := k.decide(k.items(v, review.Query{})[0], review.Revoke)
	v = k.carry(v, owner)
	first, name := k.bundle(v), v.BundleName()
	if got := k.items(v, review.Query{})[0].Outcome; got.End != desk.EndLeft {
		t.Fatalf("%+v", got)
	}
	k.Advance(48 * time.Hour)
	second.AuthTime = k.Now()
	if _, err := k.Again(t.Context(), second, v.ID); err != nil {
		t.Fatal(err)
	}
	v = k.finish(v)
	if got := k.items(v, review.Query{})[0]; got.Outcome.End != desk.EndDone || got.Seq != i.Seq {
		t.Errorf("%+v", got.Outcome)
	}
	if v.Closer.Name != owner.Name || k.Now().Sub(v.Closed) < 48*time.Hour || len(v.Again) != 1 || v.Again[0].By.Name != second.Name || v.BundleName() == name {
		t.Errorf("closed by %v at %s, again %+v, the file is %s", v.Closer, v.Closed, v.Again, v.BundleName())
	}
	k.verified(first)
	again := k.bundle(v)
	k.verified(again)
	_, files := unpack(t, again)
	if report := string(files["report.html"]); !strings.Contains(report, "by "+owner.Name) || !strings.Contains(report, "carried out again by "+second.Name) || !strings.Contains(string(files["decisions.json"]), `"carried_out_again"`) {
		t.Errorf("the evidence does not say who closed it and who had it carried out again")
	}
	if _, err := k.Again(t.Context(), second, v.ID); kindOf(err) != desk.Conflict {
		t.Errorf("nothing is left: %v", err)
	}
}

// A decision on what takes two asks for a fresh sign-in, and counts only with one.
func TestTwoTakesAFreshSignIn(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("SUPER_ADMIN"), k.Org.AdminWith("REPORT_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	k.Advance(20 * time.Minute)
	old := owner
	for _, i := range k.items(v, review.Query{}) {
		_, err := k.Decide(t.Context(), old, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: review.Revoke, Note: "not needed"})
		if want := i.Evidence.Role.Type == "SUPER_ADMIN"; (kindOf(err) == desk.NeedsProof) != want {
			t.Errorf("%s: %v", i.Evidence.Role.Type, err)
		}
	}
	if _, err := k.Close(t.Context(), old, v.ID, true); kindOf(err) != desk.NeedsProof {
		t.Errorf("closed without: %v", err)
	}
}

// What somebody changes in the database is neither decided on nor carried out.
func TestForeignRows(t *testing.T) {
	for name, sql := range map[string]string{
		"the verdict":    `update review_item set verdict = 'revoke' where verdict = 'keep'`,
		"who decided":    `update review_item set decider = replace(decider, 'iss#', 'isx#'), verdict = 'revoke' where verdict = 'keep'`,
		"the evidence":   `update review_item set evidence = replace(evidence, 'everything', 'limited')`,
		"the assignment": `update review_item set key = key || 'x', verdict = 'revoke'`,
		"the closer":     `update review set closer = replace(closer, 'iss#', 'isx#')`,
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.only(k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("READ_ONLY_ADMIN"))
			owner := k.staff("owner")
			v := k.start(owner)
			for n, i := range k.items(v, review.Query{}) {
				k.decide(i, []review.Verdict{review.Keep, review.Revoke}[n%2])
			}
			if _, err := k.Close(t.Context(), owner, v.ID, true); err != nil {
				t.Fatal(err)
			}
			if _, err := k.Store.W.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			k.Org.Reset()
			k.notSealed(v, "review.changed")
			changed := 0
			for _, i := range k.items(v, review.Query{Show: review.ShowRevoke}) {
				if i.Outcome.End == desk.EndRefused && strings.Contains(i.Outcome.Why, "changed it in the database") {
					changed++
				}
			}
			if changed == 0 || changed+len(k.removals()) > 2 || name != "the verdict" && name != "who decided" && len(k.removals()) > 0 {
				t.Errorf("%d refused, taken away %v", changed, k.removals())
			}
		})
	}
}

// Closed reviews and decisions that are not what was seen are refused in words.
func TestConflicts(t *testing.T) {
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	i := k.items(v, review.Query{})[0]
	c := review.Choice{Review: v.ID, N: 1, Version: i.Version, Verdict: review.Keep, Note: "needed for the audit"}
	rows := len(k.Acts(audit.Filter{Action: "review.decided"}))
	for range 3 { // the browser sends it again
		if got, err := k.Decide(t.Context(), owner, c); err != nil || got.Version != i.Version+1 {
			t.Fatal(got.Version, err)
		}
	}
	if n := len(k.Acts(audit.Filter{Action: "review.decided"})); n != rows+1 {
		t.Errorf("%d rows of one decision", n-rows)
	}
	c.Verdict = review.Revoke
	if _, err := k.Decide(t.Context(), owner, c); kindOf(err) != desk.Conflict {
		t.Errorf("an older page: %v", err)
	}
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	c.Version++
	if _, err := k.Decide(t.Context(), owner, c); kindOf(err) != desk.Conflict {
		t.Errorf("after the close: %v", err)
	}
	if err := k.Stop(t.Context(), owner, v.ID, "too late"); kindOf(err) != desk.Conflict {
		t.Errorf("stopped after the close: %v", err)
	}
	if _, err := k.Reviews.Get(t.Context(), owner, "nothing"); kindOf(err) != desk.NotFound {
		t.Errorf("no such review: %v", err)
	}
	var de *desk.Error
	if _, _, err := k.Item(t.Context(), owner, v.ID, 99); !errors.As(err, &de) || de.Kind != desk.NotFound {
		t.Errorf("no such item: %v", err)
	}
}
