package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// Choice is a decision on one item, as somebody makes it. Version is that of the item
// as they saw it.
type Choice struct {
	Review  string
	N       int
	Version int
	Verdict Verdict // empty: undo
	Note    string
	Looked  bool // they opened the evidence
}

// Decide decides on an item, in place of what was decided before; without a verdict it
// is undecided again. The actor has to be its reviewer, and it must be as they saw it:
// an error of kind Conflict says what it is now. To send the same once more does nothing.
func (r *Reviews) Decide(ctx context.Context, who desk.Actor, c Choice) (Item, error) {
	does := decided
	if c.Verdict == "" {
		does = undone
	}
	if dec := r.desk.MayReview(who); !dec.Allowed {
		return Item{}, r.desk.Deny(ctx, who, does, dec)
	}
	c.Note = strings.TrimSpace(c.Note)
	v, was, err := r.both(ctx, r.db.R, does, c.Review, c.N)
	if err != nil {
		return Item{}, unreadable(does, err)
	}
	if was.repeated(who, c) {
		return was, nil
	}
	if err := r.mayDecide(ctx, who, does, v, was, c); err != nil {
		return was, err
	}
	is := was.decided(who, c, r)
	row := about(r.row(who, does, v.Plan.Name, words{Review: v.ID, Item: c.N, Role: is.Evidence.Role.Type, How: is.Evidence.Role.How, Verdict: c.Verdict, Was: was.Verdict, Looked: c.Looked}), is)
	row.Reason = c.Note
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, seq int64) error {
		now, i, err := r.both(ctx, tx, does, c.Review, c.N)
		if err == nil {
			err = r.stale(does, now, i, c.Version)
		}
		if err != nil {
			return err
		}
		if c.Verdict != "" {
			is.Seq = seq
		}
		return errors.Join(r.changeItem(ctx, tx, is), step(ctx, tx, is, who, c, seq, r))
	})
	return is, failed(does, err)
}

// both are an item and its review.
func (r *Reviews) both(ctx context.Context, on store.Querier, does desk.Action, id string, n int) (v Review, i Item, err error) {
	if n < 1 || n > math.MaxInt32 { // PostgreSQL takes no larger number for one
		return v, i, gone(does)
	}
	if v, err = reviewRow(ctx, on, does, id); err == nil {
		i, err = itemRow(ctx, on, does, id, n)
	}
	if err == nil && v.State == Filling {
		err = gone(does)
	}
	return v, i, err
}

// repeated reports whether the choice was made already, by the same person on the same
// version: the browser sent it twice.
func (i Item) repeated(who desk.Actor, c Choice) bool {
	return c.Verdict != "" && i.Version == c.Version+1 && i.Verdict == c.Verdict && i.Note == c.Note && i.By.ID == who.OktaID.String()
}

// stale refuses what is not as it was seen.
func (r *Reviews) stale(does desk.Action, v Review, i Item, version int) error {
	switch {
	case !r.ours(i):
		return foreign(does)
	case v.State != Open:
		return fault(desk.Conflict, does, "The review is closed, so decisions are final. Nothing was changed.")
	case i.Asking:
		return fault(desk.Conflict, does, "Who decides on this is still looked up. Nothing was changed.")
	case i.Version != version && i.By.Name != "":
		return fault(desk.Conflict, does, fmt.Sprintf("This was changed meanwhile: %s decided to %s. Nothing was changed. Look again, then decide.", i.By.Name, i.Verdict))
	case i.Version != version:
		return fault(desk.Conflict, does, "This was changed meanwhile. Nothing was changed. Look again, then decide.")
	}
	return nil
}

// What is said of an item that the console did not write so.
const (
	notOurs    = "What stands here is not what this console wrote: somebody changed it in the database."
	askKeepers = "Tell whoever runs Keydesk."
)

// foreign refuses an item that the console did not write so.
func foreign(does desk.Action) *desk.Error {
	return &desk.Error{Kind: desk.Conflict, Action: does, Rule: "review.changed", Msg: notOurs + " Nothing was changed. " + askKeepers}
}

// mayDecide refuses who may not decide on the item, what is mistyped, and what is not
// as it was seen.
func (r *Reviews) mayDecide(ctx context.Context, who desk.Actor, does desk.Action, v Review, i Item, c Choice) error {
	no := func(rule, why, ask string) error {
		return r.desk.Deny(ctx, who, does, desk.Decision{Rule: rule, Why: why, Ask: ask})
	}
	switch {
	case who.OktaID.String() == i.Evidence.Person.ID:
		return no("review.self", "Nobody decides on their own roles.", "Ask "+v.Owner.Name+" to hand it to somebody else.")
	case i.Reviewer.ID == "" && !i.Asking:
		return no("review.reviewer", "This is handed to nobody yet.", "Ask "+v.Owner.Name+".")
	case i.Reviewer.ID != who.OktaID.String() && !i.Asking:
		return no("review.reviewer", i.Reviewer.Name+" decides on this.", "Ask "+v.Owner.Name+" to hand it to you.")
	case c.Verdict != "" && !slices.Contains(Verdicts(), c.Verdict):
		return fault(desk.Invalid, does, "There is no such decision.")
	case c.Verdict == "" && i.Verdict == "" && i.Version == c.Version:
		return fault(desk.Conflict, does, "Nothing is decided here yet.")
	}
	if e := desk.Legible(does, c.Note, v.Plan.NeedsReason(c.Verdict)); e != nil {
		return e
	}
	if err := r.stale(does, v, i, c.Version); err != nil {
		return err
	}
	if c.Verdict == Revoke && i.Evidence.Two {
		if e := r.desk.RevokeProof(ctx, who, does); e != nil {
			return e
		}
	}
	return nil
}

