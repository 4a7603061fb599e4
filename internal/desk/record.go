package desk

import (
	"context"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Record reads the record as far as who may see it: all of it, or their own acts
// alone, which own reports.
func (d *Desk) Record(ctx context.Context, who Actor, f audit.Filter) (acts []audit.Act, own bool, err error) {
	switch {
	case d.policy.May(everywhere(who), ReadRecord), d.policy.limited(who) && d.policy.May(who, ReadRecord):
	case d.policy.May(who, ReadOwnRecord):
		f.Actor, own = who.ID, true
	default:
		return nil, false, denied("record", d.policy.decideActor(who, Spec{Action: "record", Perm: ReadRecord}))
	}
	if d.policy.limited(who) {
		acts, err = d.sieved(ctx, who, f)
	} else {
		acts, err = d.record.Acts(ctx, f)
	}
	if err != nil {
		return nil, own, &Error{Kind: Other, Action: "record", Msg: "The record cannot be read right now. Try again; if it stays, tell whoever runs Keydesk.", Err: err}
	}
	return acts, own, nil
}

// History is what the record holds about one person, for whoever may see the
// person: an agent must see that a colleague suspended the account, and why.
func (d *Desk) History(ctx context.Context, who Actor, id okta.UserID) ([]audit.Act, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) ([]audit.Act, error) {
		acts, err := d.record.Acts(ctx, audit.Filter{Target: id.String(), Acts: true, Limit: historyLimit})
		if err != nil {
			return nil, &Error{Kind: Other, Action: "record", Msg: "The record cannot be read right now.", Err: err}
		}
		return d.unnamed(who, acts), nil
	})
}

// historyLimit is how many acts a person's page shows.
const historyLimit = 8

// SignedIn writes a sign-in into the record.
func (d *Desk) SignedIn(ctx context.Context, who Actor) error {
	detail := "as " + roleWord(who.Tier())
	if who.OktaID.IsZero() {
		detail += "; no account in Okta"
	}
	r := who.row("sign_in")
	r.Phase, r.Target, r.TargetID, r.Detail = audit.PhaseEvent, who.Email, who.OktaID.String(), detail
	_, err := d.record.Add(ctx, r)
	return err
}

// SessionEnded writes the end of a sign-in session into the record.
func (d *Desk) SessionEnded(ctx context.Context, who Actor, why string) error {
	r := who.row("session_end")
	r.Phase, r.Target, r.TargetID, r.Detail = audit.PhaseEvent, who.Email, who.OktaID.String(), "session ended: "+why
	_, err := d.record.Add(ctx, r)
	return err
}

// LogoutRefused writes into the record that somebody sent a logout token that was
// not the issuer's.
func (d *Desk) LogoutRefused(ctx context.Context, address, why string) error {
	r := Actor{Address: address}.row("backchannel_logout")
	r.Phase, r.Detail = audit.PhaseEvent, "refused: "+why
	_, err := d.record.Add(ctx, r)
	return err
}

// row is a row of the record in which nothing stands yet but who does what.
func (a Actor) row(does Action) audit.Row {
	return audit.Row{ActorID: a.ID, ActorName: a.Name, ActorRole: string(a.Tier()), AuthTime: a.AuthTime, Session: a.Session, Address: a.Address, Action: string(does)}
}
