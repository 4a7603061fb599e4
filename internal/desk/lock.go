package desk

import (
	"context"
	"sync"
)

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
