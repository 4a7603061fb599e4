package desk

import (
	"context"

	"keydesk/internal/okta"
)

// AdminsPage is a page of the people who hold an admin role.
type AdminsPage struct {
	People Read[[]okta.User] // in Okta's order; who cannot be named has an id alone
	After  string            // cursor of this page
	Next   string            // cursor of the next; empty at the end
}

// Admins lists who holds an admin role, directly or through a group, and is two
// calls. Outside the User API: ListRoleHolders; then ListUsers for the names.
func (d *Desk) Admins(ctx context.Context, who Actor, after string) (AdminsPage, error) {
	return view(ctx, d, who, "roles.list", func(ctx context.Context) (AdminsPage, error) {
		if d.policy.limited(who) {
			return d.adminsWithin(ctx, who)
		}
		p := AdminsPage{After: after}
		at, err := cursor("roles.list", after)
		if err != nil {
			return p, err
		}
		holders := ask(ctx, d, "roles.holders", func(ctx context.Context) (okta.Page[okta.UserID], error) {
			return d.okta.Admins.List(ctx, at, pageSize)
		})
		if holders.Err != nil {
			p.People.Err = holders.Err
			return p, nil
		}
		p.Next = holders.Value.Next.String()
		p.People.Value = d.people(ctx, holders.Value.Items)
		return p, d.seen(ctx, who, "roles.list", okta.User{}, "holders of admin roles listed")
	})
}

// MayMap says whether the actor may see the role map.
func (d *Desk) MayMap(who Actor) Decision { return d.mayMap(who) }

// adminsWithin is Admins for an actor of limited reach: all of them are read, so that
// the pages say nothing of those who are left out.
func (d *Desk) adminsWithin(ctx context.Context, who Actor) (p AdminsPage, err error) {
	holders := ask(ctx, d, "roles.holders", func(ctx context.Context) (ids []okta.UserID, err error) {
		for id, err := range d.okta.Admins.All(ctx) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		return ids, nil
	})
	if p.People.Err = holders.Err; holders.Err != nil {
		return p, nil
	}
	found, err := d.okta.Users.ByIDs(ctx, holders.Value)
	if err == nil {
		p.People.Value, err = d.within(ctx, who, found)
	}
	if err == nil {
		err = d.seen(ctx, who, "roles.list", okta.User{}, "holders of admin roles listed")
	}
	return p, err
}

// people are the accounts of ids in their order. Who cannot be read is named by
// the id: that somebody is there is known even so.
func (d *Desk) people(ctx context.Context, ids []okta.UserID) []okta.User {
	found, err := d.okta.Users.ByIDs(ctx, ids)
	if err != nil {
		found = nil
	}
	by := map[okta.UserID]okta.User{}
	for _, u := range found {
		by[u.ID] = u
	}
	out := make([]okta.User, len(ids))
	for i, id := range ids {
		if out[i] = by[id]; out[i].ID.IsZero() {
			out[i] = okta.User{ID: id}
		}
	}
	return out
}
