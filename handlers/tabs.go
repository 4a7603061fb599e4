package handlers

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/views"
)

// show draws one page of a person, after an action too: it reads what Okta has now
// and says in tab how the action ended.
type show func(c Ctx, status int, id okta.UserID, tab views.Tab) error

// read is the door to a page of a person.
func (h *Handlers) read(page show) func(Ctx) error {
	return func(c Ctx) error {
		id, err := userID(c)
		if err != nil {
			return err
		}
		tab, err := h.again(c)
		if err != nil {
			return err
		}
		return page(c, http.StatusOK, id, tab)
	}
}

// answer sends the whole page, or to script the part of it that changes, with a
// toast in place of a notice that needs no second look.
func answer[P any](h *Handlers, c Ctx, status int, title string, p *P, tab *views.Tab, whole, body func(views.Frame, P) templ.Component) error {
	f := h.frame(c, title, "users")
	if !partial(c) {
		return h.render(c, status, whole(f, *p))
	}
	var toast templ.Component = templ.NopComponent // an older one would speak beside this answer
	if n := tab.Notice; n != nil && n.Tone == "ok" && n.Once.IsZero() {
		toast, tab.Notice = views.Toast(*n), nil
	}
	return h.render(c, status, body(f, *p), into("#toasts", toast))
}

// moved keeps the address bar true when an action's answer is another page than
// the one it was started on.
func moved(c Ctx, to string) { c.Response().Header().Set("HX-Push-Url", to) }

func (h *Handlers) showAccess(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	page, err := h.c.Desk.Access(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	p := views.AccessProps{Tab: tab, AccessPage: page, Filter: c.QueryParam("filter")}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Access, views.AccessBody)
}

func (h *Handlers) showLinks(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	about, err := desk.ParseObject(only("link", c.QueryParam("name")))
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Action: "links.list", Field: "name", Msg: "This cannot be the name of a relationship: use letters, digits, dots, dashes and underscores.", Err: err}
	}
	page, err := h.c.Desk.Links(c.Request().Context(), actor(c), id, desk.LinkQuery{Name: about.Link, Text: c.QueryParam("q")})
	if err != nil {
		return err
	}
	p := views.LinksProps{Tab: tab, LinksPage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.LinkedPeople, views.LinkedPeopleBody)
}

func (h *Handlers) showRoles(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	page, err := h.c.Desk.Roles(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	p := views.RolesProps{Tab: tab, RolesPage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Roles, views.RolesBody)
}

func (h *Handlers) showRole(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	about, err := desk.ParseObject(c.Param)
	if err != nil {
		return err
	}
	held := "USER"
	if c.QueryParam("held") == "GROUP" {
		held = "GROUP"
	}
	page, err := h.c.Desk.Role(c.Request().Context(), actor(c), id, desk.RoleQuery{Role: about.Role, Held: held, Text: c.QueryParam("q")})
	if err != nil {
		return err
	}
	p := views.RoleProps{Tab: tab, RolePage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Role, views.RoleBody)
}

func (h *Handlers) showAssign(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	kind, from := c.QueryParam("type"), c.QueryParams()
	if c.Request().Method == http.MethodPost {
		kind, from = c.Param("type"), c.Request().PostForm
	}
	about, err := desk.ParseObject(only("type", kind))
	if err != nil {
		return err
	}
	scope, err := desk.ParseScope(from["group"], from["app"])
	if err != nil {
		return err
	}
	page, err := h.c.Desk.Assigning(c.Request().Context(), actor(c), id, desk.RoleChoice{Type: about.Type, Scope: scope, Text: from.Get("q")})
	if err != nil {
		return err
	}
	p := views.AssignProps{Tab: tab, AssignPage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Assign, views.AssignBody)
}

func (h *Handlers) showSignIns(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	after := c.QueryParam("after")
	page, err := h.c.Desk.SignIns(c.Request().Context(), actor(c), id, after)
	if err != nil {
		return err
	}
	p := views.SignInsProps{Tab: tab, SignInsPage: page, After: after}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.SignIns, views.SignInsBody)
}

func (h *Handlers) showClient(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	about, err := desk.ParseObject(c.Param)
	if err != nil {
		return err
	}
	at := desk.ClientCursors{Grants: c.QueryParam("grants"), Tokens: c.QueryParam("tokens")}
	page, err := h.c.Desk.Client(c.Request().Context(), actor(c), id, about.Client, at)
	if err != nil {
		return err
	}
	p := views.ClientProps{Tab: tab, ClientPage: page, After: at}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Client, views.ClientBody)
}

func (h *Handlers) showGrant(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	about, err := desk.ParseObject(c.Param)
	if err != nil {
		return err
	}
	page, err := h.c.Desk.Grant(c.Request().Context(), actor(c), id, about.Grant)
	if err != nil {
		return err
	}
	p := views.GrantProps{Tab: tab, GrantPage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Grant, views.GrantBody)
}

func (h *Handlers) showToken(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	about, err := desk.ParseObject(c.Param)
	if err != nil {
		return err
	}
	page, err := h.c.Desk.Token(c.Request().Context(), actor(c), id, about.Client, about.Token)
	if err != nil {
		return err
	}
	p := views.TokenProps{Tab: tab, TokenPage: page}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Token, views.TokenBody)
}

// only is an address that has one part.
func only(name, value string) func(string) string {
	return func(wanted string) string {
		if wanted == name {
			return value
		}
		return ""
	}
}

// startedOn reports whether script sent an action from a page of the person other
// than the first.
func startedOn(c Ctx, id okta.UserID, page string) bool {
	u, err := url.Parse(c.Request().Header.Get("HX-Current-URL"))
	return htmx(c) && err == nil && u.Path == views.UserURL(id)+page
}
