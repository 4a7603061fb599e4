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
	case who.May(ReadRecord):
	case who.May(ReadOwnRecord):
		f.Actor, own = who.ID, true
	default:
		return nil, false, denied("record", decideActor(who, Spec{Action: "record", Perm: ReadRecord}))
	}
	acts, err = d.record.Acts(ctx, f)
	if err != nil {
		return nil, own, &Error{Kind: Other, Action: "record", Msg: "The record cannot be read right now. Try again; if it stays, tell whoever runs Keydesk.", Err: err}
	}
	return acts, own, nil
}

// History is what the record holds about one person, for whoever may see the
// person: an agent must see that a colleague suspended the account, and why.
func (d *Desk) History(ctx context.Context, who Actor, id okta.UserID) ([]audit.Act, error) {
	return view(ctx, who, "users.get", func(ctx context.Context) ([]audit.Act, error) {
		acts, err := d.record.Acts(ctx, audit.Filter{Target: id.String(), Acts: true, Limit: historyLimit})
		if err != nil {
			return nil, &Error{Kind: Other, Action: "record", Msg: "The record cannot be read right now.", Err: err}
		}
		return acts, nil
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
	_, err := d.record.Add(ctx, audit.Row{
		Phase: audit.PhaseEvent, ActorID: who.ID, ActorName: who.Name, ActorRole: string(who.Tier()),
		Session: who.Session, Address: who.Address, Action: "sign_in", Target: who.Email, TargetID: who.OktaID.String(), Detail: detail,
	})
	return err
}
