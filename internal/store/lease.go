package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// leaseLife is how long a lease holds when nothing more is heard of its holder.
	leaseLife = 10 * time.Second
	// leaseMargin is how much earlier the holder stops: what it began to send in time
	// must have gone out before another may take over.
	leaseMargin = time.Second
	leaseRenew  = leaseLife / 4
	leaseAgain  = 50 * time.Millisecond // between two tries for one that is held
	leaseKept   = 24 * time.Hour        // so long a name is remembered, and its number with it
)

// ErrLost is returned once a lease has run out: another process may have taken over.
var ErrLost = errors.New("this took so long that another replica may have taken over")

// Lease is the right to work on one thing, of all processes on one database. It is
// renewed until it is ended, and runs out when the process stands still. Its number
// is looked at again in the transactions that it guards, so that a process which
// stood still and goes on writes nothing any more.
//
// SQLite has one process: the lock on the data folder sees to that. There a lease is
// nil and always held.
type Lease struct {
	db           *DB
	name, holder string
	fence        int64
	stop         context.CancelFunc

	mu    sync.Mutex
	until time.Time // by this process's clock, which is monotonic
}

const (
	clock = `(extract(epoch from clock_timestamp()) * 1000)::bigint`

	takeLease = `insert into lease (name, holder, fence, ends_at) values ($1, $2, 1, ` + clock + ` + $3)
		on conflict (name) do update set holder = excluded.holder, fence = lease.fence + 1, ends_at = excluded.ends_at
		where lease.ends_at <= ` + clock + ` returning fence`
	keepLease = `update lease set ends_at = ` + clock + ` + $4 where name = $1 and holder = $2 and fence = $3 and ends_at > ` + clock
	ownLease  = `update lease set ends_at = ends_at where name = $1 and holder = $2 and fence = $3`
	endLease  = `update lease set ends_at = 0 where name = $1 and holder = $2 and fence = $3`
)

// Lease waits for a lease, or for ctx.
func (db *DB) Lease(ctx context.Context, name string) (*Lease, error) {
	tick := time.NewTicker(leaseAgain)
	defer tick.Stop()
	for {
		if l, ok, err := db.TryLease(ctx, name); ok || err != nil {
			return l, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// TryLease takes a lease if nobody holds it. Who hangs up in that moment does not leave
// one behind that is taken and nobody's.
func (db *DB) TryLease(ctx context.Context, name string) (l *Lease, ok bool, err error) {
	if !db.shared {
		return nil, true, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	l = &Lease{db: db, name: name, holder: rand.Text(), until: fromNow()}
	err = db.W.QueryRowContext(ctx, takeLease, l.name, l.holder, leaseLife.Milliseconds()).Scan(&l.fence)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("take a lease: %w", err)
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.renew(work)
	return l, true, nil
}

// fromNow is until when a lease counts that the database gives a moment from now.
func fromNow() time.Time { return time.Now().Add(leaseLife - leaseMargin) }

// renew keeps the lease until it is ended or lost.
func (l *Lease) renew(ctx context.Context) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for l.Held() == nil {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		try, cancel := context.WithTimeout(ctx, patience)
		_ = l.keep(try, l.db.W) // it may work the next time; else the lease runs out
		cancel()
	}
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (l *Lease) keep(ctx context.Context, on execer) error {
	until := fromNow()
	res, err := on.ExecContext(ctx, keepLease, l.name, l.holder, l.fence, leaseLife.Milliseconds())
	if err := MetOne(res, err, ErrLost); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = until
	return nil
}

// Held reports ErrLost once the lease may have run out. It asks nobody: it is for
// the last moment before something is sent.
func (l *Lease) Held() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Now().Before(l.until) {
		return nil
	}
	return ErrLost
}

// Keep is for a transaction that may be committed only while the lease is held: it
// holds until the end of the transaction, and is renewed by it.
func (l *Lease) Keep(ctx context.Context, tx *sql.Tx) error {
	if l == nil {
		return nil
	}
	return l.keep(ctx, tx)
}

// Last is for a transaction that may be committed while nobody else has taken the
// lease since, even if it has run out.
func (l *Lease) Last(ctx context.Context, tx *sql.Tx) error {
	if l == nil {
		return nil
	}
	res, err := tx.ExecContext(ctx, ownLease, l.name, l.holder, l.fence)
	return MetOne(res, err, ErrLost)
}

// End gives the lease back. Where that fails it runs out.
func (l *Lease) End() {
	if l == nil {
		return
	}
	l.stop()
	l.mu.Lock()
	l.until = time.Time{}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = l.db.W.ExecContext(ctx, endLease, l.name, l.holder, l.fence)
}

// Sweep forgets the leases of long ago.
func (db *DB) Sweep(ctx context.Context) error {
	if !db.shared {
		return nil
	}
	_, err := db.W.ExecContext(ctx, `delete from lease where ends_at < `+clock+` - $1`, leaseKept.Milliseconds())
	return err
}
