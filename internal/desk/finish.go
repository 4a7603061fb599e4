package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// rereadTimeout bounds the look at the person after a change, which is made even
// when the operator's browser has hung up.
const rereadTimeout = 10 * time.Second

// finish reads the person again and writes the outcome. What Okta shows then is
// what the operator is told, whatever the answer to the change was.
func (d *Desk) finish(ctx context.Context, x *deed, out Outcome, err error) (Outcome, error) {
	rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rereadTimeout)
	defer cancel()
	now, factors, gained, rerr := d.reread(rctx, x)
	d.changed(rctx, x)
	if x.spec.Action == "users.erase" && okta.IsNotFound(rerr) && (err == nil || okta.IsUnsure(err) || okta.IsNotFound(err)) {
		return d.erased(ctx, x, out, err)
	}
	r := x.row()
	r.Result, r.Detail = result(err, rerr), strings.Trim(x.detail(out.But, err, rerr)+"; "+gained, "; ")
	r.Status, r.RequestID, r.OktaAt, r.After = x.got.Status, x.got.IDs(), x.got.Date, string(now.Status)
	r.Params = joined(r.Params, audit.Words(d.mask, handed{out.yield}))
	lost := ""
	if !d.end(ctx, x, r) {
		lost = " The record could not take the outcome; its row stays open until the person is next looked at."
	}
	if role, flagged := strings.CutPrefix(gained, roleGained); flagged {
		d.log.WarnContext(ctx, "an account gained an admin role while it was changed", "row", x.seq, "person", x.id.String(), "role", role)
		lost += " Meanwhile the account gained an admin role: " + role + ". Tell a member of " + d.policy.groupsOf(Owner) + "."
	}
	out.Seq = x.seq
	if rerr == nil {
		out.Person = *d.after(x, now)
		out.Person.Factors = factors
	}
	if err == nil {
		out.Label += lost
		return d.confirmed(x, d.seal(ctx, x, out), rerr)
	}
	e := asError(d.explain(x, now, err, rerr))
	e.Msg += lost
	e.Seq, e.Recorded = x.seq, true
	if rerr == nil {
		e.Person = &out.Person
	}
	return Outcome{}, e
}

// end writes the outcome. Where that fails the row stays open: the log says so,
// and settling closes it.
func (d *Desk) end(ctx context.Context, x *deed, r audit.Row) (written bool) {
	err := d.record.End(ctx, x.seq, r, x.turn.lease)
	if err != nil {
		d.log.ErrorContext(ctx, "the outcome of a change could not be written", "row", x.seq, "error", err)
	}
	return err == nil
}

// reread is the person after a change, after a reset of factors the factors, and
// after what takes over an account or hands out a privilege the admin role that came
// to the account since it was decided on.
func (d *Desk) reread(ctx context.Context, x *deed) (u okta.User, factors Read[[]okta.Factor], gained string, err error) {
	factors.Kept = true
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { u, err = d.okta.Users.Get(gctx, x.id); return err })
	if x.spec.Action == "reset_factors" || x.spec.Action == "factors.reset" {
		g.Go(func() error { factors = part(d.okta.Factors.List(ctx, x.id))("factors.list"); return nil })
	}
	if x.spec.Risk == Takeover || x.spec.Risk == Privilege {
		g.Go(func() error { gained = x.gained(d.okta.Roles.List(ctx, x.id)); return nil })
	}
	err = g.Wait()
	return u, factors, gained, err
}

// roleGained marks in the record the outcome of a change of somebody who became an
// administrator between the decision and the change.
const roleGained = "role.gained: "

// gained is the admin role that the person holds now, did not hold when the change
// was decided on, and was not given by it; or that this could not be found out.
func (x *deed) gained(now []okta.Role, err error) string {
	if err != nil {
		return "the admin roles could not be read again"
	}
	before := x.on.Roles
	x.on.Roles = now
	for _, r := range now {
		own := x.spec.Action == "roles.assign" && r.Direct() && r.Type == x.opts.On.Type
		had := func(b okta.Role) bool {
			return b.ID == r.ID && b.AssignmentType == r.AssignmentType && b.AssigneeID == r.AssigneeID
		}
		if !own && !slices.ContainsFunc(before, had) {
			return roleGained + heldAs(r)
		}
	}
	return ""
}

// erased is the end of an account: that Okta no longer knows it is the answer.
func (d *Desk) erased(ctx context.Context, x *deed, out Outcome, err error) (Outcome, error) {
	r := x.row()
	r.Result, r.Detail, r.Status, r.RequestID, r.OktaAt = audit.Done, "the account is gone", x.got.Status, x.got.IDs(), x.got.Date
	if err != nil {
		r.Result = audit.Settled
	}
	d.end(ctx, x, r)
	out.Label, out.Seq = "Okta erased the account; it knows nobody with this id any more.", x.seq
	return out, nil
}

// result sorts the end of a change. A change without an answer whose person
// could be read again is settled: the record then says what was found.
// An act of several steps that stands between two of them stays open.
func result(err, rerr error) audit.Result {
	var half *unfinished
	var undone *takenBack
	switch {
	case errors.As(err, &half):
		return audit.Unknown
	case errors.As(err, &undone):
		return audit.Failed
	case err == nil:
		return audit.Done
	case !okta.IsUnsure(err):
		return audit.Failed
	case rerr == nil:
		return audit.Settled
	}
	return audit.Unknown
}

