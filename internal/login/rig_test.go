package login

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/inproc"
	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

const (
	consoleURL = "https://console.test"
	issuerURL  = "https://issuer.test/tenant"
	clientID   = "keydesk"
	danaID     = "00u1f8c2jkQ4vZx0d697"
)

// clock is the console's time in a test.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Now().UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// rig is a console with the sign-in of this package, at an issuer that does
// what a test wants, both reached in process.
type rig struct {
	t       *testing.T
	clock   *clock
	db      *store.DB
	login   *Login
	issuer  *fakeIssuer
	echo    *echo.Echo
	failure atomic.Pointer[Error]      // the last one, as the handlers would log it
	actor   atomic.Pointer[desk.Actor] // who the last page was for
	leftIs  atomic.Pointer[Left]
	network inproc.Transport
}

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func newRig(t *testing.T, edit ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, clock: newClock()}
	r.issuer = newFakeIssuer(t, r.clock)
	r.db = storetest.Open(t)
	r.echo = r.routes()
	r.network = inproc.Transport{Hosts: map[string]http.Handler{"console.test": r.echo, "issuer.test": r.issuer}}
	cfg := Config{
		BaseURL: consoleURL, Issuer: issuerURL, ClientID: clientID, ClientSecret: "s+e/c ret", Secure: true, Key: []byte("the console's own"),
		HTTP: r.network, Now: r.clock.now, OktaIDClaim: "okta_id", Tier: tierOf,
		Identify: func(_ context.Context, c Claims) (string, string, error) { return c.OktaID, "", nil },
	}
	for _, f := range edit {
		f(&cfg)
	}
	r.login = New(cfg, r.db)
	return r
}

// last returns the last failure; it is never nil, so that tests can print it.
func (r *rig) last() *Error {
	if e := r.failure.Load(); e != nil {
		return e
	}
	return &Error{Public: "no failure"}
}

func tierOf(groups []string) string {
	for _, g := range groups {
		if tier, ok := map[string]string{"Keydesk Helpdesk": "helpdesk", "Keydesk Owners": "owner"}[g]; ok {
			return tier
		}
	}
	return ""
}

func (r *rig) routes() *echo.Echo {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	e.GET("/auth/login", func(c echo.Context) error { return r.login.Start(c) })
	e.GET(CallbackPath, func(c echo.Context) error { return r.login.Callback(c) })
	e.POST("/auth/logout", func(c echo.Context) error {
		to, err := r.login.End(c)
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, to)
	})
	e.POST(BackchannelPath, logoutRoute(r))
	r.sessionRoutes(e)
	e.GET("/*", func(c echo.Context) error {
		who, ok, err := r.login.Actor(c)
		switch {
		case err != nil:
			return err
		case !ok:
			return c.NoContent(http.StatusUnauthorized)
		}
		r.actor.Store(&who)
		return c.NoContent(http.StatusOK)
	})
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		var mine *Error
		if !errors.As(err, &mine) {
			r.t.Errorf("not a *login.Error: %v", err)
			return
		}
		r.failure.Store(mine)
		_ = c.String(mine.Status, mine.Public)
	}
	return e
}

// sessionRoutes are what the console's front does with a session.
func (r *rig) sessionRoutes(e *echo.Echo) {
	e.GET("/auth/fresh", func(c echo.Context) error { return r.login.Again(c) })
	e.GET("/left", func(c echo.Context) error {
		left, err := r.login.Left(c)
		*r.leftIs.Load() = left
		return errors.Join(err, c.NoContent(http.StatusNoContent))
	})
	e.GET("/keep", func(c echo.Context) error {
		name, err := r.login.KeepDraft(c, Draft{Action: "unlock", Values: c.QueryParams()})
		return errors.Join(err, c.String(http.StatusOK, name))
	})
	e.GET("/take", func(c echo.Context) error {
		d, err := r.login.TakeDraft(c, c.QueryParam("name"), "")
		if d == nil {
			return errors.Join(err, c.NoContent(http.StatusOK))
		}
		return errors.Join(err, c.String(http.StatusOK, d.Values.Get("note")))
	})
}

