package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Said is what somebody said in a review, and when.
type Said struct {
	Who Actor
	At  time.Time
}

// Order is a role that a review takes from somebody: the assignment as it was when
// it was decided on, and on whose word.
type Order struct {
	Review        string // its id
	Name          string
	Item, Attempt int // from 1
	Person        okta.UserID
	Login         string // the person's, as it was shown to whoever decided
	Role          okta.Role
	Through       string   // the name of the group that it is held through
	Limits        []string // ids of what it is limited to, sorted
	Known         bool     // whether the limits could be read; where not, they are not compared
	Note          string
	Ticket        string
	Decided       Said
	Closed        Said
}

// Ending is how the revoke of a review ended.
type Ending string

// The endings. Again is none: it is to be tried again after a while.
const (
	EndDone    Ending = "done"
	EndGone    Ending = "gone"     // nobody holds the role any more; nothing was sent
	EndDrift   Ending = "drift"    // it is not what was decided on; nothing was sent
	EndLeft    Ending = "left"     // it takes somebody else; nothing was sent
	EndRefused Ending = "refused"  // Okta refused it
	EndUnsure  Ending = "unsure"   // no answer came, and nobody could look
	EndGivenUp Ending = "given_up" // for as long as one is tried Okta could not be read, or did not take it
	EndAgain   Ending = "again"
)

// Revoked is the end of an Order.
type Revoked struct {
	End   Ending
	Why   string        // a sentence
	Ask   string        // whom to ask; may be empty
	Rule  string        // that decided
	Seq   int64         // the row of the record; of EndAgain: 0, where nothing was sent
	After time.Duration // of EndAgain and EndUnsure: when it may be tried again
}

// What a review's word is good for: how long after the close its revokes begin, and how
// old at the close what was decided may be where it takes two. Later nobody remembers
// what they agreed to.
const (
	closeHolds = 24 * time.Hour
	wordHolds  = 30 * 24 * time.Hour
)

// inFlight is how long a call that nobody waits for any more may still be on its
// way to Okta. Before that a role that is still there says nothing.
const inFlight = 5 * time.Second

// again is when something is tried again that could not be looked at.
const again = 2 * time.Second

// Revoke takes a role away on a review's word (operation RemoveRoleFromUser), as the
// system actor of reviews, under the lock on the person: the person and the roles are
// read afresh, the role must be as it was decided on, and the policy must allow it to
// whoever closed the review, and where it takes two to whoever decided. An attempt is
// sent once, whatever happens: told of it again, Revoke says how it ended. An error is
// of the record or the lock: nothing is known then, and the attempt is to be told again.
func (d *Desk) Revoke(ctx context.Context, o Order) (Revoked, error) {
	if r := o.never(); r.End != "" {
		return d.notRevoked(ctx, d.ordered(o), r)
	}
	if err := d.settle(ctx, o.Person); err != nil && !okta.IsNotFound(err) {
		d.log.WarnContext(ctx, "a change of unknown end could not be settled", "error", err)
	}
	x := d.ordered(o)
	wait, cancel := context.WithTimeout(ctx, turnTimeout)
	defer cancel()
	var err error
	if x.turn, err = d.turn(wait, personTurn(x.id)); err != nil {
		return Revoked{}, err
	}
	defer x.turn.leave()
	was, err := d.attempted(ctx, o)
	if err != nil {
		return Revoked{}, err
	}
	if was.Seq > 0 {
		return d.attemptEnded(ctx, o, was), nil
	}
	if e := d.readTarget(ctx, x); e != nil {
		return d.unread(ctx, x, e)
	}
	switch r := d.mayRevoke(ctx, x, o, d.afresh(x)); r.End {
	case "":
		return d.revoke(ctx, x, o)
	case EndAgain: // nothing was sent, and nothing is decided
		return r, nil
	default:
		return d.notRevoked(ctx, x, r)
	}
}

// GiveUp is the end of an order that was tried again and again and is not any more,
// with why the last try came to nothing.
func (d *Desk) GiveUp(ctx context.Context, o Order, why string) (Revoked, error) {
	return d.notRevoked(ctx, d.ordered(o), Revoked{End: EndGivenUp, Rule: "review.tried", Why: why, Ask: "Press " + onceMore + ", later."})
}

// onceMore is the button that carries out what is left.
const onceMore = "“Carry out what is left once more”"

// ordered is an order as a change on its way.
func (d *Desk) ordered(o Order) *deed {
	x := &deed{who: Reviews(o.Closed.Who, o.Decided.Who), spec: spec("roles.remove"), id: o.Person}
	x.opts.Note, x.opts.Ticket, x.opts.On = o.Note, o.Ticket, Object{Role: o.Role.ID}
	if x.opts.Note == "" {
		x.opts.Note = "review " + o.Name
	}
	x.named = named{RoleType: o.Role.Type, Review: o.Review, Item: o.Item, Attempt: o.Attempt, DecidedBy: o.Decided.Who.ID, ClosedBy: o.Closed.Who.ID}
	return x
}

