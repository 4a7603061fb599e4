package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/review"
	"keydesk/views"
)

// What a new review is unless somebody says otherwise.
const (
	usualTime  = 14 * 24 * time.Hour // until it is due
	usualCarry = "90"                // days
	aDay       = 24 * time.Hour
	managers   = "manager" // the relation that leads to somebody's manager
)

// newReview is the form of a new review, about what the address says.
func (h *Handlers) newReview(c Ctx) error {
	is := func(name string) bool { return c.QueryParam(name) == "1" }
	p := views.NewReviewProps{By: "me", Days: usualCarry}
	p.Plan.Scope = review.Scope{Role: c.QueryParam("role"), Department: c.QueryParam("department"), Changed: is("changed"), Risky: is("risky")}
	p.Plan.Name = usualName(p.Plan.Scope, h.c.Now().In(h.c.Zone))
	p.Plan.Due = h.c.Now().Add(usualTime)
	p.Plan.Reasons = []review.Verdict{review.Revoke}
	return h.showNewReview(c, http.StatusOK, p)
}

// usualName is what a review is called unless somebody says otherwise.
func usualName(s review.Scope, now time.Time) string {
	what := map[bool]string{true: "All roles"}[s == review.Scope{}]
	return cmp.Or(what, strings.TrimPrefix(strings.TrimPrefix(s.Words(), "the role "), "the department ")) + ", " + now.Format("January 2006")
}

func (h *Handlers) showNewReview(c Ctx, status int, p views.NewReviewProps) (err error) {
	ctx, who := c.Request().Context(), actor(c)
	if p.Choices, err = h.c.Reviews.Choices(ctx, who); err != nil {
		return err
	}
	counted := p.Plan
	counted.Reviewers = review.Rule{}
	counted.Carry = daysOf(p.Days)
	if p.Preview, err = h.c.Reviews.Preview(ctx, who, counted); err != nil {
		return err
	}
	if p.Colleagues, err = h.colleagues(c); err != nil {
		return err
	}
	return h.render(c, status, views.NewReview(h.frame(c, "Begin a review", "reviews"), p))
}

func daysOf(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > 366 {
		return -1
	}
	return time.Duration(n) * aDay
}

// colleagues are those who are signed in now, as far as the operator may know of them.
func (h *Handlers) colleagues(c Ctx) (out []review.Person, err error) {
	list, err := h.sessions(c)
	for _, s := range list {
		p := review.Person{ID: s.Who.OktaID.String(), Name: s.Who.Name, Login: s.Who.Email}
		if p.ID != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, err
}

// startReview begins a review as the form says.
func (h *Handlers) startReview(c Ctx) error {
	if dec := h.c.Desk.MayRunReviews(actor(c)); !dec.Allowed {
		return h.c.Desk.Deny(c.Request().Context(), actor(c), "review.started", dec)
	}
	p, err := h.planOf(c)
	var v review.Review
	if err == nil {
		v, err = h.c.Reviews.Start(c.Request().Context(), actor(c), p.Plan)
	}
	var de *desk.Error
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, views.ReviewURL(v.ID))
	case !errors.As(err, &de) || de.Kind == desk.Denied:
		return err
	}
	problem := h.problem(c, de)
	if de.Kind == desk.Invalid {
		p.Problem, p.Field = de.Msg, de.Field
	} else {
		p.Notice = &problem.Notice
	}
	return h.showNewReview(c, problem.Status, p)
}

