package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"keydesk/internal/approval"
	"keydesk/internal/audit"
)

// approver is whether the second person may agree to the deed as things are now.
func (d *Desk) approver(ctx context.Context, x *deed, by Actor) *Error {
	by, stopped := d.serving(ctx, by, x.stakes())
	if stopped != nil {
		return stopped
	}
	return d.mayApprove(ctx, x, by)
}

// mayApprove is approver for somebody whose roles are those of now.
func (d *Desk) mayApprove(ctx context.Context, x *deed, by Actor) *Error {
	on := x.on
	var err error
	if on.In, err = d.reached(ctx, by, x.spec, x.id); err != nil {
		return asError(err)
	}
	here := counted(by, on) // a role within a scope approves nothing outside of it
	switch dec := d.policy.decideActor(here, Spec{Action: "approvals", Perm: ActApprovals}); {
	case !dec.Allowed:
		return denied(x.spec.Action, dec)
	case x.needs.Second != "" && here.Tier().rank() < x.needs.Second.rank():
		return denied(x.spec.Action, refuse("second.role", "Your role is not enough to approve this.", d.policy.askFor(rolesFrom(x.needs.Second)...)))
	}
	if dec := d.policy.decide(by, x.spec, on); !dec.Allowed {
		return denied(x.spec.Action, dec)
	}
	return nil
}

// stillAsked refuses to do on a second person's word what is no longer what they
// were shown.
func (d *Desk) stillAsked(ctx context.Context, x *deed) error {
	if ap := x.opts.approved; ap == nil || ap.params == x.chosen() {
		return nil
	}
	return d.refused(ctx, x, &Error{Kind: Conflict, Action: x.spec.Action, Rule: "stale", Msg: "What this would do has changed since it was asked for. Nothing was sent. It has to be asked for anew."})
}

// Approve does what was asked for, in the name of who asked and on the word of who,
// who must be somebody else with the right to it. Everything is read and decided
// again first, and nothing is done if it is not as it was.
func (d *Desk) Approve(ctx context.Context, who Actor, id, note string) (Outcome, error) {
	w, asker, in, err := d.settleRequest(ctx, who, id, note, approval.Approved)
	if err != nil {
		return Outcome{}, err
	}
	in.Shown.Nonce = w.once() // the page's own was spent by asking
	in.Opts.approved = &approved{seq: w.Seq, by: who, shown: in.Shown, params: w.Params}
	out, err := d.carryOut(ctx, asker, w, in)
	how, seq := out.Label, out.Seq
	if err != nil {
		e := asError(err)
		how, seq = e.Msg, e.Seq
	}
	if nerr := d.asked.End(context.WithoutCancel(ctx), w.ID, how, seq); nerr != nil {
		d.log.ErrorContext(ctx, "the end of a request could not be noted", "row", w.Seq, "error", nerr)
	}
	return out, err
}

// carryOut runs the act of a request.
func (d *Desk) carryOut(ctx context.Context, asker Actor, w Waiting, in asked) (Outcome, error) {
	var edit Edit
	var body string
	var err error
	switch run, dialog := Actions()[w.Spec.Action]; {
	case dialog:
		return run(d, ctx, asker, w.Person, in.Opts)
	case w.Spec.Action == "users.update":
		if err = json.Unmarshal(in.Input, &edit); err == nil {
			return d.UpdateProfile(ctx, asker, w.Person, in.Opts, edit)
		}
	case w.Spec.Action == "users.replace":
		if err = json.Unmarshal(in.Input, &body); err == nil {
			return d.ReplaceProfile(ctx, asker, w.Person, in.Opts, body)
		}
	}
	return Outcome{}, &Error{Kind: Other, Action: w.Spec.Action, Msg: "The request cannot be read any more. Nothing was sent. It has to be asked for anew.", Err: err}
}

// Decline ends a request without doing anything.
func (d *Desk) Decline(ctx context.Context, who Actor, id, note string) error {
	_, _, _, err := d.settleRequest(ctx, who, id, note, approval.Declined)
	return err
}

// Withdraw takes back what the actor asked for.
func (d *Desk) Withdraw(ctx context.Context, who Actor, id string) error {
	_, _, _, err := d.settleRequest(ctx, who, id, "withdrawn", approval.Withdrawn)
	return err
}

