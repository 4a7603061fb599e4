package login

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"keydesk/internal/idp"
)

// newDemo is the console as the demo builds it: the embedded issuer reached in
// process, its pages on the console's own origin, no base URL.
func newDemo(t *testing.T) *rig {
	t.Helper()
	const issuer = "https://issuer.keydesk.invalid"
	r := newRig(t, func(c *Config) {
		c.BaseURL, c.Issuer, c.ClientID, c.ClientSecret, c.Secure, c.OktaIDClaim = "", issuer, "keydesk-demo", "not a secret", false, ""
		c.BrowserAuthorize, c.BrowserEndSession = "/demo/sign-in/authorize", "/demo/sign-in/end-session"
		c.Identify = func(_ context.Context, who Claims) (string, string, error) { return who.Subject, "", nil }
	})
	i, err := idp.New(idp.Config{
		Issuer: issuer, ClientID: "keydesk-demo", ClientSecret: "not a secret", Now: r.clock.now,
		CallbackPath: CallbackPath, SignedOutPath: SignedOutPath, SignInPath: "/demo/sign-in",
		People: func() []idp.Person {
			return []idp.Person{
				{Key: "helpdesk", Sub: danaID, Login: "dana.kim@brightwater.example", Name: "Dana Kim", Email: "dana.kim@brightwater.example", Groups: []string{"Everyone", "Keydesk Helpdesk"}},
				{Key: "visitor", Sub: "00u1f8c2jkQ4vZx0d698", Login: "noah.fischer@brightwater.example", Name: "Noah Fischer"},
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1:8080", "localhost:49152"} {
		r.network.Hosts[host] = r.echo
	}
	r.network.Hosts["issuer.keydesk.invalid"] = i
	pages := i.SignIn()
	r.echo.Any("/demo/sign-in/*", func(c echo.Context) error { pages.ServeHTTP(c.Response(), c.Request()); return nil })
	return r
}

// TestDemo signs in, is remembered, signs out at both and is not.
func TestDemo(t *testing.T) {
	for _, host := range []string{"127.0.0.1:8080", "localhost:49152"} {
		t.Run(host, func(t *testing.T) {
			r := newDemo(t)
			b := &demoBrowser{r.browser(), "http://" + host}
			b.choose("helpdesk")
			who, in := b.whoAt(b.base)
			if !in || who.OktaID.String() != danaID || who.Roles[0] != "helpdesk" {
				t.Fatalf("%v %+v", in, who)
			}
			if p := b.follow("/auth/login?return_to=/audit"); p.to != "/audit" { // known to the issuer: no page in between
				t.Errorf("%+v (%v)", p, r.last())
			}
			p := b.do(http.MethodPost, b.base+"/auth/logout")
			if !strings.HasPrefix(p.body, "/demo/sign-in/end-session?") {
				t.Fatalf("%+v", p)
			}
			if p := b.get(b.base + p.body); p.to != SignedOutPath {
				t.Errorf("%+v", p)
			}
			if p := b.follow("/auth/login"); p.status != http.StatusOK || !strings.Contains(p.body, `value="helpdesk"`) {
				t.Errorf("%+v", p)
			}
			b.choose("visitor")
			if who, in := b.whoAt(b.base); !in || len(who.Roles) != 0 || who.Name != "Noah Fischer" {
				t.Errorf("%v %+v", in, who)
			}
		})
	}
}

type demoBrowser struct {
	*browser
	base string
}

// follow goes where it is sent until the console has answered the sign-in.
func (b *demoBrowser) follow(path string) page {
	b.r.t.Helper()
	for {
		p := b.get(b.base + path)
		if p.status != http.StatusSeeOther || strings.HasPrefix(path, CallbackPath) {
			return p
		}
		path = p.to
	}
}

func (b *demoBrowser) choose(person string) {
	b.r.t.Helper()
	p := b.get(b.base + "/auth/login")
	req, err := http.NewRequestWithContext(b.r.t.Context(), http.MethodPost, b.base+p.to, strings.NewReader(url.Values{"person": {person}}.Encode()))
	if err != nil {
		b.r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := b.hc.Do(req)
	if err != nil {
		b.r.t.Fatal(err)
	}
	_ = res.Body.Close()
	if p := b.follow(res.Header.Get("Location")); p.to != "/" {
		b.r.t.Fatalf("%+v (%v)", p, b.r.last())
	}
}
