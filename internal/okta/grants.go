package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// Grants is the room of what a person, or an administrator for them, has
// consented to. The Revoke methods are changes: they may return *Unsure. An empty
// id never makes one into a wider one: it makes no call.
type Grants service

// Grant is the consent that a client may have one scope.
type Grant struct {
	ID          GrantID
	Status      string // ACTIVE, REVOKED or EXPIRED
	Created     time.Time
	LastUpdated time.Time
	Issuer      string // the authorization server
	Client      ClientID
	Person      UserID
	ScopeID     string // of Okta's own scopes the name
	Source      string // END_USER or ADMIN
	Scope       Scope
}

// Scope is what a consent is about. Only its name is always there.
type Scope struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
}

// UnmarshalJSON reads a grant and lifts its scope out of what came with it.
func (g *Grant) UnmarshalJSON(b []byte) error {
	var w struct {
		ID          GrantID   `json:"id"`
		Status      string    `json:"status"`
		Created     time.Time `json:"created"`
		LastUpdated time.Time `json:"lastUpdated"`
		Issuer      string    `json:"issuer"`
		Client      ClientID  `json:"clientId"`
		Person      UserID    `json:"userId"`
		ScopeID     string    `json:"scopeId"`
		Source      string    `json:"source"`
		Embedded    struct {
			Scope Scope `json:"scope"`
		} `json:"_embedded"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*g = Grant{w.ID, w.Status, w.Created, w.LastUpdated, w.Issuer, w.Client, w.Person, w.ScopeID, w.Source, w.Embedded.Scope}
	g.Scope.Name = cmp.Or(g.Scope.Name, g.ScopeID)
	return nil
}

// of insists that a grant is the person's, and with a client the client's.
func (g Grant) of(id UserID, client ClientID) error {
	switch {
	case g.ID.IsZero():
		return ErrBadID
	case g.Person != id:
		return errOtherPerson
	case !client.IsZero():
		return same(client, g.Client)
	}
	return nil
}

func withScope() url.Values { return url.Values{"expand": {"scope"}} }

// List reads a page of the person's grants (ListUserGrants); limit 0 is Okta's
// default of 20, the most is 200.
func (s *Grants) List(ctx context.Context, id UserID, after Cursor, limit int) (Page[Grant], error) {
	return sized(ctx, s.client, on(id, listUserGrants, withScope()), after, limit,
		func(g Grant) error { return g.of(id, ClientID{}) })
}

// Get reads one grant (GetUserGrant).
func (s *Grants) Get(ctx context.Context, id UserID, grant GrantID) (Grant, error) {
	g, _, err := one(ctx, s.client, on(id, getUserGrant, withScope(), grant.segment()), func(g Grant) error {
		return cmp.Or(g.of(id, ClientID{}), same(grant, g.ID))
	})
	return g, err
}

// Revoke takes one grant back (RevokeUserGrant).
func (s *Grants) Revoke(ctx context.Context, id UserID, grant GrantID) error {
	return s.client.run(ctx, on(id, revokeUserGrant, nil, grant.segment()))
}

// RevokeAll takes all the person's grants back (RevokeUserGrants); having none is
// fine.
func (s *Grants) RevokeAll(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, revokeUserGrants, nil))
}

// ForClient reads a page of what the person granted one client
// (ListGrantsForUserAndClient), as List does.
func (s *Grants) ForClient(ctx context.Context, id UserID, client ClientID, after Cursor, limit int) (Page[Grant], error) {
	return sized(ctx, s.client, on(id, listGrantsForUserAndClient, withScope(), client.segment()), after, limit,
		func(g Grant) error { return g.of(id, client) })
}

// RevokeForClient takes back all that the person granted one client
// (RevokeGrantsForUserAndClient); having granted nothing is fine.
func (s *Grants) RevokeForClient(ctx context.Context, id UserID, client ClientID) error {
	return s.client.run(ctx, on(id, revokeGrantsForUserAndClient, nil, client.segment()))
}
