package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

// clocked is a record whose clock the test moves.
func clocked(t *testing.T) (*audit.Log, *store.DB, *time.Time) {
	t.Helper()
	_, db := open(t)
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	return audit.New(db, func() time.Time { return now }), db, &now
}

func TestHeadIsSignedEveryHundredRowsOrMinute(t *testing.T) {
	l, _, now := clocked(t)
	k := key(t)
	sign := func(want bool, seq int64) {
		t.Helper()
		did, err := l.Sign(t.Context(), k, false)
		if err != nil || did != want {
			t.Fatalf("signed %t, want %t (%v)", did, want, err)
		}
		if c, err := l.Signed(t.Context()); err != nil || c.Seq != seq {
			t.Fatalf("signed up to %d, want %d (%v)", c.Seq, seq, err)
		}
	}
	sign(false, 0) // nothing to sign
	fillMore(t, l, 1)
	sign(true, 2) // the first head never waits
	fillMore(t, l, 1)
	sign(false, 2)
	*now = now.Add(59 * time.Second)
	sign(false, 2)
	*now = now.Add(time.Second)
	sign(true, 4)
	*now = now.Add(time.Hour)
	sign(false, 4) // nothing new
	fillMore(t, l, 50)
	sign(true, 104)
	rep, err := l.VerifyWith(t.Context(), audit.Trust{Keys: []string{k.Public()}})
	if err != nil || len(rep.Faults) > 0 || rep.Signed.Seq != 104 || rep.Checks != 2 {
		t.Errorf("%+v %v", rep, err) // the heads of rows 2 and 4 were thinned out
	}
}

