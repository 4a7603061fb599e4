// Package views draws the console's pages. A template gets values and writes
// text: it asks nobody, decides nothing, and its only addresses are those of
// paths.go. A part that htmx swaps is the very component that the page embeds.
package views

import (
	"net/url"
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
	Map   string // the page of the role map that was looked at last; empty: none
	Clock Clock
	Query desk.Query // what the search field shows
	Links Links

	ToDecide  int  // how many requests wait for the actor
	ToReview  int  // how many items of reviews do
	MayCreate bool // whether the actor may make people
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
	RetryOn    desk.Object   // and what of the person that dialog is about
	Once       desk.Once     // what a button beside it shows, once
	Asked      bool          // it waits for a second person, on the page of approvals
	Fresh      string        // the page to come back to from a fresh sign-in; empty: none is wanted
	Draft      string        // the name of what was typed and is kept over it; empty: nothing is
}

// Form holds what was typed into the dialog of one action, and what is wrong
// with it.
type Form struct {
	Action       desk.Action
	On           desk.Object
	Note, Ticket string
	Typed        string // a login that had to be typed out
	Field        string // the field at fault
	Problem      string // a sentence; empty when nothing is wrong

	Again  bool       // kept over a fresh sign-in: the dialog is open, and nothing was sent yet
	Chosen url.Values // what else was chosen then
}

// Tab is what every page of a person shows beside its own: how the last action
// ended, and what had been typed for it.
type Tab struct {
	Notice *Notice
	Form   Form
}

// PersonProps is what a person's page shows.
type PersonProps struct {
	Tab
	Person     desk.Person
	History    []audit.Act
	HistoryErr bool // the record could not be read
	Waiting    []desk.Waiting
}

// AccessProps is what the page of a person's reach shows.
type AccessProps struct {
	Tab
	desk.AccessPage
	Filter string // groups and apps whose name holds this
}

// LinksProps is what the page of linked people shows.
type LinksProps struct {
	Tab
	desk.LinksPage
}

// RolesProps is what the page of a person's admin roles shows.
type RolesProps struct {
	Tab
	desk.RolesPage
}

// RoleProps is what the page of one admin role shows.
type RoleProps struct {
	Tab
	desk.RolePage
}

// AssignProps is what the page of a role to be assigned shows.
type AssignProps struct {
	Tab
	desk.AssignPage
}

// SignInsProps is what the page of what keeps a person signed in shows.
type SignInsProps struct {
	Tab
	desk.SignInsPage
	After string // cursor of this page of consents
}

// ClientProps is what a client's page shows.
type ClientProps struct {
	Tab
	desk.ClientPage
	After desk.ClientCursors
}

// GrantProps is what the page of a consent shows.
type GrantProps struct {
	Tab
	desk.GrantPage
}

// TokenProps is what the page of a refresh token shows.
type TokenProps struct {
	Tab
	desk.TokenPage
}

// ProfileProps is what the form of a profile shows.
type ProfileProps struct {
	Tab
	desk.ProfilePage
	Clear map[string]bool // boxes that were ticked
}

// RawProps is what the page of the bare JSON shows.
type RawProps struct {
	Tab
	desk.ProfilePage
	Typed   string // what was typed in place of Raw; empty: nothing
	Confirm bool   // whether the box for what is removed is wanted, and ticked or not
}

// NewPersonProps is what the form for somebody new shows.
type NewPersonProps struct {
	Tab
	desk.NewPersonPage
	Values desk.NewPerson // as chosen and typed
}

// CounterProps is the page on which a person types for themselves.
type CounterProps struct {
	Spec           desk.Spec
	Name           string // the person's
	Agent          string // who opened it
	Question       string // the recovery question, where that is to be answered
	Seconds        int    // until it closes without a key
	Field, Problem string
}

// CounterDone is how it ended.
type CounterDone struct {
	Notice Notice
}

// UsersProps is what the list of people shows.
type UsersProps struct {
	Results  desk.Results
	Problem  *Notice       // the search failed
	Statuses []okta.Status // the filters offered
}

// HomeProps is what the first page shows.
type HomeProps struct {
	Recent   []audit.Act // the actor's own acts, newest first
	ToReview int         // what waits for the actor in reviews
}

// AuditProps is what a page of the record shows.
type AuditProps struct {
	Filter  audit.Filter
	Acts    []audit.Act
	Next    int64 // Filter.Before of the next page; 0 at the end
	OwnOnly bool  // the actor may see nothing but their own acts
	State   desk.RecordState
	Problem *Notice
}

// TimelineProps is what the page of everything that was done to a person shows.
type TimelineProps struct {
	Tab
	desk.TimelinePage
}

// Problem is a page that stands where the wanted one cannot.
type Problem struct {
	Status int
	Notice
}
