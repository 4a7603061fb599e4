package browser

import (
	"github.com/playwright-community/playwright-go"
)

// Part is something on the page, found the way a person would name it: by what
// it is and what it says. Names are exact, and only what is visible counts.
// It has everything that a playwright.Locator has; the methods here fail the
// test instead of returning errors, and wait until the page is ready for them.
type Part struct {
	playwright.Locator
	p *Page
}

// Whole is the page as a part, to look for something anywhere on it.
func (p *Page) Whole() Part { return Part{p.Locator(":root"), p} }

// Button finds a button on the page by its name.
func (p *Page) Button(name string) Part { return p.Whole().Button(name) }

// Link finds a link on the page by its name.
func (p *Page) Link(name string) Part { return p.Whole().Link(name) }

// Heading finds a heading on the page by its words.
func (p *Page) Heading(name string) Part { return p.Whole().Heading(name) }

// Dialog finds an open dialog by its name.
func (p *Page) Dialog(name string) Part { return p.Whole().Dialog(name) }

// Field finds a control of a form by its label.
func (p *Page) Field(label string) Part { return p.Whole().Field(label) }

// Role finds anything else on the page by its ARIA role and name.
func (p *Page) Role(role, name string) Part { return p.Whole().Role(role, name) }

// Text finds the smallest visible thing on the page that contains text.
func (p *Page) Text(text string) Part { return p.Whole().Text(text) }

// See waits until each of the texts can be read on the page.
func (p *Page) See(texts ...string) { p.t.Helper(); p.Whole().See(texts...) }

// Gone waits until none of the texts can be read on the page.
func (p *Page) Gone(texts ...string) { p.t.Helper(); p.Whole().Gone(texts...) }

// Button finds a button by its name.
func (s Part) Button(name string) Part { return s.Role("button", name) }

// Link finds a link by its name.
func (s Part) Link(name string) Part { return s.Role("link", name) }

// Heading finds a heading by its words.
func (s Part) Heading(name string) Part { return s.Role("heading", name) }

// Dialog finds an open dialog by its name.
func (s Part) Dialog(name string) Part { return s.Role("dialog", name) }

// Field finds a visible control of a form by its label.
func (s Part) Field(label string) Part {
	return s.visible(s.GetByLabel(label, playwright.LocatorGetByLabelOptions{Exact: playwright.Bool(true)}))
}

// Role finds anything by its ARIA role and, unless that is empty, its name.
func (s Part) Role(role, name string) Part {
	o := playwright.LocatorGetByRoleOptions{}
	if name != "" {
		o.Name, o.Exact = name, playwright.Bool(true)
	}
	return Part{s.GetByRole(playwright.AriaRole(role), o), s.p}
}

// Having keeps those of the things found that contain text and are visible.
func (s Part) Having(text string) Part {
	return s.visible(s.Filter(playwright.LocatorFilterOptions{HasText: text}))
}

// At is the one of several things found that stands at i, counted from 0; -1 is the last.
func (s Part) At(i int) Part { return Part{s.Nth(i), s.p} }

// Text finds the smallest visible thing that contains text.
func (s Part) Text(text string) Part { return s.visible(s.GetByText(text)) }

func (s Part) visible(l playwright.Locator) Part {
	return Part{l.Filter(playwright.LocatorFilterOptions{Visible: playwright.Bool(true)}), s.p}
}

// Click clicks with the mouse, once the thing stands still and can be hit.
func (s Part) Click() {
	s.p.t.Helper()
	s.ok(s.Locator.Click(playwright.LocatorClickOptions{Timeout: &s.p.patience}))
}

// Fill replaces what a field holds.
func (s Part) Fill(text string) {
	s.p.t.Helper()
	s.ok(s.Locator.Fill(text, playwright.LocatorFillOptions{Timeout: &s.p.patience}))
}

// Type types into a field key by key, at the pace of a quick typist.
func (s Part) Type(text string) {
	s.p.t.Helper()
	s.ok(s.PressSequentially(text, playwright.LocatorPressSequentiallyOptions{Delay: playwright.Float(15), Timeout: &s.p.patience}))
}

// Choose picks an option of a drop-down list by its words.
func (s Part) Choose(option string) {
	s.p.t.Helper()
	_, err := s.SelectOption(playwright.SelectOptionValues{Labels: &[]string{option}}, playwright.LocatorSelectOptionOptions{Timeout: &s.p.patience})
	s.ok(err)
}

// Press focuses the thing and presses a key.
func (s Part) Press(key string) {
	s.p.t.Helper()
	s.ok(s.Locator.Press(key, playwright.LocatorPressOptions{Timeout: &s.p.patience}))
}

// See waits until each of the texts can be read in this part.
func (s Part) See(texts ...string) {
	s.p.t.Helper()
	for _, text := range texts {
		if err := s.p.expect().Locator(s.Text(text).First()).ToBeVisible(); err != nil {
			s.p.t.Fatalf("%q is not to be seen: %v", text, err)
		}
	}
}

// Gone waits until none of the texts can be read in this part.
func (s Part) Gone(texts ...string) {
	s.p.t.Helper()
	for _, text := range texts {
		if err := s.p.expect().Locator(s.Text(text).Locator).ToHaveCount(0); err != nil {
			s.p.t.Fatalf("%q is still to be seen: %v", text, err)
		}
	}
}

// Shown waits until the thing is visible.
func (s Part) Shown() { s.p.t.Helper(); s.ok(s.p.expect().Locator(s.Locator).ToBeVisible()) }

// Hidden waits until the thing is not visible or not there.
func (s Part) Hidden() { s.p.t.Helper(); s.ok(s.p.expect().Locator(s.Locator).ToBeHidden()) }

// Visible reports whether the thing can be seen now, without waiting.
func (s Part) Visible() bool {
	s.p.t.Helper()
	yes, err := s.IsVisible()
	s.ok(err)
	return yes
}

// Focused waits until the thing has the focus.
func (s Part) Focused() { s.p.t.Helper(); s.ok(s.p.expect().Locator(s.Locator).ToBeFocused()) }

// Holds waits until a field holds exactly this value.
func (s Part) Holds(value string) {
	s.p.t.Helper()
	s.ok(s.p.expect().Locator(s.Locator).ToHaveValue(value))
}

// Words returns the visible text.
func (s Part) Words() string {
	s.p.t.Helper()
	words, err := s.InnerText(playwright.LocatorInnerTextOptions{Timeout: &s.p.patience})
	s.ok(err)
	return words
}

func (s Part) ok(err error) {
	s.p.t.Helper()
	if err != nil {
		s.p.t.Fatal(err)
	}
}
