package console

import (
	"strings"

	"keydesk/e2e/browser"
	"keydesk/internal/desk"
)

// Tab goes to one of the pages of the person whose page is open.
func (v *Visit) Tab(name string) {
	v.t.Helper()
	v.Go(v.Role("navigation", "Pages of "+v.name).Link(name))
}

// Go follows a link of the person's page to a page below it, and waits for it.
func (v *Visit) Go(link browser.Part) {
	v.t.Helper()
	to, err := link.GetAttribute("href")
	if err != nil {
		v.t.Fatal(err)
	}
	link.Click()
	v.At(to)
	v.Ready()
}

// Line is the line of a list that holds text.
func (v *Visit) Line(text string) browser.Part {
	v.t.Helper()
	return v.Role("listitem", "").Having(text).At(-1)
}

// Reasons opens whatever stands in the place of a button that is refused, so that
// the reasons can be read.
func (v *Visit) Reasons() {
	v.t.Helper()
	all := v.Locator("details.refused:not([open]) > summary")
	for {
		n, err := all.Count()
		if err == nil && n > 0 {
			err = all.First().Click()
		}
		if err != nil {
			v.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// Press presses a button of a part of the page, fills in the dialog of the action
// that opens, and confirms.
func (v *Visit) Press(button browser.Part, action desk.Action, why Why) {
	v.t.Helper()
	why.Fill(v.Opens(button, action))
	v.Confirms(action)
}

// Opens presses a button and returns the dialog of the action that it opens.
func (v *Visit) Opens(button browser.Part, action desk.Action) browser.Part {
	v.t.Helper()
	button.Click()
	d := v.Dialog(v.words(action))
	d.Shown()
	return d
}

// Confirms presses the button of the open dialog of an action.
func (v *Visit) Confirms(action desk.Action) {
	v.t.Helper()
	words := v.words(action)
	v.Dialog(words).Button(words).Click()
}

// words are what the dialog of an action says about the person.
func (v *Visit) words(action desk.Action) string {
	v.t.Helper()
	s, ok := desk.SpecOf(action)
	if !ok {
		v.t.Fatalf("there is no action %q", action)
	}
	return strings.Replace(s.Confirm, "%s", v.name, 1)
}
