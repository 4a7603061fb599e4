package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// One owner alone does not make another, nor becomes one: whoever could approve what
// they ask for is taken over by two.
func TestOneOwnerIsNotTwo(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner := k.As("owner")
	f := newForm(t, owner, "puppet@brightwater.example")
	f.Values.Set("password", "true")
	f.Values["group"] = []string{k.Org.GroupID("Keydesk Owners")}
	if got := owner.Post(f.Action, f.Values); got.Status != http.StatusForbidden || !got.Has("second.staff") {
		t.Errorf("%d %s", got.Status, short(got))
	}
	if _, made := k.Org.ByLogin("puppet@brightwater.example"); made {
		t.Error("one owner made another")
	}
	page := owner.Get("/users/" + k.Org.Staff()["second"])
	if page.Form("/lifecycle/expire_password_with_temp_password") != nil {
		t.Error("one owner is offered another's password")
	}
	reset := page.Form("/lifecycle/reset_factors")
	reset.Values.Set("note", "lost her telephone")
	k.Org.Reset()
	if got := owner.Post(reset.Action, reset.Values); !got.Has("It waits for approval") || writes(k) != 0 {
		t.Errorf("%d, %d calls: %s", got.Status, writes(k), short(got))
	}
	if k.As("second").Get("/approvals").FormOf("/approvals/:request/approve") != nil {
		t.Error("an owner is to approve what is done to her own account")
	}
}

// mixed is a policy in which helpdesk counts everywhere and approves nothing, and
// admin counts in Berlin, for the same people.
func mixed() *desk.Policy {
	p := desk.DemoPolicy()
	p.Scopes = map[string]desk.Scope{"berlin": {Says: "the people in Berlin", Groups: []string{"Berlin Office"}}}
	h, a := p.Roles[desk.Helpdesk], p.Roles[desk.Admin]
	h.May = []desk.Word{"users.edit", "lifecycle.act", "credentials.act", "sessions.act"}
	a.Groups = append(slices.Clone(a.Groups), desk.Grant{Group: "Keydesk Helpdesk", Scope: "berlin"})
	p.Roles[desk.Helpdesk], p.Roles[desk.Admin] = h, a
	p.Require.Second = append(slices.Clone(p.Require.Second), "suspend")
	return &p
}

// What a role within a scope allows, it allows there alone: approving, and seeing what
// is shown once.
func TestRightsOfAScopeCountThere(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: mixed()})
	_, out := apart(t, k)
	c, owner := k.As("helpdesk"), k.As("owner")
	f := form(t, owner, out.ID, "/lifecycle/suspend")
	owner.Post(f.Action, f.Values)
	if yes := c.Get("/approvals").FormOf("/approvals/:request/approve"); yes != nil {
		yes.Values.Set("note", "fine by me")
		if got := c.Post(yes.Action, yes.Values); got.Status != http.StatusForbidden {
			t.Errorf("approved outside of the scope: %d %s", got.Status, short(got))
		}
	}
	if p, _ := k.Org.Person(out.ID); p.Status == "SUSPENDED" {
		t.Error("it was done")
	}
	reset := form(t, c, out.ID, "/lifecycle/reset_password")
	reset.Values.Set("send_email", "false")
	if got := c.Post(reset.Action, reset.Values); got.Form("/once") != nil || got.Status != http.StatusForbidden {
		t.Errorf("a link is shown outside of the scope: %d %s", got.Status, short(got))
	}
}

// Sessions of colleagues are for whose right to them counts everywhere.
func TestSessionsAreNotScoped(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	k.As("owner")
	k.As("helpdesk")
	if p := k.As("admin").Get("/sessions"); p.Status != http.StatusOK || p.Has("Colleagues") || p.Has("Thandi") || p.Has("Dana") {
		t.Errorf("%d %s", p.Status, p.Text())
	}
}

// Who was made outside a scope, and what others took out of the record, is not told
// within it.
func TestTheRecordOfOthersWithinTheScope(t *testing.T) {
	t.Parallel()
	for _, byGroup := range []bool{true, false} {
		k := testkit.New(t, testkit.Options{Policy: inBerlin(byGroup)})
		owner := k.As("owner")
		f := newForm(t, owner, "outsider@brightwater.example")
		if got := owner.Post(f.Action, f.Values); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, short(got))
		}
		for _, who := range []string{"auditor", "admin", "helpdesk"} {
			if p := k.As(who).Get("/audit?action=users.create"); strings.Contains(p.Body, "outsider@") {
				t.Errorf("by group %t: %s is told", byGroup, who)
			}
		}
	}
}

// Nobody approves what they do not see: a profile's change says what was and what
// becomes of it.
func TestApproversSeeTheChange(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, second := k.As("owner"), k.As("second")
	p := k.Org.AdminWith("SUPER_ADMIN")
	f := formAt(t, owner, "/users/"+p.ID+"/profile", "/profile")
	f.Values.Set("want.email", "thief@evil.example")
	owner.Post(f.Action, f.Values)
	if page := second.Get("/approvals"); !page.Has("email: “" + p.Email + "” becomes “thief@evil.example”.") {
		t.Errorf("%s", page.Text())
	}
}

