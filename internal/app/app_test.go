package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/config"
	"keydesk/internal/oktasim"
	"keydesk/internal/store"
)

func TestAdminConsole(t *testing.T) {
	for org, want := range map[string]string{
		"https://acme.okta.com": "https://acme-admin.okta.com", "https://acme.oktapreview.com": "https://acme-admin.oktapreview.com",
		"https://id.acme.example": "", "http://127.0.0.1:80": "", "https://evil.okta.com.example": "", "::": "",
	} {
		if got := adminConsole(org); got != want {
			t.Errorf("%s: %q, want %q", org, got, want)
		}
	}
}

func settings(t *testing.T, org *oktasim.Org) (config.Serve, *httptest.Server) {
	t.Helper()
	api := httptest.NewServer(org)
	t.Cleanup(api.Close)
	s := config.Serve{
		Listen: "127.0.0.1:0", OktaURL: api.URL, OktaToken: org.Token(), OIDCIssuer: "http://127.0.0.1:1", OIDCClientID: "keydesk", TimeZone: "Europe/Berlin",
		DataDir: t.TempDir(), TrustedProxies: []string{"10.0.0.0/8"}, LogLevel: "error",
	}
	if err := errors.Join(s.Check(), s.LoadKey()); err != nil {
		t.Fatal(err)
	}
	return s, api
}

func serveNew(t *testing.T, s config.Serve, base string) *App {
	t.Helper()
	a, err := NewServe(t.Context(), s, base, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, h http.Handler, host, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+path, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The console starts, is ready and says what is wrong while the issuer is away.
func TestServeWithoutIssuer(t *testing.T) {
	s, _ := settings(t, oktasim.New(oktasim.Options{People: 50}))
	a := serveNew(t, s, "https://desk.example.com")
	defer func() { _ = a.Close() }()
	if w := get(t, a.Handler, "anything", "/readyz"); w.Code != http.StatusOK {
		t.Errorf("ready: %d", w.Code)
	}
	if w := get(t, a.Handler, "desk.example.com", "/"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/auth/login" || w.Header().Get("Strict-Transport-Security") == "" {
		t.Errorf("home: %d %v", w.Code, w.Header())
	}
	if w := get(t, a.Handler, "other.example.com", "/"); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("another host: %d", w.Code)
	}
	if w := get(t, a.Handler, "desk.example.com", "/auth/login"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("sign-in: %d", w.Code)
	}
	if w := get(t, a.Handler, "desk.example.com", "/demo/sign-in/authorize"); w.Code != http.StatusNotFound {
		t.Errorf("the demo's sign-in is served: %d", w.Code)
	}
}

func TestOneProcessADataFolder(t *testing.T) {
	s, _ := settings(t, oktasim.New(oktasim.Options{People: 50}))
	a := serveNew(t, s, "http://127.0.0.1:1")
	if _, err := NewServe(t.Context(), s, "http://127.0.0.1:2", slog.New(slog.DiscardHandler)); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second console: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := serveNew(t, s, "http://127.0.0.1:3").Close(); err != nil {
		t.Error(err)
	}
}

// What a stop cut off is settled by looking at the person at the next start.
func TestWorkSettles(t *testing.T) {
	org := oktasim.New(oktasim.Options{People: 50})
	s, _ := settings(t, org)
	a := serveNew(t, s, "http://127.0.0.1:1")
	defer func() { _ = a.Close() }()
	p := org.FirstWith("LOCKED_OUT")
	seq, err := a.Record.Begin(t.Context(), audit.Row{Action: "unlock", Op: "UnlockUser", TargetID: p.ID, Target: p.Login, Before: "LOCKED_OUT"}, "token", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := a.Record.Begin(t.Context(), audit.Row{Action: "suspend", Op: "SuspendUser", TargetID: "00u1111111111111111x"}, "another", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { a.Work(ctx); close(done) }()
	for {
		last, lerr := a.Record.Act(ctx, gone) // first: it is settled after the other
		act, err := a.Record.Act(ctx, seq)
		if err != nil || lerr != nil {
			t.Fatal(err, lerr)
		}
		if last.End != nil {
			if last.End.Result != audit.Settled || last.End.Detail != "cut off; the account is gone" {
				t.Errorf("who is gone is settled as %+v", last.End)
			}
			if act.End.Result != audit.Settled || act.End.After != "LOCKED_OUT" {
				t.Errorf("settled as %+v", act.End)
			}
			break
		}
	}
	cancel()
	<-done
}
