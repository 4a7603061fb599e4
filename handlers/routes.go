package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/views"
)

// Ctx is the one name under which handlers know Echo's context.
type Ctx = echo.Context

// Route is one door of the console.
type Route struct {
	Method, Path string
	Perm         desk.Perm   // what the desk asks for; empty where it asks for nothing
	Action       desk.Action // of the catalogue; empty where it has none
	Op           string      // the operation of Okta's User API; empty where there is none
	Open         bool        // reached without a session
	Counter      bool        // the only doors of a session that is narrowed to the counter

	do echo.HandlerFunc
}

// Routes lists every door, in room order.
func (h *Handlers) Routes() []Route {
	const user = "/users/:id"
	routes := []Route{
		{Method: http.MethodGet, Path: "/healthz", Open: true, do: h.alive},
		{Method: http.MethodGet, Path: "/readyz", Open: true, do: h.ready},
		{Method: http.MethodGet, Path: "/static/*", Open: true, do: h.static},
		{Method: http.MethodGet, Path: "/auth/login", Open: true, do: h.signIn},
		{Method: http.MethodGet, Path: "/auth/callback", Open: true, do: h.callback},
		{Method: http.MethodPost, Path: "/auth/logout", Open: true, do: h.signOut},
		{Method: http.MethodGet, Path: "/auth/signed-out", Open: true, do: h.signedOut},
		{Method: http.MethodPost, Path: login.BackchannelPath, Open: true, do: h.backchannelLogout},
		{Method: http.MethodGet, Path: views.SessionPath, Open: true, do: h.session},
		{Method: http.MethodPost, Path: views.SessionPath, do: h.stay},
		{Method: http.MethodGet, Path: views.SignedInPath, do: h.signedIn},
		{Method: http.MethodGet, Path: views.FreshPath, do: h.signInAgain},
		{Method: http.MethodPost, Path: "/theme", do: h.theme},
		{Method: http.MethodGet, Path: "/", Perm: desk.ReadOwnRecord, do: h.home},
		{Method: http.MethodGet, Path: views.MePath, Perm: desk.ReadOwnRecord, do: h.me},
		of("users.list", http.MethodGet, "/users", h.users),
		{Method: http.MethodGet, Path: views.NewPersonPath, Perm: desk.ReadUsers, do: h.newPerson},
		of("users.create", http.MethodPost, views.ActionPath("users.create"), h.create),
		of("users.get", http.MethodGet, user, h.person),
		of("users.get", http.MethodGet, user+views.ProfilePath, h.read(h.showProfile)),
		of("users.update", http.MethodPost, views.ActionPath("users.update"), h.edit),
		of("users.get", http.MethodGet, user+views.RawPath, h.read(h.showRaw)),
		of("users.replace", http.MethodPost, views.ActionPath("users.replace"), h.replace),
		of("access.apps", http.MethodGet, user+views.AccessPath, h.read(h.showAccess)),
		of("users.get", http.MethodGet, user+views.HistoryPath, h.read(h.showTimeline)),
		of("links.list", http.MethodGet, user+views.LinksPath, h.read(h.showLinks)),
		of("roles.list", http.MethodGet, user+views.RolesPath, h.read(h.showRoles)),
		of("roles.list", http.MethodGet, user+views.AssignPath, h.read(h.showAssign)),
		of("roles.get", http.MethodGet, user+views.RolesPath+"/:role", h.read(h.showRole)),
		of("sessions.clients", http.MethodGet, user+views.SignInsPath, h.read(h.showSignIns)),
		of("sessions.tokens", http.MethodGet, user+"/clients/:client", h.read(h.showClient)),
		of("sessions.token", http.MethodGet, user+"/clients/:client/tokens/:token", h.read(h.showToken)),
		of("grants.get", http.MethodGet, user+"/grants/:grant", h.read(h.showGrant)),
	}
	routes = append(routes, h.actionRoutes()...)
	routes = append(routes, h.counterRoutes()...)
	routes = append(routes, h.approvalRoutes()...)
	routes = append(routes, h.reviewRoutes()...)
	routes = append(routes, h.staffRoutes()...)
	routes = append(routes, h.mapRoutes()...)
	routes = append(routes, Route{Method: http.MethodPost, Path: views.OncePath, Perm: desk.ShowSecrets, do: h.reveal})
	routes = append(routes,
		Route{Method: http.MethodGet, Path: views.AuditPath, Perm: desk.ReadOwnRecord, do: h.audit},
		Route{Method: http.MethodPost, Path: views.ExportPath, Perm: desk.ReadRecord, do: h.export},
	)
	return append(routes, h.demoRoutes()...)
}

// of is the route of a row of the catalogue.
func of(a desk.Action, method, path string, do echo.HandlerFunc) Route {
	s, _ := desk.SpecOf(a)
	return Route{Method: method, Path: path, Perm: s.Perm, Action: a, Op: s.Op, do: do}
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
