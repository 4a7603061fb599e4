package bench

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// The program as it is shipped: how large it is, how soon it is ready, and how
// much memory it holds.
func BenchmarkProgram(b *testing.B) {
	binary := testkit.Build(b)
	org := oktasim.New(oktasim.Options{People: 200})
	api := httptest.NewServer(org)
	b.Cleanup(api.Close)

	b.Run("size", func(b *testing.B) {
		info, err := os.Stat(binary)
		if err != nil {
			b.Fatal(err)
		}
		size(b, "binary", int(info.Size()), 25<<20, "MiB")
	})
	b.Run("start/first", func(b *testing.B) {
		startUp(b, "start to ready: serve, with a new data folder", 100*time.Millisecond, func() *exec.Cmd {
			return serve(binary, api.URL, org, b.TempDir())
		})
	})
	b.Run("start/again", func(b *testing.B) {
		data := b.TempDir()
		start(b, serve(binary, api.URL, org, data)).stop(b)
		startUp(b, "start to ready: serve, with the data folder of before", 100*time.Millisecond, func() *exec.Cmd {
			return serve(binary, api.URL, org, data)
		})
	})
	b.Run("start/demo", func(b *testing.B) {
		startUp(b, "start to ready: demo, 2,000 people", 0, func() *exec.Cmd {
			return program(binary, "demo", "--listen", "127.0.0.1:0")
		})
	})
	b.Run("memory/start", func(b *testing.B) {
		p := start(b, serve(binary, api.URL, org, b.TempDir()))
		size(b, "memory of serve, ready", resident(b, p.cmd.Process.Pid), 30<<20, "MiB")
		p.stop(b)
	})
	b.Run("memory/used", func(b *testing.B) { memoryUsed(b, binary) })
}

// memoryUsed measures a console at which somebody signed in and did a little.
func memoryUsed(b *testing.B, binary string) {
	p := testkit.Run(b, binary, nil, "KEYDESK_ROLEMAP_SHARE=25")
	c := p.As("helpdesk")
	person := "/users/" + p.Org.FirstWith("LOCKED_OUT").ID
	for _, path := range []string{"/", "/users?q=ann", "/users?q=ann+vo", person, "/audit", "/", "/users?q=&status=LOCKED_OUT", person, "/users?q=&status=ACTIVE", "/audit"} {
		if page := c.Get(path); page.Status != http.StatusOK {
			b.Fatalf("%s: %d", path, page.Status)
		}
	}
	size(b, "memory of serve, after a sign-in and 10 pages", resident(b, p.Pid()), 30<<20, "MiB")
}

// program runs the binary with nothing of this process's environment.
func program(binary string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), binary, args...) // stopped by running.stop
	cmd.Env = []string{"HOME=" + filepath.Dir(binary), "TMPDIR=" + filepath.Dir(binary)}
	cmd.Stderr = &said{}
	return cmd
}

// serve is the console for an organisation on a socket. Nobody answers at its
// issuer's address: a console has to be ready without it.
func serve(binary, api string, org *oktasim.Org, data string) *exec.Cmd {
	cmd := program(binary, "serve")
	cmd.Env = append(cmd.Env, "KEYDESK_LISTEN=127.0.0.1:0", "KEYDESK_DATA_DIR="+data, "KEYDESK_OKTA_URL="+api, "KEYDESK_OKTA_TOKEN="+org.Token(),
		"KEYDESK_OIDC_ISSUER=http://127.0.0.1:1", "KEYDESK_OIDC_CLIENT_ID=keydesk")
	return cmd
}

// startUp measures how long a program takes until it can serve.
func startUp(b *testing.B, name string, goal time.Duration, cmd func() *exec.Cmd) {
	var s samples
	for b.Loop() {
		p := start(b, cmd())
		s = append(s, p.ready)
		p.stop(b)
	}
	s.report(b, name, goal)
}

// running is a program that is ready.
type running struct {
	cmd     *exec.Cmd
	address string
	ready   time.Duration // from its start to the first yes of /readyz
}

// start runs a program until it is ready to serve.
func start(b *testing.B, cmd *exec.Cmd) running {
	b.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	from := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p := running{cmd: cmd}
	for lines := bufio.NewScanner(out); p.address == "" && lines.Scan(); {
		p.address, _ = strings.CutPrefix(lines.Text(), "keydesk: ")
	}
	ask := time.NewTicker(time.Millisecond)
	defer ask.Stop()
	for ; p.ready == 0; <-ask.C {
		if isReady(b, p.address) {
			p.ready = time.Since(from)
		} else if time.Since(from) > time.Minute {
			p.stop(b)
			b.Fatalf("not ready after a minute: %s", cmd.Stderr)
		}
	}
	return p
}

func isReady(b *testing.B, address string) bool {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address+"/readyz", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// stop ends the program as a supervisor does.
func (p running) stop(b *testing.B) {
	b.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		b.Fatalf("%v: %s", err, p.cmd.Stderr)
	}
}

// resident is the memory that a program holds now, its own text included.
func resident(b *testing.B, pid int) int {
	b.Helper()
	return status(b, pid, "VmRSS:")
}

// said keeps the end of what a program wrote, for the case that it fails.
type said struct{ b []byte }

// Write keeps p.
func (s *said) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	s.b = s.b[max(0, len(s.b)-4<<10):]
	return len(p), nil
}

// String is what was kept. It is called when the program has ended.
func (s *said) String() string { return string(s.b) }