// browser keeps cookies and follows nothing.
type browser struct {
	r      *rig
	hc     *http.Client
	glance bool // it asks by itself
}

func (r *rig) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &browser{r: r, hc: &http.Client{Jar: jar, Transport: r.network, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer, read.
type page struct {
	status  int
	to      string
	body    string
	cookies []*http.Cookie
}

func (b *browser) do(method, address string) page {
	b.r.t.Helper()
	req, err := http.NewRequestWithContext(b.r.t.Context(), method, address, nil)
	if err != nil {
		b.r.t.Fatal(err)
	}
	if b.glance {
		req.Header.Set(GlanceHeader, "1")
	}
	res, err := b.hc.Do(req)
	if err != nil {
		b.r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.r.t.Fatal(err)
	}
	return page{res.StatusCode, res.Header.Get("Location"), string(body), res.Cookies()}
}

func (b *browser) get(address string) page { b.r.t.Helper(); return b.do(http.MethodGet, address) }

// start begins a sign-in and returns the address at the issuer.
func (b *browser) start(query string) *url.URL {
	b.r.t.Helper()
	p := b.get(consoleURL + "/auth/login" + query)
	u, err := url.Parse(p.to)
	if err != nil || p.status != http.StatusSeeOther {
		b.r.t.Fatalf("start: %d %q %s", p.status, p.to, p.body)
	}
	return u
}

// signIn goes all the way: the issuer agrees to whatever it is asked.
func (b *browser) signIn(query string) page {
	b.r.t.Helper()
	return b.get(b.r.issuer.authorize(b.start(query)))
}

// who returns the actor of the browser's session.
func (b *browser) who() (desk.Actor, bool) { b.r.t.Helper(); return b.whoAt(consoleURL) }

func (b *browser) whoAt(origin string) (desk.Actor, bool) {
	b.r.t.Helper()
	p := b.get(origin + "/")
	switch p.status {
	case http.StatusOK:
		return *b.r.actor.Load(), true
	case http.StatusUnauthorized:
		return desk.Actor{}, false
	}
	b.r.t.Fatalf("who: %d %s", p.status, p.body)
	return desk.Actor{}, false
}

func (b *browser) cookie(prefix string) *http.Cookie {
	u, err := url.Parse(consoleURL)
	if err != nil {
		b.r.t.Fatal(err)
	}
	for _, c := range b.hc.Jar.Cookies(u) {
		if strings.HasPrefix(c.Name, prefix) {
			return c
		}
	}
	return nil
}

func (b *browser) plant(name, value string) {
	u, err := url.Parse(consoleURL)
	if err != nil {
		b.r.t.Fatal(err)
	}
	b.hc.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

func (r *rig) count(table string) (n int) {
	r.t.Helper()
	if err := r.db.R.QueryRowContext(r.t.Context(), "select count(*) from "+table).Scan(&n); err != nil { //nolint:gosec // a constant of the tests
		r.t.Fatal(err)
	}
	return n
}

// refused asserts that a sign-in failed with this status, that nobody is signed
// in, and that the page gives nothing away.
func (r *rig) refused(b *browser, p page, status int) {
	r.t.Helper()
	if p.status != status {
		r.t.Errorf("status %d (%s; log: %v), want %d", p.status, p.body, r.last(), status)
	}
	if _, in := b.who(); in || r.count("web_session") != 0 {
		r.t.Error("somebody is signed in")
	}
	for _, secret := range []string{"eyJ", "oidc:", "sql", "select", ".go", issuerURL} {
		if strings.Contains(p.body, secret) {
			r.t.Errorf("the page shows %q: %s", secret, p.body)
		}
	}
}
