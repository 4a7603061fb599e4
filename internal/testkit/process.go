package testkit

import (
	"bufio"
	"context"
	"encoding/pem"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"keydesk/internal/idp"
	"keydesk/internal/login"
	"keydesk/internal/oktasim"
)

// Process is a kit whose console is the program itself, in a process of its own
// that can be killed and started again on the same data. Organisation and issuer
// stay in the test, on sockets. What a Kit knows of the inside of a console is not
// there: App is nil.
type Process struct {
	*Kit
	Data  string // its data folder
	Place string // of its database, as store.Open takes it

	binary  string
	env     []string
	address string
	mu      sync.Mutex
	cmd     *exec.Cmd
	ended   chan struct{}
	said    Logs
	hired   []oktasim.Person
	hushed  chan struct{} // while the issuer answers nothing
}

// Build makes the program with the flags of the container image. It takes a while;
// share the result.
func Build(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "keydesk")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "keydesk")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// Run starts the program for an organisation of its own. wrap may stand before the
// organisation; nil leaves it as it is. More settings are NAME=value.
func Run(t testing.TB, binary string, wrap func(http.Handler) http.Handler, settings ...string) *Process {
	t.Helper()
	return RunFor(t, binary, oktasim.New(oktasim.Options{People: 600, Limit: 1_000_000}), wrap, settings...)
}

