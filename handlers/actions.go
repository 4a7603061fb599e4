package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/internal/okta"
	"keydesk/views"
)

// actionRoutes is one route for each action that a dialog is enough for, all with
// one handler, in the order of the catalogue.
func (h *Handlers) actionRoutes() []Route {
	var routes []Route
	actions := desk.Actions()
	for _, s := range desk.Catalog() {
		if run, ok := actions[s.Action]; ok {
			routes = append(routes, of(s.Action, http.MethodPost, views.ActionPath(s.Action), h.change(s.Action, run)))
		}
	}
	return routes
}

// place is where an action's dialog stands, and where its answer leads when Okta
// did it: what was looked at may be gone then. Neither: the person's first page.
type place struct {
	stands, leads show
	path          string // of the page it leads to, where that is another
}

func (h *Handlers) place(c Ctx, a desk.Action, id okta.UserID, on desk.Object) place {
	s, _ := desk.SpecOf(a)
	switch {
	case a == "roles.assign":
		return place{h.showAssign, h.showRoles, views.UserURL(id) + views.RolesPath}
	case a == "roles.remove":
		return place{h.showRole, h.showRoles, views.UserURL(id) + views.RolesPath}
	case s.Room == "targets":
		return place{stands: h.showRole, leads: h.showRole}
	case s.Room == "links":
		return place{stands: h.showLinks, leads: h.showLinks}
	case a == "grants.revoke":
		return place{h.showGrant, h.showSignIns, views.UserURL(id) + views.SignInsPath}
	case a == "grants.revoke_all", a == "clear_sessions" && startedOn(c, id, views.SignInsPath):
		return place{stands: h.showSignIns, leads: h.showSignIns}
	case a == "sessions.revoke_token":
		return place{h.showToken, h.showClient, views.ClientURL(id, on.Client)}
	case a == "grants.revoke_client", a == "sessions.revoke_tokens":
		return place{stands: h.showClient, leads: h.showClient}
	}
	return place{}
}

// change runs one action on one person and shows what it was about as Okta then
// has it.
func (h *Handlers) change(a desk.Action, run desk.UserAction) echo.HandlerFunc {
	return func(c Ctx) error {
		id, err := userID(c)
		if err != nil {
			return err
		}
		o, err := options(c)
		if err != nil {
			return err
		}
		at := h.place(c, a, id, o.On)
		out, err := run(h.c.Desk, c.Request().Context(), actor(c), id, o)
		if err != nil {
			return h.unchanged(c, a, id, o.On, at, err)
		}
		n := outcomeNotice(out)
		switch {
		case at.leads != nil:
			if at.path != "" {
				moved(c, at.path)
			}
			return at.leads(c, http.StatusOK, id, views.Tab{Notice: &n})
		case out.Person.User.ID.IsZero(): // erased
			moved(c, views.UsersPath)
			return h.found(c, http.StatusOK, desk.Query{}, &n)
		}
		return h.showAfter(c, http.StatusOK, id, views.PersonProps{Person: out.Person, Tab: views.Tab{Notice: &n}})
	}
}

// options are the fields of an action's dialog, each by its name, and what the
// address says that it is about.
func options(c Ctx) (desk.UserOpts, error) {
	field := c.Request().PostFormValue
	on, err := desk.ParseObject(c.Param)
	if err != nil {
		return desk.UserOpts{}, err
	}
	scope, err := desk.ParseScope(c.Request().PostForm["group"], c.Request().PostForm["app"])
	is := func(name string) bool { return field(name) == "true" }
	return desk.UserOpts{
		Reason: desk.Reason{Ticket: field("ticket"), Note: field("note")}, Token: field("token"), On: on, Scope: scope, Typed: field("typed"), Confirm: is("confirm"),
		SendEmail: is("send_email"), RevokeSessions: is("revoke_sessions"), OAuthTokens: is("oauth_tokens"), ForgetDevices: is("forget_devices"), Swap: is("swap"),
	}, err
}

// tabOf is what an action that did not go through leaves on the page: why, and
// what was typed for it.
func (h *Handlers) tabOf(c Ctx, a desk.Action, on desk.Object, de *desk.Error) (views.Tab, int) {
	field := c.Request().PostFormValue
	form := views.Form{Action: a, On: on, Note: field("note"), Ticket: field("ticket"), Typed: field("typed"), Field: de.Field}
	if de.Kind == desk.Invalid {
		form.Problem = de.Msg
	}
	p := h.problem(c, de)
	if de.Kind == desk.Conflict && de.Rule != "once" || de.Kind == desk.Throttled || de.Kind == desk.Upstream {
		p.Notice.Retry, p.Notice.RetryOn = a, on
	}
	if de.Kind == desk.NeedsProof {
		h.keep(c, &p.Notice, login.Draft{Action: a, On: on})
	}
	return views.Tab{Notice: &p.Notice, Form: form}, p.Status
}

// unchanged shows why an action did not go through, where it was started, with
// what the operator typed kept.
func (h *Handlers) unchanged(c Ctx, a desk.Action, id okta.UserID, on desk.Object, at place, err error) error {
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied && de.Person == nil {
		return err
	}
	tab, status := h.tabOf(c, a, on, de)
	switch {
	case de.Kind == desk.Invalid && partial(c):
		return h.render(c, status, into("#"+views.ProblemID(a, on), views.DialogProblem(h.frame(c, "", ""), tab.Form)))
	case at.stands != nil:
		return h.standing(c, status, id, at, tab, err)
	case de.Person == nil && de.Kind != desk.Invalid:
		return err
	}
	props := views.PersonProps{Tab: tab}
	if de.Person != nil {
		props.Person = *de.Person
	}
	return h.showAfter(c, status, id, props)
}

// standing shows the page that an action was started on; where what it was about
// is gone, the page that it would have led to; where neither can be read, why the
// action did not go through.
func (h *Handlers) standing(c Ctx, status int, id okta.UserID, at place, tab views.Tab, err error) error {
	var de *desk.Error
	serr := at.stands(c, status, id, tab)
	if errors.As(serr, &de) && de.Kind == desk.NotFound && at.path != "" {
		moved(c, at.path)
		serr = at.leads(c, status, id, tab)
	}
	if serr != nil {
		return err
	}
	return nil
}

// showAfter shows the person after an action. Script swaps the parts that were
// read again; a whole page needs all of them, or a word on those it lacks.
func (h *Handlers) showAfter(c Ctx, status int, id okta.UserID, props views.PersonProps) error {
	if partial(c) {
		return h.showPerson(c, status, props)
	}
	return h.showWhole(c, status, id, props)
}

// showWhole shows the person with everything read anew; where that fails, what is
// known of them from the action.
func (h *Handlers) showWhole(c Ctx, status int, id okta.UserID, props views.PersonProps) error {
	p, err := h.c.Desk.Person(c.Request().Context(), actor(c), id)
	switch {
	case err == nil:
		props.Person = p
	case props.Person.User.ID.IsZero():
		return err
	default:
		props.Person = props.Person.Whole()
	}
	return h.showPerson(c, status, props)
}
