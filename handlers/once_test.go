package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/once"
	"keydesk/internal/testkit"
)

// yielded has an act yield something to be shown once.
func yielded(t *testing.T, k *testkit.Kit, c *testkit.Client, action desk.Action, p oktasim.Person) *testkit.Page {
	t.Helper()
	k.Org.SetStatus(p.ID, from(action))
	f := form(t, c, p.ID, "/lifecycle/"+string(action))
	f.Values.Set("send_email", "false")
	return c.Post(f.Action, f.Values)
}

func yielding() []desk.Action {
	return []desk.Action{"activate", "reactivate", "reset_password", "expire_password_with_temp_password"}
}

// A temporary password and every link stand in one answer: that of the one press
// that asked for them. They are not on the page of the act, not in the record, the
// log or the database, and neither is what opens them anywhere but on that page.
func TestSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	for _, htmx := range []bool{true, false} {
		k := testkit.New(t)
		c := k.As("helpdesk")
		c.HTMX = htmx
		for i, p := range ordinary(t, k, len(yielding())) {
			action := yielding()[i]
			page := yielded(t, k, c, action, p)
			ask := onceForm(t, page)
			shown := c.Post(ask.Action, ask.Values)
			secret := shownIn(t, shown)
			again := c.Post(ask.Action, ask.Values)
			if again.Status != http.StatusGone || !again.Has("shown already") {
				t.Errorf("%s: a second press gets %d: %s", action, again.Status, short(again))
			}
			if cc := shown.Header.Get("Cache-Control"); cc != "no-store" {
				t.Errorf("%s: kept by caches: %q", action, cc)
			}
			found(t, k, string(action), secret, page.Body+again.Body+c.Get("/users/"+p.ID).Body+c.Get("/audit").Body)
			_, key, _ := strings.Cut(ask.Values.Get("handle"), ".")
			found(t, k, string(action)+" (key)", key, shown.Body+again.Body+c.Get("/users/"+p.ID).Body+c.Get("/audit").Body)
		}
	}
}

// found fails when a secret is in the pages, in what is logged, or in any file of
// the database.
func found(t *testing.T, k *testkit.Kit, what, secret, pages string) {
	t.Helper()
	if len(secret) < 12 {
		t.Fatalf("%s: %q is no secret", what, secret)
	}
	for name, text := range map[string]string{"a page": pages, "the log": k.Logs.String(), "the record": fmt.Sprint(k.Acts(audit.Filter{}))} {
		if strings.Contains(text, secret) {
			t.Errorf("%s: the secret is in %s", what, name)
		}
	}
	for _, b := range k.Stored() {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s: the secret is in the database", what)
		}
	}
}

// What waits to be shown is shown to the session of the act alone, within five
// minutes, and to nobody with a part of the handle. Each refusal has its row.
func TestWhoMayNotSee(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c, other, same := k.As("helpdesk"), k.As("admin"), k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	ask := onceForm(t, yielded(t, k, c, "expire_password_with_temp_password", p))
	handle := ask.Values.Get("handle")
	id, key, _ := strings.Cut(handle, ".")
	for name, tt := range map[string]struct {
		c      *testkit.Client
		handle string
	}{
		"another operator": {other, handle}, "another session of the same one": {same, handle}, "no key": {c, id}, "another key": {c, id + "." + strings.Repeat("A", len(key))},
		"no handle": {c, ""}, "another id": {c, "X" + handle},
	} {
		if got := postHandle(tt.c, ask, tt.handle); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, got.Status, short(got))
		}
		if a := k.Acts(audit.Filter{Limit: 1})[0]; a.Phase != audit.PhaseRefused || a.Action != "once.reveal" || a.Detail != "once.unknown" {
			t.Errorf("%s: recorded %+v", name, a.Row)
		}
	}
	if got := postHandle(k.Anonymous(), ask, handle); got.Status == http.StatusOK {
		t.Errorf("somebody who is not signed in gets %d", got.Status)
	}
	k.Advance(once.Life + time.Second)
	if got := postHandle(c, ask, handle); got.Status != http.StatusGone || !got.Has("within 5 minutes") {
		t.Errorf("too late: %d %s", got.Status, short(got))
	}
}

func postHandle(c *testkit.Client, ask *testkit.Form, handle string) *testkit.Page {
	v := ask.Values
	v.Set("handle", handle)
	return c.Post(ask.Action, v)
}

// Of many presses at once one shows the secret.
func TestRevealAtOnce(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	ask := onceForm(t, yielded(t, k, c, "reset_password", ordinary(t, k, 1)[0]))
	var mu sync.Mutex
	n := map[int]int{}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			got := c.Post(ask.Action, ask.Values)
			mu.Lock()
			defer mu.Unlock()
			n[got.Status]++
		})
	}
	wg.Wait()
	if n[http.StatusOK] != 1 || n[http.StatusGone] != 49 {
		t.Errorf("%v", n)
	}
	shown := 0
	for _, a := range k.Acts(audit.Filter{Action: "once.reveal"}) {
		if a.Phase == audit.PhaseEvent {
			shown++
		}
	}
	if shown != 1 {
		t.Errorf("%d rows say that it was shown", shown)
	}
}

// rename moves a table of the console out of its way, or back.
func rename(t *testing.T, k *testkit.Kit, from, to string) {
	t.Helper()
	if _, err := k.Store.W.ExecContext(t.Context(), "alter table "+from+" rename to "+to); err != nil {
		t.Fatal(err)
	}
}

// Nothing is shown while the record cannot be written; it can be once it can.
func TestRevealNeedsTheRecord(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	ask := onceForm(t, yielded(t, k, c, "reset_password", ordinary(t, k, 1)[0]))
	rename(t, k, "record", "gone")
	if got := c.Post(ask.Action, ask.Values); got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, "https://brightwater") {
		t.Errorf("%d %s", got.Status, short(got))
	}
	rename(t, k, "gone", "record")
	shownIn(t, c.Post(ask.Action, ask.Values))
}
