package oktasim

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A limiter counts calls in windows of a minute, one for each bucket. A window
// begins with the first call in it, not with the minute of the wall clock.
type limiter struct {
	mu      sync.Mutex
	limit   int
	windows map[string]*window
}

type window struct {
	end  time.Time
	used int
}

func newLimiter(limit int) *limiter {
	return &limiter{limit: limit, windows: map[string]*window{}}
}

// take counts one call and reports whether the window had room for it.
func (l *limiter) take(bucket string, now time.Time) (quota, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[bucket]
	if w == nil || !now.Before(w.end) {
		w = &window{end: now.Truncate(time.Second).Add(time.Minute)}
		l.windows[bucket] = w
	}
	ok := w.used < l.limit
	if ok {
		w.used++
	}
	return quota{l.limit, l.limit - w.used, w.end}, ok
}

// A quota is what the three rate headers say.
type quota struct {
	limit, remaining int
	reset            time.Time
}

func (q quota) write(h http.Header) {
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(q.limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(q.remaining))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(q.reset.Unix(), 10))
}

// busy is the other kind of 429: too many calls at once. Its limit is zero and
// its reset, about two minutes ahead, is a suggestion nobody should wait for.
func busy(now time.Time) quota { return quota{0, 0, now.Add(127 * time.Second)} }
