package handlers

import (
	"errors"
	"net/http"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/views"
)

// approvalRoutes are the page of what waits for a second person, and its buttons.
func (h *Handlers) approvalRoutes() []Route {
	const request = views.ApprovalsPath + "/:request/"
	return []Route{
		{Method: http.MethodGet, Path: views.ApprovalsPath, Perm: desk.ReadOwnRecord, do: h.approvals},
		{Method: http.MethodPost, Path: request + "approve", Perm: desk.ActApprovals, do: h.approve},
		{Method: http.MethodPost, Path: request + "decline", Perm: desk.ActApprovals, do: h.decline},
		{Method: http.MethodPost, Path: request + "withdraw", Perm: desk.ActApprovals, do: h.withdraw},
	}
}

func (h *Handlers) approvals(c Ctx) error {
	d, err := h.draft(c)
	if err != nil {
		return err
	}
	var p views.ApprovalsProps
	if d != nil && d.Action == "approvals" {
		p = views.ApprovalsProps{At: d.About, Verb: "approve", Typed: d.Values.Get("note"), Again: true}
	}
	return h.showApprovals(c, http.StatusOK, p)
}

func (h *Handlers) showApprovals(c Ctx, status int, p views.ApprovalsProps) error {
	page, err := h.c.Desk.Approvals(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	p.ApprovalsPage = page
	f := h.frame(c, "Approvals", "approvals")
	if partial(c) {
		return h.render(c, status, views.ApprovalsMain(f, p), into("#to-decide", views.ToDecide(p.ToDecide())))
	}
	return h.render(c, status, views.Approvals(f, p))
}

// approve does what was asked for, on the word of whoever sent this.
func (h *Handlers) approve(c Ctx) error {
	out, err := h.c.Desk.Approve(c.Request().Context(), actor(c), c.Param("request"), c.Request().PostFormValue("note"))
	if err != nil {
		return h.undecided(c, "approve", err)
	}
	n := outcomeNotice(out)
	return h.showApprovals(c, http.StatusOK, views.ApprovalsProps{Notice: &n})
}

func (h *Handlers) decline(c Ctx) error {
	err := h.c.Desk.Decline(c.Request().Context(), actor(c), c.Param("request"), c.Request().PostFormValue("note"))
	return h.dropped(c, "decline", "Declined", err)
}

func (h *Handlers) withdraw(c Ctx) error {
	return h.dropped(c, "withdraw", "Withdrawn", h.c.Desk.Withdraw(c.Request().Context(), actor(c), c.Param("request")))
}

// dropped answers the end of a request that is not done.
func (h *Handlers) dropped(c Ctx, verb, title string, err error) error {
	if err != nil {
		return h.undecided(c, verb, err)
	}
	return h.showApprovals(c, http.StatusOK, views.ApprovalsProps{Notice: &views.Notice{Tone: "ok", Title: title, Text: "Nothing was sent to Okta."}})
}

// undecided shows why a decision was not taken, or what became of the act, above
// what waits now; a mistyped reason stands in its dialog again.
func (h *Handlers) undecided(c Ctx, verb string, err error) error {
	var de *desk.Error
	if !errors.As(err, &de) {
		return err
	}
	problem := h.problem(c, de)
	p := views.ApprovalsProps{Notice: &problem.Notice}
	if de.Kind == desk.NeedsProof {
		h.keep(c, p.Notice, login.Draft{Action: "approvals", About: c.Param("request")})
	}
	if de.Kind == desk.Invalid && de.Field == "note" {
		p = views.ApprovalsProps{At: c.Param("request"), Verb: verb, Typed: c.Request().PostFormValue("note"), Problem: de.Msg}
	}
	return h.showApprovals(c, problem.Status, p)
}
