package browser

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/playwright-community/playwright-go"
)

// violation is one broken rule of axe-core and where the page breaks it.
type violation struct {
	ID, Help string
	Nodes    []string
}

func (v violation) String() string {
	return fmt.Sprintf("%s: %s\n\t%s", v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
}

// axeRun runs the rules of WCAG 2.0 to 2.2, A and AA, and the best practices.
const axeRun = `async () => JSON.stringify((await axe.run(document, {
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
	resultTypes: ['violations'],
})).violations.map(v => ({
	id: v.id, help: v.help,
	nodes: v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary.replace(/\s+/g, ' ')),
})))`

// Axe checks the page as it stands for accessibility, in the light and the dark
// theme, and fails the test on every violation.
func (p *Page) Axe() {
	p.t.Helper()
	for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
		found, err := p.violations(scheme)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, v := range found {
			p.t.Errorf("accessibility of %s, %s theme: %s", p.Path(), *scheme, v)
		}
	}
}

// violations runs axe-core in one colour scheme. It goes in by the debugging
// protocol, so the page's policy needs no hole for it.
func (p *Page) violations(scheme *playwright.ColorScheme) (found []violation, err error) {
	if err := p.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: scheme}); err != nil {
		return nil, err
	}
	defer func() {
		if back := p.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: p.scheme}); err == nil {
			err = back
		}
	}()
	if loaded, err := p.Evaluate("typeof axe"); err != nil {
		return nil, err
	} else if loaded != "object" {
		if _, err := p.Evaluate(p.source); err != nil {
			return nil, err
		}
	}
	answer, err := p.Evaluate(axeRun)
	if err != nil {
		return nil, err
	}
	return found, json.Unmarshal([]byte(fmt.Sprint(answer)), &found)
}
