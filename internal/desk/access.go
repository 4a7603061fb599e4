package desk

import (
	"context"

	"keydesk/internal/okta"
)

// Access reads what a person can reach: groups, apps and identity providers, each
// of which may fail alone. Operations ListUserGroups, ListAppLinks and
// ListUserIdentityProviders.
func (d *Desk) Access(ctx context.Context, who Actor, id okta.UserID) (AccessPage, error) {
	return view(ctx, d, who, "access.apps", func(ctx context.Context) (AccessPage, error) {
		var p AccessPage
		var err error
		p.Person, _, err = d.look(
			ctx, who, id,
			func(ctx context.Context) { p.Apps = part(d.okta.Access.AppLinks(ctx, id))("access.apps") },
			func(ctx context.Context) { p.IDPs = part(d.okta.Access.IdentityProviders(ctx, id))("access.idps") },
		)
		return p, err
	})
}
