package testkit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"keydesk/internal/storetest"
)

// RunReplicas starts the program several times, on one PostgreSQL, for one
// organisation. The kit that they share reaches them in turn. It needs
// storetest.Postgres.
func RunReplicas(t testing.TB, binary string, n int, place string, wrap func(http.Handler) http.Handler) []*Process {
	t.Helper()
	first := Run(t, binary, wrap, "KEYDESK_DATABASE_URL="+place, "KEYDESK_SECRET_KEY=a2V5ZGVzayByZXBsaWNhcyBzaGFyZSB0aGlzIGtleSE=")
	all := []*Process{first}
	way := &balance{to: []to{{first.address}}}
	for range n - 1 {
		p := &Process{Kit: first.Kit, Data: t.TempDir(), Place: place, binary: binary, address: freePort(t)}
		p.env = slices.Concat(first.env, []string{"HOME=" + p.Data, "KEYDESK_LISTEN=" + p.address, "KEYDESK_DATA_DIR=" + p.Data})
		p.Start()
		t.Cleanup(p.Kill)
		all, way.to = append(all, p), append(way.to, to{p.address})
	}
	first.way = way
	return all
}

// Shared is a place for RunReplicas.
func Shared(t testing.TB) string {
	t.Helper()
	return storetest.Database(t)
}

// balance reaches the next replica with each request, and another one where that
// takes no connection.
type balance struct {
	n  atomic.Uint64
	to []to
}

// RoundTrip implements http.RoundTripper.
func (b *balance) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for range b.to {
		try := r.Clone(r.Context())
		try.Body = io.NopCloser(bytes.NewReader(body))
		resp, err = b.to[b.n.Add(1)%uint64(len(b.to))].RoundTrip(try)
		if op := (*net.OpError)(nil); !errors.As(err, &op) || op.Op != "dial" {
			return resp, err
		}
	}
	return resp, err
}

// At is the same browser, which reaches this replica alone.
func (c *Client) At(p *Process) *Client {
	h := *c.http
	h.Transport = to{p.address}
	return &Client{t: c.t, http: &h, HTMX: c.HTMX}
}

// Pause has the program stand still (SIGSTOP), and returns when it does; Resume has it
// go on as if nothing had been.
func (p *Process) Pause() {
	p.signal(syscall.SIGSTOP)
	for state := []byte(nil); !bytes.HasPrefix(state, []byte("T")); {
		state, _ = exec.CommandContext(context.Background(), "ps", "-o", "state=", "-p", strconv.Itoa(p.Pid())).Output() //nolint:gosec // our own words
	}
}

// Resume ends a Pause.
func (p *Process) Resume() { p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(s)
}
