package desk

import (
	"net/http"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// What a person can reach stands on one page, and a long list is narrowed by
// typing.
func TestAccess(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Org.Heavy()
	v.NextCall(p)
	v.Org.Reset()
	v.Tab("Access")
	covers(t, v, "ListUserGroups", "ListAppLinks", "ListUserIdentityProviders")
	v.See("Google Workspace", "more")
	v.Field("Filter by name").Fill("google")
	v.See("Google Workspace", "None of")
	v.Gone("Slack Brightwater")
	v.At("/users/" + p.ID + "/access?filter=google")
	nothingSent(t, v)
}

// A panel that Okta does not fill says so and is tried again by itself; the rest
// of the page stands.
func TestAccessFailsInPart(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Org.Faults([]oktasim.Fault{{Operation: "ListAppLinks", Status: http.StatusServiceUnavailable}})
	v.Tab("Access")
	v.See("Okta answered with an error (503).", "Everyone")
	v.Org.Reset()
	v.Link("Try again").Click()
	v.See("Google Workspace")
	v.Gone("Okta answered with an error (503).")
}

// Nobody is kept from reading who may read people; a visitor reads nothing.
func TestAccessIsClosedToVisitors(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Arrive(t, browser.Options{})
	v.Expect(http.StatusForbidden, "/")
	v.Expect(http.StatusForbidden, "/users/*/access")
	v.SignIn("visitor")
	v.See("you are in none of the groups that may use this console")
	v.Page.Open("/users/" + v.Ann().ID + "/access")
	v.See("you are in none of the groups that may use this console")
	nothingSent(t, v)
}
