package okta

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestBackgroundKeepsPace: a thousand calls, all started at once, over windows
// of a hundred, with Okta's clock well away from ours: none is refused, and a
// fifth of every window stays free.
func TestBackgroundKeepsPace(t *testing.T) {
	for _, skew := range []time.Duration{0, 17 * time.Second, -26 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			f := &counter{limit: 100, skew: skew}
			c := f.client(t)
			ctx := Background(t.Context())
			start := time.Now()
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					if err := c.Lifecycle.Unlock(ctx, ann); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			took := time.Since(start)
			t.Logf("1,000 calls took %v, %d were refused", took, f.limited)
			if f.limited > 0 || took > 14*time.Minute {
				t.Errorf("%d refused in %v", f.limited, took)
			}
			if n := f.most(skew); n > 80 {
				t.Errorf("%d calls in one window of a hundred", n)
			}
		})
	}
}

// TestWithinAShare: calls that have a share of a window take no more of it, wait for
// the next one, and are counted.
func TestWithinAShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &counter{limit: 100}
		c := f.client(t)
		var calls atomic.Int64
		ctx := Within(t.Context(), 25, &calls)
		start := time.Now()
		for range 100 {
			if err := c.Lifecycle.Unlock(ctx, ann); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); f.most(0) > 25 || took < 2*time.Minute || calls.Load() != 100 || f.limited > 0 {
			t.Errorf("%d calls in one window, %d counted, in %v", f.most(0), calls.Load(), took)
		}
		for range 75 { // people have the rest of it
			if err := c.Lifecycle.Unlock(t.Context(), ann); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestPeopleUseTheReserve: when the background has used its share, people go on
// at once, down to the last call.
func TestPeopleUseTheReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &counter{limit: 20}
		c := f.client(t)
		<-time.After(40 * time.Second) // to the beginning of a window
		for range 16 {
			if err := c.Lifecycle.Unlock(Background(t.Context()), ann); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(Background(t.Context()), 5*time.Second)
		defer cancel()
		if wait, ok := IsLimited(c.Lifecycle.Unlock(ctx, ann)); !ok || wait < 30*time.Second {
			t.Error("the background took a person's call", wait, ok)
		}
		if time.Since(start) != 0 {
			t.Error("it was not told at once")
		}
		for range 4 {
			if err := c.Lifecycle.Unlock(t.Context(), ann); err != nil {
				t.Fatal(err)
			}
		}
		wait, ok := IsLimited(c.Lifecycle.Unlock(t.Context(), ann))
		if left := time.Until(c.Windows()[0].Reset); !ok || wait < left || wait > left+2*time.Second || len(f.served) != 20 || f.limited > 0 {
			t.Errorf("%v of %v; %d served, %d refused", wait, left, len(f.served), f.limited)
		}
	})
}

// TestWaitsOnlyAsLongAsTheCallerCan: a short wait is waited; one that would
// leave no time for the call itself is not.
func TestWaitsOnlyAsLongAsTheCallerCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &counter{limit: 1}
		c := f.client(t)
		<-time.After(50 * time.Second)
		if err := c.Lifecycle.Unlock(t.Context(), ann); err != nil {
			t.Fatal(err)
		}
		left := time.Until(c.Windows()[0].Reset)
		<-time.After(left - 10*time.Second)
		refusedAtOnce := func(ctx context.Context) {
			t.Helper()
			start := time.Now()
			if _, ok := IsLimited(c.Lifecycle.Unlock(ctx, ann)); !ok || time.Since(start) != 0 {
				t.Errorf("waited %v", time.Since(start))
			}
		}
		refusedAtOnce(t.Context()) // what was decided would have grown old
		<-time.After(8 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		refusedAtOnce(ctx)
		if err := c.Lifecycle.Unlock(t.Context(), ann); err != nil || f.limited > 0 || len(f.served) != 2 {
			t.Error(err, f.limited, len(f.served))
		}
	})
}

// TestCrowd: too many calls at once is a matter of seconds, whatever reset the
// answer names, and does not spoil what is known of the window.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &counter{limit: 600, atOnce: 5}
		f.rewrites = func(h http.Header) {
			if h.Get("X-Rate-Limit-Limit") == "0" {
				h.Set("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(140*time.Second).Unix(), 10))
			}
		}
		c := f.client(t)
		start := time.Now()
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if err := c.Lifecycle.Unlock(t.Context(), ann); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(start); f.crowded == 0 || len(f.served) != 12 || took < concurrencyLow || took > 14*time.Second {
			t.Errorf("%d crowded, %d served, in %v", f.crowded, len(f.served), took)
		}
		if w := c.Windows(); len(w) != 1 || w[0].Limit != 600 {
			t.Errorf("%+v", w)
		}
	})
}

