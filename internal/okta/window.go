package okta

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	windowSpan = time.Minute      // how long a window lasts, as far as is known
	windowMax  = 2 * time.Minute  // a reset further ahead is not believed
	windowSlop = 10 * time.Second // resets closer together are of the same window
	grace      = time.Second      // Okta's clock tells whole seconds
	enough     = 2 * time.Second  // what must be left of a caller's time after a wait, or the call would be cut off

	concurrencyLow  = 500 * time.Millisecond
	concurrencyHigh = 2500 * time.Millisecond // a read with its 5 s must be able to wait that long and call again
)

var errFull = errors.New("the rate window is used up; the call was not sent")

// Window is what Okta last said about how many calls of one kind it takes.
type Window struct {
	Bucket    string
	Limit     int
	Remaining int       // calls under way are already taken off
	Reset     time.Time // by our clock
}

// windows keeps count of the calls that are left. A call takes its place before
// it is made, or callers at once would all see the same last one. Each process keeps
// its own count: what it starts from is what Okta says, and Okta counts for all.
type windows struct {
	mu   sync.Mutex
	open map[string]*window
}

type window struct {
	Window
	heard   bool          // there was an answer, so Limit 0 means that there is none
	guessed bool          // begun by our clock; Okta has not spoken of it yet
	probe   chan struct{} // closed when the call that is to find out is back
}

// list returns the windows that Okta has told of, sorted by bucket.
func (ws *windows) list() []Window {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var out []Window
	for _, w := range slices.SortedFunc(maps.Values(ws.open), func(a, b *window) int { return cmp.Compare(a.Bucket, b.Bucket) }) {
		if w.Limit > 0 {
			out = append(out, w.Window)
		}
	}
	return out
}

// take takes a place in the bucket's window, and waits for one as long as the
// context lives. When that is too short it returns at once an *Error with the
// time to wait.
func (ws *windows) take(ctx context.Context, bucket string) error {
	share := shareOf(ctx)
	for {
		if err := ctx.Err(); err != nil {
			return &unsent{err}
		}
		wait, probe := ws.try(bucket, share)
		switch {
		case probe != nil:
			select {
			case <-probe:
			case <-ctx.Done():
			}
		case wait == 0:
			return nil
		case !sleep(ctx, wait+jitter(0, grace/2), enough):
			if err := ctx.Err(); err != nil {
				return &unsent{err}
			}
			return &Error{Status: http.StatusTooManyRequests, RetryAfter: wait, Err: errFull}
		}
	}
}

// try takes a place if there is one (0, nil). Else it says how long to wait, or
// which call to wait for: while nothing is known of a window, calls in the
// background go one at a time.
func (ws *windows) try(bucket string, share int) (time.Duration, <-chan struct{}) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.at(bucket)
	switch {
	case w.heard:
		return w.place(share), nil
	case w.probe == nil:
		w.probe = make(chan struct{})
	case share > 0:
		return 0, w.probe
	}
	return 0, nil
}

func (ws *windows) at(bucket string) *window {
	if ws.open == nil {
		ws.open = map[string]*window{}
	}
	if ws.open[bucket] == nil {
		ws.open[bucket] = &window{Window: Window{Bucket: bucket}}
	}
	return ws.open[bucket]
}

// place takes a place, or returns how long until there may be one.
func (w *window) place(share int) time.Duration {
	if w.Limit == 0 {
		return 0
	}
	wait := time.Until(w.Reset) + grace
	if wait <= 0 {
		w.Remaining, w.Reset, w.guessed = w.Limit, time.Now().Add(windowSpan), true
	}
	keep := 0
	if share > 0 {
		keep = w.Limit * (100 - share) / 100
	}
	if w.Remaining <= keep {
		return max(wait, 1)
	}
	w.Remaining--
	return 0
}

// learn takes in what an answer says of its window. An answer that says
// nothing, or none at all, leaves the count as it is.
func (ws *windows) learn(bucket string, a answer) {
	said, ok := windowOf(a.header)
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.at(bucket)
	if ok {
		w.update(said, a.status == http.StatusTooManyRequests && said.Remaining == 0)
	}
	w.heard = w.heard || a.status != 0
	if w.probe != nil {
		close(w.probe)
		w.probe = nil
	}
}

// update keeps the lower count while the window is the same, because answers
// overtake each other and calls under way are not in them.
func (w *window) update(said Window, full bool) {
	said.Bucket = w.Bucket
	ahead := said.Reset.Sub(w.Reset)
	switch {
	case full, w.Limit == 0:
		w.Window, w.guessed = said, false
	case w.guessed:
		said.Remaining = min(said.Remaining, w.Remaining)
		w.Window, w.guessed = said, false
	case ahead > windowSlop:
		w.Window = said
	case ahead >= -windowSlop:
		w.Limit, w.Remaining = said.Limit, min(said.Remaining, w.Remaining)
	}
}

// windowOf reads the rate headers. Limit 0 is Okta's word for too many calls at
// once: it says nothing about a window, and its reset is not to be waited for.
func windowOf(h http.Header) (Window, bool) {
	limit, err1 := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	left, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || limit <= 0 || left < 0 {
		return Window{}, false
	}
	now := time.Now()
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		date = now
	}
	ahead := time.Unix(reset, 0).Sub(date) // Okta's clock against itself, not against ours
	if ahead > windowMax {
		ahead = windowSpan
	}
	return Window{Limit: limit, Remaining: left, Reset: now.Add(max(ahead, 0))}, true
}

// pauseOf says how long to wait after a 429 before there is room again.
func pauseOf(h http.Header) time.Duration {
	if w, ok := windowOf(h); ok && w.Remaining == 0 {
		return time.Until(w.Reset).Round(time.Second) + grace
	}
	return concurrencyHigh
}
