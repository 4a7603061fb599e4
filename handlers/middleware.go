package handlers

import (
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"keydesk/internal/desk"
)

const bodyLimit = "256K"

// policy is the page's Content-Security-Policy. Nothing inline, nothing from
// elsewhere, and script may make HTML only through htmx's own policy.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"

// use installs what every request passes, outermost first.
func (h *Handlers) use(e *echo.Echo) {
	e.Use(h.headers, h.logged)
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true, LogErrorFunc: h.panicked}))
	e.Use(h.host)
	e.Use(sameOrigin(http.NewCrossOriginProtection()))
	e.Use(middleware.BodyLimit(bodyLimit), wholeForm)
}

// headers sets what every answer carries, errors included.
func (h *Handlers) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c Ctx) error {
		set := c.Response().Header().Set
		set("Content-Security-Policy", policy)
		set("X-Content-Type-Options", "nosniff")
		set("Referrer-Policy", "no-referrer")
		set("Cross-Origin-Opener-Policy", "same-origin")
		set("Cross-Origin-Resource-Policy", "same-origin")
		set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		set("Cache-Control", "no-store")
		set("Vary", "Accept-Encoding, HX-Request, HX-Request-Type, HX-History-Restore-Request")
		if h.secure() {
			set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

func (h *Handlers) secure() bool { return strings.HasPrefix(h.c.BaseURL, "https://") }

// host refuses requests for another name than the console's own, such as those
// of a page whose name was pointed here by somebody else.
func (h *Handlers) host(next echo.HandlerFunc) echo.HandlerFunc {
	want := ""
	if u, err := url.Parse(h.c.BaseURL); err == nil {
		want = u.Host
	}
	return func(c Ctx) error {
		got := c.Request().Host
		probe := c.Path() == "/healthz" || c.Path() == "/readyz"
		switch {
		case probe, want != "" && strings.EqualFold(got, want), want == "" && (!h.c.Loopback || loopbackName(got)):
			return next(c)
		}
		return echo.NewHTTPError(http.StatusMisdirectedRequest)
	}
}

func loopbackName(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// sameOrigin refuses a changing request that comes from elsewhere, or says nothing
// of where it comes from. Every browser that can run the console says it; the
// standard library's protection alone lets such requests pass.
func sameOrigin(from *http.CrossOriginProtection) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c Ctx) error {
			r := c.Request()
			safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
			if from.Check(r) != nil || !safe && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
				return echo.NewHTTPError(http.StatusForbidden)
			}
			return next(c)
		}
	}
}

// wholeForm reads the form of a changing request to its end: one that was cut off
// must not go on with the fields that arrived.
func wholeForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c Ctx) error {
		r := c.Request()
		if r.Method != http.MethodPost {
			return next(c)
		}
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded"):
			return echo.NewHTTPError(http.StatusUnsupportedMediaType)
		case r.ParseForm() != nil:
			return echo.NewHTTPError(http.StatusBadRequest)
		}
		return next(c)
	}
}

const actorKey = "actor"

// guard stands before every door: who comes in needs a session, and a role in
// the console, unless the door is declared open.
func (h *Handlers) guard(r Route) echo.HandlerFunc {
	return func(c Ctx) error {
		if r.Open {
			return r.do(c)
		}
		who, ok, err := h.c.Login.Actor(c)
		if err != nil {
			return err
		}
		if !ok {
			return h.askSignIn(c)
		}
		who.Address = c.RealIP()
		c.Set(actorKey, who)
		if len(who.Roles) == 0 {
			return noRole(who)
		}
		if handled, err := h.confined(c, r); handled {
			return err
		}
		return r.do(c)
	}
}

func noRole(who desk.Actor) error {
	return &desk.Error{
		Kind: desk.Denied, Rule: "console.none", Ask: "Ask whoever runs Keydesk to add you to one of its groups.",
		Msg: "You are signed in as " + who.Name + ", and you are in none of the groups that may use this console.",
	}
}

func actor(c Ctx) desk.Actor {
	who, _ := c.Get(actorKey).(desk.Actor)
	return who
}

// askSignIn sends somebody without a session to sign in and back. A changing
// request is not repeated after that, so it leads back to the page it came from.
func (h *Handlers) askSignIn(c Ctx) error {
	back := c.Request().URL.RequestURI()
	if htmx(c) {
		back = "/"
		if u, err := url.Parse(c.Request().Header.Get("HX-Current-URL")); err == nil && u.Path != "" {
			back = u.RequestURI()
		}
		c.Response().Header().Set("HX-Redirect", signInPath(back))
		if c.Request().Method != http.MethodGet {
			h.refused(c, echo.NewHTTPError(http.StatusUnauthorized))
		}
		return c.NoContent(http.StatusUnauthorized)
	}
	if c.Request().Method != http.MethodGet {
		return echo.NewHTTPError(http.StatusUnauthorized)
	}
	return c.Redirect(http.StatusSeeOther, signInPath(back))
}

func signInPath(back string) string {
	if back == "/" {
		return "/auth/login"
	}
	return "/auth/login?return_to=" + url.QueryEscape(back)
}

// htmx reports whether script asked, and not the browser for a whole page.
func htmx(c Ctx) bool { return c.Request().Header.Get("HX-Request") == "true" }

// partial reports whether the answer goes into a part of a page.
func partial(c Ctx) bool {
	return htmx(c) && c.Request().Header.Get("HX-History-Restore-Request") != "true" && c.Request().Header.Get("HX-Request-Type") != "full"
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// logged writes a line for each request; never the address itself, which may
// hold what somebody typed.
func (h *Handlers) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c Ctx) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		h.c.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request", slog.String("method", c.Request().Method), slog.String("route", c.Path()),
			slog.Int("status", c.Response().Status), slog.Float64("took_ms", float64(time.Since(start).Microseconds())/1000), slog.String("operator", actor(c).ID), slog.String("address", c.RealIP()))
		return nil
	}
}
