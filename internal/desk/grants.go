package desk

import (
	"context"

	"keydesk/internal/okta"
)

// Grant reads one consent with its scope and its issuer (operation GetUserGrant).
func (d *Desk) Grant(ctx context.Context, who Actor, id okta.UserID, grant okta.GrantID) (GrantPage, error) {
	return view(ctx, d, who, "grants.get", func(ctx context.Context) (GrantPage, error) {
		var p GrantPage
		var on Standing
		var err error
		p.Person, on, p.Grant, err = lookAt(ctx, d, who, id, "grants.get", func(ctx context.Context) (okta.Grant, error) {
			return d.okta.Grants.Get(ctx, id, grant)
		})
		if err != nil {
			return p, err
		}
		if err := d.seen(ctx, who, "grants.get", p.Person.User, "consent shown, grant="+grant.String()); err != nil {
			return p, err
		}
		p.Revoke = d.offer(who, p.Person.User, on, "grants.revoke", Object{Grant: grant}, "")
		return p, nil
	})
}

// RevokeGrant ends one consent (operation RevokeUserGrant).
func (d *Desk) RevokeGrant(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "grants.revoke", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta revoked the consent.", d.okta.Grants.Revoke(ctx, id, o.On.Grant))
	})
}

// RevokeClientGrants ends every consent to one client (operation
// RevokeGrantsForUserAndClient).
func (d *Desk) RevokeClientGrants(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "grants.revoke_client", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta revoked the consents to this client.", d.okta.Grants.RevokeForClient(ctx, id, o.On.Client))
	})
}

// RevokeAllGrants ends every consent of the person (operation RevokeUserGrants).
// No id that is missing elsewhere can lead here: it is an action of its own.
func (d *Desk) RevokeAllGrants(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "grants.revoke_all", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta revoked every consent.", d.okta.Grants.RevokeAll(ctx, id))
	})
}
