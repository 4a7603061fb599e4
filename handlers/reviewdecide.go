package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/internal/review"
	"keydesk/views"
)

// decided is what the script of the page is told after a decision: the item as it is
// now, and why nothing was decided where that is so.
type decided struct {
	N       int    `json:"n"`
	Version int    `json:"version"`
	Verdict string `json:"verdict"`
	Word    string `json:"word"`
	Words   string `json:"words"`
	Left    int    `json:"left"` // what waits for the operator in all reviews
	Problem string `json:"problem,omitempty"`
	Fresh   string `json:"fresh,omitempty"` // the way to a fresh sign-in
}

// decideItem decides on an item. Script asks for the item as it is then; without it the
// page comes again.
func (h *Handlers) decideItem(c Ctx) error {
	field := c.Request().PostFormValue
	n, version := itemNumber(c.Param("item")), itemNumber(field("version"))
	if n <= 0 || version <= 0 {
		return &desk.Error{Kind: desk.NotFound, Action: "review.decided", Msg: "There is no such item, or the form was not whole. Nothing was changed."}
	}
	choice := review.Choice{Review: c.Param("review"), N: n, Version: version, Verdict: review.Verdict(field("verdict")), Note: field("note"), Looked: field("looked") == "true"}
	item, err := h.c.Reviews.Decide(c.Request().Context(), actor(c), choice)
	var de *desk.Error
	switch {
	case err != nil && !errors.As(err, &de):
		return err
	case c.Request().Header.Get("Accept") == "application/json":
		return h.tellDecided(c, choice, item, de)
	case de != nil && (de.Kind == desk.NotFound || de.Kind == desk.Denied && de.Rule != "review.reviewer" && de.Rule != "review.self"):
		return de
	case de != nil:
		return h.undecidedItem(c, choice, de)
	}
	return c.Redirect(http.StatusSeeOther, views.ReviewURL(choice.Review, "show", field("show"), "after", field("after")))
}

// tellDecided answers the script.
func (h *Handlers) tellDecided(c Ctx, choice review.Choice, item review.Item, de *desk.Error) error {
	if de == nil {
		return c.JSON(http.StatusOK, h.decidedOf(c, item))
	}
	problem := h.problem(c, de)
	out := decided{N: choice.N}
	if _, now, err := h.c.Reviews.Item(c.Request().Context(), actor(c), choice.Review, choice.N); err == nil {
		out = h.decidedOf(c, now)
	}
	out.Problem = joinWords(problem.Notice)
	if de.Kind == desk.NeedsProof {
		out.Fresh = views.FreshURL(views.ReviewURL(choice.Review), h.keepChoice(c, choice))
	}
	return c.JSON(problem.Status, out)
}

func (h *Handlers) decidedOf(c Ctx, i review.Item) decided {
	word, words := views.VerdictWords(views.Clock{Now: h.c.Now(), Zone: h.c.Zone}, i)
	return decided{N: i.N, Version: i.Version, Verdict: string(i.Verdict), Word: word, Words: words, Left: h.toReview(c)}
}

// joinWords is a notice as one line: why, and whom to ask.
func joinWords(n views.Notice) string {
	if n.Ask != "" {
		return n.Text + " " + n.Ask
	}
	return n.Text
}

// undecidedItem shows beside its item why a decision was not taken.
func (h *Handlers) undecidedItem(c Ctx, choice review.Choice, de *desk.Error) error {
	problem := h.problem(c, de)
	w := itemProblem{n: choice.N, why: joinWords(problem.Notice), note: choice.Note}
	if de.Kind == desk.NeedsProof {
		w.fresh, w.draft = views.ReviewURL(choice.Review), h.keepChoice(c, choice)
	}
	return h.showReview(c, problem.Status, nil, &w)
}

// keepChoice keeps the reason that was typed until after a fresh sign-in, under the name
// that it returns.
func (h *Handlers) keepChoice(c Ctx, choice review.Choice) string {
	var n views.Notice
	h.keep(c, &n, login.Draft{Action: "reviews", About: choice.Review + " " + strconv.Itoa(choice.N)})
	return n.Draft
}

// chosenBefore is what was typed before a fresh sign-in that the operator comes back
// from; nil: nothing.
func (h *Handlers) chosenBefore(c Ctx) (*itemProblem, error) {
	d, err := h.draft(c)
	if d == nil || err != nil || d.Action != "reviews" {
		return nil, err
	}
	id, n, _ := strings.Cut(d.About, " ")
	item, err := strconv.Atoi(n)
	if err != nil || id != c.Param("review") {
		return nil, nil //nolint:nilnil // it was typed for another review
	}
	return &itemProblem{n: item, note: d.Values.Get("note"), why: "You have signed in again. Nothing was decided yet: choose once more."}, nil
}
