package audit_test

import (
	"context"
	"errors"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

// Who changes how the database works, so that rows vanish, has nothing done without a
// row: an intent that did not arrive is an error, and the console says what is foreign.
func TestRowsThatVanish(t *testing.T) {
	l, db := open(t)
	fill(t, l, 1)
	if err := errors.Join(db.Foreign(t.Context()), db.Ping(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, q := range vanishing(db) {
		if _, err := db.W.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // another test may have the same database
		_, err := db.W.ExecContext(context.Background(), map[bool]string{true: `drop function nothing cascade`, false: `drop trigger quiet`}[db.Shared()])
		if err != nil {
			t.Error(err)
		}
	})
	if _, err := l.Begin(t.Context(), intent("u9"), "token 9", nil); err == nil {
		t.Error("an intent that is nowhere was begun")
	}
	if _, err := l.Add(t.Context(), audit.Row{Action: "x"}); err == nil {
		t.Error("a row that is nowhere was added")
	}
	if rep, err := l.Verify(t.Context()); err != nil || rep.Rows != 2 {
		t.Errorf("%d rows %v", rep.Rows, err)
	}
	for _, err := range []error{db.Foreign(t.Context()), db.Ping(t.Context())} {
		if foreign := (*store.ForeignError)(nil); !errors.As(err, &foreign) || len(foreign.Names) != 1 || foreign.Names[0] != "quiet" {
			t.Errorf("%v", err)
		}
	}
}

func vanishing(db *store.DB) []string {
	if !db.Shared() {
		return []string{`create trigger quiet before insert on record begin select raise(ignore); end`}
	}
	return []string{
		`create function nothing() returns trigger language plpgsql as 'begin return null; end'`,
		`create trigger quiet before insert on record for each row execute function nothing()`,
	}
}
