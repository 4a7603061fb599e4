package review

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// Final is a close as somebody presses it.
type Final struct {
	Shown     string // of the Forecast that they read
	Undecided bool   // that what is undecided or skipped stays as it is was read, and is meant
	Ticket    string // its number, where the policy asks for one
}

// Close makes the decisions final, as they were shown to the actor. The revokes are then
// carried out one by one, in the actor's name as far as the policy asks for somebody who
// may, and the review is sealed. What is undecided stays as it is.
func (r *Reviews) Close(ctx context.Context, who desk.Actor, id string, f Final) (Review, error) {
	if err := r.may(ctx, who, closed, r.desk.MayRunReviews(who)); err != nil {
		return Review{}, err
	}
	v, err := r.get(ctx, r.db.R, closed, id)
	if err != nil {
		return v, unreadable(closed, err)
	}
	if v.Ticket = strings.TrimSpace(f.Ticket); v.State != Open {
		return v, over(closed)
	}
	if err := r.mayEnd(ctx, who, closed, v); err != nil {
		return v, err
	}
	if err := r.complete(v, f); err != nil {
		return v, err
	}
	row := r.row(who, closed, v.Plan.Name, words{Review: v.ID, Items: v.Count.All, Revokes: v.Count.Revoke, Open: v.Count.Undecided(), Carried: v.Count.Carried})
	row.Ticket = v.Ticket
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		now, err := reviewRow(ctx, tx, closed, id)
		if err != nil {
			return err
		}
		if now.State != Open {
			return over(closed)
		}
		items, err := stand(ctx, tx, id)
		if err == nil {
			err = r.asShown(ctx, tx, v, items, f.Shown)
		}
		if err != nil {
			return err
		}
		return r.begin(ctx, tx, &v, items, who)
	})
	if err == nil {
		r.stir()
	}
	return v, failed(closed, err)
}

// complete refuses a close in which something is left unsaid.
func (r *Reviews) complete(v Review, f Final) error {
	wrong := func(field, msg string) error {
		return &desk.Error{Kind: desk.Invalid, Action: closed, Field: field, Msg: msg}
	}
	_, ticket := r.desk.RevokesNeed()
	switch {
	case v.Count.Stays() != "" && !f.Undecided:
		return wrong("undecided", v.Count.Stays()+" when the review is closed. Tick that this is meant, or wait.")
	case ticket && v.Count.Revoke > 0 && v.Ticket == "":
		return wrong("ticket", "Give the number of the ticket: the policy asks for one where roles are taken away.")
	}
	if e := desk.Ticket(closed, v.Ticket); e != nil {
		return e
	}
	return nil
}

// mayEnd refuses to end a review, with a row, to whoever is about to lose a role by it and
// did not start it: else they would have the last word on their own role. Where roles
// are to be taken away it asks for a fresh sign-in.
func (r *Reviews) mayEnd(ctx context.Context, who desk.Actor, does desk.Action, v Review) error {
	items, err := stand(ctx, r.db.R, v.ID)
	if err != nil {
		return unreadable(does, err)
	}
	if losesBy(items, who, v) {
		return r.desk.Deny(ctx, who, does, desk.Decision{Rule: "review.self", Why: "A role of your own is to be taken away in this review, so somebody else ends it.", Ask: "Ask " + v.Owner.Name + ", who started it."})
	}
	if v.Count.Revoke > 0 {
		if e := r.desk.RevokeProof(ctx, who, does); e != nil {
			return e
		}
	}
	return nil
}

// losesBy reports whether the actor is to lose a role by a review that somebody else
// started.
func losesBy(items []Item, who desk.Actor, v Review) bool {
	me := who.OktaID.String()
	return v.Owner.ID != me && slices.ContainsFunc(items, func(i Item) bool { return i.Verdict == Revoke && i.Evidence.Person.ID == me })
}

// begin writes whose word the revokes are carried out on, and what was decided.
func (r *Reviews) begin(ctx context.Context, tx *sql.Tx, v *Review, items []Item, who desk.Actor) error {
	v.State, v.Closed, v.closer, v.Closer, v.Sealed = Closing, r.moment(), kept(who), me(who), false
	v.closeMac = r.closeMacOf(*v, items)
	_, err := tx.ExecContext(ctx, `update review set state = 'closing', closed_at = $1, closer = $2, close_mac = $3, ticket = $4, manifest = '' where id = $5`, store.Milli(v.Closed), v.closer, v.closeMac, v.Ticket, v.ID)
	return err
}

