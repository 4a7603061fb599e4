package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
)

const (
	writers = 8

	// reading is how long one read may take. What reads the whole record has no limit.
	reading = 5 * time.Second
	// stuck is how long a transaction may lie idle, holding its locks, before the
	// server ends it: the process that began it may have been paused.
	stuck = 5 * time.Second
	// idle is how long an unused connection is kept.
	idle = time.Minute
)

// The two locks of the database: for what has to be alone, and for changing tables.
const (
	aloneLock   = 0x6b657964 // "keyd"
	migrateLock = 0x6b657965
)

// openPostgres opens a PostgreSQL database that exists and may be shared with other
// processes. No error of it holds the password.
func openPostgres(ctx context.Context, address string) (*DB, error) {
	if err := migratePostgres(ctx, address); err != nil {
		return nil, err
	}
	// An intent is on disk before anything is sent, whatever the server's default is.
	w, err := connections(address, writers, stuck, map[string]string{
		"synchronous_commit": "on", "lock_timeout": ms(patience), "statement_timeout": ms(stuck), "idle_in_transaction_session_timeout": ms(stuck),
	})
	if err != nil {
		return nil, err
	}
	r, err := connections(address, readers, reading, map[string]string{"default_transaction_read_only": "on", "lock_timeout": ms(patience), "statement_timeout": ms(reading)})
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	begin := fmt.Sprintf("select pg_advisory_xact_lock(%d)", aloneLock)
	none := func() error { return nil }
	return &DB{W: w, R: r, engine: engine{begin: begin, shared: true, foreign: foreignPostgres, whole: none, close: none}}, nil
}

func readPostgres(address string) (*DB, error) {
	r, err := connections(address, readers, 0, map[string]string{"default_transaction_read_only": "on"})
	if err != nil {
		return nil, err
	}
	return &DB{R: r, engine: engine{shared: true, close: func() error { return nil }}}, nil
}

// migratePostgres brings the tables up to date. Of several processes that start at
// once one does it and the others wait.
func migratePostgres(ctx context.Context, address string) error {
	w, err := connections(address, 2, 0, map[string]string{"synchronous_commit": "on"})
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }() // which frees the lock
	held, err := w.Conn(ctx)
	if err == nil {
		_, err = held.ExecContext(ctx, `select pg_advisory_lock($1)`, migrateLock)
	}
	if err == nil {
		err = migrate(ctx, goose.DialectPostgres, w)
	}
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return held.Close()
}

func connections(address string, size int, limit time.Duration, settings map[string]string) (*sql.DB, error) {
	conf, err := pgconn.ParseConfig(address)
	if err != nil {
		return nil, errors.New("database: the address is not one that PostgreSQL takes (postgres://user:password@host/database)")
	}
	conf.ConnectTimeout = patience
	conf.RuntimeParams["application_name"], conf.RuntimeParams["client_encoding"], conf.RuntimeParams["datestyle"] = "keydesk", "UTF8", "ISO"
	for k, v := range settings {
		conf.RuntimeParams[k] = v
	}
	db := sql.OpenDB(connector{conf, limit})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(idle)
	return db, nil
}

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// CheckURL says what is wrong with the address of a PostgreSQL database: one that
// cannot be read, or that would send what is in it over a network in the clear
// without saying so. It never repeats the address: a password is in it.
func CheckURL(address string) error {
	conf, err := pgconn.ParseConfig(address)
	if !IsURL(address) || err != nil {
		return errors.New("it must be an address such as postgres://user:password@host/database")
	}
	clear := conf.TLSConfig == nil && !local(conf.Host)
	for _, f := range conf.Fallbacks {
		clear = clear || f.TLSConfig == nil && !local(f.Host)
	}
	if clear && !strings.Contains(address, "sslmode=disable") {
		return errors.New("beyond this machine it must say how the connection is protected: sslmode=verify-full, or sslmode=disable where the network sees to it")
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}
