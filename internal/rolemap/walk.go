package rolemap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// Ways of a walk.
const (
	ByHolders = "holders" // Okta lists who holds a role
	ByPeople  = "people"  // it does not, and everybody is asked
)

// Stages of a walk.
const (
	stageList = "list"
	stageRest = "rest" // who is in the map and was not on the list: each is looked at
)

// brokenMost is of how many people in a batch Okta may tell nothing that can be used:
// of more than that, and it may not be the people. Where the others can still be read
// after brokenFor, it is.
const (
	brokenMost = 2
	brokenFor  = time.Hour
)

// batch is how many people are read before what was found is written: a stop loses
// no more than that.
const batch = 25

// Walk is one reading of the whole organisation, and how far it has come. It goes on
// where it was after a stop.
type Walk struct {
	ID      int64
	Started time.Time
	Ended   time.Time // zero: it is under way
	Way     string    // of ByHolders and ByPeople
	Done    int       // people read
	Total   int       // as many as the walk before had; 0: not known
	Calls   int64     // calls to Okta
	Problem string    // why it does not go on

	stage, page, last string

	again bool // something has happened since that only another one sees
}

// walker is a walk under way in this process.
type walker struct {
	*Map
	Walk
	lease  *store.Lease
	survey *desk.Survey
	before int64 // calls of earlier processes
}

// Walk reads the whole organisation: it goes on with the walk that was begun, or begins
// one. It returns at once where another process walks. One that returned an error
// goes on the next time.
func (m *Map) Walk(ctx context.Context) error {
	if !m.walking.TryLock() {
		return nil
	}
	defer m.walking.Unlock()
	lease, mine, err := m.db.TryLease(ctx, "role map")
	if err != nil || !mine {
		return err
	}
	defer lease.End()
	w := &walker{Map: m, lease: lease, survey: m.desk.Survey(desk.RoleMap())}
	if err := w.open(ctx); err != nil {
		return err
	}
	w.before = w.Calls
	err = w.run(ctx)
	if err != nil && ctx.Err() == nil {
		w.Problem = plain(err)
		err = errors.Join(err, w.save(ctx, nil))
	}
	return err
}

// plain is an error as a page can show it.
func plain(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Msg
	}
	return err.Error()
}

func (w *walker) run(ctx context.Context) error {
	w.Problem = ""
	for w.stage == stageList {
		if err := w.list(ctx); err != nil {
			return err
		}
	}
	for {
		more, err := w.rest(ctx)
		if err != nil {
			return err
		}
		if !more {
			return w.finish(ctx)
		}
	}
}

// open finds the walk that was begun and not ended, or begins one.
func (w *walker) open(ctx context.Context) error {
	last, err := walks(ctx, w.db.R, `order by id desc limit 1`)
	if err != nil {
		return err
	}
	if len(last) > 0 && last[0].Ended.IsZero() {
		w.Walk = last[0]
		return nil
	}
	w.Walk = Walk{ID: 1, Started: store.Moment(store.Milli(w.now())), Way: ByHolders, stage: stageList}
	if len(last) > 0 {
		w.ID, w.Total = last[0].ID+1, last[0].Done
	}
	if err := w.survey.Walked(ctx, "begins: everybody's admin roles are read"); err != nil {
		return err
	}
	return w.alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		//nolint:gosec // marked gives placeholders alone
		_, err := tx.ExecContext(ctx, `insert into role_walk (`+walkColumns+`) values (`+marked(1, 12)+`)`, w.values()...)
		return err
	})
}

