package review

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

const reviewColumns = `id, name, plan, owner_id, owner_name, state, as_of, started_at, due_at, closed_at, ended_at, closer, close_mac, first_seq, reminded, manifest, start_mac, end_mac, unsealed, ticket`

const itemColumns = `review, n, key, person_id, evidence, mac, reviewer, reviewer_name, fallback, asking, verdict, note, decider, decider_id, decider_name, decided_at,
	seq, carried, word_mac, version, outcome, why, ask, attempt, not_before, outcome_seq, outcome_at`

// all is store.All with the words for when it fails.
func all[T any](ctx context.Context, on store.Querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	out, err := store.All(ctx, on, scan, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read reviews: %w", err)
	}
	return out, nil
}

// one is the only row of a query; none is gone.
func one[T any](a desk.Action, found []T, err error) (v T, _ error) {
	switch {
	case err != nil:
		return v, err
	case len(found) == 0:
		return v, gone(a)
	}
	return found[0], nil
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func scanReview(rows *sql.Rows) (r Review, err error) {
	var name string
	var asOf, started, due, closed, ended int64
	err = rows.Scan(&r.ID, &name, &r.plan, &r.Owner.ID, &r.Owner.Name, &r.State, &asOf, &started, &due, &closed, &ended, &r.closer, &r.closeMac, &r.First, &r.reminded, &r.manifest, &r.startMac, &r.endMac, &r.unsealed, &r.Ticket)
	if err == nil {
		err = json.Unmarshal([]byte(r.plan), &r.Plan)
	}
	r.Plan.Name, r.Plan.Due = name, store.Moment(due)
	r.AsOf, r.Started, r.Closed, r.Ended, r.Sealed = store.Moment(asOf), store.Moment(started), store.Moment(closed), store.Moment(ended), r.manifest != ""
	if who, e := actor(r.closer); e == nil {
		r.Closer = me(who)
	}
	return r, err
}

func scanItem(rows *sql.Rows) (Item, error) { return scanItemAnd(rows) }

// scanItemAnd reads itemColumns, and what a query asks for behind them.
func scanItemAnd(rows *sql.Rows, more ...any) (i Item, err error) {
	var person string
	var asking int
	var decided, notBefore, outcomeAt int64
	err = rows.Scan(append([]any{
		&i.Review, &i.N, &i.Key, &person, &i.evidence, &i.mac, &i.Reviewer.ID, &i.Reviewer.Name, &i.Fallback, &asking, &i.Verdict, &i.Note, &i.decider, &i.By.ID, &i.By.Name,
		&decided, &i.Seq, &i.Carried, &i.wordMac, &i.Version, &i.Outcome.End, &i.Outcome.Why, &i.Outcome.Ask, &i.Attempt, &notBefore, &i.Outcome.Seq, &outcomeAt,
	}, more...)...)
	if err == nil {
		err = json.Unmarshal([]byte(i.evidence), &i.Evidence)
	}
	i.Asking, i.At, i.NotBefore, i.Outcome.At = asking > 0, store.Moment(decided), store.Moment(notBefore), store.Moment(outcomeAt)
	return i, err
}

// actor reads who decided or closed.
func actor(text string) (who desk.Actor, err error) {
	if text == "" {
		return who, errors.New("nobody")
	}
	return who, json.Unmarshal([]byte(text), &who)
}

// kept is an operator as a decision keeps them.
func kept(who desk.Actor) string {
	b, _ := json.Marshal(who) // texts and moments alone
	return string(b)
}

// The macs vouch for what is carried out later: the assignment as it was shown and who
// decides on it, the decision, and the close with all decisions that it made final. Who
// has the database alone cannot make one.
func (r *Reviews) itemMac(i Item) string {
	return store.Mac(r.key, "review item", i.Review, strconv.Itoa(i.N), i.Key, i.evidence, i.Reviewer.ID, i.Reviewer.Name, strconv.Itoa(flag(i.Asking)), strconv.Itoa(i.Version))
}

func (r *Reviews) wordMacOf(i Item) string {
	return store.Mac(r.key, "review word", i.Review, strconv.Itoa(i.N), i.Key, string(i.Verdict), i.Note, i.decider, i.By.ID, strconv.FormatInt(store.Milli(i.At), 10),
		strconv.FormatInt(i.Seq, 10), i.Carried, strconv.Itoa(i.Version))
}

func (r *Reviews) closeMacOf(v Review, items []Item) string {
	return store.Mac(r.key, "review close", v.ID, v.closer, strconv.FormatInt(store.Milli(v.Closed), 10), v.Ticket, sumOf(items))
}

// vouched is an item with the console's word for what it says now.
func (r *Reviews) vouched(i Item) Item {
	if i.mac, i.wordMac = r.itemMac(i), ""; i.Verdict != "" {
		i.wordMac = r.wordMacOf(i)
	}
	return i
}

// ours reports whether an item and its decision are as the console wrote them.
func (r *Reviews) ours(i Item) bool {
	return store.SameMac(i.mac, r.itemMac(i)) && (i.Verdict == "" || store.SameMac(i.wordMac, r.wordMacOf(i)))
}

// reviewRow and itemRow read one.
func reviewRow(ctx context.Context, on store.Querier, a desk.Action, id string) (Review, error) {
	found, err := all(ctx, on, scanReview, `select `+reviewColumns+` from review where id = $1`, id)
	return one(a, found, err)
}

func itemRow(ctx context.Context, on store.Querier, a desk.Action, id string, n int) (Item, error) {
	found, err := all(ctx, on, scanItem, `select `+itemColumns+` from review_item where review = $1 and n = $2`, id, n)
	return one(a, found, err)
}

// changeItem writes who decides on an item and what was decided, under the console's
// word. Whoever calls it has seen in the same transaction that the item was ours: else
// what somebody wrote into the database would be vouched for.
func (r *Reviews) changeItem(ctx context.Context, tx *sql.Tx, i Item) error {
	return putItem(ctx, tx, r.vouched(i))
}

// putItem writes everything of an item that can change, with the macs that it has: where
// only the outcome did, they stay as they were read.
func putItem(ctx context.Context, tx *sql.Tx, i Item) error {
	res, err := tx.ExecContext(ctx, `update review_item set reviewer = $3, reviewer_name = $4, fallback = $5, asking = $6, verdict = $7, note = $8, decider = $9, decider_id = $10, decider_name = $11,
		decided_at = $12, seq = $13, carried = $14, word_mac = $15, version = $16, outcome = $17, why = $18, ask = $19, attempt = $20, not_before = $21, outcome_seq = $22, outcome_at = $23, mac = $24
		where review = $1 and n = $2`,
		i.Review, i.N, i.Reviewer.ID, i.Reviewer.Name, i.Fallback, flag(i.Asking), string(i.Verdict), i.Note, i.decider, i.By.ID, i.By.Name,
		store.Milli(i.At), i.Seq, i.Carried, i.wordMac, i.Version, string(i.Outcome.End), i.Outcome.Why, i.Outcome.Ask, i.Attempt, store.Milli(i.NotBefore), i.Outcome.Seq, store.Milli(i.Outcome.At), i.mac)
	if err := store.MetOne(res, err, errors.New("it is not there")); err != nil {
		return fmt.Errorf("keep an item: %w", err)
	}
	return nil
}
