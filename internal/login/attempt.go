package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"
)

const (
	attemptTTL     = 10 * time.Minute
	attemptsKept   = 10_000 // in all; anybody can begin a sign-in
	addressHolds   = 2_000  // of them: a whole helpdesk may share one address
	browserHolds   = 8      // at once, in as many tabs
	surplusDropped = 16     // at most, with one request: no browser of ours sends more
	suffixLen      = 8
	secretLen      = 43 // 32 bytes in base64url
	attemptPrefix  = "login-"
	hostOnlyPrefix = "__Host-" // the browser insists on Secure, Path=/ and no Domain
)

// attempt is a sign-in under way. State and browser are known to the browser
// alone; the database holds their hashes. Nonce and verifier never leave it
// but to the issuer.
type attempt struct {
	state, browser, nonce, verifier, redirectURI, returnTo, address string
	fresh                                                           bool // the issuer is asked to see proof anew

	again, actor string    // the session that asked for a fresh sign-in, and who has to be the one who signs in
	begun        time.Time // what is proved for such a one has to be proved after this
}

// Start sends the browser to the issuer (GET /auth/login?return_to=).
func (l *Login) Start(c echo.Context) error {
	return l.start(c, attempt{returnTo: returnTo(c.QueryParam("return_to"))})
}

// start sends the browser away with a, to which it adds all that is secret.
func (l *Login) start(c echo.Context, a attempt) error {
	ctx := c.Request().Context()
	p, err := l.issuer.get(ctx)
	if err != nil {
		return unreachable(err)
	}
	a.state, a.browser, a.nonce, a.verifier = secret(), secret(), secret(), oauth2.GenerateVerifier()
	a.redirectURI, a.address, a.begun = l.origin(c.Request())+CallbackPath, c.RealIP(), l.cfg.Now()
	if err := l.remember(ctx, a); err != nil {
		return storeFault(err)
	}
	if err := l.dropSurplus(c); err != nil {
		return storeFault(err)
	}
	c.SetCookie(l.attemptCookie(a.state, a.browser, int(attemptTTL.Seconds())))
	return c.Redirect(http.StatusSeeOther, l.authorizeURL(p, a))
}

func (l *Login) authorizeURL(p *provider, a attempt) string {
	conf := l.oauth(p, a.redirectURI)
	if l.cfg.BrowserAuthorize != "" {
		conf.Endpoint.AuthURL = l.cfg.BrowserAuthorize
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)}
	if a.fresh { // with max_age the issuer has to say when it saw proof
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if a.again != "" && l.cfg.FreshACR != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", l.cfg.FreshACR))
	}
	return conf.AuthCodeURL(a.state, options...)
}

func (l *Login) oauth(p *provider, redirectURI string) *oauth2.Config {
	return &oauth2.Config{ClientID: l.cfg.ClientID, ClientSecret: l.cfg.ClientSecret, Endpoint: p.endpoint, RedirectURL: redirectURI, Scopes: l.cfg.Scopes}
}

// origin is the console as the browser sees it: as configured, or in the demo
// as the request names it.
func (l *Login) origin(r *http.Request) string {
	if l.cfg.BaseURL != "" {
		return strings.TrimSuffix(l.cfg.BaseURL, "/")
	}
	u := url.URL{Scheme: "http", Host: r.Host}
	if l.cfg.Secure {
		u.Scheme = "https"
	}
	return u.String()
}

// remember keeps a sign-in under way. An address that begins too many loses its
// own oldest, nobody else's.
func (l *Login) remember(ctx context.Context, a attempt) error {
	_, err := l.db.W.ExecContext(ctx, `delete from login_attempt where state_hash in (
		select state_hash from login_attempt where address = $1 order by expires_at desc limit $2 offset $3)`, a.address, attemptsKept, addressHolds-1)
	if err != nil {
		return err
	}
	_, err = l.db.W.ExecContext(ctx, `insert into login_attempt (state_hash, browser_hash, nonce, verifier, redirect_uri, return_to, address, expires_at, fresh, again, actor_id, begun_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		hash(a.state), hash(a.browser), a.nonce, a.verifier, a.redirectURI, a.returnTo, a.address, a.begun.Add(attemptTTL).UnixMilli(), a.fresh, a.again, a.actor, a.begun.UnixMilli())
	return err
}

// take uses the attempt that this state and this browser began; each can be used
// once. Another browser's request leaves it as it is.
func (l *Login) take(ctx context.Context, state, browser string) (a attempt, ok bool, err error) {
	var begun int64
	err = l.db.W.QueryRowContext(ctx, `update login_attempt set used = true where state_hash = $1 and browser_hash = $2 and expires_at > $3 and not used
		returning nonce, verifier, redirect_uri, return_to, fresh, again, actor_id, begun_at`,
		hash(state), hash(browser), l.cfg.Now().UnixMilli()).Scan(&a.nonce, &a.verifier, &a.redirectURI, &a.returnTo, &a.fresh, &a.again, &a.actor, &begun)
	a.begun, a.returnTo = time.UnixMilli(begun), returnTo(a.returnTo) // whoever has the database sends nobody elsewhere
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// usedBy returns what an attempt was for that this browser has used already, once.
func (l *Login) usedBy(ctx context.Context, state, browser string) (a attempt, ok bool, err error) {
	err = l.db.W.QueryRowContext(ctx, `delete from login_attempt where state_hash = $1 and browser_hash = $2 and expires_at > $3 and used
		returning return_to, fresh, again, actor_id`,
		hash(state), hash(browser), l.cfg.Now().UnixMilli()).Scan(&a.returnTo, &a.fresh, &a.again, &a.actor)
	a.returnTo = returnTo(a.returnTo)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// dropSurplus forgets the oldest sign-ins of this browser, which sends its
// oldest cookies first, so that there are at most browserHolds with the new one.
func (l *Login) dropSurplus(c echo.Context) error {
	var held []*http.Cookie
	for _, k := range c.Cookies() {
		if strings.HasPrefix(k.Name, l.attemptName("")) && len(k.Value) == secretLen && len(held) < browserHolds+surplusDropped {
			held = append(held, k)
		}
	}
	for len(held) >= browserHolds {
		c.SetCookie(l.cookie(held[0].Name, "", -1))
		_, err := l.db.W.ExecContext(c.Request().Context(), `delete from login_attempt where browser_hash = $1`, hash(held[0].Value))
		if err != nil {
			return err
		}
		held = held[1:]
	}
	return nil
}

func (l *Login) sweepAttempts(ctx context.Context) error {
	_, err := l.db.W.ExecContext(ctx, `delete from login_attempt where expires_at <= $1`, l.cfg.Now().UnixMilli())
	if err != nil {
		return err
	}
	_, err = l.db.W.ExecContext(ctx, `delete from login_attempt where expires_at < (
		select min(expires_at) from (select expires_at from login_attempt order by expires_at desc limit $1) as newest)`, attemptsKept)
	return err
}

func (l *Login) attemptName(state string) string {
	name := attemptPrefix + state[:min(len(state), suffixLen)]
	if l.cfg.Secure {
		return hostOnlyPrefix + name
	}
	return name
}

func (l *Login) attemptCookie(state, value string, maxAge int) *http.Cookie {
	return l.cookie(l.attemptName(state), value, maxAge)
}

// cookie is Lax, not Strict: a Strict one is not sent on the way back from the
// issuer. It is Secure wherever the browser comes by https.
func (l *Login) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: l.cfg.Secure, SameSite: http.SameSiteLaxMode} //nolint:gosec // see above
}

func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
