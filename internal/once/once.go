// Package once keeps what may be shown once: a temporary password, a link. The
// database holds it sealed, and the key is in the handle alone, which goes to the
// page of whoever did the act. Neither opens anything without the other.
package once

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"keydesk/internal/store"
)

// Life is how long a secret waits to be shown.
const Life = 5 * time.Minute

const keyLen = 32 // AES-256

// remembered is how long it is known that there was one, so that whoever comes too
// late is told so.
const remembered = time.Hour

// The reasons why nothing is shown.
var (
	ErrUnknown = errors.New("once: this session has no such secret")
	ErrShown   = errors.New("once: it was shown already")
	ErrExpired = errors.New("once: it was not looked at in time")
)

// Kept is what is known of a secret that waits, or waited, to be shown.
type Kept struct {
	ID      string
	Session string // the name of the one session that may see it
	Seq     int64  // the row of the act that yielded it
	Action  string
	What    string

	TargetID, Target, Name string // the person's id, login and name
}

// Secrets are those of one console.
type Secrets struct {
	db  *store.DB
	now func() time.Time
}

// New returns the secrets kept in db.
func New(db *store.DB, now func() time.Time) *Secrets { return &Secrets{db, now} }

// Keep seals value and returns the handle that opens it, and until when. The handle
// is as secret as the value.
func (s *Secrets) Keep(ctx context.Context, k Kept, value string) (handle string, until time.Time, err error) {
	k.ID = rand.Text()
	var key [keyLen]byte
	_, _ = rand.Read(key[:]) // never fails
	box, err := store.Box(key[:])
	if err != nil {
		return "", until, err
	}
	sealed := base64.StdEncoding.EncodeToString(box.Seal(nil, nil, []byte(value), []byte(k.ID+k.Session))) //nolint:gosec // the box makes its own nonce
	until = s.now().Add(Life)
	_, err = s.db.W.ExecContext(ctx, `insert into shown_once (id, session, seq, action, what, target_id, target, name, sealed, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, k.ID, k.Session, k.Seq, k.Action, k.What, k.TargetID, k.Target, k.Name, sealed, until.UnixMilli())
	if err != nil {
		return "", until, fmt.Errorf("keep what is shown once: %w", err)
	}
	return k.ID + "." + base64.RawURLEncoding.EncodeToString(key[:]), until, nil
}

// Open returns what the handle opens for the session, and leaves it where it is:
// that it is shown once is for the record to say, and Forget. Its errors are
// ErrUnknown, also for a wrong key, ErrShown, ErrExpired and those of the database.
func (s *Secrets) Open(ctx context.Context, session, handle string) (k Kept, value string, err error) {
	id, code, _ := strings.Cut(handle, ".")
	var sealed string
	var expires int64
	err = s.db.R.QueryRowContext(ctx, `select id, session, seq, action, what, target_id, target, name, sealed, expires_at from shown_once where id = $1 and session = $2`, id, session).
		Scan(&k.ID, &k.Session, &k.Seq, &k.Action, &k.What, &k.TargetID, &k.Target, &k.Name, &sealed, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return k, "", ErrUnknown
	case err != nil:
		return k, "", fmt.Errorf("open what is shown once: %w", err)
	case expires <= s.now().UnixMilli():
		return k, "", ErrExpired
	case sealed == "":
		return k, "", ErrShown
	}
	value, err = unseal(sealed, code, id+session)
	return k, value, err
}

// Forget wipes a secret that is about to be shown.
func (s *Secrets) Forget(ctx context.Context, id string) error {
	_, err := s.db.W.ExecContext(ctx, `update shown_once set sealed = '' where id = $1`, id)
	if err != nil {
		return fmt.Errorf("forget what is shown once: %w", err)
	}
	return nil
}

func unseal(sealed, code, about string) (string, error) {
	key, err1 := base64.RawURLEncoding.DecodeString(code)
	raw, err2 := base64.StdEncoding.DecodeString(sealed)
	if err := errors.Join(err1, err2); err != nil || len(key) != keyLen {
		return "", ErrUnknown
	}
	box, err := store.Box(key)
	if err != nil {
		return "", err
	}
	value, err := box.Open(nil, nil, raw, []byte(about))
	if err != nil {
		return "", ErrUnknown
	}
	return string(value), nil
}

// Restarted forgets what an earlier process left to be shown. Where several work on
// one database, it forgets nothing: what one of them keeps, another shows.
func (s *Secrets) Restarted(ctx context.Context) error {
	if s.db.Shared() {
		return nil
	}
	_, err := s.db.W.ExecContext(ctx, `update shown_once set sealed = '' where sealed <> ''`)
	if err != nil {
		return fmt.Errorf("forget what was to be shown once: %w", err)
	}
	return nil
}

// Sweep forgets what was not looked at in time.
func (s *Secrets) Sweep(ctx context.Context) error {
	now := s.now()
	_, err := s.db.W.ExecContext(ctx, `update shown_once set sealed = '' where expires_at <= $1 and sealed <> ''`, now.UnixMilli())
	if err == nil {
		_, err = s.db.W.ExecContext(ctx, `delete from shown_once where expires_at <= $1`, now.Add(-remembered).UnixMilli())
	}
	if err != nil {
		return fmt.Errorf("sweep what is shown once: %w", err)
	}
	return nil
}
