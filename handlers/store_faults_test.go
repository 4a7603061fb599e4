package handlers_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

// outage is something that happens to the database while the console runs.
type outage struct {
	breaks, mends func() error
	reads         bool // what is stored can still be read
	only          bool // the record alone cannot be written
}

// patience is far above the second and a half that the database is waited for, and far
// below what a request may take: on a busy machine, too, it tells a refusal from a page
// that hangs. Each wait is logged.
const patience = 10 * time.Second

// The file of the database is full, may not be written, is locked by somebody else or
// is not there any more: nothing is sent to Okta, the page says so with an error id,
// reading goes on, and so does everything once it is repaired.
func TestDatabaseFaults(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(*testing.T, *testkit.Kit) outage{"full": diskFull, "read-only": readOnly, "locked": locked, "gone": gone} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := testkit.New(t, testkit.Options{Replicas: 1})
			if k.Store.Shared() {
				return // TestServerFaults
			}
			survives(t, k, of(t, k))
		})
	}
}

func pragma(k *testkit.Kit, what string) error {
	_, err := k.Store.W.ExecContext(context.Background(), "pragma "+what)
	return err
}

func file(t *testing.T, k *testkit.Kit) (path string) {
	t.Helper()
	var seq, name string
	if err := k.Store.W.QueryRowContext(t.Context(), `pragma database_list`).Scan(&seq, &name, &path); err != nil {
		t.Fatal(err)
	}
	return path
}

// diskFull takes away all that is left of the disk, down to the room in half empty
// pages.
func diskFull(_ *testing.T, k *testkit.Kit) outage {
	fill := func() error {
		if err := pragma(k, "max_page_count = 1"); err != nil { // as many as there are
			return err
		}
		for size := 1 << 12; size > 0; size /= 4 {
			for failed := 0; failed < 40; {
				if _, err := k.Store.W.ExecContext(context.Background(), `insert into action_token (token, seq, at) values ($1, 0, 0)`, rand.Text()+strings.Repeat("x", size)); err != nil {
					failed++
				}
			}
		}
		return nil
	}
	return outage{fill, func() error { return pragma(k, "max_page_count = 1000000") }, true, true}
}

func readOnly(_ *testing.T, k *testkit.Kit) outage {
	return outage{func() error { return pragma(k, "query_only = 1") }, func() error { return pragma(k, "query_only = 0") }, true, false}
}

func locked(t *testing.T, k *testkit.Kit) outage {
	other, err := sql.Open("sqlite", file(t, k))
	if err != nil {
		t.Fatal(err)
	}
	other.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = other.Close() })
	do := func(what string) func() error {
		return func() error { _, err := other.ExecContext(context.Background(), what); return err }
	}
	return outage{do("begin exclusive"), do("rollback"), true, false}
}

func gone(t *testing.T, k *testkit.Kit) outage {
	path := file(t, k)
	return outage{func() error { return os.Rename(path, path+".away") }, func() error { return os.Rename(path+".away", path) }, true, true}
}

// The server of the database stops, is locked or may not be written.
func TestServerFaults(t *testing.T) {
	t.Parallel()
	if os.Getenv("KEYDESK_TEST_POSTGRES") != "" || !storetest.Postgres(t) {
		return // somebody else's server is not ours to stop
	}
	s := storetest.New(t)
	do := func(statements ...string) func() error {
		return func() error {
			for _, one := range statements {
				s.Do(t, one)
			}
			return nil
		}
	}
	for name, of := range map[string]func(*testing.T, string) outage{
		"stopped": func(*testing.T, string) outage {
			return outage{func() error { s.Stop(); return nil }, func() error { s.Start(t); return nil }, false, false}
		},
		"read-only": func(t *testing.T, place string) outage {
			on, off := do("alter system set default_transaction_read_only = on", "select pg_reload_conf()"), do("alter system reset default_transaction_read_only", "select pg_reload_conf()")
			return outage{func() error { return errors.Join(on(), says(t, place, "on")) }, func() error { return errors.Join(off(), says(t, place, "off")) }, true, false}
		},
		"locked": lockedTable,
	} {
		t.Run(name, func(t *testing.T) {
			place := s.Database(t)
			survives(t, testkit.New(t, testkit.Options{Place: place}), of(t, place))
		})
	}
}

