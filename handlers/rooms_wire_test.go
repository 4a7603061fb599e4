package handlers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// letter is a call as it went out to the organisation.
type letter struct{ Method, Path, Body, IfMatch string }

// wire listens between the console and the organisation.
type wire struct {
	next http.RoundTripper
	hold func(*http.Request) bool // calls that get no answer until they are given up; nil: none

	mu  sync.Mutex
	all []letter
}

// RoundTrip passes a call on and keeps what it said.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Lock()
	w.all = append(w.all, letter{req.Method, req.URL.Path, string(body), req.Header.Get("If-Match")})
	w.mu.Unlock()
	if w.hold != nil && w.hold(req) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return w.next.RoundTrip(req)
}

// changes are the calls that change something, since the last look.
func (w *wire) changes() (out []letter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.all {
		if l.Method != http.MethodGet {
			out = append(out, l)
		}
	}
	w.all = nil
	return out
}

// wired is a console whose letters are read.
func wired(t *testing.T) (*testkit.Kit, *wire) {
	t.Helper()
	w := &wire{}
	k := testkit.New(t, testkit.Options{Wrap: func(next http.RoundTripper) http.RoundTripper {
		w.next = next
		return w
	}})
	return k, w
}

// profileOf is a person's profile as the organisation sends it, attribute by
// attribute.
func profileOf(t *testing.T, k *testkit.Kit, id string) map[string]json.RawMessage {
	t.Helper()
	var u struct{ Profile map[string]json.RawMessage }
	if err := json.Unmarshal(k.Okta(http.MethodGet, "/api/v1/users/"+id, nil), &u); err != nil {
		t.Fatal(err)
	}
	return u.Profile
}

// formAt is the form on a page that is sent to an address with this end, with a
// reason filled in.
func formAt(t *testing.T, c *testkit.Client, page, suffix string) *testkit.Form {
	t.Helper()
	got := c.Get(page)
	f := reasoned(got, suffix)
	if f == nil {
		t.Fatalf("no form for %s on %s: %d %s", suffix, page, got.Status, short(got))
	}
	return f
}

func reasoned(p *testkit.Page, suffix string) *testkit.Form {
	f := p.Form(suffix)
	if suffix == views.UsersPath { // the search is sent there too
		f = p.FormOf(suffix)
	}
	if f != nil {
		f.Values.Set("note", "called in, knows her employee number")
		f.Values.Set("ticket", "INC-4711")
	}
	return f
}

// onlyAct is the one act that the record has on somebody.
func onlyAct(t *testing.T, k *testkit.Kit, target, action string) audit.Act {
	t.Helper()
	acts := k.Acts(audit.Filter{Target: target, Action: action, Acts: true})
	if len(acts) != 1 {
		t.Fatalf("%s: %d acts on %s: %+v", action, len(acts), target, acts)
	}
	return acts[0]
}

// turnedDown asserts that a form changed nothing and says why, and that the record
// keeps the refusal.
func turnedDown(t *testing.T, k *testkit.Kit, what string, got *testkit.Page, status int, says string) {
	t.Helper()
	if got.Status != status || writes(k) != 0 || !got.Has(says) {
		t.Errorf("%s: %d (want %d, %q), %d writes: %s", what, got.Status, status, says, writes(k), short(got))
	}
}

// nowhere asserts that a secret is in no log, no row and no byte of the database.
func nowhere(t *testing.T, k *testkit.Kit, secret string) {
	t.Helper()
	if strings.Contains(k.Logs.String(), secret) {
		t.Errorf("the log holds %q", secret)
	}
	for _, a := range k.Acts(audit.Filter{Limit: 1000}) {
		if b, err := json.Marshal(a); err != nil || strings.Contains(string(b), secret) {
			t.Errorf("row %d holds %q (%v)", a.Seq, secret, err)
		}
	}
	for _, b := range k.Stored() {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("the database holds %q", secret)
		}
	}
}
