package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"keydesk/internal/config"
	"keydesk/internal/oktasim"
)

// stopTimeout is how long a stop waits for answers under way.
const stopTimeout = 10 * time.Second

// Version is the version of the program as Go's build information has it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// Logger writes structured lines to w. It never gets a secret to write.
func Logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}

// Serve runs the console for a real organisation until ctx ends.
func Serve(ctx context.Context, s config.Serve, out io.Writer) error {
	if err := config.CheckClock(time.Now()); err != nil {
		return err
	}
	log := Logger(os.Stderr, s.LogLevel)
	l, err := listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	base := s.BaseURL
	if base == "" {
		base = "http://" + l.Addr().String()
	}
	a, err := NewServe(ctx, s, base, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	srv := server(a.Handler, log)
	run := func() error { return srv.Serve(l) }
	if s.TLSCertFile != "" {
		run = func() error { return srv.ServeTLS(l, s.TLSCertFile, s.TLSKeyFile) }
	}
	_, _ = fmt.Fprintf(out, "keydesk: %s\n", base)
	return errors.Join(a.serve(ctx, srv, run), a.Close())
}

// Demo runs the demo until ctx ends. Nothing of it is kept.
func Demo(ctx context.Context, d config.Demo, out io.Writer) error {
	dir, err := os.MkdirTemp("", "keydesk-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	log := Logger(os.Stderr, "warn")
	l, err := listen(ctx, d.Listen)
	if err != nil {
		return err
	}
	local := config.Loopback(d.Listen)
	a, org, err := NewDemo(ctx, DemoOptions{Org: oktasim.Options{People: d.People, Seed: d.Seed}, Dir: dir, Log: log, AnyHost: !local})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if !local {
		_, _ = fmt.Fprintln(out, "warning: the demo can be reached from other machines, and everybody who reaches it can sign in as anyone.")
	}
	stop, err := serveOrg(ctx, d, org, log, out)
	if err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	defer stop()
	_, _ = fmt.Fprintf(out, "keydesk: http://%s\n", l.Addr())
	srv := server(a.Handler, log)
	return errors.Join(a.serve(ctx, srv, func() error { return srv.Serve(l) }), a.Close())
}

// serveOrg serves the embedded organisation's API on a socket of its own, where
// that was asked for.
func serveOrg(ctx context.Context, d config.Demo, org *oktasim.Org, log *slog.Logger, out io.Writer) (stop func(), err error) {
	if d.OktaListen == "" {
		return func() {}, nil
	}
	l, err := listen(ctx, d.OktaListen)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", org)
	if d.Faults {
		mux.Handle("/__faults", org.Control())
		mux.Handle("/__log", org.Control())
		mux.Handle("/__reset", org.Control())
	}
	srv := server(mux, log)
	go func() { _ = srv.Serve(l) }() // ends with Close
	_, _ = fmt.Fprintf(out, "okta api: http://%s token: %s\n", l.Addr(), org.Token())
	return func() { _ = srv.Close() }, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// server has a limit on every phase of a request: the standard library's own
// default is none. Of the ciphers of TLS 1.2 it leaves out those without
// authenticated encryption; those of TLS 1.3 all have it.
func server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 60 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		}},
	}
}

// serve runs srv until ctx ends, then lets answers under way finish.
func (a *App) serve(ctx context.Context, srv *http.Server, run func() error) error {
	work, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { a.Work(work) })
	failed := make(chan error, 1)
	go func() { failed <- run() }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		end, done := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		err = srv.Shutdown(end)
		done()
	}
	cancel()
	beside.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
