package login

import (
	"context"
	"time"

	"keydesk/internal/desk"
)

// Sessions are the browsers in which staff are signed in now. Seen is exact to a
// minute.
func (l *Login) Sessions(ctx context.Context) ([]desk.StaffSession, error) {
	s, now := l.sessions, l.cfg.Now()
	rows, err := l.db.R.QueryContext(ctx, `select `+rowColumns+` from web_session where expires_at > $1 and seen_at > $2`, now.UnixMilli(), now.Add(-s.idle-touchEvery).UnixMilli())
	if err != nil {
		return nil, storeFault(err)
	}
	found, err := sessionsOf(rows)
	if err != nil {
		return nil, storeFault(err)
	}
	var out []desk.StaffSession
	for _, w := range found {
		if !s.ours(w) { // it ends when it is used
			continue
		}
		who, _ := actorOf(w.sessionData) // an id that cannot be read is left out
		out = append(out, desk.StaffSession{Who: who, Agent: w.Agent, Since: time.UnixMilli(w.created), Seen: time.UnixMilli(w.seen), Until: time.UnixMilli(w.expires)})
	}
	return out, nil
}

// EndSession signs one browser out; the caller has recorded it. Its next request is
// nobody's, in whatever process.
func (l *Login) EndSession(ctx context.Context, name string) error {
	_, err := l.sessions.endNow(ctx, "", `handle = $1`, name)
	return err
}
