package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

const (
	// giveUp is how long a revoke is tried that Okta does not take, or of which nobody
	// can tell whether it happened.
	giveUp = time.Hour
	// mapLags is how long the end of a review waits for the map to read those again
	// whose roles were taken.
	mapLags = 2 * time.Minute
	idle    = 5 * time.Second
)

// CarryOut goes on with every review that was closed, as far as it gets now, and
// returns when there is more to do; 0: there is nothing. Of several processes one works
// on a review at a time; it may be cut off anywhere, and goes on from there.
func (r *Reviews) CarryOut(ctx context.Context) (time.Duration, error) {
	due, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where state = 'closing' or state = 'closed' and manifest = '' order by closed_at, id`)
	if err != nil {
		return idle, err
	}
	var next time.Duration
	for _, v := range due {
		wait, verr := r.carryOut(ctx, v)
		if verr != nil {
			err, wait = errors.Join(err, fmt.Errorf("review %s: %w", v.ID, verr)), idle
		}
		if wait > 0 && (next == 0 || wait < next) {
			next = wait
		}
	}
	return next, err
}

func (r *Reviews) carryOut(ctx context.Context, v Review) (time.Duration, error) {
	if !r.busy.TryLock() { // where there is one process, its lease holds nobody off
		return idle, nil
	}
	defer r.busy.Unlock()
	lease, ok, err := r.db.TryLease(ctx, "review "+v.ID)
	if !ok || err != nil {
		return idle, err
	}
	defer lease.End()
	if v, err = r.get(ctx, r.db.R, closed, v.ID); err != nil { // another process may have been quicker
		return idle, err
	}
	if v.State == Closing {
		if wait, err := r.revokes(ctx, v, lease); wait > 0 || err != nil {
			return wait, err
		}
		if wait, err := r.end(ctx, v, lease); wait > 0 || err != nil {
			return wait, err
		}
	}
	return 0, r.seal(ctx, v.ID, lease)
}

// revokes carries out what is due, and returns how long the next one has to wait; 0:
// each has its end.
func (r *Reviews) revokes(ctx context.Context, v Review, lease *store.Lease) (time.Duration, error) {
	items, err := all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where review = $1 and verdict = 'revoke' and outcome = '' order by n`, v.ID)
	if err != nil {
		return 0, err
	}
	var next time.Duration
	for _, i := range items {
		wait := i.NotBefore.Sub(r.now())
		if wait <= 0 {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			if wait, err = r.one(ctx, v, i, lease); err != nil {
				return 0, err
			}
		}
		if wait > 0 && (next == 0 || wait < next) {
			next = wait
		}
	}
	return next, nil
}

// one carries out one revoke, and keeps how it ended or when it is tried again.
func (r *Reviews) one(ctx context.Context, v Review, i Item, lease *store.Lease) (time.Duration, error) {
	res, err := r.revoke(ctx, v, i)
	if err != nil {
		return 0, err
	}
	if late := r.now().Sub(v.Closed) > giveUp; late && (res.End == desk.EndAgain || res.End == desk.EndUnsure) {
		res.Why += " It was tried for an hour. Carry out what is left once more, later."
		if res.End == desk.EndAgain {
			res.End = desk.EndRefused
		}
		res.After = 0
	}
	i.Outcome, i.NotBefore = Outcome{res.End, res.Why, res.Ask, res.Seq, r.moment()}, time.Time{}
	if res.After > 0 {
		i.Outcome = Outcome{Why: res.Why}
		i.NotBefore = r.moment().Add(res.After)
		if res.End == desk.EndAgain && res.Seq > 0 { // that one was sent
			i.Attempt++
		}
	}
	err = r.guarded(ctx, lease, func(ctx context.Context, tx *sql.Tx) error { return putItem(ctx, tx, i) })
	return res.After, err
}

