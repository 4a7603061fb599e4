package login

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"keydesk/internal/desk"
)

const (
	confirmEvery  = time.Minute      // how old an operator's roles may be on a page
	confirmWithin = time.Hour        // how long a session lasts while nobody can be asked
	confirmWait   = 3 * time.Second  // how long one page waits for that
	confirmPause  = 15 * time.Second // how long no page waits after nobody answered
)

// asking is how operators' roles are asked for: once for requests that come
// together, and not for every page while nobody answers.
type asking struct {
	flight singleflight.Group
	failed atomic.Int64 // Unix milliseconds
	lately sync.Map     // a session's name -> told, for requests that read the session before it was noted there
}

// told is an answer.
type told struct {
	roles []desk.Role
	known bool
	at    time.Time
}

func (a *asking) sweep(before time.Time) {
	a.lately.Range(func(handle, v any) bool {
		if got, ok := v.(told); ok && !got.at.After(before) {
			a.lately.Delete(handle)
		}
		return true
	})
}

// confirmed cuts the actor's roles to those still held, asking where that was last
// done over a minute ago. Who may not be here any more is signed out.
func (l *Login) confirmed(ctx context.Context, ses *sessions.Session, who desk.Actor) (desk.Actor, bool, error) {
	d, now := dataOf(ses), l.cfg.Now()
	age := now.Sub(time.UnixMilli(d.Confirmed))
	if l.cfg.Confirm == nil || age < confirmEvery {
		return who, true, nil
	}
	got, err := l.ask(ctx, d.Handle, who)
	var refused *desk.Error
	switch {
	case err == nil && got.known:
		who.Roles = got.roles
		return who, true, l.keepRoles(ctx, ses, got.roles)
	case errors.As(err, &refused) && refused.Kind == desk.Denied:
		return desk.Actor{}, false, l.endNow(ctx, ses, endedStopped)
	case age >= confirmWithin:
		return desk.Actor{}, false, l.endNow(ctx, ses, endedUnasked)
	case err == nil: // the account is in use; of the groups nobody knows
		who.Roles = got.roles
	}
	return who, true, nil
}

func (l *Login) endNow(ctx context.Context, ses *sessions.Session, why string) error {
	if err := l.sessions.end(ctx, hash(ses.ID), why); err != nil {
		return storeFault(err)
	}
	return nil
}

// ask asks once for all requests of one session that want to know.
func (l *Login) ask(ctx context.Context, handle string, who desk.Actor) (told, error) {
	if l.cfg.Now().UnixMilli()-l.asking.failed.Load() < confirmPause.Milliseconds() {
		return told{}, errors.New("nobody answered a moment ago")
	}
	v, err, _ := l.asking.flight.Do(handle, func() (any, error) {
		if v, ok := l.asking.lately.Load(handle); ok {
			if got, _ := v.(told); l.cfg.Now().Sub(got.at) < confirmEvery {
				return got, nil
			}
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmWait)
		defer cancel()
		roles, known, err := l.cfg.Confirm(ctx, who)
		got := told{roles, known, l.cfg.Now()}
		if err == nil && known {
			l.asking.lately.Store(handle, got)
		}
		return got, err
	})
	var refused *desk.Error
	if err != nil && (!errors.As(err, &refused) || refused.Kind != desk.Denied) {
		l.asking.failed.Store(l.cfg.Now().UnixMilli())
	}
	got, _ := v.(told)
	return got, err
}

// keepRoles notes what was told, so that no other request asks within the minute.
func (l *Login) keepRoles(ctx context.Context, ses *sessions.Session, roles []desk.Role) error {
	d := dataOf(ses)
	d.Roles, d.Confirmed = nil, l.cfg.Now().UnixMilli()
	for _, r := range roles {
		d.Roles = append(d.Roles, string(r))
	}
	_, err := l.db.W.ExecContext(ctx, `update web_session set roles = $1, confirmed_at = $2 where id_hash = $3 and confirmed_at < $2`,
		strings.Join(d.Roles, ","), d.Confirmed, hash(ses.ID))
	if err != nil {
		return storeFault(err)
	}
	return nil
}

// groups asks the issuer for the operator's groups with the access token of their
// sign-in, as long as that is good.
func (l *Login) groups(ses *sessions.Session) func(context.Context) ([]string, bool, error) {
	subject := dataOf(ses).Actor
	return func(ctx context.Context) ([]string, bool, error) {
		given, err := l.sessions.tokens(ctx, ses.ID)
		if err != nil || given.Access == "" || given.Until <= l.cfg.Now().UnixMilli() {
			return nil, false, err
		}
		p, err := l.issuer.get(ctx)
		if err != nil {
			return nil, false, err
		}
		info, err := p.UserInfo(l.issuer.context(ctx), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: given.Access, TokenType: "Bearer"}))
		if err != nil {
			return nil, false, takenBack(err)
		}
		return l.groupsOf(info, subject)
	}
}

// AsksIssuer reports whether the issuer can be asked for the operator's groups.
func (l *Login) AsksIssuer(c echo.Context) bool {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil || ses.IsNew {
		return false
	}
	given, err := l.sessions.tokens(c.Request().Context(), ses.ID)
	return err == nil && given.Access != "" && given.Until > l.cfg.Now().UnixMilli()
}

func (l *Login) groupsOf(info *oidc.UserInfo, actor string) ([]string, bool, error) {
	if (Claims{Issuer: l.cfg.Issuer, Subject: info.Subject}).ActorID() != actor {
		return nil, false, errors.New("userinfo: speaks of another person")
	}
	var claims map[string]json.RawMessage
	if err := info.Claims(&claims); err != nil {
		return nil, false, err
	}
	_, told := claims[l.cfg.GroupsClaim]
	list, err := names(claims, l.cfg.GroupsClaim)
	return list, told && err == nil, err
}

// takenBack tells an issuer that refuses a token before its time from one that
// cannot be asked. The library has the status in words alone.
func takenBack(err error) error {
	if s := err.Error(); strings.HasPrefix(s, "401 ") || strings.HasPrefix(s, "403 ") {
		return desk.ErrTakenBack
	}
	return brief(err)
}
