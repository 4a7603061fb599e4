package login

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/sessions"
)

// TestFreshSignInOverTheIssuer: a fresh sign-in raises the session that asked for it,
// and nothing else does; what was typed is there after it, once, for this session.
func TestFreshSignInOverTheIssuer(t *testing.T) {
	now := func(d time.Duration) func(*rig) {
		return func(r *rig) { r.issuer.claims = set("auth_time", r.clock.now().Add(d).Unix()) }
	}
	for name, tc := range map[string]struct {
		prepare func(*rig)
		status  int
		kept    bool
	}{
		"proved now":         {now(0), http.StatusSeeOther, true},
		"clock a bit behind": {now(-90 * time.Second), http.StatusSeeOther, true},
		"not proved":         {now(-16 * time.Minute), http.StatusBadGateway, false},
		"auth_time missing":  {func(r *rig) { r.issuer.claims = set("auth_time", nil) }, http.StatusBadGateway, false},
		"another operator":   {func(r *rig) { r.issuer.claims = set("sub", "root") }, http.StatusForbidden, false},
		"refused at the issuer": {func(r *rig) {
			r.issuer.callback = func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }
		}, http.StatusForbidden, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.browser()
			b.signIn("")
			who, _ := b.who()
			r.clock.advance(14 * time.Minute)
			name := b.get(consoleURL + "/keep?note=typed").body
			r.clock.advance(2 * time.Minute)
			before := b.cookie("__Host-keydesk").Value
			tc.prepare(r)
			to := b.get(consoleURL + "/auth/fresh?return_to=/users%3Fagain=1")
			u, err := url.Parse(to.to)
			if err != nil || u.Query().Get("max_age") != "0" || u.Query().Get("prompt") != "login" {
				t.Fatal(to.to)
			}
			p := b.get(r.issuer.authorize(u))
			if p.status != tc.status {
				t.Fatalf("%d %s (%v)", p.status, p.body, r.last())
			}
			after, in := b.who()
			if !in || after.Session != who.Session || after.ID != who.ID {
				t.Errorf("the session became %+v (%v)", after, in)
			}
			if raised := after.AuthTime.After(who.AuthTime); raised != tc.kept || (b.cookie("__Host-keydesk").Value != before) != tc.kept {
				t.Errorf("proved at %v, before at %v", after.AuthTime, who.AuthTime)
			}
			if got := b.get(consoleURL + "/take?name=another").body; got != "" {
				t.Errorf("under another name: %q", got)
			}
			if got := b.get(consoleURL + "/take?name=" + name).body; got != "typed" {
				t.Errorf("typed %q", got)
			}
			if got := b.get(consoleURL + "/take?name=" + name).body; got != "" {
				t.Errorf("a second time: %q", got)
			}
		})
	}
}

// TestFreshACR: where a kind of proof is asked for, another one is not enough.
func TestFreshACR(t *testing.T) {
	for acr, want := range map[string]int{"urn:okta:loa:2fa:any": http.StatusSeeOther, "urn:okta:loa:1fa:any": http.StatusBadGateway, "": http.StatusBadGateway} {
		r := newRig(t, func(c *Config) { c.FreshACR = "urn:okta:loa:2fa:any" })
		b := r.browser()
		b.signIn("")
		u, err := url.Parse(b.get(consoleURL + "/auth/fresh").to)
		if err != nil || u.Query().Get("acr_values") != "urn:okta:loa:2fa:any" {
			t.Fatal(u, err)
		}
		r.issuer.claims = func(m map[string]any) { m["acr"], m["auth_time"] = acr, r.clock.now().Unix() }
		if p := b.get(r.issuer.authorize(u)); p.status != want {
			t.Errorf("%q: %d (%v)", acr, p.status, r.last())
		}
	}
}

// TestDraftIsBounded: what is too long is not kept, and an ended session keeps none.
func TestDraftIsBounded(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	if got := b.get(consoleURL + "/keep?note=" + strings.Repeat("x", maxDraft)).body; got != "" {
		t.Errorf("kept: %s", got)
	}
	b.get(consoleURL + "/keep?note=typed")
	var sealed string
	if err := r.db.R.QueryRowContext(t.Context(), `select draft from web_session`).Scan(&sealed); err != nil || sealed == "" || strings.Contains(sealed, "typed") {
		t.Errorf("%q %v", sealed, err)
	}
	b.do(http.MethodPost, consoleURL+"/auth/logout")
	b.signIn("")
	if got := b.get(consoleURL + "/take").body; got != "" {
		t.Errorf("another session has %q", got)
	}
}

// TestNarrowedMeanwhile: a fresh sign-in that comes back while another tab opened the
// counter does not widen the session again.
func TestNarrowedMeanwhile(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	get := func() (*http.Request, *sessions.Session) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		req.AddCookie(&http.Cookie{Name: "__Host-keydesk", Value: b.cookie("__Host-keydesk").Value})
		ses, err := r.login.sessions.Get(req, "__Host-keydesk")
		if err != nil || ses.IsNew {
			t.Fatal(err)
		}
		return req, ses
	}
	req, ses := get()
	fresh := *dataOf(ses)
	other, narrowed := get()
	dataOf(narrowed).Counter = &Counter{Action: "change_password", Until: r.clock.now().Add(time.Minute).UnixMilli()}
	if err := narrowed.Save(other, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	if err := r.login.sessions.raise(req, httptest.NewRecorder(), ses, &fresh); !errors.Is(err, errEnded) {
		t.Errorf("raised: %v", err)
	}
	if _, ses := get(); dataOf(ses).Counter == nil {
		t.Error("the session is wide again")
	}
}