// settleRequest decides a request: it must wait, who must be the one to decide, and
// the record must have taken the decision. Of several at once one gets through.
func (d *Desk) settleRequest(ctx context.Context, who Actor, id, note string, to approval.State) (w Waiting, asker Actor, in asked, err error) {
	gone := &Error{Kind: NotFound, Action: "approvals", Msg: "Nothing waits under this address any more: it was decided, withdrawn, or is older than " + minutes(approval.Life) + "."}
	r, err := d.asked.Get(ctx, id)
	if errors.Is(err, approval.ErrGone) || err == nil && r.State != approval.Waiting {
		if dec := d.policy.decideActor(who, Spec{Action: "approvals", Perm: ActApprovals}); !dec.Allowed {
			gone = d.notYours(ctx, who.row("approvals"), denied("approvals", dec))
		}
		return w, asker, in, gone
	}
	if err != nil {
		return w, asker, in, &Error{Kind: Other, Action: "approvals", Msg: "The request cannot be read right now. Nothing was sent. Try again.", Err: err}
	}
	w = d.policy.waiting(who, r)
	if _, err := d.reached(ctx, who, w.Spec, w.Person); err != nil {
		return w, asker, in, gone
	}
	if w.Person.IsZero() || json.Unmarshal(r.Actor, &asker) != nil || json.Unmarshal(r.Input, &in) != nil {
		return w, asker, in, gone
	}
	note = strings.TrimSpace(note)
	if to == approval.Approved {
		if err := d.stillThere(ctx, who, w, &asker); err != nil {
			return w, asker, in, err
		}
	}
	if err := d.mayEnd(ctx, who, w, note, to); err != nil {
		return w, asker, in, err
	}
	if err := d.asked.Decide(ctx, r.ID, to, who.ID, who.Name, note); errors.Is(err, approval.ErrGone) {
		return w, asker, in, gone
	} else if err != nil {
		return w, asker, in, unrecorded(w.Spec.Action, err)
	}
	row := w.row(who)
	row.Phase, row.Reason, row.Detail = audit.PhaseEvent, note, fmt.Sprintf("%s request %d of %s", to, w.Seq, w.ActorName)
	if to == approval.Approved { // the act itself spends the request
		_, err = d.record.Add(ctx, row)
	} else {
		_, err = d.record.Once(ctx, row, w.once())
	}
	if err != nil {
		return w, asker, in, unrecorded(w.Spec.Action, err)
	}
	return w, asker, in, nil
}

// once is spent by the end of a request, whatever it is: what was declined is not done
// when somebody puts it back in the database.
func (w Waiting) once() string { return "request " + w.ID }

// stillThere takes the asker as they are now. Where neither Okta nor the issuer can be
// asked about them, they have to be signed in still, in the session that they asked in.
func (d *Desk) stillThere(ctx context.Context, who Actor, w Waiting, asker *Actor) error {
	now, there, err := d.still(ctx, *asker)
	switch {
	case err != nil:
		return &Error{Kind: Other, Action: w.Spec.Action, Err: err, Msg: "Who asked for this cannot be looked up right now. Nothing was sent. Try again."}
	case !there:
		return d.notYours(ctx, w.row(who), denied(w.Spec.Action, refuse("second.asker", w.ActorName+", who asked for this, is not signed in any more, so nobody can tell whether they still may.", "Ask them to ask anew.")))
	}
	*asker = now
	return nil
}

// still is somebody whose word is carried out later, with the roles that they hold yet
// as far as the console knows: where Okta cannot be asked about them when it is done,
// they have to be signed in still, in the same session.
func (d *Desk) still(ctx context.Context, who Actor) (_ Actor, there bool, err error) {
	if d.AsksOkta(who) {
		return who, true, nil
	}
	now, there, err := d.signedIn(ctx, who.Session)
	if err != nil || !there || now.ID != who.ID {
		return who, false, err
	}
	who.Roles = slices.DeleteFunc(slices.Clone(who.Roles), func(r Role) bool { return !slices.Contains(now.Roles, r) })
	return who, true, nil
}

// mayEnd refuses, with a row, who may not decide, and asks for a reason.
func (d *Desk) mayEnd(ctx context.Context, who Actor, w Waiting, note string, to approval.State) error {
	dec := w.Decide
	if to == approval.Withdrawn {
		dec = Decision{Allowed: w.Mine, Rule: "second.withdraw", Why: "Only who asked for it withdraws it."}
	}
	if !dec.Allowed {
		return d.notYours(ctx, w.row(who), denied(w.Spec.Action, dec))
	}
	if e := legible(w.Spec.Action, Reason{Note: note}); e != nil && to != approval.Withdrawn {
		return e
	}
	if to != approval.Approved {
		return nil
	}
	if !w.Ours {
		d.log.ErrorContext(ctx, "a request that waits is not as this console wrote it; somebody else writes in the database, or replicas have different keys", "request", w.Seq)
		return d.notYours(ctx, w.row(who), &Error{
			Kind: Conflict, Action: w.Spec.Action, Rule: "second.changed",
			Msg: "What waits here is not what was asked for: somebody changed it in the database. Nothing was sent. It has to be asked for anew. Tell whoever runs Keydesk.",
		})
	}
	for _, s := range []Spec{w.Spec, w.stakes()} { // whichever asks for the fresher sign-in
		if e := d.needsProof(who, s, 0); e != nil {
			return d.notYours(ctx, w.row(who), e)
		}
	}
	return nil
}

// notYours writes the refusal of a decision into the record and returns it.
func (d *Desk) notYours(ctx context.Context, row audit.Row, e *Error) *Error {
	row.Detail = e.Rule
	var err error
	if e.Seq, err = d.refuse(ctx, row); err != nil {
		return unrecorded(e.Action, err)
	}
	e.Recorded = true
	return e
}

// row is a row of the record about a request, by whoever decides it.
func (w Waiting) row(who Actor) audit.Row {
	r := who.row(w.Spec.Action)
	r.Op, r.Class, r.TargetID, r.Target = w.Spec.Op, string(w.Spec.Risk), w.TargetID, w.Target
	r.Params = joined(w.Params, audit.Words(nil, params{Request: w.Seq}))
	return r
}

// stakes is the request's row of the catalogue with the class of what takes two.
func (w Waiting) stakes() Spec {
	s := w.Spec
	s.Risk = Privilege
	return s
}

// Sweep forgets what expired requests would have done, and what was to be shown once
// and was not looked at.
func (d *Desk) Sweep(ctx context.Context) error {
	return errors.Join(d.asked.Sweep(ctx), d.once.Sweep(ctx))
}
