package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

const columns = `seq, at, phase, intent, actor_id, actor_name, actor_role, session, address, action, op, target_id, target,
	class, reason, ticket, params, result, detail, status, request_id, before, after, prev, hash`

const insertRow = `insert into record (` + columns + `)
	values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25)`

// values are the columns of a row, in the order of columns.
func (r Row) values() []any {
	return []any{
		r.Seq, r.At.UnixMilli(), string(r.Phase), r.Intent, r.ActorID, r.ActorName, r.ActorRole, r.Session, r.Address, r.Action, r.Op, r.TargetID, r.Target,
		r.Class, r.Reason, r.Ticket, r.Params, string(r.Result), r.Detail, r.Status, r.RequestID, r.Before, r.After, r.Prev, r.Hash,
	}
}

// sum is the hash of everything in the row but the hash itself, the hash of the
// row before included. Every field is preceded by its length, so that no two
// different rows encode alike.
func (r Row) sum() string {
	h := sha256.New()
	put := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	put("keydesk record 1")
	values := r.values()
	for _, v := range values[:len(values)-1] {
		switch v := v.(type) {
		case string:
			put(v)
		case int64:
			put(strconv.FormatInt(v, 10))
		case int:
			put(strconv.Itoa(v))
		default:
			panic(fmt.Sprintf("audit: a column of type %T is not part of the hash", v))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// scan reads the columns of a row. A text column that holds bytes is an error:
// it reads the same and compares otherwise, so the row would hide from filters.
func scan(rows *sql.Rows) (Row, error) {
	var r Row
	var at int64
	into := []any{
		&r.Seq, &at, (*string)(&r.Phase), &r.Intent, &r.ActorID, &r.ActorName, &r.ActorRole, &r.Session, &r.Address, &r.Action, &r.Op, &r.TargetID, &r.Target,
		&r.Class, &r.Reason, &r.Ticket, &r.Params, (*string)(&r.Result), &r.Detail, &r.Status, &r.RequestID, &r.Before, &r.After, &r.Prev, &r.Hash,
	}
	for i, v := range into {
		if s, ok := v.(*string); ok {
			into[i] = (*column)(s)
		}
	}
	err := rows.Scan(into...)
	r.At = time.UnixMilli(at).UTC()
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

// Fault is a place where the chain does not hold.
type Fault struct {
	Seq  int64
	What string
}

// Report is what Verify found.
type Report struct {
	Rows   int64
	Head   string // hash of the last row: write it down elsewhere to find a cut-off tail later
	Open   int64  // intents without an outcome
	Faults []Fault
}

// maxFaults bounds a report: one broken row is enough to distrust the rest.
const maxFaults = 20

// Verify walks the whole record and reports every row that is changed, missing,
// out of order or not linked to the one before it. Without a head that was kept
// elsewhere it cannot find rows cut off at the end, nor a chain that somebody
// with the database in hand computed anew.
func (l *Log) Verify(ctx context.Context) (Report, error) { return verify(ctx, l.db.R) }

// querier is a database or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func verify(ctx context.Context, q querier) (Report, error) {
	rows, err := q.QueryContext(ctx, `select `+columns+` from record order by seq`)
	if err != nil {
		return Report{}, fmt.Errorf("read the record: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var rep Report
	var last Row
	open := map[int64]bool{}
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			rep.Faults = append(rep.Faults, Fault{last.Seq + 1, "cannot be read as it was written: " + err.Error()})
			return rep, nil
		}
		rep.check(last, r)
		track(open, r)
		last = r
	}
	rep.Head, rep.Open = last.Hash, int64(len(open))
	return rep, rows.Err()
}

func (rep *Report) check(last, r Row) {
	rep.Rows++
	if len(rep.Faults) >= maxFaults {
		return
	}
	fault := func(what string) { rep.Faults = append(rep.Faults, Fault{r.Seq, what}) }
	switch {
	case r.Seq != last.Seq+1:
		fault(fmt.Sprintf("follows row %d: rows are missing or were put in", last.Seq))
	case r.Prev != last.Hash:
		fault("does not continue the row before it: one of the two was changed, swapped or put in")
	case r.Hash != r.sum():
		fault("was changed after it was written")
	}
}

func track(open map[int64]bool, r Row) {
	switch r.Phase {
	case PhaseIntent:
		open[r.Seq] = true
	case PhaseOutcome:
		if r.Result != Unknown {
			delete(open, r.Intent)
		}
	}
}
