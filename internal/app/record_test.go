package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/sinks"
)

// While the console works its record is signed and sent out; what is written to the
// very end is signed too.
func TestRecordIsKept(t *testing.T) {
	t.Parallel()
	got := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- string(b)
	}))
	defer hook.Close()
	a, _, err := NewDemo(t.Context(), DemoOptions{Org: oktasim.Options{People: 50}, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	a.record.sinks = []sinks.Sink{sinks.Webhook(hook.URL, "0123456789abcdef", nil, time.Now)}
	a.record.keep, a.mapped = 30*24*time.Hour, false // the walk of the role map would add rows of its own
	add := func() {
		if _, err := a.Record.Add(t.Context(), audit.Row{Action: "x"}); err != nil {
			t.Error(err)
		}
	}
	add()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.Work(ctx) })
	var seen strings.Builder
	for !strings.Contains(seen.String(), `"type":"row"`) || !strings.Contains(seen.String(), `"type":"checkpoint"`) {
		select {
		case s := <-got:
			seen.WriteString(s)
		case <-time.After(20 * time.Second):
			t.Fatalf("only this arrived: %s", seen.String())
		}
	}
	add()
	cancel()
	work.Wait()
	rep, err := a.Record.VerifyWith(t.Context(), audit.Trust{Keys: []string{a.record.key.Public()}})
	if err != nil || len(rep.Faults) > 0 || rep.Signed.Seq != 2 || rep.Unsigned() != 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// A record that was changed in the database is not signed; the log and the page of the
// record say so, and acts go on.
func TestContradictionIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	logged := &lockedBuffer{}
	a, _, err := NewDemo(t.Context(), DemoOptions{Org: oktasim.Options{People: 50}, Dir: dir, Log: slog.New(slog.NewTextHandler(logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	add := func() {
		if _, err := a.Record.Add(t.Context(), audit.Row{Action: "x"}); err != nil {
			t.Error(err)
		}
	}
	add()
	if _, err := a.Record.Sign(t.Context(), a.record.key, true); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`update record set hash = 'x'`, `delete from record_checkpoint`} {
		if _, err := a.Store.W.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	add()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.keepRecord(ctx) })
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(logged.String(), "row 1 was signed"); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("nothing is logged: ", logged.String())
		}
	}
	cancel()
	work.Wait()
	owner := desk.Actor{ID: "iss#o", Roles: []desk.Role{desk.Owner}}
	if s, err := a.Desk.RecordState(t.Context(), owner); err != nil || !strings.Contains(s.Problem, "row 1 was signed") || s.Signed.Seq != 0 {
		t.Errorf("%+v %v", s, err)
	}
}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
