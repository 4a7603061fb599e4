package desk

import (
	"context"
	"sync"

	"keydesk/internal/okta"
)

// locks lets one change at a time happen to a person, so that what was read
// before it still holds when it is sent.
type locks struct {
	mu   sync.Mutex
	held map[okta.UserID]*turn
}

type turn struct {
	free    chan struct{} // holds one value while nobody acts
	waiting int
}

// lock waits for the person's turn, or for ctx; the returned function ends it.
func (l *locks) lock(ctx context.Context, id okta.UserID) (func(), error) {
	t := l.join(id)
	select {
	case <-t.free:
		return func() { t.free <- struct{}{}; l.leave(id, t) }, nil
	case <-ctx.Done():
		l.leave(id, t)
		return nil, ctx.Err()
	}
}

// tryLock takes the person's turn if nobody has it.
func (l *locks) tryLock(id okta.UserID) (func(), bool) {
	t := l.join(id)
	select {
	case <-t.free:
		return func() { t.free <- struct{}{}; l.leave(id, t) }, true
	default:
		l.leave(id, t)
		return nil, false
	}
}

func (l *locks) join(id okta.UserID) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[okta.UserID]*turn{}
	}
	t := l.held[id]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		l.held[id] = t
	}
	t.waiting++
	return t
}

func (l *locks) leave(id okta.UserID, t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.waiting--; t.waiting == 0 {
		delete(l.held, id)
	}
}
