package desk

import (
	"net/http"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// holds gives somebody a role and opens its page.
func holds(v *console.Visit, p oktasim.Person, kind, label string) {
	v.Org.GrantRole(p.ID, kind)
	v.NextCall(p)
	v.Tab("Roles")
	v.Go(v.Link(label))
}

// search finds what a role may be limited to.
func search(v *console.Visit, what, text string) {
	f := v.Field("Find " + what + " by name")
	f.Fill(text)
	f.Press("Enter")
	v.Ready()
}

// The first limit takes everything else out of reach, which is said before the
// click; a second adds to it, one of two can go, the last cannot, and a swap adds
// before it removes.
func TestGroupTargets(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Ordinary(1)[0]
	holds(v, p, "HELP_DESK_ADMIN", "Help Desk Administrator")
	v.See("Nothing limits it")
	search(v, "groups", "Support")
	d := v.Opens(v.Line("Support").Button("Add"), "targets.add_group")
	d.See("Today the role reaches everything. From then on it reaches only Support.")
	console.Why{}.Fill(d)
	v.Org.Reset()
	v.Confirms("targets.add_group")
	v.See("Okta added the group.", "This role reaches 1 group and nothing else.")
	v.Reasons()
	v.See("This is the only limit")
	covers(t, v, "AddGroupTargetToRole", "ListGroupTargetsForRole")
	sentOnce(t, v, "AddGroupTargetToRole")
	done(t, v, p, "targets.add_group", console.Reason, "ACTIVE")

	search(v, "groups", "Finance")
	v.Press(v.Line("Finance").Button("Add"), "targets.add_group", console.Why{Choose: []string{"Swap: take Support away afterwards"}})
	v.See("It took Support away after that.")
	if got := limits(v, p, "HELP_DESK_ADMIN"); got != "Finance" {
		t.Errorf("it is limited to %q", got)
	}
	search(v, "groups", "Sales")
	v.Press(v.Line("Sales").Button("Add"), "targets.add_group", console.Why{})
	v.See("Okta added the group.", "This role reaches 2 groups and nothing else.")
	v.Org.Reset()
	v.Press(v.Line("Finance").Button("Remove"), "targets.remove_group", console.Why{})
	v.See("Okta took the group from the role.")
	covers(t, v, "RemoveGroupTargetFromRole")
	sentOnce(t, v, "RemoveGroupTargetFromRole")
	if got := limits(v, p, "HELP_DESK_ADMIN"); got != "Sales" {
		t.Errorf("it is limited to %q", got)
	}
}

// An app administrator is limited to apps and to instances of apps, and widened to
// all of them again, which takes two.
func TestAppTargets(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Enter(t, "admin", browser.Options{})
	p := v.Ordinary(1)[0]
	holds(v, p, "APP_ADMIN", "Application Administrator")
	search(v, "apps", "Salesforce")
	v.Org.Reset()
	v.Press(v.Line("Salesforce Sandbox").Button("Add"), "targets.add_instance", console.Why{})
	v.See("Okta added the app instance.", "This role reaches 1 app and nothing else.")
	covers(t, v, "AddApplicationTargetToAppAdminRoleForUser", "ListApplicationTargetsForApplicationAdministratorRoleForUser")
	sentOnce(t, v, "AddApplicationTargetToAppAdminRoleForUser")
	for _, app := range []string{"Slack", "Zoom"} {
		search(v, "apps", app)
		v.Org.Reset()
		v.Press(v.Line(app).Button("Add every instance"), "targets.add_app", console.Why{})
		v.See("Okta added the app.")
		covers(t, v, "AddApplicationTargetToAdminRoleForUser")
		sentOnce(t, v, "AddApplicationTargetToAdminRoleForUser")
	}
	v.See("This role reaches 3 apps and nothing else.")
	v.Org.Reset()
	v.Press(v.Line("one instance of salesforce").Button("Remove"), "targets.remove_instance", console.Why{})
	v.See("Okta took the app instance from the role.")
	covers(t, v, "RemoveApplicationTargetFromAdministratorRoleForUser")
	sentOnce(t, v, "RemoveApplicationTargetFromAdministratorRoleForUser")
	v.Org.Reset()
	v.Press(v.Line("Zoom").Button("Remove"), "targets.remove_app", console.Why{})
	v.See("Okta took the app from the role.", "This role reaches 1 app and nothing else.")
	covers(t, v, "RemoveApplicationTargetFromApplicationAdministratorRoleForUser")
	sentOnce(t, v, "RemoveApplicationTargetFromApplicationAdministratorRoleForUser")
	v.Org.Reset()
	d := v.Opens(v.Button("Widen to all apps"), "targets.add_all_apps")
	d.See("Without a limit Application Administrator reaches the groups and the app by which people get into this console: somebody else has to approve.")
	console.Why{}.Fill(d)
	d.Button("Ask for approval").Click()
	v.See("It waits for approval.")
	nothingSent(t, v)
	approve(t, c.Enter(t, "owner", browser.Options{}), "Widen the role of "+console.Name(p)+" to all apps", "Okta widened the role to every app.")
	covers(t, v, "AddAllAppsAsTargetToRole")
	sentOnce(t, v, "AddAllAppsAsTargetToRole")
	if got := limits(v, p, "APP_ADMIN"); got != "" {
		t.Errorf("it is limited to %q", got)
	}
}

// Okta wants an app's name to take one of its instances away, and only the list of
// apps tells that: without the right to it the button explains itself.
func TestInstanceWithoutApps(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	v.Org.Faults([]oktasim.Fault{{Operation: "GetApp", Status: http.StatusForbidden}, {Operation: "ListApps", Status: http.StatusForbidden}})
	v.NextCall(v.Org.LimitedAdmin("APP_ADMIN"))
	v.Tab("Roles")
	v.Go(v.Link("Application Administrator"))
	v.Reasons()
	v.See("To take an instance away Okta wants the name of its app", "okta.apps.read")
}

// The helpdesk sees what a role reaches and changes nothing of it.
func TestTargetsAreClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Org.LimitedAdmin("HELP_DESK_ADMIN"))
	v.Tab("Roles")
	v.Go(v.Link("Help Desk Administrator"))
	v.See("This role reaches 2 groups and nothing else.", "Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	if v.Button("Remove role").Visible() {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}