// TestLimitedForGood: a call that is refused again and again ends with Okta's
// own words, and was never processed.
func TestLimitedForGood(t *testing.T) {
	for name, f := range map[string]*counter{
		"crowd":      {limit: 600, atOnce: -1},
		"no headers": {limit: 0, mute: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			for range 100 {
				f.script = append(f.script, http.StatusTooManyRequests)
			}
			c := f.client(t)
			start := time.Now()
			err := c.Lifecycle.Unlock(t.Context(), ann)
			e, ok := asError(err)
			if !ok || e.Code != "E0000047" || e.RetryAfter == 0 || IsUnsure(err) || len(f.served) < 2 || time.Since(start) > decisionHolds {
				t.Errorf("%s: %d calls in %v; %v", name, len(f.served), time.Since(start), err)
			}
		})
	}
}

// TestStrangeWindows: headers that are missing or wrong neither stop the client
// for long nor free it of its pace.
func TestStrangeWindows(t *testing.T) {
	at := func(d time.Duration) func(http.Header) {
		return func(h http.Header) {
			h.Set("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(d).Unix(), 10))
		}
	}
	for name, rewrites := range map[string]func(http.Header){
		"in the past":    at(-time.Hour),
		"a year ahead":   at(365 * 24 * time.Hour),
		"Date a day on":  func(h http.Header) { h.Set("Date", time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat)) },
		"Date a day off": func(h http.Header) { h.Set("Date", time.Now().Add(-24*time.Hour).UTC().Format(http.TimeFormat)) },
		"no Date":        func(h http.Header) { h.Del("Date") },
		"not numbers":    func(h http.Header) { h.Set("X-Rate-Limit-Remaining", "many") },
		"negative":       func(h http.Header) { h.Set("X-Rate-Limit-Remaining", "-3") },
		"none":           func(h http.Header) { clear(h) },
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &counter{limit: 3, rewrites: rewrites}
			c := f.client(t)
			start := time.Now()
			for range 7 {
				if err := c.Lifecycle.Unlock(Background(t.Context()), ann); err != nil {
					if _, ok := IsLimited(err); !ok {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
			if took := time.Since(start); took > 8*time.Minute || f.limited > 40 {
				t.Errorf("%s: %v, %d refused", name, took, f.limited)
			}
		})
	}
}

// TestReadsAgain: reads are made again after a failure that may pass, a few
// times; changes and what will not pass are not.
func TestReadsAgain(t *testing.T) {
	get := func(ctx context.Context, c *Client) error { return second(c.Roles.List(ctx, ann)) }
	unlock := func(ctx context.Context, c *Client) error { return c.Lifecycle.Unlock(ctx, ann) }
	for name, c := range map[string]struct {
		script []int
		do     func(context.Context, *Client) error
		calls  int
		status int
	}{
		"read, 503 once":         {[]int{503}, get, 2, 200},
		"read, 500 and 502":      {[]int{500, 502}, get, 3, 200},
		"read, 503 twenty times": {[]int{503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503, 503}, get, 3, 503},
		"read, 501":              {[]int{501}, get, 1, 501},
		"read, 404":              {[]int{404}, get, 1, 404},
		"read, 429 then good":    {[]int{429}, get, 2, 200},
		"change, 503 once":       {[]int{503}, unlock, 1, 503},
		"change, 429 then good":  {[]int{429}, unlock, 2, 0},
		"change, 429 then 503":   {[]int{429, 503}, unlock, 2, 503},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &counter{limit: 600, script: c.script}
			err := c.do(t.Context(), f.client(t))
			e, _ := errors.AsType[*Error](err)
			// the counter's 200 is an object: no list of roles
			if len(f.served) != c.calls || e != nil && e.Status != c.status || e == nil && c.status != 0 {
				t.Errorf("%s: %d calls, %v", name, len(f.served), err)
			}
		})
	}
}

// TestDeadlines: a person's call ends with its own limit, a background call
// outlives it while it waits for its turn.
func TestDeadlines(t *testing.T) {
	hang := tripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	synctest.Test(t, func(t *testing.T) {
		c := clientOf(t, Config{URL: "https://brightwater.okta.com", Transport: hang})
		start := time.Now()
		if err := second(c.Users.Get(t.Context(), ann)); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("read: %v after %v", err, time.Since(start))
		}
		start = time.Now()
		if err := c.Lifecycle.Unlock(t.Context(), ann); !IsUnsure(err) || time.Since(start) != 20*time.Second {
			t.Errorf("change: %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start = time.Now()
		if err := c.Lifecycle.Unlock(ctx, ann); !IsUnsure(err) || time.Since(start) != 3*time.Second {
			t.Errorf("the caller's: %v after %v", err, time.Since(start))
		}
	})
}

// TestProbeLost: while the first background call is out to learn the window,
// the others wait; when it is lost, the next one goes.
func TestProbeLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		out, most := 0, 0
		base := tripper(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			out++
			most = max(most, out)
			mu.Unlock()
			<-time.After(time.Second)
			mu.Lock()
			out--
			mu.Unlock()
			return nil, errors.New("lost")
		})
		c := clientOf(t, Config{URL: "https://brightwater.okta.com", Transport: base})
		ctx, cancel := context.WithCancel(Background(t.Context()))
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() { _ = c.Lifecycle.Unlock(ctx, ann) })
		}
		<-time.After(2500 * time.Millisecond)
		cancel()
		all.Wait()
		if most != 1 {
			t.Errorf("%d at once", most)
		}
	})
}
