package audit_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

func key(t *testing.T) audit.Key {
	t.Helper()
	k, err := audit.LoadKey(filepath.Join(t.TempDir(), "record.key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// fillMore writes n acts, each an intent and its outcome.
func fillMore(t *testing.T, l *audit.Log, n int) {
	t.Helper()
	for i := range n {
		seq, err := l.Begin(t.Context(), intent(fmt.Sprint("u", i)), rand.Text(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.End(t.Context(), seq, audit.Row{Result: audit.Done, Status: 200, RequestID: rand.Text()}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

const recordColumns = `at, phase, intent, actor_id, actor_name, actor_role, session, address, action, op, target_id, target, class, reason, ticket, params, result, detail,
	status, request_id, before, after, v, auth_time, policy, okta_at, prev, hash`

// tampering is one way to change a record behind the console's back. Statements
// know the place as $1.
type tampering struct {
	name string
	sql  string
	more func(t *testing.T, l *audit.Log, tx *sql.Tx, place int64)
}

func tamperings() []tampering {
	anew := func(t *testing.T, _ *audit.Log, tx *sql.Tx, place int64) {
		t.Helper()
		if err := audit.Rechain(t.Context(), tx, place); err != nil {
			t.Fatal(err)
		}
	}
	return []tampering{
		{"change", `update record set reason = 'other' where seq = $1`, nil},
		{"delete", `delete from record where seq = $1`, nil},
		{"insert", `update record set seq = seq + 10000 where seq >= $1; insert into record (seq, ` + recordColumns + `) select cast($1 as bigint), ` + recordColumns +
			` from record where seq = $1 + 10000; update record set seq = seq - 9999 where seq > 10000`, nil},
		{"swap", `update record set seq = -1 where seq = $1; update record set seq = $1 where seq = $1 + 1; update record set seq = $1 + 1 where seq = -1`, nil},
		{"truncate", `delete from record where seq >= $1; delete from record_checkpoint where seq >= $1`, nil},
		{"clock edit", `update record set at = at - 3600000 where seq = $1`, nil},
		{"re-chain", `update record set reason = 'other' where seq = $1`, anew},
		{"re-chain without the heads", `update record set reason = 'other' where seq = $1; delete from record_checkpoint where seq >= $1`, anew},
		{"re-chain under another key", `update record set reason = 'other' where seq = $1; delete from record_checkpoint where seq >= $1`, func(t *testing.T, l *audit.Log, tx *sql.Tx, place int64) {
			t.Helper()
			anew(t, l, tx, place)
			if err := audit.Forge(t.Context(), l, tx, key(t)); err != nil {
				t.Fatal(err)
			}
		}},
	}
}

// Every kind of tampering is found at every place, with the row: with the public key
// and a head that was kept elsewhere, as the places outside have it.
func TestTampering(t *testing.T) {
	l, db := open(t)
	k := key(t)
	for range 2 {
		fillMore(t, l, 50)
		if _, err := l.Sign(t.Context(), k, true); err != nil {
			t.Fatal(err)
		}
	}
	head, err := l.Signed(t.Context())
	if err != nil || head.Seq != 200 {
		t.Fatal(head, err)
	}
	trust := audit.Trust{Keys: []string{k.Public()}, Seq: head.Seq, Hash: head.Hash}
	if rep, err := l.VerifyWith(t.Context(), trust); err != nil || len(rep.Faults) > 0 || rep.Signed.Seq != 200 {
		t.Fatalf("untouched: %+v %v", rep, err)
	}
	found := map[string]int{}
	for _, kind := range tamperings() {
		for i := range int64(20) {
			place := 1 + i*199/20
			rep := tampered(t, l, db, kind, place, trust)
			if len(rep.Faults) == 0 {
				t.Errorf("%s of row %d is not found", kind.name, place)
				continue
			}
			first := rep.Faults[0]
			if !strings.HasPrefix(kind.name, "re-chain") && first.Seq != place && first.Seq != place+1 {
				t.Errorf("%s of row %d is reported of row %d: %s", kind.name, place, first.Seq, first.What)
			}
			if kind.name == "re-chain" && (first.Seq < place || first.Seq >= place+100) {
				t.Errorf("%s of row %d is reported of row %d: %s", kind.name, place, first.Seq, first.What)
			}
			found[kind.name]++
		}
	}
	t.Log(found)
}

// tampered is what a verification finds after a tampering, which is then undone.
func tampered(t *testing.T, l *audit.Log, db *store.DB, kind tampering, place int64, trust audit.Trust) audit.Report {
	t.Helper()
	tx, err := db.W.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}()
	for one := range strings.SplitSeq(kind.sql, ";") {
		var args []any
		if strings.Contains(one, "$1") {
			args = []any{place}
		}
		if _, err := tx.ExecContext(t.Context(), one, args...); err != nil {
			t.Fatal(kind.name, err)
		}
	}
	if kind.more != nil {
		kind.more(t, l, tx, place)
	}
	rep, err := audit.VerifyTx(t.Context(), tx, trust)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// Without a head kept elsewhere the signatures in the database still bind: who takes
// them away leaves rows that should have been signed and are not.
func TestSignaturesTakenAway(t *testing.T) {
	l, db := open(t)
	k := key(t)
	fillMore(t, l, 110)
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	trust := audit.Trust{Keys: []string{k.Public()}}
	all := tampering{name: "all heads", sql: `delete from record_checkpoint`}
	if rep := tampered(t, l, db, all, 0, trust); len(rep.Faults) == 0 {
		t.Error("a record without any signature passes")
	}
	cut := tampering{name: "rows", sql: `delete from record where seq > $1`}
	if rep := tampered(t, l, db, cut, 200, trust); len(rep.Faults) != 1 || rep.Faults[0].Seq != 201 {
		t.Errorf("rows cut off under a signed head: %+v", rep.Faults)
	}
	for _, column := range []string{"hash = 'x'", "seq = seq - 1", "at = at + 1", "kind = 'cut'", "signature = ''", "key = ''", "next_key = 'x'"} {
		forged := tampering{name: column, sql: `update record_checkpoint set ` + column}
		if rep := tampered(t, l, db, forged, 0, trust); len(rep.Faults) == 0 {
			t.Errorf("a head with %s passes", column)
		}
	}
}

// A long record is read in portions, and nothing hides at their ends.
func TestLongRecord(t *testing.T) {
	l, db := open(t)
	k := key(t)
	if err := l.SignedBy(k, ""); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if err := audit.Fill(t.Context(), l, 700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	trust := audit.Trust{Keys: []string{k.Public()}}
	if rep, err := l.VerifyWith(t.Context(), trust); err != nil || rep.Rows != 4200 || rep.Signed.Seq != 4200 || len(rep.Faults) > 0 {
		t.Fatalf("%+v %v", rep, err)
	}
	for _, seq := range []int64{1, 4000, 4001, 4200} {
		if _, err := db.W.ExecContext(t.Context(), `update record set detail = 'y' where seq = $1`, seq); err != nil {
			t.Fatal(err)
		}
		if rep, err := l.VerifyWith(t.Context(), trust); err != nil || len(rep.Faults) != 1 || rep.Faults[0].Seq != seq {
			t.Errorf("row %d: %+v %v", seq, rep.Faults, err)
		}
		if _, err := db.W.ExecContext(t.Context(), `update record set detail = '' where seq = $1`, seq); err != nil {
			t.Fatal(err)
		}
	}
}
