package issuer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program starts a program of its own and waits until it prints a line that
// begins with ready; it returns the rest of that line. The program ends with
// the test, and what it wrote to its error output is shown if the test failed.
func program(t *testing.T, ready string, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := &buffer{}
	cmd.Stderr = said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		defer close(line)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), ready); ok {
				line <- rest
			}
		}
	}()
	t.Cleanup(func() {
		for range line { // until it closes its output, which is when it has ended
		}
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), said)
		}
	})
	select {
	case rest, ok := <-line:
		if !ok {
			t.Fatalf("%s ended before it was ready:\n%s", cmd, said)
		}
		return rest
	case <-time.After(time.Minute):
		t.Fatalf("%s is not ready after a minute:\n%s", cmd, said)
	}
	return ""
}

// buffer is a bytes.Buffer that a program may write to while a test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// client is what the console is at the issuer.
type client struct {
	ID        string   `json:"id"`
	Secret    string   `json:"secret"`
	Redirect  []string `json:"redirect"`
	SignedOut []string `json:"signedOut"`
}

// account is somebody who can sign in there.
type account struct {
	Sub    string   `json:"sub"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Groups []string `json:"groups"`
}

// startIssuer runs oidc-provider and returns the issuer's address.
func startIssuer(ctx context.Context, t *testing.T, c client, accounts []account) string {
	t.Helper()
	settings, err := json.Marshal(map[string]any{"client": c, "accounts": accounts})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(file, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	return program(t, "issuer: ", exec.CommandContext(ctx, "node", filepath.Join(folder(), "provider.mjs"), file))
}

// startConsole builds the console as it is shipped, runs keydesk serve with
// these settings and nothing else, and returns its address.
func startConsole(ctx context.Context, t *testing.T, settings map[string]string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "keydesk")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "keydesk")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Env = []string{"HOME=" + t.TempDir()}
	for name, value := range settings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return program(t, "keydesk: ", cmd)
}
