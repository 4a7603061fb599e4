package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

const (
	helpDeskID = "JBCUYUC7IRCVGS27IFCE2SKO" // ids of roles, the same for everybody
	appAdminID = "IFIFAX2BIRGUSTQ"
)

// calledInOrder are the changing calls since the log was reset, as they came.
func calledInOrder(k *testkit.Kit) (ops []string) {
	for _, e := range k.Org.Log() {
		if e.Method != http.MethodGet {
			ops = append(ops, e.Operation)
		}
	}
	return ops
}

// targetsOf are the changes of what a role is limited to.
func targetsOf() (out []desk.Action) {
	for _, s := range desk.Catalog() {
		if s.Room == "targets" && s.Risk != desk.Reading {
			out = append(out, s.Action)
		}
	}
	return out
}

// Limits that changed after the page was shown stop every change of them: what the
// page said of the role's reach is not true any more.
func TestLimitsChangedAfterThePage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	app := anotherApp(t, k)
	for _, a := range targetsOf() {
		c := k.As("admin")
		e := k.Exercise(c, a)
		if strings.HasSuffix(string(a), "_group") {
			k.Okta(http.MethodPut, "/api/v1/users/"+e.Person.ID+"/roles/"+helpDeskID+"/targets/groups/"+k.Org.GroupID("Engineering"), nil)
		} else {
			k.Okta(http.MethodPut, "/api/v1/users/"+e.Person.ID+"/roles/"+appAdminID+"/targets/catalog/apps/"+app, nil)
		}
		k.Org.Reset()
		before := k.Org.Snapshot()
		got := c.Post(e.Form.Action, e.Form.Values)
		turnedDown(t, k, string(a), got, http.StatusConflict, "What the role is limited to has changed since this page was shown. Nothing was sent.")
		if act := newest(t, k, a); act.Phase != audit.PhaseRefused || act.Detail != "stale" || k.Org.Snapshot() != before {
			t.Errorf("%s: recorded %+v", a, act)
		}
	}
}

// anotherApp is the name of an app that no exercise limits a role to.
func anotherApp(t *testing.T, k *testkit.Kit) string {
	t.Helper()
	var apps []struct{ Name string }
	if err := json.Unmarshal(k.Okta(http.MethodGet, "/api/v1/apps?limit=100", nil), &apps); err != nil {
		t.Fatal(err)
	}
	for _, a := range apps {
		if a.Name != "slack" && a.Name != "salesforce" && !strings.HasPrefix(a.Name, "oidc") {
			return a.Name
		}
	}
	t.Fatal("no other app")
	return ""
}

// The page says before the click what the first limit takes away, and what the
// last one would give; the last cannot be taken.
func TestScopeFlipIsExplained(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	e := k.Exercise(c, "targets.add_group")
	if page := c.Get(e.Page); !page.Has("Today the role reaches everything. From then on it reaches only Support.") {
		t.Errorf("the first limit: %s", short(page))
	}
	if got := c.Post(e.Form.Action, e.Form.Values); got.Status != http.StatusOK || !slices.Equal(k.Org.RoleTargets(e.Person.ID, "HELP_DESK_ADMIN"), []string{"Support"}) {
		t.Fatalf("%d %s", got.Status, short(got))
	}
	page := c.Get("/users/" + e.Person.ID + "/roles/" + helpDeskID + "?held=USER")
	if page.FormOf("/users/:id/roles/:role/groups/:group/remove") != nil || !page.Has("This is the only limit") {
		t.Errorf("the last limit: %s", short(page))
	}
	k.Org.LimitRole(e.Person.ID, "HELP_DESK_ADMIN", "Support", "Finance")
	f := c.Get("/users/" + e.Person.ID + "/roles/" + helpDeskID + "?held=USER").FormOf("/users/:id/roles/:role/groups/:group/remove")
	f.Values.Set("note", "called in")
	k.Org.LimitRole(e.Person.ID, "HELP_DESK_ADMIN", "Support")
	for _, action := range []string{f.Action, strings.Replace(f.Action, k.Org.GroupID("Finance"), k.Org.GroupID("Support"), 1)} {
		k.Org.Reset()
		if got := c.Post(action, f.Values); got.Status == http.StatusOK || writes(k) != 0 {
			t.Errorf("the last limit went out: %d, %v", got.Status, k.Calls())
		}
	}
}

