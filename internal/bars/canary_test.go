package bars

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// watched is everything that came out of one console: pages and addresses.
type watched struct {
	*testkit.Process
	bodies, addresses []string
}

func (w *watched) saw(p *testkit.Page) *testkit.Page {
	w.bodies = append(w.bodies, p.Body)
	w.addresses = append(w.addresses, p.Path, p.Header.Get("Location"), p.Header.Get("HX-Redirect"), p.Header.Get("HX-Push-Url"))
	return p
}

// Every change is done, what it yields is looked at, and every page is read. Then
// each secret is looked for: the console's own are in no page, no address, no line
// of the log and no file of the data folder; what is shown once is in one page and
// nowhere else.
func TestCanaries(t *testing.T) {
	w := &watched{Process: testkit.Run(t, testkit.Build(t), nil)}
	never := map[string]string{"the API token": w.Org.Token(), "the client secret": "known to two processes"}
	once := map[string]string{}
	for _, s := range testkit.Changes() {
		c := w.As("admin")
		for i, v := range c.Cookies() {
			never["a session of "+string(s.Action)+string(rune('0'+i))] = v
		}
		e := w.Exercise(c, s.Action)
		e.Form.Values.Set("send_email", "false")
		if s.Action == "users.create" {
			e.Form.Values.Set("password", "true")
		}
		for name, v := range typed(e) {
			never[name+" of "+string(s.Action)] = v
		}
		w.read(c, e, s, once)
	}
	if len(once) < 5 || len(never) < 40 {
		t.Fatalf("%d secrets were shown once, %d are never to be seen", len(once), len(never))
	}
	for what, v := range never {
		w.nowhere(t, what, v, 0)
	}
	for what, v := range once {
		w.nowhere(t, what, v, 1)
	}
}

// read sends a change, looks at what it yields, and reads the pages about it.
func (w *watched) read(c *testkit.Client, e testkit.Exercise, s desk.Spec, once map[string]string) {
	got := w.saw(c.Post(e.Form.Action, e.Form.Values))
	if f := got.FormOf("/once"); f != nil {
		shown := w.saw(c.Post(f.Action, f.Values))
		if m := secret.FindStringSubmatch(shown.Body); m != nil {
			once["what "+string(s.Action)+" yields"] = m[1]
		}
		w.saw(c.Post(f.Action, f.Values))
	}
	if testkit.AtCounter(s.Action) {
		c = w.As("admin") // the session ended with the counter
	}
	for _, path := range []string{"/", "/audit", "/approvals", "/users/" + e.Person.ID, "/users/" + e.Person.ID + "/raw", "/users/" + e.Person.ID + "/sign-ins"} {
		w.saw(c.Get(path))
	}
}

var secret = regexp.MustCompile(`<code id="once">([^<]+)</code>`)

// typed are what the person types at a counter, made unlike anything else.
func typed(e testkit.Exercise) map[string]string {
	out := map[string]string{}
	if !testkit.AtCounter(e.Action) {
		return out
	}
	if e.Form.Values.Has("new") {
		v := "Canary-" + string(e.Action) + "-77"
		e.Form.Values.Set("new", v)
		e.Form.Values.Set("again", v)
		out["the new password"] = v
	}
	if e.Action == "change_recovery_question" {
		e.Form.Values.Set("answer", "canary argonaut")
		out["the answer"] = "canary argonaut"
	}
	if v := e.Form.Values.Get("old"); v != "" {
		out["the old password"] = v
	}
	return out
}

// nowhere fails when a secret is in the log, in an address or in a file, or in
// another number of pages than it may be.
func (w *watched) nowhere(t *testing.T, what, v string, pages int) {
	t.Helper()
	if len(v) < 8 {
		t.Fatalf("%s: %q is too short to be looked for", what, v)
	}
	n := 0
	for _, b := range w.bodies {
		n += min(1, strings.Count(strings.ReplaceAll(b, "&amp;", "&"), strings.ReplaceAll(v, "&amp;", "&")))
	}
	if n != pages {
		t.Errorf("%s stands in %d pages", what, n)
	}
	for _, a := range w.addresses {
		if strings.Contains(a, v) {
			t.Errorf("%s stands in the address %s", what, a)
		}
	}
	if strings.Contains(w.Said(), v) {
		t.Errorf("%s stands in the log", what)
	}
	for _, e := range w.Org.Log() {
		if strings.Contains(e.Path+e.Query, v) {
			t.Errorf("%s was sent to Okta in the address %s", what, e.Path)
		}
	}
	err := filepath.WalkDir(w.Data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path) //nolint:gosec // the test's own folder
		if strings.Contains(string(b), v) {
			t.Errorf("%s stands in %s", what, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What waits to be shown does not outlive the process that keeps it.
func TestNothingToShowAfterAStart(t *testing.T) {
	p := testkit.Run(t, testkit.Build(t), nil)
	c := p.As("helpdesk")
	e := p.Exercise(c, "expire_password_with_temp_password")
	f := c.Post(e.Form.Action, e.Form.Values).FormOf("/once")
	if f == nil {
		t.Fatal("nothing is to be shown")
	}
	p.Kill()
	p.Start()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusGone {
		t.Errorf("after a start: %d %s", got.Status, got.Text())
	}
}
