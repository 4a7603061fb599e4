package audit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

// hours is a record of 1,000 rows, signed every hundred, an hour apart.
func hours(t *testing.T, k audit.Key) (*audit.Log, *store.DB, *time.Time) {
	t.Helper()
	l, db, now := clocked(t)
	for range 10 {
		if err := audit.Fill(t.Context(), l, 100); err != nil {
			t.Fatal(err)
		}
		*now = now.Add(time.Hour)
		if _, err := l.Sign(t.Context(), k, false); err != nil {
			t.Fatal(err)
		}
	}
	return l, db, now
}

// forge changes the database as somebody can who has it in hand, and computes the
// chain anew from a row on; 0 leaves it.
func forge(t *testing.T, db *store.DB, from int64, statements ...string) {
	t.Helper()
	tx, err := db.W.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if from > 0 {
		err = audit.Rechain(t.Context(), tx, from)
	}
	if err := errors.Join(err, tx.Commit()); err != nil {
		t.Fatal(err)
	}
}

// broken is whether a verification of the database finds something; an export must
// say the same.
func broken(t *testing.T, l *audit.Log, trust audit.Trust) bool {
	t.Helper()
	rep, err := l.VerifyWith(t.Context(), trust)
	if err != nil {
		t.Fatal(err)
	}
	out, err := audit.VerifyExport(strings.NewReader(exported(t, l, audit.JSONLines, audit.Filter{})), trust)
	if err != nil || (len(out.Faults) > 0) != (len(rep.Faults) > 0) {
		t.Errorf("the database: %v; its export: %v %v", rep.Faults, out.Faults, err)
	}
	return len(rep.Faults) > 0
}

func keysOf(k audit.Key) audit.Trust { return audit.Trust{Keys: k.Publics()} }

var forgeries = map[string]struct {
	from int64
	sql  []string
}{
	"rewritten":          {5, []string{`update record set reason = 'forged', actor_id = 'x' where seq = 5`, `delete from record_checkpoint where seq >= 5`}},
	"rolled back":        {0, []string{`delete from record where seq > 300`, `delete from record_checkpoint where seq > 300`}},
	"emptied":            {0, []string{`delete from record`, `delete from record_checkpoint`}},
	"of the first kind":  {1, []string{`update record set v = 1, policy = '', auth_time = 0, okta_at = 0`, `update record set reason = 'forged' where seq = 5`, `delete from record_checkpoint`}},
	"cut by somebody":    {0, []string{`delete from record`, `insert into record_checkpoint (id, kind, seq, hash, at, cut, cut_from, cut_to, next_key, key, signature) select 999, 'cut', seq, hash, at, seq, 0, 0, '', key, signature from record_checkpoint where seq = 1000`}},
	"the last row other": {1000, []string{`update record set detail = 'forged' where seq = 1000`, `delete from record_checkpoint where seq = 1000`}},
}

// The console does not sign what somebody made of the record in the database, neither
// in the process that signed what was there nor after a start.
func TestForgedHeadIsNotSigned(t *testing.T) {
	for name, f := range forgeries {
		for _, start := range []bool{false, true} {
			t.Run(fmt.Sprint(name, start), func(t *testing.T) {
				l, db, now := clocked(t)
				k, file := key(t), filepath.Join(t.TempDir(), "record.head")
				if err := l.SignedBy(k, file); err != nil {
					t.Fatal(err)
				}
				if err := audit.Fill(t.Context(), l, 1000); err != nil {
					t.Fatal(err)
				}
				if _, err := l.Sign(t.Context(), k, true); err != nil {
					t.Fatal(err)
				}
				forge(t, db, f.from, f.sql...)
				if start {
					l = audit.New(db, func() time.Time { return *now })
					if err := l.SignedBy(k, file); err != nil {
						t.Fatal(err)
					}
				}
				if err := audit.Fill(t.Context(), l, 240); err != nil { // acts go on
					t.Fatal(err)
				}
				*now = now.Add(time.Hour)
				did, err := l.Sign(t.Context(), k, true)
				if no := (*audit.ContradictionError)(nil); did || !errors.As(err, &no) || no.Seq != 1000 {
					t.Errorf("signed %t: %v", did, err)
				}
				if !strings.Contains(l.Problem(), "row 1000 was signed") {
					t.Errorf("said: %q", l.Problem())
				}
				if n, err := l.Trim(t.Context(), k, *now, nil, audit.Row{Action: "record.cut"}); n != 0 || err == nil {
					t.Errorf("%d rows were cut off (%v)", n, err)
				}
				p, err := audit.ReadHead(file)
				if err != nil || p.Seq != 1000 || !broken(t, l, audit.Trust{Keys: k.Publics(), Seq: p.Seq, Hash: p.Hash}) {
					t.Errorf("not found by %v (%v)", p, err)
				}
			})
		}
	}
}

