package desk

import (
	"net/http"
	"testing"
	"time"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/audit"
)

// A minute longer than the console lets a session rest, and an hour longer than
// the issuer remembers who signed in.
const idle, forgotten = 16 * time.Minute, 13 * time.Hour

// Whoever signs in lands on the search, under their own name and role.
func TestSignIn(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	for _, x := range []struct{ person, name, role string }{
		{"helpdesk", "Dana Kim", "Helpdesk"}, {"admin", "Omar Reyes", "Admin"}, {"auditor", "Ingrid Solberg", "Auditor"}, {"owner", "Thandi Mokoena", "Owner"},
	} {
		t.Run(x.person, func(t *testing.T) {
			v := c.Enter(t, x.person, browser.Options{})
			v.At("/")
			v.Heading("Who is calling?").Shown()
			v.See(x.name, x.role)
			v.Search().Focused()
			v.SignOut(x.person)
			v.Link("Sign in again").Click()
			v.Heading("Who are you today?").Shown()
		})
	}
	acts := c.Kit.Acts(audit.Filter{Action: "sign_in"})
	if len(acts) != 4 {
		t.Errorf("%d sign-ins are recorded", len(acts))
	}
}

// Who is in none of the console's groups is told so, on every page.
func TestVisitorIsRefused(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v := c.Arrive(t, browser.Options{})
	v.Expect(http.StatusForbidden, "/")
	v.SignIn("visitor")
	v.See("You may not do this", "You are signed in as Noah Fischer", "in none of the groups", "Ask whoever runs Keydesk", "console.none")
	if v.Search().Visible() {
		t.Error("there is a search field")
	}
	v.SignOut("visitor")
}

// A session that ran out while something was typed: nothing was done, the page shows
// nobody any more, and what was typed is there again after a sign-in in a tab of its
// own. The issuer, who still knows the operator, has nothing to ask.
func TestExpiredUnderAnAction(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	d := v.Ask("Suspend")
	console.Why{}.Fill(d)
	v.Kit.Advance(idle)
	v.Org.Reset()
	v.Expect(http.StatusUnauthorized, "/users/*/lifecycle/suspend")
	v.Confirm("Suspend")
	v.Heading("Your session has ended").Shown()
	v.Gone(console.Name(p))
	v.Link("Sign in again in a new tab").Click()
	v.Dialog("Suspend " + console.Name(p)).Field("Reason").Holds(console.Reason)
	nothingSent(t, v)
	status(t, v, p, "ACTIVE")
	v.Confirm("Suspend")
	v.See("Okta suspended the account.")
	sentOnce(t, v, "SuspendUser")
	done(t, v, p, "suspend", console.Reason, "SUSPENDED")
}

// The same overnight, by a reload and while typing: the search is there again
// after signing in.
func TestExpiredUnderASearch(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Type("Ann Vo")
	v.Link("Ann Vo").Shown()
	here := v.Path()
	v.Kit.Advance(forgotten)
	v.Again()
	v.SignIn("helpdesk")
	v.At(here)
	v.Link("Ann Vo").Shown()
	v.Kit.Advance(forgotten)
	v.Expect(http.StatusUnauthorized, "/users")
	v.Search().Type("s")
	v.Heading("Who are you today?").Shown()
	v.SignIn("helpdesk")
	v.At(here) // the page that was shown, not the search that was not made
	v.Link("Ann Vo").Shown()
}

// After signing out, at the issuer too, Back shows nothing of anybody.
func TestSignOutEndsTheSession(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.SignOut("helpdesk")
	v.Back()
	v.Heading("Who are you today?").Shown()
	v.Gone("Ann Vo")
}