func over(does desk.Action) *desk.Error {
	return fault(desk.Conflict, does, "The review is not open any more. Nothing was changed.")
}

// Again carries out once more, in the actor's name, what was left: revokes that took
// somebody else, that Okta refused, or of which nobody could tell. What is not as it
// was decided on any more is left to another review. It refuses whoever could carry out
// nothing of it.
func (r *Reviews) Again(ctx context.Context, who desk.Actor, id string) (Review, error) {
	if err := r.may(ctx, who, closed, r.desk.MayRunReviews(who)); err != nil {
		return Review{}, err
	}
	v, err := r.get(ctx, r.db.R, closed, id)
	if err != nil {
		return v, unreadable(closed, err)
	}
	if e := r.desk.RevokeProof(ctx, who, closed); e != nil {
		return v, e
	}
	if err := r.couldAny(ctx, who, v); err != nil {
		return v, err
	}
	row := r.row(who, closed, v.Plan.Name, words{Review: v.ID, Revokes: v.Count.Left})
	row.Detail += ": what was left is carried out again"
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		now, err := reviewRow(ctx, tx, closed, id)
		if err != nil {
			return err
		}
		if now.State != Closed {
			return fault(desk.Conflict, closed, "The review is not closed, or what was left is under way. Nothing was changed.")
		}
		items, err := stand(ctx, tx, id)
		if err == nil {
			v.Again, err = repeats(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		if now.Again = v.Again; !r.meant(now, items) { // not to be vouched for anew
			return foreign(closed)
		}
		res, err := tx.ExecContext(ctx, `update review_item set outcome = '', why = '', ask = '', attempt = attempt + 1, not_before = 0, outcome_seq = 0, outcome_at = 0
			where review = $1 and outcome in `+again, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(fault(desk.Conflict, closed, "Nothing is left that could be carried out."), err)
		}
		return r.repeat(ctx, tx, &v, who)
	})
	if err == nil {
		r.stir()
	}
	return v, failed(closed, err)
}

// again are the ends of revokes that can be carried out once more.
const again = `('left', 'refused', 'unsure', 'given_up')`

// couldAny refuses whoever could carry out nothing of what was left.
func (r *Reviews) couldAny(ctx context.Context, who desk.Actor, v Review) error {
	items, err := all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where review = $1 and outcome in `+again+` order by n`, v.ID)
	if err != nil || v.State != Closed {
		return unreadable(closed, err)
	}
	take, left, err := r.foretell(ctx, who, v, items)
	if err != nil || len(take) > 0 || len(left) == 0 {
		return unreadable(closed, err)
	}
	e := r.desk.Deny(ctx, who, closed, desk.Decision{Rule: "review.none", Why: "You could carry out none of what is left. " + left[0].Why, Ask: left[0].Ask})
	e.Kind = desk.Guarded // it is said above the review
	return e
}

// Stop ends a review without doing anything.
func (r *Reviews) Stop(ctx context.Context, who desk.Actor, id, note string) error {
	if err := r.may(ctx, who, stopped, r.desk.MayRunReviews(who)); err != nil {
		return err
	}
	if e := desk.Legible(stopped, note, true); e != nil {
		return e
	}
	v, err := r.get(ctx, r.db.R, stopped, id)
	if err != nil {
		return unreadable(stopped, err)
	}
	if err := r.mayEnd(ctx, who, stopped, v); err != nil {
		return err
	}
	row := r.row(who, stopped, v.Plan.Name, words{Review: v.ID, Items: v.Count.All, Open: v.Count.Undecided()})
	row.Reason = strings.TrimSpace(note)
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		items, err := stand(ctx, tx, id)
		if err != nil {
			return err
		}
		if losesBy(items, who, v) { // decided this moment
			return fault(desk.Conflict, stopped, "Somebody just decided to take a role of your own away. Nothing was stopped.")
		}
		res, err := tx.ExecContext(ctx, `update review set state = 'stopped', closed_at = $1 where id = $2 and state = 'open'`, store.Milli(r.moment()), id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(over(stopped), err)
		}
		return nil
	})
	return failed(stopped, err)
}

// guarded runs do in a transaction that is committed only while the lease is held.
func (r *Reviews) guarded(ctx context.Context, lease *store.Lease, do func(context.Context, *sql.Tx) error) error {
	return r.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		return do(ctx, tx)
	})
}
