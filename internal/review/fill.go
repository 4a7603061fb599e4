package review

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// idOf is the id of a review that is about to begin: the same plan, from one form, gives
// the same one however often it is sent.
func (r *Reviews) idOf(who desk.Actor, p Plan) string {
	once := p.Once
	if once == "" {
		once = rand.Text()
	}
	plan, _ := json.Marshal(p) // texts and moments alone
	sum := sha256.Sum256([]byte(store.Mac(r.key, "review id", who.ID, once, string(plan))))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// writing is how long a review that is not whole may still be being written.
const writing = time.Minute

// begun is the review that was begun under an id, if there is one; the zero Review: there
// is none. One whose start was cut off is out of the way then.
func (r *Reviews) begun(ctx context.Context, id string) (Review, error) {
	v, err := r.get(ctx, r.db.R, started, id)
	if err == nil {
		return v, nil
	}
	half, err2 := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where id = $1 and state = 'filling'`, id)
	switch e := new(desk.Error); {
	case err2 != nil || !errors.As(err, &e) || e.Kind != desk.NotFound:
		return Review{}, errors.Join(err, err2)
	case len(half) == 0:
		return Review{}, nil
	case r.now().Sub(half[0].Started) < writing:
		return Review{}, fault(desk.Conflict, started, "This review is being begun already. Look under Reviews in a moment.")
	}
	return Review{}, r.drop(ctx, id)
}

// abandon gets what was written of a review out of the way of the next attempt to begin
// it. Where that fails it is forgotten later.
func (r *Reviews) abandon(ctx context.Context, id string) {
	if err := r.drop(context.WithoutCancel(ctx), id); err != nil {
		r.log.WarnContext(ctx, "a review that was begun by half could not be removed", "error", err)
	}
}

// drop forgets a review whose start was cut off.
func (r *Reviews) drop(ctx context.Context, id string) error {
	_, err1 := r.db.W.ExecContext(ctx, `delete from review_item where review = $1 and exists (select 1 from review where id = $1 and state = 'filling')`, id)
	_, err2 := r.db.W.ExecContext(ctx, `delete from review where id = $1 and state = 'filling'`, id)
	return errors.Join(err1, err2)
}

// How many rows one statement writes, and one transaction.
const (
	fillRows = 20
	fillTx   = 500
)

// fill writes a review and its items. Until the record has its start it is not there
// for anybody.
func (r *Reviews) fill(ctx context.Context, v Review, items []Item) error {
	_, err := r.db.W.ExecContext(ctx, `insert into review (`+reviewColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '', 0, 0, '', '', '', '', '')`,
		v.ID, v.Plan.Name, v.plan, v.Owner.ID, v.Owner.Name, string(v.State), store.Milli(v.AsOf), store.Milli(v.Started), store.Milli(v.Plan.Due))
	if err != nil {
		return fmt.Errorf("keep a review: %w", err)
	}
	for part := range slices.Chunk(items, fillTx) {
		if err := r.fillPart(ctx, v.ID, part); err != nil {
			r.abandon(ctx, v.ID)
			return fmt.Errorf("keep the items of a review: %w", err)
		}
	}
	return nil
}

func (r *Reviews) fillPart(ctx context.Context, id string, items []Item) error {
	tx, err := r.db.W.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	for part := range slices.Chunk(items, fillRows) {
		if err := r.insert(ctx, tx, id, part); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (r *Reviews) insert(ctx context.Context, tx *sql.Tx, id string, items []Item) error {
	const columns = 27
	var rows []string
	var args []any
	for _, i := range items {
		i.Review = id
		b, err := json.Marshal(i.Evidence)
		if err != nil {
			return err
		}
		i.evidence = string(b)
		i = r.vouched(i)
		marks := make([]string, columns)
		for c := range marks {
			marks[c] = fmt.Sprintf("$%d", len(args)+c+1)
		}
		rows = append(rows, "("+strings.Join(marks, ",")+")")
		args = append(args, i.Review, i.N, i.Key, i.Evidence.Person.ID, i.evidence, i.mac, i.Reviewer.ID, i.Reviewer.Name, i.Fallback, flag(i.Asking), string(i.Verdict), i.Note,
			i.decider, i.By.ID, i.By.Name, store.Milli(i.At), i.Seq, i.Carried, i.wordMac, i.Version, "", "", "", 0, 0, 0, 0)
	}
	_, err := tx.ExecContext(ctx, `insert into review_item (`+itemColumns+`) values `+strings.Join(rows, ","), args...) //nolint:gosec // placeholders alone
	return err
}
