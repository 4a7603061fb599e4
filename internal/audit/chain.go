package audit

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/store"
)

// newest is the encoding of rows that are written now. What the first release
// wrote keeps the first one, and its hash.
const newest = 2

const columns = `seq, at, phase, intent, actor_id, actor_name, actor_role, session, address, action, op, target_id, target,
	class, reason, ticket, params, result, detail, status, request_id, before, after, v, auth_time, policy, okta_at, prev, hash`

const insertRow = `insert into record (` + columns + `)
	values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29)`

// values are the columns of a row, in the order of columns.
func (r *Row) values() []any {
	return []any{
		r.Seq, r.At.UnixMilli(), string(r.Phase), r.Intent, r.ActorID, r.ActorName, r.ActorRole, r.Session, r.Address, r.Action, r.Op, r.TargetID, r.Target,
		r.Class, r.Reason, r.Ticket, r.Params, string(r.Result), r.Detail, r.Status, r.RequestID, r.Before, r.After,
		r.V, store.Milli(r.AuthTime), r.Policy, store.Milli(r.OktaAt), r.Prev, r.Hash,
	}
}

// clean makes a row what every database takes and every export gives back:
// whole characters, and no NUL among them.
func (r *Row) clean() {
	for _, s := range r.texts() {
		*s = strings.ReplaceAll(strings.ToValidUTF8(*s, "\uFFFD"), "\x00", "\uFFFD")
	}
}

// texts are what somebody or something said.
func (r *Row) texts() [20]*string {
	return [...]*string{
		(*string)(&r.Phase), &r.ActorID, &r.ActorName, &r.ActorRole, &r.Session, &r.Address, &r.Action, &r.Op, &r.TargetID, &r.Target,
		&r.Class, &r.Reason, &r.Ticket, &r.Params, (*string)(&r.Result), &r.Detail, &r.RequestID, &r.Before, &r.After, &r.Policy,
	}
}

// sum is the hash of everything in the row but the hash itself, the hash of the
// row before included.
func (r *Row) sum() string {
	h := sha256.Sum256(r.encode(make([]byte, 0, 1024)))
	return hex.EncodeToString(h[:])
}

// encode appends what the hash covers. Every field is preceded by its length, so
// that no two different rows encode alike.
func (r *Row) encode(b []byte) []byte {
	switch r.V {
	case 1:
		b = putText(b, "keydesk record 1")
	default:
		b = putText(b, "keydesk record 2")
	}
	b = putInt(putInt(b, r.Seq), r.At.UnixMilli())
	b = putInt(putText(b, string(r.Phase)), r.Intent)
	for _, s := range [...]string{
		r.ActorID, r.ActorName, r.ActorRole, r.Session, r.Address, r.Action, r.Op, r.TargetID, r.Target,
		r.Class, r.Reason, r.Ticket, r.Params, string(r.Result), r.Detail,
	} {
		b = putText(b, s)
	}
	b = putInt(b, int64(r.Status))
	b = putText(putText(putText(b, r.RequestID), r.Before), r.After)
	if r.V > 1 {
		b = putInt(b, store.Milli(r.AuthTime))
		b = putInt(putText(b, r.Policy), store.Milli(r.OktaAt))
	}
	return putText(b, r.Prev)
}

// sumIs reports whether a hash is that of what it covers.
func sumIs(covered []byte, hash string) bool {
	h := sha256.Sum256(covered)
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], h[:])
	return string(digits[:]) == hash
}

func putText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

func putInt(b []byte, n int64) []byte {
	var digits [20]byte
	d := strconv.AppendInt(digits[:0], n, 10)
	b = binary.BigEndian.AppendUint64(b, uint64(len(d)))
	return append(b, d...)
}

// scan reads the columns of a row. A text column that holds bytes is an error:
// it reads the same and compares otherwise, so the row would hide from filters.
func scan(rows *sql.Rows) (Row, error) {
	var r Row
	var at, proof, okta int64
	into := []any{
		&r.Seq, &at, (*string)(&r.Phase), &r.Intent, &r.ActorID, &r.ActorName, &r.ActorRole, &r.Session, &r.Address, &r.Action, &r.Op, &r.TargetID, &r.Target,
		&r.Class, &r.Reason, &r.Ticket, &r.Params, (*string)(&r.Result), &r.Detail, &r.Status, &r.RequestID, &r.Before, &r.After,
		&r.V, &proof, &r.Policy, &okta, &r.Prev, &r.Hash,
	}
	for i, v := range into {
		if s, ok := v.(*string); ok {
			into[i] = (*column)(s)
		}
	}
	err := rows.Scan(into...)
	r.At, r.AuthTime, r.OktaAt = time.UnixMilli(at).UTC(), store.Moment(proof), store.Moment(okta)
	return r, err
}

// column is a text column.
type column string

// Scan takes text and nothing else.
func (c *column) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a text column holds %T", v)
	}
	*c = column(s)
	return nil
}
