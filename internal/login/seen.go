package login

import (
	"sync"
	"time"
)

// seen remembers when this process last saw each session. The database learns
// it once a minute, which spares it a write for every request; the idle limit
// rests on the later of the two and is exact. After a restart, or on another
// replica, a session can end up to a minute early, never late.
type seen struct {
	mu sync.Mutex
	at map[string]int64 // hash of the session id -> Unix milliseconds
}

// use notes a use at now, unless the last one is longer ago than idle. A glance is
// held to the same, and notes nothing.
func (s *seen) use(id string, written int64, now time.Time, idle time.Duration, glance bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := max(written, s.at[id])
	if now.UnixMilli()-last >= idle.Milliseconds() {
		delete(s.at, id)
		return false
	}
	if !glance {
		s.at[id] = max(last, now.UnixMilli())
	}
	return true
}

// last is the later of the two uses that are known.
func (s *seen) last(id string, written int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(written, s.at[id])
}

func (s *seen) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.at, id)
}

func (s *seen) sweep(before time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, at := range s.at {
		if at <= before.UnixMilli() {
			delete(s.at, id)
		}
	}
}
