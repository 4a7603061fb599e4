//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL that tests start and stop.
type Server struct {
	mu      sync.Mutex
	address string // of its database postgres
	model   string // the database that every other is a copy of
	shape   string
	free    []string

	dir    string
	binary string
	run    *exec.Cmd
	hold   io.WriteCloser // while it is open the server runs
}

// New starts a server for one test, which it may stop and start. It needs Postgres.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	if err := errors.Join(s.create(), s.template()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.end("") })
	return s
}

// password is of nobody but the tests' own servers; it must never be seen in a log.
const password = "Cleartext0Canary"

// create makes a cluster in a folder of its own, reached through a socket there, and
// starts it. It syncs to disk as one in earnest does.
func (s *Server) create() (err error) {
	if s.binary, err = binaries(); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "keydesk-pg-"); err != nil {
		return err
	}
	file := filepath.Join(s.dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return err
	}
	who, err := account(s.dir, file)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	//nolint:gosec // our own words
	init := exec.CommandContext(context.Background(), filepath.Join(s.binary, "initdb"), "-D", data, "-U", "keydesk", "-A", "password", "--pwfile", file, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.SysProcAttr, init.Dir = who, s.dir
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword("keydesk", password), Path: "/postgres", RawQuery: "host=" + url.QueryEscape(s.dir)}
	s.address = u.String()
	return s.start(who)
}

// script runs the server for as long as its input is open, and takes the folder away
// when it ends, unless it is told to keep it: so nothing is left behind by a test
// binary, however that ends.
const script = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 -c shared_buffers=16MB -c max_wal_senders=0 -c wal_level=minimal >"$2/log" 2>&1 &
pid=$!
read -r word
kill -QUIT $pid
wait $pid
[ "$word" = keep ] || rm -rf "$2"`

func (s *Server) start(who *syscall.SysProcAttr) error {
	cmd := exec.CommandContext(context.Background(), "sh", "-c", script, "sh", s.binary, s.dir) //nolint:gosec // our own words
	cmd.SysProcAttr, cmd.Dir = who, s.dir
	hold, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	s.run, s.hold = cmd, hold
	return s.ready()
}

// ready waits until the server answers.
func (s *Server) ready() (err error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		if err = s.do("postgres", "select 1"); err == nil {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL does not answer: %w", err)
}

// Stop ends the server as a crash does; what was committed stays.
func (s *Server) Stop() { s.end("keep\n") }

// Start starts it again.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	who, err := account()
	if err == nil {
		err = s.start(who)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Do runs a statement as the owner of the server.
func (s *Server) Do(t testing.TB, statement string) {
	t.Helper()
	if err := s.do("postgres", statement); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) end(word string) {
	if s.run == nil {
		return
	}
	_, _ = io.WriteString(s.hold, word)
	_ = s.hold.Close()
	_ = s.run.Wait()
	s.run = nil
}

// account is as whom the server runs, which is never root, and gives files to them.
func account(files ...string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	err = errors.Join(err1, err2)
	for _, f := range files {
		err = errors.Join(err, os.Chown(f, int(uid), int(gid))) //nolint:gosec // 32 bits
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, err
}

// binaries is the folder of PostgreSQL's programs. Where tests run as root on Debian
// or Ubuntu they install it.
func binaries() (string, error) {
	if dir := installed(); dir != "" {
		return dir, nil
	}
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return "", errors.New("there is no PostgreSQL here; name one in KEYDESK_TEST_POSTGRES, or on Debian and Ubuntu: apt-get install postgresql")
	}
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "keydesk-postgres.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX) //nolint:gosec // descriptors are small
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if dir := installed(); dir != "" { // by another package's tests
		return dir, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", "postgresql"}} {
		cmd := exec.CommandContext(ctx, apt, args...) //nolint:gosec // our own words
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("install PostgreSQL: %w\n%s", err, out)
		}
	}
	if dir := installed(); dir != "" {
		return dir, nil
	}
	return "", errors.New("PostgreSQL was installed and cannot be found")
}

func installed() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // the pattern is ours
	slices.Sort(found)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p)
	}
	return ""
}
