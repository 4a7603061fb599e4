package login

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Again sends a signed-in browser to the issuer to prove anew who its operator is
// (GET /auth/fresh?return_to=). The session goes on meanwhile, and after it.
func (l *Login) Again(c echo.Context) error {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return storeFault(errors.Join(err, errEnded))
	}
	d := dataOf(ses)
	return l.start(c, attempt{returnTo: returnTo(c.QueryParam("return_to")), fresh: true, again: d.Handle, actor: d.Actor})
}

const (
	sayOther   = "Somebody else signed in than who is signed in here. Nothing was done, and the session goes on as it was. Sign out first to change who you are."
	sayNoProof = "The sign-in service was asked to have you prove who you are, and did not say that it had. Nothing was done. If this happens again, tell whoever runs Keydesk."
	sayWeakACR = "The sign-in service did not ask for the proof that is wanted here. Nothing was done. If this happens again, tell whoever runs Keydesk."
)

// provenAgain checks what a fresh sign-in has to have beside what every one has:
// the same operator, seen by the issuer after it was asked.
func (l *Login) provenAgain(a attempt, who Claims) error {
	switch {
	case a.again == "":
		return nil
	case who.ActorID() != a.actor:
		return &Error{http.StatusForbidden, sayOther, errors.New("a fresh sign-in of another operator")}
	case who.AuthTime.IsZero() || who.AuthTime.Before(a.begun.Add(-skew).Truncate(time.Second)):
		return &Error{http.StatusBadGateway, sayNoProof, errors.New("id token: auth_time is missing or from before the issuer was asked")}
	case l.cfg.FreshACR != "" && who.ACR != l.cfg.FreshACR:
		return &Error{http.StatusBadGateway, sayWeakACR, errors.New("id token: not the acr that was asked for")}
	}
	return nil
}
