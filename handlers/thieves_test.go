package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// Who can write the database, and has no key, has nothing sent: neither an intent of
// their own making nor one that is over and was opened again is gone on with.
func TestIntentsOfAnothersMaking(t *testing.T) {
	t.Parallel()
	var k *testkit.Kit
	var mac string // as a copy of the database had it while the act was under way
	watched := func(okta http.RoundTripper) http.RoundTripper {
		return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/roles") {
				if err := k.Store.R.QueryRowContext(r.Context(), `select mac from open_intent`).Scan(&mac); err != nil {
					t.Error(err)
				}
			}
			return okta.RoundTrip(r)
		})
	}
	for name, forge := range map[string]func(*testing.T, *testkit.Kit) (person, holds string){
		"planted": func(t *testing.T, k *testkit.Kit) (string, string) {
			p := k.Org.AdminWith("SUPER_ADMIN")
			r := audit.Row{Action: "roles.assign", Op: "AssignRoleToUser", Class: "privilege", TargetID: p.ID, Params: "type=SUPER_ADMIN groups=" + k.Org.GroupID("Support")}
			old := func() time.Time { return time.Now().Add(-20 * 365 * 24 * time.Hour) }
			if _, err := audit.New(k.Store, old).Begin(t.Context(), r, "forged", nil); err != nil {
				t.Fatal(err)
			}
			return p.ID, rolesOf(k, p.ID)
		},
		"opened again": func(t *testing.T, k *testkit.Kit) (string, string) {
			c := k.As("admin")
			p := ordinary(t, k, 1)[0]
			f := assigning(t, k, c, p)
			c.Post(f.Action, f.Values)
			seq := k.Acts(audit.Filter{Target: p.ID, Action: "roles.assign"})[0].Seq
			targets := "/api/v1/users/" + p.ID + "/roles/" + helpDeskID + "/targets/groups/"
			k.Okta(http.MethodPut, targets+k.Org.GroupID("Finance"), nil)
			k.Okta(http.MethodDelete, targets+k.Org.GroupID("Support"), nil)
			if _, err := k.Store.W.ExecContext(t.Context(), `insert into open_intent (seq, target_id, mac) values ($1, $2, $3)`, seq, p.ID, mac); err != nil || mac == "" {
				t.Fatal(err)
			}
			return p.ID, "HELP_DESK_ADMIN Finance"
		},
	} {
		k = testkit.New(t, testkit.Options{Wrap: watched})
		person, holds := forge(t, k)
		k.Org.Reset()
		if err := k.Desk.Settle(t.Context()); err != nil {
			t.Error(name, err)
		}
		if now := rolesOf(k, person); now != holds || writes(k) != 0 {
			t.Errorf("%s: held %q, now %q; %v", name, holds, now, k.Calls())
		}
		a := k.Acts(audit.Filter{Target: person, Action: "roles.assign"})[0]
		if open, err := k.Record.Open(t.Context(), person); err != nil || len(open) > 0 || a.End == nil || !strings.Contains(a.End.Detail, "not as this console wrote it") {
			t.Errorf("%s: recorded %+v, %d open, %v", name, a.End, len(open), err)
		}
	}
}

// A second person's word is needed for a role whose holder could make themselves an owner
// here.
func TestRolesThatReachThisConsole(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	people := ordinary(t, k, 10)
	own := "&group=" + k.Org.GroupID("Keydesk Owners")
	for i, tc := range []struct {
		role  string
		waits bool
	}{
		{"GROUP_MEMBERSHIP_ADMIN", true},
		{"USER_ADMIN", true},
		{"HELP_DESK_ADMIN", true},
		{"APP_ADMIN", true},
		{"API_ACCESS_MANAGEMENT_ADMIN", true},
		{"GROUP_MEMBERSHIP_ADMIN" + own, true},
		{"HELP_DESK_ADMIN&group=" + k.Org.GroupID("Support") + own, true},
		{"HELP_DESK_ADMIN&group=" + k.Org.GroupID("Support"), false},
		{"REPORT_ADMIN", false},
	} {
		p := people[i]
		typ, _, _ := strings.Cut(tc.role, "&")
		f := formAt(t, c, "/users/"+p.ID+"/roles/new?type="+tc.role, "/roles/new/"+typ)
		f.Values.Set("note", "new colleague in the team")
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusOK || got.Has("It waits for approval") != tc.waits || (writes(k) == 0) != tc.waits {
			t.Errorf("%s: %d, %v: %s", tc.role, got.Status, k.Calls(), short(got))
		}
	}
	p := people[len(people)-1]
	f := assigning(t, k, c, p)
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Fatal(short(got))
	}
	role := "/users/" + p.ID + "/roles/" + helpDeskID
	for group, waits := range map[string]bool{"Keydesk Owners": true, "Finance": false} {
		f := c.Get(role + "?held=USER&q=" + strings.ReplaceAll(group, " ", "+")).FormOf(views.ActionPath("targets.add_group"))
		if f == nil || !strings.Contains(f.Action, k.Org.GroupID(group)) {
			t.Fatalf("%s is not offered: %v", group, f)
		}
		f.Values.Set("note", "more to look after")
		k.Org.Reset()
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK || got.Has("It waits for approval") != waits || (writes(k) == 0) != waits {
			t.Errorf("limited to %s as well: %d, %v: %s", group, got.Status, k.Calls(), short(got))
		}
	}
}

