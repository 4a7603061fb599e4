// Package rolemap keeps who holds which admin role in the organisation, over what.
// It reads Okta through the desk alone, as the named system actor desk.RoleMap, and
// keeps what it read as rows that are valid for a time: what was true at a past
// moment is a question to the database, and drift is the rows that begin or end
// between two.
package rolemap

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

// Map is the role map of one organisation. It may be used by many at once, and by
// several processes on one database.
type Map struct {
	db   *store.DB
	desk *desk.Desk
	now  func() time.Time
	log  *slog.Logger
	wake chan struct{} // somebody has to be read again

	walking sync.Mutex // of several walks in one process, one

	standstill struct { // under walking
		at    okta.UserID // the first of a batch of which too many could not be read
		since time.Time
	}
}

// New returns the map kept in db.
func New(db *store.DB, d *desk.Desk, now func() time.Time, log *slog.Logger) *Map {
	return &Map{db: db, desk: d, now: now, log: log, wake: make(chan struct{}, 1)}
}

// Person is somebody who holds a role, or held one, as they were last read.
type Person struct {
	ID         okta.UserID `json:"id"`
	Login      string      `json:"login"`
	Name       string      `json:"name"`
	Status     okta.Status `json:"status"` // empty: nobody knows the account any more
	Department string      `json:"department,omitempty"`
	LastLogin  time.Time   `json:"last_login,omitzero"` // zero: never
	Factors    int         `json:"factors"`             // enrolled; -1: not read
	ReadAt     time.Time   `json:"read_at,omitzero"`    // when the last whole read began; zero: not yet
	Stale      bool        `json:"stale,omitempty"`     // something has changed since, and is about to be read
	Problem    string      `json:"problem,omitempty"`   // why the roles could not be read; the rows are as they were before
}

// Reach says how far a role goes.
type Reach string

// The reaches. A role is Limited only where its targets were read and there are
// some, and covers Everything only where they were read and there are none.
const (
	Unknown    Reach = ""           // could not be read
	Everything Reach = "everything" // all that its type can cover
	Limited    Reach = "limited"    // the targets, and nothing else
	BySet      Reach = "set"        // what the resource set holds, which Okta tells elsewhere
)

// Words is the reach as it is said to people.
func (r Reach) Words() string {
	switch r {
	case Everything:
		return "everything"
	case Limited:
		return "limited"
	case BySet:
		return "a resource set"
	}
	return "not known"
}

// Kind is what a target is.
type Kind string

// The kinds of target.
const (
	Group    Kind = "group"
	App      Kind = "app"      // every instance of it
	Instance Kind = "instance" // one instance of an app
	Set      Kind = "set"      // a resource set
)

// Target is one thing that a role is limited to.
type Target struct {
	Kind  Kind   `json:"kind"`
	ID    string `json:"id"` // of a group or an instance; of an app its name
	Label string `json:"label"`
}

// Assignment is one admin role of one person, as the map has it.
type Assignment struct {
	Person      Person        `json:"person"`
	Role        okta.RoleID   `json:"role"`
	Type        okta.RoleType `json:"type"`
	Label       string        `json:"label"`
	Definition  string        `json:"definition,omitempty"`   // of a custom role
	ResourceSet string        `json:"resource_set,omitempty"` // of a custom role
	How         string        `json:"how"`                    // USER: directly; GROUP: through a group
	Assignee    string        `json:"assignee"`               // the person, or the group
	Through     string        `json:"through,omitempty"`      // the group's name
	Reach       Reach         `json:"reach"`
	Targets     []Target      `json:"targets,omitempty"` // in the order of kind, label and id
	Since       time.Time     `json:"since,omitzero"`    // when it was granted: from the record, else from Okta
	By          string        `json:"by,omitempty"`      // who granted it, where the record or Okta's log knows
	Seq         int64         `json:"row,omitempty"`     // in which row of the record; 0 with By: Okta's log says so
	Outside     bool          `json:"outside"`           // granted past Keydesk, while there was a record that would know
	Reviewed    time.Time     `json:"reviewed,omitzero"` // when it was last reviewed; before From: it has changed since
	ReviewedBy  string        `json:"reviewed_by,omitempty"`
	From        time.Time     `json:"from"`        // when the map first saw it so
	To          time.Time     `json:"to,omitzero"` // when it first saw it otherwise; zero: it is so
	Marks       []Mark        `json:"marks,omitempty"`
}

// Direct reports whether the role is the person's own; one held through a group is
// changed at the group.
func (a Assignment) Direct() bool { return a.How != "GROUP" }

// Key names the assignment and nothing else: person, role id, how and assignee. It
// stays the same while targets change.
func (a Assignment) Key() string {
	return strings.Join([]string{a.Person.ID.String(), a.Role.String(), a.How, a.Assignee}, "/")
}

// Print is what of an assignment must stay the same for a decision about it to hold:
// the key and what the role reaches. Equal prints mean that nothing has changed but
// names.
func (a Assignment) Print() string {
	targets := make([]string, len(a.Targets))
	for i, t := range a.Targets {
		targets[i] = string(t.Kind) + "=" + t.ID
	}
	slices.Sort(targets)
	return strings.Join([]string{a.Key(), string(a.Type), a.Definition, a.ResourceSet, string(a.Reach), strings.Join(targets, " ")}, "|")
}

// TargetWords is what the role reaches, in words.
func (a Assignment) TargetWords() string {
	switch a.Reach {
	case Everything:
		return everything(a.Type)
	case BySet:
		return "what the resource set " + a.set() + " holds"
	case Unknown:
		return "not known: it could not be read"
	}
	words := make([]string, len(a.Targets))
	for i, t := range a.Targets {
		if words[i] = t.Label; t.Kind == App {
			words[i] = "every instance of " + t.Label
		}
	}
	return strings.Join(words, ", ")
}

// set is the name of the resource set, else its id.
func (a Assignment) set() string {
	for _, t := range a.Targets {
		if t.Kind == Set {
			return t.Label
		}
	}
	return a.ResourceSet
}

// everything says what a role without targets covers.
func everything(t okta.RoleType) string {
	switch {
	case t.GroupTargets():
		return "every group and everybody in it"
	case t.AppTargets():
		return "every app"
	}
	return "the whole organisation"
}

// Mark is a risk that an assignment carries, with why in a sentence.
type Mark struct {
	Name  MarkName `json:"name"`
	Label string   `json:"label"`
	Why   string   `json:"why"`
}
