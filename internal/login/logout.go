package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
)

const endSessionWait = 2 * time.Second

// End ends the browser's session here (POST /auth/logout) and returns the address
// at which the browser can end the one at the issuer as well; "" when there is
// none. The address is for a link: a form may not redirect to another origin.
func (l *Login) End(c echo.Context) (endSession string, err error) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	var given tokens
	if err == nil && !ses.IsNew {
		given, err = l.sessions.tokens(c.Request().Context(), ses.ID)
	}
	ses.Options.MaxAge = -1
	if err := errors.Join(err, ses.Save(c.Request(), c.Response())); err != nil {
		return "", storeFault(err) // the browser forgets its cookie in any case
	}
	if given.ID != "" {
		return l.endSessionURL(c.Request(), given.ID), nil
	}
	return "", nil
}

// endSessionURL is RP-initiated logout. An issuer that cannot be reached costs
// only the link.
func (l *Login) endSessionURL(r *http.Request, idToken string) string {
	address := l.cfg.BrowserEndSession
	if address == "" {
		ctx, cancel := context.WithTimeout(r.Context(), endSessionWait)
		defer cancel()
		p, err := l.issuer.get(ctx)
		if err != nil || p.endSession == "" {
			return ""
		}
		address = p.endSession
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("id_token_hint", idToken)
	q.Set("client_id", l.cfg.ClientID)
	q.Set("post_logout_redirect_uri", l.origin(r)+SignedOutPath)
	u.RawQuery = q.Encode()
	return u.String()
}