// decided is the item after a choice.
func (i Item) decided(who desk.Actor, c Choice, r *Reviews) Item {
	i.Version++
	i.Verdict, i.Note, i.Carried = c.Verdict, c.Note, ""
	i.By, i.At, i.decider = me(who), r.moment(), kept(who)
	if c.Verdict == "" {
		i.By, i.At, i.decider, i.Note, i.Seq = Person{}, time.Time{}, "", "", 0
	}
	return i
}

// step notes a decision for pace and streaks.
func step(ctx context.Context, tx *sql.Tx, i Item, who desk.Actor, c Choice, seq int64, r *Reviews) error {
	_, err := tx.ExecContext(ctx, `insert into review_step (seq, review, n, by_id, verdict, looked, at) values ($1, $2, $3, $4, $5, $6, $7)`,
		seq, i.Review, i.N, who.OktaID.String(), string(c.Verdict), flag(c.Looked), store.Milli(r.moment()))
	return err
}

// reassignRows is how many items one row of the record is about.
const reassignRows = 50

// Reassign hands items to somebody else, who decides on them from now on; what was
// decided of them stays until they decide otherwise. All of them are handed on or none:
// one about that person is refused, and one about the actor that somebody has already.
func (r *Reviews) Reassign(ctx context.Context, who desk.Actor, id string, ns []int, to string) (Person, error) {
	if dec := r.desk.MayRunReviews(who); !dec.Allowed {
		return Person{}, r.desk.Deny(ctx, who, reassigned, dec)
	}
	c, err := r.colleague(ctx, to)
	if err != nil {
		return Person{}, unreadable(reassigned, err)
	}
	if c.No != "" {
		return Person{}, &desk.Error{Kind: desk.Invalid, Action: reassigned, Field: "reviewer", Msg: c.No + " Choose another reviewer."}
	}
	v, err := reviewRow(ctx, r.db.R, reassigned, id)
	if err != nil {
		return Person{}, unreadable(reassigned, err)
	}
	p := Person{to, c.Name, c.Login}
	ns = slices.Compact(slices.Sorted(slices.Values(ns)))
	var rows []audit.Row
	for part := range slices.Chunk(ns, reassignRows) {
		row := r.row(who, reassigned, v.Plan.Name, words{Review: id, Which: part, Reviewer: p.Login})
		row.TargetID, row.Target = p.ID, p.Login
		rows = append(rows, row)
	}
	return p, failed(reassigned, r.record.Together(ctx, rows, func(ctx context.Context, tx *sql.Tx) error {
		for _, n := range ns {
			if err := r.reassign(ctx, tx, who, id, n, p); err != nil {
				return err
			}
		}
		return nil
	}))
}

// reassign hands one item on.
func (r *Reviews) reassign(ctx context.Context, tx *sql.Tx, who desk.Actor, id string, n int, to Person) error {
	guarded := func(why, ask string) error {
		return &desk.Error{Kind: desk.Guarded, Rule: "review.self", Action: reassigned, Msg: why + " Nothing was handed on.", Ask: ask}
	}
	v, i, err := r.both(ctx, tx, reassigned, id, n)
	switch about := i.Evidence.Person.ID; {
	case err != nil:
		return err
	case v.State != Open:
		return fault(desk.Conflict, reassigned, "The review is closed, so decisions are final. Nothing was changed.")
	case !r.ours(i):
		return foreign(reassigned)
	case about == to.ID:
		return guarded(to.Name+" would decide on their own roles.", "Choose somebody else for what is about them.")
	case about == who.OktaID.String() && (i.Reviewer.ID != "" || i.Verdict != "" || i.Asking):
		return guarded("Nobody chooses who decides on their own roles, and "+i.Evidence.Role.Label+" of "+i.Evidence.Person.Name+" is somebody's already.", "Have somebody else hand it on who runs reviews.")
	}
	i.Reviewer, i.Fallback, i.Asking, i.Version = to, "", false, i.Version+1
	return r.changeItem(ctx, tx, i)
}

// shown writes into the record that somebody looked at a review: it is about
// administrators. That it cannot be written does not stop reading.
func (r *Reviews) shown(ctx context.Context, who desk.Actor, v Review) {
	row := r.row(who, seen, v.Plan.Name, words{Review: v.ID})
	row.Class = string(desk.Reading)
	if _, err := r.record.Add(ctx, row); err != nil {
		r.log.ErrorContext(ctx, "a sensitive view could not be recorded", "error", err)
	}
}
