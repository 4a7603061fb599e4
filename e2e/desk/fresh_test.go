package desk

import (
	"strings"
	"testing"
	"time"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// later lets time go by while the page is used, so that the session goes on.
func later(v *console.Visit, d time.Duration) {
	for d > 0 {
		step := min(d, 10*time.Minute)
		v.Kit.Advance(step)
		v.Again()
		d -= step
	}
}

// Whoever signed in too long ago is told so before the press, signs in again, and
// finds the dialog open with all that was typed and chosen. Nothing was sent before
// the second press.
func TestFreshSignIn(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	later(v, 16*time.Minute)
	v.Org.Reset()
	d := v.Ask("Reset password")
	d.See("Needs a fresh sign-in")
	v.Axe()
	console.Why{Reason: "her manager vouched for her", Ticket: "INC-77", Choose: []string{"Show me the link once", "End all sessions too"}}.Fill(d)
	v.Expect(403, "/users/*/lifecycle/reset_password")
	v.Confirm("Reset password")
	v.See("Sign in again first.", "Nothing was sent.")
	v.Axe()
	v.Link("Sign in again and go on").Click()
	v.Heading("Who are you today?").Shown()
	v.SignIn("helpdesk")
	d = v.Dialog("Reset the password of " + console.Name(p))
	d.See("You have signed in again. Nothing was sent yet")
	d.Field("Reason").Holds("her manager vouched for her")
	d.Field("Ticket optional").Holds("INC-77")
	v.Axe()
	nothingSent(t, v)
	v.Confirm("Reset password")
	v.See("Okta reset the password")
	sentOnce(t, v, "ResetPassword")
	if got := v.Row(p).Params; !strings.Contains(got, "revoke_sessions=true") || !strings.Contains(got, "send_email=false") {
		t.Errorf("chosen: %s", got)
	}
}

// An operator sees where they are signed in and ends another browser's session,
// which is over at its next click.
func TestWhereSignedIn(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	there := c.Enter(t, "helpdesk", browser.Options{})
	v := c.Enter(t, "helpdesk", browser.Options{})
	v.Role("button", "").Having("Dana Kim").Click()
	v.Link("Where you are signed in").Click()
	v.Heading("Where you are signed in").Shown()
	v.See("Your sessions", "This one", "Chrome on", "asked for again every minute")
	v.Axe()
	v.Button("End the session of Dana Kim on Chrome on Linux").Click()
	v.See("Ended.", "It is signed out from now on.")
	v.Axe()
	there.Link("People").Click()
	there.Heading("Find a person").Hidden()
	there.Again()

	admin := c.Enter(t, "admin", browser.Options{})
	admin.Open("/sessions")
	admin.See("Colleagues", "Dana Kim")
	admin.Axe()
	admin.Button("End the session of Dana Kim on Chrome on Linux").At(0).Click()
	admin.See("Ended.")
}

// focus is what the browser tells a page that is looked at again.
func focus(t *testing.T, v *console.Visit) {
	t.Helper()
	if _, err := v.Evaluate("dispatchEvent(new Event('focus'))"); err != nil {
		t.Fatal(err)
	}
}

// A page that lies open says that its session is about to end, and stays signed in
// at a press. When the session has ended it shows nothing of anybody; what was
// typed comes back with its operator, and nothing of it was sent or stored.
func TestSessionEndsUnderAPage(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Kit.Advance(13*time.Minute + 10*time.Second)
	focus(t, v)
	v.See("You will be signed out in 2 minutes.")
	v.Axe()
	v.Button("Stay signed in").Click()
	v.Button("Stay signed in").Hidden()
	d := v.Ask("Suspend")
	console.Why{Reason: "left her badge on the train", Ticket: "INC-78"}.Fill(d)
	v.Kit.Advance(idle)
	v.Org.Reset()
	focus(t, v)
	v.Heading("Your session has ended").Shown()
	v.Gone(console.Name(p), p.Login)
	v.Axe()
	if stored, err := v.Evaluate("localStorage.length + sessionStorage.length"); err != nil || stored != 0 {
		t.Errorf("the browser stores %v (%v)", stored, err)
	}
	v.Link("Sign in again in a new tab").Click()
	d = v.Dialog("Suspend " + console.Name(p))
	d.Shown()
	d.Field("Reason").Holds("left her badge on the train")
	d.Field("Ticket optional").Holds("INC-78")
	nothingSent(t, v)
	v.Confirm("Suspend")
	v.See("Okta suspended the account.")
	sentOnce(t, v, "SuspendUser")
}

// Twenty times out of twenty a request of a page whose session has ended takes the
// browser to the sign-in and back to the very page; a table never holds a form to
// sign in with. The issuer still knows the operator, so nothing is asked.
func TestTwentySessionsEndUnderATable(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	here := v.Path()
	for i := range 20 {
		v.Kit.Advance(idle)
		v.Expect(401, "/users")
		back := make(chan struct{})
		v.Once("load", func() { close(back) })
		v.Search().Type("s")
		<-back
		v.At(here)
		v.Heading("Ann Vo").Shown()
		if v.Heading("Who are you today?").Visible() {
			t.Fatalf("round %d: a sign-in form in the page", i)
		}
	}
}
