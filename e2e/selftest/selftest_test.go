// Package selftest proves in a real Chromium that package browser does what the
// suite relies on: that it finds things as a person would, and that a page which
// misbehaves fails its test.
package selftest

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/e2e/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

//go:embed testdata
var pages embed.FS

// policy is the one of the console.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"

func serve(t testing.TB) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		http.ServeFileFS(w, r, pages, "testdata/"+r.PathValue("page"))
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /answer/{status}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		status := map[string]int{"409": http.StatusConflict, "403": http.StatusForbidden}[r.PathValue("status")]
		http.Error(w, "no", status)
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		http.Redirect(w, r, "/desk.html?said="+r.FormValue("reason"), http.StatusSeeOther)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func open(t testing.TB, o browser.Options) *browser.Page {
	t.Helper()
	o.URL = serve(t)
	p := browser.New(t, o)
	p.Open("/desk.html")
	return p
}

// recorder is a test whose failures are looked at instead of reported.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Error(args ...any) {
	r.Errorf("%s", args...)
}

func (r *recorder) Fatal(args ...any) {
	r.Errorf("%s", args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// trial runs a test to its end and returns how it failed.
func trial(t *testing.T, test func(t testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
	return r.failures
}

func TestAPersonFindsThings(t *testing.T) {
	t.Parallel()
	p := open(t, browser.Options{})
	p.Heading("Ann Vo").Shown()
	p.See("Locked out", "since 9:12")
	p.Gone("Suspended", "said nothing aloud")
	p.Button("Unlock").Click()
	d := p.Dialog("Unlock Ann Vo")
	d.Field("Reason").Focused()
	d.Field("Reason").Fill("called in")
	d.Field("Reason").Holds("called in")
	d.Button("Unlock Ann Vo").Click()
	p.At("/desk.html?said=called%20in")
	if got := p.Path(); got != "/desk.html?said=called%20in" {
		t.Error(got)
	}
	p.Dialog("Unlock Ann Vo").Hidden()
	p.Link("Help").Click()
	p.Heading("Help").Shown()
	p.Back()
	p.Heading("Ann Vo").Shown()
}

func TestKeysAndClipboard(t *testing.T) {
	p := open(t, browser.Options{})
	p.Key("/")
	p.Field("Search").Focused()
	p.Field("Search").Type("ann")
	p.Field("Search").Press("Enter")
	p.See("looked for ann")
	p.Button("Copy login").Click()
	p.See("Copied")
	if got := p.Clipboard(); got != "ann.vo@example.com" {
		t.Error(got)
	}
}

func TestVisitorsDiffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    browser.Options
		want string
	}{
		"desk":      {browser.Options{}, "1280 light still"},
		"phone":     {browser.Options{Width: 390, Height: 844, Touch: true}, "390 light still"},
		"night":     {browser.Options{Dark: true}, "1280 dark still"},
		"lively":    {browser.Options{Motion: true}, "1280 light moving"},
		"no script": {browser.Options{NoScript: true}, "no script here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, c.o)
			p.See(c.want)
			p.Again()
			p.See(c.want)
		})
	}
}

// Whatever goes wrong in the page fails its test, and says what it was.
func TestAMisbehavingPageFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		button, want string
		patience     time.Duration
		then         func(*browser.Page)
	}{
		"console error":    {button: "Log an error", want: "console error: something is off"},
		"exception":        {button: "Throw", want: "page error: playwright: thrown"},
		"inline style":     {button: "Style inline", want: "policy violation: style-src"},
		"trusted types":    {button: "Write markup", want: "policy violation: require-trusted-types-for"},
		"eval":             {button: "Evaluate", want: "policy violation: require-trusted-types-for trusted-types-sink Function"},
		"refused fetch":    {button: "Fetch 409", want: "status of 409"},
		"foreign request":  {button: "Leave", want: "request to another machine: http://keydesk.invalid/"},
		"unlabelled field": {button: "Plant a field", want: "light theme: label", then: (*browser.Page).Axe},
		"nothing there":    {"Hide the heading", `"Ann Vo" is not to be seen`, 2 * time.Second, func(p *browser.Page) { p.See("Ann Vo") }},
		"no such button":   {"Throw nothing", "Suspend", 2 * time.Second, func(p *browser.Page) { p.Button("Suspend").Click() }},
		"still there":      {"Throw nothing", `"Ann Vo" is still to be seen`, 2 * time.Second, func(p *browser.Page) { p.Gone("Ann Vo") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := trial(t, func(t testing.TB) {
				p := open(t, browser.Options{Patience: c.patience})
				p.Button(c.button).Click()
				p.See("did it")
				if c.then != nil {
					c.then(p)
				}
			})
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("want %q, failed with %q", c.want, got)
			}
			evidence(t)
		})
	}
}

// evidence asserts that a failed test left trace and picture, and removes them.
func evidence(t *testing.T) {
	t.Helper()
	stem := filepath.Join("..", "artifacts", "selftest", strings.NewReplacer("/", "_").Replace(t.Name()))
	for _, ext := range []string{".zip", ".png"} {
		if err := os.Remove(stem + ext); err != nil {
			t.Error(err)
		}
	}
	_ = os.Remove(filepath.Dir(stem)) // when it was the last
	_ = os.Remove(filepath.Join("..", "artifacts"))
}

func TestWhatIsDeclaredPasses(t *testing.T) {
	t.Parallel()
	p := open(t, browser.Options{})
	p.Expect(http.StatusConflict, "/answer/*")
	p.Button("Fetch 409").Click()
	p.See("did it")

	q := open(t, browser.Options{NoScript: true})
	q.Expect(http.StatusForbidden, "/answer/403")
	q.Open("/answer/403")
}

func TestAnUnansweredDeclarationFails(t *testing.T) {
	t.Parallel()
	got := trial(t, func(t testing.TB) {
		p := open(t, browser.Options{})
		p.Expect(http.StatusConflict, "/answer/*")
	})
	if want := "declared but did not happen: 409 from /answer/*"; !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
	evidence(t)
}

func TestAxeAcceptsAGoodPage(t *testing.T) {
	t.Parallel()
	p := open(t, browser.Options{})
	t.Run("as a subtest", func(t *testing.T) { p.With(t).Axe() })
}

func TestPicturesAreOnlyForTheDocs(t *testing.T) {
	t.Setenv("KEYDESK_E2E_DOCS", "")
	p := open(t, browser.Options{})
	p.Picture("selftest")
	if _, err := os.Stat(filepath.Join("..", "..", "docs", "images", "selftest.png")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a plain run left a picture")
	}
}

func TestForeignServersAreRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "http://192.0.2.1/", "https://example.com"} {
		got := trial(t, func(t testing.TB) { browser.New(t, browser.Options{URL: address}) })
		if len(got) != 1 || !strings.Contains(got[0], "is not the address of a server on this machine") {
			t.Errorf("%q: %q", address, got)
		}
	}
}
