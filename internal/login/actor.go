package login

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

const nameLen = 16 // of a session's name in the record

// Actor returns who is signed in. false means nobody is; an error means that it
// cannot be told now and is never "signed out". Somebody in no group of the
// console is an actor without roles. What roles an actor has was asked for less
// than a minute ago, where there is somebody to ask.
func (l *Login) Actor(c echo.Context) (desk.Actor, bool, error) {
	ses, err := l.sessions.Get(c.Request(), l.sessions.name)
	if err != nil {
		return desk.Actor{}, false, storeFault(err)
	}
	if ses.IsNew {
		return desk.Actor{}, false, nil
	}
	who, err := actorOf(*dataOf(ses))
	if err != nil {
		return desk.Actor{}, false, storeFault(err)
	}
	who.Address = c.RealIP()
	who.Groups = l.groups(ses)
	return l.confirmed(c.Request().Context(), ses, who)
}

// actorOf is who a session belongs to.
func actorOf(d sessionData) (desk.Actor, error) {
	who := desk.Actor{ID: d.Actor, Unmapped: d.Unmapped, Email: d.Email, Name: d.Name, Session: d.Handle, Address: d.Address}
	for _, r := range d.Roles {
		who.Roles = append(who.Roles, desk.Role(r))
	}
	if d.AuthTime > 0 {
		who.AuthTime = time.Unix(d.AuthTime, 0)
	}
	if d.OktaID == "" {
		return who, nil
	}
	return who, who.OktaID.UnmarshalText([]byte(d.OktaID))
}

// data turns claims into what the session keeps of them.
func (l *Login) data(who Claims, oktaID, why string) *sessionData {
	d := &sessionData{Actor: who.ActorID(), OktaID: oktaID, Unmapped: why, Email: who.Email, Name: displayName(who), SID: who.SID}
	id := desk.Actor{}.OktaID
	if oktaID != "" && id.UnmarshalText([]byte(oktaID)) != nil {
		d.OktaID, d.Unmapped = "", "What the sign-in service gives as your Okta id is not one."
	}
	for _, r := range l.rolesOf(who.Groups) {
		d.Roles = append(d.Roles, string(r))
	}
	if !who.AuthTime.IsZero() && (l.cfg.FreshACR == "" || who.ACR == l.cfg.FreshACR) { // weaker proof is none for what asks for a fresh one
		d.AuthTime = who.AuthTime.Unix()
	}
	return d
}

// rolesOf are the roles that groups give.
func (l *Login) rolesOf(groups []string) []desk.Role {
	if l.cfg.Roles != nil {
		return l.cfg.Roles(groups)
	}
	if tier := l.cfg.Tier(groups); tier != "" {
		return []desk.Role{desk.Role(tier)}
	}
	return nil
}

func displayName(who Claims) string {
	for _, s := range []string{who.Name, who.Login, who.Email} {
		if s != "" {
			return s
		}
	}
	return who.Subject
}

// recordStaff keeps who has ever signed in, and as what: it is how the console
// knows its own staff when one of them is the person on the page.
func (l *Login) recordStaff(ctx context.Context, who Claims, d *sessionData) error {
	_, err := l.db.W.ExecContext(ctx, `insert into staff (issuer, subject, okta_id, tier, name, seen_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (issuer, subject) do update set okta_id = excluded.okta_id, tier = excluded.tier, name = excluded.name, seen_at = excluded.seen_at`,
		who.Issuer, who.Subject, d.OktaID, l.cfg.Tier(who.Groups), d.Name, l.cfg.Now().UnixMilli())
	return err
}

// Staff returns the tiers that the person with this Okta id had when they last signed
// in here, one for each of the issuer's accounts that are theirs; none when they never
// did.
func (l *Login) Staff(ctx context.Context, oktaID string) (tiers []string, err error) {
	if oktaID == "" {
		return nil, nil
	}
	return store.All(ctx, l.db.R, store.Text, `select distinct tier from staff where okta_id = $1 and tier <> '' order by tier`, oktaID)
}
