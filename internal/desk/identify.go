package desk

import (
	"context"

	"keydesk/internal/okta"
)

// Identify finds the operator's own account in Okta, once at each sign-in: the
// id in the configured claim, else the issuer's subject if it is a user id, else
// the one account whose login is the verified e-mail. Without a match, or when
// the account is not in use, it returns the zero id and why, as a sentence; the
// operator may then change nothing.
func (d *Desk) Identify(ctx context.Context, subject, claim, verifiedEmail string) (okta.UserID, string, error) {
	u, why, err := d.account(ctx, subject, claim, verifiedEmail)
	switch {
	case err != nil:
		return okta.UserID{}, "", translate("users.get", err)
	case why == "" && u.Status != okta.Active:
		why = "your own account is " + StatusWord(u.Status) + " in Okta."
	}
	if why != "" {
		return okta.UserID{}, why, nil
	}
	d.service.saw(u.ID, u, d.now())
	return u.ID, "", nil
}

func (d *Desk) account(ctx context.Context, subject, claim, verifiedEmail string) (u okta.User, why string, err error) {
	for _, s := range []string{claim, subject} { // the subject may be the account's at another organisation of Okta's
		if id, err := okta.ParseUserID(s); err == nil {
			u, err = d.okta.Users.Get(ctx, id)
			if okta.IsNotFound(err) {
				return u, "Okta knows nobody with the id that the sign-in service gives.", nil
			}
			return u, "", err
		}
	}
	if verifiedEmail == "" {
		return u, "the sign-in service names neither your Okta account nor a verified e-mail address.", nil
	}
	v, err := okta.ParseValue(verifiedEmail)
	if err != nil {
		return u, "your e-mail address is not one that Okta could have as a login.", nil
	}
	page, err := d.okta.Users.List(ctx, okta.UserQuery{Search: okta.Eq(okta.AttrLogin, v), Limit: 2})
	if err != nil || len(page.Items) != 1 {
		return u, "no single account in Okta has your e-mail address as its login.", err
	}
	return page.Items[0], "", nil
}
