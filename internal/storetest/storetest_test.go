package storetest_test

import (
	"os"
	"strings"
	"testing"

	"keydesk/internal/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// Every test has a database of its own, on the engine that is asked for.
func TestOpen(t *testing.T) {
	one, two := storetest.Open(t), storetest.Open(t)
	if _, err := one.W.ExecContext(t.Context(), `insert into staff (issuer, subject, okta_id, tier, name, seen_at) values ('i', 's', '', '', '', 0)`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := two.R.QueryRowContext(t.Context(), `select count(*) from staff`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows of another test, %v", n, err)
	}
	var version string
	err := one.R.QueryRowContext(t.Context(), `select version()`).Scan(&version)
	if postgres := os.Getenv("KEYDESK_TEST_ENGINE") == "postgres"; postgres != strings.HasPrefix(version, "PostgreSQL") {
		t.Errorf("%q %v", version, err)
	}
}
