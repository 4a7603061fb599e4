package handlers

import (
	"net/http"
	"slices"
	"strconv"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/review"
	"keydesk/views"
)

// reviewRoutes are the pages of reviews, and their buttons.
func (h *Handlers) reviewRoutes() []Route {
	const one = views.ReviewsPath + "/:review"
	return []Route{
		{Method: http.MethodGet, Path: views.ReviewsPath, Perm: desk.ReadUsers, do: h.reviews},
		{Method: http.MethodPost, Path: views.ReviewsPath, Perm: desk.ActReviews, do: h.startReview},
		{Method: http.MethodGet, Path: views.NewReviewPath, Perm: desk.ActReviews, do: h.newReview},
		{Method: http.MethodGet, Path: one, Perm: desk.ReadUsers, do: h.review},
		{Method: http.MethodGet, Path: one + "/progress", Perm: desk.ReadUsers, do: h.reviewProgress},
		{Method: http.MethodGet, Path: one + "/items", Perm: desk.ReadUsers, do: h.reviewItems},
		{Method: http.MethodPost, Path: one + "/items/:item", Perm: desk.ReadUsers, do: h.decideItem},
		{Method: http.MethodPost, Path: one + "/reassign", Perm: desk.ActReviews, do: h.reassign},
		{Method: http.MethodGet, Path: one + "/close", Perm: desk.ActReviews, do: h.closing},
		{Method: http.MethodPost, Path: one + "/close", Perm: desk.ActReviews, do: h.closeReview},
		{Method: http.MethodPost, Path: one + "/again", Perm: desk.ActReviews, do: h.closeAgain},
		{Method: http.MethodPost, Path: one + "/stop", Perm: desk.ActReviews, do: h.stopReview},
		{Method: http.MethodPost, Path: one + "/bundle", Perm: desk.ReadRecord, do: h.bundle},
	}
}

// itemsPage is how many items one page shows.
const itemsPage = 100

// itemNumber reads the number or the version of an item; 0: there is none of this
// number. PostgreSQL knows no larger ones.
func itemNumber(s string) int {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// toReview is how many items wait for the operator; a page does not fail for it.
func (h *Handlers) toReview(c Ctx) (n int) {
	tasks, err := h.c.Reviews.Tasks(c.Request().Context(), actor(c))
	if err != nil {
		h.c.Log.WarnContext(c.Request().Context(), "what waits in reviews could not be read", "error", err)
	}
	for _, t := range tasks {
		n += t.Left
	}
	return n
}

func (h *Handlers) reviews(c Ctx) error {
	ctx, who := c.Request().Context(), actor(c)
	list, err := h.c.Reviews.List(ctx, who)
	if err != nil {
		return err
	}
	p := views.ReviewsProps{Reviews: list, Mine: map[string]int{}, MayRun: h.c.Desk.MayRunReviews(who).Allowed}
	tasks, err := h.c.Reviews.Tasks(ctx, who)
	for _, t := range tasks {
		p.Mine[t.Review.ID] = t.Left
	}
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.Reviews(h.frame(c, "Reviews", "reviews"), p))
}

func (h *Handlers) review(c Ctx) error {
	before, err := h.chosenBefore(c)
	if err != nil {
		return err
	}
	return h.showReview(c, http.StatusOK, nil, before)
}

// itemProblem is why a decision on an item was not taken, and what was typed for it.
type itemProblem struct {
	n                       int
	why, fresh, draft, note string
}

// showReview shows what the operator decides in a review.
func (h *Handlers) showReview(c Ctx, status int, n *views.Notice, wrong *itemProblem) error {
	p, err := h.reviewProps(c, n)
	if err != nil {
		return err
	}
	p.Show = review.Show(c.FormValue("show"))
	switch {
	case p.Show != "":
	case p.State == review.Open:
		p.Show = review.ShowUndecided
	default:
		p.Show = views.ShowWhole
	}
	q := review.Query{Review: p.ID, Reviewer: p.Me.ID, Show: p.Show, Limit: itemsPage + 1, After: itemNumber(c.FormValue("after"))}
	p.After = q.After
	if p.Me.ID == "" {
		return h.render(c, status, views.Review(h.frame(c, p.Plan.Name, "reviews"), p))
	}
	if p.Items, p.Next, err = h.itemsOf(c, q, p.State); err != nil {
		return err
	}
	if wrong != nil {
		mark(&p, *wrong)
	}
	mine, err := h.c.Reviews.Mine(c.Request().Context(), actor(c), p.ID)
	if err != nil {
		return err
	}
	p.Mine = mine
	return h.render(c, status, views.Review(h.frame(c, p.Plan.Name, "reviews"), p))
}

