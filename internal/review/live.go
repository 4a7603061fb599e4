package review

import (
	"context"
	"maps"
	"slices"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// Since says of each of some items what the map holds now that differs from its
// evidence, a sentence each, by number; items of which nothing does are left out. It is
// for whoever decides: the close reads the role itself once more, and leaves it where
// what was decided on is another.
func (r *Reviews) Since(ctx context.Context, who desk.Actor, items []Item) (map[int][]string, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return nil, err
	}
	people := map[okta.UserID]bool{}
	for _, i := range items {
		if id, err := okta.ParseUserID(i.Evidence.Person.ID); err == nil {
			people[id] = true
		}
	}
	held, err := r.of(ctx, slices.Collect(maps.Keys(people))...)
	if err != nil {
		return nil, unreadable(seen, err)
	}
	now := map[string]Evidence{}
	for _, a := range held {
		now[a.Key()] = evidenceOf(a)
	}
	out := map[int][]string{}
	for _, i := range items {
		is, there := now[i.Key]
		if !there {
			out[i.N] = []string{"The role is not held any more."}
		} else if differs := is.since(i.Evidence); len(differs) > 0 {
			out[i.N] = differs
		}
	}
	return out, nil
}

// Forecast is what closing a review would come to, for who is about to.
type Forecast struct {
	Count  Count
	Groups int // revokes of roles that are held through a group: they are left
	Alone  int // revokes that take two and were decided by who closes: they are left
	Own    int // revokes of roles of who closes: they are left
	Two    int // revokes that take two and were decided by somebody else
}

// Forecast counts it, and changes nothing.
func (r *Reviews) Forecast(ctx context.Context, who desk.Actor, id string) (c Forecast, err error) {
	if err := r.may(ctx, who, closed, r.desk.MayRunReviews(who)); err != nil {
		return c, err
	}
	v, err := r.get(ctx, r.db.R, closed, id)
	if err != nil {
		return c, unreadable(closed, err)
	}
	items, err := r.Items(ctx, who, Query{Review: id, Show: ShowRevoke})
	c.Count = v.Count
	me := who.OktaID.String()
	for _, i := range items {
		switch {
		case !i.Evidence.Role.Direct():
			c.Groups++
		case i.Evidence.Person.ID == me:
			c.Own++
		case i.Evidence.Two && i.By.ID == me:
			c.Alone++
		case i.Evidence.Two:
			c.Two++
		}
	}
	return c, err
}