// revoke has the desk do it.
func (r *Reviews) revoke(ctx context.Context, v Review, i Item) (desk.Revoked, error) {
	closer, err1 := actor(v.closer)
	decider, err2 := actor(i.decider)
	person, err3 := okta.ParseUserID(i.Evidence.Person.ID)
	role, err4 := okta.ParseRoleID(i.Evidence.Role.ID)
	if !r.ours(i) || !store.SameMac(v.closeMac, r.closeMacOf(v)) || errors.Join(err1, err2, err3, err4) != nil {
		r.log.ErrorContext(ctx, "an item of a review is not as this console wrote it; somebody else writes in the database, or replicas have different keys", "review", v.ID, "item", i.N)
		row := about(r.row(self(), closed, v.Plan.Name, words{Review: v.ID, Item: i.N}), i)
		row.Detail = "review.changed"
		seq, err := r.record.Add(ctx, row)
		return desk.Revoked{End: desk.EndRefused, Seq: seq, Why: "What stands here is not what this console wrote: somebody changed it in the database. Nothing was sent.", Ask: "Tell whoever runs Keydesk."}, err
	}
	e := i.Evidence
	return r.desk.Revoke(okta.Background(ctx), desk.Order{
		Review: v.ID, Name: v.Plan.Name, Item: i.N, Attempt: i.Attempt + 1, Person: person,
		Role:    okta.Role{ID: role, Type: okta.RoleType(e.Role.Type), Label: e.Role.Label, AssignmentType: e.Role.How, AssigneeID: e.Role.Assignee, Created: moment(e.Since)},
		Through: e.Role.Through, Limits: e.limits(), Known: e.Reach == Everything || e.Reach == Limited, Note: i.Note,
		Decided: desk.Said{Who: decider, At: i.At}, Closed: desk.Said{Who: closer, At: v.Closed},
	})
}

// end writes what the map shows afterwards, tells it what was reviewed, and closes the
// review. It waits a while for the map to have read everybody again.
func (r *Reviews) end(ctx context.Context, v Review, lease *store.Lease) (time.Duration, error) {
	items, err := all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where review = $1 order by n`, v.ID)
	if err != nil {
		return 0, err
	}
	after, stale, err := r.after(ctx, v, items)
	if err != nil {
		return 0, err
	}
	if stale && r.now().Sub(v.Closed) < mapLags {
		return time.Second, nil
	}
	ends := map[desk.Ending]int{}
	for _, i := range items {
		if i.Outcome.End != "" {
			ends[i.Outcome.End]++
		}
	}
	if v.Ended.IsZero() { // to carry out once more is not to look once more
		if err := r.proven(ctx, looked(v, items)); err != nil {
			return 0, err
		}
	}
	err = r.guarded(ctx, lease, func(ctx context.Context, tx *sql.Tx) error { return remember(ctx, tx, v.ID, after, items) })
	if err != nil {
		return 0, err
	}
	row := r.row(self(), ended, v.Plan.Name, words{Review: v.ID, Items: len(items), Revokes: v.Count.Revoke, Ends: endWords(ends)})
	row.Reason = "closed by " + v.Closer.Name
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `update review set state = 'closed', ended_at = $1 where id = $2 and state = 'closing'`, store.Milli(r.moment()), v.ID)
		return store.MetOne(res, err, over(ended))
	})
	return 0, err
}

func endWords(ends map[desk.Ending]int) (out []string) {
	for _, e := range []desk.Ending{desk.EndDone, desk.EndGone, desk.EndDrift, desk.EndLeft, desk.EndRefused, desk.EndUnsure} {
		if ends[e] > 0 {
			out = append(out, fmt.Sprintf("%s:%d", e, ends[e]))
		}
	}
	return out
}

// after is what the map holds now of the people and the scope of a review; stale says
// that somebody of them is about to be read again.
func (r *Reviews) after(ctx context.Context, v Review, items []Item) (out []Evidence, stale bool, err error) {
	held, err := r.held(ctx)
	if err != nil {
		return nil, false, err
	}
	people := map[string]bool{}
	for _, i := range items {
		people[i.Evidence.Person.ID] = true
	}
	scope := Scope{Role: v.Plan.Scope.Role, Department: v.Plan.Scope.Department}
	for _, a := range held {
		e := evidenceOf(a)
		if people[e.Person.ID] && scope.fits(e, true) {
			out = append(out, e)
			stale = stale || a.Person.Stale
		}
	}
	slices.SortFunc(out, byPerson)
	return out, stale, nil
}
