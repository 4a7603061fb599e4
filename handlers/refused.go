package handlers

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/internal/okta"
)

const refusedKey = "refused"

// refused writes into the record that a request was turned away, once a request, and
// unless the desk has done so. What Okta refuses, and what was mistyped, is no
// refusal of ours.
func (h *Handlers) refused(c Ctx, err error) {
	if c.Get(refusedKey) != nil {
		return
	}
	route := c.Request().Method + " " + c.Path()
	door, known := h.doors[route]
	action, rule := ruleOf(err, c.Request().Method, known)
	if rule == "" {
		return
	}
	c.Set(refusedKey, true)
	f := desk.Refusal{Action: cmp.Or(action, door, "request"), Rule: rule, Route: route}
	if id := c.Param("id"); id != "" {
		if f.Target, err = okta.ParseUserID(id); err != nil {
			f.Asked = id
		}
	}
	h.c.Desk.Refused(c.Request().Context(), h.whoever(c), f)
}

// ruleOf is the rule by which a request was turned away, empty when it was not, and
// what it was for, where the error says so.
func ruleOf(err error, method string, known bool) (desk.Action, string) {
	var de *desk.Error
	var le *login.Error
	var he *echo.HTTPError
	switch {
	case errors.As(err, &de):
		return de.Action, ruleOfDesk(de, method != http.MethodGet && method != http.MethodHead)
	case errors.As(err, &le):
		if le.Status >= http.StatusInternalServerError && le.Status != http.StatusBadGateway {
			return "", "" // a fault, not a refusal
		}
		return "sign_in", "sign_in.refused"
	case errors.As(err, &he) && known:
		return "", ruleOfHTTP(he.Code)
	}
	return "", ""
}

func ruleOfDesk(e *desk.Error, changes bool) string {
	rule := e.Rule
	if rule == "" {
		rule = e.Kind.String()
	}
	switch e.Kind {
	case desk.Denied, desk.Guarded, desk.NotFound, desk.Gone, desk.Conflict:
	case desk.Upstream, desk.Throttled, desk.Other:
		if !changes {
			return ""
		}
	default:
		return ""
	}
	if e.Recorded || e.Rule == "once" { // the row of the act that was sent says it
		return ""
	}
	return rule
}

func ruleOfHTTP(code int) string {
	switch code {
	case http.StatusUnauthorized:
		return "request.session"
	case http.StatusForbidden:
		return "request.origin"
	case http.StatusMisdirectedRequest:
		return "request.host"
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge:
		return "request.form"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "request.route"
	}
	return ""
}

// whoever is the operator of a request, also of one that was turned away before
// anybody asked; without a session, the address alone.
func (h *Handlers) whoever(c Ctx) desk.Actor {
	if who := actor(c); who.ID != "" {
		return who
	}
	who, ok, err := h.c.Login.Actor(c)
	if err != nil || !ok {
		who = desk.Actor{}
	}
	who.Address = c.RealIP()
	return who
}
