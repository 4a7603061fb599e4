package rolemap

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// ChangeKind is what happened to an assignment.
type ChangeKind string

// The kinds of change.
const (
	Granted    ChangeKind = "granted"
	Retargeted ChangeKind = "retargeted" // it reaches something else
	Taken      ChangeKind = "taken"
)

// Change is one difference between two moments, and who made it where the record
// knows.
type Change struct {
	Kind ChangeKind `json:"kind"`
	At   time.Time  `json:"at"`  // when the map first saw it
	Was  Assignment `json:"was"` // zero for what was granted
	Is   Assignment `json:"is"`  // zero for what was taken
	By   string     `json:"by,omitempty"`
	Seq  int64      `json:"row,omitempty"` // of the record
}

// Assignment is the one that the change is about, as it is after it, or was.
func (c Change) Assignment() Assignment {
	if c.Kind == Taken {
		return c.Was
	}
	return c.Is
}

// Changes are what began or ended in the map after one moment and until another,
// the newest first. The zero time to is the present.
func (m *Map) Changes(ctx context.Context, from, to time.Time) ([]Change, error) {
	if to.IsZero() {
		to = m.now()
	}
	rows, err := held(ctx, m.db.R, `(h.from_at > $1 and h.from_at <= $2) or (h.to_at > $1 and h.to_at <= $2)`, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	var out []Change
	within := func(t time.Time) bool {
		return t.After(store.Moment(store.Milli(from))) && !t.After(store.Moment(store.Milli(to)))
	}
	ended := map[string]Assignment{} // by key and when
	at := func(a Assignment, t time.Time) string { return a.Key() + "@" + stamp(t) }
	for _, a := range rows {
		if within(a.To) {
			ended[at(a, a.To)] = a
		}
	}
	for _, a := range rows {
		if !within(a.From) {
			continue
		}
		c := Change{Kind: Granted, At: a.From, Is: a, By: a.By, Seq: a.Seq}
		if was, ok := ended[at(a, a.From)]; ok {
			c.Kind, c.Was, c.By, c.Seq = Retargeted, was, "", 0
			delete(ended, at(a, a.From))
		}
		out = append(out, c)
	}
	for _, a := range ended {
		out = append(out, Change{Kind: Taken, At: a.To, Was: a})
	}
	if err := m.attribute(ctx, out); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Assignment().Key(), b.Assignment().Key()))
	})
	return out, nil
}

// attribute finds out from the record who made the changes.
func (m *Map) attribute(ctx context.Context, all []Change) error {
	people := map[okta.UserID]bool{}
	for _, c := range all {
		if a := c.Assignment(); a.Direct() {
			people[a.Person.ID] = true
		}
	}
	acts, err := m.desk.Survey(desk.RoleMap()).RoleActs(ctx, slices.Collect(maps.Keys(people)))
	if err != nil {
		return err
	}
	for i, c := range all {
		if c.Seq > 0 || !c.Assignment().Direct() {
			continue
		}
		for _, act := range acts { // the newest that fits counts
			if c.madeBy(act) {
				all[i].By, all[i].Seq = act.By, act.Seq
			}
		}
	}
	return nil
}

// madeBy reports whether an act can have made the change: it was done to the role
// between the moments at which the map saw it as it was, and as it is.
func (c Change) madeBy(act desk.RoleAct) bool {
	a := c.Assignment()
	switch {
	case act.Person != a.Person.ID, act.At.After(c.At), c.Kind != Granted && act.At.Before(c.Was.From):
		return false
	case c.Kind == Granted:
		return act.Action == "roles.assign" && act.Role == string(a.Type) && !act.At.Before(a.Since.Add(-time.Hour))
	case act.Role != a.Role.String():
		return false
	case c.Kind == Taken:
		return act.Action == "roles.remove"
	}
	return strings.HasPrefix(string(act.Action), "targets.")
}
