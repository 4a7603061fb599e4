// Package pages looks at the console's pages themselves: for everybody, in both
// themes, on a telephone, enlarged, without a mouse and without script.
package pages

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// worked gives the record something to show: people on whom the helpdesk acted
// before anybody looked.
func worked(t *testing.T, v *console.Visit) {
	t.Helper()
	agent := v.Kit.As("helpdesk")
	for i, p := range v.Ordinary(6) {
		path := "/sessions/clear"
		if i%2 == 0 {
			path = "/lifecycle/suspend"
		}
		f := agent.Get("/users/" + p.ID).Form(path)
		f.Values.Set("note", "Left the laptop of "+p.LastName+" in the train")
		f.Values.Set("ticket", fmt.Sprintf("INC-471%d", i))
		if got := agent.Post(f.Action, f.Values); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Text())
		}
	}
}

// fits asserts that nothing has to be scrolled sideways for.
func fits(t *testing.T, v *console.Visit) {
	t.Helper()
	wide, err := v.Evaluate(`[...document.querySelectorAll('*')].filter(e => e.checkVisibility({visibilityProperty: true}) &&
		e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.vh, .skip')).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).slice(0, 5).join('; ')`)
	if err != nil {
		t.Fatal(err)
	}
	over, err := v.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(over) != "0" {
		t.Errorf("%s is %v px too wide: %v", v.Path(), over, wide)
	}
}

// inFirstScreen asserts that a thing is seen whole without scrolling.
func inFirstScreen(t *testing.T, v *console.Visit, what string, p browser.Part) {
	t.Helper()
	p.Shown()
	box, err := p.BoundingBox()
	size := v.ViewportSize()
	if err != nil || box == nil || box.Y < 0 || box.Y+box.Height > float64(size.Height) || box.X < 0 || box.X+box.Width > float64(size.Width) {
		t.Errorf("%s is not in the first screen of %s: %+v, %v", what, v.Path(), box, err)
	}
}

// focus describes what has the focus.
func focus(t *testing.T, v *console.Visit) string {
	t.Helper()
	at, err := v.Evaluate(`(e => e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent).trim())(document.activeElement)`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(fmt.Sprint(at)), " ")
}

// tabTo presses Tab until something has the focus, and fails when it never gets
// there.
func tabTo(t *testing.T, v *console.Visit, want string) {
	t.Helper()
	var way []string
	for range 40 {
		v.Key("Tab")
		at := focus(t, v)
		if at == want {
			return
		}
		way = append(way, at)
	}
	t.Fatalf("Tab never reaches %q, but %q", want, way)
}