// Whoever may not hand out a role, or not alone, makes nobody a member of a group that
// carries one.
func TestNobodyIsMadeAnAdmin(t *testing.T) {
	t.Parallel()
	for rule, change := range map[string]func(*desk.Policy){
		"permission.roles.act": func(p *desk.Policy) {
			a := p.Roles[desk.Admin]
			a.Except = []desk.Word{"roles.act"}
			p.Roles[desk.Admin] = a
		},
		"second.policy": func(p *desk.Policy) { p.Require.Second = append(p.Require.Second, "privilege") },
	} {
		pol := desk.DemoPolicy()
		change(&pol)
		k := testkit.New(t, testkit.Options{Policy: &pol})
		c := k.As("admin")
		f := newForm(t, c, "made@brightwater.example")
		f.Values["group"] = []string{k.Org.GroupID(carrying(t, k, "USER_ADMIN"))}
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		if _, made := k.Org.ByLogin("made@brightwater.example"); made || got.Status != http.StatusForbidden || !strings.Contains(got.Body, rule) {
			t.Errorf("%s: made %t, %d %s", rule, made, got.Status, short(got))
		}
	}
}

// carrying is a group whose members hold a role.
func carrying(t *testing.T, k *testkit.Kit, role string) string {
	t.Helper()
	for _, g := range k.Org.GroupAdmin(role).Groups {
		if strings.Contains(string(k.Okta(http.MethodGet, "/api/v1/groups/"+k.Org.GroupID(g)+"/roles", nil)), role) {
			return g
		}
	}
	t.Fatal("no group carries " + role)
	return ""
}

// An owner alone takes nobody over of whom nobody can tell whether they are the other
// owner.
func TestOwnerAndAnUnreadableColleague(t *testing.T) {
	t.Parallel()
	var second string
	k := testkit.New(t, testkit.Options{Wrap: func(okta http.RoundTripper) http.RoundTripper {
		return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if second != "" && strings.HasSuffix(r.URL.Path, second+"/groups") {
				return &http.Response{StatusCode: http.StatusInternalServerError, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
			return okta.RoundTrip(r)
		})
	}})
	second = k.Org.Staff()["second"]
	owner := k.As("owner")
	page := owner.Get("/users/" + second)
	if page.Form("/lifecycle/expire_password_with_temp_password") != nil {
		t.Error("their temporary password is offered")
	}
	f := page.Form("/lifecycle/reset_password")
	if f == nil {
		t.Fatalf("%d %s", page.Status, short(page))
	}
	f.Values.Set("note", "asked for it")
	if got := owner.Post(f.Action, f.Values); !got.Has("It waits for approval") || sent(k, "ResetPassword") != 0 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
}

// One session holds up nobody else's change to a person: of its own two are under way
// at a time in each process, and the next goes on when one of them has ended.
func TestNobodyHoldsUpOthers(t *testing.T) {
	t.Parallel()
	var stop atomic.Bool
	held, release := make(chan string, 100), make(chan struct{})
	k := testkit.New(t, testkit.Options{Replicas: 1, Wrap: func(okta http.RoundTripper) http.RoundTripper {
		return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if stop.Load() && strings.HasSuffix(r.URL.Path, "/lifecycle/suspend") {
				held <- r.URL.Path
				<-release
			}
			return okta.RoundTrip(r)
		})
	}})
	thief, owner := k.As("helpdesk"), k.As("owner")
	people := ordinary(t, k, 3)
	var forms []*testkit.Form
	for _, p := range people {
		forms = append(forms, form(t, thief, p.ID, "/lifecycle/suspend"))
	}
	mine := form(t, owner, people[2].ID, "/sessions/clear")
	stop.Store(true)
	var sent sync.WaitGroup
	for _, f := range forms[:2] {
		sent.Go(func() { thief.Answers(t.Context(), f.Action, f.Values) })
		<-held
	}
	sent.Go(func() { thief.Answers(t.Context(), forms[2].Action, forms[2].Values) })
	if got := owner.Post(mine.Action, mine.Values); got.Status != http.StatusOK || len(held) > 0 {
		t.Errorf("%d, %d more are under way: %s", got.Status, len(held), short(got))
	}
	release <- struct{}{}
	if path := <-held; !strings.Contains(path, people[2].ID) {
		t.Errorf("next came %s", path)
	}
	close(release)
	sent.Wait()
}
