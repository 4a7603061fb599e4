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
	confirmPause  = 15 * time.Second // how long nobody is asked again who did not answer
)

// asking is how operators' roles are asked for: once for requests of a session that
// come together, and in the background while somebody who was asked did not answer.
type asking struct {
	flight singleflight.Group
	failed atomic.Int64 // when somebody last did not answer, Unix milliseconds
	lately sync.Map     // a session's name -> told
}

// told is an answer, or that there was none.
type told struct {
	roles []desk.Role
	known bool // whether the groups could be asked for
	err   error
	at    time.Time
}

// fresh reports whether the answer still counts.
func (t told) fresh(now time.Time) bool {
	if t.err != nil {
		return now.Sub(t.at) < confirmPause
	}
	return now.Sub(t.at) < confirmEvery
}

// over reports whether the operator may not be here any more.
func (t told) over() bool {
	refused, ok := errors.AsType[*desk.Error](t.err)
	return ok && refused.Kind == desk.Denied
}

func (a *asking) last(session string, now time.Time) (told, bool) {
	v, ok := a.lately.Load(session)
	got, _ := v.(told)
	return got, ok && got.fresh(now)
}

func (a *asking) sweep(now time.Time) {
	a.lately.Range(func(session, v any) bool {
		if got, ok := v.(told); !ok || !got.fresh(now) {
			a.lately.Delete(session)
		}
		return true
	})
}

// confirmed cuts the actor's roles to those still held, asking where that was last
// done over a minute ago. Who may not be here any more is signed out.
func (l *Login) confirmed(ctx context.Context, ses *sessions.Session, who desk.Actor) (desk.Actor, bool, error) {
	d, now := dataOf(ses), l.cfg.Now()
	age := now.Sub(time.UnixMilli(d.Confirmed))
	if l.cfg.Confirm == nil || len(who.Roles) == 0 || age < confirmEvery { // who holds none can lose none
		return who, true, nil
	}
	got := l.ask(ctx, d.Handle, who)
	switch {
	case got.over():
		return desk.Actor{}, false, l.endNow(ctx, ses, endedStopped)
	case got.err == nil && got.known:
		who.Roles = got.roles
		l.keepRoles(ctx, ses, got)
		return who, true, nil
	case age >= confirmWithin:
		return desk.Actor{}, false, l.endNow(ctx, ses, endedUnasked)
	}
	return who, true, nil
}

func (l *Login) endNow(ctx context.Context, ses *sessions.Session, why string) error {
	if err := l.sessions.end(ctx, hash(ses.ID), why); err != nil {
		return storeFault(err)
	}
	return nil
}

// ask waits for an answer about the operator of a session, unless somebody did not
// answer a moment ago: then what is known counts until the answer is there.
func (l *Login) ask(ctx context.Context, session string, who desk.Actor) told {
	if got, ok := l.asking.last(session, l.cfg.Now()); ok {
		return got
	}
	answer := l.asking.flight.DoChan(session, func() (any, error) { return l.askNow(ctx, session, who), nil })
	if l.cfg.Now().UnixMilli()-l.asking.failed.Load() < 2*confirmPause.Milliseconds() {
		return told{err: errors.New("somebody did not answer a moment ago"), at: l.cfg.Now()}
	}
	select {
	case r := <-answer:
		got, _ := r.Val.(told)
		return got
	case <-ctx.Done():
		return told{err: context.Cause(ctx), at: l.cfg.Now()}
	}
}

func (l *Login) askNow(ctx context.Context, session string, who desk.Actor) told {
	if got, ok := l.asking.last(session, l.cfg.Now()); ok {
		return got
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmWait)
	defer cancel()
	got := told{}
	got.roles, got.known, got.err = l.cfg.Confirm(ctx, who)
	got.at = l.cfg.Now()
	l.asking.lately.Store(session, got)
	if got.err != nil && !got.over() {
		l.asking.failed.Store(got.at.UnixMilli())
	}
	return got
}

// keepRoles notes what was told, so that no other process asks within the minute.
// Where it cannot be written, or somebody wrote meanwhile, this process knows all
// the same, and reading goes on.
func (l *Login) keepRoles(ctx context.Context, ses *sessions.Session, got told) {
	ctx, cancel := context.WithTimeout(ctx, touchPatience)
	defer cancel()
	d := dataOf(ses)
	d.Roles, d.Confirmed = nil, got.at.UnixMilli()
	for _, r := range got.roles {
		d.Roles = append(d.Roles, string(r))
	}
	w, err := l.sessions.rowOf(ses.ID, d)
	if err != nil {
		return
	}
	was := d.mac
	d.mac = w.mac
	_, _ = l.db.W.ExecContext(ctx, `update web_session set data = $1, roles = $2, confirmed_at = $3, mac = $4 where id_hash = $5 and mac = $6`,
		w.data, w.roles, w.Confirmed, w.mac, w.id, was)
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
