package review_test

import (
	"strings"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/testkit"
)

// What the page of a close says is what comes of it, item by item and in the same words,
// whoever closes and whoever decided.
func TestForecast(t *testing.T) {
	holders := func(roles ...string) func(*kit) []oktasim.Person {
		return func(k *kit) (out []oktasim.Person) {
			for _, r := range roles {
				out = append(out, k.Org.AdminWith(r))
			}
			return out
		}
	}
	one := func(f func(*kit) oktasim.Person) func(*kit) []oktasim.Person {
		return func(k *kit) []oktasim.Person { return []oktasim.Person{f(k)} }
	}
	grant := func(staff string) func(*kit) []oktasim.Person {
		return one(func(k *kit) oktasim.Person {
			k.Org.GrantRole(k.Org.Staff()[staff], "REPORT_ADMIN")
			p, _ := k.Org.Person(k.Org.Staff()[staff])
			return p
		})
	}
	for name, c := range part(map[string]struct {
		who        func(*kit) []oktasim.Person
		by, closer string
		policy     func(*desk.Policy, *kit)
		between    func(*kit, []oktasim.Person)
		take       int
		says       string // of each that is left
	}{
		"an owner and a second":  {who: holders("SUPER_ADMIN", "ORG_ADMIN", "REPORT_ADMIN"), by: "owner", closer: "second", take: 3},
		"one owner for both":     {who: holders("SUPER_ADMIN", "ORG_ADMIN", "REPORT_ADMIN"), by: "owner", closer: "owner", take: 1, says: "both decided it and closed the review. A member of Keydesk Owners other than Thandi Mokoena has to press"},
		"an admin, an owner's":   {who: holders("ORG_ADMIN"), by: "owner", closer: "admin", says: "holds Organization Administrator. A member of Keydesk Owners has to press"},
		"an admin, an auditor's": {who: holders("ORG_ADMIN", "REPORT_ADMIN"), by: "auditor", closer: "admin", take: 1, says: "holds Organization Administrator."},
		"an owner, an auditor's": {who: holders("ORG_ADMIN", "READ_ONLY_ADMIN"), by: "auditor", closer: "owner", take: 1, says: "who decided it, may not be the second"},
		"through a group":        {who: one(func(k *kit) oktasim.Person { return k.Org.GroupAdmin("APP_ADMIN") }), by: "owner", closer: "second", says: "through Okta App Owners"},
		"the credential's owner": {who: one(func(k *kit) oktasim.Person { p, _ := k.Org.Person(k.Org.TokenOwner()); return p }), by: "owner", closer: "second", says: "owns the credential"},
		"an emergency account":   {who: holders("READ_ONLY_ADMIN"), by: "owner", closer: "second", says: "kept for emergencies", policy: func(p *desk.Policy, k *kit) { p.BreakGlass = []string{k.Org.AdminWith("READ_ONLY_ADMIN").Login} }},
		"a protected person, alone": {who: holders("READ_ONLY_ADMIN"), by: "admin", closer: "admin", says: "both decided", policy: func(p *desk.Policy, k *kit) {
			p.VIP = desk.VIP{People: []string{k.Org.AdminWith("READ_ONLY_ADMIN").Login}, Second: true}
		}},
		"the policy's second person": {who: holders("READ_ONLY_ADMIN"), by: "admin", closer: "admin", says: "both decided", policy: func(p *desk.Policy, _ *kit) { p.Require.Second = []desk.Word{"roles.remove"} }},
		"a colleague, to an admin":   {who: grant("second"), by: "owner", closer: "admin", says: "works in this console as owner"},
		"a lesser colleague":         {who: grant("helpdesk"), by: "owner", closer: "admin", take: 1},
		"the closer's own":           {who: grant("owner"), by: "second", closer: "owner", says: "own account"},
		"limited otherwise by now":   {who: one(func(k *kit) oktasim.Person { return k.Org.LimitedAdmin("HELP_DESK_ADMIN") }), by: "owner", closer: "owner", says: "It reaches Finance now", between: func(k *kit, p []oktasim.Person) { k.Org.LimitRole(p[0].ID, "HELP_DESK_ADMIN", "Finance") }},
		"gone by now":                {who: holders("REPORT_ADMIN"), by: "owner", closer: "owner", says: "does not hold the role any more", between: func(k *kit, p []oktasim.Person) { k.takeAway(p[0]) }},
		"decided long ago":           {who: holders("SUPER_ADMIN", "REPORT_ADMIN"), by: "owner", closer: "second", take: 1, says: "more than 30 days before the close", between: func(k *kit, _ []oktasim.Person) { k.Advance(31 * 24 * time.Hour) }},
		"more than the limit":        {who: holders("REPORT_ADMIN", "READ_ONLY_ADMIN"), by: "owner", closer: "admin", take: 1, says: "The policy lets one operator do 1 of these acts within the hour", policy: func(p *desk.Policy, _ *kit) { p.Limits = map[desk.Risk]desk.Limit{desk.Privilege: {Hour: 1}} }},
	}, 4) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			p := desk.DemoPolicy()
			if c.policy != nil {
				c.policy(&p, k)
			}
			k = newKit(t, testkit.Options{Policy: &p})
			who := c.who(k)
			k.only(who...)
			v := k.startPlan(review.Plan{Name: "Foretold", Due: k.Now().Add(40 * 24 * time.Hour), Reviewers: review.Rule{Named: []review.Person{person(k.staff(c.by))}}})
			for _, i := range k.items(v, review.Query{}) {
				k.decide(i, review.Revoke)
			}
			if c.between != nil {
				c.between(k, who)
			}
			k.foretold(v, k.staff(c.closer), c.take, c.says)
		})
	}
}

