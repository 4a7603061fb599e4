package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/views"
)

// home is where operators land: the search, and what they did last.
func (h *Handlers) home(c Ctx) error {
	ctx, who := c.Request().Context(), actor(c)
	own := ownActs(who)
	acts, _, err := h.c.Desk.Record(ctx, who, own)
	if err != nil {
		return err
	}
	own.Acts, own.Class = false, "review" // what is decided in a review is no act on anybody until it is closed
	said, _, err := h.c.Desk.Record(ctx, who, own)
	if err != nil {
		return err
	}
	for _, a := range said {
		if a.Phase == audit.PhaseEvent {
			acts = append(acts, a)
		}
	}
	slices.SortFunc(acts, func(a, b audit.Act) int { return cmp.Compare(b.Seq, a.Seq) })
	p := views.HomeProps{Recent: acts[:min(len(acts), own.Limit)], ToReview: h.toReview(c)}
	return h.render(c, http.StatusOK, views.Home(h.frame(c, "Find a person", "home"), p))
}

// me shows what the operator may do.
func (h *Handlers) me(c Ctx) error {
	page, err := h.c.Desk.Me(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.Me(h.frame(c, "What you may do", ""), page))
}

// users answers the search, as a page or as what stands inside it.
func (h *Handlers) users(c Ctx) error {
	q := desk.Query{Text: c.QueryParam("q"), Status: okta.Status(c.QueryParam("status")), After: c.QueryParam("after")}
	if partial(c) {
		h.remember(c)
	}
	return h.found(c, http.StatusOK, q, nil)
}

// found shows whom a search finds, under what there is to say first.
func (h *Handlers) found(c Ctx, status int, q desk.Query, first *views.Notice) error {
	res, err := h.c.Desk.Find(c.Request().Context(), actor(c), q)
	props := views.UsersProps{Results: res, Statuses: desk.Statuses(), Problem: first}
	if err != nil {
		var de *desk.Error
		if errors.As(err, &de) && de.Kind == desk.Denied {
			return err
		}
		p := h.problem(c, err)
		props.Problem, status, props.Results.Query = &p.Notice, p.Status, q
	}
	f := h.frame(c, "People", "users")
	f.Query = q
	if !partial(c) {
		return h.render(c, status, views.Users(f, props))
	}
	return h.render(c, status, views.UsersMain(f, props))
}

// remember keeps the search in the address bar: the first letter typed makes a
// new entry in the history, the letters after it replace that.
func (h *Handlers) remember(c Ctx) {
	q := url.Values{}
	for name, values := range c.QueryParams() {
		if values[0] != "" {
			q[name] = values
		}
	}
	here := "/users"
	if len(q) > 0 {
		here += "?" + q.Encode()
	}
	header := "HX-Push-Url"
	if u, err := url.Parse(c.Request().Header.Get("HX-Current-URL")); err == nil && u.Path == "/users" {
		header = "HX-Replace-Url"
	}
	c.Response().Header().Set(header, here)
}

// person shows one person.
func (h *Handlers) person(c Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	p, err := h.c.Desk.Person(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	tab, err := h.again(c)
	if err != nil {
		return err
	}
	return h.showPerson(c, http.StatusOK, views.PersonProps{Person: p, Tab: tab})
}

// showPerson answers with the whole page, or with the part of it that changes.
func (h *Handlers) showPerson(c Ctx, status int, props views.PersonProps) error {
	acts, err := h.c.Desk.History(c.Request().Context(), actor(c), props.Person.User.ID)
	props.History, props.HistoryErr = acts, err != nil
	if props.Waiting, err = h.c.Desk.About(c.Request().Context(), actor(c), props.Person.User.ID); err != nil {
		h.c.Log.WarnContext(c.Request().Context(), "what waits for approval could not be read", "error", err)
	}
	return answer(h, c, status, props.Person.User.Name(), &props, &props.Tab, views.Person, views.PersonBody)
}

// userID is the person's id in the path. What is no id is nobody's page.
func userID(c Ctx) (okta.UserID, error) {
	id, err := okta.ParseUserID(c.Param("id"))
	if err != nil {
		return id, &desk.Error{Kind: desk.NotFound, Action: "users.get", Msg: "This is not the id of anybody in Okta.", Err: err}
	}
	return id, nil
}
