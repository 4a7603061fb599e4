package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"keydesk/internal/store"
)

// Kind says what a checkpoint is about.
type Kind string

// The kinds of checkpoints.
const (
	Head    Kind = "head" // the record reached this far
	Cut     Kind = "cut"  // the rows up to here were cut off, for they were old
	NextKey Kind = "key"  // another key signs from here on
)

// Checkpoint is a signed word on the record: whoever has it knows that the row it
// names, and so every row before, was as it was.
type Checkpoint struct {
	ID      int64     `json:"id"`
	Kind    Kind      `json:"kind"`
	Seq     int64     `json:"seq"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	Cut     int64     `json:"cut,omitempty"` // of a cut: how many rows were ever cut
	CutFrom time.Time `json:"cut_from,omitzero"`
	CutTo   time.Time `json:"cut_to,omitzero"`
	NextKey string    `json:"next_key,omitempty"`
	Key     string    `json:"key"` // the public key that signed
	Sig     string    `json:"signature"`
}

// A head is signed when so many rows or so much time have come since the last.
const (
	signRows  = 100
	signEvery = time.Minute
)

func (c *Checkpoint) encode() []byte {
	b := putText(nil, "keydesk checkpoint 1")
	b = putInt(putText(b, string(c.Kind)), c.Seq)
	b = putInt(putText(b, c.Hash), c.At.UnixMilli())
	b = putInt(putInt(putInt(b, c.Cut), store.Milli(c.CutFrom)), store.Milli(c.CutTo))
	return putText(putText(b, c.NextKey), c.Key)
}

func (c *Checkpoint) sign(priv ed25519.PrivateKey) {
	c.Key = public(priv)
	c.Sig = base64.StdEncoding.EncodeToString(ed25519.Sign(priv, c.encode()))
}

// signed reports whether the checkpoint carries the signature of its key.
func (c *Checkpoint) signed() bool {
	key, err1 := base64.StdEncoding.DecodeString(c.Key)
	sig, err2 := base64.StdEncoding.DecodeString(c.Sig)
	return err1 == nil && err2 == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, c.encode(), sig)
}

const checkpointColumns = `id, kind, seq, hash, at, cut, cut_from, cut_to, next_key, key, signature`

// Sign signs the head when it is time, or at once when that is asked for, and
// reports whether it did. Of several processes one signs at a time.
func (l *Log) Sign(ctx context.Context, k Key, now bool) (signed bool, err error) {
	due, err := l.due(ctx, l.db.R, k, now)
	if err != nil || !due {
		return false, err
	}
	err = l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		signed, err = l.due(ctx, tx, k, now) // another process may have been quicker
		if err != nil || !signed {
			return err
		}
		return l.signHead(ctx, tx, k)
	})
	return signed && err == nil, err
}

// due is whether there is a head that wants a signature.
func (l *Log) due(ctx context.Context, q store.Querier, k Key, now bool) (bool, error) {
	head, err := headOf(ctx, q)
	if err != nil || head.Seq == 0 {
		return false, err
	}
	last, err := lastCheckpoint(ctx, q)
	switch rows := head.Seq - last.Seq; {
	case err != nil:
		return false, err
	case last.Key != k.Public() && last.Key != "":
		return true, nil
	case rows == 0:
		return false, nil
	case rows < 0:
		return true, nil // and signHead refuses
	default:
		return now || rows >= signRows || l.now().Sub(last.At) >= signEvery, nil
	}
}

// keepUp signs the head before another row comes, where the last signed one is so far
// behind that the gap would look as if signatures had been taken away.
func (l *Log) keepUp(ctx context.Context, tx *sql.Tx, head int64) error {
	k, seen := l.memory.signer()
	if k.IsZero() || head-seen < maxTailRows {
		return nil
	}
	last, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return err
	}
	l.memory.saw(last.Seq)
	if head-last.Seq < maxTailRows {
		return nil
	}
	err = l.signHead(ctx, tx, k)
	if no := (*ContradictionError)(nil); errors.As(err, &no) || errors.Is(err, ErrHandedOver) {
		return nil // acts go on and are recorded; that nothing is signed is told
	}
	return err
}

// signHead signs the head; where another key signed before, that one says so first.
func (l *Log) signHead(ctx context.Context, tx *sql.Tx, k Key) error {
	if err := l.recall(ctx, tx, k); err != nil {
		return err
	}
	head, err := headOf(ctx, tx)
	if err != nil {
		return err
	}
	last, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case last.Seq > head.Seq:
		return l.refuse(Place{last.Seq, last.Hash})
	case len(head.Hash) != hex.EncodedLen(sha256.Size): // no row of ours
		return l.refuse(Place{head.Seq, head.Hash})
	}
	if err := l.serves(ctx, tx, k); err != nil {
		return err
	}
	c := Checkpoint{ID: last.ID + 1, Kind: Head, Seq: head.Seq, Hash: head.Hash, At: l.moment()}
	if old := k.formerly(last.Key); old != nil {
		over := c
		over.Kind, over.NextKey = NextKey, k.Public()
		over.sign(old)
		if err := over.insert(ctx, tx); err != nil {
			return err
		}
		c.ID++
	}
	c.sign(k.current)
	if err := c.insert(ctx, tx); err != nil {
		return err
	}
	l.memory.keep(Place{c.Seq, c.Hash}) // the row is there, whatever becomes of this transaction
	return thin(ctx, tx, last, c)
}

// ErrHandedOver is of a key after which another one signs: a replica has not been
// started again since.
var ErrHandedOver = errors.New("this key has handed over to another one: start this replica again with that")

// serves is nil where no other key has taken over from k.
func (l *Log) serves(ctx context.Context, q store.Querier, k Key) error {
	over, err := checkpoints(ctx, q, `where kind = 'key' and key = $1 order by id desc limit 1`, k.Public())
	if err == nil && len(over) > 0 && over[0].signed() {
		err = ErrHandedOver
	}
	return err
}

// thin takes the head before away where the new one follows it closely: the new
// one covers its rows too, and a quiet day must not leave a thousand of them.
func thin(ctx context.Context, tx *sql.Tx, last, c Checkpoint) error {
	if last.Kind != Head || last.Key != c.Key || c.Seq/signRows != last.Seq/signRows {
		return nil
	}
	_, err := tx.ExecContext(ctx, `delete from record_checkpoint where id = $1`, last.ID)
	return err
}

func (c *Checkpoint) insert(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `insert into record_checkpoint (`+checkpointColumns+`) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`,
		c.ID, string(c.Kind), c.Seq, c.Hash, c.At.UnixMilli(), c.Cut, store.Milli(c.CutFrom), store.Milli(c.CutTo), c.NextKey, c.Key, c.Sig)
	if err != nil {
		return fmt.Errorf("write a checkpoint: %w", err)
	}
	return nil
}

// moment is now, as exactly as the record keeps it.
func (l *Log) moment() time.Time { return l.now().UTC().Truncate(time.Millisecond) }

// headOf is the last row: its number and hash alone.
func headOf(ctx context.Context, q store.Querier) (r Row, err error) {
	rows, err := q.QueryContext(ctx, `select seq, hash from record order by seq desc limit 1`)
	if err != nil {
		return r, fmt.Errorf("read the head of the record: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		err = rows.Scan(&r.Seq, &r.Hash)
	}
	return r, errors.Join(err, rows.Err(), rows.Close())
}

// lastCheckpoint is the newest checkpoint, or the zero one.
func lastCheckpoint(ctx context.Context, q store.Querier) (Checkpoint, error) {
	all, err := checkpoints(ctx, q, `order by id desc limit 1`)
	if err != nil || len(all) == 0 {
		return Checkpoint{}, err
	}
	return all[0], nil
}

// checkpoints reads checkpoints; tail is the query's end.
func checkpoints(ctx context.Context, q store.Querier, tail string, args ...any) ([]Checkpoint, error) {
	all, err := store.All(ctx, q, scanCheckpoint, `select `+checkpointColumns+` from record_checkpoint `+tail, args...)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoints: %w", err)
	}
	return all, nil
}

func scanCheckpoint(rows *sql.Rows) (c Checkpoint, err error) {
	var at, from, to int64
	err = rows.Scan(&c.ID, (*string)(&c.Kind), &c.Seq, &c.Hash, &at, &c.Cut, &from, &to, &c.NextKey, &c.Key, &c.Sig)
	c.At, c.CutFrom, c.CutTo = time.UnixMilli(at).UTC(), store.Moment(from), store.Moment(to)
	return c, err
}

// Signed is the newest checkpoint; the zero one when nothing was signed yet.
func (l *Log) Signed(ctx context.Context) (Checkpoint, error) { return lastCheckpoint(ctx, l.db.R) }