// says waits until the server takes no changes, or takes them again: it reads its
// settings when it comes to it.
func says(t *testing.T, place, want string) error {
	for got := ""; got != want; {
		db, err := sql.Open("pgx", place)
		if err == nil {
			err = errors.Join(db.QueryRowContext(t.Context(), "show default_transaction_read_only").Scan(&got), db.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lockedTable(t *testing.T, place string) outage {
	other, err := sql.Open("pgx", place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	var tx *sql.Tx
	lock := func() (err error) {
		if tx, err = other.BeginTx(context.Background(), nil); err != nil {
			return err
		}
		_, err = tx.ExecContext(context.Background(), `lock table record in exclusive mode`)
		return err
	}
	return outage{lock, func() error { return tx.Rollback() }, true, true}
}

// survives breaks the database and mends it: before a change, and in the middle of one.
func survives(t *testing.T, k *testkit.Kit, o outage) {
	t.Helper()
	c := k.As("helpdesk")
	people := ordinary(t, k, 2)
	f, middle := form(t, c, people[0].ID, "/lifecycle/suspend"), form(t, c, people[1].ID, "/lifecycle/suspend")
	k.Advance(2 * time.Minute) // the database is to learn that the session is in use
	k.Org.Reset()
	if err := o.breaks(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		refusedWithID(t, "a change", func() *testkit.Page { return c.Post(f.Action, f.Values) })
	}
	if !o.only {
		refusedWithID(t, "a sign-in", func() *testkit.Page { return k.Anonymous().Get("/auth/login") })
	}
	if n := writes(k); n != 0 {
		t.Errorf("%d changes were sent", n)
	}
	for _, path := range []string{"/", "/users?q=ann", "/users/" + people[0].ID, "/audit"} {
		if !o.reads {
			refusedWithID(t, path, func() *testkit.Page { return c.Get(path) })
			continue
		}
		began := time.Now()
		if got := c.Get(path); got.Status != http.StatusOK || time.Since(began) > patience {
			t.Errorf("%s: %d after %v", path, got.Status, time.Since(began))
		}
	}
	alive, ready := k.Anonymous().Get("/healthz").Status, k.Anonymous().Get("/readyz").Status
	if alive != http.StatusOK || !o.only && ready != http.StatusServiceUnavailable {
		t.Errorf("alive: %d, ready: %d", alive, ready)
	}
	if err := o.mends(); err != nil {
		t.Fatal(err)
	}
	back(t, c, f)
	outcomeSurvives(t, k, c, middle, people[1].ID, o)
	if rep, err := k.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("the record: %+v %v", rep, err)
	}
}

func refusedWithID(t *testing.T, what string, do func() *testkit.Page) {
	t.Helper()
	began := time.Now()
	got := do()
	if took := time.Since(began); got.Status != http.StatusServiceUnavailable || !got.Has("Error id") || took > patience {
		t.Errorf("%s: %d after %v: %s", what, got.Status, took, short(got))
	} else {
		t.Logf("%s is refused after %v", what, took.Round(time.Millisecond))
	}
}

// back presses the button until it works.
func back(t *testing.T, c *testkit.Client, f *testkit.Form) {
	t.Helper()
	began := time.Now()
	for {
		got := c.Post(f.Action, f.Values)
		if got.Status == http.StatusOK {
			return
		}
		if time.Since(began) > patience {
			t.Fatalf("not back after %v: %d %s", time.Since(began), got.Status, got.Text())
		}
	}
}

// outcomeSurvives breaks the database while a call is under way, and mends it a moment
// later: the outcome is written all the same.
func outcomeSurvives(t *testing.T, k *testkit.Kit, c *testkit.Client, f *testkit.Form, person string, o outage) {
	t.Helper()
	mended := make(chan error, 1)
	k.Org.Hook("SuspendUser", func(string) {
		err := o.breaks()
		time.AfterFunc(time.Second, func() { mended <- errors.Join(err, o.mends()) })
	})
	got := c.Post(f.Action, f.Values)
	k.Org.Hook("SuspendUser", nil)
	if err := <-mended; err != nil {
		t.Fatal(err)
	}
	if got.Status != http.StatusOK || got.Has("could not take the outcome") {
		t.Errorf("broken in the middle: %d %s", got.Status, short(got))
	}
	if a := k.Acts(audit.Filter{Target: person})[0]; a.End == nil || a.End.Result != audit.Done {
		t.Errorf("recorded %+v", a.End)
	}
}
