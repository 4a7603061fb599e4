package desk

import (
	"context"

	"keydesk/internal/okta"
)

// Identify finds the operator's own account in Okta, once at each sign-in: the
// issuer's subject if it is a user id, else the id in the configured claim, else
// the one account whose login is the verified e-mail. Without a match it returns
// the zero id and why, as a sentence; the operator may then change nothing.
func (d *Desk) Identify(ctx context.Context, subject, claim, verifiedEmail string) (okta.UserID, string, error) {
	for _, s := range []string{subject, claim} {
		if id, err := okta.ParseUserID(s); err == nil {
			return id, "", nil
		}
	}
	if verifiedEmail == "" {
		return okta.UserID{}, "the sign-in service names neither your Okta account nor a verified e-mail address.", nil
	}
	v, err := okta.ParseValue(verifiedEmail)
	if err != nil {
		return okta.UserID{}, "your e-mail address is not one that Okta could have as a login.", nil
	}
	page, err := d.okta.Users.List(ctx, okta.UserQuery{Search: okta.Eq(okta.AttrLogin, v), Limit: 2})
	switch {
	case err != nil:
		return okta.UserID{}, "", translate("users.list", err)
	case len(page.Items) != 1:
		return okta.UserID{}, "no single account in Okta has your e-mail address as its login.", nil
	}
	return page.Items[0].ID, "", nil
}
