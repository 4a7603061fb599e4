package audit

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

// A quota holds over several processes on one database and over a start: it is
// counted from the record, in the transaction of the intent.
func TestQuotaIsShared(t *testing.T) {
	path := storetest.Place(t)
	now := time.Now()
	clock := func() time.Time { return now }
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	logs := []*Log{New(db, clock), New(db, clock)}
	row := Row{ActorID: "i#s", Class: "takeover", Action: "reset_factors"}
	quota := Quota{Class: "takeover", Window: time.Hour, Most: 10}
	var through atomic.Int32
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			_, err := logs[i%2].Begin(t.Context(), row, fmt.Sprint(i), quota)
			var over *QuotaError
			switch {
			case err == nil:
				through.Add(1)
			case !errors.As(err, &over) || !over.Opens.Equal(now.Truncate(time.Millisecond).Add(time.Hour)):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if through.Load() != 10 {
		t.Errorf("%d acts were begun", through.Load())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	again := New(db, clock)
	var over *QuotaError
	if _, err := again.Begin(t.Context(), row, "after", quota); !errors.As(err, &over) {
		t.Errorf("after a start: %v", err)
	}
	if spent, err := again.Spent(t.Context(), "after"); err != nil || spent != 0 {
		t.Errorf("a refused act spent its token: %d %v", spent, err)
	}
	for _, r := range []Row{{ActorID: "i#other", Class: "takeover"}, {ActorID: "i#s", Class: "destructive"}} {
		q := Quota{Class: r.Class, Window: time.Hour, Most: 10}
		if _, err := again.Begin(t.Context(), r, "other "+r.ActorID+r.Class, q); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
	now = now.Add(time.Hour)
	if _, err := again.Begin(t.Context(), row, "later", quota); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	used := []Quota{quota}
	if err := again.Used(t.Context(), "i#s", used); err != nil || used[0].Used != 1 {
		t.Errorf("%+v %v", used, err)
	}
}
