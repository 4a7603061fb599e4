package desk

import (
	"context"
	"strings"
	"sync"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// turn is the right to change one person, or to make one: first of all that this
// process does, which costs nothing, then of all that the processes on one database
// do.
type turn struct {
	lease *audit.Lease // nil where there is one process
	leave func()
}

// personTurn and loginTurn name what is changed one at a time.
func personTurn(id okta.UserID) string { return "person " + id.String() }

func loginTurn(login string) string { return "login " + strings.ToLower(strings.TrimSpace(login)) }

// turn waits for a turn, or for ctx.
func (d *Desk) turn(ctx context.Context, of string) (turn, error) {
	leave, err := d.changes.enter(ctx, of)
	if err != nil {
		return turn{}, err
	}
	lease, err := d.record.Lease(ctx, of)
	if err != nil {
		leave()
		return turn{}, err
	}
	return turn{lease, func() { lease.End(); leave() }}, nil
}

// tryTurn takes a turn if there is one.
func (d *Desk) tryTurn(ctx context.Context, of string) (turn, bool, error) {
	leave, ok := d.changes.tryEnter(of)
	if !ok {
		return turn{}, false, nil
	}
	lease, ok, err := d.record.TryLease(ctx, of)
	if !ok || err != nil {
		leave()
		return turn{}, false, err
	}
	return turn{lease, func() { lease.End(); leave() }}, true, nil
}

// sending is the context in which a change is sent. What was begun goes on when the
// browser hangs up, for as long as nobody else can have taken over; the client
// bounds it.
func (t turn) sending(ctx context.Context, got *okta.Receipt) context.Context {
	return okta.WithPermit(okta.WithReceipt(context.WithoutCancel(ctx), got), t.lease.Held)
}

// turns lets a few at a time through for each key: one change to a person, so
// that what was read before it still holds when it is sent; two searches of an
// operator, so that who types fast does not use up the organisation's rate for
// everybody.
type turns[K comparable] struct {
	atOnce int

	mu  sync.Mutex
	now map[K]*queue
}

type queue struct {
	in      chan struct{} // holds a value for each that is through
	members int           // through or waiting
}

// enter waits for a turn, or for ctx; the returned function ends the turn.
func (t *turns[K]) enter(ctx context.Context, key K) (leave func(), err error) {
	q := t.join(key)
	select {
	case q.in <- struct{}{}:
		return func() { <-q.in; t.part(key, q) }, nil
	case <-ctx.Done():
		t.part(key, q)
		return nil, ctx.Err()
	}
}

// tryEnter takes a turn if there is one.
func (t *turns[K]) tryEnter(key K) (leave func(), ok bool) {
	q := t.join(key)
	select {
	case q.in <- struct{}{}:
		return func() { <-q.in; t.part(key, q) }, true
	default:
		t.part(key, q)
		return nil, false
	}
}

func (t *turns[K]) join(key K) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now == nil {
		t.now = map[K]*queue{}
	}
	q := t.now[key]
	if q == nil {
		q = &queue{in: make(chan struct{}, t.atOnce)}
		t.now[key] = q
	}
	q.members++
	return q
}

func (t *turns[K]) part(key K, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.members--; q.members == 0 {
		delete(t.now, key)
	}
}
