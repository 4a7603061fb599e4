package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func TestVersionAndRoutes(t *testing.T) {
	if out, err := command(t, "version"); err != nil || !strings.HasPrefix(out, "keydesk ") {
		t.Errorf("%q %v", out, err)
	}
	out, err := command(t, "routes")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"GET", "/users/{id}", "users.read", "GetUser"},
		{"POST", "/users/{id}/lifecycle/unlock", "lifecycle.act", "UnlockUser"},
		{"POST", "/users/{id}/sessions/clear", "sessions.act", "ClearUserSessions"},
		{"GET", "/healthz", "open", "-"},
		{"GET", "/audit", "record.own", "-"},
	} {
		found := false
		for line := range strings.Lines(out) {
			found = found || strings.Join(strings.Fields(line), " ") == strings.Join(want, " ")
		}
		if !found {
			t.Errorf("no line for %v", want)
		}
	}
}

// What must not start does not, and says why in a line or two.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		env, args string
		says      string
	}{
		{"KEYDESK_OKTA_TOKN=x", "version", "there is no setting KEYDESK_OKTA_TOKN"},
		{"KEYDESK_OKTA_URL=https://example.okta.com", "demo", "the demo does not start beside it"},
		{"KEYDESK_OIDC_CLIENT_SECRET=x", "demo", "the demo does not start beside it"},
		{"", "serve", "KEYDESK_OKTA_URL is not set"},
		{"", "serve --okta-url http://example.okta.com", "must be https"},
		{"", "serve --oidc-issuer http://issuer.example", "must be https"},
		{"", "serve --okta-token-file /etc/passwd", "everybody on this machine can read"},
		{"", "serve --listen 0.0.0.0:80", "KEYDESK_BASE_URL is not set"},
		{"", "demo --people 10", "between 50 and 100,000"},
		{"", "demo --faults", "give --okta-listen too"},
		{"", "demo --okta-listen 0.0.0.0:0", "on loopback alone"},
		{"", "demo --listen nowhere", "listen on nowhere"},
		{"", "dance", "unexpected argument dance"},
		{"", "audit verify --data-dir /does/not/exist", ""},
		{"", "healthcheck --url http://127.0.0.1:1", "refused"},
	} {
		t.Run(tt.args+" "+tt.env, func(t *testing.T) {
			if name, value, ok := strings.Cut(tt.env, "="); ok {
				t.Setenv(name, value)
			}
			if _, err := command(t, strings.Fields(tt.args)...); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Count(err.Error(), "\n") > 6 {
				t.Errorf("%v, want %q", err, tt.says)
			}
		})
	}
}

