package pages

import (
	"fmt"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// Nothing of anybody stays in the browser: no storage while working, and after
// signing out no page that Back could show.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Type("Ann")
	v.Find("Ann Vo")
	v.Act("Unlock", console.Why{})
	v.See("Okta unlocked the account.")
	v.Home()
	v.Find("Ann Vo")
	kept, err := v.Evaluate(`(async () => JSON.stringify([localStorage.length, sessionStorage.length, document.cookie,
		(await caches.keys()).length, (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]))()`)
	if err != nil || fmt.Sprint(kept) != `[0,0,"",0,0,0]` {
		t.Errorf("the browser keeps %v, %v", kept, err)
	}
	cookies, err := v.Context().Cookies()
	if err != nil || len(cookies) == 0 {
		t.Fatal(cookies, err)
	}
	for _, k := range cookies {
		if !k.HttpOnly || k.SameSite == nil || *k.SameSite == *playwright.SameSiteAttributeNone {
			t.Errorf("cookie %+v", k)
		}
	}
	v.SignOut("helpdesk")
	for range 3 {
		v.Back()
		v.Heading("Who are you today?").Shown()
		if text, err := v.Content(); err != nil || strings.Contains(text, "ann.vo") {
			t.Fatalf("%s shows somebody, %v", v.Path(), err)
		}
	}
}

// In forced colours what was told by colour is told by lines and words.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{})
	if err := v.EmulateMedia(playwright.PageEmulateMediaOptions{ForcedColors: playwright.ForcedColorsActive}); err != nil {
		t.Fatal(err)
	}
	v.Find("Ann Vo")
	v.See("Locked out")
	v.Button("Unlock").Press("Tab")
	for _, what := range []string{".tag", ".card", ".btn", ".count"} {
		line, err := v.Evaluate(fmt.Sprintf("getComputedStyle(document.querySelector('main %s')).borderTopStyle", what))
		if err != nil || line != "solid" {
			t.Errorf("%s has the border %v, %v", what, line, err)
		}
	}
	ring, err := v.Evaluate("getComputedStyle(document.activeElement).outlineStyle + ' ' + matchMedia('(forced-colors: active)').matches")
	if err != nil || ring != "solid true" {
		t.Errorf("the focus is shown by %v, %v", ring, err)
	}
	v.Act("Unlock", console.Why{})
	v.See("Okta unlocked the account.")
}