// Of several processes one signs, and the record holds.
func TestManySign(t *testing.T) {
	l, _ := open(t)
	k := key(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 6 {
				if _, err := l.Add(t.Context(), audit.Row{Action: "x"}); err != nil {
					t.Error(err)
				}
				if _, err := l.Sign(t.Context(), k, true); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	rep, err := l.VerifyWith(t.Context(), audit.Trust{Keys: []string{k.Public()}})
	if err != nil || len(rep.Faults) > 0 || rep.Rows != 24 || rep.Signed.Seq != 24 {
		t.Errorf("%+v %v", rep, err)
	}
}

// A new key is believed because the old one says so, also by who knows the old one alone.
func TestKeyRotation(t *testing.T) {
	l, db := open(t)
	path := filepath.Join(t.TempDir(), "keys", "record.key")
	old, err := audit.LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(k audit.Key) {
		t.Helper()
		fillMore(t, l, 5)
		if did, err := l.Sign(t.Context(), k, true); err != nil || !did {
			t.Fatal(did, err)
		}
	}
	sign(old)
	next, err := audit.RotateKey(path)
	if err != nil || next.Public() == old.Public() {
		t.Fatal(next.Public(), err)
	}
	sign(next)
	third, err := audit.RotateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	sign(third)
	again, err := audit.LoadKey(path)
	if err != nil || again.Public() != third.Public() {
		t.Error("the key at the next start is another:", err)
	}
	for name, trust := range map[string]string{"the first": old.Public(), "the second": next.Public(), "the third": third.Public(), "a stranger's": key(t).Public()} {
		rep, err := l.VerifyWith(t.Context(), audit.Trust{Keys: []string{trust}})
		if ok := len(rep.Faults) == 0; err != nil || ok != (name == "the first") {
			t.Errorf("by %s key: %+v %v", name, rep.Faults, err)
		}
	}
	fillMore(t, l, 1)
	if did, err := l.Sign(t.Context(), old, true); did || !errors.Is(err, audit.ErrHandedOver) {
		t.Errorf("a key that handed over signs on: %v %v", did, err)
	}
	for _, kinds := range [][2]string{{"key", "hidden"}, {"hidden", "key"}} { // as somebody does who has the old key and the database
		if _, err := db.W.ExecContext(t.Context(), `update record_checkpoint set kind = $1 where kind = $2`, kinds[1], kinds[0]); err != nil {
			t.Fatal(err)
		}
		if kinds[0] == "key" {
			if _, err := audit.New(db, time.Now).Sign(t.Context(), old, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if rep, _ := l.VerifyWith(t.Context(), audit.Trust{Keys: again.Publics()}); len(rep.Faults) == 0 {
		t.Error("a key that handed over is believed")
	}
	if _, err := db.W.ExecContext(t.Context(), `update record_checkpoint set next_key = $1 where kind = 'key'`, key(t).Public()); err != nil {
		t.Fatal(err)
	}
	if rep, _ := l.VerifyWith(t.Context(), audit.Trust{Keys: []string{old.Public()}}); len(rep.Faults) == 0 {
		t.Error("a forged hand-over passes")
	}
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "record.key")
	k, err := audit.LoadKey(path)
	if err != nil || k.IsZero() {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	for content, mode := range map[string]os.FileMode{"": 0o600, "x\n": 0o600, "AAAA\n": 0o600, strings.Repeat("A", 43) + "=\n": 0o644} {
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := audit.LoadKey(path); err == nil {
			t.Errorf("%q with mode %o is taken as a key", content, mode)
		}
	}
}

func TestTrim(t *testing.T) {
	l, db, now := clocked(t)
	k := key(t)
	trust := audit.Trust{Keys: []string{k.Public()}}
	fillMore(t, l, 10) // rows 1 to 20
	cursor, _, err := l.Claim(t.Context(), "siem", "me", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Hour)
	open, err := l.Begin(t.Context(), intent("u"), "open", nil) // row 21, and its end comes late
	if err != nil {
		t.Fatal(err)
	}
	fillMore(t, l, 10) // rows 22 to 41
	*now = now.Add(time.Hour)
	trim := func(before time.Time, want int64, sinks ...string) {
		t.Helper()
		n, err := l.Trim(t.Context(), k, before, sinks, audit.Row{Action: "record.trim"})
		if err != nil || n != want {
			t.Errorf("%d rows were cut off, want %d (%v)", n, want, err)
		}
		if rep, err := l.VerifyWith(t.Context(), trust); err != nil || len(rep.Faults) > 0 {
			t.Errorf("after that: %+v %v", rep, err)
		}
	}
	later := now.Add(time.Hour)
	trim(now.Add(-3*time.Hour), 0)
	trim(later, 0, "siem") // nothing has arrived there
	cursor.Seq = 12
	if err := l.Arrived(t.Context(), "me", cursor); err != nil {
		t.Fatal(err)
	}
	trim(later, 12, "siem")
	trim(later, 8) // row 21 is open
	trim(later, 0)
	if err := l.End(t.Context(), open, audit.Row{Result: audit.Done}, nil); err != nil {
		t.Fatal(err)
	}
	trim(now.Add(-time.Minute), 0) // it ended too late to go
	*now = now.Add(time.Hour)
	fillMore(t, l, 1)
	trim(now.Add(time.Minute), 24)
	rep, err := l.VerifyWith(t.Context(), trust)
	if err != nil || rep.Cut.Cut != rep.First-1 || rep.First < 41 || rep.Cut.CutFrom.IsZero() {
		t.Errorf("%+v %v", rep, err)
	}
	if acts, err := l.Acts(t.Context(), audit.Filter{Action: "record.trim"}); err != nil || len(acts) != 1 { // the rows of the cuts before were cut too
		t.Errorf("%d cuts have a row (%v)", len(acts), err)
	}
	for _, forged := range []string{`delete from record_checkpoint where kind = 'cut'`, `update record_checkpoint set cut = 3 where kind = 'cut'`, `delete from record where seq = (select min(seq) from record)`} {
		if _, err := db.W.ExecContext(t.Context(), forged); err != nil {
			t.Fatal(err)
		}
		if rep, _ := l.VerifyWith(t.Context(), trust); len(rep.Faults) == 0 {
			t.Errorf("%s is not found", forged)
		}
	}
}

// An operator's pages are counted once a person and day.
func TestOpened(t *testing.T) {
	l, _, now := clocked(t)
	for i, want := range []struct {
		actor, target string
		people        int64
		again         bool
	}{{"a", "1", 1, false}, {"a", "2", 2, false}, {"a", "1", 0, true}, {"b", "1", 1, false}} {
		if n, again, err := l.Opened(t.Context(), want.actor, want.target); err != nil || n != want.people || again != want.again {
			t.Errorf("%d: %d %t %v", i, n, again, err)
		}
	}
	*now = now.Add(24 * time.Hour)
	if n, _, err := l.Opened(t.Context(), "a", "1"); err != nil || n != 1 {
		t.Errorf("on the next day: %d %v", n, err)
	}
}
