package audit

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Quota is how many acts of a class one operator may begin in a window of time. It
// is counted from the record itself, so that it holds over sessions and starts.
type Quota struct {
	Class  string
	Window time.Duration
	Most   int
	Used   int // with the act that was begun; set by Begin and Used

	Of     string // whose acts are counted; empty: those of the row's actor
	Deputy string // somebody whose acts count as well where they were done on that one's word
	OnWord string // what the parameters of such an act hold then
}

// Word names the window.
func (q Quota) Word() string {
	if q.Window == time.Hour {
		return "hour"
	}
	return "day"
}

// QuotaError says that a quota is used up, and when it opens again.
type QuotaError struct {
	Quota
	Opens time.Time
}

// Error names the quota.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("%d acts of class %s in %v were begun already", e.Most, e.Class, e.Window)
}

// meet counts the intents of an operator, and refuses one more than a quota has.
func (l *Log) meet(ctx context.Context, tx *sql.Tx, actor string, quotas []Quota) error {
	for i := range quotas {
		q := &quotas[i]
		q.Of = cmp.Or(q.Of, actor)
		if err := l.count(ctx, tx, q); err != nil {
			return err
		}
		if q.Used >= q.Most {
			return l.opens(ctx, tx, *q)
		}
		q.Used++
	}
	return nil
}

// row reads one row of a database or a transaction.
type row interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// counted are the moments of the acts that a quota counts.
const counted = `(select at from record where actor_id = $1 and class = $2 and phase = 'intent' and at > $3
	union all select at from record where actor_id = $4 and class = $2 and phase = 'intent' and at > $3 and replace(' ' || params || ' ', $5, '') <> ' ' || params || ' ') as acts`

func (l *Log) counts(q Quota) []any {
	return []any{q.Of, q.Class, l.now().Add(-q.Window).UnixMilli(), q.Deputy, " " + q.OnWord + " "}
}

func (l *Log) count(ctx context.Context, from row, q *Quota) error {
	err := from.QueryRowContext(ctx, `select count(*) from `+counted, l.counts(*q)...).Scan(&q.Used)
	if err != nil {
		return fmt.Errorf("count acts: %w", err)
	}
	return nil
}

// opens is the error of a quota that is used up: one is free again when the oldest
// act that still counts leaves the window.
func (l *Log) opens(ctx context.Context, tx *sql.Tx, q Quota) error {
	var at int64
	err := tx.QueryRowContext(ctx, `select at from `+counted+` order by at desc limit 1 offset $6`, append(l.counts(q), q.Most-1)...).Scan(&at)
	if err != nil {
		return fmt.Errorf("count acts: %w", err)
	}
	return &QuotaError{q, time.UnixMilli(at).Add(q.Window)}
}

// Used counts what an operator has used of quotas.
func (l *Log) Used(ctx context.Context, actor string, quotas []Quota) error {
	for i := range quotas {
		quotas[i].Of = cmp.Or(quotas[i].Of, actor)
		if err := l.count(ctx, l.db.R, &quotas[i]); err != nil {
			return err
		}
	}
	return nil
}
