package desk

import (
	"context"

	"keydesk/internal/okta"
)

// ClearSessions signs the person out of Okta everywhere (operation
// ClearUserSessions); with OAuthTokens their OpenID Connect and OAuth tokens die
// too, with ForgetDevices Okta forgets the devices they chose to remember.
func (d *Desk) ClearSessions(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "clear_sessions", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta ended the person's sessions.", d.okta.Sessions.Clear(ctx, id, o.OAuthTokens, o.ForgetDevices))
	})
}
