package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"keydesk/internal/store"
)

// cutRows is how many rows are cut off at once, so that nobody waits long for it.
const cutRows = 5000

// Trim cuts off what is older than a moment and returns how many rows went. The
// last of them is kept as a signed hash, with their number and time, so that the
// rest still verifies. Never cut are an act without its end, what follows it, and
// rows that one of the sinks has not got yet. Each cut has a row of its own, made
// from r.
func (l *Log) Trim(ctx context.Context, k Key, before time.Time, sinks []string, r Row) (int64, error) {
	if _, err := l.Sign(ctx, k, true); err != nil { // a key that took over has to be known first
		return 0, err
	}
	if now := l.now(); before.After(now) {
		before = now // the rows of the cuts themselves are not old
	}
	var gone int64
	for ctx.Err() == nil {
		var n int64
		err := l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			n, err = l.trim(ctx, tx, k, before, sinks, r)
			return err
		})
		if gone += n; err != nil || n == 0 {
			return gone, err
		}
	}
	return gone, ctx.Err()
}

func (l *Log) trim(ctx context.Context, tx *sql.Tx, k Key, before time.Time, sinks []string, r Row) (int64, error) {
	first, upTo, err := trimmable(ctx, tx, before, sinks)
	if err != nil || upTo < first {
		return 0, err
	}
	last, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return 0, err
	}
	if err := l.holds(ctx, tx, k, upTo); err != nil {
		return 0, err
	}
	c := Checkpoint{ID: last.ID + 1, Kind: Cut, Seq: upTo, At: l.moment()}
	var from, to int64
	err = errors.Join(
		tx.QueryRowContext(ctx, `select hash from record where seq = $1`, upTo).Scan(&c.Hash),
		tx.QueryRowContext(ctx, `select min(at), max(at) from record where seq <= $1`, upTo).Scan(&from, &to),
	)
	if err != nil {
		return 0, fmt.Errorf("read what is to be cut off: %w", err)
	}
	c.Cut, c.CutFrom, c.CutTo = upTo, store.Moment(from), store.Moment(to)
	earlier, err := checkpoints(ctx, tx, `where kind = 'cut' order by id desc limit 1`)
	if err != nil {
		return 0, err
	}
	if len(earlier) > 0 {
		c.CutFrom = earlier[0].CutFrom
	}
	c.sign(k.current)
	if err := c.insert(ctx, tx); err != nil {
		return 0, err
	}
	for _, q := range []string{
		`delete from record where seq <= $1`,
		`delete from record_checkpoint where seq <= $1 and kind = 'head'`,
		`delete from record_checkpoint where seq < $1 and kind = 'cut'`,
	} {
		if _, err := tx.ExecContext(ctx, q, upTo); err != nil {
			return 0, fmt.Errorf("cut the record: %w", err)
		}
	}
	r.Phase = PhaseEvent
	r.Detail = fmt.Sprintf("rows %d to %d cut off, of %s to %s; %d cut in all", first, upTo, stamp(store.Moment(from)), stamp(c.CutTo), c.Cut)
	return upTo - first + 1, l.write(ctx, tx, &r, nil)
}

// holds walks the rows that are to go and those after them up to the next signed head:
// a cut signs that they were as they should be, so nothing that was changed goes.
func (l *Log) holds(ctx context.Context, tx *sql.Tx, k Key, upTo int64) error {
	next, err := checkpoints(ctx, tx, `where kind = 'head' and seq >= $1 order by seq limit 1`, upTo)
	if err != nil {
		return err
	}
	if len(next) == 0 {
		return fmt.Errorf("nothing is cut off: no signed head covers row %d", upTo)
	}
	w, err := startWalk(ctx, tx, Trust{Keys: k.Publics()})
	if err != nil {
		return err
	}
	fault, err := read(ctx, tx, func(c checked) { w.row(c.Row, c.whole) }, `select `+columns+` from record where seq <= $1 order by seq`, next[0].Seq)
	switch {
	case err != nil:
		return err
	case fault != nil:
		return fmt.Errorf("nothing is cut off: row %d: %w", w.last.Seq+1, fault)
	case len(w.rep.Faults) > 0:
		return fmt.Errorf("nothing is cut off: row %d %s", w.rep.Faults[0].Seq, w.rep.Faults[0].What)
	case w.rep.Signed.Seq < upTo:
		return fmt.Errorf("nothing is cut off: no signed head covers row %d", upTo)
	}
	return nil
}

// trimmable are the first and last row that may go.
func trimmable(ctx context.Context, tx *sql.Tx, before time.Time, sinks []string) (first, upTo int64, err error) {
	var head int64
	err = tx.QueryRowContext(ctx, `select coalesce(min(seq), 0), coalesce(max(seq), 0) from record`).Scan(&first, &head)
	if err != nil {
		return 0, 0, fmt.Errorf("read the ends of the record: %w", err)
	}
	upTo = min(first+cutRows-1, head-1)
	lower := func(query string, args ...any) error {
		var seq sql.NullInt64
		err := tx.QueryRowContext(ctx, query, args...).Scan(&seq)
		if seq.Valid {
			upTo = min(upTo, seq.Int64-1)
		}
		return err
	}
	err = lower(`select min(seq) from record where seq <= $1 and at >= $2`, upTo, before.UnixMilli())
	for _, s := range sinks {
		var far int64
		err = errors.Join(err, tx.QueryRowContext(ctx, `select coalesce(max(seq), 0) from record_cursor where sink = $1`, s).Scan(&far))
		if far > head {
			err = errors.Join(err, fmt.Errorf("nothing is cut off: %s: %w", s, ErrAhead))
		}
		upTo = min(upTo, far)
	}
	for was := upTo + 1; err == nil && upTo < was && upTo >= first; {
		was = upTo
		err = lower(`select min(seq) from record where seq <= $1 and phase = 'intent'
			and not exists (select 1 from record o where o.intent > 0 and o.intent = record.seq and o.result <> 'unknown' and o.seq <= $1)`, upTo)
	}
	return first, upTo, err
}

// Opened notes that an operator opened a person's page, and returns whose pages, how
// many, they opened on this day; again is whether this one was among them.
func (l *Log) Opened(ctx context.Context, actor, target string) (people int64, again bool, err error) {
	day := l.now().UTC().Unix() / (24 * 3600)
	err = l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `insert into record_reader (day, actor_id, target_id) values ($1, $2, $3) on conflict do nothing`, day, actor, target)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if again = n == 0; again || err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `select count(*) from record_reader where day = $1 and actor_id = $2`, day, actor).Scan(&people)
	})
	return people, again, err
}

// forgetReaders forgets who read what on days before the last.
func (l *Log) forgetReaders(ctx context.Context) error {
	_, err := l.db.W.ExecContext(ctx, `delete from record_reader where day < $1`, l.now().UTC().Unix()/(24*3600)-1)
	return err
}
