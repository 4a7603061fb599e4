package hostile

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// packed is how many payloads stand in one text. KEYDESK_TEST_PAYLOADS=each gives
// every payload every field of every page for itself, which takes many minutes.
func packed() int {
	if os.Getenv("KEYDESK_TEST_PAYLOADS") == "each" {
		return 1
	}
	return 55
}

// texts are the payloads in packs.
func texts() (out []string) {
	all := payloads()
	for n := packed(); len(all) > 0; all = all[min(n, len(all)):] {
		out = append(out, strings.Join(all[:min(n, len(all))], " "))
	}
	return out
}

// Every payload in every field through every page, loaded and as the part that
// script swaps in: nothing runs, nothing is asked for elsewhere, and the text is
// there to be read.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	everywhere(t, func(h http.Handler) http.Handler { return h })
}

// The same without the policy that would have stopped it: escaping alone holds.
func TestTextStaysTextWithoutThePolicy(t *testing.T) {
	t.Parallel()
	everywhere(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(bare{w}, r) })
	})
}

// bare takes the policy off every answer.
type bare struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w bare) WriteHeader(status int) {
	w.Header().Del("Content-Security-Policy")
	w.ResponseWriter.WriteHeader(status)
}

func everywhere(t *testing.T, around func(http.Handler) http.Handler) {
	p := &poison{}
	c := console.ServeBehind(t, around, testkit.Options{Wrap: p.wrap, Org: oktasim.Options{Limit: 1_000_000}})
	p.spare = c.Kit.Org.Staff()["owner"]
	v := c.Enter(t, "owner", browser.Options{})
	paths := pagesOf(v)
	d := listen(t, v)
	for _, text := range texts() {
		p.use(text)
		if err := v.Kit.Map.Walk(t.Context()); err != nil { // /roles shows what it read
			t.Fatal(err)
		}
		for _, path := range paths {
			v.Open(path)
			readable(t, v, path, text)
			swap(t, v, path)
		}
		d.quiet(t)
	}
	failures(t, v, p)
	d.quiet(t)
	for _, f := range fields() {
		if !p.written(f) {
			t.Errorf("%s never stood in an answer", f)
		}
	}
}

// pagesOf are the pages that show what Okta says, each once, about somebody of whom
// there is something to show.
func pagesOf(v *console.Visit) []string {
	id := v.Ordinary(1)[0].ID
	paths := []string{"/", "/users?q=a", "/roles", "/approvals", "/audit", "/users/new", "/users/" + id + "/profile", "/users/" + id + "/raw", "/users/" + id + "/roles/new?type=GROUP_MEMBERSHIP_ADMIN"}
	seen := map[string]bool{}
	for _, s := range testkit.Readings() {
		path := v.Kit.PageOf(s.Action)
		if kind := ids.ReplaceAllString(path, "_"); !seen[kind] {
			seen[kind] = true
			paths = append(paths, path)
		}
	}
	return paths
}

// ids are the parts of an address that look like something in Okta.
var ids = regexp.MustCompile(`[A-Za-z0-9_-]{15,}`)

// heard is what a payload would do: open a dialog, call hit, leave the console.
type heard struct {
	mu  sync.Mutex
	bad []string
}

func listen(t *testing.T, v *console.Visit) *heard {
	t.Helper()
	h := &heard{}
	v.OnDialog(func(d playwright.Dialog) { h.add("dialog " + d.Message()); _ = d.Dismiss() })
	v.OnRequest(func(r playwright.Request) {
		if strings.Contains(r.URL(), "evil.localhost") {
			h.add("request to " + r.URL())
		}
	})
	if err := v.ExposeFunction("hit", func(...any) any { h.add("a payload ran"); return nil }); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *heard) add(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bad = append(h.bad, s)
}

func (h *heard) quiet(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.bad {
		t.Error(s)
	}
	h.bad = nil
}

// readable asserts that a page which shows people's text shows this one, as it is.
func readable(t *testing.T, v *console.Visit, path, text string) {
	t.Helper()
	got, err := v.Evaluate(`document.body.textContent + ' ' + [...document.querySelectorAll('input, textarea')].map(e => e.value).join(' ')`)
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	switch {
	case path == "/" || path == "/approvals" || path == "/audit" || path == "/users/new": // these show what Keydesk keeps
	case !strings.Contains(plain(fmt.Sprint(got)), plain(text)):
		t.Errorf("%s does not show %q", path, text)
	}
}

// swap has script ask for the page, as a click does, and put it into this one.
func swap(t *testing.T, v *console.Visit, path string) {
	t.Helper()
	if _, err := v.Evaluate(`path => htmx.ajax('GET', path, {target: '#main', swap: 'innerHTML'})`, path); err != nil {
		t.Fatal(err)
	}
}

// failures has Okta refuse in hostile words what is done to somebody with a hostile
// name, and then do it.
func failures(t *testing.T, v *console.Visit, p *poison) {
	t.Helper()
	v.Expect(http.StatusBadGateway, "/users/*/lifecycle/suspend")
	for i, text := range texts() {
		p.use("")
		who := v.Ordinary(len(texts()))[i]
		p.use(text)
		for _, fault := range []oktasim.Fault{{Operation: "SuspendUser", Status: http.StatusInternalServerError, Times: 1}, {}} {
			if fault.Operation != "" {
				v.Org.Faults([]oktasim.Fault{fault})
			}
			v.Open("/users/" + who.ID)
			if _, err := v.Evaluate(send, "/lifecycle/suspend"); err != nil {
				t.Fatal(err)
			}
			if err := v.Locator(".note, .toast").First().WaitFor(); err != nil {
				t.Fatal(err)
			}
			readable(t, v, "after suspending", text)
		}
	}
}

const send = `path => {
	const form = document.querySelector('form[action$="' + path + '"]');
	form.querySelector('[name=note]').value = 'called in';
	form.requestSubmit();
}`
