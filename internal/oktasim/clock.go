package oktasim

import (
	"sync"
	"time"
)

// A clock runs with real time from an instant of its own, and can be pushed
// forward: rate windows pass and the search index catches up without waiting.
type clock struct {
	mu    sync.Mutex
	start time.Time // what the clock showed at the beginning
	began time.Time // when that was, in real time
	extra time.Duration
}

func newClock(start time.Time) *clock {
	now := time.Now()
	if start.IsZero() {
		start = now
	}
	return &clock{start: start.UTC().Round(0), began: now}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start.Add(time.Since(c.began) + c.extra)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extra += d
}