// swap is the form that adds Support to a role limited to Finance alone.
func swap(t *testing.T, k *testkit.Kit, c *testkit.Client, p oktasim.Person) *testkit.Form {
	t.Helper()
	k.Org.GrantRole(p.ID, "HELP_DESK_ADMIN")
	k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Finance")
	f := formAt(t, c, "/users/"+p.ID+"/roles/"+helpDeskID+"?held=USER&q=Support", "/groups/"+k.Org.GroupID("Support")+"/add")
	f.Values.Set("swap", "true")
	k.Org.Reset()
	return f
}

// A swap adds before it removes; where the second half fails the page says that
// both remain, and so does the record.
func TestSwap(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	people := ordinary(t, k, 3)
	f := swap(t, k, c, people[0])
	got := c.Post(f.Action, f.Values)
	if want := []string{"AddGroupTargetToRole", "RemoveGroupTargetFromRole"}; got.Status != http.StatusOK || !slices.Equal(calledInOrder(k), want) ||
		!slices.Equal(k.Org.RoleTargets(people[0].ID, "HELP_DESK_ADMIN"), []string{"Support"}) || !got.Has("It took Finance away after that") {
		t.Errorf("%d, %v: %s", got.Status, calledInOrder(k), short(got))
	}
	if a := onlyAct(t, k, people[0].ID, "targets.add_group"); !strings.Contains(a.Params, "swap=true") || !strings.Contains(a.Params, "limits_before=1") || a.End.Result != audit.Done || a.End.Detail != "" {
		t.Errorf("recorded %+v %+v", a, a.End)
	}
	f = swap(t, k, c, people[1])
	k.Org.Faults([]oktasim.Fault{{Operation: "RemoveGroupTargetFromRole", Status: 500}})
	got = c.Post(f.Action, f.Values)
	if got.Status != http.StatusOK || len(k.Org.RoleTargets(people[1].ID, "HELP_DESK_ADMIN")) != 2 || !got.Has("Finance could not be taken away: the role reaches both") {
		t.Errorf("the second half failed: %d, %v: %s", got.Status, calledInOrder(k), short(got))
	}
	if a := onlyAct(t, k, people[1].ID, "targets.add_group"); a.End.Result != audit.Done || !strings.Contains(a.End.Detail, "Finance could not be taken away") {
		t.Errorf("recorded %+v", a.End)
	}
	f = swap(t, k, c, people[2])
	k.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Status: 400}})
	got = c.Post(f.Action, f.Values)
	if got.Status != http.StatusConflict || !slices.Equal(calledInOrder(k), []string{"AddGroupTargetToRole"}) || !slices.Equal(k.Org.RoleTargets(people[2].ID, "HELP_DESK_ADMIN"), []string{"Finance"}) {
		t.Errorf("the first half failed: %d, %v: %s", got.Status, calledInOrder(k), short(got))
	}
}

// A swap of apps: an app for an instance of another, and for one of its own, which
// takes the app's place by itself.
func TestSwapApps(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	for i, old := range []string{"slack", "salesforce"} {
		p := ordinary(t, k, 2)[i]
		k.Org.GrantRole(p.ID, "APP_ADMIN")
		k.Okta(http.MethodPut, "/api/v1/users/"+p.ID+"/roles/"+appAdminID+"/targets/catalog/apps/"+old, nil)
		f := formAt(t, c, "/users/"+p.ID+"/roles/"+appAdminID+"?held=USER&q=Salesforce", "/apps/salesforce/"+k.Org.AppID("Salesforce")+"/add")
		f.Values.Set("swap", "true")
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		ops := calledInOrder(k)
		if got.Status != http.StatusOK || ops[0] != "AddApplicationTargetToAppAdminRoleForUser" || len(ops) > 2 || !slices.Equal(k.Org.RoleTargets(p.ID, "APP_ADMIN"), []string{"Salesforce"}) {
			t.Errorf("%s: %d, %v, limited to %v: %s", old, got.Status, ops, k.Org.RoleTargets(p.ID, "APP_ADMIN"), short(got))
		}
		if acts := k.Acts(audit.Filter{Target: p.ID, Acts: true}); len(acts) != 1 || acts[0].End == nil || acts[0].End.Result != audit.Done {
			t.Errorf("%s: recorded %+v", old, acts)
		}
	}
}

