package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
)

// Ctx is the one name under which handlers know Echo's context.
type Ctx = echo.Context

// Route is one door of the console.
type Route struct {
	Method, Path string
	Perm         desk.Perm // what the desk asks for; empty where it asks for nothing
	Op           string    // the operation of Okta's User API; empty where there is none
	Open         bool      // reached without a session

	do echo.HandlerFunc
}

// Routes lists every door, in room order.
func (h *Handlers) Routes() []Route {
	routes := []Route{
		{Method: http.MethodGet, Path: "/healthz", Open: true, do: h.alive},
		{Method: http.MethodGet, Path: "/readyz", Open: true, do: h.ready},
		{Method: http.MethodGet, Path: "/static/*", Open: true, do: h.static},
		{Method: http.MethodGet, Path: "/auth/login", Open: true, do: h.signIn},
		{Method: http.MethodGet, Path: "/auth/callback", Open: true, do: h.callback},
		{Method: http.MethodPost, Path: "/auth/logout", Open: true, do: h.signOut},
		{Method: http.MethodGet, Path: "/auth/signed-out", Open: true, do: h.signedOut},
		{Method: http.MethodPost, Path: "/theme", do: h.theme},
		{Method: http.MethodGet, Path: "/", Perm: desk.ReadOwnRecord, do: h.home},
		of("users.list", http.MethodGet, "/users", h.users),
		of("users.get", http.MethodGet, "/users/:id", h.person),
	}
	routes = append(routes, h.lifecycleRoutes()...)
	routes = append(routes,
		of("clear_sessions", http.MethodPost, "/users/:id/sessions/clear", h.clearSessions),
		Route{Method: http.MethodGet, Path: "/audit", Perm: desk.ReadOwnRecord, do: h.audit},
	)
	return append(routes, h.demoRoutes()...)
}

// of is the route of a row of the catalogue.
func of(a desk.Action, method, path string, do echo.HandlerFunc) Route {
	s, _ := desk.SpecOf(a)
	return Route{Method: method, Path: path, Perm: s.Perm, Op: s.Op, do: do}
}

// demoRoutes are the sign-in pages of the demo's own issuer.
func (h *Handlers) demoRoutes() []Route {
	if h.c.DemoSignIn == nil {
		return nil
	}
	do := echo.WrapHandler(h.c.DemoSignIn)
	return []Route{
		{Method: http.MethodGet, Path: h.c.DemoSignInPath + "/*", Open: true, do: do},
		{Method: http.MethodPost, Path: h.c.DemoSignInPath + "/*", Open: true, do: do},
	}
}
