package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"keydesk/internal/desk"
)

// Choices are what a review can be narrowed to, as the map is now.
type Choices struct {
	Roles       []Named // by type or label, the most held first
	Departments []Named
	AsOf        time.Time // when the oldest of it was read
}

// Named is one thing that a scope can name.
type Named struct {
	Value, Label string
	Items        int
}

// Choices are what the actor's next review can be narrowed to.
func (r *Reviews) Choices(ctx context.Context, who desk.Actor) (c Choices, err error) {
	if err := r.may(ctx, who, started, r.desk.MayRunReviews(who)); err != nil {
		return c, err
	}
	held, err := r.held(ctx)
	if err != nil {
		return c, unreadable(started, err)
	}
	roles, departments := map[string]int{}, map[string]int{}
	for _, a := range held {
		roles[a.RoleName()]++
		if a.Person.Department != "" {
			departments[a.Person.Department]++
		}
		c.AsOf = earlier(c.AsOf, a.Person.ReadAt)
	}
	c.Roles, c.Departments = named(roles), named(departments)
	slices.SortStableFunc(c.Roles, func(a, b Named) int { return b.Items - a.Items })
	return c, nil
}

// earlier is the earlier of two moments; one that is not known does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func named(counts map[string]int) (out []Named) {
	for value, n := range counts {
		out = append(out, Named{value, label(value), n})
	}
	slices.SortFunc(out, func(a, b Named) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// Mine is how far the actor is with what they decide in a review.
func (r *Reviews) Mine(ctx context.Context, who desk.Actor, id string) (Count, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return Count{}, err
	}
	c, err := all(ctx, r.db.R, scanCount, `select reviewer, '', `+counts+` from review_item where review = $1 and reviewer = $2 group by reviewer`, id, who.OktaID.String())
	if err != nil || len(c) == 0 {
		return Count{}, unreadable(seen, err)
	}
	return c[0].Count, nil
}