// mark says beside an item why a decision on it was not taken; where the page does not
// show the item, above all of them.
func mark(p *views.ReviewProps, w itemProblem) {
	i := slices.IndexFunc(p.Items, func(i views.ReviewItem) bool { return i.N == w.n })
	if i < 0 {
		p.Notice = &views.Notice{Tone: "warn", Title: "Nothing was decided", Text: w.why, Fresh: w.fresh, Draft: w.draft}
		return
	}
	p.Items[i].Problem, p.Items[i].Fresh, p.Items[i].Draft, p.Items[i].Typed = w.why, w.fresh, w.draft, w.note
}

// reviewProps is what every page of a review shows.
func (h *Handlers) reviewProps(c Ctx, n *views.Notice) (p views.ReviewProps, err error) {
	ctx, who := c.Request().Context(), actor(c)
	if p.Review, err = h.c.Reviews.Get(ctx, who, c.Param("review")); err != nil {
		return p, err
	}
	p.Notice, p.Me = n, review.Person{ID: who.OktaID.String(), Name: who.Name}
	p.Key = h.c.Reviews.SealKey(p.Review)
	p.MayRun, p.Export = h.c.Desk.MayRunReviews(who).Allowed, h.c.Desk.MayExportReview(who)
	if p.MayRun {
		p.Runs, err = h.c.Reviews.Pace(ctx, who, p.ID)
	}
	if err == nil {
		p.Ends, err = h.ends(c, p.Review)
	}
	return p, err
}

// ends are the revokes of a review whose decisions are final, as many as a page shows.
func (h *Handlers) ends(c Ctx, v review.Review) ([]review.Item, error) {
	if v.State != review.Closing && v.State != review.Closed {
		return nil, nil
	}
	return h.c.Reviews.Items(c.Request().Context(), actor(c), review.Query{Review: v.ID, Show: review.ShowRevoke, Limit: itemsPage})
}

// reviewProgress is how far the revokes of a closed review are.
func (h *Handlers) reviewProgress(c Ctx) error {
	v, err := h.c.Reviews.Progress(c.Request().Context(), actor(c), c.Param("review"))
	if err != nil {
		return err
	}
	ends, err := h.ends(c, v)
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.ReviewEnd(h.frame(c, "", ""), views.ReviewProps{Review: v, Ends: ends}))
}

// itemsOf are one page of items, as long as that matters with what differs in Okta by
// now, and after which the next page begins.
func (h *Handlers) itemsOf(c Ctx, q review.Query, s review.State) (out []views.ReviewItem, next int, err error) {
	ctx, who := c.Request().Context(), actor(c)
	if q.Show == views.ShowWhole {
		q.Show = review.ShowAll
	}
	items, err := h.c.Reviews.Items(ctx, who, q)
	if err != nil {
		return nil, 0, err
	}
	if len(items) > itemsPage {
		items = items[:itemsPage]
		next = items[itemsPage-1].N
	}
	var since map[int][]string
	never := func(okta.UserID, string) string { return "" }
	if s == review.Open {
		since, err = h.c.Reviews.Since(ctx, who, items)
		never = h.c.Desk.NeverRevoked(ctx)
	}
	for _, i := range items {
		shown := views.ReviewItem{Item: i, Since: since[i.N]}
		if id, err := okta.ParseUserID(i.Evidence.Person.ID); err == nil {
			shown.Never = never(id, i.Evidence.Person.Login)
		}
		out = append(out, shown)
	}
	return out, next, err
}

// reviewItems lists all items of a review, for everybody who may see it.
func (h *Handlers) reviewItems(c Ctx) error { return h.showItems(c, http.StatusOK, nil) }

func (h *Handlers) showItems(c Ctx, status int, n *views.Notice) error {
	p, err := h.reviewProps(c, n)
	if err != nil {
		return err
	}
	q := review.Query{Review: p.ID, Reviewer: c.QueryParam("reviewer"), Show: review.Show(c.QueryParam("show")), Text: c.QueryParam("q"), Limit: itemsPage + 1}
	if len(q.Text) > maxText {
		q.Text = ""
	}
	if q.Show == "" {
		q.Show = views.ShowWhole
	}
	q.After = itemNumber(c.QueryParam("after"))
	p.Show = q.Show
	if p.Items, p.Next, err = h.itemsOf(c, q, p.State); err != nil {
		return err
	}
	props := views.ReviewItemsProps{ReviewProps: p, Query: q, Typed: c.FormValue("to")}
	return h.render(c, status, views.ReviewItems(h.frame(c, p.Plan.Name, "reviews"), props))
}
