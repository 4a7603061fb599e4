package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"keydesk/internal/store"
)

// endTimeout bounds the writing of an outcome, which goes on when the
// operator's browser has hung up.
const (
	endTimeout = 5 * time.Second
	endAgain   = 250 * time.Millisecond
)

// SpentError says that a one-time token was used before; Seq is the row of the
// act that it allowed.
type SpentError struct{ Seq int64 }

// Error names the row.
func (e *SpentError) Error() string { return fmt.Sprintf("the token was used for row %d", e.Seq) }

// Log is the record in a database.
type Log struct {
	db     *store.DB
	now    func() time.Time
	policy string
	key    []byte // vouches for intents whose end is not known
	memory *memory
}

// New returns the record kept in db.
func New(db *store.DB, now func() time.Time) *Log { return &Log{db: db, now: now, memory: &memory{}} }

// Under returns the record with the version of the policy that decides what is
// written into it.
func (l *Log) Under(policy string) *Log { return &Log{l.db, l.now, policy, l.key, l.memory} }

// Vouched returns the record with the key that vouches for the intents whose end is
// not known; every replica has the same.
func (l *Log) Vouched(key []byte) *Log { return &Log{l.db, l.now, l.policy, key, l.memory} }

func (l *Log) vouch(r Row) string {
	return store.Mac(l.key, "open intent", strconv.FormatInt(r.Seq, 10), r.Hash)
}

// Ours reports whether an open intent is as the console wrote it, and has no end yet:
// what is begun on its word was not made up, or opened again, by somebody who has the
// database alone.
func (l *Log) Ours(ctx context.Context, r Row) (bool, error) {
	var mac string
	var ends int
	err := l.db.R.QueryRowContext(ctx, `select mac, (select count(*) from record where intent > 0 and intent = $1 and phase = 'outcome' and result <> 'unknown') from open_intent where seq = $1`, r.Seq).Scan(&mac, &ends)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return r.Hash == r.sum() && ends == 0 && store.SameMac(mac, l.vouch(r)), err
}

// Lease is the right to change one person, or to make one; nil where one process
// alone works on the database.
type Lease = store.Lease

// Lease waits until no other process works on what is named, or for ctx.
func (l *Log) Lease(ctx context.Context, name string) (*Lease, error) { return l.db.Lease(ctx, name) }

// TryLease takes the lease if nobody holds it.
func (l *Log) TryLease(ctx context.Context, name string) (*Lease, bool, error) {
	return l.db.TryLease(ctx, name)
}

// Begin spends a one-time token and writes an intent, both or neither, and
// returns the row's number once it is on disk. A token that was used before is
// *SpentError; one act more than a quota has is *QuotaError; a lease that has run out
// is store.ErrLost. After any error nothing may be done.
func (l *Log) Begin(ctx context.Context, r Row, token string, lease *Lease, quotas ...Quota) (int64, error) {
	r.Phase = PhaseIntent
	return l.append(ctx, r, func(ctx context.Context, tx *sql.Tx, r Row) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		if err := l.spend(token)(ctx, tx, r); err != nil {
			return err
		}
		if err := l.meet(ctx, tx, r.ActorID, quotas); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `insert into open_intent (seq, target_id, mac) values ($1, $2, $3)`, r.Seq, r.TargetID, l.vouch(r))
		return store.MetOne(res, err, errNotKept)
	})
}

// errClosed ends the writing of an outcome that is there.
var errClosed = errors.New("the intent has its outcome")

// End writes the outcome of the intent with number seq, once. It does not stop when
// ctx is cancelled, and tries for a while: an act that was sent must get its outcome.
// Whoever lost the lease to another process leaves the outcome to that one.
func (l *Log) End(ctx context.Context, seq int64, r Row, lease *Lease) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	r.Phase, r.Intent = PhaseOutcome, seq
	tick := time.NewTicker(endAgain)
	defer tick.Stop()
	for {
		err := l.end(ctx, r, lease)
		if err == nil || errors.Is(err, errClosed) {
			return nil
		}
		if errors.Is(err, store.ErrLost) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (l *Log) end(ctx context.Context, r Row, lease *Lease) error {
	_, err := l.append(ctx, r, func(ctx context.Context, tx *sql.Tx, _ Row) error {
		if err := lease.Last(ctx, tx); err != nil {
			return err
		}
		var seq int64
		q := `delete from open_intent where seq = $1 returning seq`
		if r.Result == Unknown {
			q = `select seq from open_intent where seq = $1`
		}
		err := tx.QueryRowContext(ctx, q, r.Intent).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) {
			return errClosed
		}
		return err
	})
	return err
}