// unfinished is the error of an act of several steps that could neither be ended
// nor undone. Its row stays open, and settling goes on with it.
type unfinished struct{ error }

// Unwrap returns the cause.
func (u *unfinished) Unwrap() error { return u.error }

// detail says in the record what the result alone does not.
func (x *deed) detail(but string, err, rerr error) string {
	var oe *okta.Error
	var undone *takenBack
	answer := "no answer"
	if x.got.Status != 0 {
		answer = "an answer that could not be used"
	}
	switch {
	case err == nil && rerr != nil:
		return "confirmed; the person could not be read again"
	case err == nil:
		return but
	case errors.As(err, &undone):
		return "done in part and taken back"
	case okta.IsUnsure(err) && rerr == nil:
		return answer + "; the person was read again"
	case okta.IsUnsure(err):
		return answer + "; the person could not be read again"
	case x.got.Status == 0:
		return "not sent"
	case errors.As(err, &oe) && oe.Code != "":
		return oe.Code
	}
	return "refused"
}

// confirmed is an act that Okta answered with yes. When the person could not be
// read again, nothing is claimed of them.
func (d *Desk) confirmed(x *deed, out Outcome, rerr error) (Outcome, error) {
	if rerr != nil {
		out.Person = Person{User: x.user, Cause: Cause{Why: "Okta confirmed the change and could then not be asked again.", Next: "Reload the page to see the account as it is now.", Source: Unknown}}
		out.Person.Roles.Err = &Error{Kind: Upstream, Action: "roles.list", Msg: "They were not read again."}
		out.Person.Groups.Kept, out.Person.Factors.Kept = true, true
		out.Label += " The account could not be read again: what the page shows of it is from before."
	}
	return out, nil
}

// explain turns the failure of a change into words.
func (d *Desk) explain(x *deed, now okta.User, err, rerr error) error {
	var known *Error
	if !okta.IsUnsure(err) || errors.As(err, &known) {
		return translate(x.spec.Action, err)
	}
	e := &Error{Kind: Unsure, Action: x.spec.Action, Err: err}
	what := "Okta did not answer."
	if x.got.Status != 0 {
		what = fmt.Sprintf("Okta's answer (%d) could not be used.", x.got.Status)
	}
	if rerr != nil {
		e.Msg = fmt.Sprintf("%s The change may have happened, and %s could not be read again. Do not repeat it before you have looked.", what, x.user.Name())
		return e
	}
	e.Msg = fmt.Sprintf("%s The change may have happened: we looked, and %s's status is %s (%s before).", what, x.user.Name(), StatusWord(now.Status), StatusWord(x.user.Status))
	if now.Status == x.user.Status && now.LastUpdated.Equal(x.user.LastUpdated) {
		e.Msg = fmt.Sprintf("%s We looked: %s's status is still %s. What leaves no trace in the account may have happened all the same.", what, x.user.Name(), StatusWord(now.Status))
	}
	return e
}

// again answers a button that was pressed before: the act happens once, and
// every press learns how it ended. A secret is not shown a second time.
func (d *Desk) again(ctx context.Context, x *deed, seq int64, err error) error {
	if err != nil {
		return unrecorded(x.spec.Action, err)
	}
	first, err := d.record.Act(ctx, seq)
	if err != nil {
		return unrecorded(x.spec.Action, err)
	}
	e := &Error{Kind: Conflict, Action: x.spec.Action, Rule: "once", Seq: seq}
	switch {
	case first.Phase == audit.PhaseEvent:
		e.Msg = "This was asked for already, and waits for somebody else's approval or was decided. It was not asked for again."
	case !strings.HasPrefix(first.Params, x.params()):
		e.Msg = "This page was used once already, for another choice, and works once. Nothing was sent. Read it again, then decide."
	case first.End == nil:
		e.Kind, e.Msg = Unsure, "This was sent once already, and its end is not known. It was not sent again."
	case first.End.Result == audit.Done && isForm(x.spec.Action):
		e.Msg = "This form was sent once already, and done. What stands in it now was not sent. Read the page again."
	case first.End.Result == audit.Done:
		e.Msg = "This was done already, once. It was not sent again; anything shown once is not shown a second time."
	case first.End.Result == audit.Failed && first.End.Status == 0:
		e.Msg = "This was tried once already and did not reach Okta. Open the person's page to try anew."
	case first.End.Result == audit.Failed:
		e.Msg = "This was sent once already and Okta refused it. It was not sent again."
	case first.End.Result == audit.Settled:
		e.Kind, e.Msg = Unsure, "This was sent once already; whether it happened was not known, and the account was looked at since. It was not sent again."
	default:
		e.Kind, e.Msg = Unsure, "This was sent once already, and its end is not known. It was not sent again."
	}
	if d.readTarget(ctx, x) == nil {
		e.Person = d.after(x, x.user)
	}
	return e
}

// after is the person as a page shows them after an act: the parts that the act
// did not read again are left to what the page shows already.
func (d *Desk) after(x *deed, now okta.User) *Person {
	p := Person{User: now, ReadAt: d.now()}
	p.Roles.Value = x.on.Roles
	if x.on.Unreadable {
		p.Roles.Err = &Error{Kind: Upstream, Action: "roles.list", Msg: "The admin roles could not be read."}
	}
	p.Groups.Kept, p.Factors.Kept = true, true
	d.guard(x.who, &p, x.on)
	d.dress(x.who, &p, x.on)
	return &p
}
