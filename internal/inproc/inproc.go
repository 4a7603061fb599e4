// Package inproc lets an http.Client reach an http.Handler without a socket.
// The demo runs its embedded organisation and its issuer behind it, so the same
// clients send the same bytes as to a real one, and no port is opened for it.
package inproc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
)

// ErrNoHost is returned for a host that no handler serves when there is no Base.
var ErrNoHost = errors.New("inproc: no such host")

// ErrDropped is returned when a handler ends by panicking: the caller sees what
// it would see of a server that closed the connection without an answer.
var ErrDropped = fmt.Errorf("inproc: connection dropped: %w", io.EOF)

// Transport answers requests from handlers, chosen by the host of the address
// ("name" or "name:port", lower case), and sends all others to Base.
//
// A handler runs in a goroutine of its own and its answer is handed over when
// it returns: answers cannot be streamed. When the request's context ends first,
// the caller gets the context's error and the handler sees its own context end.
type Transport struct {
	Hosts map[string]http.Handler
	Base  http.RoundTripper // nil: every other host is an error
}

var _ http.RoundTripper = Transport{}

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	h, ok := t.Hosts[req.URL.Host]
	switch {
	case ok:
		return serve(h, req)
	case t.Base != nil:
		return t.Base.RoundTrip(req)
	}
	closeBody(req)
	return nil, fmt.Errorf("%w: %q", ErrNoHost, req.URL.Host)
}

func serve(h http.Handler, req *http.Request) (*http.Response, error) {
	if err := context.Cause(req.Context()); err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancel(wire{req.Context()})
	in, err := incoming(ctx, req)
	if err != nil {
		cancel()
		closeBody(req)
		return nil, err
	}
	w := &writer{header: http.Header{}, head: req.Method == http.MethodHead}
	done := make(chan error, 1)
	go func() {
		defer cancel()
		defer closeBody(req) // not in: its Body may be the handler's own by then
		done <- run(h, w, in)
	}()
	select {
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	case err := <-done:
		if err != nil {
			return nil, err
		}
		return w.response(req), nil
	}
}

// wire is a context as far as a connection carries it: it ends with the caller's,
// and the caller's values, such as the server that the caller works for, stay
// behind.
type wire struct{ context.Context }

func (wire) Value(any) any { return nil }

// run turns a panic into a dropped connection, as a server does. One that is
// not http.ErrAbortHandler is a mistake in the handler and is logged.
func run(h http.Handler, w *writer, in *http.Request) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: //nolint:errorlint // the very value, as net/http compares it
			err = ErrDropped
		default:
			slog.Error("inproc: handler panicked", "panic", v, "stack", string(debug.Stack()))
			err = ErrDropped
		}
	}()
	h.ServeHTTP(w, in)
	return nil
}

// incoming makes of a client's request what a server would have read from the
// wire: the target parsed anew, the host apart, nothing shared but the body.
func incoming(ctx context.Context, req *http.Request) (*http.Request, error) {
	in := req.Clone(ctx)
	in.RequestURI = req.URL.RequestURI()
	target, err := url.ParseRequestURI(in.RequestURI)
	if err != nil {
		return nil, fmt.Errorf("inproc: %w", err)
	}
	in.URL = target
	in.RemoteAddr = "127.0.0.1:0"
	in.Response, in.GetBody = nil, nil
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	switch {
	case in.Body == nil:
		in.Body, in.ContentLength = http.NoBody, 0
	case in.Body != http.NoBody && in.ContentLength == 0:
		in.ContentLength = -1 // a client's zero beside a body means unknown
	}
	return in, nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // the outcome of the exchange does not depend on it
	}
}
