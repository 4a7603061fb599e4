// Package app wires the console together. The commands, the tests of the
// handlers and the browser tests all build it here, so that all of them run the
// same thing.
package app

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"keydesk/handlers"
	"keydesk/internal/approval"
	"keydesk/internal/audit"
	"keydesk/internal/config"
	"keydesk/internal/desk"
	"keydesk/internal/idp"
	"keydesk/internal/login"
	"keydesk/internal/okta"
	"keydesk/internal/once"
	"keydesk/internal/policy"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
)

// App is a console that is ready to serve.
type App struct {
	Handler http.Handler
	Front   *handlers.Handlers
	Desk    *desk.Desk
	Record  *audit.Log
	Map     *rolemap.Map
	Reviews *review.Reviews
	Store   *store.DB

	issuer *idp.Issuer // the demo's own; nil for a real console
	login  *login.Login
	mapped bool // the role map is read
	record recordParts
	log    *slog.Logger
	now    func() time.Time
}

// parts is what a real console and the demo do not have in common.
type parts struct {
	okta       okta.Config
	login      login.Config
	oktaGroups bool // the issuer's groups are the organisation's own
	front      handlers.Config
	policy     desk.Policy
	record     recordParts
	share      int // per cent of the rate limit for the role map; 0: it is not read
	database   string
	key        []byte
	now        func() time.Time
	log        *slog.Logger
}

// NewServe builds the console for a real organisation. base is its own origin.
func NewServe(ctx context.Context, s config.Serve, base string, log *slog.Logger) (*App, error) {
	proxies := make([]netip.Prefix, len(s.TrustedProxies))
	for i, p := range s.TrustedProxies {
		proxies[i] = netip.MustParsePrefix(p) // Check has parsed it
	}
	client, err := credential(s)
	if err != nil {
		return nil, err
	}
	rules, err := policy.Load(s.PolicyFile)
	if err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "policy", "version", rules.Name, "file", s.PolicyFile)
	record, err := recordOf(s)
	if err != nil {
		return nil, err
	}
	return build(ctx, parts{
		okta: client,
		login: login.Config{
			BaseURL: base, Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: s.OIDCClientSecret, Scopes: s.OIDCScopes,
			GroupsClaim: s.OIDCGroupsClaim, OktaIDClaim: s.OIDCOktaIDClaim, FreshACR: s.OIDCFreshACR, Secure: strings.HasPrefix(base, "https://"),
		},
		oktaGroups: sameOrigin(s.OIDCIssuer, s.OktaURL),
		front:      handlers.Config{BaseURL: base, Proxies: proxies, Zone: s.Zone, Ticket: s.TicketURL, Console: adminConsole(s.OktaURL)},
		policy:     rules,
		record:     record,
		share:      s.RolemapShare,
		database:   s.Database(), key: s.Key, now: time.Now, log: log,
	})
}

// credential is the client's configuration with what the settings name: an API
// token, or a service app.
func credential(s config.Serve) (okta.Config, error) {
	c := okta.Config{URL: s.OktaURL, Token: okta.NewSecret(s.OktaToken), Version: Version()}
	if s.OktaClientID == "" {
		return c, nil
	}
	key, err := okta.ParseKey([]byte(s.OktaPrivateKey))
	c.ClientID, c.Key, c.Scopes = s.OktaClientID, key, s.OktaScopes
	return c, err
}

// adminConsole is the address of Okta's own admin console: the organisation's
// host with -admin in its first label. A custom domain has none that is known.
func adminConsole(org string) string {
	u, err := url.Parse(org)
	if err != nil {
		return ""
	}
	name, domain, _ := strings.Cut(u.Host, ".")
	switch domain {
	case "okta.com", "oktapreview.com", "okta-emea.com":
		return "https://" + name + "-admin." + domain
	}
	return ""
}