// RunFor is Run for an organisation that is there.
func RunFor(t testing.TB, binary string, org *oktasim.Org, wrap func(http.Handler) http.Handler, settings ...string) *Process {
	t.Helper()
	p := &Process{Kit: &Kit{t: t, Logs: &Logs{}, used: map[string]bool{}}, Data: t.TempDir(), binary: binary, address: freePort(t)}
	p.Org = org
	var api http.Handler = org
	if wrap != nil {
		api = wrap(api)
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	p.way = to{p.address}
	p.env = append(p.issuer(t), "HOME="+p.Data, "KEYDESK_ROLEMAP_SHARE=0", "GOTRACEBACK=all", "KEYDESK_LISTEN="+p.address, "KEYDESK_BASE_URL=http://"+Host, "KEYDESK_DATA_DIR="+p.Data, "KEYDESK_OKTA_URL="+srv.URL, "KEYDESK_OKTA_TOKEN="+p.Org.Token())
	p.env = append(p.env, settings...)
	p.Place = filepath.Join(p.Data, "keydesk.db")
	for _, s := range settings {
		if place, ok := strings.CutPrefix(s, "KEYDESK_DATABASE_URL="); ok {
			p.Place = place
		}
	}
	p.Start()
	t.Cleanup(p.Kill)
	return p
}

// to reaches the console under the host that it believes in.
type to struct{ address string }

// RoundTrip implements http.RoundTripper.
func (w to) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host, r.URL.Host = r.URL.Host, w.address
	r.Close = true // the next request may meet another process
	return http.DefaultTransport.RoundTrip(r)
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// issuer is the demo's issuer on a socket, and the settings with which the program
// uses it. Its sign-in pages stand under the issuer's own host.
func (p *Process) issuer(t testing.TB) []string {
	t.Helper()
	var i *idp.Issuer
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if until := p.hush(); until != nil {
			<-until
			return
		}
		i.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	i, err := idp.New(idp.Config{
		Issuer: srv.URL, ClientID: "keydesk", ClientSecret: "known to two processes", CallbackPath: login.CallbackPath, SignedOutPath: login.SignedOutPath,
		SignInPath: "/sign-in", Now: p.Now, People: p.staff,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.signIn = i.SignIn()
	file := filepath.Join(t.TempDir(), "issuer.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"SSL_CERT_FILE=" + file, "KEYDESK_OIDC_ISSUER=" + srv.URL, "KEYDESK_OIDC_CLIENT_ID=keydesk", "KEYDESK_OIDC_CLIENT_SECRET=known to two processes"}
}

// Hush has the issuer take every request and answer none, until the function that it
// returns is called.
func (p *Process) Hush() (speak func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := make(chan struct{})
	p.hushed = until
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.hushed = nil
		close(until)
	}
}

func (p *Process) hush() chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hushed
}

// Stranger is a browser in which nobody is signed in.
func (p *Process) Stranger() *http.Client { return p.Anonymous().http }

// Browser is signed in as somebody, with connections that stay open. It asks under
// the console's own host.
func (p *Process) Browser(person string) *http.Client {
	p.t.Helper()
	c := p.As(person).http
	c.Transport = keptTo{p.address, &http.Transport{MaxIdleConnsPerHost: 2}}
	return c
}

// keptTo is to, with connections that stay open.
type keptTo struct {
	address string
	*http.Transport
}

// RoundTrip implements http.RoundTripper.
func (w keptTo) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host, r.URL.Host = r.URL.Host, w.address
	return w.Transport.RoundTrip(r)
}

// Said is what the program logged so far.
func (p *Process) Said() string { return p.said.String() }

// Hire makes somebody an agent of the helpdesk, who signs in by their login.
func (p *Process) Hire(who oktasim.Person) {
	p.Org.JoinGroup(who.ID, "Keydesk Helpdesk")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hired = append(p.hired, who)
}

func (p *Process) staff() (people []idp.Person) {
	p.mu.Lock()
	staff := map[string]string{}
	for _, who := range p.hired {
		staff[who.Login] = who.ID
	}
	p.mu.Unlock()
	maps.Copy(staff, p.Org.Staff())
	for key, id := range staff {
		if who, ok := p.Org.Person(id); ok {
			people = append(people, idp.Person{Key: key, Sub: who.ID, Login: who.Login, Email: who.Email, Name: who.FirstName + " " + who.LastName, Groups: who.Groups})
		}
	}
	return people
}

// Start runs the program until it is ready.
func (p *Process) Start() {
	p.t.Helper()
	cmd := exec.CommandContext(context.Background(), p.binary, "serve") // ended by Kill or Stop
	cmd.Env, cmd.Stderr = p.env, &p.said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	ready := bufio.NewScanner(out).Scan()
	go func() { _ = cmd.Wait(); close(ended) }()
	if !ready {
		<-ended
		p.t.Fatalf("the program did not start: %s", p.said.String())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.ended = cmd, ended
}

// Beside starts the program once more with the same settings, which is to end by
// itself, and returns its exit code and what it said.
func (p *Process) Beside() (code int, said string) {
	p.t.Helper()
	cmd := exec.CommandContext(context.Background(), p.binary, "serve")
	cmd.Env = append(slices.Clone(p.env), "KEYDESK_LISTEN="+freePort(p.t))
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

// Pid is the number of the process.
func (p *Process) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// Kill ends the program as a power cut does (SIGKILL), and waits for its end.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Address is where the program listens.
func (p *Process) Address() string { return p.address }

// Stacks ends the program and returns how many goroutines it had.
func (p *Process) Stacks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	<-p.ended
	return strings.Count(p.said.String(), "\ngoroutine ")
}

// Stop asks the program to end (SIGTERM), waits for it at most so long, and returns
// its exit code; -1 when it did not end.
func (p *Process) Stop(within time.Duration) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.NewTimer(within).C:
		return -1
	}
}

// signInAt signs in at an issuer under a host of its own: the browser's half of it
// is served in the test. Right after a counter the console asks once more, until the
// proof is a second younger than that.
func (k *Kit) signInAt(c *Client, person, authorize string) *Page {
	k.t.Helper()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for range 50 {
		_, query, _ := strings.Cut(authorize, "?")
		r := httptest.NewRequestWithContext(k.t.Context(), http.MethodPost, "http://"+Host+"/sign-in/authorize?"+query, strings.NewReader("person="+person))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		k.signIn.ServeHTTP(w, r)
		back := c.Get(strings.TrimPrefix(w.Header().Get("Location"), "http://"+Host))
		to := back.Header.Get("Location")
		switch {
		case strings.HasPrefix(to, "https://"):
			authorize = to
		case back.Status == http.StatusBadGateway:
			authorize = c.Get("/auth/login").Header.Get("Location")
		default:
			return c.Follow(back)
		}
		<-again.C
	}
	k.t.Fatalf("%s is asked for proof again and again", person)
	return nil
}
