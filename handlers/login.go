package handlers

import (
	"errors"
	"net/http"

	"keydesk/internal/login"
	"keydesk/static"
	"keydesk/views"
)

func (h *Handlers) signIn(c Ctx) error { return h.c.Login.Start(c) }

// callback ends a sign-in and writes it into the record.
func (h *Handlers) callback(c Ctx) error {
	if err := h.c.Login.Callback(c); err != nil {
		return err
	}
	who, ok, err := h.c.Login.Actor(c)
	if err == nil && ok {
		err = h.c.Desk.SignedIn(c.Request().Context(), who)
	}
	if err != nil { // the answer is on its way: the log must do
		h.c.Log.ErrorContext(c.Request().Context(), "a sign-in could not be recorded", "error", err)
	}
	return nil
}

// signOut ends the session and shows a page that leads to the issuer's sign-out:
// a form may not be redirected to another origin.
func (h *Handlers) signOut(c Ctx) error {
	end, err := h.c.Login.End(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	if h.c.DemoSignIn != nil && end != "" { // the demo's issuer is at home here
		return c.Redirect(http.StatusSeeOther, end)
	}
	return h.render(c, http.StatusOK, views.SignedOut(h.frame(c, "Signed out", ""), end))
}

// backchannelLogout ends what the issuer says has ended. It answers a machine.
func (h *Handlers) backchannelLogout(c Ctx) error {
	_, err := h.c.Login.BackchannelLogout(c)
	var le *login.Error
	if !errors.As(err, &le) {
		return c.NoContent(http.StatusOK)
	}
	h.c.Log.WarnContext(c.Request().Context(), "a logout token was refused", "error", le)
	return c.JSON(le.Status, map[string]string{"error": "invalid_request", "error_description": le.Public})
}

func (h *Handlers) signedOut(c Ctx) error {
	return h.render(c, http.StatusOK, views.SignedOut(h.frame(c, "Signed out", ""), ""))
}

// alive says that the process serves requests.
func (h *Handlers) alive(c Ctx) error { return c.String(http.StatusOK, "ok\n") }

// ready says whether operators can work: the database answers. Okta or the
// issuer being away is no reason to take the console away: its pages say so.
func (h *Handlers) ready(c Ctx) error {
	if err := h.c.Ready(c.Request().Context()); err != nil {
		h.c.Log.ErrorContext(c.Request().Context(), "not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

func (h *Handlers) static(c Ctx) error {
	c.Response().Header().Del("Cache-Control")
	static.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}
