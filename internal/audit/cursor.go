package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"keydesk/internal/store"
)

// Cursor is how far the record was sent to one place outside.
type Cursor struct {
	Sink       string
	Seq        int64 // the last row that arrived
	Checkpoint int64 // and the last checkpoint
	At         time.Time
	Problem    string // why nothing arrives now; empty when it does
}

// Sent is one line on its way out: a row or a checkpoint, as JSON.
type Sent struct {
	Row  *Row // nil for a checkpoint
	JSON []byte
}

// Claim makes holder the one who sends to a sink for a while, of all processes on
// the database, and returns where to go on; ok is false while it is another's turn.
func (l *Log) Claim(ctx context.Context, sink, holder string, hold time.Duration) (c Cursor, ok bool, err error) {
	err = l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		now := l.now()
		var at, until int64
		var by string
		err := tx.QueryRowContext(ctx, `select seq, checkpoint, at, problem, holder, until from record_cursor where sink = $1`, sink).
			Scan(&c.Seq, &c.Checkpoint, &at, &c.Problem, &by, &until)
		c.Sink, c.At = sink, store.Moment(at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			_, err = tx.ExecContext(ctx, `insert into record_cursor (sink, seq, checkpoint, at, problem, holder, until) values ($1, 0, 0, 0, '', $2, $3)`,
				sink, holder, now.Add(hold).UnixMilli())
		case err != nil || by != holder && until > now.UnixMilli() && until <= now.Add(2*hold).UnixMilli(): // nobody's turn is longer, whatever their clock says: then somebody else wrote that
			return err
		default:
			_, err = tx.ExecContext(ctx, `update record_cursor set holder = $1, until = $2 where sink = $3`, holder, now.Add(hold).UnixMilli(), sink)
		}
		ok = err == nil
		return err
	})
	return c, ok, err
}

// ErrAhead is of a cursor beyond the end of the record: nothing would be sent any more.
var ErrAhead = errors.New("rows are said to have arrived that do not exist: the record or the cursor was changed behind the console")

// behind is an error where a cursor is beyond what there is.
func (c *Cursor) behind(ctx context.Context, q store.Querier) error {
	head, err1 := headOf(ctx, q)
	last, err2 := lastCheckpoint(ctx, q)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if c.Seq > head.Seq || c.Checkpoint > last.ID {
		return fmt.Errorf("%s is at row %d and signed head %d of %d and %d: %w", c.Sink, c.Seq, c.Checkpoint, head.Seq, last.ID, ErrAhead)
	}
	return nil
}

// Pending is what comes after a cursor, at most limit rows, and the cursor after it.
func (l *Log) Pending(ctx context.Context, c Cursor, limit int) ([]Sent, Cursor, error) {
	if err := c.behind(ctx, l.db.R); err != nil {
		return nil, c, err
	}
	rows, err := l.rows(ctx, `select `+columns+` from record where seq > $1 order by seq limit $2`, c.Seq, limit)
	if err != nil {
		return nil, c, err
	}
	var out []Sent
	for _, r := range rows {
		line, err := r.line()
		if err != nil {
			return nil, c, fmt.Errorf("row %d cannot be sent: %w", r.Seq, err)
		}
		out = append(out, Sent{&r, line})
		c.Seq = r.Seq
	}
	checks, err := checkpoints(ctx, l.db.R, `where id > $1 and seq <= $2 order by id limit $3`, c.Checkpoint, c.Seq, limit)
	for _, k := range checks {
		line, lerr := k.line()
		err = errors.Join(err, lerr)
		out = append(out, Sent{nil, line})
		c.Checkpoint = k.ID
	}
	return out, c, err
}

// Arrived moves a sink's cursor on, if it still is holder's turn.
func (l *Log) Arrived(ctx context.Context, holder string, c Cursor) error {
	_, err := l.db.W.ExecContext(ctx, `update record_cursor set seq = $1, checkpoint = $2, at = $3, problem = '' where sink = $4 and holder = $5`,
		c.Seq, c.Checkpoint, l.now().UnixMilli(), c.Sink, holder)
	return err
}

// Stuck keeps why nothing arrives at a sink, for the page of the record.
func (l *Log) Stuck(ctx context.Context, holder, sink, problem string) error {
	_, err := l.db.W.ExecContext(ctx, `update record_cursor set problem = $1 where sink = $2 and holder = $3`, problem, sink, holder)
	return err
}

// Release gives a sink to whoever comes next.
func (l *Log) Release(ctx context.Context, holder string) error {
	_, err := l.db.W.ExecContext(ctx, `update record_cursor set until = 0 where holder = $1`, holder)
	return err
}

// Cursors are all places outside to which the record was ever sent.
func (l *Log) Cursors(ctx context.Context) ([]Cursor, error) {
	all, err := store.All(ctx, l.db.R, func(rows *sql.Rows) (c Cursor, err error) {
		var at int64
		err = rows.Scan(&c.Sink, &c.Seq, &c.Checkpoint, &at, &c.Problem)
		c.At = store.Moment(at)
		return c, err
	}, `select sink, seq, checkpoint, at, problem from record_cursor order by sink`)
	if err != nil {
		return nil, fmt.Errorf("read how far the record was sent: %w", err)
	}
	return all, nil
}
