package pages

import (
	"net/http"
	"testing"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
)

// Without JavaScript an agent finds, reads and acts: every form is a form.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{NoScript: true})
	v.Find("Ann Vo")
	v.See("Ann is locked out after too many wrong passwords.", "Everyone", "Nobody has done anything to this account from here.")
	if v.Button("Copy login").Visible() {
		t.Error("there is a copy button that cannot copy")
	}
	v.Org.Reset()
	v.Act("Unlock", console.Why{Reason: "Called back", Ticket: "INC-8"})
	v.See("Okta unlocked the account.", "Called back", "INC-8", "Everyone")
	v.ShowsStatus("ACTIVE")
	if got := v.Now(v.Ann()).Status; got != "ACTIVE" || v.Writes() != 1 {
		t.Errorf("Ann is %s after %d changes", got, v.Writes())
	}
	if a := v.Row(v.Ann()); a.End == nil || a.End.Result != audit.Done || a.Reason != "Called back" {
		t.Errorf("the record says %+v", a)
	}
	v.More()
	v.See("Okta allows this only for accounts that are Locked out; this one is Active.")
	v.Link("Record").Click()
	v.See("Called back")
	v.Field("Contains").Fill("nothing like it")
	v.Button("Search").Click()
	v.See("No row of the record matches.")
	v.SignOut("helpdesk")
}

// What is wrong comes back as a page, with what was typed.
func TestProblemsWithoutScript(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{NoScript: true})
	v.Find("Ann Vo")
	v.Expect(http.StatusUnprocessableEntity, "/users/*/lifecycle/unlock")
	v.Expect(http.StatusBadGateway, "/users/*/lifecycle/unlock")
	d := v.Ask("Unlock")
	d.Field("Reason").Fill("  a  ")
	d.Field("Ticket optional").Fill("INC-5")
	v.Confirm("Unlock")
	d.See("Give a reason of three letters or more")
	d.Field("Ticket optional").Holds("INC-5")
	v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Drop: "after-read"}})
	d.Field("Reason").Fill("Called back")
	v.Confirm("Unlock")
	v.See("The outcome is unknown.", "we looked", "still Locked out")
	if got := v.Now(v.Ann()).Status; got != "LOCKED_OUT" {
		t.Errorf("Ann is %s", got)
	}
	v.Org.Reset()
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Act("Temporary password", console.Why{})
	v.See("Okta set a temporary password.")
	v.Reveal("temporary password")
	v.NextCall(p)
	v.ShowsStatus("PASSWORD_EXPIRED")
	v.NextCall(p)
	v.Gone("Shown once.")
}

// A quick agent types before the script has come; nothing of it is lost.
func TestTypedBeforeTheScript(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	held := make(chan playwright.Route, 1)
	if err := v.Route("**/htmx*.js", func(r playwright.Route) { held <- r }); err != nil {
		t.Fatal(err)
	}
	v.Link("Home").Click()
	script := <-held
	v.Search().Fill("Ann Vo")
	if err := script.Continue(); err != nil {
		t.Fatal(err)
	}
	v.Link("Ann Vo").Click()
	v.Heading("Ann Vo").Shown()
}

// A theme is chosen by hand, and kept.
func TestTheme(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", wide)
	v.Find("Ann Vo")
	light := ground(t, v)
	v.Button("Dana Kim Helpdesk").Click()
	v.Button("Dark").Click()
	v.Heading("Ann Vo").Shown()
	dark := ground(t, v)
	if light == dark {
		t.Errorf("both themes have the ground %s", light)
	}
	v.Picture("person-dark")
	v.Home()
	if got := ground(t, v); got != dark {
		t.Errorf("the theme is lost on the next page: %s", got)
	}
	v.Button("Dana Kim Helpdesk").Click()
	v.Button("System").Click()
	v.Heading("Who is calling?").Shown()
	if got := ground(t, v); got != light {
		t.Errorf("the system's theme is %s", got)
	}
}

func ground(t *testing.T, v *console.Visit) string {
	t.Helper()
	c, err := v.Evaluate("getComputedStyle(document.body).backgroundColor")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := c.(string)
	return s
}
