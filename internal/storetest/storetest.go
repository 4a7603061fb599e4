//go:build unix

// Package storetest runs tests of what is kept in the database over both engines:
// SQLite in a folder of the test, and a PostgreSQL that is started for it.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"keydesk/internal/store"
)

// engineVar names the engine that tests run on: "postgres", or SQLite when it is empty.
const engineVar = "KEYDESK_TEST_ENGINE"

// Main runs the tests of a package twice, once on each engine; a TestMain exits with
// what it returns. With a fuzz target or benchmarks they run on SQLite alone.
func Main(m *testing.M) int {
	flag.Parse()
	once := os.Getenv(engineVar) != ""
	for _, name := range []string{"test.fuzz", "test.bench", "test.list"} {
		once = once || flag.Lookup(name).Value.String() != ""
	}
	code := m.Run()
	if once || code != 0 {
		return code
	}
	if _, err := shared(); err != nil {
		fmt.Println("SQLite alone:", err)
		if os.Getenv("CI") != "" {
			return 1
		}
		return 0
	}
	if err := os.Setenv(engineVar, "postgres"); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("once more, on PostgreSQL")
	return m.Run()
}

// Place is where this test's own database is to be: what store.Open takes.
func Place(t testing.TB) string {
	t.Helper()
	if os.Getenv(engineVar) == "postgres" {
		return Database(t)
	}
	return filepath.Join(t.TempDir(), "keydesk.db")
}

// Open opens a database of this test's own, which is closed at its end.
func Open(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Place(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Each runs a test once for each engine, each time with a database of its own.
func Each(t *testing.T, run func(t *testing.T, db *store.DB, place string)) {
	t.Helper()
	one := func(t *testing.T, place string) {
		db, err := store.Open(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		run(t, db, place)
	}
	t.Run("sqlite", func(t *testing.T) { one(t, filepath.Join(t.TempDir(), "keydesk.db")) })
	if Postgres(t) {
		t.Run("postgres", func(t *testing.T) { one(t, Database(t)) })
	}
}

// Postgres reports whether there is a PostgreSQL to test with. Where there is none
// the test says so, and in continuous integration it fails.
func Postgres(t testing.TB) bool {
	t.Helper()
	_, err := shared()
	switch {
	case err == nil:
		return true
	case os.Getenv("CI") != "":
		t.Fatalf("PostgreSQL has to be tested here: %v", err)
	default:
		t.Logf("SQLite alone: %v", err)
	}
	return false
}

// Database makes a PostgreSQL database for this test and returns its address.
func Database(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s.Database(t)
}

// shared is the server of this test binary: the one that KEYDESK_TEST_POSTGRES names,
// or one that is started with the first test that needs it and ends with the binary.
var shared = sync.OnceValues(func() (*Server, error) {
	s := &Server{address: os.Getenv("KEYDESK_TEST_POSTGRES")}
	if s.address != "" {
		return s, s.do("postgres", "select 1")
	}
	if err := s.create(); err != nil {
		return nil, err
	}
	return s, s.template()
})

// model is the database that every other is a copy of: its tables are made once.
const model = "keydesk_model"

func (s *Server) template() error {
	s.model = model + "_" + strings.ToLower(rand.Text())
	if err := s.do("postgres", "create database "+s.model); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), s.named(s.model))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.R.QueryRowContext(context.Background(), shape).Scan(&s.shape)
}

// shape sums up the tables of a database.
const shape = `select md5(string_agg(table_name || '.' || column_name, ',' order by table_name, column_name) || (select max(version_id) from goose_db_version)) from information_schema.columns where table_schema = 'public'`

// Database makes a database for this test and returns its address. It is emptied and
// given to another test afterwards: to make one takes as long as a test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name, err := s.take()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.giveBack(name) })
	return s.named(name)
}

func (s *Server) take() (string, error) {
	s.mu.Lock() // a model can be copied once at a time
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		name := s.free[n-1]
		s.free = s.free[:n-1]
		return name, nil
	}
	name := "keydesk_" + strings.ToLower(rand.Text())
	if s.model == "" { // on somebody else's server nothing is left behind
		return name, s.do("postgres", "create database "+name)
	}
	return name, s.do("postgres", "create database "+name+" template "+s.model)
}

// giveBack empties a database once nobody is at work on it any more, and drops it
// where the test has changed its tables.
func (s *Server) giveBack(name string) {
	empty := `do $$ declare one record; begin
		if (` + shape + `) <> '` + s.shape + `' then raise 'the tables were changed'; end if;
		for one in select tablename from pg_tables where schemaname = 'public' and tablename <> 'goose_db_version' loop execute 'delete from ' || one.tablename; end loop; end $$`
	if s.model == "" {
		_ = s.do("postgres", "drop database if exists "+name+" with (force)")
		return
	}
	err := s.do("postgres", "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '"+name+"'")
	if err == nil {
		err = s.do(name, empty)
	}
	if err != nil { // or the test has stopped the server
		_ = s.do("postgres", "drop database if exists "+name+" with (force)")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, name)
}

func (s *Server) named(database string) string {
	u, err := url.Parse(s.address)
	if err != nil {
		return s.address
	}
	u.Path = "/" + database
	return u.String()
}

func (s *Server) do(database, statement string) error {
	db, err := sql.Open("pgx", s.named(database))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(context.Background(), statement)
	return err
}
