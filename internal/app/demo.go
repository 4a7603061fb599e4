package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"keydesk/handlers"
	"keydesk/internal/desk"
	"keydesk/internal/idp"
	"keydesk/internal/inproc"
	"keydesk/internal/login"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/static"
)

// The demo's organisation and issuer have names that no network knows: they are
// reached in process alone.
const (
	demoOrg    = "brightwater.keydesk.invalid"
	demoIssuer = "issuer.keydesk.invalid"
	demoSignIn = "/demo/sign-in"
	demoShare  = 80 // per cent of its rate limit: nobody waits for a map of a demo
)

// DemoOptions say how a demo differs from the usual one.
type DemoOptions struct {
	Org       oktasim.Options
	Dir       string // where its temporary database lives
	Database  string // in place of Dir: a database that replicas can share
	Replicas  int    // how many consoles work on Database; 0: one
	AnyHost   bool   // reachable under other names than loopback's
	Log       *slog.Logger
	Now       func() time.Time                          // nil: time.Now
	Wrap      func(http.RoundTripper) http.RoundTripper // around the way to the organisation; nil: none
	OktaReads time.Duration                             // how long a read may take; 0: as usual
	Policy    *desk.Policy                              // nil: the demo's own
	Ticket    string                                    // address of a ticket; empty: numbers are no links
}

// NewDemo builds a console on an embedded organisation and issuer.
func NewDemo(ctx context.Context, o DemoOptions) (*App, *oktasim.Org, error) {
	all, org, err := NewReplicas(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return all[0], org, nil
}

// NewReplicas builds several consoles on one database, one embedded organisation and
// one issuer.
func NewReplicas(ctx context.Context, o DemoOptions) ([]*App, *oktasim.Org, error) {
	org := oktasim.New(o.Org)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Policy == nil {
		p := desk.DemoPolicy()
		o.Policy = &p
	}
	secret := rand.Text()
	var console http.Handler // made below
	issuer, err := idp.New(idp.Config{
		Logout: func(ctx context.Context, token string) { sendLogout(ctx, console, token) },
		Issuer: "https://" + demoIssuer, ClientID: "keydesk", ClientSecret: secret, People: func() []idp.Person { return staffOf(org) },
		CallbackPath: login.CallbackPath, SignedOutPath: login.SignedOutPath, SignInPath: demoSignIn, Stylesheet: static.Href("app.css"), Icon: static.Href("favicon.svg"), Now: o.Now,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("the demo's issuer: %w", err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails: crypto/rand
	net := inproc.Transport{Hosts: map[string]http.Handler{demoOrg: org, demoIssuer: issuer}}
	var way http.RoundTripper = net
	if o.Wrap != nil {
		way = o.Wrap(net)
	}
	p := parts{
		okta: okta.Config{URL: "https://" + demoOrg, Token: okta.NewSecret(org.Token()), Transport: way, Version: Version(), ReadTimeout: o.OktaReads, WriteTimeout: o.OktaReads},
		login: login.Config{
			Issuer: "https://" + demoIssuer, ClientID: "keydesk", ClientSecret: secret, HTTP: net, Scopes: []string{"openid", "profile", "email", "groups"}, GroupsClaim: "groups",
			BrowserAuthorize: demoSignIn + "/authorize", BrowserEndSession: demoSignIn + "/end-session",
		},
		oktaGroups: true,
		front:      handlers.Config{DemoSignIn: issuer.SignIn(), DemoSignInPath: demoSignIn, Loopback: !o.AnyHost, Ticket: o.Ticket},
		policy:     *o.Policy,
		share:      demoShare,
		database:   o.Database, key: key, now: o.Now, log: o.Log,
	}
	if p.database == "" {
		p.database = filepath.Join(o.Dir, "keydesk.db")
	}
	all := make([]*App, max(1, o.Replicas))
	for i := range all {
		if all[i], err = build(ctx, p); err != nil {
			for _, a := range all[:i] {
				err = errors.Join(err, a.Close())
			}
			return nil, nil, err
		}
	}
	for _, a := range all {
		a.issuer = issuer
	}
	console = all[0].Handler
	return all, org, nil
}

// staffOf are the people whom the demo's sign-in page offers.
func staffOf(org *oktasim.Org) []idp.Person {
	notes := []struct{ key, note string }{
		{"helpdesk", "Helpdesk agent: finds people, unlocks, resets, suspends. Accounts of administrators are closed."},
		{"admin", "Admin: as the helpdesk, and accounts that hold a lesser admin role."},
		{"auditor", "Auditor: reads everything and the whole record, changes nothing."},
		{"owner", "Owner: as an admin, and the accounts of colleagues."},
		{"second", "Another owner: approves what one alone may not do."},
		{"visitor", "In none of the console's groups: sees a refusal."},
	}
	ids := org.Staff()
	people := make([]idp.Person, 0, len(notes))
	for _, n := range notes {
		p, ok := org.Person(ids[n.key])
		if !ok {
			continue
		}
		people = append(people, idp.Person{Key: n.key, Sub: p.ID, Login: p.Login, Email: p.Email, Name: p.FirstName + " " + p.LastName, Groups: p.Groups, Note: n.note})
	}
	return people
}

// sendLogout brings the demo's issuer's word that somebody has signed out there to
// the console.
func sendLogout(ctx context.Context, console http.Handler, token string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+login.BackchannelPath, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return // the demo's own addresses are good
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if resp, err := (inproc.Transport{Hosts: map[string]http.Handler{"localhost": console}}).RoundTrip(r); err == nil {
		_ = resp.Body.Close()
	}
}
