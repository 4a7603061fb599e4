package store_test

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/store"
	"keydesk/internal/storetest"
)

func onPostgres(t *testing.T) *store.DB {
	t.Helper()
	if !storetest.Postgres(t) {
		return nil
	}
	db, err := store.Open(t.Context(), storetest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// What is written is read back as it was, nothing and emptiness told apart.
func TestValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		exec(t, db.W, `create table v (a text, b bigint, c integer, d boolean, e text, f text)`)
		type kind string
		exec(t, db.W, `insert into v values ($1, $2, $3, $4, $5, $6)`, kind("it's \\ ä\n"), int64(-1)<<63, 7, true, "", nil)
		exec(t, db.W, `insert into v values ($1, $2, $3, $4, $5, $6)`, strings.Repeat("x", 1<<20), int64(0), -7, false, []byte("bytes"), nil)
		rows, err := db.R.QueryContext(t.Context(), `select a, b, c, d, e, f from v order by b`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for i := 0; rows.Next(); i++ {
			var a, e string
			var b int64
			var c int
			var d bool
			var f sql.NullString
			if err := rows.Scan(&a, &b, &c, &d, &e, &f); err != nil {
				t.Fatal(err)
			}
			first := a == "it's \\ ä\n" && b == int64(-1)<<63 && c == 7 && d && e == "" && !f.Valid
			second := len(a) == 1<<20 && b == 0 && c == -7 && !d && e == "bytes" && !f.Valid
			if i == 0 && !first || i == 1 && !second {
				t.Errorf("row %d: %.20q %d %d %t %q %v", i, a, b, c, d, e, f)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
		res, err := db.W.ExecContext(t.Context(), `update v set c = 1 where b = $1`, 0)
		if n, nerr := res.RowsAffected(); err != nil || nerr != nil || n != 1 {
			t.Error(n, err, nerr)
		}
	})
}

// A transaction in which a statement has failed is not committed, and says so.
func TestCommitAfterAFailure(t *testing.T) {
	db := onPostgres(t)
	if db == nil {
		return
	}
	tx, err := db.W.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = tx.ExecContext(t.Context(), insertStaff, "s")
	if _, err := tx.ExecContext(t.Context(), `insert into nothing values (1)`); err == nil {
		t.Error("no such table")
	}
	if tx.Commit() == nil {
		t.Error("the database rolled back, and nobody was told")
	}
	var n int
	if err := db.R.QueryRowContext(t.Context(), `select count(*) from staff`).Scan(&n); err != nil || n != 0 {
		t.Error(n, err)
	}
}

// A query that is given up, and a server that ends every connection, cost one try at
// most: the next one works.
func TestConnectionsAreReplaced(t *testing.T) {
	db := onPostgres(t)
	if db == nil {
		return
	}
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		began := time.Now()
		if _, err := db.W.ExecContext(ctx, `select pg_sleep(30)`); err == nil || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		cancel()
		exec(t, db.W, `delete from staff`)
	}
	_, _ = db.R.ExecContext(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
	for range 10 {
		if err := increment(t.Context(), db); err == nil || !strings.Contains(err.Error(), "no rows") {
			t.Errorf("after the server has ended the connections: %v", err)
		}
	}
}

// Whatever stands in a text, it is a value and no part of a statement.
func TestTextsAreValues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ string) {
		for _, s := range []string{"'; drop table staff; --", `\'; drop table staff`, "$1", "$$", "%", "\\x00", "E'\\n'"} {
			exec(t, db.W, insertStaff, s)
			var n int
			if err := db.R.QueryRowContext(t.Context(), `select count(*) from staff where subject = $1`, s).Scan(&n); err != nil || n != 1 {
				t.Errorf("%q: %d %v", s, n, err)
			}
		}
	})
}

// A server that takes what it is sent and says nothing more is given up, by what reads
// too.
func TestSilentServer(t *testing.T) {
	if os.Getenv("KEYDESK_TEST_POSTGRES") != "" || !storetest.Postgres(t) {
		return // the address of somebody else's server is not ours to change
	}
	place, silent := between(t, storetest.Database(t))
	db, err := store.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int
	const look = `select count(*) from staff`
	if err := db.R.QueryRowContext(t.Context(), look).Scan(&n); err != nil {
		t.Fatal(err)
	}
	silent.Store(true)
	began := time.Now()
	if err := db.R.QueryRowContext(t.Context(), look).Scan(&n); err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("read: %v after %v", err, time.Since(began))
	}
	began = time.Now()
	if err := increment(t.Context(), db); err == nil || time.Since(began) > 10*time.Second {
		t.Errorf("written: %v after %v", err, time.Since(began))
	}
	silent.Store(false)
	if err := db.R.QueryRowContext(t.Context(), look).Scan(&n); err != nil {
		t.Errorf("not back: %v", err)
	}
}

// between stands between a client and the server at a place, and may fall silent.
func between(t *testing.T, place string) (string, *atomic.Bool) {
	t.Helper()
	u, err := url.Parse(place)
	if err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	dir, err := os.MkdirTemp("", "pg") // a socket's name is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	silent := &atomic.Bool{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := new(net.Dialer).DialContext(context.Background(), "unix", server)
			if err != nil {
				_ = c.Close()
				continue
			}
			go func() { _, _ = io.Copy(s, c); _ = s.Close() }()
			go func() { relay(c, s, silent); _ = c.Close() }()
		}
	}()
	u.RawQuery = "host=" + url.QueryEscape(dir)
	return u.String(), silent
}

func relay(to io.Writer, from io.Reader, silent *atomic.Bool) {
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if silent.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
