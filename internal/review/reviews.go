package review

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
)

// Reviews are those of one console. They may be used by many at once, and by several
// processes on one database.
type Reviews struct {
	db     *store.DB
	record *audit.Log
	desk   *desk.Desk
	held   func(context.Context) ([]rolemap.Assignment, error)
	proven func(context.Context, []rolemap.Reviewed) error
	of     func(context.Context, ...okta.UserID) ([]rolemap.Assignment, error)
	sign   audit.Key
	key    []byte
	now    func() time.Time
	log    *slog.Logger

	wake  chan struct{} // there is something to carry out
	busy  sync.Mutex    // held while something is
	fills sync.Mutex    // held while a review is written: a second click finds it whole
}

// Config is what Reviews are made of; every member is required.
type Config struct {
	DB     *store.DB
	Record *audit.Log
	Desk   *desk.Desk
	Held   func(context.Context) ([]rolemap.Assignment, error)                 // what the map holds now
	Of     func(context.Context, ...okta.UserID) ([]rolemap.Assignment, error) // what it holds now of some people
	Proven func(context.Context, []rolemap.Reviewed) error                     // tells the map what was reviewed
	Seal   audit.Key                                                           // of the record
	Key    []byte                                                              // vouches for what is kept; every replica has the same
	Now    func() time.Time
	Log    *slog.Logger
}

// New returns the reviews kept in the database.
func New(c Config) *Reviews {
	return &Reviews{
		db: c.DB, record: c.Record, desk: c.Desk, held: c.Held, of: c.Of, proven: c.Proven, sign: c.Seal, key: c.Key, now: c.Now, log: c.Log,
		wake: make(chan struct{}, 1),
	}
}

// The actions of reviews in the record.
const (
	started    desk.Action = "review.started"
	decided    desk.Action = "review.decided"
	undone     desk.Action = "review.undone"
	reassigned desk.Action = "review.reassigned"
	closed     desk.Action = "review.closed"
	ended      desk.Action = "review.ended"
	stopped    desk.Action = "review.stopped"
	reminded   desk.Action = "review.reminded"
	sealing    desk.Action = "review.sealed"
	unsealing  desk.Action = "review.unsealed"
	exported   desk.Action = "review.exported"
	seen       desk.Action = "review.shown"
)

// fault is an error of a review, for handlers.
func fault(k desk.Kind, a desk.Action, msg string) *desk.Error {
	return &desk.Error{Kind: k, Action: a, Msg: msg}
}

// failed gives an error of the database or the record its words; an error for people
// passes as it is.
func failed(a desk.Action, err error) error {
	var e *desk.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &desk.Error{Kind: desk.Unrecorded, Action: a, Err: err, Msg: "The record or the database cannot be written right now, so nothing was changed. Try again; if it stays, tell whoever runs Keydesk."}
}

func unreadable(a desk.Action, err error) error {
	var e *desk.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &desk.Error{Kind: desk.Other, Action: a, Err: err, Msg: "Reviews cannot be read right now. Try again; if it stays, tell whoever runs Keydesk."}
}

func gone(a desk.Action) *desk.Error {
	return fault(desk.NotFound, a, "There is no such review, or no such item in it.")
}

// may refuses, with a row, who may not.
func (r *Reviews) may(ctx context.Context, who desk.Actor, a desk.Action, dec desk.Decision) error {
	if dec.Allowed {
		return nil
	}
	return r.desk.Deny(ctx, who, a, dec)
}

// words are what rows of the record keep of a review.
type words struct {
	Review   string   `record:"review,public"`
	Item     int      `record:"item,public"`
	Role     string   `record:"role_type,public"`
	How      string   `record:"how,public"`
	Verdict  Verdict  `record:"verdict,public"`
	Was      Verdict  `record:"was,public"`
	From     string   `record:"from,public"` // the review that it is carried forward from
	Looked   bool     `record:"looked,public"`
	Reviewer string   `record:"reviewer,personal"`
	Scope    []string `record:"scope,personal"`
	Which    []int    `record:"which,public"`
	Items    int      `record:"items,public"`
	Carried  int      `record:"carried,public"`
	Revokes  int      `record:"revokes,public"`
	Open     int      `record:"undecided,public"`
	Ends     []string `record:"ends,public"`
	Due      string   `record:"due,public"`
	SHA256   string   `record:"sha256,public"`
	By       string   `record:"by,personal"` // who did it, in Okta
}

// row is a row of the record about a review.
func (r *Reviews) row(who desk.Actor, a desk.Action, name string, w words) audit.Row {
	row := r.desk.Row(who, a)
	w.By = who.OktaID.String()
	row.Class, row.Detail, row.Params = "review", name, audit.Words(nil, w)
	return row
}

// about says in a row whom an item is about.
func about(row audit.Row, i Item) audit.Row {
	row.TargetID, row.Target = i.Evidence.Person.ID, i.Evidence.Person.Login
	return row
}

// self is the console where it does something in a review that takes nobody's word.
func self() desk.Actor { return desk.Reviews(desk.Actor{}) }

// me is an operator as a review names people.
func me(who desk.Actor) Person { return Person{who.OktaID.String(), who.Name, who.Email} }

// NeedsReason reports whether a verdict takes a sentence why.
func (p Plan) NeedsReason(v Verdict) bool { return slices.Contains(p.Reasons, v) }

// stir wakes whoever carries out.
func (r *Reviews) stir() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
