package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

const insertStaff = `insert into staff (issuer, subject, okta_id, tier, name, seen_at) values ('i', $1, 'o', 't', 'n', 0)`

func exec(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		const change = `delete from staff`
		if _, err := db.R.ExecContext(t.Context(), change); err == nil {
			t.Error("a reader deleted")
		}
		exec(t, db.W, change)
	})
}

func TestReadersSeeWhatWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		for i := range 50 {
			exec(t, db.W, insertStaff, fmt.Sprint(i))
			var n int
			if err := db.R.QueryRowContext(t.Context(), `select count(*) from staff`).Scan(&n); err != nil || n != i+1 {
				t.Fatalf("%d rows (%v), want %d", n, err, i+1)
			}
		}
	})
}

// What one reads that is alone, nobody changes before it has written: not another
// connection, and not another process.
func TestAloneIsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, place string) {
		exec(t, db.W, insertStaff, "s")
		opened := []*store.DB{db}
		if db.Shared() {
			other, err := store.Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = other.Close() }()
			opened = append(opened, other)
		}
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if err := increment(t.Context(), opened[i%len(opened)]); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var n int
		if err := db.R.QueryRowContext(t.Context(), `select seen_at from staff`).Scan(&n); err != nil || n != 20 {
			t.Errorf("%d (%v), want 20", n, err)
		}
	})
}

func increment(ctx context.Context, db *store.DB) error {
	return db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `select seen_at from staff`).Scan(&n); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `update staff set seen_at = $1`, n+1)
		return err
	})
}

// What failed halfway leaves nothing.
func TestAloneAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		wrong := errors.New("changed its mind")
		err := db.Alone(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, insertStaff, "s"); err != nil {
				return err
			}
			return wrong
		})
		var n int
		serr := db.R.QueryRowContext(t.Context(), `select count(*) from staff`).Scan(&n)
		if !errors.Is(err, wrong) || serr != nil || n != 0 {
			t.Errorf("%v, %d rows, %v", err, n, serr)
		}
	})
}

func TestReopen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, place string) {
		exec(t, db.W, insertStaff, "s")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		var name string
		if err := again.R.QueryRowContext(t.Context(), `select name from staff`).Scan(&name); err != nil || name != "n" {
			t.Errorf("%q, %v", name, err)
		}
	})
}

// Replicas that start together change the tables once.
func TestOpenedAtOnce(t *testing.T) {
	if !storetest.Postgres(t) {
		return
	}
	place := storetest.Database(t)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			db, err := store.Open(t.Context(), place)
			if err != nil {
				t.Error(err)
				return
			}
			_ = db.Close()
		})
	}
	all.Wait()
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, place string) {
		exec(t, db.W, `insert into goose_db_version (version_id, is_applied) values (9999, $1)`, true)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), place); !errors.Is(err, store.ErrNewer) {
			t.Errorf("%v, want ErrNewer", err)
		}
	})
}

// TestMigrationInBetween: a migration with a number before the last one that a
// database has had is not left out.
func TestMigrationInBetween(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, place string) {
		exec(t, db.W, `alter table web_session drop column mac`)
		exec(t, db.W, `delete from goose_db_version where version_id = 17`)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, db.W, `update web_session set mac = ''`)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestPingAfterClose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if db.Ping(t.Context()) == nil {
			t.Error("a closed database answered")
		}
	})
}

func TestOpenForReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, place string) {
		exec(t, db.W, insertStaff, "s")
		beside, err := store.OpenForReading(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = beside.Close() }()
		if _, err := beside.R.ExecContext(t.Context(), `delete from staff`); err == nil || beside.W != nil {
			t.Error("what was opened for reading changed something")
		}
	})
}

// No error repeats the password.
func TestPasswordIsNotRepeated(t *testing.T) {
	const password = "Sw0rdfish"
	for _, place := range []string{
		"postgres://keydesk:Sw0rdfish@127.0.0.1:1/keydesk", "postgres://keydesk:Sw0rdfish@nowhere.invalid/keydesk", "postgres://keydesk:Sw0rdfish@127.0.0.1:port/keydesk",
		"postgres://keydesk:Sw0rdfish@[::1/keydesk", "postgres://keydesk:Sw0rdfish@127.0.0.1:1/keydesk?sslmode=perhaps", "postgres://keydesk:Sw0rdfish\x00@127.0.0.1:1/keydesk",
		"postgres://127.0.0.1:1/keydesk?password=Sw0rdfish", "postgres://keydesk:Sw0rdfish@127.0.0.1:1/%zz",
	} {
		_, err := store.Open(t.Context(), place)
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%q", err)
		}
		if err := store.CheckURL(place); err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%q", err)
		}
	}
	if !storetest.Postgres(t) {
		return
	}
	wrong := strings.Replace(storetest.Database(t), ":Cleartext0Canary@", ":"+password+"@", 1)
	if _, err := store.Open(t.Context(), wrong); err == nil && os.Getenv("KEYDESK_TEST_POSTGRES") == "" || err != nil && strings.Contains(err.Error(), password) {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	for address, fine := range map[string]bool{
		"postgres://u:p@127.0.0.1/keydesk":                             true,
		"postgres://u:p@localhost/keydesk":                             true,
		"postgresql://u:p@[::1]:5433/keydesk":                          true,
		"postgres://u@/keydesk?host=/var/run/postgresql":               true,
		"postgres://u:p@db.example.com/keydesk?sslmode=verify-full":    true,
		"postgres://u:p@db.example.com/keydesk?sslmode=require":        true,
		"postgres://u:p@db.example.com/keydesk?sslmode=disable":        true,
		"postgres://u:p@a,b/keydesk?sslmode=verify-full":               true,
		"postgres://u:p@db.example.com/keydesk":                        false,
		"postgres://u:p@db.example.com/keydesk?sslmode=prefer":         false,
		"postgres://u:p@127.0.0.1,db.example.com/keydesk":              false,
		"postgres://u:p@127.0.0.1.example.com/keydesk?sslmode=allow":   false,
		"mysql://u:p@127.0.0.1/keydesk":                                false,
		"host=127.0.0.1 user=u":                                        false,
		"postgres://u:p@127.0.0.1/keydesk?sslmode=whatever":            false,
		"postgres://u:p@db.example.com/keydesk?sslrootcert=sslmode=no": false,
	} {
		if err := store.CheckURL(address); (err == nil) != fine {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// What is no text, or holds what PostgreSQL refuses, is looked for and not found.
func TestAnyText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		for _, s := range []string{"x\x00", "\xff\xfe", "\U0010FFFF", strings.Repeat("ä", 5000)} {
			var n int
			if err := db.R.QueryRowContext(t.Context(), `select count(*) from staff where okta_id = $1`, s).Scan(&n); err != nil || n != 0 {
				t.Errorf("%.10q: %d %v", s, n, err)
			}
			exec(t, db.W, `update staff set name = $1`, s)
		}
	})
}
