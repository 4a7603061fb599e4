package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"keydesk/internal/desk"
	"keydesk/views"
)

// staffRoutes are the page of staff's sessions and its buttons.
func (h *Handlers) staffRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: views.StaffPath, do: h.staff},
		{Method: http.MethodPost, Path: views.StaffPath + "/:session/end", do: h.endSession},
		{Method: http.MethodPost, Path: views.OthersURL(), do: h.endOthers},
	}
}

// session says how long the session goes on, without making it longer; nothing is
// left of one that has ended.
func (h *Handlers) session(c Ctx) error {
	left, err := h.c.Login.Left(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"left": int(left.For.Seconds()), "last": left.Last, "who": left.Who})
}

// stay is a use of the session, and nothing else.
func (h *Handlers) stay(c Ctx) error { return c.NoContent(http.StatusNoContent) }

func (h *Handlers) signedIn(c Ctx) error {
	return h.render(c, http.StatusOK, views.SignedIn(h.frame(c, "Signed in", "")))
}

func (h *Handlers) staff(c Ctx) error { return h.showStaff(c, http.StatusOK, nil) }

func (h *Handlers) showStaff(c Ctx, status int, n *views.Notice) error {
	list, err := h.sessions(c)
	if err != nil {
		return err
	}
	p := views.StaffProps{Sessions: list, Told: h.c.Desk.AsksOkta(actor(c)) || h.c.Login.AsksIssuer(c), Notice: n}
	f := h.frame(c, "Where you are signed in", "")
	if partial(c) {
		return h.render(c, status, views.StaffMain(f, p))
	}
	return h.render(c, status, views.StaffSessions(f, p))
}

// sessions are those that the operator may know of.
func (h *Handlers) sessions(c Ctx) ([]desk.StaffSession, error) {
	all, err := h.c.Login.Sessions(c.Request().Context())
	if err != nil {
		return nil, err
	}
	return h.c.Desk.StaffSessions(c.Request().Context(), actor(c), all), nil
}

// endSession signs one browser out: one's own, or a colleague's.
func (h *Handlers) endSession(c Ctx) error {
	all, err := h.c.Login.Sessions(c.Request().Context())
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Who.Session == c.Param("session") {
			return h.ended(c, []desk.StaffSession{s})
		}
	}
	return h.staffProblem(c, &desk.Error{Kind: desk.NotFound, Action: "session_end", Msg: "This session has ended already."})
}

// endOthers signs the operator out everywhere but here.
func (h *Handlers) endOthers(c Ctx) error {
	list, err := h.sessions(c)
	if err != nil {
		return err
	}
	var others []desk.StaffSession
	for _, s := range list {
		if s.Mine && !s.This {
			others = append(others, s)
		}
	}
	return h.ended(c, others)
}

func (h *Handlers) ended(c Ctx, list []desk.StaffSession) error {
	for _, s := range list {
		err := h.c.Desk.EndSession(c.Request().Context(), actor(c), s, func(ctx context.Context) error { return h.c.Login.EndSession(ctx, s.Who.Session) })
		if err != nil {
			return h.staffProblem(c, err)
		}
	}
	text := "It is signed out from now on."
	if len(list) != 1 {
		text = fmt.Sprintf("%d of them are signed out from now on.", len(list))
	}
	return h.showStaff(c, http.StatusOK, &views.Notice{Tone: "ok", Title: "Ended", Text: text})
}

// staffProblem says above the list why nothing was ended; to who has no business
// there, alone.
func (h *Handlers) staffProblem(c Ctx, err error) error {
	var de *desk.Error
	if !errors.As(err, &de) {
		return err
	}
	p := h.problem(c, err)
	return h.showStaff(c, p.Status, &p.Notice)
}