// list reads the page under way to its end, and turns it.
func (w *walker) list(ctx context.Context) error {
	ids, known, next, err := w.listed(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(ids, func(id okta.UserID) bool { return id.String() == w.last }); i >= 0 {
		ids = ids[i+1:]
	}
	for some := range slices.Chunk(ids, batch) {
		found, err := w.read(ctx, some, known)
		if err != nil {
			return err
		}
		w.last, w.Done = some[len(some)-1].String(), w.Done+len(some)
		if err := w.save(ctx, found); err != nil {
			return err
		}
	}
	if w.page, w.last = next, ""; next == "" {
		w.stage = stageRest
	}
	return w.save(ctx, nil)
}

// listed is a page of whom to read. A walk that stood still for so long that Okta does
// not take its place any more begins its list anew.
func (w *walker) listed(ctx context.Context) (ids []okta.UserID, known map[okta.UserID]okta.User, next string, err error) {
	ids, known, next, err = w.turn(ctx)
	if w.page != "" && desk.Lapsed(err) {
		w.page, w.last = "", ""
		return w.turn(ctx)
	}
	return ids, known, next, err
}

// turn asks for a page. Where everybody is asked their accounts come with it.
func (w *walker) turn(ctx context.Context) (ids []okta.UserID, known map[okta.UserID]okta.User, next string, err error) {
	if w.Way == ByHolders {
		ids, next, err = w.survey.Holders(ctx, w.page)
		if !desk.NoList(err) {
			return ids, nil, next, err
		}
		w.Way, w.page, w.last = ByPeople, "", ""
	}
	people, next, err := w.survey.Everybody(ctx, w.page)
	known = map[okta.UserID]okta.User{}
	for _, u := range people {
		ids, known[u.ID] = append(ids, u.ID), u
	}
	return ids, known, next, err
}

// read reads what some people hold; known are accounts that came with the list.
func (w *walker) read(ctx context.Context, ids []okta.UserID, known map[okta.UserID]okta.User) ([]reading, error) {
	if known == nil {
		people, err := w.survey.People(ctx, ids)
		if err != nil {
			return nil, err
		}
		known = map[okta.UserID]okta.User{}
		for _, u := range people {
			known[u.ID] = u
		}
	}
	grants, begins, err := w.survey.Grants(ctx, ids)
	if err != nil {
		return nil, err
	}
	var found []reading
	refused, broken := 0, 0
	for _, id := range ids {
		r, err := w.readOne(ctx, w.survey, id, known[id], grants, begins)
		if err != nil {
			return nil, err
		}
		if r.person.Problem != "" {
			refused++
		}
		if r.broken {
			broken++
		}
		if r.person.ReadAt.Before(w.Started) { // this clock was put back since
			r.person.ReadAt = w.Started
		}
		found = append(found, r)
	}
	if broken > brokenMost && (broken == len(ids) || !w.stuck(ids[0])) {
		return nil, errors.New(firstProblem(found))
	}
	if w.Done == 0 && refused == len(ids) {
		return nil, errors.New(firstProblem(found)) // it is not the people
	}
	return found, nil
}

// stuck reports whether the walk has come to a standstill at somebody long ago.
func (w *walker) stuck(at okta.UserID) bool {
	if w.standstill.at != at {
		w.standstill.at, w.standstill.since = at, w.now()
	}
	return w.now().Sub(w.standstill.since) >= brokenFor
}

func firstProblem(found []reading) string {
	for _, r := range found {
		if r.person.Problem != "" {
			return r.person.Problem
		}
	}
	return ""
}

// readOne reads one person. Search may not know yet, or any more, whom a list names.
func (m *Map) readOne(ctx context.Context, s *desk.Survey, id okta.UserID, u okta.User, grants []desk.Given, begins time.Time) (reading, error) {
	at := m.now()
	if u.ID.IsZero() {
		var err error
		if u, err = s.Person(ctx, id); desk.Vanished(err) {
			return reading{person: Person{ID: id, Factors: -1, ReadAt: at}, gone: true}, nil
		} else if err != nil {
			return reading{}, err
		}
	}
	h, err := s.Read(ctx, u)
	switch {
	case desk.Vanished(err):
		return reading{person: Person{ID: id, Factors: -1, ReadAt: at}, gone: true}, nil
	case desk.Refused(err), desk.Broken(err):
		p := personOf(u)
		p.ReadAt, p.Factors, p.Problem = at, -1, plain(err)
		return reading{person: p, broken: desk.Broken(err)}, nil
	case err != nil:
		return reading{}, err
	}
	return readingOf(h, grants, begins), nil
}

// rest looks at people who are in the map and were not read since the walk began: they
// hold nothing any more, most likely, and that is looked at and not concluded.
func (w *walker) rest(ctx context.Context) (more bool, err error) {
	ids, err := leftOver(ctx, w.db.R, w.Started)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	found, err := w.read(ctx, ids, nil)
	if err != nil {
		return false, err
	}
	w.Done += len(ids)
	return true, w.save(ctx, found)
}

// finish ends the walk.
func (w *walker) finish(ctx context.Context) error {
	w.Ended = store.Moment(max(store.Milli(w.now()), store.Milli(w.Started)+1))
	if err := w.save(ctx, nil); err != nil {
		return err
	}
	w.log.InfoContext(ctx, "the role map was read", "people", w.Done, "calls", w.Calls, "by", w.Way, "took", w.Ended.Sub(w.Started).String())
	return w.survey.Walked(ctx, fmt.Sprintf("ended: %d people were read in %d calls, by %s", w.Done, w.Calls, w.Way))
}

// save writes what was found, and how far the walk is, both or neither, and only
// while no other process has taken over.
func (w *walker) save(ctx context.Context, found []reading) error {
	w.Calls = w.before + w.survey.Calls()
	return w.alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, r := range found {
			if err := keep(ctx, tx, r); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `update role_walk set started_at = $2, ended_at = $3, way = $4, page = $5, last = $6, stage = $7, done = $8, total = $9, calls = $10, problem = $11 where id = $1`, w.values()[:11]...)
		return err
	})
}

// alone is a transaction of the holder of the lease.
func (w *walker) alone(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := w.lease.Keep(ctx, tx); err != nil {
			return err
		}
		return do(ctx, tx)
	})
}

const walkColumns = `id, started_at, ended_at, way, page, last, stage, done, total, calls, problem, again`

func (w Walk) values() []any {
	return []any{w.ID, store.Milli(w.Started), store.Milli(w.Ended), w.Way, w.page, w.last, w.stage, w.Done, w.Total, w.Calls, w.Problem, w.again}
}

func walks(ctx context.Context, on store.Querier, which string, args ...any) ([]Walk, error) {
	return read(ctx, on, func(rows *sql.Rows) (w Walk, err error) {
		var started, ended int64
		err = rows.Scan(&w.ID, &started, &ended, &w.Way, &w.page, &w.last, &w.stage, &w.Done, &w.Total, &w.Calls, &w.Problem, &w.again)
		w.Started, w.Ended = store.Moment(started), store.Moment(ended)
		return w, err
	}, `select `+walkColumns+` from role_walk `+which, args...)
}
