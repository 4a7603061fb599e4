package desk

import (
	"context"

	"keydesk/internal/okta"
)

// ResetFactor removes one enrolled factor and leaves the others (outside the User
// API: unenrollFactor).
func (d *Desk) ResetFactor(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "factors.reset", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta reset the factor.", d.okta.Factors.Reset(ctx, id, o.On.Factor))
	})
}
