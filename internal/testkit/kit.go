// Package testkit gives tests a whole console on an embedded organisation, in
// process, and clients that are signed in to it as somebody.
package testkit

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/app"
	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/inproc"
	"keydesk/internal/oktasim"
	"keydesk/internal/storetest"
)

// Host is where the kit's console is reached, in process alone.
const Host = "127.0.0.1:8080"

// Kit is one console and its organisation.
type Kit struct {
	*app.App
	Replicas []*app.App // all of them; App is the first
	Org      *oktasim.Org
	Logs     *Logs

	t      testing.TB
	way    http.RoundTripper // to the console
	signIn http.Handler      // the browser's half of an issuer under a host of its own; nil where the console has the pages itself
	mu     sync.Mutex
	ahead  time.Duration
	used   map[string]bool // people on whom something was exercised
	made   int             // people that were made
}

// Options change what New makes.
type Options struct {
	Org       oktasim.Options
	OktaReads time.Duration // how long a call to the organisation may take
	Wrap      func(http.RoundTripper) http.RoundTripper
	Policy    *desk.Policy
	Ticket    string // address of a ticket, see handlers.Config
	Place     string // of the database, as store.Open takes it; empty: the test's own
	Replicas  int    // consoles that share a PostgreSQL, each request meeting the next; 1: what is measured is one process; 0: one, or as replicasVar says
}

// replicasVar has every kit run so many replicas on PostgreSQL.
const replicasVar = "KEYDESK_E2E_REPLICAS"

// shape says how many consoles there are, and where their database is.
func (o Options) shape(t testing.TB) (n int, place string) {
	t.Helper()
	n = o.Replicas
	if text := os.Getenv(replicasVar); n == 0 && text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			t.Fatalf("%s=%s is no number of replicas", replicasVar, text)
		}
	}
	switch {
	case o.Place != "":
		return max(1, o.Replicas), o.Place
	case n > 1:
		return n, storetest.Database(t)
	}
	return 1, storetest.Place(t)
}

// turns answers each request with the next handler.
func turns(all []*app.App) http.Handler {
	var n atomic.Uint64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all[n.Add(1)%uint64(len(all))].Handler.ServeHTTP(w, r)
	})
}

// RoundTrip stands before the organisation, for Options.Wrap.
type RoundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// New returns a console of its own for this test: small, quick and closed at
// the end.
func New(t testing.TB, opts ...Options) *Kit {
	t.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	if o.Org.People == 0 {
		o.Org.People = 300
	}
	if o.Org.Limit == 0 {
		o.Org.Limit = 100_000
	}
	k := &Kit{t: t, Logs: &Logs{}, used: map[string]bool{}}
	n, place := o.shape(t)
	all, org, err := app.NewReplicas(context.Background(), app.DemoOptions{
		Org: o.Org, Database: place, Replicas: n, Now: k.Now, OktaReads: o.OktaReads, Wrap: o.Wrap, Ticket: o.Ticket, Policy: o.Policy,
		Log: slog.New(slog.NewJSONHandler(k.Logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	first := *all[0]
	k.App, k.Replicas, k.Org = &first, all, org
	if n > 1 {
		first.Handler = turns(all)
	}
	k.way = inproc.Transport{Hosts: map[string]http.Handler{Host: first.Handler}}
	t.Cleanup(func() {
		for _, a := range all {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return k
}

// Now is the console's time.
func (k *Kit) Now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Now().Add(k.ahead)
}

// Advance moves the console's clock and the organisation's.
func (k *Kit) Advance(d time.Duration) {
	k.mu.Lock()
	k.ahead += d
	k.mu.Unlock()
	k.Org.Advance(d)
}

// Acts are the acts in the record, newest first.
func (k *Kit) Acts(f audit.Filter) []audit.Act {
	k.t.Helper()
	acts, err := k.Record.Acts(context.Background(), f)
	if err != nil {
		k.t.Fatal(err)
	}
	return acts
}

// Calls counts the calls that the organisation got since its log was reset, by
// operation.
func (k *Kit) Calls() map[string]int {
	n := map[string]int{}
	for _, e := range k.Org.Log() {
		n[e.Operation]++
	}
	return n
}

// serial is a number that no person who was made has in the login yet.
func (k *Kit) serial() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made++
	return strconv.Itoa(k.made)
}

// Logs collects what the console logs.
type Logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds a line.
func (l *Logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is everything logged so far.
func (l *Logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Settled waits until every act on a person has its outcome; a test that was
// hung up on cannot see the end of its request.
func (k *Kit) Settled(t testing.TB, target string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		open, err := k.Record.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		acts := k.Acts(audit.Filter{Target: target})
		if len(open) == 0 && len(acts) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d acts without an outcome", len(open))
		}
		runtime.Gosched()
	}
}
