package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// turnTimeout bounds the wait for another change to the same person. An answer
// that came too late would show its secret to nobody.
const turnTimeout = 10 * time.Second

// change is one act as a room describes it.
type change struct {
	action Action
	opts   UserOpts
	// check reads afresh what the change is about and says what stands in its way;
	// it may add to what the record keeps. nil: the person alone counts.
	check func(context.Context, *deed) *Error
	do    func(context.Context) (Outcome, error)
	input any // what else it is done from, as JSON can keep it, for a change that waits for approval
}

// deed is one change on its way through act.
type deed struct {
	who     Actor
	spec    Spec
	id      okta.UserID
	opts    UserOpts
	shown   shown
	user    okta.User // the target, read afresh
	on      Standing
	in      []string     // those of the actor's scopes that the target is in
	named   named        // what the change is about, in names, for the record
	becomes okta.Profile // the attributes that a change of a profile sets, as they will be
	needs   Decision     // who has to approve; the zero Decision: nobody
	turn    turn
	seq     int64
	got     okta.Receipt

	proofLasts time.Duration // how much longer the proof of who the operator is must be good
}

// act is actOn for a change that is about nothing but the person.
func (d *Desk) act(ctx context.Context, who Actor, a Action, id okta.UserID, o UserOpts, do func(context.Context) (Outcome, error)) (Outcome, error) {
	return d.actOn(ctx, who, id, change{action: a, opts: o, do: do})
}

// actOn is the one door to every change of a person, in this order and under a
// lock on the person: read afresh, decide, spend the one-time token and write
// the intent, do it once, read again, write the outcome. An error is *Error.
func (d *Desk) actOn(ctx context.Context, who Actor, id okta.UserID, c change) (Outcome, error) {
	x := &deed{who: who, spec: spec(c.action), id: id, opts: c.opts}
	if err := d.enter(ctx, x); err != nil {
		return Outcome{}, err
	}
	defer x.turn.leave()
	if err := d.ready(ctx, x, c.check); err != nil {
		return Outcome{}, err
	}
	if x.needs.Second != "" && c.opts.approved == nil {
		return d.ask(ctx, x, c.input)
	}
	if err := d.begin(ctx, x); err != nil {
		return Outcome{}, err
	}
	out, err := c.do(x.turn.sending(ctx, &x.got))
	return d.finish(ctx, x, out, err)
}

// enter refuses who may never do this, and waits for the person's turn.
func (d *Desk) enter(ctx context.Context, x *deed) (err error) {
	a := x.spec.Action
	if x.spec.Op == "" || x.spec.Risk == Reading {
		return &Error{Kind: Other, Action: a, Msg: "This is no action of the catalogue. Nothing was sent."}
	}
	if dec := d.policy.decideActor(x.who, x.spec); !dec.Allowed {
		return d.refused(ctx, x, denied(a, dec))
	}
	if d.policy.limited(x.who) { // before the turn: that it is taken would say that somebody is there
		if _, err := d.reached(ctx, x.who, x.spec, x.id); err != nil {
			return err
		}
	}
	wait, cancel := context.WithTimeout(ctx, turnTimeout)
	defer cancel()
	late := &Error{Kind: Upstream, Action: a, Msg: "Another change to this person is still under way. Nothing was sent."}
	mine, err := d.acting.enter(wait, x.who.ID)
	if err != nil {
		late.Err, late.Msg = err, "Two of your own changes are still under way. Nothing was sent."
		return late
	}
	if x.turn, err = d.turn(wait, personTurn(x.id)); err == nil {
		theirs := x.turn.leave
		x.turn.leave = func() { theirs(); mine() }
		return nil
	}
	mine()
	if wait.Err() == nil {
		return unrecorded(a, err)
	}
	late.Err = err
	return late
}

// ready is everything that must hold before an intent is written.
func (d *Desk) ready(ctx context.Context, x *deed, check func(context.Context, *deed) *Error) error {
	var err error
	if x.in, err = d.reached(ctx, x.who, x.spec, x.id); err != nil {
		return err
	}
	stale, err := d.opened(ctx, x)
	if err != nil {
		return err
	}
	if rerr := d.readTarget(ctx, x); rerr != nil {
		return d.refused(ctx, x, rerr)
	}
	if derr := d.decided(ctx, x); derr != nil {
		return d.refused(ctx, x, derr)
	}
	if err := d.fresh(ctx, x, stale); err != nil {
		return err
	}
	var cerr *Error
	if check != nil {
		cerr = check(ctx, x)
	}
	switch {
	case cerr == nil:
		return d.stillAsked(ctx, x)
	case cerr.Kind == Invalid: // mistyped, not refused
		return cerr
	default:
		return d.refused(ctx, x, cerr)
	}
}

