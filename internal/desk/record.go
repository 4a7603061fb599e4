package desk

import (
	"context"
	"io"
	"strings"

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
	if f.Actor != who.ID { // one's own acts are nobody's secret
		d.noted(ctx, who, "record.read", strings.TrimSpace("the record shown "+f.Words()))
	}
	acts, err = d.acts(ctx, who, f)
	return acts, own, err
}

// acts is the one way in which anybody searches the record: what matches f, and who
// may know of it.
func (d *Desk) acts(ctx context.Context, who Actor, f audit.Filter) (acts []audit.Act, err error) {
	done, err := d.searches.enter(ctx, who.ID) // a long record is searched from end to end
	if err != nil {
		return nil, unreadable(err)
	}
	defer done()
	if d.policy.limited(who) {
		acts, err = d.sieved(ctx, who, f)
	} else {
		acts, err = d.record.Acts(ctx, f)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	return acts, nil
}

// RecordState is what of the record is signed, and how far it was sent out.
type RecordState struct {
	Signed  audit.Checkpoint
	Problem string // why it is not signed as it should be
	Sent    []audit.Cursor
	All     bool // the actor may read and export all of it
}

// RecordState reads it for whoever may read the record, and where it was sent for
// whoever may read all of it.
func (d *Desk) RecordState(ctx context.Context, who Actor) (s RecordState, err error) {
	if !d.policy.May(who, ReadOwnRecord) && !d.policy.May(who, ReadRecord) {
		return s, nil
	}
	if s.Signed, err = d.record.Signed(ctx); err == nil && d.mayExport(who).Allowed {
		s.All, s.Problem = true, d.record.Problem()
		s.Sent, err = d.record.Cursors(ctx)
	}
	if err != nil {
		err = unreadable(err)
	}
	return s, err
}

// mayExport says whether the actor may take the record away: who may read all of it,
// of everybody.
func (d *Desk) mayExport(who Actor) Decision {
	s := Spec{Action: exported, Perm: ReadRecord}
	if dec := d.policy.decideActor(who, s); !dec.Allowed {
		return dec
	}
	if d.policy.limited(who) || !d.policy.May(everywhere(who), ReadRecord) {
		return refuse("scope", "Your role counts for some people alone, and the record is about everybody.", d.policy.askFor(d.policy.Holders(s)...))
	}
	return Decision{Allowed: true}
}

const exported Action = "record.export"

// ExportRecord writes the rows that match f to the writer that begin gives, after it
// has recorded who takes them away. Nothing is given out that could not be recorded.
func (d *Desk) ExportRecord(ctx context.Context, who Actor, f audit.Filter, as audit.Format, begin func() io.Writer) error {
	row := who.row(exported)
	row.Class = string(Reading)
	if dec := d.mayExport(who); !dec.Allowed {
		return d.notYours(ctx, row, denied(exported, dec))
	}
	row.Phase, row.Detail, row.Params = audit.PhaseEvent, "as "+string(as), f.Words()
	if _, err := d.record.Add(ctx, row); err != nil {
		return unrecorded(exported, err)
	}
	f.Before, f.Limit = 0, 0
	_, err := d.record.Export(ctx, begin(), as, f, nil)
	return err
}

// History is what the record holds about one person, for whoever may see the
// person: an agent must see that a colleague suspended the account, and why.
func (d *Desk) History(ctx context.Context, who Actor, id okta.UserID) ([]audit.Act, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) ([]audit.Act, error) {
		return d.about(ctx, who, id, 0, historyLimit)
	})
}

// about is what was done to a person whom the actor may see, or refused.
func (d *Desk) about(ctx context.Context, who Actor, id okta.UserID, before int64, limit int) ([]audit.Act, error) {
	acts, err := d.record.Acts(ctx, audit.Filter{Target: id.String(), Acts: true, Before: before, Limit: limit})
	if err != nil {
		return nil, unreadable(err)
	}
	return d.unnamed(who, acts), nil
}

func unreadable(err error) error {
	return &Error{Kind: Other, Action: "record", Msg: "The record cannot be read right now. Try again; if it stays, tell whoever runs Keydesk.", Err: err}
}

// TimelinePage is everything that was done to a person from here, or refused.
type TimelinePage struct {
	Person Person
	Acts   []audit.Act
	Next   int64 // where the next page begins; 0 at the end
}

// Timeline reads a page of it, from the newest before a row on.
func (d *Desk) Timeline(ctx context.Context, who Actor, id okta.UserID, before int64) (TimelinePage, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) (p TimelinePage, err error) {
		if p.Person, _, err = d.look(ctx, who, id); err != nil {
			return p, err
		}
		p.Acts, err = d.about(ctx, who, id, before, timelineLimit+1)
		if len(p.Acts) > timelineLimit {
			p.Acts = p.Acts[:timelineLimit]
			p.Next = p.Acts[timelineLimit-1].Seq
		}
		return p, err
	})
}

// How many acts a person's first page shows, and a page of their timeline.
const (
	historyLimit  = 8
	timelineLimit = 40
)

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
	return audit.Row{ActorID: a.ID, ActorName: a.Name, ActorRole: a.tierWord(), AuthTime: a.AuthTime, Session: a.Session, Address: a.Address, Action: string(does)}
}
