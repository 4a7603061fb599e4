package okta

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"time"
)

// Roles is the room of who is an administrator.
type Roles service

// List reads the admin roles that the person holds (ListAssignedRolesForUser),
// directly or through a group. Needs okta.roles.read; without it the error
// IsForbidden, and nobody can say that the person is not an administrator.
func (s *Roles) List(ctx context.Context, id UserID) ([]Role, error) {
	return whole[Role](ctx, s.client, on(id, listAssignedRolesForUser, nil))
}

// ListWithTargets is List with what the roles are limited to. That Okta takes
// both expansions in one call is not established: a role whose targets did not
// come is not Limited, which is the safe side.
func (s *Roles) ListWithTargets(ctx context.Context, id UserID) ([]Role, error) {
	expand := url.Values{"expand": {"targets/groups", "targets/catalog/apps"}}
	return whole[Role](ctx, s.client, on(id, listAssignedRolesForUser, expand))
}

// ListWithGroups is List with the groups that the roles are limited to, which is the
// one expansion that Okta's reference promises for this list beside that of apps.
// Where they did not come, Told says so.
func (s *Roles) ListWithGroups(ctx context.Context, id UserID) ([]Role, error) {
	return whole[Role](ctx, s.client, on(id, listAssignedRolesForUser, url.Values{"expand": {"targets/groups"}}))
}

// Get reads one role that the person holds (GetUserRole). A person who holds it
// twice, directly and through a group, has the same id for both: List tells them
// apart.
func (s *Roles) Get(ctx context.Context, id UserID, role RoleID) (Role, error) {
	r, _, err := one(ctx, s.client, on(id, getUserRole, nil, role.segment()), func(r Role) error { return same(role, r.ID) })
	return r, err
}

// NewRole is a role to be assigned: a standard one by its type alone, a custom
// one by its definition and what it is to cover.
type NewRole struct {
	Type        RoleType `json:"type"`
	Role        string   `json:"role,omitempty"`         // of Custom alone
	ResourceSet string   `json:"resource-set,omitempty"` // of Custom alone
}

var errBadRole = errors.New("not a role that can be assigned")

func (n NewRole) valid() bool {
	if n.Type == Custom {
		return segment(n.Role).valid() && segment(n.ResourceSet).valid()
	}
	return n.Type.Known() && n.Role == "" && n.ResourceSet == ""
}

// Assign gives the person a role over everything that its type can cover
// (AssignRoleToUser); targets then narrow it. It is a change: it may return
// *Unsure. Who has the role already gets E0000090.
func (s *Roles) Assign(ctx context.Context, id UserID, n NewRole) (Role, error) {
	if !n.valid() {
		return Role{}, &Error{Op: string(assignRoleToUser), Err: errBadRole}
	}
	r, _, err := one(ctx, s.client, on(id, assignRoleToUser, nil).with(n), func(r Role) error {
		switch {
		case r.ID.IsZero():
			return ErrBadID
		case r.AssignmentType != "USER" || r.AssigneeID != "" && r.AssigneeID != id.String():
			return errOtherPerson
		case n.Type.bound() && r.Type == Custom:
			return nil
		}
		return same(n.Type, r.Type)
	})
	return r, err
}

// Remove takes a role away that the person holds directly (RemoveRoleFromUser).
// It is a change: it may return *Unsure. A role that is held through a group is
// removed at the group.
func (s *Roles) Remove(ctx context.Context, id UserID, role RoleID) error {
	return s.client.run(ctx, on(id, removeRoleFromUser, nil, role.segment()))
}

// Role is one assignment of an admin role. Its ID is not unique: for four
// standard roles it is the type's name in base32, the same for everybody, so
// key by person, ID, AssignmentType and AssigneeID.
type Role struct {
	ID             RoleID    `json:"id"`
	Label          string    `json:"label"`
	Type           RoleType  `json:"type"`
	Status         string    `json:"status,omitempty"`
	Created        time.Time `json:"created,omitzero"`
	LastUpdated    time.Time `json:"lastUpdated,omitzero"`
	AssignmentType string    `json:"assignmentType,omitempty"` // USER or GROUP
	AssigneeID     string    `json:"-"`                        // the person, or the group that carries it
	Role           string    `json:"role,omitempty"`           // of a custom role: its definition
	ResourceSet    string    `json:"resource-set,omitempty"`   // of a custom role: what it covers
	Targets        Targets   `json:"-"`                        // of ListWithTargets alone
	Links          Links     `json:"_links,omitzero"`

	Embedded map[string]json.RawMessage `json:"_embedded,omitzero"`
}

// Limited reports whether the role was seen to cover only some groups or apps.
// No target means that it covers everything.
func (r Role) Limited() bool { return len(r.Targets.Groups)+len(r.Targets.Apps) > 0 }

// Told reports whether what the role is limited to came with it, be it nothing. Of a
// list as long as Okta's short pages nobody knows whether it is whole.
func (r Role) Told() bool {
	return r.Type.GroupTargets() && r.Targets.Groups != nil && len(r.Targets.Groups) < shortPage || r.Type.AppTargets() && r.Targets.Apps != nil && len(r.Targets.Apps) < shortPage
}

const shortPage = 20 // what Okta answered where 200 were asked for

// Direct reports whether the role is the person's own. One held through a group is
// changed at the group.
func (r Role) Direct() bool { return r.AssignmentType != "GROUP" }

// UnmarshalJSON reads a role, who it is assigned to, and its targets.
func (r *Role) UnmarshalJSON(b []byte) error {
	type plain Role
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.AssigneeID = lastSegment(r.Links["assignee"])
	var t struct {
		Groups  []Group `json:"groups"`
		Catalog struct {
			Apps []TargetApp `json:"apps"`
		} `json:"catalog"`
	}
	if raw, ok := r.Embedded["targets"]; ok {
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
	}
	r.Targets = Targets{Groups: t.Groups, Apps: t.Catalog.Apps}
	return nil
}

// lastSegment takes the id at the end of a link's address; "" when there is no
// id there.
func lastSegment(link json.RawMessage) string {
	var l struct {
		Href string `json:"href"`
	}
	if json.Unmarshal(link, &l) != nil {
		return ""
	}
	u, err := url.Parse(l.Href)
	if err != nil {
		return ""
	}
	return firstWord(path.Base(u.Path))
}
