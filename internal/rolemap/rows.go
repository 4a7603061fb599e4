package rolemap

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// heldColumns are those of role_held, in the order of Assignment.values.
const heldColumns = `person_id, role_id, how, assignee, from_at, to_at, type, label, definition, resources, through, reach, targets, since, by_name, by_seq, outside`

const selectHeld = `select h.person_id, h.role_id, h.how, h.assignee, h.from_at, h.to_at, h.type, h.label, h.definition, h.resources, h.through, h.reach, h.targets, h.since, h.by_name, h.by_seq, h.outside,
	coalesce(p.login, ''), coalesce(p.name, ''), coalesce(p.status, ''), coalesce(p.department, ''), coalesce(p.last_login, 0), coalesce(p.factors, -1), coalesce(p.read_at, 0), coalesce(p.stale_at, 0), coalesce(p.problem, ''),
	coalesce(r.at, 0), coalesce(r.by_name, '')
	from role_held h left join role_person p on p.id = h.person_id
	left join role_reviewed r on r.person_id = h.person_id and r.role_id = h.role_id and r.how = h.how and r.assignee = h.assignee where `

// held reads the assignments that a condition asks for, people in the order of
// their ids.
func held(ctx context.Context, on store.Querier, where string, args ...any) ([]Assignment, error) {
	return read(ctx, on, scan, selectHeld+where+` order by h.person_id, h.type, h.how desc, h.assignee, h.role_id, h.from_at`, args...)
}

// read is store.All with the words for when it fails.
func read[T any](ctx context.Context, on store.Querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	out, err := store.All(ctx, on, scan, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the role map: %w", err)
	}
	return out, nil
}

func scan(rows *sql.Rows) (a Assignment, err error) {
	var person, role, targets string
	var from, to, since, login, read, stale, reviewed int64
	p := &a.Person
	err = rows.Scan(
		&person, &role, &a.How, &a.Assignee, &from, &to, &a.Type, &a.Label, &a.Definition, &a.ResourceSet, &a.Through, &a.Reach, &targets, &since, &a.By, &a.Seq, &a.Outside,
		&p.Login, &p.Name, &p.Status, &p.Department, &login, &p.Factors, &read, &stale, &p.Problem, &reviewed, &a.ReviewedBy,
	)
	if err == nil {
		p.ID, err = okta.ParseUserID(person)
	}
	if err == nil {
		a.Role, err = okta.ParseRoleID(role)
	}
	if err == nil && targets != "" {
		err = json.Unmarshal([]byte(targets), &a.Targets)
	}
	a.From, a.To, a.Since, a.Reviewed = store.Moment(from), store.Moment(to), store.Moment(since), store.Moment(reviewed)
	p.LastLogin, p.ReadAt, p.Stale = store.Moment(login), store.Moment(read), stale > 0
	return a, err
}

// values are what a row of role_held holds.
func (a Assignment) values() []any {
	return []any{
		a.Person.ID.String(), a.Role.String(), a.How, a.Assignee, store.Milli(a.From), store.Milli(a.To), string(a.Type), a.Label, a.Definition, a.ResourceSet, a.Through,
		string(a.Reach), encode(a.Targets), store.Milli(a.Since), a.By, a.Seq, a.Outside,
	}
}

// encode writes targets as they are kept; equal ones are written alike.
func encode(all []Target) string {
	if len(all) == 0 {
		return ""
	}
	b, _ := json.Marshal(all) // texts alone
	return string(b)
}

