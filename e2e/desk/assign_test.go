package desk

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// limits are what a person's role is limited to in the organisation.
func limits(v *console.Visit, p oktasim.Person, kind string) string {
	got := v.Org.RoleTargets(p.ID, kind)
	slices.Sort(got)
	return strings.Join(got, ", ")
}

// A role limited to a group is assigned in six clicks, counted from the person,
// and taken away again.
func TestAssignLimitedRole(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Roles") // 1
	v.See("None, neither directly nor through a group.")
	v.Go(v.Link("Assign a role"))                                                 // 2
	v.Go(v.Link("Help Desk Administrator All groups, or those it is limited to")) // 3
	v.See("every group")
	v.Field("Find groups by name").Fill("Supp")
	v.Field("Find groups by name").Press("Enter")
	v.Go(v.Link("Add Support")) // 4
	v.See("The role will reach 1 group and nothing else: Support.")
	v.Org.Reset()
	d := v.Opens(v.Button("Assign Help Desk Administrator"), "roles.assign") // 5
	d.See("It reaches only Support.")
	console.Why{}.Fill(d)
	v.Confirms("roles.assign") // 6
	v.See("Okta assigned the role.", "Support")
	covers(t, v, "AssignRoleToUser", "AddGroupTargetToRole")
	done(t, v, p, "roles.assign", console.Reason, "ACTIVE")
	if got := limits(v, p, "HELP_DESK_ADMIN"); got != "Support" {
		t.Errorf("it is limited to %q", got)
	}
	v.Org.Reset()
	v.Go(v.Link("Help Desk Administrator"))
	covers(t, v, "GetUserRole", "ListGroupTargetsForRole")
	v.See("This role reaches 1 group and nothing else.")
	v.Press(v.Button("Remove role"), "roles.remove", console.Why{})
	v.See("Okta removed the role.", "None, neither directly nor through a group.")
	covers(t, v, "RemoveRoleFromUser")
	sentOnce(t, v, "RemoveRoleFromUser")
	if got := v.Now(p).Roles; len(got) != 0 {
		t.Errorf("the person holds %v", got)
	}
}

// Without a limit the page says in so many words that the role reaches everything.
func TestAssignUnlimitedRole(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Roles")
	v.Go(v.Link("Assign a role"))
	v.Go(v.Link("Read-only Administrator The whole organisation"))
	d := v.Opens(v.Button("Assign Read-only Administrator"), "roles.assign")
	d.See("It reaches the whole organisation.")
	console.Why{}.Fill(d)
	v.Confirms("roles.assign")
	v.See("Okta assigned the role.")
	if got := v.Now(p).Roles; !slices.Equal(got, []string{"READ_ONLY_ADMIN"}) {
		t.Errorf("the person holds %v", got)
	}
}

// A limit that Okta refuses takes the role back: nobody is left with more than was
// chosen.
func TestAssignTakesTheRoleBack(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Page.Open("/users/" + p.ID + "/roles/new?type=HELP_DESK_ADMIN&group=" + v.Org.GroupID("Support"))
	v.Org.Faults([]oktasim.Fault{{Operation: "AddGroupTargetToRole", Status: http.StatusBadRequest}})
	v.Expect(http.StatusConflict, "/users/*/roles/new/HELP_DESK_ADMIN")
	v.Press(v.Button("Assign Help Desk Administrator"), "roles.assign", console.Why{})
	v.See("The role could not be limited as chosen, so it was taken back.")
	if got := v.Now(p).Roles; len(got) != 0 {
		t.Errorf("the person holds %v", got)
	}
}

// A role held through a group is changed at the group, which the page says.
func TestRoleOfAGroup(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	v.NextCall(v.Org.GroupAdmin("USER_ADMIN"))
	v.Tab("Roles")
	v.See("through Okta Group Administrators", "changed at the group")
	v.Go(v.Link("Group Administrator"))
	v.Reasons()
	v.See("This role is held through Okta Group Administrators")
	if v.Button("Remove role").Visible() {
		t.Error("it is offered")
	}
}

// The helpdesk assigns nothing, and is told whom to ask.
func TestRolesAreClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Ordinary(1)[0])
	v.Tab("Roles")
	v.See("Assign a role", "Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	if v.Link("Assign a role").Visible() {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}
