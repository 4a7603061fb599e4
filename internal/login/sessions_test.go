package login

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestIdleLimit holds the limit to the second, although the database learns of
// a use only once a minute.
func TestIdleLimit(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	for _, step := range []time.Duration{time.Second, 59 * time.Second, 30 * time.Second, 15*time.Minute - time.Second, 15*time.Minute - time.Second} {
		r.clock.advance(step)
		if _, in := b.who(); !in {
			t.Fatalf("signed out after %v without use", step)
		}
	}
	r.clock.advance(15 * time.Minute)
	if _, in := b.who(); in {
		t.Error("still signed in after 15 minutes without use")
	}
}

func TestAbsoluteLimit(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	for range 12*6 - 1 { // in use every ten minutes, to the last second
		r.clock.advance(10 * time.Minute)
		if _, in := b.who(); !in {
			t.Fatal("signed out early")
		}
	}
	r.clock.advance(10*time.Minute - time.Second)
	if _, in := b.who(); !in {
		t.Fatal("signed out a second early")
	}
	r.clock.advance(time.Second)
	if _, in := b.who(); in {
		t.Error("still signed in after 12 hours")
	}
}

// TestTouches counts what the idle limit costs the database.
func TestTouches(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	writes, last := 0, r.seenAt()
	for range 300 { // five minutes, a request each second
		r.clock.advance(time.Second)
		b.who()
		if at := r.seenAt(); at != last {
			writes, last = writes+1, at
		}
	}
	if writes != 5 {
		t.Errorf("%d writes in five minutes, want 5", writes)
	}
}

func (r *rig) seenAt() (ms int64) {
	r.t.Helper()
	if err := r.db.R.QueryRowContext(r.t.Context(), `select seen_at from web_session`).Scan(&ms); err != nil {
		r.t.Fatal(err)
	}
	return ms
}

// TestRestart: a new process knows the last use only to the minute, and may end
// a session early but never late.
func TestRestart(t *testing.T) {
	for name, tc := range map[string]struct {
		idle time.Duration
		in   bool
	}{"in use": {14 * time.Minute, true}, "idle": {15 * time.Minute, false}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.browser()
			b.signIn("")
			r.clock.advance(50 * time.Second)
			b.who()
			r.login = New(r.login.cfg, r.db)
			r.clock.advance(tc.idle)
			if _, in := b.who(); in != tc.in {
				t.Errorf("signed in: %v, want %v", in, tc.in)
			}
		})
	}
}

func TestSweepSparesTheLiving(t *testing.T) {
	r := newRig(t)
	living, idle := r.browser(), r.browser()
	living.signIn("")
	idle.signIn("")
	r.clock.advance(50 * time.Second)
	living.who() // not written yet
	r.clock.advance(14*time.Minute + 30*time.Second)
	if err := r.login.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, in := living.who(); !in {
		t.Error("a living session was swept")
	}
	if _, in := idle.who(); in {
		t.Error("an idle one lives")
	}
	r.clock.advance(2 * time.Minute)
	if err := r.login.Sweep(t.Context()); err != nil || r.count("web_session") != 1 || len(r.login.sessions.seen.at) != 1 {
		t.Errorf("%v, %d rows, %d remembered; want 1 of each", err, r.count("web_session"), len(r.login.sessions.seen.at))
	}
}

