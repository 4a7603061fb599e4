// Package store is the console's one small database: sign-in sessions, staff
// and the record. SQL is written once, in the part that SQLite and PostgreSQL
// share: $1 placeholders, text, bigint, integer and boolean columns, times as
// Unix milliseconds, ids made by the program.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

const readers = 8

// ErrNewer is returned for a database that a later version of the program has
// already changed: running on would misread it.
var ErrNewer = errors.New("the database was written by a newer version of Keydesk")

// DB is an open database. Transactions of W take the write lock when they
// begin, so two of them never wait for each other halfway through.
type DB struct {
	W *sql.DB // one connection, for everything that changes something
	R *sql.DB // several connections that refuse to change anything

	lock *lock // nil when opened for reading alone
}

// Open opens the SQLite file at path, creating it and its folder when missing
// (0600 and 0700), and brings its tables up to date. It takes the folder for
// this process: while another one holds it, Open fails at once with ErrInUse.
func Open(ctx context.Context, path string) (*DB, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator's own setting
		return nil, fmt.Errorf("data folder: %w", err)
	}
	l, err := acquire(filepath.Join(dir, "keydesk.lock"))
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, path)
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	db.lock = l
	return db, nil
}

func open(ctx context.Context, path string) (*DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator's own setting
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	w, err := pool(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, w); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), w.Close())
	}
	r, err := pool(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &DB{W: w, R: r}, nil
}

// OpenForReading opens an existing file beside a process that may be using it:
// without the lock and without changing its tables. W is nil.
func OpenForReading(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	r, err := pool(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	db := &DB{R: r}
	if err := db.Ping(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return db, nil
}

func pool(path string, size int, settings ...string) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(full), RawQuery: "_pragma=busy_timeout(5000)"}
	for _, s := range settings {
		dsn.RawQuery += "&" + s
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

func migrate(ctx context.Context, w *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, w, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return ErrNewer
	case have == want:
		return nil
	}
	_, err = p.Up(ctx)
	return err
}

// Ping reports whether the database can be read and, unless it was opened for
// reading alone, written.
func (db *DB) Ping(ctx context.Context) error {
	var n int
	if err := db.R.QueryRowContext(ctx, `select count(*) from staff where issuer = ''`).Scan(&n); err != nil {
		return fmt.Errorf("database cannot be read: %w", err)
	}
	if db.W == nil {
		return nil
	}
	tx, err := db.W.BeginTx(ctx, nil) // takes the write lock
	if err != nil {
		return fmt.Errorf("database cannot be written: %w", err)
	}
	return tx.Rollback()
}

// Close ends the connections and gives the folder free.
func (db *DB) Close() error {
	err := db.R.Close()
	if db.W != nil {
		err = errors.Join(err, db.W.Close())
	}
	if db.lock != nil {
		err = errors.Join(err, db.lock.release())
	}
	return err
}