// What was rewritten shows in the heads alone, also when a console that remembers
// nothing signs it again.
func TestGapBetweenHeadsIsFound(t *testing.T) {
	k := key(t)
	l, db, now := hours(t, k)
	if broken(t, l, keysOf(k)) {
		t.Fatal("untouched, and broken")
	}
	forge(t, db, 5, forgeries["rewritten"].sql...)
	if !broken(t, l, keysOf(k)) {
		t.Error("not found before the console signs")
	}
	forgetful := audit.New(db, func() time.Time { return *now })
	if did, err := forgetful.Sign(t.Context(), k, true); !did || err != nil {
		t.Fatal(did, err)
	}
	if !broken(t, l, keysOf(k)) {
		t.Error("not found after it")
	}
}

// Rows cannot pass for those of the first release, which were not signed.
func TestNoDowngrade(t *testing.T) {
	k := key(t)
	l, db, _ := hours(t, k)
	forge(t, db, 1, forgeries["of the first kind"].sql...)
	if !broken(t, l, keysOf(k)) {
		t.Error("not found")
	}
}

// However fast rows come, the next head is never so far away that it looks as if
// signatures had been taken away; and what the first release wrote is no such gap.
func TestBurstLeavesNoGap(t *testing.T) {
	l, db := open(t)
	if err := audit.Fill(t.Context(), l, 900); err != nil {
		t.Fatal(err)
	}
	forge(t, db, 1, `update record set v = 1`)
	k := key(t)
	if err := l.SignedBy(k, ""); err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		if err := audit.Fill(t.Context(), l, 130+i); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			if _, err := l.Sign(t.Context(), k, true); err != nil {
				t.Fatal(err)
			}
		}
		if broken(t, l, keysOf(k)) {
			t.Fatal("a burst looks like tampering")
		}
	}
}

// Processes sign in turn, each with a file of its own: one that is behind goes on, also
// past a cut that another one made.
func TestReplicaThatIsBehindSigns(t *testing.T) {
	one, db, now := clocked(t)
	two := audit.New(db, func() time.Time { return *now })
	k, dir := key(t), t.TempDir()
	if err := errors.Join(one.SignedBy(k, dir+"/1"), two.SignedBy(k, dir+"/2")); err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		fillMore(t, one, 20)
		*now = now.Add(time.Hour)
		l := []*audit.Log{one, two, one}[i%3]
		if _, err := l.Sign(t.Context(), k, true); err != nil || l.Problem() != "" {
			t.Fatal(i, err, l.Problem())
		}
		if i == 5 {
			if n, err := one.Trim(t.Context(), k, *now, nil, audit.Row{Action: "record.cut"}); n == 0 || err != nil {
				t.Fatal(n, err)
			}
		}
		for _, file := range []string{"/1", "/2"} {
			p, err := audit.ReadHead(dir + file)
			if err != nil || broken(t, l, audit.Trust{Keys: k.Publics(), Seq: p.Seq, Hash: p.Hash}) {
				t.Fatal(i, p, err)
			}
		}
	}
}

