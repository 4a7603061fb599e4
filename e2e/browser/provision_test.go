package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/playwright-community/playwright-go"
)

// hush drops what provisioning says.
func hush(string, ...any) {}

func TestDriverVersionIsTheLibrarys(t *testing.T) {
	d, err := playwright.NewDriver(&playwright.RunOptions{DriverDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if got := driverParcel().version; got != d.Version {
		t.Errorf("pinned %s, playwright-go of go.mod wants %s: change version and integrity together", got, d.Version)
	}
}

// tarball makes an npm tarball of the given files.
func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o777, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fakeNpm puts an npm on PATH that packs tgz and counts its calls in a file.
func fakeNpm(t *testing.T, tgz []byte) (calls func() int) {
	t.Helper()
	dir := t.TempDir()
	count := filepath.Join(dir, "calls")
	script := "#!/bin/sh\necho call >> " + count + "\ncp " + filepath.Join(dir, "tgz") + ` "$4/thing-1.0.0.tgz"` + "\n"
	for name, body := range map[string][]byte{"npm": []byte(script), "tgz": tgz} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() int {
		b, err := os.ReadFile(count)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return bytes.Count(b, []byte("call"))
	}
}

func TestParcelIsFetchedOnce(t *testing.T) {
	tgz := tarball(t, map[string]string{"package/a/b.txt": "hello"})
	calls := fakeNpm(t, tgz)
	sum := sha512.Sum512(tgz)
	p := parcel{"thing", "1.0.0", "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
	cache := t.TempDir()
	prepare := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "ready"), nil, 0o600)
	}
	for range 2 {
		dir, err := p.ensure(t.Context(), cache, hush, prepare)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "package", "a", "b.txt"))
		if err != nil || string(text) != "hello" {
			t.Errorf("%q, %v", text, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "ready")); err != nil {
			t.Error(err)
		}
	}
	if n := calls(); n != 1 {
		t.Errorf("npm was called %d times", n)
	}
}

// A parcel that is not what was pinned, or that could not be prepared, leaves
// nothing that a later run would take for the real thing.
func TestParcelIsWholeOrAbsent(t *testing.T) {
	tgz := tarball(t, map[string]string{"package/cli.js": "1"})
	fakeNpm(t, tgz)
	sum := sha512.Sum512(tgz)
	good := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		integrity string
		prepare   func(string) error
		want      string
	}{
		"tampered":   {"sha512-" + strings.Repeat("A", 86) + "==", nil, "integrity"},
		"unprepared": {good, func(string) error { return errors.New("cannot patch") }, "cannot patch"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			dir, err := parcel{"thing", "1.0.0", c.integrity}.ensure(t.Context(), cache, hush, c.prepare)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q, %v", dir, err)
			}
			if _, err := os.Stat(filepath.Join(cache, "thing-1.0.0")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("left behind: %v", err)
			}
		})
	}
}

func TestUnpackStaysInside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in")
	tgz := tarball(t, map[string]string{
		"package/good.js":        "1",
		"package/../../evil.js":  "2",
		"package/../sibling.js":  "3",
		"/package/absolute.js":   "4",
		"elsewhere/something.js": "5",
	})
	if err := unpack(tgz, dir); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(filepath.Dir(dir), path)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// package/../sibling.js is package-relative but harmless: it stays in dir.
	if diff := cmp.Diff([]string{"in/package/good.js", "in/sibling.js"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnpackRefusesGarbage(t *testing.T) {
	whole := tarball(t, map[string]string{"package/a": strings.Repeat("x", 4096)})
	for name, tgz := range map[string][]byte{"not gzip": []byte("hello"), "cut off": whole[:len(whole)/2]} {
		if err := unpack(tgz, t.TempDir()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMissingNamesWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PLAYWRIGHT_NODEJS_PATH", "")
	_, err := provision(t.Context(), filepath.Join(t.TempDir(), "cache"), hush)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"Node.js is missing", "apt-get install nodejs npm chromium", "go test -short ./...", driverParcel().String()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestRunShowsTheEndOfWhatWasPrinted(t *testing.T) {
	err := run(exec.CommandContext(t.Context(), "sh", "-c", "seq 5000; echo the reason >&2; exit 3"))
	if err == nil || !strings.Contains(err.Error(), "the reason") || len(err.Error()) > 1000 {
		t.Errorf("%v", err)
	}
}

func TestUsualPlaces(t *testing.T) {
	env := func(name string) string { return map[string]string{"ProgramFiles": "P"}[name] }
	for goos, want := range map[string]int{"darwin": 3, "windows": 2, "linux": 0} {
		if got := usualPlaces(goos, env); len(got) != want {
			t.Errorf("%s: %q", goos, got)
		}
	}
}

func TestLockWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache", "lock")
	release, err := lock(t.Context(), path, hush)
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan struct{})
	took := make(chan error)
	go func() {
		again, err := lock(t.Context(), path, func(string, ...any) { close(waiting) })
		if err == nil {
			again()
		}
		took <- err
	}()
	<-waiting // says so once, and not before it has to
	select {
	case err := <-took:
		t.Fatalf("two hold the lock: %v", err)
	default:
	}
	release()
	if err := <-took; err != nil {
		t.Error(err)
	}
}

func TestLockGivesUpWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	release, err := lock(t.Context(), path, hush)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	_, err = lock(ctx, path, func(string, ...any) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
