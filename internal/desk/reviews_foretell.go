package desk

import (
	"context"
	"encoding/json"
	"slices"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/okta"
)

// Holding is what the map knows of somebody whom orders are about.
type Holding struct {
	Login, Name string
	Roles       []okta.Role
	Limits      map[okta.RoleID]Limits // of those whose limits the map could read
}

// user is the account, as far as the map knows it.
func (h Holding) user(id okta.UserID) okta.User {
	login, _ := json.Marshal(h.Login) // a text
	return okta.User{ID: id, Profile: okta.Profile{"login": login}}
}

// Limits are what a role is limited to; none: it reaches everything.
type Limits struct {
	IDs   []string // sorted
	Words string   // what the role reaches
}

// How many people's groups are read before a close, and how many side by side. Of more
// than that the last sign-in alone says whose colleague they are: a page does not use
// Okta's limit up, and the close asks of each again.
const (
	mostRead = 200
	atOnce   = 8
)

// Foretell says of each order of one closer what [Desk.Revoke] would come to; the zero
// Revoked: the role is taken away. It asks the same question on what is known without
// a look at each person: roles and limits as the map has them. The operators are those
// of now, and so are colleagues' groups where they count. It writes and sends nothing.
func (d *Desk) Foretell(ctx context.Context, orders []Order, holds map[okta.UserID]Holding) ([]Revoked, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	on, err := d.standings(ctx, orders, holds)
	if err != nil {
		return nil, err
	}
	present := d.presentOnce()
	out := make([]Revoked, len(orders))
	for i, o := range orders {
		if out[i] = o.never(); out[i].End != "" {
			continue
		}
		h, x := holds[o.Person], d.ordered(o)
		x.on = on[o.Person]
		x.user = h.user(o.Person)
		limits := func(_ context.Context, r okta.Role) (Limits, *Error) { return h.Limits[r.ID], nil }
		if _, told := h.Limits[o.Role.ID]; !told {
			o.Known = false // nobody can tell yet whether they are the same
		}
		out[i] = d.mayRevoke(ctx, x, o, ground{limits, present})
	}
	return out, d.withinLimits(ctx, orders[0].Closed.Who, out)
}

// standings are the people of the orders, as a change to them is decided on.
func (d *Desk) standings(ctx context.Context, orders []Order, holds map[okta.UserID]Holding) (map[okta.UserID]Standing, error) {
	owner, err := d.credentialOwner(ctx)
	if err != nil {
		return nil, asError(translate("roles.remove", err))
	}
	var people []*Standing
	known := map[okta.UserID]bool{}
	for _, o := range orders {
		h := holds[o.Person]
		if known[o.Person] {
			continue
		}
		known[o.Person] = true
		on := &Standing{ID: o.Person, Name: h.Name, Roles: h.Roles, StaffKnown: true, Untouched: owner == o.Person}
		d.policy.listings(on, h.user(o.Person))
		people = append(people, on)
	}
	var g errgroup.Group
	g.SetLimit(atOnce)
	for n, on := range people {
		g.Go(func() error {
			if n < mostRead && d.oktaGroups && orders[0].Closed.Who.Tier() != Owner { // to owners it does not matter whose colleague it is
				groups, err := d.okta.Access.Groups(ctx, on.ID)
				on.readStaff(d.policy, groups, err)
			}
			d.lastTier(ctx, on)
			return nil
		})
	}
	_ = g.Wait() // none fails: what cannot be read is said to be that
	out := map[okta.UserID]Standing{}
	for _, on := range people {
		out[on.ID] = *on
	}
	return out, nil
}

// presentOnce is present that asks of each operator once.
func (d *Desk) presentOnce() func(context.Context, Actor, Spec) (Actor, *Error) {
	type answer struct {
		who Actor
		e   *Error
	}
	known := map[string]answer{}
	return func(ctx context.Context, who Actor, s Spec) (Actor, *Error) {
		key := who.ID + " " + who.Session // one who signed in again may hold other roles
		a, is := known[key]
		if !is {
			a.who, a.e = d.present(ctx, who, s)
			known[key] = a
		}
		now := who
		now.Roles = slices.DeleteFunc(slices.Clone(who.Roles), func(r Role) bool { return !slices.Contains(a.who.Roles, r) })
		return now, a.e
	}
}

// withinLimits leaves of the orders that would be carried out as many as the policy lets
// their closer do yet.
func (d *Desk) withinLimits(ctx context.Context, closer Actor, out []Revoked) error {
	quotas := countedFor(closer.ID, d.policy.quotas(spec("roles.remove").Risk))
	if err := d.record.Used(ctx, closer.ID, quotas); err != nil {
		return unreadable(err)
	}
	for _, q := range quotas {
		free := q.Most - q.Used
		for i := range out {
			if out[i].End != "" {
				continue
			}
			if free--; free < 0 {
				out[i] = d.closerAtLimit(closer, q, d.now().Add(q.Window))
			}
		}
	}
	return nil
}
