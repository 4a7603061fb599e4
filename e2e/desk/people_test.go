package desk

import (
	"net/http"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// typeNew fills in who somebody new is.
func typeNew(v *console.Visit, first, last, login string) {
	v.Field("First name required").Fill(first)
	v.Field("Last name required").Fill(last)
	v.Field("Username required").Fill(login)
	v.Field("Primary email required").Fill(login)
	v.Field("Reason").Fill(console.Reason)
}

// Somebody new is made with a first password, shown once, in a group that was
// searched for; a login that is taken is said at the field, with nothing lost.
func TestCreatePerson(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	v.Link("People").Click()
	v.Go(v.Link("New person"))
	v.Org.Reset()
	v.Expect(http.StatusUnprocessableEntity, "/users")
	typeNew(v, "Nell", "Abara", v.Ann().Login)
	v.Field("Make a first password and show it once").Click()
	v.Field("Find groups by name").Fill("Supp")
	v.Button("Find").Click()
	v.Text("Support").At(-1).Click()
	v.Button("Create").Click()
	v.See("already exists")
	v.Field("First name required").Holds("Nell")
	v.Field("Username required").Fill("nell.abara@brightwater.example")
	v.Field("Primary email required").Fill("nell.abara@brightwater.example")
	v.Org.Reset()
	v.Button("Create").Click()
	v.See("Okta created the account.")
	password := v.Reveal("first password")
	v.Heading("Nell Abara").Shown()
	covers(t, v, "CreateUser")
	sentOnce(t, v, "CreateUser")
	p, ok := v.Org.ByLogin("nell.abara@brightwater.example")
	if !ok || p.Status != "PASSWORD_EXPIRED" || len(p.Groups) != 2 || p.Groups[1] != "Support" {
		t.Errorf("the organisation has %+v", p)
	}
	done(t, v, p, "users.create", console.Reason, "PASSWORD_EXPIRED")
	if !v.Org.CheckPassword(p.ID, password) {
		t.Error("the password that was shown is not the account's")
	}
}

// Staged people wait for somebody to activate them.
func TestCreateStaged(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	v.Link("People").Click()
	v.Go(v.Link("New person"))
	typeNew(v, "Nell", "Abara", "nell.abara@brightwater.example")
	v.Text("Only stage it").At(-1).Click()
	v.Button("Create").Click()
	v.See("Okta created the account.", "never activated")
	if p, _ := v.Org.ByLogin("nell.abara@brightwater.example"); p.Status != "STAGED" {
		t.Errorf("the organisation has %+v", p)
	}
}

// The helpdesk makes nobody: there is no button, and the page says whom to ask.
func TestCreateIsClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Link("People").Click()
	v.Heading("People").Shown()
	if v.Link("New person").Visible() {
		t.Error("it is offered")
	}
	v.Page.Open("/users/new")
	v.See("Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	nothingSent(t, v)
}

// Deactivating and erasing are two acts: the second is offered when the first is
// done, wants the login typed out, and leaves nobody.
func TestErase(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Enter(t, "admin", browser.Options{})
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Org.Reset()
	explained(t, v, action{title: "Erase", only: "Deactivated"}, "ACTIVE")
	v.Key("Escape")
	v.Act("Deactivate", console.Why{})
	v.See("Okta deactivated the account.")
	v.Org.Reset()
	v.Expect(http.StatusUnprocessableEntity, "/users/*/erase")
	d := v.Ask("Erase")
	d.See("Okta forgets", "Nothing of it can be brought back.")
	console.Why{}.Fill(d)
	typed := d.Field("Type the login, " + p.Login + ", to confirm")
	typed.Fill("somebody.else@brightwater.example")
	d.Button("Ask for approval").Click()
	d.See("Type the login")
	nothingSent(t, v)
	typed.Fill(p.Login)
	d.Button("Ask for approval").Click()
	v.See("It waits for approval.")
	v.NextCall(p)
	v.See("Erase waits for approval.")
	nothingSent(t, v)
	approve(t, c.Enter(t, "owner", browser.Options{}), "Erase "+console.Name(p)+" for good", "Okta erased the account")
	covers(t, v, "DeactivateOrDeleteUser")
	sentOnce(t, v, "DeactivateOrDeleteUser")
	if _, there := v.Org.Person(p.ID); there {
		t.Error("the account is still there")
	}
	if a := v.Row(p); a.Action != "users.erase" || a.End == nil || a.End.Detail != "the account is gone" || a.Target != p.Login {
		t.Errorf("the record says %+v", a)
	}
	v.Search().Fill(p.Login)
	v.Heading("Nobody found").Shown()
}

// The helpdesk deactivates and erases nobody, and is told who does.
func TestEraseIsClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Org.FirstWith("DEPROVISIONED"))
	v.Org.Reset()
	if v.Offered("Erase") {
		t.Error("it is offered")
	}
	v.See("Erase", "Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	nothingSent(t, v)
}
