package audit

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/store"
)

// A search of the record looks an act's outcomes up by their index: without it a search
// of a long record reads all of it once for each row.
func TestSearchesUseTheIndex(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for name, f := range map[string]Filter{"text": {Text: "zzz"}, "target": {Target: "00u1"}, "unknown": {Result: string(Unknown)}, "done": {Result: string(Done)}} {
		where, args := f.where()
		if plan := planOf(t, db, where, args); !strings.Contains(plan, "record_intent") {
			t.Errorf("%s: %s", name, plan)
		}
	}
}

// planOf is how SQLite looks for rows.
func planOf(t *testing.T, db *store.DB, where string, args []any) string {
	t.Helper()
	rows, err := db.R.QueryContext(t.Context(), `explain query plan select seq from record where `+where, args...) //nolint:gosec // where holds constants and placeholders alone
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "; ")
}

// A sink that is said to be somebody else's turn for longer than anybody's turn lasts is
// taken over: who writes the database stops no feed.
func TestForeignTurnEnds(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	l := New(db, time.Now)
	if _, ok, err := l.Claim(t.Context(), "syslog", "a", time.Minute); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, ok, err := l.Claim(t.Context(), "syslog", "b", time.Minute); ok || err != nil {
		t.Errorf("in a's turn: %v %v", ok, err)
	}
	if _, err := db.W.ExecContext(t.Context(), `update record_cursor set holder = 'nobody', until = $1`, time.Now().Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := l.Claim(t.Context(), "syslog", "b", time.Minute); !ok || err != nil {
		t.Errorf("a turn without an end: %v %v", ok, err)
	}
}
