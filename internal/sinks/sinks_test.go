package sinks_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/sinks"
	"keydesk/internal/store"
)

const secret = "0123456789abcdef"

func record(t *testing.T) *audit.Log {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return audit.New(db, time.Now)
}

func add(t *testing.T, l *audit.Log, n int) {
	t.Helper()
	for range n {
		if _, err := l.Add(t.Context(), audit.Row{ActorName: "Dana\nKim", Action: "suspend", Detail: "<165>1 forged \u2028 " + rand.Text()}); err != nil {
			t.Fatal(err)
		}
	}
}

// ship runs sinks until the test says stop.
func ship(t *testing.T, l *audit.Log, all ...sinks.Sink) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	s := &sinks.Shipper{Record: l, Sinks: all, Poll: 2 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	wg.Go(func() { s.Run(ctx) })
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

// until waits for something to become true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("waited too long for", what)
		}
	}
}

func reached(t *testing.T, l *audit.Log, sink string, seq int64) func() bool {
	return func() bool {
		all, err := l.Cursors(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Sink == sink && c.Seq == seq && c.Problem == "" {
				return true
			}
		}
		return false
	}
}

// inbox keeps what arrived.
type inbox struct {
	mu    sync.Mutex
	lines []string
}

func (b *inbox) add(lines ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, lines...)
}

// rows are the numbers of the rows that arrived, each once, in the order of arrival.
func (b *inbox) rows(t *testing.T) (out []int64) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := map[int64]bool{}
	for _, line := range b.lines {
		var r struct {
			Type string
			Seq  int64
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if r.Type == "row" && !seen[r.Seq] {
			seen[r.Seq] = true
			out = append(out, r.Seq)
		}
	}
	return out
}

func (b *inbox) wantAll(t *testing.T, n int64) {
	t.Helper()
	got := b.rows(t)
	for i, seq := range got {
		if seq != int64(i)+1 {
			t.Fatalf("row %d arrived as number %d", seq, i+1)
		}
	}
	if int64(len(got)) != n {
		t.Fatalf("%d rows arrived, want %d", len(got), n)
	}
}

// verifies that what arrived is a record that holds, with the public key alone.
func (b *inbox) verifies(t *testing.T, key string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	rep, err := audit.VerifyExport(strings.NewReader(strings.Join(b.lines, "\n")), audit.Trust{Keys: []string{key}})
	if err != nil || len(rep.Faults) > 0 || rep.Signed.Seq == 0 {
		t.Errorf("what arrived: %+v %v", rep, err)
	}
}

// hook is a receiver of posts that can be told to misbehave.
type hook struct {
	*httptest.Server
	inbox
	t      *testing.T
	status func(n int) int // 0: hang
	n      int
}

func newHook(t *testing.T, status func(n int) int) *hook {
	h := &hook{t: t, status: status}
	h.Server = httptest.NewTLSServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	h.mu.Lock()
	h.n++
	status := h.status(h.n)
	h.mu.Unlock()
	var got struct{ Lines []json.RawMessage }
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(body, &got) != nil {
		h.t.Errorf("%s %v: %.80q %v", r.Method, r.Header, body, err)
	}
	at, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get(sinks.SignatureHeader), "t="), ",")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || r.Header.Get(sinks.SignatureHeader) != sinks.Sign([]byte(secret), time.Unix(seconds, 0), body) {
		h.t.Errorf("signature %q is not that of the body", r.Header.Get(sinks.SignatureHeader))
	}
	switch {
	case status == 0:
		<-r.Context().Done()
		return
	case status == http.StatusFound:
		w.Header().Set("Location", h.URL+"/elsewhere")
	case status < 300:
		for _, l := range got.Lines {
			h.add(string(l))
		}
	}
	w.WriteHeader(status)
}

func (h *hook) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	return pool
}

