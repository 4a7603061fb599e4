package rolemap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// Now is what the filter leaves of the map as it is, in the filter's order, and what
// there is of what. It asks the database alone.
func (m *Map) Now(ctx context.Context, f Filter) ([]Assignment, Summary, error) {
	all, err := m.At(ctx, time.Time{})
	if err != nil {
		return nil, Summary{}, err
	}
	shown := f.order(slices.DeleteFunc(slices.Clone(all), func(a Assignment) bool { return !f.fits(a) }))
	s := f.summary(shown, all)
	s.Unread, err = m.unread(ctx)
	return shown, s, err
}

// At is everything that the map held at a moment; the zero time is the present. Of the
// past it is what was held; the person is as they are now.
func (m *Map) At(ctx context.Context, t time.Time) (all []Assignment, err error) {
	if t.IsZero() {
		all, err = held(ctx, m.db.R, `h.to_at = 0`)
	} else {
		all, err = held(ctx, m.db.R, `h.from_at <= $1 and (h.to_at = 0 or h.to_at > $1)`, t.UnixMilli())
	}
	mark(all, m.now())
	return all, err
}

// Of is what some people hold now.
func (m *Map) Of(ctx context.Context, people ...okta.UserID) (all []Assignment, err error) {
	for some := range slices.Chunk(people, 100) {
		args := []any{0}
		for _, id := range some {
			args = append(args, id.String())
		}
		part, err := held(ctx, m.db.R, `h.to_at = $1 and h.person_id in (`+marked(2, len(some))+`)`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	mark(all, m.now())
	return all, nil
}

// unread are the people whose roles could not be read when they were last looked at.
func (m *Map) unread(ctx context.Context) ([]Person, error) {
	return read(ctx, m.db.R, func(rows *sql.Rows) (p Person, err error) {
		var id string
		var login, at int64
		err = rows.Scan(&id, &p.Login, &p.Name, &p.Status, &p.Department, &login, &p.Factors, &at, &p.Problem)
		if err == nil {
			p.ID, err = okta.ParseUserID(id)
		}
		p.LastLogin, p.ReadAt = store.Moment(login), store.Moment(at)
		return p, err
	}, `select id, login, name, status, department, last_login, factors, read_at, problem from role_person where problem <> '' order by name, id`)
}

// Reviewed is that somebody has reviewed an assignment as it was at a moment.
type Reviewed struct {
	Key string // of the assignment
	At  time.Time
	By  string
}

// MarkReviewed says of assignments that they were reviewed. An earlier review of the
// same assignment gives way to it.
func (m *Map) MarkReviewed(ctx context.Context, all []Reviewed) error {
	for some := range slices.Chunk(all, 100) {
		if err := m.markReviewed(ctx, some); err != nil {
			return fmt.Errorf("mark as reviewed: %w", err)
		}
	}
	return nil
}

func (m *Map) markReviewed(ctx context.Context, some []Reviewed) error {
	return m.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, r := range some {
			k, err := parseKey(r.Key)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `insert into role_reviewed (person_id, role_id, how, assignee, at, by_name) values ($1, $2, $3, $4, $5, $6)
				on conflict (person_id, role_id, how, assignee) do update set at = excluded.at, by_name = excluded.by_name where role_reviewed.at <= excluded.at`,
				k[0], k[1], k[2], k[3], store.Milli(r.At), r.By)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// parseKey takes a key apart that Assignment.Key put together.
func parseKey(key string) ([]string, error) {
	k := strings.Split(key, "/")
	if len(k) != 4 {
		return nil, fmt.Errorf("%q is not the key of an assignment", key)
	}
	_, err1 := okta.ParseUserID(k[0])
	_, err2 := okta.ParseRoleID(k[1])
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("%q is not the key of an assignment: %w", key, err)
	}
	return k, nil
}
