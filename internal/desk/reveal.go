package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
	"keydesk/internal/once"
)

// Once is what an act yielded and its page may show once.
type Once struct {
	Handle okta.Secret // opens it, in the session of the act alone
	What   string      // "temporary password", "activation link", "reset link", "first password"
	Until  time.Time
}

// IsZero reports whether there is nothing to show.
func (o Once) IsZero() bool { return o.Handle.IsZero() }

// Revealed is a secret on its way to the one page that shows it.
type Revealed struct {
	What, Name string
	Person     okta.UserID
	Value      okta.Secret
}

// seal keeps what an act yielded, so that only the page of the act can show it.
func (d *Desk) seal(ctx context.Context, x *deed, out Outcome) Outcome {
	if out.yield.IsZero() {
		return out
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rereadTimeout)
	defer cancel()
	k := once.Kept{Session: x.who.Session, Seq: x.seq, Action: string(x.spec.Action), What: out.Once.What, TargetID: x.id.String(), Target: x.user.Profile.Login(), Name: x.user.Name()}
	handle, until, err := d.once.Keep(ctx, k, out.yield.Reveal())
	out.yield = okta.Secret{}
	if err != nil {
		d.log.ErrorContext(ctx, "what is to be shown once could not be kept", "row", x.seq, "error", err)
		out.But = "The " + out.Once.What + " could not be kept, so it cannot be shown. Have Okta make another."
		return out
	}
	out.Once.Handle, out.Once.Until = okta.NewSecret(handle), until
	return out
}

// Reveal shows what an act yielded, once, to the session that did the act. That it
// was shown is recorded before it is; the record knows that it was.
func (d *Desk) Reveal(ctx context.Context, who Actor, handle string) (Revealed, error) {
	if dec := d.policy.decideActor(who, Spec{Action: reveal, Perm: ShowSecrets}); !dec.Allowed {
		return Revealed{}, d.notYours(ctx, who.row(reveal), denied(reveal, dec))
	}
	k, value, err := d.once.Open(ctx, who.Session, handle)
	if err != nil {
		return Revealed{}, d.hidden(ctx, who, k, err)
	}
	row := revealRow(who, k)
	row.Phase, row.Detail = audit.PhaseEvent, fmt.Sprintf("the %s of row %d was shown", k.What, k.Seq)
	if _, err := d.record.Once(ctx, row, "reveal "+k.ID); err != nil {
		return Revealed{}, d.hidden(ctx, who, k, err)
	}
	id, ierr := okta.ParseUserID(k.TargetID)
	if err := errors.Join(ierr, d.once.Forget(context.WithoutCancel(ctx), k.ID)); err != nil {
		d.log.WarnContext(ctx, "what was shown once is not put away well", "row", k.Seq, "error", err)
	}
	return Revealed{What: k.What, Name: k.Name, Person: id, Value: okta.NewSecret(value)}, nil
}

const reveal Action = "once.reveal"

func revealRow(who Actor, k once.Kept) audit.Row {
	r := who.row(reveal)
	r.TargetID, r.Target = k.TargetID, k.Target
	return r
}

// hidden says why nothing is shown; a refusal has its row.
func (d *Desk) hidden(ctx context.Context, who Actor, k once.Kept, err error) error {
	e := &Error{Kind: Gone, Action: reveal, Err: err}
	var spent *audit.SpentError
	switch {
	case errors.Is(err, once.ErrUnknown):
		e.Kind, e.Rule, e.Msg = NotFound, "once.unknown", "This session has nothing to show here."
	case errors.Is(err, once.ErrShown), errors.As(err, &spent):
		e.Rule, e.Msg = "once.shown", "This was shown already, and is shown once. If nobody has it, have Okta make another."
	case errors.Is(err, once.ErrExpired):
		e.Rule, e.Msg = "once.expired", "This was to be looked at within "+minutes(once.Life)+". It is forgotten; have Okta make another."
	default:
		return &Error{Kind: Unrecorded, Action: reveal, Err: err, Msg: "The record cannot be written right now, so nothing is shown. Try again within " + minutes(once.Life) + "."}
	}
	return d.notYours(ctx, revealRow(who, k), e)
}