// foretold asks what a close comes to, closes, and compares.
func (k *kit) foretold(v review.Review, closer desk.Actor, take int, says string) {
	k.t.Helper()
	k.Org.Reset()
	f, err := k.Forecast(k.t.Context(), closer, v.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	if k.Calls()["RemoveRoleFromUser"] > 0 {
		k.t.Error("to ask takes a role away")
	}
	if _, err := k.Close(k.t.Context(), closer, v.ID, true); err != nil {
		k.t.Fatal(err)
	}
	k.finish(v)
	is := map[int]review.Outcome{}
	taken := 0
	for _, i := range k.items(v, review.Query{Show: review.ShowRevoke}) {
		if is[i.N] = i.Outcome; i.Outcome.End == desk.EndDone {
			taken++
		}
	}
	if len(f.Take) != take || taken != take || len(f.Take)+len(f.Left) != len(is) || f.Count.Revoke != len(is) {
		k.t.Errorf("%d are foretold to be taken, %d are, of %d: %+v", len(f.Take), taken, len(is), is)
	}
	for _, i := range f.Take {
		if is[i.N].End != desk.EndDone {
			k.t.Errorf("%s was to be taken: %+v", i.Evidence.Role.Label, is[i.N])
		}
	}
	for _, i := range f.Left {
		said := i.Why + " " + i.Ask
		if is[i.N].Why != i.Why || i.Ask != is[i.N].Ask && !strings.Contains(i.Ask, "limit opens") {
			k.t.Errorf("foretold %q, and it is %q", said, is[i.N].Why+" "+is[i.N].Ask)
		}
		if !strings.Contains(said, says) || says == "" {
			k.t.Errorf("foretold %q, not %q", said, says)
		}
	}
}

// What somebody wrote into the database as a decision keeps nobody from closing the
// review: it is said beforehand that it is not carried out, and the rest is.
func TestForecastOfWhatWasChanged(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p, k.Org.AdminWith("READ_ONLY_ADMIN"))
	owner := k.staff("owner")
	v := k.start(owner)
	for _, i := range k.items(v, review.Query{}) {
		if i.Evidence.Person.ID == p.ID {
			k.decide(i, review.Revoke)
		}
	}
	k.exec(`update review_item set verdict = 'revoke' where verdict = ''`)
	f, err := k.Forecast(t.Context(), owner, v.ID)
	if err != nil || len(f.Take) != 1 || len(f.Left) != 1 || !strings.Contains(f.Left[0].Why, "not what this console wrote") {
		t.Fatalf("%d are taken, and left are %+v: %v", len(f.Take), f.Left, err)
	}
	if _, err := k.Reviews.Close(t.Context(), owner, v.ID, review.Final{Shown: f.Shown}); err != nil {
		t.Fatal(err)
	}
	if k.toTheEnd(); len(k.removals()) != 1 || k.holds(p) > 0 {
		t.Errorf("taken away were %v", k.removals())
	}
	if _, err := k.Again(t.Context(), owner, v.ID); said(err) == "" || !strings.Contains(said(err), "not what this console wrote") {
		t.Errorf("once more: %v", err)
	}
}
