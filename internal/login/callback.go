package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"
)

const maxCode = 4096

// answer is what the issuer sent back through the browser.
type answer struct{ state, code, iss, failure, description string }

// Callback ends a sign-in (GET /auth/callback): it starts a new session and
// sends the browser on to where the sign-in was begun, or returns an *Error.
// After it, Actor answers for the same request with who has just signed in.
func (l *Login) Callback(c echo.Context) error {
	ctx := c.Request().Context()
	in, err := parseAnswer(c.Request().URL.RawQuery)
	if err != nil {
		return badRequest(sayMalformed, err)
	}
	p, err := l.issuer.get(ctx)
	if err != nil {
		return unreachable(err)
	}
	a, again, err := l.redeem(c, in.state)
	switch {
	case err != nil:
		return err
	case again: // a second press at the issuer, or a repeated request whose first answer was lost: nothing of it is used
		return l.start(c, a)
	}
	if err := in.check(l.cfg.Issuer, p.promiseIss); err != nil {
		return err
	}
	who, given, err := l.exchange(ctx, p, a, in.code)
	if err != nil {
		return err
	}
	if err := l.provenAgain(a, who); err != nil {
		return err
	}
	switch good, err := l.proven(ctx, a, who); {
	case err != nil:
		return storeFault(err)
	case !good && a.fresh:
		return untrusted(errors.New("the issuer was asked to see proof anew and did not"))
	case !good:
		return l.start(c, attempt{returnTo: a.returnTo, fresh: true, again: a.again, actor: a.actor})
	}
	if err := l.begin(c, a, who, given); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, a.returnTo)
}

// parseAnswer refuses a query in which anything that matters stands twice:
// whoever reads the other one would see another answer.
func parseAnswer(query string) (in answer, err error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return in, errors.New("the query cannot be read")
	}
	for name, into := range map[string]*string{"state": &in.state, "code": &in.code, "iss": &in.iss, "error": &in.failure} {
		switch v := q[name]; {
		case len(v) > 1:
			return in, errors.New(name + " stands more than once")
		case len(v) == 1:
			*into = v[0]
		}
	}
	in.description = q.Get("error_description")
	switch {
	case len(in.state) != secretLen:
		return in, errors.New("no state of ours")
	case in.code == "" && in.failure == "":
		return in, errors.New("neither code nor error")
	case len(in.code) > maxCode:
		return in, errors.New("the code is too long")
	}
	return in, nil
}

// check decides on an answer that belongs to a sign-in of this browser. The
// issuer's name comes first (RFC 9207), then an error, which beats a code.
func (in answer) check(issuer string, promised bool) error {
	switch {
	case in.iss == "" && promised:
		return badRequest(sayMixUp, errors.New("the answer does not name its issuer"))
	case in.iss != "" && in.iss != issuer:
		return badRequest(sayMixUp, errors.New("the answer names another issuer"))
	case in.failure != "":
		return answered(in.failure, in.description)
	}
	return nil
}

// redeem ties the answer to the browser that asked, by its cookie. again is set
// where that browser has had an answer to it before.
func (l *Login) redeem(c echo.Context, state string) (a attempt, again bool, err error) {
	k, err := c.Cookie(l.attemptName(state))
	if err != nil {
		return a, false, badRequest(sayStartAgain, errors.New("no cookie for this state"))
	}
	ctx := c.Request().Context()
	a, ok, err := l.take(ctx, state, k.Value)
	if err == nil && !ok {
		a, again, err = l.usedBy(ctx, state, k.Value)
	}
	if err != nil {
		return a, false, storeFault(err)
	}
	c.SetCookie(l.attemptCookie(state, "", -1))
	if !ok && !again {
		return a, false, badRequest(sayStartAgain, errors.New("unknown, used or expired state"))
	}
	return a, again, nil
}

// exchange turns the code into claims that have passed every check, and the tokens
// that came with them.
func (l *Login) exchange(ctx context.Context, p *provider, a attempt, code string) (Claims, tokens, error) {
	ctx = l.issuer.context(ctx)
	tok, err := l.oauth(p, a.redirectURI).Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return Claims{}, tokens{}, tokenFailure(err)
	}
	raw, _ := tok.Extra("id_token").(string)
	t, err := l.verify(ctx, p, raw, tok.AccessToken, a.nonce)
	if err != nil {
		return Claims{}, tokens{}, untrusted(err)
	}
	if err := l.complete(ctx, p, tok, t); err != nil {
		return Claims{}, tokens{}, untrusted(err)
	}
	who, err := l.claims(t)
	if err != nil {
		return who, tokens{}, untrusted(err)
	}
	given := tokens{ID: raw}
	if p.userinfo && !tok.Expiry.IsZero() {
		given.Access, given.Until = tok.AccessToken, l.cfg.Now().Add(time.Until(tok.Expiry)).UnixMilli()
	}
	return who, given, nil
}

func tokenFailure(err error) *Error {
	var refused *oauth2.RetrieveError
	var network *url.Error
	switch {
	case errors.As(err, &refused) && refused.ErrorCode == "invalid_grant":
		return badRequest(sayStartAgain, brief(err))
	case errors.As(err, &network), refused != nil && refused.Response.StatusCode >= http.StatusInternalServerError:
		return unreachable(err)
	}
	return untrusted(err)
}

// begin gives the browser a new session, or raises the one that asked for a fresh
// sign-in.
func (l *Login) begin(c echo.Context, a attempt, who Claims, given tokens) error {
	ctx := c.Request().Context()
	oktaID, why, err := l.cfg.Identify(ctx, who)
	if err != nil {
		return &Error{http.StatusServiceUnavailable, sayNoOkta, err}
	}
	d := l.data(who, oktaID, why)
	d.tokens, d.Confirmed, d.Address, d.Agent = given, l.cfg.Now().UnixMilli(), c.RealIP(), agentOf(c)
	if err := l.recordStaff(ctx, who, d); err != nil {
		return storeFault(err)
	}
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err == nil && a.again != "" && !ses.IsNew && dataOf(ses).Handle == a.again && dataOf(ses).Counter == nil {
		err = l.sessions.raise(c.Request(), c.Response(), ses, d)
	} else {
		err = l.sessions.renew(c.Request(), c.Response(), d)
	}
	if err != nil {
		return storeFault(err)
	}
	return nil
}

const maxAgent = 300

// agentOf is what the browser says it is.
func agentOf(c echo.Context) string {
	s := strings.ToValidUTF8(c.Request().UserAgent(), "")
	return s[:min(len(s), maxAgent)]
}
