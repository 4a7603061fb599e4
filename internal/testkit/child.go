package testkit

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/store"
)

const (
	childPlace = "KEYDESK_TEST_CHILD"
	childOkta  = "KEYDESK_TEST_OKTA"
	childToken = "KEYDESK_TEST_TOKEN" //nolint:gosec // a variable's name
)

// Child is a process that does what a console does beside its pages, and is killed
// while it does: the binary of the test under another name. Its TestMain asks IsChild,
// and opens what the child works on with Inherit.
type Child struct {
	Org   *oktasim.Org
	URL   string   // of Org
	Place string   // of the database
	Env   []string // more of it, NAME=value
}

// IsChild reports whether this process is a Child.
func IsChild() bool { return os.Getenv(childPlace) != "" }

// Run runs a child until Org has seen so many calls of the operations, and a moment
// more, and kills it; with after below zero it is left alone. It reports whether the
// child came to its end by itself.
func (c Child) Run(t testing.TB, operations []string, after int, more time.Duration) (ended bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(append(os.Environ(), childPlace+"="+c.Place, childOkta+"="+c.URL, childToken+"="+c.Org.Token()), c.Env...)
	cmd.Stderr = os.Stderr
	seen := make(chan struct{}, 10_000)
	for _, op := range operations {
		c.Org.Hook(op, func(string) { seen <- struct{}{} })
		defer c.Org.Hook(op, nil)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	for n := 0; after < 0 || n < after; n++ {
		select {
		case <-seen:
		case err := <-over:
			if err != nil {
				t.Fatal(err)
			}
			return true
		}
	}
	<-time.NewTimer(more).C
	_ = cmd.Process.Kill()
	ended = <-over == nil
	c.expire(t)
	return ended
}

// expire lets the time pass after which a dead process's leases are anybody's.
func (c Child) expire(t testing.TB) {
	t.Helper()
	db, err := store.Open(t.Context(), c.Place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if db.Shared() {
		if _, err := db.W.ExecContext(t.Context(), `update lease set ends_at = 0`); err != nil {
			t.Fatal(err)
		}
	}
}

// Bare is a console without a front.
type Bare struct {
	Store  *store.DB
	Record *audit.Log // signed with Seal
	Desk   *desk.Desk
	Seal   audit.Key
}

// Inherit opens what a child works on.
func Inherit(ctx context.Context) (Bare, error) {
	return OpenBare(ctx, os.Getenv(childPlace), os.Getenv(childOkta), os.Getenv(childToken))
}

// OpenBare opens a console without a front on a database and an organisation. Whoever
// it meets has no role here.
func OpenBare(ctx context.Context, place, url, token string) (Bare, error) {
	client, err := okta.New(okta.Config{URL: url, Token: okta.NewSecret(token)})
	if err != nil {
		return Bare{}, err
	}
	db, err := store.Open(ctx, place)
	if err != nil {
		return Bare{}, err
	}
	b := Bare{Store: db, Record: audit.New(db, time.Now), Seal: audit.KeyOf(bytes.Repeat([]byte{7}, 32))}
	b.Desk = desk.New(desk.Config{
		Okta: client, OktaGroups: true, Record: b.Record, Key: make([]byte, 32), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Policy: desk.DemoPolicy(), Staff: func(context.Context, okta.UserID) (desk.Role, error) { return "", nil },
	})
	return b, b.Record.SignedBy(b.Seal, "")
}