func TestHeadFile(t *testing.T) {
	if got := audit.HeadFile("/k/record.key"); got != "/k/record.head" {
		t.Error(got)
	}
	l, _ := open(t)
	k, dir := key(t), filepath.Join(t.TempDir(), "k")
	file := filepath.Join(dir, "record.head")
	sign := func() {
		t.Helper()
		fillMore(t, l, 1)
		if did, err := l.Sign(t.Context(), k, true); err != nil || !did {
			t.Fatal(did, err)
		}
	}
	if err := l.SignedBy(k, file); err != nil {
		t.Fatal(err)
	}
	sign() // there is no such folder: said, and signed
	if !strings.Contains(l.Problem(), "cannot be kept") {
		t.Errorf("said: %q", l.Problem())
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	sign()
	head, err := l.Signed(t.Context())
	p, err2 := audit.ReadHead(file)
	if err := errors.Join(err, err2); err != nil || l.Problem() != "" || p.Seq != head.Seq || p.Hash != head.Hash {
		t.Error(p, head, err, l.Problem())
	}
	info, err := os.Stat(file)
	left, _ := os.ReadDir(dir)
	if err != nil || info.Mode().Perm() != 0o600 || len(left) != 1 {
		t.Error(info, left, err)
	}
	for _, bad := range []string{"", "x", "5", "5:", "-1:ab", ":ab"} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		fillMore(t, l, 1)
		if _, err := l.Sign(t.Context(), k, true); err == nil || l.SignedBy(k, file) == nil {
			t.Errorf("%q is taken for a head", bad)
		}
	}
}

// A cut signs that what goes was as it should be: what was changed stays, and is said.
func TestTrimLeavesWhatWasChanged(t *testing.T) {
	old := `update record set at = 1000 where seq <= 480`
	for name, f := range map[string]struct {
		from int64
		sql  []string
	}{
		"times":                        {0, []string{old}},
		"times, computed anew":         {1, []string{old}},
		"and without some heads":       {1, []string{old, `delete from record_checkpoint where seq < 1000`}},
		"and without any":              {1, []string{old, `delete from record_checkpoint`}},
		"a text":                       {0, []string{`update record set detail = 'x' where seq = 7`}},
		"a row that goes is not there": {0, []string{`delete from record where seq = 7`}},
	} {
		k := key(t)
		l, db, now := hours(t, k)
		forge(t, db, f.from, f.sql...)
		forgetful := audit.New(db, func() time.Time { return *now })
		before := now.Add(-365 * 24 * time.Hour)
		if f.from == 0 {
			before = now.Add(-time.Hour)
		}
		for _, by := range []*audit.Log{l, forgetful} {
			if n, err := by.Trim(t.Context(), k, before, nil, audit.Row{Action: "record.cut"}); n != 0 || err == nil {
				t.Errorf("%s: %d rows were cut off (%v)", name, n, err)
			}
		}
		if !broken(t, l, keysOf(k)) {
			t.Errorf("%s: not found", name)
		}
	}
}

// A cursor beyond the end of the record would hold every row back, and let rows be cut
// off that never arrived.
func TestCursorAheadIsSaid(t *testing.T) {
	for _, ahead := range []string{`seq = 1000000`, `checkpoint = 1000000`} {
		k := key(t)
		l, db, now := hours(t, k)
		if _, _, err := l.Claim(t.Context(), "siem", "me", time.Minute); err != nil {
			t.Fatal(err)
		}
		forge(t, db, 0, `update record_cursor set `+ahead)
		c, _, err := l.Claim(t.Context(), "siem", "me", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if out, _, err := l.Pending(t.Context(), c, 10); len(out) > 0 || !errors.Is(err, audit.ErrAhead) {
			t.Errorf("%s: %d lines (%v)", ahead, len(out), err)
		}
		if n, err := l.Trim(t.Context(), k, *now, []string{"siem"}, audit.Row{Action: "record.cut"}); n > 0 || strings.HasPrefix(ahead, "seq") && !errors.Is(err, audit.ErrAhead) {
			t.Errorf("%s: %d rows were cut off (%v)", ahead, n, err)
		}
	}
}