// Add writes a row that stands alone: a refusal or an event. Whoever hangs up is not
// thereby unrecorded.
func (l *Log) Add(ctx context.Context, r Row) (int64, error) {
	if r.Phase != PhaseEvent {
		r.Phase = PhaseRefused
	}
	return l.append(ctx, r, nil)
}

// Once writes an event that spends a one-time token, both or neither. A token that
// was used before is *SpentError.
func (l *Log) Once(ctx context.Context, r Row, token string) (int64, error) {
	r.Phase = PhaseEvent
	return l.append(ctx, r, l.spend(token))
}

// append links r to the last row and writes it, with what also does in the same
// transaction. One chain takes one writer at a time, of all processes.
func (l *Log) append(ctx context.Context, r Row, also func(context.Context, *sql.Tx, Row) error) (int64, error) {
	err := l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error { return l.write(ctx, tx, &r, also) })
	var spent *SpentError
	if err != nil && !errors.As(err, &spent) {
		err = fmt.Errorf("write a row of the record: %w", err)
	}
	return r.Seq, err
}

func (l *Log) write(ctx context.Context, tx *sql.Tx, r *Row, also func(context.Context, *sql.Tx, Row) error) error {
	head, err := headOf(ctx, tx)
	if err != nil {
		return err
	}
	if err := l.keepUp(ctx, tx, head.Seq); err != nil {
		return err
	}
	r.Policy = cmp.Or(r.Policy, l.policy)
	r.clean()
	r.V, r.Seq, r.Prev = newest, head.Seq+1, head.Hash
	r.At, r.AuthTime, r.OktaAt = l.moment(), store.Moment(store.Milli(r.AuthTime)), store.Moment(store.Milli(r.OktaAt))
	r.Hash = r.sum()
	if also != nil {
		if err := also(ctx, tx, *r); err != nil {
			return err
		}
	}
	if _, err = tx.ExecContext(ctx, insertRow, r.values()...); err != nil {
		return err
	}
	switch kept, err := hashOf(ctx, tx, r.Seq); {
	case err != nil:
		return err
	case kept != r.Hash: // a trigger of somebody's lets rows vanish
		return errNotKept
	}
	return nil
}

var errNotKept = errors.New("the database took a row of the record and does not have it: somebody changed how it works")

// spend marks a token as used, once.
func (l *Log) spend(token string) func(context.Context, *sql.Tx, Row) error {
	return func(ctx context.Context, tx *sql.Tx, r Row) error {
		var first int64
		err := tx.QueryRowContext(ctx, `select seq from action_token where token = $1`, token).Scan(&first)
		if err == nil {
			return &SpentError{first}
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("look a token up: %w", err)
		}
		res, err := tx.ExecContext(ctx, `insert into action_token (token, seq, at) values ($1, $2, $3)`, token, r.Seq, l.now().UnixMilli())
		if err := store.MetOne(res, err, errNotKept); err != nil {
			return fmt.Errorf("spend a token: %w", err)
		}
		return nil
	}
}

// Spent returns the row of the act that a one-time token allowed, or 0.
func (l *Log) Spent(ctx context.Context, token string) (int64, error) {
	var seq int64
	err := l.db.R.QueryRowContext(ctx, `select seq from action_token where token = $1`, token).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// Sweep forgets the tokens that were used before a moment; the rows stay.
func (l *Log) Sweep(ctx context.Context, before time.Time) error {
	_, err := l.db.W.ExecContext(ctx, `delete from action_token where at < $1`, before.UnixMilli())
	return errors.Join(err, l.forgetReaders(ctx))
}