func TestAuditVerify(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	l := audit.New(db, time.Now)
	for i := range 5 {
		if _, err := l.Begin(t.Context(), audit.Row{Action: "unlock", Reason: "r"}, fmt.Sprint(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := command(t, "audit", "verify", "--data-dir", dir); err != nil || !strings.Contains(out, "5 rows") || !strings.Contains(out, "Nothing is signed yet") {
		t.Errorf("%q %v", out, err)
	}
	if _, err := db.W.ExecContext(t.Context(), `update record set reason = 'x' where seq = 3`); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "audit", "verify", "--data-dir", dir); err == nil || !strings.Contains(out, "row 3 was changed") {
		t.Errorf("%q %v", out, err)
	}
}

// started is a demo that runs until the test ends.
type started struct {
	console, org, token string
	ended               chan error
	stop                context.CancelFunc
}

func startDemo(t *testing.T, args ...string) started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	s := started{ended: make(chan error, 1), stop: cancel}
	go func() {
		err := run(ctx, append([]string{"demo", "--listen", "127.0.0.1:0", "--people", "60"}, args...), w)
		_ = w.CloseWithError(io.EOF)
		s.ended <- err
	}()
	for lines := bufio.NewScanner(r); s.console == ""; {
		if !lines.Scan() {
			t.Fatal(<-s.ended)
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "okta api: "); ok {
			s.org, s.token, _ = strings.Cut(rest, " token: ")
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "keydesk: "); ok {
			s.console = rest
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	t.Cleanup(func() { cancel() })
	return s
}

func fetch(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "SSWS "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// The demo as a command: the console, the organisation's own socket, its fault
// port and its log, and a stop that leaves nothing behind.
func TestDemo(t *testing.T) {
	s := startDemo(t, "--okta-listen", "127.0.0.1:0", "--faults")
	if code, body := fetch(t, http.MethodGet, s.console+"/readyz", "", ""); code != http.StatusOK || body != "ready\n" {
		t.Errorf("ready: %d %q", code, body)
	}
	if out, err := command(t, "healthcheck", "--url", s.console); err != nil {
		t.Errorf("%q %v", out, err)
	}
	if code, _ := fetch(t, http.MethodGet, s.org+"/api/v1/users?limit=2", "wrong", ""); code != http.StatusUnauthorized {
		t.Errorf("the organisation takes any token: %d", code)
	}
	// An operation that the console itself does not use while it starts.
	if code, _ := fetch(t, http.MethodPost, s.org+"/__faults", "", `[{"operation":"SuspendUser","times":1,"status":503,"body":"html"}]`); code >= 300 {
		t.Errorf("faults: %d", code)
	}
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusNotFound} {
		if code, _ := fetch(t, http.MethodPost, s.org+"/api/v1/users/00u0000000000000none/lifecycle/suspend", s.token, ""); code != want {
			t.Errorf("suspend nobody: %d, want %d", code, want)
		}
	}
	_, body := fetch(t, http.MethodGet, s.org+"/__log", "", "")
	var log []struct {
		Seq                     int
		At                      time.Time
		Operation, Method, Path string
		Status                  int
	}
	if err := json.Unmarshal([]byte(body), &log); err != nil {
		t.Fatal(err, body)
	}
	suspends := make([]int, 0, 2)
	for _, e := range log {
		if e.Seq == 0 || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
		if e.Operation == "SuspendUser" {
			suspends = append(suspends, e.Status)
		}
	}
	if !slices.Equal(suspends, []int{http.StatusServiceUnavailable, http.StatusNotFound}) {
		t.Errorf("suspends in the log: %d", suspends)
	}
	if code, _ := fetch(t, http.MethodPost, s.org+"/__reset", "", ""); code >= 300 {
		t.Errorf("reset: %d", code)
	}
	s.stop()
	if err := <-s.ended; err != nil {
		t.Errorf("the stop: %v", err)
	}
}

// The record leaves the house, and holds there: by the public key, without the database.
func TestAuditOffline(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "keydesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	l := audit.New(db, time.Now)
	for i := range 5 {
		if _, err := l.Begin(t.Context(), audit.Row{Action: "unlock", Reason: "r"}, fmt.Sprint(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	k, err := audit.LoadKey(filepath.Join(dir, "record.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.SignedBy(k, filepath.Join(dir, "record.head")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Sign(t.Context(), k, true); err != nil {
		t.Fatal(err)
	}
	runs := func(says string, args ...string) string {
		t.Helper()
		out, err := command(t, args...)
		if err != nil || !strings.Contains(out, says) {
			t.Errorf("%v: %q %v, want %q", args, out, err, says)
		}
		return out
	}
	runs("signed up to row 5", "audit", "verify", "--data-dir", dir)
	key := strings.TrimSpace(runs("=", "audit", "key", "--data-dir", dir))
	file := filepath.Join(t.TempDir(), "record.jsonl")
	if err := os.WriteFile(file, []byte(runs(`"type":"row"`, "audit", "export", "--data-dir", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	out := runs("signed up to row 5", "audit", "verify", file, "--key", key)
	_, head, _ := strings.Cut(out, "head ")
	head, _, _ = strings.Cut(head, "\n")
	runs("signed up to row 5", "audit", "verify", file, "--key", key, "--head", head)
	runs("no key to trust", "audit", "verify", file)
	runs("seq,at,phase", "audit", "export", "--format", "csv", "--data-dir", dir)
	if out, err := command(t, "audit", "verify", file, "--key", key, "--head", "6:"+strings.Repeat("0", 64)); err == nil || !strings.Contains(out, "row 6 is missing") {
		t.Errorf("rows that were cut off: %q %v", out, err)
	}
	runs("Restart the console", "audit", "rotate", "--data-dir", dir)
	runs("signed up to row 5", "audit", "verify", "--data-dir", dir)
	if _, err := db.W.ExecContext(t.Context(), `delete from record_checkpoint`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.W.ExecContext(t.Context(), `delete from record where seq > 3`); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--key", key}} { // what lies beside the database tells
		if out, err := command(t, append([]string{"audit", "verify", "--data-dir", dir}, more...)...); err == nil || !strings.Contains(out, "every row up to 5") {
			t.Errorf("the record taken back to row 3: %q %v", out, err)
		}
	}
}
