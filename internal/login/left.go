package login

import (
	"database/sql"
	"errors"
	"time"

	"github.com/labstack/echo/v4"
)

// Left is how long a session goes on.
type Left struct {
	For  time.Duration
	Last bool   // until its end in any case; else until it was not used for long enough
	Who  string // tells one operator from another, and nothing about them
}

// Left looks at the browser's session without using it. The zero Left: it has none.
func (l *Login) Left(c echo.Context) (Left, error) {
	s := l.sessions
	k, err := c.Cookie(s.name)
	if err != nil || len(k.Value) != secretLen {
		return Left{}, nil //nolint:nilerr // no cookie is no session, not a failure
	}
	id, now := hash(k.Value), l.cfg.Now()
	w, err := s.read(c.Request().Context(), `where id_hash = $1`, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !s.ours(w) {
		return Left{}, nil
	}
	if err != nil {
		return Left{}, storeFault(err)
	}
	idle := time.UnixMilli(s.seen.last(id, w.seen)).Add(s.idle).Sub(now)
	end := time.UnixMilli(w.expires).Sub(now)
	if idle <= 0 || end <= 0 {
		return Left{}, nil
	}
	return Left{For: min(idle, end), Last: end <= idle, Who: hash("who" + w.Actor)[:nameLen]}, nil
}
