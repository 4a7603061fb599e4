package login

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/sessions"

	"keydesk/internal/desk"
)

// TestStoreConformance is the contract of gorilla/sessions.
func TestStoreConformance(t *testing.T) {
	r := newRig(t)
	var s sessions.Store = r.login.sessions
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	ses, err := s.Get(req, "__Host-keydesk")
	if err != nil || !ses.IsNew || ses.Options == nil || ses.Name() != "__Host-keydesk" {
		t.Fatalf("%+v, %v", ses, err)
	}
	if again, _ := s.Get(req, "__Host-keydesk"); again != ses {
		t.Error("a second Get of one request gave another session")
	}
	dataOf(ses).Name = "before"
	w := httptest.NewRecorder()
	if err := s.Save(req, w, ses); err != nil || ses.IsNew {
		t.Fatal(err)
	}
	next := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	next.Header.Set("Cookie", strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0])
	found, err := s.New(next, "__Host-keydesk")
	if err != nil || found.IsNew || dataOf(found).Name != "before" {
		t.Fatalf("%+v, %v", found, err)
	}
	found.Options.MaxAge = -1
	w = httptest.NewRecorder()
	if err := s.Save(next, w, found); err != nil || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%v %s", err, w.Header().Get("Set-Cookie"))
	}
	if gone, err := s.New(next, "__Host-keydesk"); err != nil || !gone.IsNew {
		t.Errorf("deleted, and still there: %v", err)
	}
}

// TestDatabaseFault: not being able to tell is not being signed out.
func TestDatabaseFault(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	u := b.start("")
	if err := r.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{consoleURL + "/", consoleURL + "/auth/login", r.issuer.authorize(u)} {
		if p := b.get(address); p.status != http.StatusServiceUnavailable || p.body != sayNoStore {
			t.Errorf("%s: %d %s", address, p.status, p.body)
		}
	}
	if p := b.do(http.MethodPost, consoleURL+"/auth/logout"); p.status != http.StatusServiceUnavailable || b.cookie("__Host-keydesk") != nil {
		t.Errorf("sign-out: %d, cookie %v", p.status, b.cookie("__Host-keydesk"))
	}
}

// TestUnreadableSession: a row that the console wrote and cannot read is a fault,
// and signing in again mends it.
func TestUnreadableSession(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	w, err := r.login.sessions.read(t.Context(), `where data <> ''`)
	if err != nil {
		t.Fatal(err)
	}
	w.data = "{"
	r.write(`update web_session set data = $1, mac = $2`, w.data, r.login.sessions.sum(w))
	if p := b.get(consoleURL + "/"); p.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", p.status, p.body)
	}
	b.signIn("")
	if _, in := b.who(); !in || r.count("web_session") != 1 {
		t.Errorf("signed in %v, %d sessions", in, r.count("web_session"))
	}
}

func TestStaff(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	expect := func(want ...string) {
		t.Helper()
		if tiers, err := r.login.Staff(t.Context(), danaID); err != nil || !slices.Equal(tiers, want) {
			t.Errorf("%q %v, want %q", tiers, err, want)
		}
	}
	expect()
	b.signIn("")
	expect("helpdesk")
	r.clock.advance(time.Second)
	r.issuer.claims = set("groups", []string{"Keydesk Owners"})
	b.signIn("")
	expect("owner")
	r.clock.advance(time.Second)
	r.issuer.claims = func(c map[string]any) {
		c["sub"], c["groups"] = "another account of hers", []string{"Keydesk Helpdesk"}
	}
	r.browser().signIn("")
	expect("helpdesk", "owner")
	r.clock.advance(time.Second)
	r.issuer.claims = set("groups", []string{"Everyone"})
	b.signIn("")
	expect("helpdesk")
	if n := r.count("staff"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	if tiers, err := r.login.Staff(t.Context(), ""); len(tiers) > 0 || err != nil {
		t.Error("nobody is staff", err)
	}
}

func TestNoGroup(t *testing.T) {
	r := newRig(t)
	r.issuer.claims = set("groups", []string{})
	b := r.browser()
	b.signIn("")
	if who, in := b.who(); !in || len(who.Roles) != 0 || who.Name != "Dana Kim" {
		t.Errorf("%v %+v", in, who)
	}
}

func TestRolesAddUp(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Roles = func([]string) []desk.Role { return []desk.Role{desk.Auditor, desk.Helpdesk} }
	})
	b := r.browser()
	b.signIn("")
	if who, _ := b.who(); len(who.Roles) != 2 || who.Roles[1] != desk.Helpdesk {
		t.Errorf("%v", who.Roles)
	}
}
