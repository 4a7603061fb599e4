package pages

import (
	"fmt"
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
	v.Role("button", "").Having("Revoke").At(0).Click()
	v.See("Say in a sentence why to revoke")
	v.Button("Revoke").At(0).Click()
	v.See("Write a reason of three letters or more first.")
	v.Picture("review-phone-reason")
	v.Button("Cancel").At(0).Click()
	v.Gone("Write a reason")
	v.Role("button", "").Having("Revoke").At(0).Click()
	v.Field("Reason (needed to revoke)").At(0).Fill("has left the team")
	fits(t, v)
	v.Button("Revoke").At(0).Click()
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

// What is decided on a page is heard, and can be taken back from where the focus is by
// then; j and the arrows walk, and a mouse does not move the page.
func TestReviewUndoFromTheNextItem(t *testing.T) {
	t.Parallel()
	v, _ := reviewing(t, browser.Options{Width: 1360, Height: 900})
	v.Ready()
	at := func() string {
		n, err := v.Evaluate(`document.activeElement.closest('.item')?.dataset.n ?? ''`)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(n)
	}
	first := at()
	v.Key("k")
	v.See("1 of 25 decided")
	second := at()
	if second == first {
		t.Fatalf("the focus stays on %s", first)
	}
	said := func(want string) {
		t.Helper()
		if _, err := v.WaitForFunction(`want => document.querySelector('#said').textContent.startsWith(want)`, want); err != nil {
			t.Errorf("%q is not said: %v", want, err)
		}
	}
	said("Kept: ")
	v.Key("u")
	v.See("0 of 25 decided")
	if got := at(); got != first {
		t.Errorf("u leads to %q, not to %s", got, first)
	}
	said("Taken back: ")
	v.Key("j")
	if got := at(); got != second {
		t.Errorf("j leads to %q, not to %s", got, second)
	}
	v.Key("u")
	said("Nothing was decided here yet.")
	place := func() any {
		y, err := v.Evaluate(`[scrollY, document.querySelector('#item-` + second + ` [value=keep]').getBoundingClientRect().top].map(Math.round).join()`)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	before := place()
	v.Role("button", "").Having("Keep").At(1).Click()
	v.See("1 of 25 decided")
	if after := place(); after != before {
		t.Errorf("the page and its button moved from %v to %v", before, after)
	}
	if err := v.Role("button", "").Having("Skip").At(4).Dblclick(); err != nil {
		t.Fatal(err)
	}
	v.See("2 of 25 decided")
	v.Again()
	v.See("2 of 25 decided: 1 kept, 1 skipped")
}
