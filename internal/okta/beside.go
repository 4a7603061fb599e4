package okta

import (
	"context"
	"iter"
	"net/url"
)

// Groups is the room of groups, outside the User API: to choose a role's targets
// from. Needs okta.groups.read.
type Groups service

// Find reads groups whose name begins with prefix, limit of them at most
// (listGroups of Okta's groups API).
func (s *Groups) Find(ctx context.Context, prefix string, limit int) ([]Group, error) {
	return find(ctx, s.client, listGroups, prefix, limit, func(Group) bool { return true })
}

// Get reads one group (getGroup of Okta's groups API).
func (s *Groups) Get(ctx context.Context, id GroupID) (Group, error) {
	r := request{op: getGroup, ids: []segment{id.segment()}}
	g, _, err := one(ctx, s.client, r, func(g Group) error { return same(id, g.ID) })
	return g, err
}

// Roles reads the admin roles that all in the group hold
// (listGroupAssignedRoles of Okta's roles API).
func (s *Groups) Roles(ctx context.Context, id GroupID) ([]Role, error) {
	return whole[Role](ctx, s.client, request{op: listGroupRoles, ids: []segment{id.segment()}})
}

// RoleGroups reads the groups that a role of the group's is limited to
// (listGroupTargetsForGroupRole of Okta's roles API). None means that it covers all.
func (s *Groups) RoleGroups(ctx context.Context, id GroupID, role RoleID) ([]Group, error) {
	return whole[Group](ctx, s.client, request{op: listGroupTargetsForGroupRole, ids: []segment{id.segment(), role.segment()}, query: most()})
}

// RoleApps reads the apps that a role of the group's is limited to
// (listApplicationTargetsForApplicationAdministratorRoleForGroup of Okta's roles
// API). None means that it covers all.
func (s *Groups) RoleApps(ctx context.Context, id GroupID, role RoleID) ([]TargetApp, error) {
	return whole[TargetApp](ctx, s.client, request{op: listAppTargetsForGroupRole, ids: []segment{id.segment(), role.segment()}, query: most()})
}

// Members reads who is in the group, page by page as they are asked for
// (listGroupUsers of Okta's groups API). After an error it ends.
func (s *Groups) Members(ctx context.Context, id GroupID) iter.Seq2[User, error] {
	return every(listGroupUsers, func(at Cursor) (Page[User], error) {
		return sized(ctx, s.client, request{op: listGroupUsers, ids: []segment{id.segment()}}, at, maxLimit, func(u User) error {
			if u.ID.IsZero() {
				return ErrBadID
			}
			return nil
		})
	})
}

// Apps is the room of app instances, outside the User API. Needs okta.apps.read.
type Apps service

// App is one instance of an app.
type App struct {
	ID     AppID   `json:"id"`
	Name   AppName `json:"name"` // its kind
	Label  string  `json:"label"`
	Status string  `json:"status"`
}

// Find reads active apps whose name or label begins with prefix, limit of them at
// most (listApplications of Okta's apps API).
func (s *Apps) Find(ctx context.Context, prefix string, limit int) ([]App, error) {
	return find(ctx, s.client, listApps, prefix, limit, func(a App) bool { return a.Status == "ACTIVE" })
}

// Get reads one app, active or not (getApplication of Okta's apps API).
func (s *Apps) Get(ctx context.Context, id AppID) (App, error) {
	r := request{op: getApp, ids: []segment{id.segment()}}
	a, _, err := one(ctx, s.client, r, func(a App) error { return same(id, a.ID) })
	return a, err
}

const findPages = 3 // what is not among the first pages is better looked for by more letters

// find collects limit items to offer somebody who types.
func find[T any](ctx context.Context, c *Client, op opName, prefix string, limit int, fits func(T) bool) ([]T, error) {
	q := url.Values{}
	if prefix != "" {
		text, err := ParseValue(prefix)
		if err != nil {
			return nil, &Error{Op: string(op), Err: err}
		}
		q.Set("q", text.text)
	}
	var found []T
	var at Cursor
	for range findPages {
		p, err := sized[T](ctx, c, request{op: op, query: q}, at, limit, nil)
		if err != nil {
			return nil, err
		}
		for _, item := range p.Items {
			if fits(item) && (limit == 0 || len(found) < limit) {
				found = append(found, item)
			}
		}
		if at = p.Next; at.IsZero() || len(found) >= limit {
			break
		}
	}
	return found, nil
}
