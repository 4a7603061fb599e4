// Package review asks people, assignment by assignment, whether an admin role is
// still right, and has the desk take away what is not. What it is asked about is
// frozen when it starts; what was decided is done when it closes, and sealed.
package review

import (
	"fmt"
	"strings"
	"time"

	"keydesk/internal/desk"
)

// State is where a review stands.
type State string

// The states, in their order. A stopped review was ended without doing anything.
const (
	Filling State = "filling" // its items are being written
	Open    State = "open"
	Closing State = "closing" // decisions are final, revokes are under way
	Closed  State = "closed"
	Stopped State = "stopped"
)

// Verdict is what was decided of an item; empty while it is not.
type Verdict string

// The verdicts. Who skips says that they cannot tell.
const (
	Keep   Verdict = "keep"
	Revoke Verdict = "revoke"
	Skip   Verdict = "skip"
)

// Verdicts are all of them.
func Verdicts() []Verdict { return []Verdict{Keep, Revoke, Skip} }

// Scope is what of the map a review is about. The zero Scope is everything.
type Scope struct {
	Role       string `json:"role,omitempty"`       // a type such as SUPER_ADMIN, or the label of a custom role
	Department string `json:"department,omitempty"` // as the profile has it
	Changed    bool   `json:"changed,omitempty"`    // new or not as they were in the last review that had them
	Risky      bool   `json:"risky,omitempty"`      // with a mark of risk; with Changed: either of the two
}

// Person is somebody in Okta, as far as a review has to name them.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login,omitempty"`
}

// Rule says who decides.
type Rule struct {
	Manager  string            `json:"manager,omitempty"` // the relation that leads to somebody's manager; empty: not by manager
	Roles    map[string]Person `json:"roles,omitempty"`   // who answers for a role, by its type or the label of a custom one
	Named    []Person          `json:"named,omitempty"`   // everybody else's items, divided by person
	Fallback Person            `json:"fallback,omitzero"` // where the rule names nobody, or the person themselves
}

// Plan is what somebody wants reviewed.
type Plan struct {
	Name      string        `json:"name"`
	Scope     Scope         `json:"scope"`
	Reviewers Rule          `json:"reviewers"`
	Due       time.Time     `json:"due"`
	Reasons   []Verdict     `json:"reasons,omitempty"` // that take a sentence why
	Carry     time.Duration `json:"carry,omitempty"`   // how old a decision may be that is carried forward where nothing changed; 0: none is
	Once      string        `json:"-"`                 // drawn for one start: sent twice, it starts one review
}

// Review is one review, without its items.
type Review struct {
	ID    string
	Plan  Plan
	Owner Person
	State State

	AsOf                   time.Time // when the oldest of it was read that the review was started from
	Started, Closed, Ended time.Time // Closed: decisions were final; Ended: the last revoke had its end
	Closer                 Person
	Ticket                 string   // of the close
	Again                  []Repeat // who carried out again what was left, in their order
	Count                  Count
	First                  int64 // the row of the record with which it began
	Sealed                 bool  // there is a bundle

	plan, startMac, closer, closeMac, endMac, manifest string
	unsealed                                           noSeal
	reminded                                           int
}

// Count is how far a review is, or one reviewer in it.
type Count struct {
	All     int `json:"all"`
	Keep    int `json:"keep"`
	Revoke  int `json:"revoke"`
	Skip    int `json:"skip"`
	Carried int `json:"carried_forward"` // among those that are kept
	Nobody  int `json:"handed_to_nobody"`
	Done    int `json:"revoked"`     // of the revokes: the role is gone
	Left    int `json:"not_revoked"` // and ended otherwise
}

// Undecided is how many items have no verdict.
func (c Count) Undecided() int { return c.All - c.Keep - c.Revoke - c.Skip }