// TestFixation: a session id from elsewhere never becomes a session, and each
// sign-in gets a new one.
func TestFixation(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	planted := secret()
	b.plant("__Host-keydesk", planted)
	b.signIn("")
	first := b.cookie("__Host-keydesk").Value
	if first == planted {
		t.Error("the planted id was taken")
	}
	if _, in := r.with(planted).who(); in {
		t.Error("the planted id is signed in")
	}
	b.signIn("")
	if b.cookie("__Host-keydesk").Value == first {
		t.Error("the id was not renewed")
	}
	if _, in := r.with(first).who(); in {
		t.Error("the id before is still signed in")
	}
	if n := r.count("web_session"); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

// with is a browser that holds this session cookie.
func (r *rig) with(value string) *browser {
	b := r.browser()
	b.plant("__Host-keydesk", value)
	return b
}

func TestForeignCookies(t *testing.T) {
	r := newRig(t)
	r.browser().signIn("")
	var stored string
	if err := r.db.R.QueryRowContext(t.Context(), `select id_hash from web_session`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"what the database holds": stored, "empty": "", "short": "x", "rubbish": strings.Repeat("x", secretLen), "long": strings.Repeat("x", 4000), "sql": "' or 1=1 --" + strings.Repeat(" ", 32)} {
		if _, in := r.with(value).who(); in {
			t.Errorf("%s: signed in", name)
		}
	}
}

func TestSignOut(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	copied := b.cookie("__Host-keydesk").Value
	p := b.do(http.MethodPost, consoleURL+"/auth/logout")
	if p.status != http.StatusOK || !strings.HasPrefix(p.body, issuerURL+"/logout?") {
		t.Fatalf("%d %s", p.status, p.body)
	}
	for _, want := range []string{"client_id=keydesk", "id_token_hint=eyJ", "post_logout_redirect_uri=https%3A%2F%2Fconsole.test%2Fauth%2Fsigned-out"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("no %s in %s", want, p.body)
		}
	}
	if b.cookie("__Host-keydesk") != nil {
		t.Error("the browser keeps its cookie")
	}
	for range 20 {
		if _, in := r.with(copied).who(); in {
			t.Fatal("the copied cookie still works")
		}
	}
	if p := b.do(http.MethodPost, consoleURL+"/auth/logout"); p.status != http.StatusOK || p.body != "" {
		t.Errorf("a second time: %d %q", p.status, p.body)
	}
}

// TestSignOutWithoutIssuer: signing out here needs nobody.
func TestSignOutWithoutIssuer(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	r.login = New(r.login.cfg, r.db) // has not asked the issuer yet
	r.issuer.handle["/tenant/.well-known/openid-configuration"] = status(503, "text/plain", "down")
	if p := b.do(http.MethodPost, consoleURL+"/auth/logout"); p.status != http.StatusOK || p.body != "" || r.count("web_session") != 0 {
		t.Errorf("%d %q, %d sessions", p.status, p.body, r.count("web_session"))
	}
}

// TestEndedStaysEnded: a request that began before the session was ended can
// neither save it nor keep it alive.
func TestEndedStaysEnded(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	req.AddCookie(&http.Cookie{Name: "__Host-keydesk", Value: b.cookie("__Host-keydesk").Value})
	ses, err := r.login.sessions.Get(req, "__Host-keydesk")
	if err != nil || ses.IsNew {
		t.Fatal(err)
	}
	if err := ses.Save(req, httptest.NewRecorder()); err != nil {
		t.Fatalf("a living session: %v", err)
	}
	if _, err := r.login.sessions.endWhere(t.Context(), endedHere, `actor_id = $1`, dataOf(ses).Actor); err != nil {
		t.Fatal(err)
	}
	if err := ses.Save(req, httptest.NewRecorder()); !errors.Is(err, errEnded) || r.count("web_session") != 0 {
		t.Errorf("%v, %d sessions", err, r.count("web_session"))
	}
	if _, in := b.who(); in {
		t.Error("revived")
	}
}

// A page that asks by itself how far something is keeps no session from ending, and is
// answered for as long as it lasts.
func TestGlance(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	before := r.seenAt()
	b.glance = true
	for range 14 {
		r.clock.advance(time.Minute)
		if _, in := b.who(); !in {
			t.Fatal("signed out early")
		}
	}
	if r.seenAt() != before {
		t.Error("a glance was written down as a use")
	}
	r.clock.advance(time.Minute)
	if _, in := b.who(); in {
		t.Error("still signed in after 15 minutes without use")
	}
}
