package testkit

import (
	"os"
	"path/filepath"
)

// Stored is everything that the database holds, as somebody with its files sees it,
// or with its rows where it is not in files of ours.
func (k *Kit) Stored() (out [][]byte) {
	k.t.Helper()
	if k.Store.Shared() {
		return k.storedRows()
	}
	var seq, name, file string
	if err := k.Store.W.QueryRowContext(k.t.Context(), `pragma database_list`).Scan(&seq, &name, &file); err != nil {
		k.t.Fatal(err)
	}
	files, err := filepath.Glob(file + "*")
	if err != nil || len(files) == 0 {
		k.t.Fatalf("%s: %v (%v)", file, files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f) //nolint:gosec // the test's own folder
		if err != nil {
			k.t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func (k *Kit) storedRows() (out [][]byte) {
	k.t.Helper()
	for _, table := range k.strings(`select tablename from pg_tables where schemaname = 'public'`) {
		for _, row := range k.strings(`select row_to_json(t)::text from ` + table + ` t`) {
			out = append(out, []byte(row))
		}
	}
	return out
}

func (k *Kit) strings(query string) (out []string) {
	k.t.Helper()
	rows, err := k.Store.R.QueryContext(k.t.Context(), query)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			k.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	return out
}
