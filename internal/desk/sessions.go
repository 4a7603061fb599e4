package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"keydesk/internal/okta"
)

const (
	rowsShown    = 50                  // consents or tokens on a page
	eventsShown  = 10                  // events of the system log on a page
	eventsWithin = 14 * 24 * time.Hour // how far back they reach
)

// SignIns reads what keeps a person signed in: clients, consents, blocked devices
// and what the system log says of late. Operations ListUserClients and
// ListUserGrants; outside the User API, ListUserBlocks and ListLogEvents.
func (d *Desk) SignIns(ctx context.Context, who Actor, id okta.UserID, after string) (SignInsPage, error) {
	return view(ctx, d, who, "sessions.clients", func(ctx context.Context) (SignInsPage, error) {
		var p SignInsPage
		var on Standing
		at, err := cursor("grants.list", after)
		if err != nil {
			return p, err
		}
		p.Person, on, err = d.look(
			ctx, who, id,
			func(ctx context.Context) { p.Clients = part(d.okta.Sessions.Clients(ctx, id))("sessions.clients") },
			func(ctx context.Context) {
				p.Grants = part(d.okta.Grants.List(ctx, id, at, rowsShown))("grants.list")
			},
			func(ctx context.Context) {
				p.Blocks = ask(ctx, d, "users.blocks", func(ctx context.Context) ([]okta.Block, error) { return d.okta.Users.Blocks(ctx, id) })
			},
			func(ctx context.Context) {
				p.Events = ask(ctx, d, "logs.about", func(ctx context.Context) ([]okta.LogEvent, error) {
					return d.okta.Logs.About(ctx, id, d.now().Add(-eventsWithin), eventsShown)
				})
			},
		)
		if err != nil {
			return p, err
		}
		if d.policy.limited(who) {
			p.Events.Value = nameless(p.Events.Value, p.Person.User)
		}
		if err := d.seen(ctx, who, "grants.list", p.Person.User, "consents and clients shown"); err != nil {
			return p, err
		}
		p.Clear = d.offer(who, p.Person.User, on, "clear_sessions", Object{}, "")
		p.RevokeAll = d.offer(who, p.Person.User, on, "grants.revoke_all", Object{}, "", some(len(p.Grants.Value.Items), p.Grants.Err, "There is no consent to revoke."))
		return p, nil
	})
}

// nameless is events without the names of those who caused them, but for the person's
// own: they may be people who do not exist for whoever looks.
func nameless(events []okta.LogEvent, person okta.User) []okta.LogEvent {
	for i := range events {
		if a := events[i].Actor; a != person.Profile.Login() && a != person.Name() && a != person.ID.String() {
			events[i].Actor = "somebody"
		}
	}
	return events
}

// some refuses what would find nothing to do; what could not be read may be there.
func some(n int, err *Error, why string) Decision {
	if n == 0 && err == nil {
		return refuse("nothing", why, "")
	}
	return Decision{Allowed: true}
}

// Client reads what one client holds of a person. Operations
// ListGrantsForUserAndClient and ListRefreshTokensForUserAndClient.
func (d *Desk) Client(ctx context.Context, who Actor, id okta.UserID, client okta.ClientID, after ClientCursors) (ClientPage, error) {
	return view(ctx, d, who, "sessions.tokens", func(ctx context.Context) (ClientPage, error) {
		p := ClientPage{Client: okta.OAuthClient{ID: client}}
		var clients []okta.OAuthClient
		var on Standing
		grants, err1 := cursor("grants.client", after.Grants)
		tokens, err2 := cursor("sessions.tokens", after.Tokens)
		err := errors.Join(err1, err2)
		if err != nil {
			return p, err
		}
		p.Person, on, err = d.look(
			ctx, who, id,
			func(ctx context.Context) { clients, _ = d.okta.Sessions.Clients(ctx, id) }, // for the name alone
			func(ctx context.Context) {
				p.Grants = part(d.okta.Grants.ForClient(ctx, id, client, grants, rowsShown))("grants.client")
			},
			func(ctx context.Context) {
				p.Tokens = part(d.okta.Sessions.Tokens(ctx, id, client, tokens, rowsShown))("sessions.tokens")
			},
		)
		if err != nil {
			return p, err
		}
		if i := slices.IndexFunc(clients, func(c okta.OAuthClient) bool { return c.ID == client }); i >= 0 {
			p.Client = clients[i]
		}
		if err := d.seen(ctx, who, "sessions.tokens", p.Person.User, "tokens shown, client="+client.String()); err != nil {
			return p, err
		}
		about := Object{Client: client}
		p.RevokeGrants = d.offer(who, p.Person.User, on, "grants.revoke_client", about, "", some(len(p.Grants.Value.Items), p.Grants.Err, "There is no consent to revoke."))
		p.RevokeTokens = d.offer(who, p.Person.User, on, "sessions.revoke_tokens", about, "", some(len(p.Tokens.Value.Items), p.Tokens.Err, "There is no token to revoke."))
		return p, nil
	})
}

// ClientCursors are the places in the two lists of a client's page; empty is the
// start.
type ClientCursors struct{ Grants, Tokens string }

// cursor reads the place in a list that a page's address names.
func cursor(a Action, s string) (okta.Cursor, error) {
	if s == "" {
		return okta.Cursor{}, nil
	}
	c, err := okta.ParseCursor(s)
	if err != nil {
		return c, &Error{Kind: Invalid, Action: a, Field: "after", Msg: "This page of the list no longer exists. Begin again at the first.", Err: err}
	}
	return c, nil
}

// Token reads one refresh token (operation GetRefreshTokenForUserAndClient).
func (d *Desk) Token(ctx context.Context, who Actor, id okta.UserID, client okta.ClientID, token okta.TokenID) (TokenPage, error) {
	return view(ctx, d, who, "sessions.token", func(ctx context.Context) (TokenPage, error) {
		var p TokenPage
		var on Standing
		var err error
		p.Person, on, p.Token, err = lookAt(ctx, d, who, id, "sessions.token", func(ctx context.Context) (okta.RefreshToken, error) {
			return d.okta.Sessions.Token(ctx, id, client, token)
		})
		if err != nil {
			return p, err
		}
		if err := d.seen(ctx, who, "sessions.token", p.Person.User, "token shown, client="+client.String()+" token="+token.String()); err != nil {
			return p, err
		}
		p.Revoke = d.offer(who, p.Person.User, on, "sessions.revoke_token", Object{Client: client, Token: token}, "")
		return p, nil
	})
}

// ClearSessions signs the person out of Okta everywhere (operation
// ClearUserSessions); with OAuthTokens their OpenID Connect and OAuth tokens die
// too, with ForgetDevices Okta forgets the devices they chose to remember.
func (d *Desk) ClearSessions(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "clear_sessions", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta ended the person's sessions.", d.okta.Sessions.Clear(ctx, id, o.OAuthTokens, o.ForgetDevices))
	})
}

// RevokeToken ends one refresh token (operation RevokeTokenForUserAndClient).
func (d *Desk) RevokeToken(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "sessions.revoke_token", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta revoked the token.", d.okta.Sessions.RevokeToken(ctx, id, o.On.Client, o.On.Token))
	})
}

// RevokeTokens ends every refresh token of one client (operation
// RevokeTokensForUserAndClient).
func (d *Desk) RevokeTokens(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "sessions.revoke_tokens", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta revoked the client's tokens.", d.okta.Sessions.RevokeTokens(ctx, id, o.On.Client))
	})
}
