package audit

import (
	"context"
	"database/sql"
)

// VerifyTx verifies what a transaction sees.
func VerifyTx(ctx context.Context, tx *sql.Tx, t Trust) (Report, error) { return verify(ctx, tx, t) }

// Rechain computes the hashes anew from a row on, as somebody can who has the
// database in hand.
func Rechain(ctx context.Context, tx *sql.Tx, from int64) error {
	rows, err := tx.QueryContext(ctx, `select `+columns+` from record where seq >= $1 order by seq`, from-1)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var all []Row
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range all {
		if all[i].Seq < from {
			continue
		}
		if i > 0 {
			all[i].Prev = all[i-1].Hash
		}
		all[i].Hash = all[i].sum()
		if _, err := tx.ExecContext(ctx, `update record set prev = $1, hash = $2 where seq = $3`, all[i].Prev, all[i].Hash, all[i].Seq); err != nil {
			return err
		}
	}
	return nil
}

// Forge signs the head with a key, as it is in a transaction, and remembers nothing.
func Forge(ctx context.Context, l *Log, tx *sql.Tx, k Key) error {
	return New(l.db, l.now).signHead(ctx, tx, k)
}

// Fill writes n events, some at once: the database is held for a moment at a time.
func Fill(ctx context.Context, l *Log, n int) error {
	for ; n > 0; n -= 25 {
		err := l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
			for range min(n, 25) {
				if err := l.write(ctx, tx, &Row{Phase: PhaseEvent, Action: "x"}, nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
