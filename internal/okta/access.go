package okta

import (
	"context"
	"encoding/json"
	"time"
)

// Access is the room of what a person can reach.
type Access service

// Groups reads every group the person is in (ListUserGroups), "Everyone" among
// them.
func (s *Access) Groups(ctx context.Context, id UserID) ([]Group, error) {
	return whole[Group](ctx, s.client, on(id, listUserGroups, nil))
}

// Group is a group of people. Name and Description are those of Profile, which
// holds whatever else a directory gave it.
type Group struct {
	ID                    GroupID   `json:"id"`
	Type                  string    `json:"type"` // OKTA_GROUP, APP_GROUP or BUILT_IN
	ObjectClass           []string  `json:"objectClass,omitzero"`
	Name                  string    `json:"-"`
	Description           string    `json:"-"`
	Created               time.Time `json:"created,omitzero"`
	LastUpdated           time.Time `json:"lastUpdated,omitzero"`
	LastMembershipUpdated time.Time `json:"lastMembershipUpdated,omitzero"`
	Profile               Profile   `json:"profile,omitzero"`
	Links                 Links     `json:"_links,omitzero"`
}

// UnmarshalJSON reads a group and lifts name and description out of its profile.
func (g *Group) UnmarshalJSON(b []byte) error {
	type plain Group
	if err := json.Unmarshal(b, (*plain)(g)); err != nil {
		return err
	}
	g.Name, g.Description = g.Profile.Text("name"), g.Profile.Text("description")
	return nil
}

// AppLinks reads the apps on the person's own page (ListAppLinks).
func (s *Access) AppLinks(ctx context.Context, id UserID) ([]AppLink, error) {
	return whole[AppLink](ctx, s.client, on(id, listAppLinks, nil))
}

// AppLink is one tile on a person's page.
type AppLink struct {
	Label            string `json:"label"`
	AppName          string `json:"appName"`
	LinkURL          string `json:"linkUrl"`
	Hidden           bool   `json:"hidden"`
	SortOrder        int    `json:"sortOrder"`
	Instance         AppID  `json:"appInstanceId"`
	CredentialsSetup bool   `json:"credentialsSetup"`
}

// IdentityProviders reads where else the person can sign in
// (ListUserIdentityProviders).
func (s *Access) IdentityProviders(ctx context.Context, id UserID) ([]IdentityProvider, error) {
	return whole[IdentityProvider](ctx, s.client, on(id, listUserIdentityProviders, nil))
}

// IdentityProvider is a place that vouches for people.
type IdentityProvider struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Type    string    `json:"type"` // such as SAML2, OIDC, GOOGLE
	Status  string    `json:"status"`
	Created time.Time `json:"created,omitzero"`
}
