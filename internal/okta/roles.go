package okta

import (
	"context"
	"encoding/json"
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

// RoleType is the kind of an admin role. One that Okta adds in future is kept
// as it is and not Known.
type RoleType string

// The standard roles, and the one word for all custom ones.
const (
	SuperAdmin                RoleType = "SUPER_ADMIN"
	OrgAdmin                  RoleType = "ORG_ADMIN"
	AppAdmin                  RoleType = "APP_ADMIN"
	UserAdmin                 RoleType = "USER_ADMIN" // labelled Group Administrator
	HelpDeskAdmin             RoleType = "HELP_DESK_ADMIN"
	GroupMembershipAdmin      RoleType = "GROUP_MEMBERSHIP_ADMIN"
	ReadOnlyAdmin             RoleType = "READ_ONLY_ADMIN"
	ReportAdmin               RoleType = "REPORT_ADMIN"
	APIAccessManagementAdmin  RoleType = "API_ACCESS_MANAGEMENT_ADMIN"
	MobileAdmin               RoleType = "MOBILE_ADMIN" // gone from Okta's list, still answered
	AccessCertificationsAdmin RoleType = "ACCESS_CERTIFICATIONS_ADMIN"
	AccessRequestsAdmin       RoleType = "ACCESS_REQUESTS_ADMIN"
	WorkflowsAdmin            RoleType = "WORKFLOWS_ADMIN"
	Custom                    RoleType = "CUSTOM"
)

// Known reports whether t is a type that the console understands.
func (t RoleType) Known() bool {
	switch t {
	case SuperAdmin, OrgAdmin, AppAdmin, UserAdmin, HelpDeskAdmin, GroupMembershipAdmin,
		ReadOnlyAdmin, ReportAdmin, APIAccessManagementAdmin, MobileAdmin,
		AccessCertificationsAdmin, AccessRequestsAdmin, WorkflowsAdmin, Custom:
		return true
	}
	return false
}

// Role is one assignment of an admin role. Its ID is not unique: for four
// standard roles it is the type's name in base32, the same for everybody, so
// key by person, ID, AssignmentType and AssigneeID.
type Role struct {
	ID             string    `json:"id"`
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

// Targets is what a role is limited to.
type Targets struct {
	Groups []Group
	Apps   []TargetApp
}

// TargetApp is an app that a role is limited to: a kind of app from the
// catalogue, or with an ID one instance, whose Name is then its label.
type TargetApp struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Status      string `json:"status"`
}

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
