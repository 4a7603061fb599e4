package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

const (
	askedAtOnce = 25        // items whose reviewer is looked up before they are written
	halfFilled  = time.Hour // after which a review is forgotten whose items were not all written
)

// Work does what has to be done beside requests, until ctx ends: it looks reviewers up,
// reminds them, and carries out what was closed. Every replica does it.
func (r *Reviews) Work(ctx context.Context) {
	t := time.NewTimer(0)
	defer t.Stop()
	for said := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-r.wake:
		}
		next, err := r.CarryOut(ctx)
		err = errors.Join(err, r.LookUp(ctx), r.Remind(ctx), r.Forget(ctx))
		now := ""
		if err != nil {
			now = err.Error()
		}
		if now != "" && now != said && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "reviews could not be gone on with; it is tried again", "error", err)
		}
		said = now // once, until it works again
		if next <= 0 || next > idle {
			next = idle
		}
		t.Reset(next)
	}
}

// Forget forgets reviews whose start was cut off.
func (r *Reviews) Forget(ctx context.Context) error {
	before := r.moment().Add(-halfFilled).UnixMilli()
	old, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where state = 'filling' and started_at < $1`, before)
	for _, v := range old {
		err = errors.Join(err, r.drop(ctx, v.ID))
	}
	return err
}

// LookUp asks Okta who the managers are that decide, for the reviews that go by them.
func (r *Reviews) LookUp(ctx context.Context) error {
	open, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review v where state = 'open' and exists (select 1 from review_item i where i.review = v.id and i.asking = 1)`)
	for _, v := range open {
		err = errors.Join(err, r.lookUpIn(ctx, v))
	}
	return err
}

func (r *Reviews) lookUpIn(ctx context.Context, v Review) error {
	lease, ok, err := r.db.TryLease(ctx, "reviewers "+v.ID)
	if !ok || err != nil {
		return err
	}
	defer lease.End()
	relation, err := okta.ParseLinkName(v.Plan.Reviewers.Manager)
	if err != nil {
		return err
	}
	for after := 0; ctx.Err() == nil; {
		items, err := all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where review = $1 and asking = 1 and n > $2 order by n limit $3`, v.ID, after, askedAtOnce)
		if err != nil || len(items) == 0 {
			return err
		}
		after = items[len(items)-1].N
		items = slices.DeleteFunc(items, func(i Item) bool { return !r.ours(i) })
		if err := r.ask(ctx, v, items, relation, lease); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ask looks up who decides on some items, each person once, and hands them over.
func (r *Reviews) ask(ctx context.Context, v Review, items []Item, relation okta.LinkName, lease *store.Lease) error {
	managers, which := map[string]desk.Colleague{}, []int{}
	for n := range items {
		i := &items[n]
		m, known := managers[i.Evidence.Person.ID]
		if !known {
			id, err := okta.ParseUserID(i.Evidence.Person.ID)
			if err != nil {
				return err
			}
			if m, err = r.manager(ctx, id, relation); err != nil {
				return err
			}
			managers[i.Evidence.Person.ID] = m
		}
		named := Person{m.ID.String(), m.Name, m.Login}
		if m.No != "" {
			named = Person{}
		}
		i.give(named, v.Plan.Reviewers, v.Owner, m.No)
		i.Version++
		which = append(which, i.N)
	}
	if len(which) == 0 {
		return nil
	}
	row := r.row(self(), reassigned, v.Plan.Name, words{Review: v.ID, Which: which})
	row.Detail += ": handed to who is named as " + relation.String() + ", or to the fallback"
	_, err := r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		for _, i := range items {
			now, err := itemRow(ctx, tx, reassigned, v.ID, i.N)
			if err != nil {
				return err
			}
			if now.Asking && now.Version == i.Version-1 && r.ours(now) { // else somebody has handed it on meanwhile
				if err := r.changeItem(ctx, tx, i); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return err
}

// manager is who a relation names. Where the credential may not ask, it says so: to ask
// again would not help.
func (r *Reviews) manager(ctx context.Context, of okta.UserID, relation okta.LinkName) (desk.Colleague, error) {
	c, err := r.desk.Manager(okta.Background(ctx), of, relation)
	var de *desk.Error
	if errors.As(err, &de) && de.Scope != "" {
		return desk.Colleague{No: "Who is named as " + relation.String() + " cannot be read. " + de.Msg}, nil
	}
	return c, err
}

// remindAt are how long before a review is due its reviewers are reminded.
func remindAt() []time.Duration { return []time.Duration{72 * time.Hour, 24 * time.Hour, 0} }

// Remind writes a row of the record for everybody who has something left to decide,
// three days and one before a review is due, and when it is: the record is sent to the
// places outside, so that is how a reminder gets there.
func (r *Reviews) Remind(ctx context.Context) error {
	open, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where state = 'open' and reminded < $1`, len(remindAt()))
	for _, v := range open {
		stage, now := v.reminded, false
		for stage < len(remindAt()) && v.Plan.Due.Sub(r.now()) <= remindAt()[stage] {
			now = now || v.Plan.Due.Sub(v.Started) > remindAt()[stage] // one that lay before the start is none
			stage++
		}
		if stage > v.reminded {
			err = errors.Join(err, r.remind(ctx, v, stage, now))
		}
	}
	return err
}

func (r *Reviews) remind(ctx context.Context, v Review, stage int, now bool) error {
	lease, ok, err := r.db.TryLease(ctx, "reminders "+v.ID)
	if !ok || err != nil {
		return err
	}
	defer lease.End()
	var rows []audit.Row
	if now {
		if rows, err = r.reminders(ctx, v); err != nil {
			return err
		}
	}
	err = r.record.Together(ctx, rows, func(ctx context.Context, tx *sql.Tx) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `update review set reminded = $1 where id = $2 and reminded < $1`, stage, v.ID)
		return store.MetOne(res, err, errReminded)
	})
	if errors.Is(err, errReminded) {
		return nil
	}
	return err
}

var errReminded = errors.New("another process has reminded them")

// reminders are the rows of the record for who has something left to decide; what is
// handed to nobody is for the owner, who hands it on.
func (r *Reviews) reminders(ctx context.Context, v Review) (rows []audit.Row, err error) {
	left, err := all(ctx, r.db.R, scanCount, `select reviewer, max(reviewer_name), `+counts+` from review_item where review = $1 and verdict = '' group by reviewer order by 2, 1`, v.ID)
	for _, c := range left {
		waits := "wait for a decision"
		if c.of == "" {
			waits, c.of, c.name = "wait to be handed to somebody", v.Owner.ID, v.Owner.Name
		}
		row := r.row(self(), reminded, v.Plan.Name, words{Review: v.ID, Open: c.All, Due: stamp(v.Plan.Due), Reviewer: c.name})
		row.TargetID = c.of
		row.Detail = fmt.Sprintf("%s: %d items %s, due %s", v.Plan.Name, c.All, waits, v.Plan.Due.UTC().Format("2 January 2006 15:04 MST"))
		rows = append(rows, row)
	}
	return rows, err
}
