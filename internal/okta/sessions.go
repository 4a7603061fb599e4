package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// Sessions is the room of what keeps a person signed in.
type Sessions service

// Clear ends the person's sessions in Okta (ClearUserSessions), whatever their
// status; having none is fine. It is a change: it may return *Unsure. With
// oauthTokens their OpenID Connect and OAuth tokens are revoked, with
// forgetDevices remembered devices are forgotten. Both are always said: Okta's
// default for the devices is yes in one of its engines and no in the other.
func (s *Sessions) Clear(ctx context.Context, id UserID, oauthTokens, forgetDevices bool) error {
	q := flag("oauthTokens", oauthTokens)
	q.Set("forgetDevices", strconv.FormatBool(forgetDevices))
	return s.client.run(ctx, on(id, clearUserSessions, q))
}

// Clients reads which clients hold consents or tokens of the person
// (ListUserClients).
func (s *Sessions) Clients(ctx context.Context, id UserID) ([]OAuthClient, error) {
	return whole[OAuthClient](ctx, s.client, on(id, listUserClients, nil))
}

// OAuthClient is an app that can act for a person.
type OAuthClient struct {
	ID   ClientID `json:"client_id"`
	Name string   `json:"client_name"`
	URI  string   `json:"client_uri"`
}

// Tokens reads a page of the refresh tokens that the client holds of the person
// (ListRefreshTokensForUserAndClient); limit 0 is Okta's default of 20, the most
// is 200.
func (s *Sessions) Tokens(ctx context.Context, id UserID, client ClientID, after Cursor, limit int) (Page[RefreshToken], error) {
	return sized(ctx, s.client, on(id, listRefreshTokensForUserAndClient, nil, client.segment()), after, limit,
		func(t RefreshToken) error { return t.of(id, client) })
}

// Token reads one refresh token (GetRefreshTokenForUserAndClient).
func (s *Sessions) Token(ctx context.Context, id UserID, client ClientID, token TokenID) (RefreshToken, error) {
	r := on(id, getRefreshTokenForUserAndClient, nil, client.segment(), token.segment())
	t, _, err := one(ctx, s.client, r, func(t RefreshToken) error {
		return cmp.Or(t.of(id, client), same(token, t.ID))
	})
	return t, err
}

// RevokeToken makes one refresh token useless, and the access tokens that came of
// it (RevokeTokenForUserAndClient). It is a change: it may return *Unsure.
func (s *Sessions) RevokeToken(ctx context.Context, id UserID, client ClientID, token TokenID) error {
	return s.client.run(ctx, on(id, revokeTokenForUserAndClient, nil, client.segment(), token.segment()))
}

// RevokeTokens does so with all that the client holds of the person
// (RevokeTokensForUserAndClient); none is fine. It is a change: it may return
// *Unsure.
func (s *Sessions) RevokeTokens(ctx context.Context, id UserID, client ClientID) error {
	return s.client.run(ctx, on(id, revokeTokensForUserAndClient, nil, client.segment()))
}

// RefreshToken lets a client act for a person without them. It is the token's
// description and never the token.
type RefreshToken struct {
	ID          TokenID   `json:"id"`
	Status      string    `json:"status"` // ACTIVE or REVOKED
	Created     time.Time `json:"created"`
	LastUpdated time.Time `json:"lastUpdated"`
	ExpiresAt   time.Time `json:"expiresAt"`
	Issuer      string    `json:"issuer"`
	Client      ClientID  `json:"clientId"`
	Person      UserID    `json:"userId"`
	Scopes      []string  `json:"scopes"`
}

// UnmarshalJSON reads a token; Okta writes its client in two ways.
func (t *RefreshToken) UnmarshalJSON(b []byte) error {
	type plain RefreshToken
	var w struct {
		plain
		Snake ClientID `json:"client_id"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	if *t = RefreshToken(w.plain); t.Client.IsZero() {
		t.Client = w.Snake
	}
	return nil
}

// of insists that a token is the person's, held by the client.
func (t RefreshToken) of(id UserID, client ClientID) error {
	switch {
	case t.ID.IsZero():
		return ErrBadID
	case t.Person != id:
		return errOtherPerson
	}
	return same(client, t.Client)
}
