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
	Review Review // where it is not open any more, there is nothing to foretell
	Count  Count
	Shown  string     // what Close is told, so that nothing else is closed than what this says
	Take   []Item     // the roles that would be taken away
	Left   []Foretold // those that would not be, though that is decided
	Ticket bool       // the policy asks for the number of a ticket
}

// Foretold is a revoke that would not be carried out.
type Foretold struct {
	Item
	Why, Ask string
}

// Forecast tells it, and changes nothing.
func (r *Reviews) Forecast(ctx context.Context, who desk.Actor, id string) (f Forecast, err error) {
	if err := r.may(ctx, who, closed, r.desk.MayRunReviews(who)); err != nil {
		return f, err
	}
	v, err := r.get(ctx, r.db.R, closed, id)
	if f.Review = v; err != nil || v.State != Open {
		return f, unreadable(closed, err)
	}
	items, err := r.itemsOf(ctx, v.ID)
	if err == nil {
		f.Shown, err = r.shownOf(ctx, r.db.R, v.ID, items)
	}
	if err != nil {
		return f, unreadable(closed, err)
	}
	f.Count = countOf(items)
	_, ticket := r.desk.RevokesNeed()
	f.Ticket = ticket && f.Count.Revoke > 0
	v.Ticket = "is asked for by the form"
	f.Take, f.Left, err = r.foretell(ctx, who, v, slices.DeleteFunc(items, func(i Item) bool { return i.Verdict != Revoke }))
	return f, unreadable(closed, err)
}

// countOf counts what is decided of items.
func countOf(items []Item) (c Count) {
	c.All = len(items)
	for _, i := range items {
		c.Keep += flag(i.Verdict == Keep)
		c.Revoke += flag(i.Verdict == Revoke)
		c.Skip += flag(i.Verdict == Skip)
		c.Carried += flag(i.Carried != "")
	}
	return c
}

// foretell sorts revokes by whether they would be carried out if the actor closed the
// review now: it asks the desk what it is asked when they are.
func (r *Reviews) foretell(ctx context.Context, who desk.Actor, v Review, items []Item) (take []Item, left []Foretold, err error) {
	holds, err := r.holdings(ctx)
	if err != nil {
		return nil, nil, err
	}
	v.closer, v.Closed, v.Again = kept(who), r.moment(), nil
	var orders []desk.Order
	var sound []Item
	for _, i := range items {
		o, wrong := order(v, i)
		if wrong != nil || !r.ours(i) {
			left = append(left, Foretold{i, notOurs, askKeepers})
			continue
		}
		orders, sound = append(orders, o), append(sound, i)
	}
	ends, err := r.desk.Foretell(ctx, orders, holds)
	if err != nil {
		return nil, nil, err
	}
	for n, i := range sound {
		if ends[n].End == "" {
			take = append(take, i)
		} else {
			left = append(left, Foretold{i, ends[n].Why, ends[n].Ask})
		}
	}
	return take, left, nil
}

// holdings are what the map holds now, by person.
func (r *Reviews) holdings(ctx context.Context) (map[okta.UserID]desk.Holding, error) {
	held, err := r.held(ctx)
	if err != nil {
		return nil, err
	}
	out := map[okta.UserID]desk.Holding{}
	for _, a := range held {
		h, known := out[a.Person.ID]
		if !known {
			h = desk.Holding{Login: a.Person.Login, Name: a.Person.Name, Limits: map[okta.RoleID]desk.Limits{}}
		}
		e := evidenceOf(a)
		h.Roles = append(h.Roles, e.role(a.Role))
		if e.known() && a.Direct() {
			h.Limits[a.Role] = desk.Limits{IDs: e.limits(), Words: e.Words}
		}
		out[a.Person.ID] = h
	}
	return out, nil
}
