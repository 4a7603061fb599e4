package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/views"
)

// statusOf is the HTTP status of each kind of error.
func statusOf(k desk.Kind) int {
	switch k {
	case desk.Denied, desk.Guarded:
		return http.StatusForbidden
	case desk.NotFound:
		return http.StatusNotFound
	case desk.Conflict:
		return http.StatusConflict
	case desk.Invalid:
		return http.StatusUnprocessableEntity
	case desk.Gone:
		return http.StatusGone
	case desk.Limited:
		return http.StatusTooManyRequests
	case desk.Throttled, desk.Unrecorded:
		return http.StatusServiceUnavailable
	case desk.Upstream, desk.Unsure:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

// titleOf is the heading of each kind of error.
func titleOf(k desk.Kind) string {
	switch k {
	case desk.Denied:
		return "You may not do this"
	case desk.Guarded:
		return "This account is protected"
	case desk.NotFound:
		return "Not found"
	case desk.Gone:
		return "No longer there"
	case desk.Conflict:
		return "Nothing was done"
	case desk.Invalid:
		return "This cannot be used"
	case desk.Throttled:
		return "Okta asks for a pause"
	case desk.Upstream:
		return "Okta did not do it"
	case desk.Unsure:
		return "The outcome is unknown"
	case desk.Limited:
		return "That is enough for now"
	case desk.Unrecorded:
		return "Changes are closed"
	}
	return "Something went wrong"
}

// problem is an error as a page shows it: its public words and an id, and
// nothing of its cause. The cause goes to the log under the same id.
func (h *Handlers) problem(c Ctx, err error) views.Problem {
	h.refused(c, err)
	p := views.Problem{Status: http.StatusInternalServerError}
	p.Notice = views.Notice{Tone: "bad", Title: "Something went wrong", Text: "The console failed; nothing more is known here. Try again.", ErrorID: rand.Text()[:10]}
	var de *desk.Error
	var le *login.Error
	var he *echo.HTTPError
	switch {
	case errors.As(err, &de):
		p.Status, p.Notice = statusOf(de.Kind), noticeOf(de, p.Notice.ErrorID)
	case errors.As(err, &le):
		p.Status, p.Notice.Title, p.Notice.Text = le.Status, "Sign-in did not work", le.Public
	case errors.As(err, &he):
		p.Status = he.Code
		p.Notice.Title, p.Notice.Text = httpWords(he.Code)
	}
	h.c.Log.LogAttrs(c.Request().Context(), levelOf(p.Status), "request failed", slog.String("error_id", p.Notice.ErrorID), slog.Int("status", p.Status),
		slog.String("method", c.Request().Method), slog.String("route", c.Path()), slog.Any("error", err))
	return p
}

func noticeOf(e *desk.Error, id string) views.Notice {
	title := titleOf(e.Kind)
	s, known := desk.SpecOf(e.Action)
	switch {
	case e.Rule == "once":
		title = "Already sent"
	case e.Kind == desk.Upstream && (!known || s.Risk == desk.Reading):
		title = "Okta could not be asked"
	}
	n := views.Notice{Tone: "bad", Title: title, Text: e.Msg, Rule: e.Rule, Ask: e.Ask, Seq: e.Seq, RetryAfter: e.RetryAfter, ErrorID: id}
	switch e.Kind {
	case desk.Denied, desk.Guarded, desk.Conflict, desk.Throttled, desk.Unsure, desk.NotFound, desk.Gone, desk.Limited:
		n.Tone = "warn"
	}
	return n
}

func httpWords(code int) (title, text string) {
	switch code {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "Not found", "There is no such page here."
	case http.StatusUnauthorized:
		return "You are not signed in", "Nothing was changed. Sign in, then try again."
	case http.StatusForbidden:
		return "Refused", "This request did not come from the console's own pages. Nothing was changed."
	case http.StatusMisdirectedRequest:
		return "Wrong address", "The console is reached under another name. Nothing was changed."
	case http.StatusBadRequest, http.StatusUnsupportedMediaType:
		return "Not understood", "The request was not whole, or not a form of this console. Nothing was changed."
	case http.StatusRequestEntityTooLarge:
		return "Too much", "The request is larger than anything the console asks for."
	}
	return "Something went wrong", "The console could not answer. Try again."
}

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// fail answers every request that a handler could not.
func (h *Handlers) fail(err error, c Ctx) {
	if c.Response().Committed {
		return
	}
	p := h.problem(c, err)
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	var rerr error
	if partial(c) {
		rerr = h.render(c, p.Status, into("#notice", views.NoticePart(h.frame(c, "", ""), p.Notice)))
	} else {
		rerr = h.render(c, p.Status, views.ProblemPage(h.frame(c, p.Notice.Title, ""), p))
	}
	if rerr != nil {
		h.c.Log.ErrorContext(c.Request().Context(), "an error page failed", "error", rerr)
		_ = c.String(http.StatusInternalServerError, "Something went wrong. Error id "+p.Notice.ErrorID)
	}
}

func (h *Handlers) panicked(c Ctx, err error, stack []byte) error {
	h.c.Log.LogAttrs(context.WithoutCancel(c.Request().Context()), slog.LevelError, "panic", slog.Any("error", err), slog.String("stack", string(stack)))
	return err
}