func build(ctx context.Context, p parts) (*App, error) {
	client, err := okta.New(p.okta)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, p.database)
	if err != nil {
		return nil, err
	}
	signing, err0 := signingKey(p.record.keyFile, p.key)
	key, err1 := hkdf.Key(sha256.New, p.key, nil, "keydesk action tokens", sha256.Size)
	mask, err2 := hkdf.Key(sha256.New, p.key, nil, "keydesk secrets in the record", sha256.Size)
	staff, err3 := hkdf.Key(sha256.New, p.key, nil, "keydesk sessions of the staff", sha256.Size)
	requests, err4 := hkdf.Key(sha256.New, p.key, nil, "keydesk requests that wait", sha256.Size)
	intents, err5 := hkdf.Key(sha256.New, p.key, nil, "keydesk intents whose end is not known", sha256.Size)
	if err := errors.Join(err0, err1, err2, err3, err4, err5); err != nil {
		return nil, errors.Join(fmt.Errorf("make the keys: %w", err), db.Close())
	}
	secrets := once.New(db, p.now)
	if err := secrets.Restarted(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a := &App{Store: db, Record: audit.New(db, p.now).Under(p.policy.Name).Vouched(intents), record: p.record, log: p.log, now: p.now}
	a.record.key = signing
	head := ""
	if p.record.keyFile != "" {
		head = audit.HeadFile(p.record.keyFile)
	}
	if err := a.Record.SignedBy(signing, head); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a.Desk = desk.New(desk.Config{
		Okta: client, ServiceApp: p.okta.ClientID != "", OktaGroups: p.oktaGroups, Record: a.Record, Approvals: approval.New(db, requests, p.now), Once: secrets,
		Staff: a.staff, SignedIn: a.signedIn, Policy: p.policy, Key: key, Mask: mask, Now: p.now, Log: p.log, Share: p.share, Saw: a.saw,
	})
	a.mapped = p.share > 0
	a.Map = rolemap.New(db, a.Desk, p.now, p.log)
	if a.Reviews, err = a.reviews(p.key); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p.login.Key = staff
	p.login.Now, p.login.Roles, p.login.Tier, p.login.Identify = p.now, p.policy.RolesOf, a.tier, a.identify
	p.login.Confirm, p.login.Ended = a.Desk.Confirm, a.ended
	p.login.LogoutRefused = a.logoutRefused
	a.login = login.New(p.login, db)
	p.front.Map, p.front.Mapped = a.Map, a.mapped
	p.front.Desk, p.front.Login, p.front.Reviews, p.front.Ready, p.front.Now, p.front.Log = a.Desk, a.login, a.Reviews, db.Ping, p.now, p.log
	if p.front.Zone == nil {
		p.front.Zone = time.UTC
	}
	a.Front, a.Handler = handlers.New(p.front)
	return a, nil
}

// reviews are those over the role map.
func (a *App) reviews(secret []byte) (*review.Reviews, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "keydesk reviews of roles", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("make the keys: %w", err)
	}
	held := func(ctx context.Context) ([]rolemap.Assignment, error) { return a.Map.At(ctx, time.Time{}) }
	return review.New(review.Config{
		DB: a.Store, Record: a.Record, Desk: a.Desk, Held: held, Of: a.Map.Of, Proven: a.Map.MarkReviewed, Seal: a.record.key, Key: key, Now: a.now, Log: a.log,
	}), nil
}

// saw gives the role map what a page has just read.
func (a *App) saw(ctx context.Context, h desk.Holder) { a.Map.Saw(ctx, h) }

// staff is the highest console role that a person had at their last sign-in.
func (a *App) staff(ctx context.Context, id okta.UserID) (desk.Role, error) {
	tiers, err := a.login.Staff(ctx, id.String())
	var who desk.Actor
	for _, t := range tiers {
		who.Roles = append(who.Roles, desk.Role(t))
	}
	return who.Tier(), err
}

// signedIn is whose session has a name.
func (a *App) signedIn(ctx context.Context, session string) (desk.Actor, bool, error) {
	all, err := a.login.Sessions(ctx)
	for _, s := range all {
		if s.Who.Session == session {
			return s.Who, true, nil
		}
	}
	return desk.Actor{}, false, err
}

