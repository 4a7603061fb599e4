package audit

import (
	"context"
	"fmt"

	"keydesk/internal/store"
)

// A portion is rows that were read and whose hashes were computed.
type portion struct {
	rows  []checked
	fault error // of a row that cannot be read as it was written
	err   error
}

type checked struct {
	Row
	whole bool // the hash is that of the row
}

// portionRows is how many rows are read at once, and atOnce how many such portions.
const (
	portionRows = 4000
	atOnce      = 4
)

// portions reads rows first to last, and gives the portions in their order.
func portions(ctx context.Context, q store.Querier, first, last int64) <-chan chan portion {
	out := make(chan chan portion, atOnce)
	go func() {
		defer close(out)
		for from := first; from <= last && ctx.Err() == nil; from += portionRows {
			one := make(chan portion, 1)
			select {
			case out <- one:
			case <-ctx.Done():
				return
			}
			go func() {
				var p portion
				p.fault, p.err = read(ctx, q, func(c checked) { p.rows = append(p.rows, c) },
					`select `+columns+` from record where seq >= $1 and seq <= $2 order by seq`, from, min(last, from+portionRows-1))
				one <- p
			}()
		}
	}()
	return out
}

// read gives each row of a query to take. fault is of a row that cannot be read as
// it was written.
func read(ctx context.Context, q store.Querier, take func(checked), query string, args ...any) (fault, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var buf []byte
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return fmt.Errorf("cannot be read as it was written: %w", err), nil
		}
		buf = r.encode(buf[:0])
		take(checked{r, sumIs(buf, r.Hash)})
	}
	return nil, rows.Err()
}
