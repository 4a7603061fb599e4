package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func openTemp(t *testing.T) (*DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data dir ?%#", "keydesk.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, path
}

func TestOpenCreatesPrivateFiles(t *testing.T) {
	db, path := openTemp(t)
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	for name, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600, filepath.Join(dir, "keydesk.lock"): 0o600, path + "-wal": 0o600} {
		st, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Mode().Perm(); got != want {
			t.Errorf("%s: mode %v, want %v", name, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	db, _ := openTemp(t)
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "1500"} {
		var got string
		if err := db.W.QueryRowContext(t.Context(), "pragma "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	db, path := openTemp(t)
	start := time.Now()
	_, err := Open(t.Context(), path)
	if !errors.Is(err, ErrInUse) || time.Since(start) > time.Second {
		t.Fatalf("after %v: %v", time.Since(start), err)
	}
	reader, err := OpenForReading(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(reader.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

const childPath = "KEYDESK_TEST_STORE_PATH"

// TestMain lets the test binary play the second process.
func TestMain(m *testing.M) {
	path := os.Getenv(childPath)
	if path == "" {
		os.Exit(m.Run())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	db, err := Open(ctx, path)
	if err == nil {
		_ = db.Close()
		os.Exit(0)
	}
	_, _ = os.Stderr.WriteString(err.Error())
	os.Exit(3)
}

func TestSecondProcessIsRefused(t *testing.T) {
	db, path := openTemp(t)
	run := func() (string, int) {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Env = append(os.Environ(), childPath+"="+path)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := run(); code != 3 || !strings.HasPrefix(out, ErrInUse.Error()) {
		t.Errorf("exit %d: %s", code, out)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, code := run(); code != 0 {
		t.Errorf("exit %d after the first one ended: %s", code, out)
	}
}

func TestBadPaths(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("this is not a database, and long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"folder is a file": filepath.Join(file, "keydesk.db"), "not a database": file, "a folder": t.TempDir()} {
		if db, err := Open(t.Context(), path); err == nil {
			_ = db.Close()
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := OpenForReading(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// TestOneText keeps the migrations in the part of SQL that both engines share.
func TestOneText(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	foreign := regexp.MustCompile(`(?i)\b(autoincrement|serial|without rowid|jsonb?|blob|bytea|real|datetime|timestamp\w*|strict|pragma|glob|ilike|now\(\)|current_timestamp)\b`)
	comment := regexp.MustCompile(`--.*`)
	for _, f := range files {
		text, err := fs.ReadFile(migrations, f)
		if err != nil {
			t.Fatal(err)
		}
		if found := foreign.FindAllString(comment.ReplaceAllString(string(text), ""), -1); found != nil {
			t.Errorf("%s: %q", f, found)
		}
		if !strings.Contains(string(text), "-- +goose Down") {
			t.Errorf("%s: no way back", f)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "keydesk.db")
	for b.Loop() {
		db, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