// A role held through a group is changed at the group: no button, and a request of
// one's own sends nothing.
func TestRolesThroughGroups(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	k.Org.GrantRole(p.ID, "USER_ADMIN")
	k.Org.JoinGroup(p.ID, "Okta Group Administrators")
	var held []okta.Role
	for r := range holds(t, k, p.ID) {
		held = append(held, r)
	}
	if len(held) != 2 {
		t.Fatalf("holds %+v", held)
	}
	for _, r := range held {
		page := c.Get("/users/" + p.ID + "/roles/" + r.ID.String() + "?held=" + r.AssignmentType)
		offered := page.Form("/remove") != nil
		if offered != (r.AssignmentType == "USER") || !offered && !page.Has("it is changed at the group") {
			t.Errorf("%s: offered %t: %s", r.AssignmentType, offered, short(page))
		}
	}
	f := formAt(t, c, "/users/"+p.ID+"/roles/"+held[0].ID.String()+"?held=USER", "/remove")
	k.Okta(http.MethodDelete, "/api/v1/users/"+p.ID+"/roles/"+held[0].ID.String(), nil)
	k.Org.Reset()
	turnedDown(t, k, "the direct one is gone", c.Post(f.Action, f.Values), http.StatusConflict, "does not hold this role directly any more. Nothing was sent.")
}

// holds are the roles that Okta lists for somebody.
func holds(t *testing.T, k *testkit.Kit, id string) func(func(okta.Role) bool) {
	t.Helper()
	var roles []okta.Role
	if err := json.Unmarshal(k.Okta(http.MethodGet, "/api/v1/users/"+id+"/roles", nil), &roles); err != nil {
		t.Fatal(err)
	}
	return slices.Values(roles)
}

// Roles that are not assigned from here are not offered, and a request of one's own
// sends nothing.
func TestTypesThatAreNotAssigned(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	for _, who := range []string{"admin", "owner"} {
		c := k.As(who)
		f := formAt(t, c, "/users/"+p.ID+"/roles/new?type=HELP_DESK_ADMIN", "/roles/new/HELP_DESK_ADMIN")
		for _, kind := range []string{"USER", "CUSTOM", "MOBILE_ADMIN", "help_desk_admin", "%2e%2e"} {
			if c.Get("/users/"+p.ID+"/roles/new?type="+kind).Form("/roles/new/"+kind) != nil {
				t.Errorf("%s is offered to %s", kind, who)
			}
			k.Org.Reset()
			got := c.Post("/users/"+p.ID+"/roles/new/"+kind, f.Values)
			if got.Status != http.StatusForbidden && got.Status != http.StatusNotFound || writes(k) != 0 {
				t.Errorf("%s by %s: %d, %v", kind, who, got.Status, k.Calls())
			}
		}
		for _, v := range [][]string{{}, {k.Org.GroupID("Finance")}, {k.Org.GroupID("Support"), k.Org.GroupID("Finance")}} {
			limited := formAt(t, c, "/users/"+p.ID+"/roles/new?type=HELP_DESK_ADMIN&group="+k.Org.GroupID("Support"), "/roles/new/HELP_DESK_ADMIN")
			limited.Values["group"] = v
			k.Org.Reset()
			turnedDown(t, k, fmt.Sprint("limits ", v), c.Post(limited.Action, limited.Values), http.StatusForbidden, "This is not the limit that the page showed.")
		}
	}
}

// Somebody who holds a role twice, limited directly and without a limit through a
// group, is not shown as limited: Okta tells the two apart in the list of roles.
func TestTwoWaysOfHoldingARole(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	k.Org.GrantRole(p.ID, "USER_ADMIN")
	k.Org.LimitRole(p.ID, "USER_ADMIN", "Finance")
	k.Org.JoinGroup(p.ID, "Okta Group Administrators")
	for r := range holds(t, k, p.ID) {
		page := c.Get("/users/" + p.ID + "/roles/" + r.ID.String() + "?held=" + r.AssignmentType)
		if limited := page.Has("reaches 1 group and nothing else"); limited && r.AssignmentType == "GROUP" {
			t.Errorf("the role held through the group reaches everything: %s", short(page))
		}
	}
}
