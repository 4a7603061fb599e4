package okta

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// dropping is a server that reads requests and drops their connections, but
// only once a connection has been used: net/http makes calls again on its own
// on connections that it uses again, so that is where a change could be doubled.
type dropping struct {
	*httptest.Server
	drop func(http.ResponseWriter)
	hits atomic.Int64
	bad  atomic.Bool
}

func newDropping(t *testing.T, h2 bool, drop func(http.ResponseWriter)) *dropping {
	t.Helper()
	d := &dropping{drop: drop}
	d.Server = quiet(d)
	d.EnableHTTP2 = h2
	if h2 {
		d.StartTLS()
	} else {
		d.Start()
	}
	t.Cleanup(d.Close)
	return d
}

func (d *dropping) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if !d.bad.Load() {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, person(bobID))
		return
	}
	d.hits.Add(1)
	d.drop(w)
}

// client has one open, used connection to the server, which drops from now on.
func (d *dropping) client(t *testing.T) *Client {
	t.Helper()
	own := newTransport()
	if d.TLS != nil {
		own.TLSClientConfig = d.Client().Transport.(*http.Transport).TLSClientConfig
	}
	t.Cleanup(own.CloseIdleConnections)
	c := clientOf(t, Config{URL: d.URL, Transport: own})
	if _, err := c.Users.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.bad.Store(true)
	return c
}

func aborts(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// closes ends the connection without a word, as a crashing host does.
func closes(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// resets ends it with a TCP reset.
func resets(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// cuts sends half of what it promised.
func cuts(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"id":`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func fails(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }

// TestChangesGoOutOnce: whatever happens to a change after the server has read
// it, the server sees it once, and the caller hears that the outcome is unknown.
// Reads are made again.
func TestChangesGoOutOnce(t *testing.T) {
	for name, mode := range map[string]struct {
		h2   bool
		drop func(http.ResponseWriter)
	}{
		"aborted":      {false, aborts},
		"closed":       {false, closes},
		"reset":        {false, resets},
		"cut off":      {false, cuts},
		"503":          {false, fails},
		"h2 aborted":   {true, aborts},
		"h2 cut off":   {true, cuts},
		"h2 and a 503": {true, fails},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			for _, c := range calls() {
				d := newDropping(t, mode.h2, mode.drop)
				cl := d.client(t)
				all.Go(func() { checkOnce(t, d, cl, c) })
			}
			all.Wait()
		})
	}
}

func checkOnce(t *testing.T, d *dropping, cl *Client, c call) {
	t.Helper()
	err := c.do(t.Context(), cl)
	hits := d.hits.Load()
	if c.change() {
		if u, ok := errors.AsType[*Unsure](err); !ok || u.Op != c.name || hits != 1 {
			t.Errorf("%s: the server saw it %d times; %v", c.name, hits, err)
		}
		return
	}
	e, ok := asError(err)
	if !ok || IsUnsure(err) || e.Op != c.name || hits < readTries || hits > 2*readTries {
		t.Errorf("%s: the server saw it %d times; %v", c.name, hits, err)
	}
}

// TestNothingSent: where it is certain that a change did not go out, it is a
// plain error and not unknown.
func TestNothingSent(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	other := quiet(http.NotFoundHandler())
	other.StartTLS()
	defer other.Close()
	for name, url := range map[string]string{"nobody listens": gone.URL, "unknown certificate": other.URL} {
		cl := clientOf(t, Config{URL: url})
		for _, c := range calls() {
			if c.change() {
				checkNotSent(t, name+": "+c.name, c.do(t.Context(), cl))
			}
		}
	}
}

func checkNotSent(t *testing.T, name string, err error) {
	t.Helper()
	if e, ok := asError(err); !ok || IsUnsure(err) || e.Status != 0 || e.Err == nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestCancelled: a caller who gives up before the call goes out has changed
// nothing; one who gives up afterwards cannot know.
func TestCancelled(t *testing.T) {
	inside := make(chan struct{})
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inside <- struct{}{}
		<-r.Context().Done()
	})
	cl := client(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checkNotSent(t, "before", cl.Lifecycle.Unlock(ctx, ann))

	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		<-inside
		cancel()
	}()
	if err := cl.Lifecycle.Unlock(ctx, ann); !IsUnsure(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("during: %v", err)
	}
}

// TestSilentTransport: a transport that does not tell how far it got is taken to
// have sent the change.
func TestSilentTransport(t *testing.T) {
	broken := tripper(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	cl := clientOf(t, Config{URL: "https://brightwater.okta.com", Transport: broken, ReadTimeout: 100 * time.Millisecond})
	if err := cl.Lifecycle.Unlock(t.Context(), ann); !IsUnsure(err) {
		t.Error(err)
	}
	_, err := cl.Users.Get(t.Context(), ann)
	if e, ok := asError(err); !ok || e.Status != 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
