package login

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// TestCounterNeedsProofSince: the person at the counter has the operator's browser, and
// comes in neither on a proof that another app got before it was opened nor on an answer
// that was on its way.
func TestCounterNeedsProofSince(t *testing.T) {
	for name, before := range map[string]func(r *rig, b *browser) string{
		"proved for another app": func(r *rig, _ *browser) string {
			r.clock.advance(time.Minute)
			r.issuer.claims = set("auth_time", r.clock.now().Unix())
			return ""
		},
		"a token of before": func(r *rig, _ *browser) string {
			r.clock.advance(time.Minute)
			made := r.clock.now()
			r.issuer.claims = func(c map[string]any) { c["auth_time"], c["iat"] = made.Unix(), made.Unix() }
			return ""
		},
		"an answer on its way": func(r *rig, b *browser) string {
			u, err := url.Parse(b.get(consoleURL + "/auth/fresh").to)
			if err != nil {
				r.t.Fatal(err)
			}
			r.issuer.claims = set("auth_time", r.clock.now().Add(2*time.Second).Unix())
			return r.issuer.authorize(u)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.echo.GET("/narrow", func(c echo.Context) error {
				return r.login.Narrow(c, Counter{Action: "change_password", Person: danaID}, 2*time.Minute)
			})
			r.issuer.claims = set("auth_time", r.clock.now().Unix())
			b := r.browser()
			b.signIn("")
			r.clock.advance(3 * time.Minute)
			back := before(r, b)
			r.clock.advance(10 * time.Second)
			if p := b.get(consoleURL + "/narrow"); p.status != http.StatusOK {
				t.Fatal(p.status, r.last())
			}
			r.clock.advance(5 * time.Second)
			if back == "" {
				back = r.issuer.authorize(b.start(""))
			}
			p := b.get(back)
			for u, err := url.Parse(p.to); err == nil && u.Host == "issuer.test"; u, err = url.Parse(p.to) { // one that does not ask again
				p = b.get(r.issuer.authorize(u))
			}
			if p.status != http.StatusBadGateway {
				t.Errorf("%d to %q: signed in without proof", p.status, p.to)
			}
			r.clock.advance(2 * time.Second)
			r.issuer.claims = set("auth_time", r.clock.now().Unix())
			if p := b.get(r.issuer.authorize(b.start(""))); p.to != "/" {
				t.Errorf("proved anew: %d to %q, %v", p.status, p.to, r.last())
			}
		})
	}
}

// TestReturnToOfTheDatabase: who can write the database sends nobody elsewhere.
func TestReturnToOfTheDatabase(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	u := b.start("")
	r.write(`update login_attempt set return_to = $1`, "https://evil.example/keydesk")
	if p := b.get(r.issuer.authorize(u)); p.status != http.StatusSeeOther || p.to != "/" {
		t.Errorf("%d to %q", p.status, p.to)
	}
}
