package rolemap

import (
	"context"
	"database/sql"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

const (
	// newsEvery is how often Okta's log is asked what has happened to roles.
	newsEvery = 5 * time.Minute
	// newsOverlap is how far back each time goes into the one before: events may come
	// late, and Okta's clock may differ from this one.
	newsOverlap = 2 * time.Minute
)

// Follow asks Okta's log what happened to roles since a moment, in Okta's own console
// say, and has those people read again; where it was to a group, the next walk is due. It
// returns the moment to ask from the next time. A credential that may not read the log
// is no error: then the next walk finds out.
func (m *Map) Follow(ctx context.Context, since time.Time) (next time.Time, err error) {
	carriers, err := m.carriers(ctx)
	if err != nil {
		return since, err
	}
	s := m.desk.Survey(desk.RoleMap())
	for next = since; ; {
		began := m.now()
		news, err := s.News(ctx, next, carriers)
		if err != nil {
			return next, err
		}
		for id, at := range news.People {
			if err := m.changed(ctx, id, at, news.Grants); err != nil {
				return next, err
			}
		}
		stuck := !news.Next.IsZero() && !news.Next.After(next) // more in one moment than one answer holds
		if stuck {
			news.Groups = began
		}
		if !news.Groups.IsZero() {
			if err := m.walkSoon(ctx, news.Groups); err != nil {
				return next, err
			}
		}
		if news.Next.IsZero() || stuck {
			return began.Add(-newsOverlap), nil
		}
		next = news.Next
	}
}

// changed reads somebody again whose roles changed at a moment of Okta's clock, unless
// they were read safely after it.
func (m *Map) changed(ctx context.Context, id okta.UserID, at time.Time, logged []desk.Given) error {
	var read int64
	err := m.db.R.QueryRowContext(ctx, `select coalesce(max(read_at), 0) from role_person where id = $1`, id.String()).Scan(&read)
	if err != nil || read > store.Milli(at.Add(newsOverlap)) {
		return err
	}
	if err := m.stale(ctx, id); err != nil {
		return err
	}
	return m.refresh(ctx, id, logged)
}

// walkSoon has the last walk count as old, unless it began safely after a moment.
func (m *Map) walkSoon(ctx context.Context, at time.Time) error {
	return m.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update role_walk set again = $1 where id = (select max(id) from role_walk) and started_at <= $2`, true, store.Milli(at.Add(newsOverlap)))
		return err
	})
}

// carriers are the groups of which the map knows that they carry a role.
func (m *Map) carriers(ctx context.Context) (out []okta.GroupID, err error) {
	all, err := read(ctx, m.db.R, store.Text, `select distinct assignee from role_held where how = 'GROUP' and to_at = 0 order by assignee`)
	for _, s := range all {
		if id, err := okta.ParseGroupID(s); err == nil {
			out = append(out, id)
		}
	}
	return out, err
}

// follow asks Okta's log every few minutes, by one process at a time.
func (m *Map) follow(ctx context.Context) {
	var since time.Time
	for ctx.Err() == nil {
		pause(ctx, newsEvery, nil)
		var err error
		if since, err = m.followOnce(ctx, since); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "Okta's log could not be asked what happened to roles", "error", err)
		}
	}
}

func (m *Map) followOnce(ctx context.Context, since time.Time) (next time.Time, err error) {
	lease, mine, err := m.db.TryLease(ctx, "role map log")
	if err != nil || !mine {
		return since, err
	}
	defer lease.End()
	s, err := m.State(ctx)
	if err != nil || s.AsOf.IsZero() {
		return since, err // the first walk sees everything
	}
	if since.Before(s.AsOf) {
		since = s.AsOf.Add(-newsOverlap)
	}
	return m.Follow(ctx, since)
}
