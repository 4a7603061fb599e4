package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/views"
)

// lifecycleRoutes is one route for each lifecycle action, all with one handler.
func (h *Handlers) lifecycleRoutes() []Route {
	var routes []Route
	actions := desk.Lifecycle()
	for _, s := range desk.Catalog() {
		if run, ok := actions[string(s.Action)]; ok {
			routes = append(routes, of(s.Action, http.MethodPost, "/users/:id/lifecycle/"+string(s.Action), h.change(s.Action, run)))
		}
	}
	return routes
}

// change runs one action on one person and shows the person as Okta then does.
func (h *Handlers) change(a desk.Action, run desk.UserAction) echo.HandlerFunc {
	return func(c Ctx) error {
		id, err := userID(c)
		if err != nil {
			return err
		}
		out, err := run(h.c.Desk, c.Request().Context(), actor(c), id, options(c))
		if err != nil {
			return h.unchanged(c, a, id, err)
		}
		n := outcomeNotice(out)
		return h.showAfter(c, http.StatusOK, id, views.PersonProps{Person: out.Person, Notice: &n})
	}
}

// options are the fields of an action's dialog, each by its name.
func options(c Ctx) desk.UserOpts {
	on := func(name string) bool { return c.Request().PostFormValue(name) == "true" }
	return desk.UserOpts{
		Reason: desk.Reason{Ticket: c.Request().PostFormValue("ticket"), Note: c.Request().PostFormValue("note")}, Token: c.Request().PostFormValue("token"),
		SendEmail: on("send_email"), RevokeSessions: on("revoke_sessions"), OAuthTokens: on("oauth_tokens"), ForgetDevices: on("forget_devices"),
	}
}

// unchanged shows why an action did not go through, where it was started, with
// what the operator typed kept.
func (h *Handlers) unchanged(c Ctx, a desk.Action, id okta.UserID, err error) error {
	var de *desk.Error
	if !errors.As(err, &de) {
		return err
	}
	form := views.Form{Action: a, Note: c.Request().PostFormValue("note"), Ticket: c.Request().PostFormValue("ticket"), Field: de.Field}
	if de.Kind == desk.Invalid {
		form.Problem = de.Msg
	}
	switch {
	case de.Kind == desk.Invalid && partial(c):
		return render(c, statusOf(de.Kind), into("#problem-"+string(a), views.DialogProblem(h.frame(c, "", ""), form)))
	case de.Person == nil && de.Kind != desk.Invalid:
		return err
	}
	p := h.problem(c, err)
	props := views.PersonProps{Notice: &p.Notice, Form: form}
	if de.Person != nil {
		props.Person = *de.Person
	}
	if de.Kind == desk.Conflict && de.Rule != "once" || de.Kind == desk.Throttled || de.Kind == desk.Upstream {
		p.Notice.Retry = a
	}
	return h.showAfter(c, p.Status, id, props)
}

// showAfter shows the person after an action. Script swaps the parts that were
// read again; a whole page needs all of them, or a word on those it lacks.
func (h *Handlers) showAfter(c Ctx, status int, id okta.UserID, props views.PersonProps) error {
	if partial(c) {
		return h.showPerson(c, status, props)
	}
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
