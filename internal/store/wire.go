package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// connector makes connections to PostgreSQL for database/sql. They speak the protocol
// and know the few types that the tables have, all of them as text; pgx's own adapter
// knows every type there is, which makes the program an eighth larger.
type connector struct {
	conf  *pgconn.Config
	limit time.Duration // for each statement, if the server does not even say that it took too long; 0: none
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	pg, err := pgconn.ConnectConfig(ctx, c.conf)
	if err != nil {
		return nil, err
	}
	return &conn{pg: pg, limit: c.limit, used: time.Now()}, nil
}

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return wireDriver{} }

type wireDriver struct{}

var errByConnector = errors.New("store: connections are made by their connector")

// Open implements driver.Driver.
func (wireDriver) Open(string) (driver.Conn, error) { return nil, errByConnector }

// conn is one connection.
type conn struct {
	pg    *pgconn.PgConn
	limit time.Duration
	used  time.Time
}

func (c *conn) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.limit)
}

var _ interface {
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
	driver.Pinger
} = (*conn)(nil)

// CheckNamedValue takes out of a text what PostgreSQL refuses and SQLite takes: it must
// neither stop a change nor make an error of a search.
func (*conn) CheckNamedValue(v *driver.NamedValue) (err error) {
	v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value)
	if s, ok := v.Value.(string); ok {
		v.Value = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	}
	return err
}

// ExecContext implements driver.ExecerContext. Without arguments the query may be
// several statements.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	if len(args) == 0 {
		all, err := c.pg.Exec(ctx, query).ReadAll()
		if err != nil {
			return nil, c.fault(err)
		}
		n := int64(0)
		for _, r := range all {
			n += r.CommandTag.RowsAffected()
		}
		return driver.RowsAffected(n), nil
	}
	values, err := encode(args)
	if err != nil {
		return nil, err
	}
	r := c.pg.ExecParams(ctx, query, values, nil, nil, nil).Read()
	return driver.RowsAffected(r.CommandTag.RowsAffected()), c.fault(r.Err)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	values, err := encode(args)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	r := &rows{c: c, cancel: cancel, rr: c.pg.ExecParams(ctx, query, values, nil, nil, nil)}
	if r.first = r.rr.NextRow(); !r.first { // so that an error comes with the query, not with its rows
		if err := r.Close(); err != nil {
			return nil, err
		}
	}
	for _, f := range r.rr.FieldDescriptions() {
		r.names, r.kinds = append(r.names, f.Name), append(r.kinds, f.DataTypeOID)
	}
	return r, nil
}

// fault is an error as database/sql wants it: what was certainly not sent may be sent
// over another connection.
func (c *conn) fault(err error) error {
	if err != nil && pgconn.SafeToRetry(err) && c.pg.IsClosed() {
		return driver.ErrBadConn
	}
	return err
}

func encode(args []driver.NamedValue) ([][]byte, error) {
	out := make([][]byte, len(args))
	for i, a := range args {
		switch v := a.Value.(type) {
		case nil:
		case string:
			out[i] = []byte(v)
		case []byte:
			out[i] = v
		case int64:
			out[i] = strconv.AppendInt(nil, v, 10)
		case bool:
			out[i] = strconv.AppendBool(nil, v)
		default:
			return nil, fmt.Errorf("store: no column takes a %T", v)
		}
		if a.Value != nil && out[i] == nil {
			out[i] = []byte{} // empty, not null
		}
	}
	return out, nil
}

// rows are what a query finds, read as they come.
type rows struct {
	c      *conn
	rr     *pgconn.ResultReader
	cancel context.CancelFunc
	first  bool // the first row waits to be read
	names  []string
	kinds  []uint32
}

// Columns implements driver.Rows.
func (r *rows) Columns() []string { return r.names }

// Close implements driver.Rows.
func (r *rows) Close() error {
	defer r.cancel()
	_, err := r.rr.Close()
	return r.c.fault(err)
}

// Next implements driver.Rows.
func (r *rows) Next(dest []driver.Value) error {
	if !r.first && !r.rr.NextRow() {
		if err := r.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	r.first = false
	if len(r.rr.Values()) != len(dest) {
		return fmt.Errorf("store: a row of %d columns where %d were described", len(r.rr.Values()), len(dest))
	}
	for i, text := range r.rr.Values() {
		v, err := decode(r.kinds[i], text)
		if err != nil {
			return err
		}
		dest[i] = v
	}
	return nil
}

// The types of columns that are not read as text, by PostgreSQL's numbers for them.
const (
	kindBool      = 16
	kindBigint    = 20
	kindSmallint  = 21
	kindInteger   = 23
	kindTimestamp = 1114 // of goose's own table
)

func decode(kind uint32, text []byte) (driver.Value, error) {
	if text == nil {
		return nil, nil
	}
	switch kind {
	case kindBool:
		return string(text) == "t", nil
	case kindBigint, kindSmallint, kindInteger:
		return strconv.ParseInt(string(text), 10, 64)
	case kindTimestamp:
		return time.Parse("2006-01-02 15:04:05.999999", string(text))
	}
	return string(text), nil
}

// tx is a transaction.
type tx struct {
	ctx context.Context //nolint:containedctx // database/sql gives it to the beginning alone
	c   *conn
}

// BeginTx implements driver.ConnBeginTx. Where it fails nothing was done, and it may
// begin on another connection.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	begin, cancel := c.bounded(ctx)
	defer cancel()
	if _, err := c.pg.Exec(begin, "begin").ReadAll(); err != nil {
		if c.pg.IsClosed() && ctx.Err() == nil {
			return nil, driver.ErrBadConn
		}
		return nil, err
	}
	return tx{ctx, c}, nil
}

var errRolledBack = errors.New("the transaction was rolled back: a statement in it had failed")

// Commit implements driver.Tx.
func (t tx) Commit() error {
	all, err := t.c.pg.Exec(t.ctx, "commit").ReadAll()
	if err == nil && (len(all) != 1 || all[0].CommandTag.String() != "COMMIT") {
		err = errRolledBack
	}
	return err
}

// Rollback implements driver.Tx. A connection on which it fails is not used again.
func (t tx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), patience)
	defer cancel()
	_, err := t.c.pg.Exec(ctx, "rollback").ReadAll()
	if err != nil {
		_ = t.c.pg.Close(ctx)
	}
	return err
}

// resting is how long an unused connection is taken to be alive unasked.
const resting = time.Second

// ResetSession implements driver.SessionResetter.
func (c *conn) ResetSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if !c.IsValid() || time.Since(c.used) > resting && c.pg.Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	c.used = time.Now()
	return nil
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.pg.IsClosed() && c.pg.TxStatus() == 'I' }

// Ping implements driver.Pinger.
func (c *conn) Ping(ctx context.Context) error { return c.pg.Ping(ctx) }

// Close implements driver.Conn.
func (c *conn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return c.pg.Close(ctx)
}

// Begin implements driver.Conn.
func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// Prepare implements driver.Conn. Nothing here is prepared.
func (*conn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("store: statements are not prepared")
}
