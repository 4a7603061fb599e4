package rolemap

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// personOf is what the map keeps of an account.
func personOf(u okta.User) Person {
	return Person{ID: u.ID, Login: u.Profile.Login(), Name: u.Name(), Status: u.Status, Department: u.Profile.Text("department"), LastLogin: store.Moment(store.Milli(u.LastLogin)), Factors: -1}
}

// readingOf is what was read of somebody, as the map keeps it.
func readingOf(h desk.Holder, grants []desk.Given, begins time.Time) reading {
	r := reading{person: personOf(h.User), kept: map[string]bool{}, factors: !h.Factors.Kept}
	r.person.ReadAt = h.ReadAt
	if !h.Factors.Kept && h.Factors.Err == nil && len(h.Held) > 0 {
		r.person.Factors = h.Factors.Value
	}
	seen := map[string]bool{}
	for _, held := range h.Held {
		a := assignmentOf(r.person, held)
		g, ours := desk.GivenBy(grants, h.User.ID, held.Role)
		switch {
		case ours && a.Direct() && g.Seq > 0:
			a.By, a.Seq, a.Since = g.By, g.Seq, store.Moment(cmp.Or(store.Milli(a.Since), store.Milli(g.From)))
		case a.Direct():
			a.By, a.Outside = g.By, !begins.IsZero() && a.Since.After(begins)
		}
		if key := a.Key(); !seen[key] {
			seen[key] = true
			r.held = append(r.held, a)
			if held.Targets.Kept {
				r.kept[key] = true
			}
		}
	}
	return r
}

func assignmentOf(p Person, h desk.HeldRole) Assignment {
	r := h.Role
	a := Assignment{
		Person: p, Role: r.ID, Type: r.Type, Label: cmp.Or(r.Label, r.Type.Label()), Definition: r.Role, ResourceSet: r.ResourceSet,
		How: "USER", Assignee: cmp.Or(r.AssigneeID, p.ID.String()), Since: store.Moment(store.Milli(r.Created)),
	}
	if !r.Direct() {
		a.How, a.Assignee, a.Through = "GROUP", r.AssigneeID, h.Through
	}
	a.Reach, a.Targets = reachOf(h)
	return a
}

// reachOf says how far a role goes, from what was read of it. A role of a type that
// nobody here knows is never said to be limited, nor to be everything.
func reachOf(h desk.HeldRole) (Reach, []Target) {
	r := h.Role
	switch {
	case h.Targets.Err != nil, h.Targets.Kept, !r.Type.Known():
		return Unknown, nil
	case r.ResourceSet != "":
		t := Target{Kind: Set, ID: r.ResourceSet, Label: r.ResourceSet}
		if len(h.Targets.Value) > 0 {
			t.Label = h.Targets.Value[0].Label
		}
		return BySet, []Target{t}
	case r.Type == okta.Custom:
		return Unknown, nil
	case len(h.Targets.Value) == 0:
		return Everything, nil
	}
	var out []Target
	for _, t := range h.Targets.Value {
		out = append(out, targetOf(t))
	}
	return Limited, ordered(out)
}

func targetOf(t desk.Target) Target {
	switch on := t.On; {
	case !on.Group.IsZero():
		return Target{Kind: Group, ID: on.Group.String(), Label: cmp.Or(t.Label, on.Group.String())}
	case !on.Instance.IsZero():
		return Target{Kind: Instance, ID: on.Instance.String(), Label: cmp.Or(t.Label, on.Instance.String())}
	default:
		return Target{Kind: App, ID: on.App.String(), Label: cmp.Or(t.Label, on.App.String())}
	}
}

// Saw takes in what a page has just read of somebody, or that an act has changed them:
// then they are read again soon. It is the desk's HolderFunc. Whoever looks waits for a
// read of the map, and for a write where something is new to it; what fails is said in
// the log, and found by the next walk.
func (m *Map) Saw(ctx context.Context, h desk.Holder) {
	var err error
	if h.ReadAt.IsZero() {
		err = m.stale(ctx, h.User.ID)
	} else {
		err = m.saw(ctx, h)
	}
	if err != nil && ctx.Err() == nil {
		m.log.WarnContext(ctx, "the role map could not take in what was read", "person", h.User.ID.String(), "error", err)
	}
}

// stale notes that somebody has to be read again.
func (m *Map) stale(ctx context.Context, id okta.UserID) error {
	if id.IsZero() {
		return nil
	}
	err := m.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into role_person (id, login, name, status, department, last_login, factors, read_at, stale_at, problem)
			values ($1, '', '', '', '', 0, -1, 0, $2, '') on conflict (id) do update set stale_at = excluded.stale_at where role_person.stale_at < excluded.stale_at`, id.String(), store.Milli(m.now()))
		return err
	})
	m.poke()
	return err
}

// poke wakes whoever reads people again.
func (m *Map) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// rereadAfter is how old what is known of somebody may be for a look at them, which
// found nothing new, to be worth a write.
const rereadAfter = time.Minute

func (m *Map) saw(ctx context.Context, h desk.Holder) error {
	was, err := held(ctx, m.db.R, `h.person_id = $1 and h.to_at = 0`, h.User.ID.String())
	if err != nil || len(was)+len(h.Held) == 0 {
		return err
	}
	r := readingOf(h, nil, time.Time{})
	if r.known(was) {
		return nil
	}
	s := m.desk.Survey(desk.RoleMap())
	grants, begins, err := s.Grants(ctx, []okta.UserID{h.User.ID})
	if err != nil {
		return err
	}
	return m.take(ctx, readingOf(h, grants, begins))
}

// known reports whether a reading has nothing in it that the map does not hold.
func (r reading) known(was []Assignment) bool {
	if len(was) != len(r.held) {
		return false
	}
	for _, a := range r.held {
		same := func(b Assignment) bool {
			return a.Key() == b.Key() && (a.Print() == b.Print() || r.kept[a.Key()] && a.Type == b.Type)
		}
		if !slices.ContainsFunc(was, same) {
			return false
		}
	}
	old, now := was[0].Person, r.person
	return old.Status == now.Status && old.Login == now.Login && old.Name == now.Name && old.LastLogin.Equal(now.LastLogin) &&
		(len(r.kept) > 0 || now.ReadAt.Sub(old.ReadAt) < rereadAfter && !old.Stale)
}

// take keeps one reading.
func (m *Map) take(ctx context.Context, r reading) error {
	return m.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error { return keep(ctx, tx, r) })
}

// Refresh reads one person now: three calls and one for each role over apps.
func (m *Map) Refresh(ctx context.Context, id okta.UserID) error { return m.refresh(ctx, id, nil) }

// refresh is Refresh with what Okta's log says of who gave roles; what the record says
// comes before it.
func (m *Map) refresh(ctx context.Context, id okta.UserID, logged []desk.Given) error {
	s := m.desk.Survey(desk.RoleMap())
	grants, begins, err := s.Grants(ctx, []okta.UserID{id})
	if err != nil {
		return err
	}
	r, err := m.readOne(ctx, s, id, okta.User{}, slices.Concat(logged, grants), begins)
	if err != nil {
		return fmt.Errorf("read somebody again: %w", err)
	}
	return m.take(ctx, r)
}
