package audit

import (
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
		if err := l.count(ctx, tx, actor, q); err != nil {
			return err
		}
		if q.Used >= q.Most {
			return l.opens(ctx, tx, actor, *q)
		}
		q.Used++
	}
	return nil
}

// row reads one row of a database or a transaction.
type row interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (l *Log) count(ctx context.Context, from row, actor string, q *Quota) error {
	err := from.QueryRowContext(ctx, `select count(*) from record where actor_id = $1 and class = $2 and phase = 'intent' and at > $3`,
		actor, q.Class, l.now().Add(-q.Window).UnixMilli()).Scan(&q.Used)
	if err != nil {
		return fmt.Errorf("count acts: %w", err)
	}
	return nil
}

// opens is the error of a quota that is used up: one is free again when the oldest
// act that still counts leaves the window.
func (l *Log) opens(ctx context.Context, tx *sql.Tx, actor string, q Quota) error {
	var at int64
	err := tx.QueryRowContext(ctx, `select at from record where actor_id = $1 and class = $2 and phase = 'intent' and at > $3 order by at desc limit 1 offset $4`,
		actor, q.Class, l.now().Add(-q.Window).UnixMilli(), q.Most-1).Scan(&at)
	if err != nil {
		return fmt.Errorf("count acts: %w", err)
	}
	return &QuotaError{q, time.UnixMilli(at).Add(q.Window)}
}

// Used counts what an operator has used of quotas.
func (l *Log) Used(ctx context.Context, actor string, quotas []Quota) error {
	for i := range quotas {
		if err := l.count(ctx, l.db.R, actor, &quotas[i]); err != nil {
			return err
		}
	}
	return nil
}