// Stays says which items a close leaves without a decision; empty: none.
func (c Count) Stays() string {
	var of []string
	if n := c.Undecided(); n > 0 {
		of = append(of, fmt.Sprintf("%d undecided", n))
	}
	if c.Skip > 0 {
		of = append(of, fmt.Sprintf("%d skipped", c.Skip))
	}
	switch {
	case len(of) == 0:
		return ""
	case c.Undecided()+c.Skip == 1:
		return of[0] + " item stays as it is"
	}
	return strings.Join(of, " and ") + " items stay as they are"
}

// Item is one assignment in a review.
type Item struct {
	Review   string
	N        int
	Key      string
	Evidence Evidence
	Reviewer Person // zero: nobody's yet
	Fallback string // why it is not who the rule named
	Asking   bool   // who the rule names is still looked up

	Verdict Verdict
	Note    string
	By      Person
	At      time.Time
	Seq     int64  // the row of the record
	Carried string // the review from which the decision is carried forward, by name
	Version int

	Outcome   Outcome
	NotBefore time.Time // when a revoke is tried again
	Attempt   int

	evidence, mac, decider, wordMac string
}

// Outcome is how a revoke ended.
type Outcome struct {
	End desk.Ending // empty while it has not
	Why string      // a sentence
	Ask string      // whom to ask; may be empty
	Seq int64       // the row of the record
	At  time.Time   // when it ended; while it has not, when it was first tried
}

// Evidence is an assignment as it was when the review began. It never changes.
type Evidence struct {
	Person  Subject  `json:"person"`
	Role    Role     `json:"role"`
	Reach   Reach    `json:"reach"`
	Words   string   `json:"reaches"` // the same in words
	Targets []Target `json:"targets,omitempty"`
	Since   string   `json:"since,omitempty"`   // when it was granted, RFC 3339
	ReadAt  string   `json:"read_at,omitempty"` // when the map read it, RFC 3339
	By      string   `json:"by,omitempty"`      // who granted it, where that is known
	Outside bool     `json:"outside,omitempty"`
	Marks   []Mark   `json:"marks,omitempty"`
	Two     bool     `json:"takes_two,omitempty"` // to change the account takes two people
	Problem string   `json:"problem,omitempty"`   // why the map could not read it again: it is as it was before
	Last    *Last    `json:"last_decision,omitempty"`
	Carried *Carried `json:"carried_forward,omitempty"` // what counts until somebody decides anew
	Changed []string `json:"changed_since,omitempty"`   // since the last decision, a sentence each
}

// Subject is whom an assignment is about.
type Subject struct {
	Person
	Status     string `json:"status"`
	Department string `json:"department,omitempty"`
	LastSignIn string `json:"last_sign_in,omitempty"` // RFC 3339; empty: never, or not known
	Factors    int    `json:"factors"`                // -1: not read
}

// Role is what is held, and how.
type Role struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Label       string `json:"label"`
	Definition  string `json:"definition,omitempty"` // of a custom role
	ResourceSet string `json:"resource_set,omitempty"`
	How         string `json:"how"` // USER or GROUP
	Assignee    string `json:"assignee"`
	Through     string `json:"through,omitempty"` // the group's name
}

// Reach is how far a role reaches.
type Reach string

// The reaches. What could not be read is never guessed.
const (
	Everything Reach = "everything"
	Limited    Reach = "limited"
	BySet      Reach = "set" // what the resource set holds
	Unknown    Reach = "unknown"
)

// Target is one thing that a role is limited to.
type Target struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Mark is a risk with the sentence that explains it.
type Mark struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Why   string `json:"why"`
}

// Last is what was decided of the assignment the last time, by somebody who looked.
type Last struct {
	Review  string `json:"review"` // by id
	Name    string `json:"name"`
	Verdict string `json:"verdict"`
	By      string `json:"by"`
	At      string `json:"at"` // RFC 3339
}

// Carried is a decision to keep that is carried forward from an earlier review.
type Carried struct {
	From string `json:"from"` // the review, by name
	Note string `json:"reason,omitempty"`
	By   Person `json:"by"`
	At   string `json:"at"` // RFC 3339
	Row  int64  `json:"row"`
}
