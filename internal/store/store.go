// Package store is the console's one small database: sign-in sessions, staff
// and the record. It is SQLite in the data folder, for one process, or PostgreSQL,
// for several; nothing above it knows which. SQL is written once, in the part that
// the two share: $1 placeholders, text, bigint, integer and boolean columns, times
// as Unix milliseconds, ids made by the program.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

const readers = 8

// patience is how long a change waits for the database before it is given up, and
// the operator told: somebody else may hold it, or it may have gone.
const patience = 1500 * time.Millisecond

// ErrNewer is returned for a database that a later version of the program has
// already changed: running on would misread it.
var ErrNewer = errors.New("the database was written by a newer version of Keydesk")

// DB is an open database.
type DB struct {
	W *sql.DB // for everything that changes something
	R *sql.DB // several connections that refuse to change anything

	engine
}

// engine is what the two engines do not have in common.
type engine struct {
	begin   string // what a transaction that has to be alone begins with; empty: it is alone
	shared  bool   // other processes may work on the same database
	foreign string // finds what is not Keydesk's in it
	whole   func() error
	close   func() error
}

// Open opens the database at a place, the path of an SQLite file or the address of a
// PostgreSQL database (postgres://...), and brings its tables up to date.
func Open(ctx context.Context, place string) (*DB, error) {
	open := openSQLite
	if IsURL(place) {
		open = openPostgres
	}
	db, err := open(ctx, place)
	if err != nil {
		return nil, err
	}
	if err := db.Foreign(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// OpenForReading opens an existing database beside processes that may be using it:
// without changing its tables. W is nil.
func OpenForReading(ctx context.Context, place string) (*DB, error) {
	open := readSQLite
	if IsURL(place) {
		open = readPostgres
	}
	db, err := open(place)
	if err != nil {
		return nil, err
	}
	if err := db.Ping(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// IsURL reports whether a place is the address of a PostgreSQL database.
func IsURL(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Alone runs do in a transaction beside which no other Alone runs, in this process
// or another: what it reads stays as it is until it has written. It is given up when
// it does not get its turn within a moment, and not when whoever asked for it hangs up.
func (db *DB) Alone(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	if err := db.whole(); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	tx, err := db.W.BeginTx(wait, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if db.begin != "" {
		if _, err := tx.ExecContext(wait, db.begin); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
	}
	if err := do(wait, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func migrate(ctx context.Context, dialect goose.Dialect, w *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, w, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithAllowOutofOrder(true)) // one that was numbered below the last is not left out
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > want:
		return ErrNewer
	}
	if pending, err := p.HasPending(ctx); err != nil || !pending {
		return err
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
	if err := db.Foreign(ctx); err != nil {
		return err
	}
	if err := db.touch(ctx); err != nil {
		return fmt.Errorf("database cannot be written: %w", err)
	}
	return nil
}

// touch changes nothing, as a change.
func (db *DB) touch(ctx context.Context) error {
	if err := db.whole(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tx, err := db.W.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `delete from staff where issuer = ''`) // nobody's
	return errors.Join(err, tx.Rollback())
}

// Shared reports whether other processes may work on the same database.
func (db *DB) Shared() bool { return db.shared }

// Close ends the connections.
func (db *DB) Close() error {
	err := db.R.Close()
	if db.W != nil {
		err = errors.Join(err, db.W.Close())
	}
	return errors.Join(err, db.close())
}
