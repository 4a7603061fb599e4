package okta

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

const (
	readTries    = 3 // of a read that failed
	limitedTries = 5 // of a call that Okta did not take for its rate
)

// decisionHolds bounds the waits of a person's change, the time for the call
// itself included that take and sleep leave: whoever asked for it decided on what
// was read just before, and that must not grow old in a queue.
const decisionHolds = 6 * time.Second

// transport makes calls at the pace that Okta allows, and again where that does
// no harm.
type transport struct {
	base       http.RoundTripper
	credential credential // nil: none
	windows    windows
}

// send makes a call, each try within limit and all waits between them within
// wait; 0 waits as long as the caller does. It ends with the last answer there
// was, or with the error of the last try: an *Error when the rate window left
// no room in time, an *unsent when nothing went out.
func (t *transport) send(req *http.Request, bucket string, limit, wait time.Duration) (answer, error) {
	ctx := req.Context()
	if wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, wait)
		defer cancel()
	}
	var a answer
	var err error
	renewed := false
	for try := 1; ; try++ {
		if full := t.windows.take(ctx, bucket); full != nil {
			if try == 1 {
				return answer{}, full
			}
			return a, err
		}
		a, err = t.attempt(req, limit)
		t.windows.learn(bucket, a)
		if err == nil && !renewed && a.renew {
			renewed = true
			continue
		}
		pause, left, again := retry(req, try, a, err)
		if !again || !sleep(ctx, pause, left) {
			return a, err
		}
	}
}

// attempt sends the request once and reads the answer as far as it comes.
func (t *transport) attempt(req *http.Request, limit time.Duration) (answer, error) {
	ctx, cancel := context.WithTimeout(req.Context(), limit)
	defer cancel()
	count(ctx)
	var w wire
	again := req.Clone(ctx)
	if req.GetBody != nil {
		again.Body, _ = req.GetBody() // a try before may have read it; this cannot fail for bytes
	}
	if t.credential != nil { // at every try: a proof is good for one
		if err := t.credential.authorize(again); err != nil {
			return answer{}, &unsent{err}
		}
	}
	if !reads(req) {
		if err := permitted(ctx); err != nil {
			return answer{}, &unsent{err}
		}
	}
	resp, err := t.base.RoundTrip(again.WithContext(httptrace.WithClientTrace(ctx, w.trace())))
	if err != nil {
		return answer{}, w.explain(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, a.broken = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if len(a.body) > maxBody {
		a.body, a.broken = nil, errTooLarge
	}
	a.renew = t.credential != nil && t.credential.again(again, a)
	return a, nil
}

// retry decides whether a call may be made again, after which pause, and with
// how much of the caller's time left. A change is sent again only after a 429,
// which Okta did not process. net/http makes some calls again on its own, and
// never one of ours that changes something and went out: that takes an
// Idempotency-Key header, which must therefore never be set.
func retry(req *http.Request, try int, a answer, err error) (pause, left time.Duration, again bool) {
	switch {
	case err == nil && a.status == http.StatusTooManyRequests:
		if w, ok := windowOf(a.header); ok && w.Remaining == 0 {
			return 0, enough, try < limitedTries // take waits for the next window
		}
		return jitter(concurrencyLow, concurrencyHigh), enough, try < limitedTries
	case reads(req) && try < readTries && failed(a, err):
		least := 200 * time.Millisecond << (try - 1)
		return jitter(least, 2*least), 0, true
	}
	return 0, 0, false
}

func reads(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead
}

// failed reports whether a call may well succeed the next time.
func failed(a answer, err error) bool {
	if err != nil {
		_, denied := errors.AsType[*tokenError](err)
		return !denied
	}
	cut := a.broken != nil && !errors.Is(a.broken, errTooLarge)
	return cut || a.status >= 500 && a.status != http.StatusNotImplemented
}

func jitter(low, high time.Duration) time.Duration {
	return low + rand.N(high-low) //nolint:gosec // it spreads waits, nobody gains by guessing it
}

// sleep waits, or reports at once that the caller cannot: that its time would
// be over, or less than left of it be left.
func sleep(ctx context.Context, d, left time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d+left {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// unsent marks the error of a try of which it is certain that nothing went out.
type unsent struct{ error }

// Unwrap returns the cause.
func (u *unsent) Unwrap() error { return u.error }

// wire watches whether the request got as far as a connection.
type wire struct{ asked, got atomic.Bool }

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	}
}

// explain marks an error as unsent where that is certain: a connection was
// asked for and not got, or could not be made. A transport that tells neither
// is taken to have sent the request.
func (w *wire) explain(err error) error {
	op, ok := errors.AsType[*net.OpError](err)
	if ok && op.Op == "dial" || w.asked.Load() && !w.got.Load() {
		return &unsent{err}
	}
	return err
}
