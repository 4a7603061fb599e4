// Package handlers is the console's front: it turns requests into calls of the
// desk and answers into pages. It decides nothing: what an operator may do is
// the desk's to say, on every call.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// Config is what the front is made of.
type Config struct {
	Desk    *desk.Desk
	Map     *rolemap.Map
	Mapped  bool // the role map is read
	Login   *login.Login
	Reviews *review.Reviews
	Ready   func(context.Context) error // whether requests can be served
	BaseURL string                      // the console's own origin; "" follows the request's Host, in the demo alone
	Proxies []netip.Prefix              // proxies whose X-Forwarded-For is believed
	Zone    *time.Location
	Ticket  string // address of a ticket
	Console string // address of Okta's own admin console; "" hides the link
	Now     func() time.Time
	Log     *slog.Logger

	DemoSignIn     http.Handler // the demo's own issuer, its pages; nil outside the demo
	DemoSignInPath string
	Loopback       bool // listening on loopback alone: only its names are taken as Host
}

// Handlers are the console's doors.
type Handlers struct {
	c     Config
	doors map[string]desk.Action // the doors, by method and path, and what they are for
	// zippers keeps gzip writers, since one is most of a megabyte: a page has one
	// while it is compressed, not while it waits for Okta.
	zippers sync.Pool
}

// New returns the console as one handler.
func New(c Config) (*Handlers, http.Handler) {
	h := &Handlers{c: c, doors: map[string]desk.Action{}}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = addressOf(c.Proxies)
	e.HTTPErrorHandler = h.fail
	h.use(e)
	for _, r := range h.Routes() {
		h.doors[r.Method+" "+r.Path] = r.Action
		e.Add(r.Method, r.Path, h.guard(r))
		if r.Method == http.MethodGet {
			e.Add(http.MethodHead, r.Path, h.guard(r))
		}
	}
	return h, e
}

// addressOf finds the client's address: the connection's own, or what a trusted
// proxy says. Echo's default would believe anybody.
func addressOf(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		options = append(options, echo.TrustIPRange(ipNet(p)))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