// decided is what decide says of the deed, and of whoever approved it.
func (d *Desk) decided(ctx context.Context, x *deed) *Error {
	dec := d.policy.decide(x.who, x.spec, x.on)
	if !dec.Allowed {
		return denied(x.spec.Action, dec)
	}
	x.needsSecond(dec)
	shows := mailable(x.spec.Action) && !x.opts.SendEmail && x.needs.Second == "" // what two have a hand in is mailed
	if dec := d.policy.decideShown(counted(x.who, x.on), shows); !dec.Allowed {
		return denied(x.spec.Action, dec)
	}
	if ap := x.opts.approved; ap != nil {
		return d.approver(ctx, x, ap.by)
	}
	return d.needsProof(x.who, x.spec, x.proofLasts)
}

// opened looks at what came with the request: the token, which must be this
// page's and unspent, and the reason. stale is set where the token has expired.
func (d *Desk) opened(ctx context.Context, x *deed) (stale bool, err error) {
	if ap := x.opts.approved; ap != nil {
		x.shown = ap.shown
		return false, nil
	}
	x.shown, err = d.open(x.who, x.spec.Action, x.id, x.opts.On, x.opts.Token)
	if errors.Is(err, errForged) {
		return false, d.refused(ctx, x, &Error{
			Kind: Denied, Action: x.spec.Action, Rule: "token", Err: err,
			Msg: "This button was not given to you for this person. Nothing was sent.", Ask: "Open the person's page and try from there.",
		})
	}
	stale = err != nil
	if seq, serr := d.record.Spent(ctx, x.shown.Nonce); serr != nil || seq > 0 {
		return stale, d.again(ctx, x, seq, serr)
	}
	if verr := d.policy.checkReason(x.spec, x.opts.Reason); verr != nil {
		return stale, verr
	}
	return stale, nil
}

// fresh refuses an act whose page no longer shows what is true.
func (d *Desk) fresh(ctx context.Context, x *deed, expired bool) error {
	e := &Error{Kind: Conflict, Action: x.spec.Action, Rule: "stale"}
	switch {
	case expired:
		e.Msg = "This page is older than " + minutes(tokenLife) + ". Nothing was sent. Here is the person as Okta shows them now."
	case x.shown.Status != x.user.Status:
		e.Msg = fmt.Sprintf("%s has changed since this page was shown: %s then, %s now. Nothing was sent.", x.user.Name(), StatusWord(x.shown.Status), StatusWord(x.user.Status))
	case x.shown.Updated != x.user.LastUpdated.UnixMilli():
		e.Msg = x.user.Name() + "'s account was changed after this page was shown. Nothing was sent. Look again, then decide."
	default:
		if dec := stateRule(x.spec.Action, x.user); !dec.Allowed {
			e.Rule, e.Msg = dec.Rule, dec.Why+" Nothing was sent."
			return d.refused(ctx, x, e)
		}
		return nil
	}
	return d.refused(ctx, x, e)
}

func unrecorded(a Action, err error) *Error {
	return &Error{
		Kind: Unrecorded, Action: a, Err: err,
		Msg: "The record cannot be written right now, so nothing was sent to Okta. Reading still works. Tell whoever runs Keydesk.",
	}
}

// refused writes a refusal into the record and returns it; what the operator
// mistyped is no refusal.
func (d *Desk) refused(ctx context.Context, x *deed, e *Error) *Error {
	r := x.row()
	r.Detail = e.Rule
	if r.Detail == "" {
		r.Detail = "not sent: " + e.Msg
	}
	seq, err := d.refuse(ctx, r)
	if err != nil {
		return unrecorded(x.spec.Action, errors.Join(err, e))
	}
	e.Seq, e.Recorded = seq, true
	if !x.user.ID.IsZero() {
		e.Person = d.after(x, x.user)
	}
	return e
}

// row is the deed as the record keeps it. What nobody could read later stays out of it.
func (x *deed) row() audit.Row {
	why := x.opts.Reason
	if legible(x.spec.Action, why) != nil {
		why = Reason{}
	}
	r := x.who.row(x.spec.Action)
	r.Op, r.Class = x.spec.Op, string(x.spec.Risk)
	r.TargetID, r.Target, r.Before = x.id.String(), x.user.Profile.Login(), string(x.user.Status)
	r.Reason, r.Ticket, r.Params = strings.TrimSpace(why.Note), strings.TrimSpace(why.Ticket), x.params()
	if ap := x.opts.approved; ap != nil {
		r.Detail = "approved by " + ap.by.Name + " (" + ap.by.ID + ")"
	}
	if len(x.who.Word) > 0 {
		r.Detail = x.who.onWordOf()
	}
	return r
}
