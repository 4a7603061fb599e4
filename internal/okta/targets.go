package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// RoleTargets is the room of what a role is limited to. No target is the widest
// scope there is: the role covers everything. So the first target takes power
// away, and Okta refuses to remove the last. Every method but Groups and Apps is
// a change: it may return *Unsure.
type RoleTargets service

// Targets is what a role is limited to.
type Targets struct {
	Groups []Group
	Apps   []TargetApp
}

// TargetApp is an app that a role is limited to: all of a kind, with its Name, or
// one Instance, of which Okta tells the label and not the Name.
type TargetApp struct {
	Name     AppName // zero for an instance
	Label    string
	Instance AppID // zero for all of a kind
	Status   string
}

// UnmarshalJSON reads either kind. Okta puts an instance's label where for a kind
// its name stands.
func (t *TargetApp) UnmarshalJSON(b []byte) error {
	var w struct {
		ID          AppID  `json:"id"`
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
		Status      string `json:"status"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*t = TargetApp{Instance: w.ID, Label: w.Name, Status: w.Status}
	if !w.ID.IsZero() {
		return nil
	}
	t.Label = cmp.Or(w.DisplayName, w.Name)
	return t.Name.UnmarshalText([]byte(w.Name))
}

// most asks for long pages. Okta may give shorter ones; whole goes by the link.
func most() url.Values { return url.Values{"limit": {"200"}} }

// Groups reads the groups that the role is limited to (ListGroupTargetsForRole).
// None means that it covers all.
func (s *RoleTargets) Groups(ctx context.Context, id UserID, role RoleID) ([]Group, error) {
	return whole[Group](ctx, s.client, on(id, listGroupTargetsForRole, most(), role.segment()))
}

// AddGroup limits the role to the group, and to those that it is limited to
// already (AddGroupTargetToRole). E0000091 for a role that has no groups,
// E0000093 for too many.
func (s *RoleTargets) AddGroup(ctx context.Context, id UserID, role RoleID, group GroupID) error {
	return s.client.run(ctx, on(id, addGroupTargetToRole, nil, role.segment(), group.segment()))
}

// RemoveGroup takes a group out of the role's targets (RemoveGroupTargetFromRole).
// The last is refused with a 400.
func (s *RoleTargets) RemoveGroup(ctx context.Context, id UserID, role RoleID, group GroupID) error {
	return s.client.run(ctx, on(id, removeGroupTargetFromRole, nil, role.segment(), group.segment()))
}

// Apps reads the apps that the role is limited to
// (ListApplicationTargetsForApplicationAdministratorRoleForUser). None means that
// it covers all.
func (s *RoleTargets) Apps(ctx context.Context, id UserID, role RoleID) ([]TargetApp, error) {
	r := on(id, listApplicationTargetsForApplicationAdministratorRoleForUser, most(), role.segment())
	return whole[TargetApp](ctx, s.client, r)
}

// AddAllApps widens the role to all apps (AddAllAppsAsTargetToRole); it then has
// no targets.
func (s *RoleTargets) AddAllApps(ctx context.Context, id UserID, role RoleID) error {
	r := on(id, addAllAppsAsTargetToRole, nil, role.segment())
	a, err := s.client.do(ctx, r)
	// Documented is 200 without a word on its body, seen was 204.
	if err != nil || a.status == http.StatusOK && a.broken == nil && len(a.body) == 0 {
		return err
	}
	return s.client.settled(r, a)
}

// AddApp limits the role to all apps of a kind
// (AddApplicationTargetToAdminRoleForUser). It takes the place of the targets that
// are instances of that kind.
func (s *RoleTargets) AddApp(ctx context.Context, id UserID, role RoleID, app AppName) error {
	return s.client.run(ctx, on(id, addApplicationTargetToAdminRoleForUser, nil, role.segment(), app.segment()))
}

// AddInstance limits the role to one app
// (AddApplicationTargetToAppAdminRoleForUser). It takes the place of the target
// that is its whole kind.
func (s *RoleTargets) AddInstance(ctx context.Context, id UserID, role RoleID, app AppName, instance AppID) error {
	r := on(id, addApplicationTargetToAppAdminRoleForUser, nil, role.segment(), app.segment(), instance.segment())
	return s.client.run(ctx, r)
}

// RemoveApp takes a kind of apps out of the role's targets
// (RemoveApplicationTargetFromApplicationAdministratorRoleForUser). The last is
// refused with a 400.
func (s *RoleTargets) RemoveApp(ctx context.Context, id UserID, role RoleID, app AppName) error {
	r := on(id, removeApplicationTargetFromApplicationAdministratorRoleForUser, nil, role.segment(), app.segment())
	return s.client.run(ctx, r)
}

// RemoveInstance takes one app out of the role's targets
// (RemoveApplicationTargetFromAdministratorRoleForUser). Its Name is what Apps
// does not tell: ask the app. The last is refused with a 400.
func (s *RoleTargets) RemoveInstance(ctx context.Context, id UserID, role RoleID, app AppName, instance AppID) error {
	r := on(id, removeApplicationTargetFromAdministratorRoleForUser, nil, role.segment(), app.segment(), instance.segment())
	return s.client.run(ctx, r)
}
