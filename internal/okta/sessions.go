package okta

import (
	"context"
	"strconv"
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