// ended has the record keep that a session is over. A row that somebody else wrote
// says whom they meant to be.
func (a *App) ended(ctx context.Context, who desk.Actor, why string) {
	if why == login.NotOurs {
		a.log.ErrorContext(ctx, "a session in the database was not written by this console; somebody else writes there, or replicas have different keys", "session", who.Session, "actor", who.ID)
	}
	if err := a.Desk.SessionEnded(ctx, who, why); err != nil {
		a.log.ErrorContext(ctx, "the end of a session could not be recorded", "session", who.Session, "error", err)
	}
}

func (a *App) logoutRefused(ctx context.Context, address, why string) {
	if err := a.Desk.LogoutRefused(ctx, address, why); err != nil {
		a.log.ErrorContext(ctx, "a refused logout token could not be recorded", "error", err)
	}
}

// sameOrigin reports whether the issuer is the organisation itself.
func sameOrigin(issuer, org string) bool {
	a, err1 := url.Parse(issuer)
	b, err2 := url.Parse(org)
	return err1 == nil && err2 == nil && a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

func (a *App) identify(ctx context.Context, c login.Claims) (id, why string, err error) {
	mail := ""
	if c.EmailVerified {
		mail = c.Email
	}
	uid, why, err := a.Desk.Identify(ctx, c.Subject, c.OktaID, mail)
	return uid.String(), why, err
}

// tier is the highest console role that groups give.
func (a *App) tier(groups []string) string {
	return string(desk.Actor{Roles: a.Desk.Policy().RolesOf(groups)}.Tier())
}

const (
	// settleEvery is how often changes of unknown end are looked at: what a replica
	// left that died, another settles soon after its lease has run out.
	settleEvery = 5 * time.Second
	// sweepEvery is how often ended sessions and spent tokens are forgotten.
	sweepEvery = time.Minute
)

// Work does what has to be done beside requests, until ctx ends: it settles what
// was cut off, signs and sends the record, reads the role map, carries out reviews that
// were closed, finds out which reads the credential
// allows, and forgets what has run out. Every replica does it: each thing is settled
// under the lease of the person, and to forget what was forgotten does nothing.
func (a *App) Work(ctx context.Context) {
	var beside sync.WaitGroup
	beside.Go(func() { a.keepRecord(ctx) })
	defer beside.Wait()
	if a.mapped {
		beside.Go(func() { a.Map.Run(ctx) })
	}
	beside.Go(func() { a.Reviews.Work(ctx) })
	if err := a.Desk.Credential(ctx); err != nil {
		a.log.WarnContext(ctx, "Okta does not take the console's credential", "error", err)
	}
	a.settle(ctx)
	a.Desk.Probe(ctx)
	runtime.GC()         // what lies in a pool, as the migrations' buffers do, outlives one collection
	debug.FreeOSMemory() // what it took to start is not needed again
	tick, soon := time.NewTicker(sweepEvery), time.NewTicker(settleEvery)
	defer tick.Stop()
	defer soon.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-soon.C:
			a.settle(ctx)
		case <-tick.C:
			err := errors.Join(a.Store.Foreign(ctx), a.Store.Sweep(ctx), a.login.Sweep(ctx), a.Record.Sweep(ctx, a.now().Add(-24*time.Hour)), a.Desk.Sweep(ctx))
			if err != nil && ctx.Err() == nil {
				a.log.ErrorContext(ctx, "sweep", "error", err)
			}
		}
	}
}

func (a *App) settle(ctx context.Context) {
	if err := a.Desk.Settle(ctx); err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "changes of unknown end could not be looked at", "error", err)
	}
}

// SignOutAtIssuer ends somebody's sessions at the demo's issuer, as an administrator
// there would.
func (a *App) SignOutAtIssuer(ctx context.Context, sub string) { a.issuer.EndSessions(ctx, sub) }

// Close gives the data folder back.
func (a *App) Close() error { return a.Store.Close() }
