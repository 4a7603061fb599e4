package handlers

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"keydesk/internal/desk"
	"keydesk/internal/review"
	"keydesk/views"
)

// closing says what a close comes to.
func (h *Handlers) closing(c Ctx) error { return h.showClosing(c, http.StatusOK, nil, nil) }

// showClosing shows the page of the close; wrong is what has to be mended in its form.
func (h *Handlers) showClosing(c Ctx, status int, n *views.Notice, wrong *desk.Error) error {
	ctx, who := c.Request().Context(), actor(c)
	f, err := h.c.Reviews.Forecast(ctx, who, c.Param("review"))
	if err != nil {
		return err
	}
	if f.Review.State != review.Open {
		return h.showReview(c, status, n, nil)
	}
	p := views.ReviewCloseProps{Review: f.Review, Forecast: f, Notice: n, Ticket: c.Request().PostFormValue("ticket"), Undecided: wrong != nil && c.Request().PostFormValue("undecided") == "true"}
	if wrong != nil {
		p.Field, p.Problem = wrong.Field, wrong.Msg
	}
	if p.Since, err = h.c.Reviews.Since(ctx, who, p.Forecast.Take); err != nil {
		return err
	}
	return h.render(c, status, views.ReviewClose(h.frame(c, f.Review.Plan.Name, "reviews"), p))
}

// closeReview makes the decisions final.
func (h *Handlers) closeReview(c Ctx) error {
	form := c.Request().PostFormValue
	v, err := h.c.Reviews.Close(c.Request().Context(), actor(c), c.Param("review"), review.Final{Shown: form("shown"), Undecided: form("undecided") == "true", Ticket: form("ticket")})
	if err != nil {
		return h.notClosed(c, err)
	}
	return c.Redirect(http.StatusSeeOther, views.ReviewURL(v.ID))
}

func (h *Handlers) closeAgain(c Ctx) error {
	v, err := h.c.Reviews.Again(c.Request().Context(), actor(c), c.Param("review"))
	if err != nil {
		return h.notRun(c, err)
	}
	return c.Redirect(http.StatusSeeOther, views.ReviewURL(v.ID))
}

func (h *Handlers) stopReview(c Ctx) error {
	err := h.c.Reviews.Stop(c.Request().Context(), actor(c), c.Param("review"), c.Request().PostFormValue("note"))
	if err != nil {
		return h.notClosed(c, err)
	}
	return c.Redirect(http.StatusSeeOther, views.ReviewURL(c.Param("review")))
}

// notClosed says above the page of the close why it did not happen.
func (h *Handlers) notClosed(c Ctx, err error) error {
	problem, again, err := h.runProblem(c, err)
	switch {
	case again != nil:
		return h.showClosing(c, problem.Status, nil, again)
	case err != nil:
		return err
	}
	return h.showClosing(c, problem.Status, &problem.Notice, nil)
}

// notRun says above the review why something was not done to it.
func (h *Handlers) notRun(c Ctx, err error) error {
	problem, _, err := h.runProblem(c, err)
	if err != nil {
		return err
	}
	return h.showReview(c, problem.Status, &problem.Notice, nil)
}

// runProblem sorts out what a page of the review can say from what takes its place;
// wrong is set where the form itself has to be mended.
func (h *Handlers) runProblem(c Ctx, err error) (p views.Problem, wrong *desk.Error, other error) {
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied || de.Kind == desk.NotFound {
		return p, nil, err
	}
	p = h.problem(c, de)
	if de.Kind == desk.NeedsProof {
		p.Notice.Fresh = views.ReviewPartURL(c.Param("review"), "close")
	}
	if de.Kind == desk.Invalid {
		wrong = de
	}
	return p, wrong, nil
}

// reassign hands the ticked items to somebody else.
func (h *Handlers) reassign(c Ctx) error {
	var ns []int
	for _, s := range c.Request().PostForm["item"] {
		n := itemNumber(s)
		if n <= 0 {
			return &desk.Error{Kind: desk.NotFound, Action: "review.reassigned", Msg: "There is no such item. Nothing was handed on."}
		}
		ns = append(ns, n)
	}
	to, err := h.handTo(c, ns)
	if err == nil {
		to, err = h.c.Reviews.Reassign(c.Request().Context(), actor(c), c.Param("review"), ns, to.ID)
	}
	if err != nil {
		problem, _, err := h.runProblem(c, err)
		if err != nil {
			return err
		}
		return h.showItems(c, problem.Status, &problem.Notice)
	}
	n := views.Notice{Tone: "ok", Title: "Handed on", Text: strconv.Itoa(len(ns)) + " now wait for " + to.Name + "."}
	return h.showItems(c, http.StatusOK, &n)
}

// handTo is who items are to be handed to.
func (h *Handlers) handTo(c Ctx, ns []int) (review.Person, error) {
	if dec := h.c.Desk.MayRunReviews(actor(c)); !dec.Allowed {
		return review.Person{}, h.c.Desk.Deny(c.Request().Context(), actor(c), "review.reassigned", dec)
	}
	if len(ns) == 0 {
		return review.Person{}, &desk.Error{Kind: desk.Invalid, Action: "review.reassigned", Field: "item", Msg: "Tick the items first. Nothing was handed on."}
	}
	return h.byLogin(c, c.Request().PostFormValue("to"))
}

// bundle sends the sealed evidence.
func (h *Handlers) bundle(c Ctx) error {
	return h.download(c, "the evidence of a review", func(begin beginFile) error {
		return h.c.Reviews.Bundle(c.Request().Context(), actor(c), c.Param("review"), func(name string) io.Writer { return begin(name, "application/zip") })
	})
}
