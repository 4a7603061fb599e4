package rolemap

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/store"
)

const (
	// walkEvery is how long after the beginning of a walk the next one begins.
	walkEvery = 24 * time.Hour
	// walkAgain is how soon one that failed goes on.
	walkAgain = time.Minute
	// lookEvery is how often it is looked whether something is to be done.
	lookEvery = 5 * time.Second
)

// Run keeps the map true until ctx ends: it walks every day, asks Okta's log every few
// minutes, and reads those again about whom something has changed. Every replica may
// run it.
func (m *Map) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { m.walkDaily(ctx) })
	all.Go(func() { m.rereadSoon(ctx) })
	all.Go(func() { m.follow(ctx) })
	all.Wait()
}

func (m *Map) walkDaily(ctx context.Context) {
	for ctx.Err() == nil {
		wait := lookEvery
		due, err := m.due(ctx)
		if due {
			err = m.Walk(ctx)
			debug.FreeOSMemory() // what it took is not needed again for a day
		}
		if err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "the role map could not be read to its end; it goes on in a minute", "error", err)
			wait = walkAgain
		}
		pause(ctx, wait, nil)
	}
}

// due reports whether a walk has to begin, or to go on.
func (m *Map) due(ctx context.Context) (bool, error) {
	last, err := walks(ctx, m.db.R, `order by id desc limit 1`)
	if err != nil {
		return false, err
	}
	return len(last) == 0 || last[0].Ended.IsZero() || last[0].again || m.now().Sub(last[0].Started) >= walkEvery, nil
}

func (m *Map) rereadSoon(ctx context.Context) {
	for ctx.Err() == nil {
		wait := lookEvery
		if err := m.Reread(ctx); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "people of the role map could not be read again", "error", err)
			wait = walkAgain
		}
		pause(ctx, wait, m.wake)
	}
}

// Reread reads those again about whom something has changed since they were read.
func (m *Map) Reread(ctx context.Context) error {
	for {
		ids, err := stale(ctx, m.db.R)
		if err != nil || len(ids) == 0 {
			return err
		}
		var failed []error
		for _, id := range ids {
			if err := m.Refresh(ctx, id); err != nil {
				failed = append(failed, err) // of the others something may be told
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if len(failed) > 0 {
			return errors.Join(failed...)
		}
	}
}

func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// State says how old the map is, and whether it is being read.
type State struct {
	AsOf  time.Time // when the last whole walk began: everything in the map is at least as new; zero: there was none
	First time.Time // when the first one ended: of moments before it the map knows nothing for certain
	Walk  Walk      // the one under way, else the last; the zero Walk: none has begun
	Stale int       // people who are about to be read again
	Share int       // per cent of the rate limit that the walk uses
}

// Running reports whether a walk is under way.
func (s State) Running() bool { return s.Walk.ID > 0 && s.Walk.Ended.IsZero() }

// State is how the map stands.
func (m *Map) State(ctx context.Context) (s State, err error) {
	if m.desk != nil { // nobody reads Okta beside a running console
		s.Share = m.desk.Share()
	}
	last, err := walks(ctx, m.db.R, `order by id desc limit 1`)
	if err != nil {
		return s, err
	}
	if len(last) > 0 {
		s.Walk = last[0]
	}
	ended, err := walks(ctx, m.db.R, `where ended_at > 0 order by id desc limit 1`)
	if err != nil {
		return s, err
	}
	if len(ended) > 0 {
		s.AsOf = ended[0].Started
	}
	var first int64
	err = m.db.R.QueryRowContext(ctx, `select coalesce(min(ended_at), 0) from role_walk where ended_at > 0`).Scan(&first)
	if s.First = store.Moment(first); err == nil {
		err = m.db.R.QueryRowContext(ctx, `select count(*) from role_person where stale_at > 0`).Scan(&s.Stale)
	}
	return s, err
}

// Walks are the whole walks that ended, the newest first: the moments that the map
// can be asked about for certain.
func (m *Map) Walks(ctx context.Context, limit int) ([]Walk, error) {
	return walks(ctx, m.db.R, `where ended_at > 0 order by id desc limit $1`, limit)
}

// Show is Now for an operator who may see the map; the record says that they did.
func (m *Map) Show(ctx context.Context, who desk.Actor, f Filter) ([]Assignment, Summary, error) {
	if err := m.desk.MapShown(ctx, who, "the role map shown"); err != nil {
		return nil, Summary{}, err
	}
	return m.Now(ctx, f)
}

// Progress is State for an operator who may see the map.
func (m *Map) Progress(ctx context.Context, who desk.Actor) (State, error) {
	if dec := m.desk.MayMap(who); !dec.Allowed {
		return State{}, &desk.Error{Kind: desk.Denied, Action: "roles.map", Rule: dec.Rule, Msg: dec.Why, Ask: dec.Ask}
	}
	return m.State(ctx)
}

// Export is what Show shows, as a file, written to the writer that begin gives once the
// record says who takes it away.
func (m *Map) Export(ctx context.Context, who desk.Actor, f Filter, as Format, begin func() io.Writer) error {
	all, _, err := m.Now(ctx, f)
	if err != nil {
		return err
	}
	s, err := m.State(ctx)
	if err != nil {
		return err
	}
	if err := m.desk.MapExported(ctx, who, string(as), f.Words()); err != nil {
		return err
	}
	return Write(begin(), as, s.AsOf, all)
}

// Words are what the filter asks for, as the record keeps it.
func (f Filter) Words() string {
	return audit.Words(nil, struct {
		Text       string `record:"text,personal"`
		Role       string `record:"role,public"`
		Person     string `record:"person,personal"`
		Status     string `record:"status,public"`
		Department string `record:"department,public"`
		How        string `record:"how,public"`
		Reach      string `record:"reach,public"`
		Target     string `record:"target,public"`
		Mark       string `record:"risk,public"`
	}{f.Text, f.Role, f.Person.String(), string(f.Status), f.Department, f.How, f.Reach, f.Target, string(f.Mark)})
}
