package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// assigning is the form that gives somebody a role limited to Support.
func assigning(t *testing.T, k *testkit.Kit, c *testkit.Client, p oktasim.Person) *testkit.Form {
	t.Helper()
	f := formAt(t, c, "/users/"+p.ID+"/roles/new?type=HELP_DESK_ADMIN&group="+k.Org.GroupID("Support"), "/roles/new/HELP_DESK_ADMIN")
	k.Org.Reset()
	return f
}

// rolesOf are the roles that somebody holds, each with what it is limited to.
func rolesOf(k *testkit.Kit, id string) string {
	p, _ := k.Org.Person(id)
	return strings.TrimSpace(strings.Join(p.Roles, ",") + " " + strings.Join(k.Org.RoleTargets(id, "HELP_DESK_ADMIN"), ","))
}

// A limit that Okta refuses takes the role back: nobody is left with more than was
// chosen.
func TestAssignTakenBack(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	for i, p := range ordinary(t, k, 3) {
		f := assigning(t, k, c, p)
		fault := oktasim.Fault{Operation: "AddGroupTargetToRole", Status: []int{400, 404, 403}[i]}
		k.Org.Faults([]oktasim.Fault{fault})
		got := c.Post(f.Action, f.Values)
		if want := []string{"AssignRoleToUser", "AddGroupTargetToRole", "RemoveRoleFromUser"}; got.Status != http.StatusConflict || !slices.Equal(calledInOrder(k), want) || rolesOf(k, p.ID) != "" ||
			!got.Has("could not be limited as chosen, so it was taken back") {
			t.Errorf("%d: %d, %v, holds %q: %s", fault.Status, got.Status, calledInOrder(k), rolesOf(k, p.ID), short(got))
		}
		if a := onlyAct(t, k, p.ID, "roles.assign"); a.End == nil || a.End.Result != audit.Failed || !strings.Contains(a.Params, "type=HELP_DESK_ADMIN groups="+k.Org.GroupID("Support")) {
			t.Errorf("%d: recorded %+v %+v", fault.Status, a, a.End)
		}
		k.Org.Reset()
	}
}

// An assignment whose answer is lost is looked for, and gets its limit.
func TestAssignWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	people := ordinary(t, k, 3)
	f := assigning(t, k, c, people[0])
	k.Org.Faults([]oktasim.Fault{{Operation: "AssignRoleToUser", Drop: "after-act", Times: 1}})
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusOK || rolesOf(k, people[0].ID) != "HELP_DESK_ADMIN Support" || sent(k, "AssignRoleToUser") != 1 {
		t.Errorf("done: %d, %v, holds %q: %s", got.Status, calledInOrder(k), rolesOf(k, people[0].ID), short(got))
	}
	f = assigning(t, k, c, people[1])
	k.Org.Faults([]oktasim.Fault{{Operation: "AssignRoleToUser", Drop: "after-read", Times: 1}})
	got = c.Post(f.Action, f.Values)
	if got.Status != http.StatusBadGateway || rolesOf(k, people[1].ID) != "" || sent(k, "AssignRoleToUser") != 1 || !got.Has("We looked: the role is not assigned") {
		t.Errorf("not done: %d, %v, holds %q: %s", got.Status, calledInOrder(k), rolesOf(k, people[1].ID), short(got))
	}
	if a := onlyAct(t, k, people[1].ID, "roles.assign"); a.End == nil || a.End.Detail == "not sent" || a.End.Detail == "refused" || a.End.Status != 0 {
		t.Errorf("not done: it was sent and not answered, and is recorded as %+v", a.End)
	}
	f = assigning(t, k, c, people[2])
	k.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Drop: "after-act", Times: 1}})
	got = c.Post(f.Action, f.Values)
	if held := rolesOf(k, people[2].ID); held != "" && held != "HELP_DESK_ADMIN Support" || sent(k, "AssignRoleToUser") != 1 {
		t.Errorf("the limit's answer is lost: %d, %v, holds %q: %s", got.Status, calledInOrder(k), held, short(got))
	}
}

// A role that can neither be limited nor taken back is told as an alarm, its row
// stays open, and the next look at the person goes on with it.
func TestAssignThatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	for name, heals := range map[string]bool{"limited later": true, "taken back later": false} {
		k := testkit.New(t)
		c := k.As("admin")
		p := ordinary(t, k, 1)[0]
		f := assigning(t, k, c, p)
		k.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Status: 400}, {Operation: "RemoveRoleFromUser", Status: 500}})
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusBadGateway || rolesOf(k, p.ID) != "HELP_DESK_ADMIN" || !got.Has("could not be limited, nor taken back: it may reach everything") {
			t.Errorf("%s: %d, holds %q: %s", name, got.Status, rolesOf(k, p.ID), short(got))
		}
		if open, err := k.Record.Open(t.Context(), p.ID); err != nil || len(open) != 1 {
			t.Errorf("%s: %d open rows (%v)", name, len(open), err)
		}
		k.Org.Reset()
		want := "HELP_DESK_ADMIN Support"
		if !heals {
			k.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Status: 400}})
			want = ""
		}
		c.Get("/users/" + p.ID + "/roles")
		if rolesOf(k, p.ID) != want {
			t.Errorf("%s: holds %q after a look", name, rolesOf(k, p.ID))
		}
		if a := onlyAct(t, k, p.ID, "roles.assign"); a.End == nil || a.End.Result != audit.Settled || !strings.Contains(a.End.Detail, map[bool]string{true: "was limited now", false: "was taken back"}[heals]) {
			t.Errorf("%s: recorded %+v", name, a.End)
		}
	}
}

// The page on which a cut-off assignment is settled shows the role as it is then:
// limited, or not there any more.
func TestSettledRoleIsShown(t *testing.T) {
	t.Parallel()
	for name, later := range map[string][]oktasim.Fault{"limited": nil, "taken back": {{Operation: "AddGroupTargetToRole", Status: 400}}} {
		k := testkit.New(t)
		c := k.As("admin")
		p := ordinary(t, k, 1)[0]
		f := assigning(t, k, c, p)
		k.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Status: 400}, {Operation: "RemoveRoleFromUser", Status: 500}})
		c.Post(f.Action, f.Values)
		k.Org.Reset()
		k.Org.Faults(later)
		page := c.Get("/users/" + p.ID + "/roles")
		if held := strings.Contains(page.Body, "/roles/"+helpDeskID); held != (later == nil) || held != page.Has("Support") || page.Has("everything") {
			t.Errorf("%s: %s", name, short(page))
		}
	}
}

// The confirmation page does what it says: without a limit the role reaches
// everything, and both are told before.
func TestAssignSaysTheReach(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	p := ordinary(t, k, 1)[0]
	path := "/users/" + p.ID + "/roles/new?type=HELP_DESK_ADMIN"
	if page := c.Get(path); !page.Has("no limit is chosen") {
		t.Errorf("without: %s", short(page))
	}
	if page := c.Get(path + "&group=" + k.Org.GroupID("Support")); !page.Has("It reaches only Support.") || page.Has("no limit is chosen") {
		t.Errorf("with: %s", short(page))
	}
}
