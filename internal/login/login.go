// Package login signs operators in at an OpenID Connect issuer and keeps their
// sessions. What comes back from the issuer by way of the browser is believed
// only after every check named in issuer.go, callback.go and token.go.
package login

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// Where the issuer sends the browser; both must be registered there.
const (
	CallbackPath  = "/auth/callback"
	SignedOutPath = "/auth/signed-out"
)

const (
	defaultIdle     = 15 * time.Minute
	defaultAbsolute = 12 * time.Hour
	issuerTimeout   = 10 * time.Second
	answerLimit     = 1 << 20
)

// Config says whom to trust and how long. Issuer, ClientID, Key, Tier and Identify
// are required.
type Config struct {
	BaseURL      string // the console's own origin; empty: follows the request's Host (the demo)
	Issuer       string // https, or http where the host is loopback
	ClientID     string
	ClientSecret string // empty: a public client
	Key          []byte // vouches for sessions in the database; every replica has the same
	Scopes       []string
	GroupsClaim  string            // empty: "groups"
	OktaIDClaim  string            // the claim that holds the Okta user id; empty: none
	HTTP         http.RoundTripper // reaches the issuer; nil: a transport of its own

	// The demo's issuer has its pages on the console's own origin. These paths
	// replace its authorization and end-session endpoints.
	BrowserAuthorize, BrowserEndSession string

	Secure         bool // the browser comes by https
	Idle, Absolute time.Duration
	Now            func() time.Time

	FreshACR string // the acr that a fresh sign-in asks for and must have; empty: any

	// Confirm says what of an operator's roles is still held; told is false where
	// there is nobody to ask. A *desk.Error of kind Denied ends their session. Nil:
	// nobody is ever asked.
	Confirm func(context.Context, desk.Actor) (roles []desk.Role, told bool, err error)
	// Ended is told of each session that ended, once, and why. May be nil.
	Ended func(ctx context.Context, who desk.Actor, why string)

	// LogoutRefused is told, at most once a minute, that a logout token was not
	// believed, and why. May be nil.
	LogoutRefused func(ctx context.Context, address, why string)

	// Tier names the highest role that these groups give, "" for none.
	Tier func(groups []string) string
	// Roles lists all of them, where one person may hold several. Nil: Tier alone.
	Roles func(groups []string) []desk.Role
	// Identify finds who an operator is in Okta: an id, or the sentence why there
	// is none. An error means that it could not be found out now.
	Identify func(context.Context, Claims) (oktaID, why string, err error)
}

// Login is the sign-in of one console. It is safe for concurrent use.
type Login struct {
	cfg      Config
	db       *store.DB
	sessions *webSessions
	issuer   *issuer
	asking   asking
	logouts  logouts
}

// New prepares the sign-in. The issuer is first asked when somebody signs in,
// so the console starts, and recovers, without it.
func New(cfg Config, db *store.DB) *Login {
	if cfg.Idle == 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.Absolute == 0 {
		cfg.Absolute = defaultAbsolute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.GroupsClaim == "" {
		cfg.GroupsClaim = "groups"
	}
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = []string{"profile", "email", "groups"}
	}
	if !slices.Contains(cfg.Scopes, "openid") {
		cfg.Scopes = append([]string{"openid"}, cfg.Scopes...)
	}
	l := &Login{cfg: cfg, db: db, sessions: newSessions(cfg, db)}
	l.issuer = newIssuer(cfg, &l.logouts.keys)
	if cfg.Ended != nil {
		l.sessions.ended = func(ctx context.Context, d sessionData, why string) {
			who, _ := actorOf(d) // an id that cannot be read is left out
			cfg.Ended(ctx, who, why)
		}
	}
	return l
}

// Sweep forgets sessions and sign-ins that have run out; to be called about
// once a minute. Nothing depends on it but the size of the database.
func (l *Login) Sweep(ctx context.Context) error {
	l.asking.sweep(l.cfg.Now())
	return errors.Join(l.sessions.sweep(ctx), l.sweepAttempts(ctx), l.sweepLogouts(ctx))
}
