package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// ErrGone is returned while the file of the database is not where it was opened:
// what is written then would be lost with it.
var ErrGone = errors.New("the file of the database was removed or replaced; put it back, or restart Keydesk")

// openSQLite opens the file at path, creating it and its folder when missing (0600
// and 0700). It takes the folder for this process: while another one holds it, it
// fails at once with ErrInUse.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator's own setting
		return nil, fmt.Errorf("data folder: %w", err)
	}
	l, err := acquire(filepath.Join(dir, "keydesk.lock"))
	if err != nil {
		return nil, err
	}
	db, err := openFile(ctx, path)
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	db.close = l.release
	return db, nil
}

func openFile(ctx context.Context, path string) (*DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator's own setting
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	file, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// Transactions of W take the write lock when they begin, so two of them never
	// wait for each other halfway through.
	w, err := pool(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, goose.DialectSQLite3, w); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), w.Close())
	}
	r, err := pool(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetConnMaxIdleTime(idle) // a rush leaves neither files nor memory behind
	whole := func() error {
		if now, err := os.Stat(path); err != nil || !os.SameFile(file, now) { //nolint:gosec // the operator's own setting
			return ErrGone
		}
		return nil
	}
	return &DB{W: w, R: r, engine: engine{foreign: foreignSQLite, whole: whole}}, nil
}

// readSQLite opens a file without its lock.
func readSQLite(path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil { //nolint:gosec // the operator's own setting
		return nil, fmt.Errorf("database: %w", err)
	}
	r, err := pool(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	return &DB{R: r, engine: engine{close: func() error { return nil }}}, nil
}

func pool(path string, size int, settings ...string) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(full), RawQuery: fmt.Sprintf("_pragma=busy_timeout(%d)", patience.Milliseconds())}
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
