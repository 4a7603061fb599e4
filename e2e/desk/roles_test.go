package desk

import (
	"net/http"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/desk"
)

// An administrator's account is closed to the helpdesk: the page says why, by
// which rule, whom to ask, and offers nothing.
func TestAdminsAreClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	for _, c := range []struct{ role, label, ask string }{
		{"HELP_DESK_ADMIN", "Help Desk Administrator", "Ask a member of Keydesk Admins."},
		{"SUPER_ADMIN", "Super Administrator", "Ask a member of Keydesk Owners."},
	} {
		t.Run(c.role, func(t *testing.T) {
			v := v.With(t)
			p := v.Org.AdminWith(c.role)
			v.Org.Reset()
			v.NextCall(p)
			v.See("Protected account.", c.label, "directly", c.ask)
			for _, s := range desk.Catalog() {
				if s.Confirm != "" && v.Button(s.Title).Visible() {
					t.Errorf("%s is offered", s.Title)
				}
			}
			v.More()
			v.See("protected.admins", p.FirstName+" "+p.LastName+" holds")
			covers(t, v, "ListAssignedRolesForUser")
			nothingSent(t, v)
			if a := v.Row(p); a.Action != "users.get" || a.Detail != "admin roles shown" {
				t.Errorf("the look at an administrator is recorded as %+v", a.Row)
			}
		})
	}
}

// A role held through a group protects as much as one held directly.
func TestRoleThroughAGroup(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Org.GroupAdmin("USER_ADMIN"))
	v.See("Protected account.", "holds Group Administrator through a group", "through Okta Group Administrators", "Ask a member of Keydesk Admins.")
	if v.Offered("Suspend") {
		t.Error("to suspend is offered")
	}
}

// What is closed to the helpdesk is open to an admin of the console.
func TestAdminsAreOpenToAdmins(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	p := v.Org.AdminWith("HELP_DESK_ADMIN")
	v.NextCall(p)
	v.See("Administrator", "Help Desk Administrator")
	v.Gone("Protected account.")
	v.Org.Reset()
	v.Act("Suspend", console.Why{Reason: "Leaves the team today", Ticket: "HR-12"})
	v.See("Okta suspended the account.", "HR-12")
	v.ShowsStatus("SUSPENDED")
	status(t, v, p, "SUSPENDED")
	sentOnce(t, v, "SuspendUser")
	done(t, v, p, "suspend", "Leaves the team today", "SUSPENDED")
}

// A role gained after the page was shown closes the account all the same: the
// roles are read again, nothing is sent, and the page has no buttons any more.
func TestRoleGainedAfterThePage(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	d := v.Ask("Reset factors")
	console.Why{}.Fill(d)
	v.Org.GrantRole(p.ID, "USER_ADMIN")
	v.Org.Reset()
	v.Expect(http.StatusForbidden, "/users/*/lifecycle/reset_factors")
	v.Confirm("Reset factors")
	v.See("This account is protected.", "protected.admins", "Ask a member of Keydesk Admins.")
	if v.Offered("Reset factors") {
		t.Error("it is still offered")
	}
	nothingSent(t, v)
	refused(t, v, p, "reset_factors", "protected.admins")
	if n := v.Now(p).Factors; n == 0 {
		t.Error("the factors are gone")
	}
}

// Nobody acts on himself, on a colleague, or on the account that the console
// itself works with.
func TestClosedAccounts(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	colleague, _ := v.Org.ByLogin("mei.tanaka@brightwater.example")
	service, _ := v.Org.Person(v.Org.TokenOwner())
	v.NextCall(v.Staff("helpdesk"))
	v.See("Yourself", "Nobody changes their own account from here.", "Ask a colleague.")
	v.NextCall(colleague)
	v.See("Console staff", "works in this console as helpdesk", "Ask a member of Keydesk Owners.")
	v.NextCall(service)
	v.See("Reserved account", "owns the credential", "Use Okta's own console.")
	nothingSent(t, v)
}

// An auditor looks at everything and is offered nothing.
func TestAuditorChangesNothing(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "auditor")
	v.Find("Ann Vo")
	v.See("Ann is locked out")
	if v.Offered("Unlock") {
		t.Error("an auditor is offered to unlock")
	}
	v.See("Your role, auditor, does not include this.", "Ask a member of Keydesk Helpdesk or Keydesk Admins or Keydesk Owners.", "permission.lifecycle.act")
}