func ordered(all []Target) []Target {
	slices.SortFunc(all, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(all)
}

// marked are n placeholders from $first on.
func marked(first, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(out, ", ")
}

// reading is what was read of somebody, at once.
type reading struct {
	person Person
	held   []Assignment
	kept   map[string]bool // by key: what it reaches was not asked

	factors bool // they were asked for
	gone    bool // Okta does not know the account any more
	broken  bool // Okta's answer could not be used
}

// keep makes the rows say what was read, unless somebody has read later.
func keep(ctx context.Context, tx *sql.Tx, r reading) error {
	before, known, err := personRow(ctx, tx, r.person.ID)
	if err != nil || known && before.read > store.Milli(r.person.ReadAt) {
		return err
	}
	was, err := held(ctx, tx, `h.person_id = $1 and h.to_at = 0`, r.person.ID.String())
	if err != nil || !known && len(was)+len(r.held) == 0 && r.person.Problem == "" {
		return err
	}
	read, stale := store.Milli(r.person.ReadAt), before.stale
	if stale <= read {
		stale = 0
	}
	if r.person.Problem != "" {
		return putPerson(ctx, tx, r, read, stale) // the rows stay as they were
	}
	for _, is := range r.held {
		asked := !r.kept[is.Key()]
		i := slices.IndexFunc(was, func(a Assignment) bool { return a.Key() == is.Key() })
		if i >= 0 && !asked && was[i].Type == is.Type {
			is.Reach, is.Targets, is.Through, asked = was[i].Reach, was[i].Targets, was[i].Through, true
		}
		if !asked {
			stale = max(stale, read)
		}
		if i < 0 {
			err = begin(ctx, tx, is, read)
		} else {
			err = replace(ctx, tx, was[i], is, read)
			was = slices.Delete(was, i, i+1)
		}
		if err != nil {
			return err
		}
	}
	for _, gone := range was {
		if err := end(ctx, tx, gone, read); err != nil {
			return err
		}
	}
	if len(r.held) == 0 && stale == 0 {
		if empty, err := forget(ctx, tx, r.person.ID); empty || err != nil {
			return err
		}
	}
	switch {
	case len(r.kept) > 0:
		read = before.read
	case before.read == 0 && !r.factors && len(r.held) > 0: // nobody has asked for their factors yet
		read, stale = 0, max(stale, read)
	}
	if r.gone {
		_, err := tx.ExecContext(ctx, `update role_person set status = '', read_at = $2, stale_at = $3, problem = '' where id = $1`, r.person.ID.String(), read, stale)
		return err
	}
	return putPerson(ctx, tx, r, read, stale)
}

// replace lets a row stand that says the same, and otherwise ends it and begins
// another.
func replace(ctx context.Context, tx *sql.Tx, was, is Assignment, at int64) error {
	is.From = was.From
	if is.Seq == 0 && is.By == "" && is.Since.Equal(was.Since) {
		is.By = was.By // Okta's log said it once
	}
	if is.Print() != was.Print() {
		if err := end(ctx, tx, was, at); err != nil {
			return err
		}
		return begin(ctx, tx, is, max(at, store.Milli(was.From)+1))
	}
	if encode(is.Targets) == encode(was.Targets) && is.Label == was.Label && is.Through == was.Through && is.Since.Equal(was.Since) && is.By == was.By && is.Seq == was.Seq && is.Outside == was.Outside {
		return nil
	}
	_, err := tx.ExecContext(ctx, `update role_held set label = $5, through = $6, since = $7, by_name = $8, by_seq = $9, outside = $10, targets = $11
		where person_id = $1 and role_id = $2 and how = $3 and assignee = $4 and to_at = 0`,
		is.Person.ID.String(), is.Role.String(), is.How, is.Assignee, is.Label, is.Through, store.Milli(is.Since), is.By, is.Seq, is.Outside, encode(is.Targets))
	return err
}

// begin adds a row that is valid from a moment on. One that ended at the very moment
// is not written twice.
func begin(ctx context.Context, tx *sql.Tx, a Assignment, at int64) error {
	var last int64
	err := tx.QueryRowContext(ctx, `select coalesce(max(to_at), 0) from role_held where person_id = $1 and role_id = $2 and how = $3 and assignee = $4`,
		a.Person.ID.String(), a.Role.String(), a.How, a.Assignee).Scan(&last)
	if err != nil {
		return err
	}
	a.From, a.To = store.Moment(max(at, last)), time.Time{}
	//nolint:gosec // marked gives placeholders alone
	_, err = tx.ExecContext(ctx, `insert into role_held (`+heldColumns+`) values (`+marked(1, 17)+`)`, a.values()...)
	return err
}

// end says of a row that it is valid no longer: at the earliest a moment after it
// began, so that no row is about no time.
func end(ctx context.Context, tx *sql.Tx, a Assignment, at int64) error {
	_, err := tx.ExecContext(ctx, `update role_held set to_at = $5 where person_id = $1 and role_id = $2 and how = $3 and assignee = $4 and to_at = 0`,
		a.Person.ID.String(), a.Role.String(), a.How, a.Assignee, max(at, store.Milli(a.From)+1))
	return err
}

// stamps are when somebody was read, and what is known to be older than it should.
type stamps struct{ read, stale int64 }

func personRow(ctx context.Context, tx *sql.Tx, id okta.UserID) (s stamps, known bool, err error) {
	err = tx.QueryRowContext(ctx, `select read_at, stale_at from role_person where id = $1`, id.String()).Scan(&s.read, &s.stale)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	return s, err == nil, err
}

// forget drops somebody who never held anything.
func forget(ctx context.Context, tx *sql.Tx, id okta.UserID) (empty bool, err error) {
	var n int
	err = tx.QueryRowContext(ctx, `select count(*) from role_held where person_id = $1`, id.String()).Scan(&n)
	if err == nil && n == 0 {
		_, err = tx.ExecContext(ctx, `delete from role_person where id = $1`, id.String())
	}
	return n == 0, err
}

func putPerson(ctx context.Context, tx *sql.Tx, r reading, read, stale int64) error {
	p := r.person
	//nolint:gosec // marked gives placeholders alone
	_, err := tx.ExecContext(ctx, `insert into role_person (id, login, name, status, department, last_login, factors, read_at, stale_at, problem)
		values (`+marked(1, 10)+`) on conflict (id) do update set login = excluded.login, name = excluded.name, status = excluded.status, department = excluded.department,
		last_login = excluded.last_login, factors = case when $11 then excluded.factors else role_person.factors end,
		read_at = excluded.read_at, stale_at = excluded.stale_at, problem = excluded.problem`,
		p.ID.String(), p.Login, p.Name, string(p.Status), p.Department, store.Milli(p.LastLogin), p.Factors, read, stale, p.Problem, r.factors)
	return err
}

// leftOver are people of the map who were not read since a moment, some of them.
func leftOver(ctx context.Context, on store.Querier, since time.Time) ([]okta.UserID, error) {
	return ids(ctx, on, `select id from role_person where read_at < $1 and (stale_at > 0 or problem <> '' or exists (select 1 from role_held where person_id = id and to_at = 0)) order by id limit $2`, store.Milli(since), batch)
}

// stale are people who have to be read again, the longest so first.
func stale(ctx context.Context, on store.Querier) ([]okta.UserID, error) {
	return ids(ctx, on, `select id from role_person where stale_at > 0 order by stale_at, id limit $1`, batch)
}

func ids(ctx context.Context, on store.Querier, query string, args ...any) ([]okta.UserID, error) {
	return read(ctx, on, func(rows *sql.Rows) (id okta.UserID, err error) {
		s, err := store.Text(rows)
		if err == nil {
			id, err = okta.ParseUserID(s)
		}
		return id, err
	}, query, args...)
}
