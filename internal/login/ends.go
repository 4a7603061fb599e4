package login

import (
	"context"
	"database/sql"
	"errors"
)

// Why a session ended, as the record has it.
const (
	endedHere     = "signed out"
	endedAnew     = "signed in anew"
	endedIdle     = "idle"
	endedAbsolute = "its time was over"
	endedStopped  = "the operator's account is no longer in use"
	endedIssuer   = "signed out at the issuer"
	endedUnasked  = "nobody could be asked whether the operator is still one"
)

func (s *webSessions) read(ctx context.Context, where string, args ...any) (w row, err error) {
	err = w.scan(s.db.R.QueryRowContext(ctx, `select `+rowColumns+` from web_session `+where, args...)) //nolint:gosec // constants of this package
	return w, err
}

// end takes a session away, and says why, once.
func (s *webSessions) end(ctx context.Context, id, why string) error {
	s.seen.forget(id)
	_, err := s.endNow(ctx, why, `id_hash = $1`, id)
	return err
}

// endWhere takes sessions away and has each end recorded: of several that end the
// same one, in whatever process, one gets to say so.
func (s *webSessions) endWhere(ctx context.Context, why, where string, args ...any) (int, error) {
	rows, err := s.db.W.QueryContext(ctx, `delete from web_session where `+where+` returning `+rowColumns, args...) //nolint:gosec // constants of this package
	if err != nil {
		return 0, err
	}
	ended, err := sessionsOf(rows)
	for _, w := range ended {
		if s.ended != nil && why != "" {
			s.ended(context.WithoutCancel(ctx), w.sessionData, why)
		}
	}
	return len(ended), err
}

// endNow is endWhere for sessions that somebody is told have ended: where one of them is
// still there that is an error.
func (s *webSessions) endNow(ctx context.Context, why, where string, args ...any) (int, error) {
	rows, err := s.db.W.QueryContext(ctx, `select `+rowColumns+` from web_session where `+where, args...) //nolint:gosec // constants of this package
	if err != nil {
		return 0, err
	}
	were, err := sessionsOf(rows)
	if err != nil {
		return 0, err
	}
	n, err := s.endWhere(ctx, why, where, args...)
	for _, w := range were {
		if err == nil {
			err = s.gone(ctx, w.id)
		}
	}
	return n, err
}

// gone is an error where a session is still there that was taken away.
func (s *webSessions) gone(ctx context.Context, id string) error {
	var left int
	err := s.db.W.QueryRowContext(ctx, `select count(*) from web_session where id_hash = $1`, id).Scan(&left)
	if err == nil && left > 0 {
		err = errors.New("login: the database keeps a session that was ended: somebody changed how it works")
	}
	return err
}

// sessionsOf reads rows to their end before anything else is written: the
// database has one connection for that. What cannot be read of one leaves it with
// its name and its operator.
func sessionsOf(rows *sql.Rows) (list []row, err error) {
	defer func() { err = errors.Join(err, rows.Close(), rows.Err()) }()
	for rows.Next() {
		var w row
		if err := w.scan(rows); err != nil {
			return list, err
		}
		_ = w.decode(&w.sessionData) // see above
		list = append(list, w)
	}
	return list, nil
}

// sweep leaves idle sessions a little longer than they can be used: seen_at may
// lag behind the last use by touchEvery.
func (s *webSessions) sweep(ctx context.Context) error {
	now := s.now()
	s.seen.sweep(now.Add(-s.idle))
	_, err1 := s.endWhere(ctx, endedAbsolute, `expires_at <= $1`, now.UnixMilli())
	_, err2 := s.endWhere(ctx, endedIdle, `seen_at <= $1`, now.Add(-s.idle-touchEvery).UnixMilli())
	return errors.Join(err1, err2)
}
