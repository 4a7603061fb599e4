package pages

import (
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// On a telephone nothing has to be scrolled sideways for, and what the agent
// most likely needs is in the first screen.
func TestPhone(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Arrive(t, browser.Options{Width: 390, Height: 844, Touch: true})
	fits(t, v)
	v.SignIn("helpdesk")
	fits(t, v)
	inFirstScreen(t, v, "the search", v.Search())
	inFirstScreen(t, v, "who is locked out", v.Role("link", "").Having("Locked out now"))
	worked(t, v)
	v.Search().Type("an")
	v.Link("Ann Vo").Shown()
	fits(t, v)
	v.Find("Ann Vo")
	fits(t, v)
	inFirstScreen(t, v, "the likely action", v.Button("Unlock"))
	inFirstScreen(t, v, "why she cannot sign in", v.Text("Ann is locked out after too many wrong passwords."))
	v.Picture("person-phone")
	v.More()
	fits(t, v)
	v.Key("Escape")
	d := v.Ask("Unlock")
	fits(t, v)
	inFirstScreen(t, v, "the reason", d.Field("Reason"))
	inFirstScreen(t, v, "the button that confirms", v.ConfirmButton("Unlock"))
	console.Why{}.Fill(d)
	v.Confirm("Unlock")
	v.See("Okta unlocked the account.")
	fits(t, v)
	if got := v.Now(v.Ann()).Status; got != "ACTIVE" {
		t.Errorf("Ann is %s", got)
	}
	v.Link("Record").Click()
	v.See("INC-4711")
	v.Role("table", "").At(0).Role("group", "").At(0).Click()
	v.See("Session")
	fits(t, v)
	v.Button("Dana Kim Helpdesk").Click()
	fits(t, v)
}

// Long dialogs and long names stay within the screen.
func TestPhoneWithMuchToSay(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{Width: 390, Height: 844, Touch: true})
	p := v.Ordinary(1)[0]
	v.Org.SetProfile(p.ID, "lastName", "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh")
	v.Org.SetProfile(p.ID, "title", "Principal deputy assistant to the undersecretary for procurement")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListUserGroups", Status: 403}})
	v.FindBy(p.Login, p.FirstName+" Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh")
	fits(t, v)
	v.Org.Reset()
	v.Again()
	d := v.Ask("Reset password")
	fits(t, v)
	inFirstScreen(t, v, "the reason", d.Field("Reason"))
	v.Key("Escape")
	v.Act("Temporary password", console.Why{})
	v.Reveal("temporary password")
	v.Text("Read aloud").Click()
	fits(t, v)
	v.NextCall(v.Org.AdminWith("SUPER_ADMIN"))
	v.See("Protected account.")
	fits(t, v)
}

// Enlarged to twice the size, 1280 points are 640.
func TestZoom(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{Width: 640, Height: 400})
	worked(t, v)
	v.Again()
	fits(t, v)
	v.Search().Type("an")
	v.Link("Ann Vo").Shown()
	fits(t, v)
	v.Find("Ann Vo")
	fits(t, v)
	v.More()
	v.Button("Deactivate").Shown()
	fits(t, v)
	v.Key("Escape")
	v.Act("Unlock", console.Why{Ticket: "INC-1"})
	v.See("Okta unlocked the account.")
	v.ShowsStatus("ACTIVE")
	fits(t, v)
	v.Link("Record").Click()
	v.See("INC-1")
	fits(t, v)
}
