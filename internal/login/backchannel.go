package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/labstack/echo/v4"
)

// BackchannelPath is where the issuer says that somebody has signed out there.
const BackchannelPath = "/auth/backchannel-logout"

const (
	maxLogoutToken = 16 << 10
	logoutLives    = 2 * time.Minute  // of a logout token, at most
	logoutRate     = 10               // refusals a second that get an answer of their own, to all the world
	keysEvery      = 30 * time.Second // how often an unknown key may be asked for on this route
	refusalEvery   = time.Minute      // how often a refusal is written into the record
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// BackchannelLogout ends the sessions that the issuer's logout token names (OpenID
// Connect Back-Channel Logout 1.0). It returns how many there were, or an *Error;
// a refused token is recorded, but never more than once a minute.
func (l *Login) BackchannelLogout(c echo.Context) (int, error) {
	ctx := c.Request().Context()
	t, err := l.logoutToken(ctx, c.Request().PostFormValue("logout_token"))
	if err == nil {
		err = l.once(ctx, t)
	}
	var mine *Error
	switch {
	case errors.As(err, &mine):
		return 0, mine
	case err != nil && !l.logouts.rate.take(l.cfg.Now()): // those that hold are not kept waiting by those that do not
		return 0, &Error{http.StatusTooManyRequests, "Too many requests.", errors.New("logout tokens come too fast")}
	case err != nil:
		l.refuseLogout(c, err)
		return 0, badRequest("The logout token is not one that can be believed.", brief(err))
	}
	return l.endNamed(ctx, t)
}

// logoutToken checks what go-oidc's VerifyLogout leaves to its caller: the kind of
// token, its age, that it is meant for us alone, and the form of its claims.
func (l *Login) logoutToken(ctx context.Context, raw string) (*oidc.LogoutToken, error) {
	if len(raw) > maxLogoutToken {
		return nil, errors.New("logout token: too long")
	}
	if err := checkLogoutHeader(raw); err != nil {
		return nil, err
	}
	p, err := l.logoutIssuer(ctx)
	if err != nil {
		return nil, err
	}
	t, err := p.logouts.VerifyLogout(ctx, raw)
	if err != nil {
		return nil, err
	}
	var claims map[string]json.RawMessage
	if err := t.Claims(&claims); err != nil {
		return nil, err
	}
	return t, errors.Join(l.checkLogoutTimes(t), l.checkLogoutForm(t, claims))
}

// logoutIssuer is the issuer, without asking it over and over for who has nothing to
// say.
func (l *Login) logoutIssuer(ctx context.Context) (*provider, error) {
	if l.issuer.known.Load() == nil && !l.logouts.discovery.pass(l.cfg.Now()) {
		return nil, unreachable(errors.New("discovery failed a moment ago"))
	}
	p, err := l.issuer.get(ctx)
	if err != nil {
		return nil, unreachable(err)
	}
	return p, nil
}

func checkLogoutHeader(raw string) error {
	head, _, _ := strings.Cut(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	var header struct {
		Typ string `json:"typ"`
	}
	if err != nil || strings.Count(raw, ".") != 2 || json.Unmarshal(b, &header) != nil {
		return errors.New("logout token: missing, or not in compact form")
	}
	if kind := strings.ToLower(header.Typ); kind != "logout+jwt" && kind != "application/logout+jwt" {
		return fmt.Errorf("logout token: is a %.40q", header.Typ)
	}
	return nil
}

func (l *Login) checkLogoutTimes(t *oidc.LogoutToken) error {
	now := l.cfg.Now()
	switch {
	case t.IssuedAt.Unix() <= 0 || t.IssuedAt.After(now.Add(skew)):
		return errors.New("logout token: iat is missing or in the future")
	case t.Expiry.Sub(t.IssuedAt) > logoutLives:
		return errors.New("logout token: lives too long")
	}
	return nil
}

func (l *Login) checkLogoutForm(t *oidc.LogoutToken, claims map[string]json.RawMessage) error {
	var events map[string]json.RawMessage
	var event map[string]json.RawMessage
	_, nonce := claims["nonce"]
	switch {
	case len(t.Audience) != 1:
		return errors.New("logout token: meant for somebody else as well")
	case nonce:
		return errors.New("logout token: has a nonce")
	case json.Unmarshal(claims["events"], &events) != nil || json.Unmarshal(events[logoutEvent], &event) != nil || event == nil:
		return errors.New("logout token: events is not what it has to be")
	case len(t.Subject) > maxSubject || len(t.SessionID) > maxSubject || len(t.TokenID) > maxSubject:
		return errors.New("logout token: a name is too long")
	}
	return nil
}

// once refuses a token that was used before, in whatever process.
func (l *Login) once(ctx context.Context, t *oidc.LogoutToken) error {
	res, err := l.db.W.ExecContext(ctx, `insert into logout_token (jti_hash, expires_at) values ($1, $2) on conflict (jti_hash) do nothing`,
		hash(t.TokenID), t.Expiry.UnixMilli())
	if err != nil {
		return storeFault(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errors.New("logout token: was used before"), err)
	}
	return nil
}

// endNamed ends the session that the token names, or all of the person's.
func (l *Login) endNamed(ctx context.Context, t *oidc.LogoutToken) (int, error) {
	who := Claims{Issuer: t.Issuer, Subject: t.Subject}.ActorID()
	where, args := `actor_id = $1`, []any{who}
	switch {
	case t.SessionID != "" && t.Subject != "":
		where, args = `actor_id = $1 and sid = $2`, []any{who, t.SessionID}
	case t.SessionID != "":
		where, args = `substr(actor_id, 1, $1) = $2 and sid = $3`, []any{len(who), who, t.SessionID}
	}
	n, err := l.sessions.endNow(ctx, endedIssuer, where, args...)
	if err != nil {
		return n, storeFault(err)
	}
	return n, nil
}

// logouts is what keeps the route from being a lever on anything else.
type logouts struct {
	rate            bucket
	discovery, keys gate
	mu              sync.Mutex
	recorded        time.Time
	unrecorded      int
}

// refuseLogout records a refusal with how many there were since the last one that
// was recorded.
func (l *Login) refuseLogout(c echo.Context, why error) {
	g := &l.logouts
	g.mu.Lock()
	now, more := l.cfg.Now(), g.unrecorded
	quiet := !g.recorded.IsZero() && now.Sub(g.recorded) < refusalEvery
	if quiet {
		g.unrecorded++
	} else {
		g.recorded, g.unrecorded = now, 0
	}
	g.mu.Unlock()
	if quiet || l.cfg.LogoutRefused == nil {
		return
	}
	said := brief(why).Error()
	if more > 0 {
		said += fmt.Sprintf("; %d more since the row before", more)
	}
	l.cfg.LogoutRefused(c.Request().Context(), c.RealIP(), said)
}

func (l *Login) sweepLogouts(ctx context.Context) error {
	_, err := l.db.W.ExecContext(ctx, `delete from logout_token where expires_at <= $1`, l.cfg.Now().UnixMilli())
	return err
}

// bucket lets logoutRate requests a second through.
type bucket struct {
	mu     sync.Mutex
	second int64
	taken  int
}

func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := now.Unix(); s != b.second {
		b.second, b.taken = s, 0
	}
	b.taken++
	return b.taken <= logoutRate
}

// gate opens once every keysEvery.
type gate struct {
	mu   sync.Mutex
	last time.Time
}

func (g *gate) pass(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.last.IsZero() && now.Sub(g.last) < keysEvery {
		return false
	}
	g.last = now
	return true
}

// gated is a way to the issuer's keys that is open once every keysEvery: tokens with
// a key that nobody knows must not hammer it. Sign-ins have a way of their own.
type gated struct {
	http.RoundTripper

	gate *gate
	now  func() time.Time
}

// RoundTrip implements http.RoundTripper.
func (g gated) RoundTrip(r *http.Request) (*http.Response, error) {
	if !g.gate.pass(g.now()) {
		return nil, errors.New("the keys were fetched a moment ago")
	}
	return g.RoundTripper.RoundTrip(r)
}
