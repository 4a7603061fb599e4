package okta

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// counter counts calls as Okta does: so many a minute by its own clock, and so
// many at once.
type counter struct {
	mu       sync.Mutex
	limit    int           // a minute
	atOnce   int           // 0: any number
	skew     time.Duration // its clock against ours
	mute     bool          // sends no rate headers
	script   []int         // statuses of the first calls, after which it is 200
	now      int           // under way
	window   int64
	used     int
	served   []time.Time
	limited  int
	crowded  int
	rewrites func(http.Header)
}

func (f *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	status, h := f.begin()
	select {
	case <-time.After(100 * time.Millisecond):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	f.mu.Lock()
	f.now--
	f.mu.Unlock()
	body := `{}`
	if status >= 400 {
		body = `{"errorCode":"E0000047"}`
	}
	return reply(status, body, h), nil
}

func (f *counter) begin() (int, http.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now++
	now := time.Now().Add(f.skew)
	if m := (now.Unix() + 23) / 60; m != f.window {
		f.window, f.used = m, 0
	}
	status := f.status()
	limit, left := f.limit, f.limit-f.used
	if status == http.StatusTooManyRequests && f.used < f.limit {
		limit, left = 0, 0
	}
	h := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}}
	if !f.mute {
		h["X-Rate-Limit-Limit"] = []string{strconv.Itoa(limit)}
		h["X-Rate-Limit-Remaining"] = []string{strconv.Itoa(left)}
		h["X-Rate-Limit-Reset"] = []string{strconv.FormatInt((f.window+1)*60-23, 10)}
	}
	if f.rewrites != nil {
		f.rewrites(h)
	}
	return status, h
}

func (f *counter) status() int {
	switch {
	case f.atOnce > 0 && f.now > f.atOnce:
		f.crowded++
		return http.StatusTooManyRequests
	case f.limit > 0 && f.used >= f.limit:
		f.limited++
		return http.StatusTooManyRequests
	}
	f.used++
	f.served = append(f.served, time.Now())
	if len(f.script) > 0 {
		status := f.script[0]
		f.script = f.script[1:]
		return status
	}
	return http.StatusOK
}

func (f *counter) client(t *testing.T) *Client {
	t.Helper()
	return clientOf(t, Config{URL: "https://brightwater.okta.com", Transport: f})
}

// most is the largest number of calls served in one of the counter's windows.
func (f *counter) most(skew time.Duration) int {
	n, most := map[int64]int{}, 0
	for _, at := range f.served {
		m := (at.Add(skew).Unix() + 23) / 60
		n[m]++
		most = max(most, n[m])
	}
	return most
}
