package store_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

// two opens one PostgreSQL database twice, as two processes do; none where there is
// no PostgreSQL.
func two(t *testing.T) (dbs []*store.DB) {
	t.Helper()
	if !storetest.Postgres(t) {
		return nil
	}
	place := storetest.Database(t)
	for range 2 {
		db, err := store.Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		dbs = append(dbs, db)
	}
	return dbs
}

// One at a time holds a lease, whichever process it is in.
func TestLeaseHasOneHolder(t *testing.T) {
	dbs := two(t)
	if dbs == nil {
		return
	}
	var all sync.WaitGroup
	held := make(chan struct{}, 1)
	for i := range 12 {
		all.Go(func() {
			l, err := dbs[i%2].Lease(t.Context(), "ann")
			if err != nil {
				t.Error(err)
				return
			}
			defer l.End()
			select {
			case held <- struct{}{}:
				<-held
			default:
				t.Error("two hold it")
			}
		})
	}
	all.Wait()
	for _, db := range dbs {
		if l, ok, err := db.TryLease(t.Context(), "ann"); !ok || err != nil {
			t.Errorf("after the last one has ended it: %v %v", ok, err)
		} else {
			l.End()
		}
	}
}

func TestLeasesOfOthersDoNotWait(t *testing.T) {
	dbs := two(t)
	if dbs == nil {
		return
	}
	ann, err := dbs[0].Lease(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	defer ann.End()
	if _, ok, err := dbs[1].TryLease(t.Context(), "ann"); ok || err != nil {
		t.Errorf("taken twice: %v", err)
	}
	bob, ok, err := dbs[1].TryLease(t.Context(), "bob")
	if !ok || err != nil {
		t.Fatalf("bob waits for ann: %v", err)
	}
	bob.End()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dbs[1].Lease(ctx, "ann"); err == nil {
		t.Error("a wait outlived its context")
	}
}

// Whoever stood still until the lease ran out writes nothing under it any more.
func TestLeaseIsLost(t *testing.T) {
	dbs := two(t)
	if dbs == nil {
		return
	}
	old, err := dbs[0].Lease(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(old.Held(), within(dbs[0], old.Keep), within(dbs[0], old.Last)); err != nil {
		t.Fatalf("while it is held: %v", err)
	}
	exec(t, dbs[0].W, `update lease set ends_at = 1`) // as time does
	if err := within(dbs[0], old.Keep); !errors.Is(err, store.ErrLost) {
		t.Errorf("renewed after it had run out: %v", err)
	}
	if err := within(dbs[0], old.Last); err != nil {
		t.Errorf("nobody has taken it: %v", err)
	}
	next, ok, err := dbs[1].TryLease(t.Context(), "ann")
	if !ok || err != nil {
		t.Fatalf("it ran out and cannot be taken: %v", err)
	}
	if err := within(dbs[0], old.Last); !errors.Is(err, store.ErrLost) {
		t.Errorf("somebody has taken it: %v", err)
	}
	old.End()
	if err := errors.Join(next.Held(), within(dbs[1], next.Keep)); err != nil {
		t.Errorf("ended by whoever had lost it: %v", err)
	}
	if !errors.Is(old.Held(), store.ErrLost) {
		t.Error("held after its end")
	}
	next.End()
}

func within(db *store.DB, check func(context.Context, *sql.Tx) error) error {
	return db.Alone(context.Background(), check)
}

// On SQLite there is one process, and a lease costs nothing.
func TestLeaseOfOneProcess(t *testing.T) {
	db := storetest.Open(t)
	if db.Shared() {
		return
	}
	l, err := db.Lease(t.Context(), "ann")
	if l != nil || err != nil || l.Held() != nil || within(db, l.Keep) != nil || within(db, l.Last) != nil || db.Sweep(t.Context()) != nil {
		t.Error(l, err)
	}
	l.End()
}
