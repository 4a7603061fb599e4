package browser

import (
	"cmp"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"
)

// Options says what kind of visitor a test is. The zero value, but for URL, is a
// desk: 1280 x 800, light, with JavaScript, and no motion.
type Options struct {
	URL           string // origin of the server under test; loopback, required
	Width, Height int    // of the viewport
	Touch         bool   // a finger instead of a mouse
	Dark          bool   // the system prefers dark
	NoScript      bool   // JavaScript switched off
	Motion        bool   // let animations run

	Patience time.Duration // how long the page may take to be as asked; 0 is 15 s
}

// Page is one visitor's page, with cookies of its own. It has everything that a
// playwright.Page has; its own methods fail the test instead of returning errors.
type Page struct {
	playwright.Page
	t        testing.TB
	watch    *watch
	scheme   *playwright.ColorScheme
	patience float64 // milliseconds
	source   string  // of axe-core
}

// New opens an empty page for one test; Open goes somewhere. When the test ends
// it fails on every console error, uncaught exception and policy violation that
// was not declared with Expect, and on every request to another machine.
// A failed test leaves a trace and a picture below e2e/artifacts.
func New(t testing.TB, o Options) *Page {
	t.Helper()
	if shared == nil {
		t.Fatal("no browser: the package needs func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }")
	}
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" || !local(u) {
		t.Fatalf("browser: %q is not the address of a server on this machine", o.URL)
	}
	c, err := shared.chromium.NewContext(o.context())
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{t: t, watch: &watch{}, scheme: o.scheme(), source: shared.axe}
	p.patience = float64(cmp.Or(o.Patience, patience).Milliseconds())
	t.Cleanup(func() { p.finish(c) })
	if err := p.listen(c); err != nil {
		t.Fatal(err)
	}
	if p.Page, err = c.NewPage(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (o Options) context() playwright.BrowserNewContextOptions {
	size := playwright.Size{Width: 1280, Height: 800}
	if o.Width > 0 && o.Height > 0 {
		size = playwright.Size{Width: o.Width, Height: o.Height}
	}
	motion := playwright.ReducedMotionReduce
	if o.Motion {
		motion = playwright.ReducedMotionNoPreference
	}
	return playwright.BrowserNewContextOptions{
		BaseURL:           &o.URL,
		Viewport:          &size,
		HasTouch:          &o.Touch,
		ColorScheme:       o.scheme(),
		ReducedMotion:     motion,
		JavaScriptEnabled: playwright.Bool(!o.NoScript),
		Locale:            playwright.String("en-GB"),
		TimezoneId:        playwright.String("UTC"),
		Permissions:       []string{"clipboard-read", "clipboard-write"}, // reading is how a test checks a copy button
		ServiceWorkers:    playwright.ServiceWorkerPolicyBlock,
	}
}

func (o Options) scheme() *playwright.ColorScheme {
	if o.Dark {
		return playwright.ColorSchemeDark
	}
	return playwright.ColorSchemeLight
}

// policyWatch reports policy violations as console errors, since Chromium does
// not print every kind of them by itself.
const policyWatch = `document.addEventListener('securitypolicyviolation', e => console.error(
	'policy violation: ' + e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample + ' in ' + e.sourceFile + ':' + e.lineNumber))`

// listen attaches the watch to every page of the context, pop-ups included, and
// starts the trace that is kept when the test fails.
func (p *Page) listen(c playwright.BrowserContext) error {
	c.SetDefaultTimeout(p.patience)
	c.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() == "error" || m.Type() == "assert" {
			p.watch.console(m.Text(), m.Location().URL)
		}
	})
	c.OnWebError(func(e playwright.WebError) { p.watch.pageError(e.Error()) })
	c.OnRequest(func(r playwright.Request) { p.watch.request(r.URL()) })
	if err := c.AddInitScript(playwright.Script{Content: playwright.String(policyWatch)}); err != nil {
		return err
	}
	// A film of every passing test would cost an eighth of the time: the snapshots
	// show each step, and keepEvidence adds the last picture.
	return c.Tracing().Start(playwright.TracingStartOptions{Snapshots: playwright.Bool(true)})
}

// finish passes the verdict and closes the context.
func (p *Page) finish(c playwright.BrowserContext) {
	p.t.Helper()
	if p.Page != nil && !p.IsClosed() {
		// Events come in order, so after this answer every earlier one was heard.
		if _, err := p.Evaluate("0"); err != nil {
			p.t.Logf("browser: the page does not answer: %v", err)
		}
	}
	for _, bad := range p.watch.verdict() {
		p.t.Error(bad)
	}
	var err error
	if p.t.Failed() {
		err = p.keepEvidence(c)
	} else {
		err = c.Tracing().Stop()
	}
	if err != nil {
		p.t.Logf("browser: no trace: %v", err)
	}
	if err := c.Close(); err != nil {
		p.t.Errorf("browser: closing: %v", err)
	}
}

// Expect declares that the server answers a request of this test to a path that
// matches pattern (as in path.Match: "/users/*/lifecycle/unlock") with an error
// status; 0 stands for no answer at all. It may come before or after the
// request, covers any number of them, and fails the test if there was none.
func (p *Page) Expect(status int, pattern string) {
	p.t.Helper()
	if err := p.watch.expect(status, pattern); err != nil {
		p.t.Fatal(err)
	}
}

// With returns the same page for a subtest, whose failures are then its own.
func (p *Page) With(t testing.TB) *Page {
	q := *p
	q.t = t
	return &q
}

// Open goes to a path of the server under test, as if typed into the address bar.
func (p *Page) Open(path string) {
	p.t.Helper()
	p.must(p.Goto(path))
}

// Back is the browser's own button.
func (p *Page) Back() {
	p.t.Helper()
	p.must(p.GoBack())
}

// Again reloads the page.
func (p *Page) Again() {
	p.t.Helper()
	p.must(p.Reload())
}

// Key presses a key or a chord such as "Control+A" wherever the focus is.
func (p *Page) Key(key string) {
	p.t.Helper()
	if err := p.Keyboard().Press(key); err != nil {
		p.t.Fatal(err)
	}
}

// At waits until the address bar shows this path and query.
func (p *Page) At(path string) {
	p.t.Helper()
	if err := p.expect().Page(p.Page).ToHaveURL(path); err != nil {
		p.t.Fatal(err)
	}
}

// Path returns the path and query that the address bar shows now.
func (p *Page) Path() string {
	p.t.Helper()
	u, err := url.Parse(p.URL())
	if err != nil {
		p.t.Fatal(err)
	}
	return u.RequestURI()
}

// Clipboard returns the text that was copied last. All pages of a test binary
// share one clipboard: tests that look at it do not run in parallel.
func (p *Page) Clipboard() string {
	p.t.Helper()
	v, err := p.Evaluate("navigator.clipboard.readText()")
	if err != nil {
		p.t.Fatal(err)
	}
	return fmt.Sprint(v)
}

func (p *Page) must(_ playwright.Response, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *Page) expect() playwright.PlaywrightAssertions {
	return playwright.NewPlaywrightAssertions(p.patience)
}
