package browser

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"

	"github.com/playwright-community/playwright-go"
)

// Picture takes the picture docs/images/<name>.png when the documentation is
// being made (KEYDESK_E2E_DOCS, set by make docs), and does nothing in a plain
// test run, which leaves the tree as it was.
func (p *Page) Picture(name string) {
	p.t.Helper()
	if os.Getenv("KEYDESK_E2E_DOCS") == "" {
		return
	}
	root, err := moduleRoot()
	if err == nil {
		err = p.shoot(filepath.Join(root, "docs", "images", name+".png"))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// shoot leaves the caret alone: hiding it leaves empty style attributes behind,
// at which the page's policy takes offence later.
func (p *Page) shoot(path string) error {
	_, err := p.Screenshot(playwright.PageScreenshotOptions{
		Path:       &path,
		Animations: playwright.ScreenshotAnimationsDisabled,
		Caret:      playwright.ScreenshotCaretInitial,
	})
	return err
}

// unfit is everything in a test's name that does not belong into a file's.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// keepEvidence writes the trace and a last picture of a failed test.
func (p *Page) keepEvidence(c playwright.BrowserContext) error {
	root, err := moduleRoot()
	if err != nil {
		return errors.Join(err, c.Tracing().Stop())
	}
	here, err := os.Getwd()
	if err != nil {
		return errors.Join(err, c.Tracing().Stop())
	}
	stem := filepath.Join(root, "e2e", "artifacts", filepath.Base(here), unfit.ReplaceAllString(p.t.Name(), "_"))
	if p.Page != nil && !p.IsClosed() {
		if err := p.shoot(stem + ".png"); err != nil {
			p.t.Logf("browser: no picture: %v", err)
		}
	}
	p.t.Logf("browser: trace in %s.zip", stem)
	return c.Tracing().Stop(stem + ".zip")
}

// moduleRoot walks up from the package under test to the folder of go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the test")
		}
		dir = up
	}
}
