package pages

import (
	"strings"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// reviewing is a visit to a console in which a review of everything was begun, and the
// review's path.
func reviewing(t *testing.T, o browser.Options) (*console.Visit, string) {
	t.Helper()
	c := console.Serve(t)
	if err := c.Kit.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := c.Enter(t, "owner", o)
	v.Page.Open("/reviews/new")
	v.Button("Start the review").Click()
	v.See("by everybody")
	return v, strings.Split(v.Path(), "?")[0]
}

// Every page of a review on a telephone, and by finger: an item is decided without
// scrolling sideways.
func TestPhoneReviews(t *testing.T) {
	t.Parallel()
	v, path := reviewing(t, browser.Options{Width: 390, Height: 844, Touch: true})
	v.Ready()
	fits(t, v)
	v.Picture("review-phone")
	v.Button("Revoke").At(0).Click()
	v.Field("Reason").At(0).Fill("has left the team")
	fits(t, v)
	v.Field("Reason").At(0).Press("Enter")
	v.See("1 of 25 decided")
	fits(t, v)
	v.Text("More evidence").At(0).Click()
	fits(t, v)
	for _, page := range []string{"/reviews", "/reviews/new", path + "/items", path + "/close"} {
		v.Page.Open(page)
		v.Ready()
		fits(t, v)
	}
}

// In the dark, with a reason asked for and the evidence open.
func TestReviewInTheDark(t *testing.T) {
	t.Parallel()
	v, path := reviewing(t, browser.Options{Width: 1360, Height: 900, Dark: true})
	v.Ready()
	v.Key("e")
	v.Key("r")
	v.See("Say in a sentence why to revoke")
	v.Axe()
	v.Picture("review-dark")
	v.Key("Escape")
	v.Key("k")
	v.See("1 of 25 decided")
	v.Axe()
	v.Page.Open(path + "/items")
	v.Axe()
}
