package once

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/store"
)

func open(t *testing.T) (*Secrets, *store.DB, *time.Time) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.UnixMilli(1_700_000_000_000)
	return New(db, func() time.Time { return now }), db, &now
}

func TestOpenAndForget(t *testing.T) {
	s, _, _ := open(t)
	handle, until, err := s.Keep(t.Context(), Kept{Session: "mine", Seq: 7, What: "temporary password", Name: "Ann Vo"}, "opensesame")
	if err != nil || until.Sub(s.now()) != Life {
		t.Fatalf("until %v: %v", until, err)
	}
	for range 2 {
		if k, v, err := s.Open(t.Context(), "mine", handle); err != nil || v != "opensesame" || k.Seq != 7 || k.Name != "Ann Vo" {
			t.Errorf("%+v %q: %v", k, v, err)
		}
	}
	id, key, _ := strings.Cut(handle, ".")
	for _, bad := range [][2]string{{"yours", handle}, {"", handle}, {"mine", id}, {"mine", id + "."}, {"mine", "X" + handle}, {"mine", id + "." + strings.ToLower(key)}, {"mine", handle + "A"}} {
		if _, v, err := s.Open(t.Context(), bad[0], bad[1]); !errors.Is(err, ErrUnknown) || v != "" {
			t.Errorf("%q: %q, %v", bad, v, err)
		}
	}
	if err := s.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, v, err := s.Open(t.Context(), "mine", handle); !errors.Is(err, ErrShown) || v != "" {
		t.Errorf("%q, %v", v, err)
	}
}

// What was not looked at in time is not shown, wiped at the next sweep, and
// remembered a while as having been there.
func TestExpiry(t *testing.T) {
	s, db, now := open(t)
	handle, _, err := s.Keep(t.Context(), Kept{Session: "mine"}, "opensesame")
	if err != nil {
		t.Fatal(err)
	}
	rows := func() (n, sealed int) {
		if err := db.R.QueryRowContext(t.Context(), `select count(*), coalesce(sum(case when sealed <> '' then 1 else 0 end), 0) from shown_once`).Scan(&n, &sealed); err != nil {
			t.Fatal(err)
		}
		return n, sealed
	}
	for _, step := range []struct {
		after        time.Duration
		want         error
		rows, sealed int
	}{
		{Life - time.Millisecond, nil, 1, 1}, {time.Millisecond, ErrExpired, 1, 0}, {remembered, ErrUnknown, 0, 0},
	} {
		*now = now.Add(step.after)
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Open(t.Context(), "mine", handle)
		if n, sealed := rows(); !errors.Is(err, step.want) || n != step.rows || sealed != step.sealed {
			t.Errorf("after %v: %v, %d rows, %d sealed", step.after, err, n, sealed)
		}
	}
}
