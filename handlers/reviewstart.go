package handlers

import (
	"cmp"
	"crypto/rand"
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
	p := views.NewReviewProps{By: byMe, Days: usualCarry}
	p.Plan.Scope = review.Scope{Role: c.QueryParam("role"), Department: c.QueryParam("department"), Changed: is("changed"), Risky: is("risky")}
	p.Plan.Name = usualName(p.Plan.Scope, h.c.Now().In(h.c.Zone))
	p.Plan.Due = h.c.Now().Add(usualTime)
	p.Plan.Reasons = []review.Verdict{review.Revoke}
	p.Plan.Once = rand.Text()
	return h.showNewReview(c, http.StatusOK, p)
}

// usualName is what a review is called unless somebody says otherwise.
func usualName(s review.Scope, now time.Time) string {
	what := map[bool]string{true: "All roles"}[s == review.Scope{}]
	return cmp.Or(what, strings.TrimPrefix(strings.TrimPrefix(s.Words(), "the role "), "the department ")) + ", " + now.Format("2 January 2006")
}

// showNewReview shows the form with what the plan would come to, and with who would
// decide how much of it where that was asked for.
func (h *Handlers) showNewReview(c Ctx, status int, p views.NewReviewProps) (err error) {
	ctx, who := c.Request().Context(), actor(c)
	if p.Choices, err = h.c.Reviews.Choices(ctx, who); err != nil {
		return err
	}
	counted := p.Plan
	if !p.Split {
		counted.Reviewers = review.Rule{}
	}
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

// colleagues are those who are signed in now, with their roles, as far as the operator
// may know of them.
func (h *Handlers) colleagues(c Ctx) (out []review.Share, err error) {
	list, err := h.sessions(c)
	for _, s := range list {
		p := review.Share{Reviewer: review.Person{ID: s.Who.OktaID.String(), Name: s.Who.Name, Login: s.Who.Email}, Role: s.Who.Tier()}
		if p.Reviewer.ID != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, err
}

// startReview begins a review as the form says, or says who would decide how much of it.
func (h *Handlers) startReview(c Ctx) error {
	ctx, who := c.Request().Context(), actor(c)
	if dec := h.c.Desk.MayRunReviews(who); !dec.Allowed {
		return h.c.Desk.Deny(ctx, who, "review.started", dec)
	}
	p, err := h.planOf(c)
	if err == nil && c.Request().PostFormValue("split") == "true" {
		p.Split = true
		if err = h.showNewReview(c, http.StatusOK, p); err == nil {
			return nil
		}
	} else if err == nil {
		var v review.Review
		if v, err = h.c.Reviews.Start(ctx, who, p.Plan); err == nil {
			return c.Redirect(http.StatusSeeOther, views.ReviewURL(v.ID))
		}
	}
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied {
		return err
	}
	p.Split = false
	problem := h.problem(c, de)
	if de.Kind == desk.Invalid {
		p.Problem, p.Field = de.Msg, de.Field
		if p.Field == "reviewers" { // they are ticked or written in one place
			p.Field, p.By = "others", byNamed
		}
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
	p.Plan.Once = field("once")
	for _, r := range c.Request().PostForm["reason"] {
		p.Plan.Reasons = append(p.Plan.Reasons, review.Verdict(r))
	}
	for name, values := range c.Request().PostForm {
		if role, ok := strings.CutPrefix(name, "owner."); ok && strings.TrimSpace(values[0]) != "" {
			p.Owners[role] = strings.TrimSpace(values[0])
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
	if err := h.knownRoles(c, p); err != nil {
		return p, err
	}
	return p, h.ruleOf(c, &p)
}

// knownRoles refuses roles that nobody holds: whatever was typed for them would be
// looked up, and decide nothing.
func (h *Handlers) knownRoles(c Ctx, p views.NewReviewProps) error {
	held, err := h.c.Reviews.Choices(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	known := func(role string) bool {
		return role == "" || slices.ContainsFunc(held.Roles, func(r review.Named) bool { return r.Value == role })
	}
	for role := range p.Owners {
		if !known(role) {
			return wrongPlan("", "Nobody in the role map holds a role named “"+role+"”, so nobody answers for it.")
		}
	}
	if !known(p.Plan.Scope.Role) {
		return wrongPlan("", "Nobody in the role map holds a role named “"+p.Plan.Scope.Role+"”, so there is nothing to review.")
	}
	return nil
}

func wrongPlan(field, msg string) *desk.Error {
	return &desk.Error{Kind: desk.Invalid, Action: "review.started", Field: field, Msg: msg}
}
