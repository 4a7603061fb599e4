package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// Close makes the decisions final. The revokes are then carried out one by one, in the
// actor's name as far as the policy asks for somebody who may, and the review is
// sealed. What is undecided stays as it is; undecided says that this was read and is
// meant.
func (r *Reviews) Close(ctx context.Context, who desk.Actor, id string, undecided bool) (Review, error) {
	if err := r.may(ctx, who, closed, r.desk.MayRunReviews(who)); err != nil {
		return Review{}, err
	}
	v, err := r.get(ctx, r.db.R, closed, id)
	switch {
	case err != nil:
		return v, unreadable(closed, err)
	case v.State != Open:
		return v, over(closed)
	case v.Count.Undecided() > 0 && !undecided:
		return v, &desk.Error{Kind: desk.Invalid, Action: closed, Field: "undecided", Msg: fmt.Sprintf("%d items are undecided. They stay as they are when the review is closed: say that this is meant, or wait.", v.Count.Undecided())}
	}
	if v.Count.Revoke > 0 {
		if e := r.desk.RevokeProof(ctx, who, closed); e != nil {
			return v, e
		}
	}
	row := r.row(who, closed, v.Plan.Name, words{Review: v.ID, Items: v.Count.All, Revokes: v.Count.Revoke, Open: v.Count.Undecided(), Carried: v.Count.Carried})
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		now, err := r.get(ctx, tx, closed, id)
		switch {
		case err != nil:
			return err
		case now.State != Open:
			return over(closed)
		case now.Count != v.Count:
			return fault(desk.Conflict, closed, "Somebody decided at the same moment. Nothing was closed. Look again, then close.")
		}
		v.State = Closing
		return r.begin(ctx, tx, &v, who)
	})
	if err == nil {
		r.stir()
	}
	return v, failed(closed, err)
}

// begin writes whose word the revokes are carried out on.
func (r *Reviews) begin(ctx context.Context, tx *sql.Tx, v *Review, who desk.Actor) error {
	v.State, v.Closed, v.closer, v.Closer, v.Sealed = Closing, r.moment(), kept(who), me(who), false
	v.closeMac = r.closeMacOf(*v)
	_, err := tx.ExecContext(ctx, `update review set state = 'closing', closed_at = $1, closer = $2, close_mac = $3, manifest = '' where id = $4`, store.Milli(v.Closed), v.closer, v.closeMac, v.ID)
	return err
}

func over(does desk.Action) *desk.Error {
	return fault(desk.Conflict, does, "The review is not open any more. Nothing was changed.")
}

// Again carries out once more, in the actor's name, what was left: revokes that took
// somebody else, that Okta refused, or of which nobody could tell. What is not as it
// was decided on any more is left to another review.
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
		res, err := tx.ExecContext(ctx, `update review_item set outcome = '', why = '', ask = '', attempt = attempt + 1, not_before = 0, outcome_seq = 0, outcome_at = 0
			where review = $1 and outcome in ('left', 'refused', 'unsure')`, id)
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
	row := r.row(who, stopped, v.Plan.Name, words{Review: v.ID, Items: v.Count.All, Open: v.Count.Undecided()})
	row.Reason = strings.TrimSpace(note)
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
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