// An approver's sign-in is as fresh as the act itself asks for, whatever else a policy
// names.
func TestApproversAreFresh(t *testing.T) {
	t.Parallel()
	pol := desk.DemoPolicy()
	pol.Require.Fresh = map[desk.Word]time.Duration{"takeover": 15 * time.Minute}
	k := testkit.New(t, testkit.Options{Policy: &pol})
	second := k.As("second")
	wait(k, 40*time.Minute, second)
	owner := k.As("owner")
	yes := approving(t, owner, second, form(t, owner, k.Org.AdminWith("SUPER_ADMIN").ID, "/lifecycle/reset_factors"))
	if got := second.Post(yes.Action, yes.Values); got.Status == http.StatusOK || writes(k) != 0 {
		t.Errorf("%d %s", got.Status, short(got))
	}
}

// What was typed about one person does not come back in another's form.
func TestDraftsStayWithTheirPerson(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	people := ordinary(t, k, 2)
	wait(k, 16*time.Minute, c)
	f := formAt(t, c, "/users/"+people[0].ID+"/profile", "/profile")
	f.Values.Set("want.email", "ann.new@brightwater.example")
	mine := cameBack(t, linkNamed(c.Post(f.Action, f.Values), again))
	p := signInAs(t, c, "/auth/fresh?return_to="+url.QueryEscape(strings.Replace(mine, people[0].ID, people[1].ID, 1)), "admin")
	if strings.Contains(p.Body, "ann.new@") {
		t.Error("it stands in another's form")
	}
	if p := c.Get(mine); !strings.Contains(p.Body, "ann.new@") {
		t.Error("it is lost where it belongs")
	}
}

// Who shares an operator's cookie puts nothing into the form that the operator signs in
// again for.
func TestDraftOfAnotherWindow(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c, cookie := signedIn(t, k, "helpdesk")
	p := ordinary(t, k, 1)[0]
	wait(k, 16*time.Minute, c)
	f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
	f.Values.Set("want.title", "Senior clerk")
	link := linkNamed(c.Post(f.Action, f.Values), again)
	f.Values.Set("want.email", "attacker@evil.example")
	thief := k.Anonymous().Do(http.MethodPost, f.Action, f.Values, http.Header{"Origin": {"http://" + testkit.Host}, "Sec-Fetch-Site": {"same-origin"}, "Cookie": {cookie}})
	if thief.Status != http.StatusForbidden || !thief.Has("sign_in.fresh") {
		t.Fatalf("%d %s", thief.Status, short(thief))
	}
	if page := signInAs(t, c, link, "helpdesk"); strings.Contains(page.Body, "attacker@") || page.Has("You have signed in again") {
		t.Errorf("at %s: %s", page.Path, short(page))
	}
}

// Accounts for emergencies are named by login as by id, also as somebody's manager.
func TestBreakGlassByLogin(t *testing.T) {
	t.Parallel()
	pol := desk.DemoPolicy()
	k := testkit.New(t, testkit.Options{Policy: &pol})
	people := ordinary(t, k, 2)
	pol.BreakGlass = []string{strings.ToUpper(people[1].Login)}
	k = testkit.New(t, testkit.Options{Policy: &pol})
	page := k.As("admin").Get("/users/" + people[0].ID + "/links?name=manager&q=" + url.QueryEscape(people[1].Login))
	if page.FormOf("/users/:id/links/:link/:to") != nil {
		t.Errorf("offered: %s", page.Text())
	}
	if a := k.Acts(audit.Filter{Action: "links.set"}); len(a) > 0 {
		t.Errorf("%+v", a)
	}
}

// Whoever may edit within a scope does not say who is in it.
func TestNobodyIsMovedBetweenScopes(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(false)})
	in, _ := apart(t, k)
	pol := inBerlin(false)
	attribute := pol.Scopes["berlin"].Attribute
	c := k.As("helpdesk")
	f := formAt(t, c, "/users/"+in.ID+"/profile", "/profile")
	if !f.Values.Has("want." + attribute) {
		t.Fatalf("%s is not on the form", attribute)
	}
	f.Values.Set("want."+attribute, "Osaka")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || !got.Has("scope.attribute") || writes(k) != 0 {
		t.Errorf("%d, %d calls: %s", got.Status, writes(k), short(got))
	}
}

// Where a list goes on is told by its own pages alone: the answer to a cursor of one's
// own making does not say who exists.
func TestCursorsWithinTheScope(t *testing.T) {
	t.Parallel()
	for _, byGroup := range []bool{true, false} {
		k := testkit.New(t, testkit.Options{Policy: inBerlin(byGroup)})
		_, out := apart(t, k)
		c := k.As("helpdesk")
		k.Org.Reset()
		there, nobody := c.Get("/users?status=ACTIVE&after="+out.ID), c.Get("/users?status=ACTIVE&after=00u1f8c2jkQ4vZx0d698")
		alike := func(p *testkit.Page) string { return regexp.MustCompile(`Error id \w+`).ReplaceAllString(p.Text(), "") }
		if there.Status != nobody.Status || alike(there) != strings.ReplaceAll(alike(nobody), "00u1f8c2jkQ4vZx0d698", out.ID) || sent(k, "ListUsers") != 0 {
			t.Errorf("by group %t: %d %s, and of nobody %d %s", byGroup, there.Status, there.Text(), nobody.Status, nobody.Text())
		}
	}
}