// revoke sends it.
func (d *Desk) revoke(ctx context.Context, x *deed, o Order) (Revoked, error) {
	closer := o.Closed.Who
	quotas := countedFor(closer.ID, d.policy.quotas(x.spec.Risk))
	seq, err := d.record.Begin(ctx, x.row(), fmt.Sprintf("review %s %d %d", o.Review, o.Item, o.Attempt), x.turn.lease, quotas...)
	var over *audit.QuotaError
	switch {
	case errors.As(err, &over):
		return d.notRevoked(ctx, x, d.closerAtLimit(closer, over.Quota, over.Opens))
	case err != nil:
		return Revoked{}, err
	}
	x.seq = seq
	d.watch(ctx, closer, seq, quotas)
	err = d.okta.Roles.Remove(x.turn.sending(ctx, &x.got), x.id, x.opts.On.Role)
	_, ended := d.finish(ctx, x, Outcome{Label: "Okta removed the role."}, err)
	r := Revoked{Seq: seq, Rule: "okta"}
	var oe *okta.Error
	wait, limited := okta.IsLimited(err)
	switch {
	case err == nil:
		r.End, r.Why = EndDone, "Okta removed the role."
	case limited:
		r.End, r.After, r.Why = EndAgain, max(wait, time.Second), "Okta's rate limit is used up."
	case okta.IsUnsure(err):
		return d.looked(ctx, o, r, inFlight), nil
	case okta.IsNotFound(err):
		r.End, r.Why = EndGone, "Okta knows no such assignment any more."
	case errors.As(err, &oe) && oe.Status >= 400 && oe.Status < 500:
		r.End, r.Why = EndRefused, asError(ended).Msg
	default: // it did not reach Okta
		r.End, r.After, r.Why = EndAgain, again, "It did not reach Okta."
	}
	return r, nil
}

// attempted is what the record has of the same attempt; the zero Act: nothing.
func (d *Desk) attempted(ctx context.Context, o Order) (audit.Act, error) {
	acts, err := d.record.Acts(ctx, audit.Filter{Target: o.Person.String(), Action: "roles.remove", Actor: string(Reviewer), Limit: 500})
	if err != nil {
		return audit.Act{}, err
	}
	words := " " + named{Review: o.Review, Item: o.Item, Attempt: o.Attempt}.String() + " "
	for _, a := range acts {
		if a.Phase == audit.PhaseIntent && strings.Contains(" "+a.Params+" ", words) {
			return a, nil
		}
	}
	return audit.Act{}, nil
}

// attemptEnded says how an attempt ended that was sent before: by an earlier run of
// the program, that was cut off before it could keep the outcome.
func (d *Desk) attemptEnded(ctx context.Context, o Order, was audit.Act) Revoked {
	r := Revoked{Seq: was.Seq, Rule: "okta"}
	switch {
	case was.End == nil || was.End.Result == audit.Settled || was.End.Result == audit.Unknown:
		return d.looked(ctx, o, r, inFlight-d.now().Sub(was.At))
	case was.End.Result == audit.Done:
		r.End, r.Why = EndDone, "Okta removed the role."
	case was.End.Status == http.StatusNotFound:
		r.End, r.Why = EndGone, "Okta knows no such assignment any more."
	case was.End.Status == 0 || was.End.Status == http.StatusTooManyRequests:
		r.End, r.After, r.Why = EndAgain, again, "It did not reach Okta."
	default:
		r.End, r.Why = EndRefused, "Okta refused: "+was.End.Detail+"."
	}
	return r
}

// looked settles an attempt that got no answer by looking whether the role is there.
// One that is still there may be on its way to be gone for as long as left.
func (d *Desk) looked(ctx context.Context, o Order, r Revoked, left time.Duration) Revoked {
	roles, err := d.okta.Roles.List(ctx, o.Person)
	switch {
	case okta.IsNotFound(err):
		r.End, r.Why = EndGone, "Okta did not answer. We looked: the account is gone."
	case err != nil:
		r.End, r.After, r.Why = EndUnsure, again, "Okta did not answer, and the person could not be read again."
	case !slices.ContainsFunc(roles, o.same):
		r.End, r.Why = EndDone, "Okta did not answer. We looked: the role is gone."
	default:
		r.End, r.After, r.Why = EndAgain, max(left, again), "Okta did not answer. We looked: the role is still there."
	}
	return r
}

// same reports whether an assignment is the one that was decided on, as far as its
// name goes.
func (o Order) same(r okta.Role) bool { return r.ID == o.Role.ID && r.Direct() }

// notRevoked is the end of an order of which nothing was sent; the record has it.
func (d *Desk) notRevoked(ctx context.Context, x *deed, r Revoked) (Revoked, error) {
	row := x.row()
	row.Phase, row.Detail = audit.PhaseRefused, "review."+string(r.End)+": "+r.Rule
	seq, err := d.record.Add(ctx, row)
	r.Seq = seq
	return r, err
}

// unread is the end of an order whose person could not be read.
func (d *Desk) unread(ctx context.Context, x *deed, e *Error) (Revoked, error) {
	if e.Kind == NotFound {
		return d.notRevoked(ctx, x, Revoked{End: EndGone, Rule: "users.gone", Why: "Okta knows nobody with this id any more."})
	}
	return Revoked{End: EndAgain, Rule: e.Rule, Why: e.Msg, After: max(e.RetryAfter, again)}, nil
}
