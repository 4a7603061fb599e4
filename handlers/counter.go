package handlers

import (
	"errors"
	"net/http"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/internal/okta"
	"keydesk/views"
)

// counterIdle is how long the counter stays open after the last key.
const counterIdle = 2 * time.Minute

// counterRoutes are the doors of the counter: one that opens it for each action,
// one on which the person sends what they typed, and the page itself.
func (h *Handlers) counterRoutes() []Route {
	routes := []Route{
		{Method: http.MethodGet, Path: views.CounterPage, Counter: true, do: h.counter},
		{Method: http.MethodGet, Path: views.CounterAlive, Counter: true, do: h.counterAlive},
	}
	actions := desk.CounterActions()
	for _, s := range desk.Catalog() {
		run, ok := actions[s.Action]
		if !ok {
			continue
		}
		opens := of(s.Action, http.MethodPost, views.ActionPath(s.Action), func(c Ctx) error { return h.openCounter(c, s.Action) })
		typed := of(s.Action, http.MethodPost, views.CounterPath(s.Action), func(c Ctx) error { return h.typed(c, s, run) })
		opens.Op, typed.Counter = "", true
		routes = append(routes, opens, typed)
	}
	return routes
}

// openCounter narrows the agent's session to one action on one person, and hands
// the page to them.
func (h *Handlers) openCounter(c Ctx, a desk.Action) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	o, err := options(c)
	if err != nil {
		return err
	}
	p, err := h.c.Desk.OpenCounter(c.Request().Context(), actor(c), a, id, o)
	if err != nil {
		return h.unchanged(c, a, id, o.On, place{}, err)
	}
	k := login.Counter{
		Action: string(a), Person: id.String(), Name: p.User.Name(), Note: o.Note, Ticket: o.Ticket, Token: o.Token,
		Question: p.User.Credentials.RecoveryQuestion.Question,
	}
	if err := h.c.Login.Narrow(c, k, counterIdle); err != nil {
		return err
	}
	if htmx(c) {
		c.Response().Header().Set("HX-Redirect", views.CounterPage)
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, views.CounterPage)
}

func (h *Handlers) counter(c Ctx) error { return h.showCounter(c, http.StatusOK, "", "") }

func (h *Handlers) showCounter(c Ctx, status int, field, problem string) error {
	k, _, _ := h.c.Login.Counter(c)
	s, _ := desk.SpecOf(desk.Action(k.Action))
	p := views.CounterProps{Spec: s, Name: k.Name, Agent: actor(c).Name, Seconds: int(counterIdle.Seconds()), Field: field, Problem: problem}
	if s.Action == "forgot_password_recovery_question" {
		p.Question = k.Question
	}
	return h.render(c, status, views.Counter(h.bare(c, s.Title), p))
}

// bare is the frame of a page that shows nothing of the operator's session.
func (h *Handlers) bare(c Ctx, title string) views.Frame {
	f := h.frame(c, title, "")
	f.Actor = nil
	return f
}

// counterAlive keeps the counter open while somebody types.
func (h *Handlers) counterAlive(c Ctx) error {
	k, _, _ := h.c.Login.Counter(c)
	if err := h.c.Login.Keep(c, k, counterIdle); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// typed sends to Okta what the person typed, once, and ends the session whatever
// Okta says. What cannot be meant is said on the page and sends nothing.
func (h *Handlers) typed(c Ctx, s desk.Spec, run desk.UserAction) error {
	k, _, _ := h.c.Login.Counter(c)
	if k.Action != string(s.Action) {
		h.refused(c, counterError(s.Action))
		return h.endCounter(c, http.StatusForbidden, views.Notice{Tone: "warn", Title: "Nothing was done", Text: "The counter was opened for something else."})
	}
	id, err := okta.ParseUserID(k.Person)
	if err != nil {
		return err
	}
	field := c.Request().PostFormValue
	t := desk.NewTyping(field("old"), field("new"), field("question"), field("answer"))
	if e := desk.CheckTyping(s.Action, t); e != nil {
		return h.showCounter(c, http.StatusUnprocessableEntity, e.Field, e.Msg)
	}
	if s.Action != "change_recovery_question" && field("new") != field("again") {
		return h.showCounter(c, http.StatusUnprocessableEntity, "again", "The two new passwords differ.")
	}
	o := desk.UserOpts{Reason: desk.Reason{Note: k.Note, Ticket: k.Ticket}, Token: k.Token, Typing: t}
	out, err := run(h.c.Desk, c.Request().Context(), actor(c), id, o)
	var de *desk.Error
	switch {
	case err == nil:
		n := outcomeNotice(out)
		n.Seq = 0 // the record is not theirs to open
		return h.endCounter(c, http.StatusOK, n)
	case errors.As(err, &de):
		p := h.problem(c, err)
		p.Notice.Seq, p.Notice.Rule, p.Notice.Ask = 0, "", ""
		if de.Kind == desk.Guarded || de.Kind == desk.Denied { // why is the operator's to know
			p.Notice.Text = "This cannot be done here now. Nothing was changed."
		}
		return h.endCounter(c, p.Status, p.Notice)
	}
	return err
}

// endCounter ends the agent's session and says how it went.
func (h *Handlers) endCounter(c Ctx, status int, n views.Notice) error {
	if _, err := h.c.Login.End(c); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return h.render(c, status, views.CounterEnd(h.bare(c, "Counter"), views.CounterDone{Notice: n}))
}

// confined keeps a session that is narrowed to the counter there. At any other
// door, and when its time is over, it ends.
func (h *Handlers) confined(c Ctx, r Route) (handled bool, err error) {
	_, open, narrowed := h.c.Login.Counter(c)
	switch {
	case !narrowed && r.Counter:
		return true, c.Redirect(http.StatusSeeOther, views.HomePath)
	case !narrowed || open && r.Counter:
		return false, nil
	}
	h.refused(c, counterError("counter"))
	n := views.Notice{Tone: "warn", Title: "The counter is closed", Text: "Nothing was changed. The session ended, as it does when the page is left or nobody types for two minutes."}
	if htmx(c) {
		c.Response().Header().Set("HX-Redirect", views.LoginPath)
	}
	return true, h.endCounter(c, http.StatusUnauthorized, n)
}

// counterError is a request for what the counter is not open for.
func counterError(a desk.Action) error {
	return &desk.Error{Kind: desk.Denied, Action: a, Rule: "counter"}
}