// planOf reads the form of a new review. What it returns beside an error is what was
// typed.
func (h *Handlers) planOf(c Ctx) (p views.NewReviewProps, err error) {
	field := c.Request().PostFormValue
	is := func(name string) bool { return field(name) == "true" }
	p = views.NewReviewProps{By: field("by"), Others: field("others"), Fallback: field("fallback"), Days: field("carry"), Owners: map[string]string{}}
	p.Plan.Name, p.Plan.Scope = field("name"), review.Scope{Role: field("role"), Department: field("department"), Changed: is("changed"), Risky: is("risky")}
	for _, r := range c.Request().PostForm["reason"] {
		p.Plan.Reasons = append(p.Plan.Reasons, review.Verdict(r))
	}
	for name, values := range c.Request().PostForm {
		if role, ok := strings.CutPrefix(name, "owner."); ok && values[0] != "" {
			p.Owners[role] = values[0]
		}
	}
	for _, id := range c.Request().PostForm["reviewer"] {
		p.Plan.Reviewers.Named = append(p.Plan.Reviewers.Named, review.Person{ID: id})
	}
	due, err := time.ParseInLocation(time.DateOnly, field("due"), h.c.Zone)
	if err != nil {
		p.Plan.Due = h.c.Now().Add(usualTime)
		return p, wrongPlan("due", "Write the day on which it is due as 2026-11-30.")
	}
	p.Plan.Due = due.AddDate(0, 0, 1).Add(-time.Minute) // the day itself belongs to it
	if p.Plan.Carry = daysOf(p.Days); p.Plan.Carry < 0 {
		return p, wrongPlan("carry", "Write a number of days from 0 to 366.")
	}
	return p, h.ruleOf(c, &p)
}

func wrongPlan(field, msg string) *desk.Error {
	return &desk.Error{Kind: desk.Invalid, Action: "review.started", Field: field, Msg: msg}
}

// ruleOf reads who decides.
func (h *Handlers) ruleOf(c Ctx, p *views.NewReviewProps) error {
	rule := &p.Plan.Reviewers
	var err error
	for _, login := range strings.FieldsFunc(p.Others, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		who, err := h.byLogin(c, login)
		if err != nil {
			return onField(err, "others")
		}
		if !slices.ContainsFunc(rule.Named, func(p review.Person) bool { return p.ID == who.ID }) {
			rule.Named = append(rule.Named, who)
		}
	}
	for role, login := range p.Owners {
		if rule.Roles == nil {
			rule.Roles = map[string]review.Person{}
		}
		if rule.Roles[role], err = h.byLogin(c, login); err != nil {
			return onField(err, "owner."+role)
		}
	}
	if p.Fallback != "" {
		if rule.Fallback, err = h.byLogin(c, p.Fallback); err != nil {
			return onField(err, "fallback")
		}
	}
	switch {
	case p.By == "manager":
		rule.Manager = managers
	case p.By == "named" && len(rule.Named) == 0:
		return wrongPlan("others", "Tick or write who decides, or choose another way.")
	case p.By == "me":
		who := actor(c)
		rule.Named = append([]review.Person{}, rule.Named...) // they decide on what is about the owner
		rule.Fallback = cmp.Or(rule.Fallback, firstOf(rule.Named))
		rule.Named = []review.Person{{ID: who.OktaID.String(), Name: who.Name}}
		if rule.Named[0].ID == "" {
			rule.Named = nil
		}
	}
	return nil
}

func firstOf(all []review.Person) (p review.Person) {
	if len(all) > 0 {
		p = all[0]
	}
	return p
}

// onField puts a problem beside the field that it is about.
func onField(err error, field string) error {
	var de *desk.Error
	if errors.As(err, &de) && de.Kind == desk.Invalid {
		return wrongPlan(field, de.Msg)
	}
	return err
}

// byLogin is the one person whom a login, an e-mail address or a name means.
func (h *Handlers) byLogin(c Ctx, text string) (review.Person, error) {
	found, err := h.c.Desk.Find(c.Request().Context(), actor(c), desk.Query{Text: text})
	if err != nil {
		return review.Person{}, err
	}
	var out []review.Person
	for _, u := range found.People {
		p := review.Person{ID: u.ID.String(), Name: u.Name(), Login: u.Profile.Login()}
		if strings.EqualFold(p.Login, text) {
			return p, nil
		}
		out = append(out, p)
	}
	if len(out) != 1 || found.Next != "" {
		return review.Person{}, &desk.Error{Kind: desk.Invalid, Action: "review.started", Field: "reviewers", Msg: "“" + text + "” is not one person. Write the whole login."}
	}
	return out[0], nil
}