// A webhook that fails, redirects and comes back gets everything, in order, and what
// it got verifies; acts go on meanwhile.
func TestWebhook(t *testing.T) {
	l := record(t)
	k, err := audit.LoadKey(filepath.Join(t.TempDir(), "k"))
	if err != nil {
		t.Fatal(err)
	}
	statuses := []int{500, 302, 429, 200, 503, 200}
	h := newHook(t, func(n int) int { return append(statuses, 204)[min(n-1, len(statuses))] })
	stop := ship(t, l, sinks.Webhook(h.URL, secret, h.roots(), time.Now))
	for range 5 {
		add(t, l, 100)
		if _, err := l.Sign(t.Context(), k, true); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the rows", reached(t, l, "webhook", 500))
	stop()
	add(t, l, 20) // while nobody sends
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	ship(t, l, sinks.Webhook(h.URL, secret, h.roots(), time.Now))
	until(t, "the rows after a restart", reached(t, l, "webhook", 520))
	h.wantAll(t, 520)
	h.verifies(t, k.Public())
}

// A webhook that hangs, or whose certificate nobody knows, holds up nothing; the page
// is told.
func TestWebhookThatHangs(t *testing.T) {
	l := record(t)
	h := newHook(t, func(int) int { return 0 })
	stop := ship(t, l, sinks.Webhook(h.URL, secret, h.roots(), time.Now))
	until(t, "the first post", func() bool { add(t, l, 1); h.mu.Lock(); defer h.mu.Unlock(); return h.n > 0 })
	start := time.Now()
	add(t, l, 50)
	if took := time.Since(start); took > 10*time.Second { // half of what a post may take
		t.Errorf("50 rows took %s beside a webhook that hangs", took)
	}
	stop()
	ship(t, l, sinks.Webhook(h.URL, secret, x509.NewCertPool(), time.Now))
	until(t, "the problem", func() bool {
		all, err := l.Cursors(t.Context())
		return err == nil && len(all) == 1 && all[0].Problem == "it cannot be reached" && all[0].Seq == 0
	})
}

// A cursor that somebody moved beyond the end of the record is told on the page and
// in the log, and moved nowhere.
func TestCursorAheadIsTold(t *testing.T) {
	l := record(t)
	c, _, err := l.Claim(t.Context(), "stdout", "x", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c.Seq = 1_000_000
	if err := errors.Join(l.Arrived(t.Context(), "x", c), l.Release(t.Context(), "x")); err != nil {
		t.Fatal(err)
	}
	add(t, l, 3)
	var out bytes.Buffer
	logged := make(chan string, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	s := &sinks.Shipper{Record: l, Sinks: []sinks.Sink{sinks.Stdout(&out)}, Poll: time.Millisecond, Log: slog.New(slog.NewTextHandler(told(logged), nil))}
	wg.Go(func() { s.Run(ctx) })
	until(t, "the problem", func() bool {
		all, err := l.Cursors(t.Context())
		return err == nil && len(all) == 1 && strings.Contains(all[0].Problem, "do not exist") && all[0].Seq == c.Seq
	})
	line := <-logged
	cancel()
	wg.Wait()
	if out.Len() > 0 || !strings.Contains(line, "do not exist") {
		t.Errorf("sent: %s; logged: %s", out.String(), line)
	}
}

// told is a log that is read line by line.
type told chan string

func (c told) Write(p []byte) (int, error) {
	select {
	case c <- string(p):
	default: // more than anybody reads
	}
	return len(p), nil
}

// Two processes on one record send each row to a sink once while both are well.
func TestOneSendsAtATime(t *testing.T) {
	l := record(t)
	var a, b bytes.Buffer
	add(t, l, 300)
	stop1, stop2 := ship(t, l, sinks.Stdout(&a)), ship(t, l, sinks.Stdout(&b))
	until(t, "the rows", reached(t, l, "stdout", 300))
	stop1()
	stop2()
	if n := strings.Count(a.String()+b.String(), `"type":"row"`); n != 300 {
		t.Errorf("300 rows were sent as %d lines", n)
	}
}

func TestStdoutIsLines(t *testing.T) {
	l := record(t)
	add(t, l, 3)
	var out bytes.Buffer
	stop := ship(t, l, sinks.Stdout(&out))
	until(t, "the rows", reached(t, l, "stdout", 3))
	stop()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, line := range lines {
		var got struct {
			Msg  string
			Line struct{ Seq int }
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Msg != "record" || got.Line.Seq != i+1 {
			t.Errorf("%q: %v", line, err)
		}
	}
	if len(lines) != 3 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestRoots(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sinks.Roots(file); err == nil {
		t.Error("a file without a certificate passes")
	}
	if _, err := sinks.Roots(file + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if p, err := sinks.Roots(""); p != nil || err != nil {
		t.Error(p, err)
	}
}
