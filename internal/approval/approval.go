// Package approval keeps the changes that wait for a second person: who asked for
// what, and who decided. What a change is and whether it may be done is the desk's
// to say; nothing here does anything.
package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"keydesk/internal/store"
)

// Life is how long a request waits. After it, it has to be made anew: what it was
// decided on has grown old.
const Life = 30 * time.Minute

// keep is how long a decided request is listed. The record keeps it for good.
const keep = 7 * 24 * time.Hour

// ErrGone is returned for a request that is unknown, expired or decided already.
var ErrGone = errors.New("approval: nothing waits under this id")

// State says what became of a request.
type State string

// The states. A request that waits past its end is expired, whatever is stored.
const (
	Waiting   State = "waiting"
	Approved  State = "approved"
	Declined  State = "declined"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
)

// Request is one change that waits for a second person, or did.
type Request struct {
	ID     string
	Seq    int64  // the row of the record in which it was asked for
	Actor  []byte // JSON of who asked; the desk's to read
	Action string
	Needs  string // the lowest console role that may approve
	Why    string // why a second person is needed, as a sentence
	Params string
	Input  []byte // JSON of what the change is done from; the desk's to read

	ActorID, ActorName     string
	TargetID, Target, Name string // the person's id, login and name
	Effects                []string
	Note, Ticket           string
	AskedAt, ExpiresAt     time.Time

	State                State
	ByID, ByName, ByNote string // who decided
	DecidedAt            time.Time
	Ended                string // how an approved change ended, as a sentence; empty while that is not known
	EndedSeq             int64

	Ours bool // whether the row, while it waits, is as the console wrote it
}

// Requests are those of one console.
type Requests struct {
	db  *store.DB
	key []byte
	now func() time.Time
}

// New returns the requests kept in db. The key vouches for them; every replica has
// the same.
func New(db *store.DB, key []byte, now func() time.Time) *Requests { return &Requests{db, key, now} }

const columns = `id, seq, actor, actor_id, actor_name, action, target_id, target, name, needs, why, params, effects, input, note, ticket,
	asked_at, expires_at, state, by_id, by_name, by_note, decided_at, ended, ended_seq, mac`

// Add keeps a request that waits from now for Life, and returns until when.
func (s *Requests) Add(ctx context.Context, r Request) (time.Time, error) {
	effects, err := json.Marshal(r.Effects)
	if err != nil {
		return time.Time{}, fmt.Errorf("keep a request: %w", err)
	}
	now := s.now()
	until := now.Add(Life)
	r.AskedAt, r.ExpiresAt = now, until
	_, err = s.db.W.ExecContext(ctx, `insert into approval (`+columns+`)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', '', '', 0, '', 0, $20)`,
		r.ID, r.Seq, string(r.Actor), r.ActorID, r.ActorName, r.Action, r.TargetID, r.Target, r.Name, r.Needs, r.Why, r.Params, string(effects), string(r.Input),
		r.Note, r.Ticket, now.UnixMilli(), until.UnixMilli(), Waiting, s.sum(r, string(effects)))
	if err != nil {
		return time.Time{}, fmt.Errorf("keep a request: %w", err)
	}
	return until, nil
}

// Get returns a request. An unknown one is ErrGone.
func (s *Requests) Get(ctx context.Context, id string) (Request, error) {
	found, err := s.list(ctx, `id = $1`, id)
	if err == nil && len(found) == 0 {
		err = ErrGone
	}
	if err != nil {
		return Request{}, err
	}
	return found[0], nil
}

// Waiting returns what waits now, the oldest first.
func (s *Requests) Waiting(ctx context.Context) ([]Request, error) {
	return s.list(ctx, `state = 'waiting' and expires_at > $1 order by asked_at, seq`, s.now().UnixMilli())
}

// About returns what waits about one person, the oldest first.
func (s *Requests) About(ctx context.Context, target string) ([]Request, error) {
	return s.list(ctx, `target_id = $2 and state = 'waiting' and expires_at > $1 order by asked_at, seq`, s.now().UnixMilli(), target)
}

// Past returns what waits no longer, the newest first.
func (s *Requests) Past(ctx context.Context, limit int) ([]Request, error) {
	return s.list(ctx, `(state <> 'waiting' or expires_at <= $1) order by asked_at desc, seq desc limit $2`, s.now().UnixMilli(), limit)
}

// Decide ends the wait of a request: of several who decide at once one wins, and
// the others get ErrGone, as for one that has expired. What the change would be done
// from is forgotten with it.
func (s *Requests) Decide(ctx context.Context, id string, to State, byID, byName, note string) error {
	res, err := s.db.W.ExecContext(ctx, `update approval set state = $1, by_id = $2, by_name = $3, by_note = $4, decided_at = $5, input = ''
		where id = $6 and state = 'waiting' and expires_at > $5`, to, byID, byName, note, s.now().UnixMilli(), id)
	if err != nil {
		return fmt.Errorf("decide a request: %w", err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = ErrGone
	}
	return err
}

// End notes how an approved change ended.
func (s *Requests) End(ctx context.Context, id, how string, seq int64) error {
	_, err := s.db.W.ExecContext(ctx, `update approval set ended = $1, ended_seq = $2 where id = $3`, how, seq, id)
	if err != nil {
		return fmt.Errorf("note the end of a request: %w", err)
	}
	return nil
}

// Sweep forgets what expired requests would have done, and old requests.
func (s *Requests) Sweep(ctx context.Context) error {
	now := s.now()
	_, err := s.db.W.ExecContext(ctx, `update approval set state = 'expired', input = '' where state = 'waiting' and expires_at <= $1`, now.UnixMilli())
	if err == nil {
		_, err = s.db.W.ExecContext(ctx, `delete from approval where asked_at < $1`, now.Add(-keep).UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("sweep requests: %w", err)
	}
	return nil
}

func (s *Requests) list(ctx context.Context, where string, args ...any) ([]Request, error) {
	found, err := store.All(ctx, s.db.R, s.scan, `select `+columns+` from approval where `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	return found, nil
}

func (s *Requests) scan(rows *sql.Rows) (r Request, err error) {
	var effects, mac string
	var asked, expires, decided int64
	err = rows.Scan(&r.ID, &r.Seq, &r.Actor, &r.ActorID, &r.ActorName, &r.Action, &r.TargetID, &r.Target, &r.Name, &r.Needs, &r.Why, &r.Params, &effects, &r.Input,
		&r.Note, &r.Ticket, &asked, &expires, &r.State, &r.ByID, &r.ByName, &r.ByNote, &decided, &r.Ended, &r.EndedSeq, &mac)
	if err != nil {
		return r, err
	}
	r.AskedAt, r.ExpiresAt = time.UnixMilli(asked), time.UnixMilli(expires)
	r.Ours = store.SameMac(mac, s.sum(r, effects))
	if decided > 0 {
		r.DecidedAt = time.UnixMilli(decided)
	}
	if r.State == Waiting && !r.ExpiresAt.After(s.now()) {
		r.State = Expired
	}
	return r, json.Unmarshal([]byte(effects), &r.Effects)
}

// sum vouches for everything that stands from the asking to the decision: what the
// second person is shown, and what is done on their word.
func (s *Requests) sum(r Request, effects string) string {
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return store.Mac(s.key, "request", r.ID, n(r.Seq), string(r.Actor), r.ActorID, r.ActorName, r.Action, r.TargetID, r.Target, r.Name, r.Needs, r.Why, r.Params, effects,
		string(r.Input), r.Note, r.Ticket, n(r.AskedAt.UnixMilli()), n(r.ExpiresAt.UnixMilli()))
}
