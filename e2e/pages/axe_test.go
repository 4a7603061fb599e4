package pages

import (
	"net/http"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

var wide = browser.Options{Width: 1360, Height: 900}

// Every page, in both themes, with everything open that opens.
func TestAxeOnPages(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Arrive(t, wide)
	v.Axe()
	v.Picture("sign-in")
	v.SignIn("helpdesk")
	v.Axe()
	worked(t, v)
	v.Again()
	v.See("INC-4711")
	v.Axe()
	v.Picture("home")
	v.Search().Type("an")
	v.Link("Ann Vo").Shown()
	v.Axe()
	v.Picture("results")
	v.Search().Fill("Xqzzy Nobody")
	v.Heading("Nobody found").Shown()
	v.Axe()
	v.Link("People").Click()
	v.See("Type a name")
	v.Axe()
	v.Link("Record").Click()
	v.See("Your own acts", "INC-4711")
	v.Role("table", "").At(0).Role("group", "").At(0).Click()
	v.See("Session")
	v.Axe()
	v.Picture("record")
	v.Button("Keys ?").Click()
	v.Dialog("Keys").Shown()
	v.Axe()
	v.Key("Escape")
	v.Role("button", "").Having("Dana Kim").Click()
	v.Button("Sign out").Shown()
	v.Axe()
	v.Button("Sign out").Click()
	v.Heading("You are signed out").Shown()
	v.Axe()
}

// A person's page in every status, with the menu, and every dialog.
func TestAxeOnAPerson(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", wide)
	for _, s := range desk.Statuses() {
		p := v.Org.FirstWith(string(s))
		v.NextCall(p)
		v.ShowsStatus(string(s))
		v.More()
		v.Axe()
		v.Key("Escape")
	}
	v.Find("Ann Vo")
	v.Axe()
	v.Picture("person-light")
	console.Why{Reason: "Mistyped it after a holiday", Ticket: "INC-4711"}.Fill(v.Ask("Unlock"))
	v.Picture("dialog")
}

func TestAxeOnDialogs(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", wide)
	for _, s := range desk.Catalog() {
		if s.Confirm == "" {
			continue
		}
		for _, status := range []string{"ACTIVE", "STAGED", "PROVISIONED", "SUSPENDED", "LOCKED_OUT"} {
			p := v.Org.FirstWith(status)
			v.NextCall(p)
			if !v.Offered(s.Title) {
				continue
			}
			d := v.Ask(s.Title)
			d.Field("Reason").Focused()
			v.Axe()
			d.Field("Reason").Fill("   ab")
			d.Button("Cancel").Click()
			break
		}
	}
}

// What goes wrong has to be readable as well.
func TestAxeOnProblems(t *testing.T) {
	t.Parallel()
	v := console.Serve(t, testkit.Options{OktaReads: 1e9}).Enter(t, "helpdesk", wide)
	unlock := "/users/*/lifecycle/unlock"
	for _, code := range []int{http.StatusUnprocessableEntity, http.StatusBadGateway} {
		v.Expect(code, unlock)
	}
	v.Find("Ann Vo")
	d := v.Ask("Unlock")
	d.Field("Reason").Fill("  a  ")
	v.Confirm("Unlock")
	d.See("Give a reason")
	v.Axe()
	d.Field("Reason").Fill("Called in")
	v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Drop: "after-act"}})
	v.Confirm("Unlock")
	v.See("The outcome is unknown.")
	v.Axe()
	v.Act("Temporary password", console.Why{})
	v.See("It can be shown once")
	v.Axe()
	v.Reveal("temporary password")
	v.Text("Read aloud").Click()
	v.Axe()
	v.Act("Suspend", console.Why{})
	v.See("Okta suspended the account.") // a toast
	v.Axe()
	v.Org.Faults([]oktasim.Fault{{Operation: "UnsuspendUser", Limit: "rate"}})
	v.Expect(http.StatusServiceUnavailable, "/users/*/lifecycle/unsuspend")
	v.Act("Unsuspend", console.Why{})
	v.See("Try again in")
	v.Axe()

	v.Expect(http.StatusBadGateway, "/users")
	v.Expect(http.StatusBadGateway, "/users/*")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListUserGroups", Status: 403}, {Operation: "ListFactors", Status: 500}, {Operation: "ListAssignedRolesForUser", Limit: "rate"}})
	v.Again()
	v.See("Protected account.", "okta.users.read")
	v.Axe()
	v.Org.Faults([]oktasim.Fault{{Operation: "*", Status: 503}})
	v.Again()
	v.Heading("Okta could not be asked").Shown()
	v.Axe()
	v.Search().Fill("ann")
	v.Heading("People").Shown()
	v.See("Okta answered with an error")
	v.Axe()
}

// Who may not do a thing is told so on a page as good as the others.
func TestAxeOnRefusals(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Enter(t, "helpdesk", wide)
	v.NextCall(v.Org.AdminWith("SUPER_ADMIN"))
	v.See("Protected account.")
	v.Axe()
	v.Picture("refused")
	v.More()
	v.See("protected.admins")
	v.Axe()
	v.Expect(http.StatusNotFound, "/nowhere")
	v.Expect(http.StatusNotFound, "/users/00uNobodyOfThisName")
	v.Page.Open("/nowhere")
	v.See("There is no such page here.")
	v.Axe()
	v.Page.Open("/users/00uNobodyOfThisName")
	v.See("Not found")
	v.Axe()

	visitor := c.Arrive(t, wide)
	visitor.Expect(http.StatusForbidden, "/")
	visitor.SignIn("visitor")
	visitor.See("You may not do this")
	visitor.Axe()
	auditor := c.Enter(t, "auditor", wide)
	worked(t, auditor)
	auditor.Link("Record").Click()
	auditor.See("INC-4712")
	auditor.Axe()
}
