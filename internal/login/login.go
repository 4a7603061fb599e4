// Package login signs operators in at an OpenID Connect issuer and keeps their
// sessions. What comes back from the issuer by way of the browser is believed
// only after every check named in issuer.go, callback.go and token.go.
package login

import (
	"context"
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

// Config says whom to trust and how long. Issuer, ClientID, Tier and Identify
// are required.
type Config struct {
	BaseURL      string // the console's own origin; empty: follows the request's Host (the demo)
	Issuer       string // https, or http where the host is loopback
	ClientID     string
	ClientSecret string // empty: a public client
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
	return &Login{cfg: cfg, db: db, sessions: newSessions(cfg, db), issuer: newIssuer(cfg)}
}

// Sweep forgets sessions and sign-ins that have run out; to be called about
// once a minute. Nothing depends on it but the size of the database.
func (l *Login) Sweep(ctx context.Context) error {
	if err := l.sessions.sweep(ctx); err != nil {
		return err
	}
	return l.sweepAttempts(ctx)
}

// EndAll signs an operator out of every browser. actorID is desk.Actor.ID.
func (l *Login) EndAll(ctx context.Context, actorID string) error {
	return l.sessions.endAll(ctx, actorID)
}
