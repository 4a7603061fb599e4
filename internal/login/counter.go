package login

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/labstack/echo/v4"
)

// Counter is what a session is narrowed to while a person types at the counter:
// one action on that person. It ends with the session; nothing widens it again.
type Counter struct {
	Action   string `json:"action"`
	Person   string `json:"person"` // their id
	Name     string `json:"name"`
	Question string `json:"question,omitempty"` // the recovery question that is to be answered
	Note     string `json:"note"`
	Ticket   string `json:"ticket,omitempty"`
	Token    string `json:"token"` // one-time, of the action
	Until    int64  `json:"until"` // Unix milliseconds; after it the session is over
}

// Narrow turns the session into one that can do nothing but what k says, until the
// operator signs in again.
func (l *Login) Narrow(c echo.Context, k Counter, life time.Duration) error {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return storeFault(err)
	}
	if err := l.needsProof(c.Request().Context(), dataOf(ses).Actor); err != nil {
		return storeFault(err)
	}
	return l.Keep(c, k, life)
}

// Keep gives the narrowed session more time.
func (l *Login) Keep(c echo.Context, k Counter, life time.Duration) error {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return storeFault(err)
	}
	k.Until = l.cfg.Now().Add(life).UnixMilli()
	dataOf(ses).Counter = &k
	if err := ses.Save(c.Request(), c.Response()); err != nil {
		return storeFault(err)
	}
	return nil
}

// needsProof makes the issuer's word count for an operator only if it has seen proof
// of who they are once more, after this moment. Whoever stands at the counter has the
// operator's browser, and with it a session at the issuer that would sign them in
// unasked.
func (l *Login) needsProof(ctx context.Context, actor string) error {
	_, err := l.db.W.ExecContext(ctx, `update staff set fresh_after = $1 where issuer || '#' || subject = $2`, l.cfg.Now().UnixMilli(), actor)
	return err
}

// proven reports whether the issuer has seen proof since the last counter was opened.
// How old the proof is is told by the issuer's own clock, between the proof and the
// token, and by ours: the older of the two counts, so that a token made earlier than it
// was given does not make it younger. An issuer whose clock is behind is believed that
// much later. The sign-in itself has to be begun since, too.
func (l *Login) proven(ctx context.Context, a attempt, who Claims) (bool, error) {
	var after int64
	err := l.db.R.QueryRowContext(ctx, `select fresh_after from staff where issuer = $1 and subject = $2`, who.Issuer, who.Subject).Scan(&after)
	if errors.Is(err, sql.ErrNoRows) || err == nil && after == 0 {
		return true, nil
	}
	opened, now := time.UnixMilli(after), l.cfg.Now()
	age := max(who.IssuedAt.Sub(who.AuthTime)+time.Second, now.Sub(who.AuthTime)) // the issuer's times have no parts of a second
	return !who.AuthTime.IsZero() && age <= now.Sub(opened) && a.begun.After(opened), err
}

// Counter returns what the session is narrowed to, and whether it is; open is
// false when its time is over.
func (l *Login) Counter(c echo.Context) (k Counter, open, narrowed bool) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew || dataOf(ses).Counter == nil {
		return Counter{}, false, false
	}
	k = *dataOf(ses).Counter
	return k, l.cfg.Now().UnixMilli() < k.Until, true
}
