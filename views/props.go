// Package views draws the console's pages. A template gets values and writes
// text: it asks nobody, decides nothing, and its only addresses are those of
// paths.go. A part that htmx swaps is the very component that the page embeds.
package views

import (
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// Clock is the moment and the zone in which a page tells times.
type Clock struct {
	Now  time.Time
	Zone *time.Location // nil: UTC
}

// Links are the addresses outside the console that pages lead to.
type Links struct {
	Ticket    string // address of a ticket: "%s" stands for its number, else the number is appended
	OktaAdmin string // origin of Okta's admin console; empty where there is none
}

// Frame is what every page has around its main part.
type Frame struct {
	Title string
	Nav   string      // the section marked as current: "home", "users", "audit" or none
	Actor *desk.Actor // nil when nobody is signed in
	Demo  bool
	Theme string // "light" or "dark"; anything else follows the system
	Here  string // path and query of this page, for the way back
	Clock Clock
	Query desk.Query // what the search field shows
	Links Links
}

// Notice tells how something ended. Empty members are left out.
type Notice struct {
	Tone       string // "ok", "warn" or "bad"
	Title      string // what happened, in a few words
	Text       string // the same as a sentence
	Next       string // what to do about it
	Rule       string // the rule that refused
	Ask        string // whom to ask
	ErrorID    string
	Seq        int64         // the row of the record that it is about
	RetryAfter time.Duration // counted down on the page
	Retry      desk.Action   // the dialog that a button opens again
	Once       okta.Secret   // shown here and nowhere else
	What       string        // what Once is
}

// Form holds what was typed into the dialog of one action, and what is wrong
// with it.
type Form struct {
	Action       desk.Action
	Note, Ticket string
	Field        string // the field at fault
	Problem      string // a sentence; empty when nothing is wrong
}

// PersonProps is what a person's page shows.
type PersonProps struct {
	Person     desk.Person
	Notice     *Notice
	Form       Form
	History    []audit.Act
	HistoryErr bool // the record could not be read
}

// UsersProps is what the list of people shows.
type UsersProps struct {
	Results  desk.Results
	Problem  *Notice       // the search failed
	Statuses []okta.Status // the filters offered
}

// HomeProps is what the first page shows.
type HomeProps struct {
	Recent []audit.Act // the actor's own acts, newest first
}

// AuditProps is what a page of the record shows.
type AuditProps struct {
	Filter  audit.Filter
	Acts    []audit.Act
	Next    int64 // Filter.Before of the next page; 0 at the end
	OwnOnly bool  // the actor may see nothing but their own acts
	Problem *Notice
}

// Problem is a page that stands where the wanted one cannot.
type Problem struct {
	Status int
	Notice
}
