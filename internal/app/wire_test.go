package app

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// whole answers with what it read of a request's body.
func whole(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = w.Write(b)
}

func listening(t *testing.T, serve func(*http.Server, net.Listener) error) string {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv, ended := server(http.HandlerFunc(whole), slog.New(slog.DiscardHandler)), make(chan error, 1)
	go func() { ended <- serve(srv, l) }()
	t.Cleanup(func() {
		if err := errors.Join(srv.Close(), <-ended); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// TLS 1.3 is what browsers get; of TLS 1.2 there is only what encrypts and
// authenticates in one; older versions are refused.
func TestCiphers(t *testing.T) {
	t.Parallel()
	own := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	t.Cleanup(own.Close)
	roots := x509.NewCertPool()
	roots.AddCert(own.Certificate())
	address := listening(t, func(srv *http.Server, l net.Listener) error {
		srv.TLSConfig.Certificates = own.TLS.Certificates
		return srv.ServeTLS(l, "", "")
	})
	for name, tt := range map[string]struct {
		least, most, want uint16
		suite             uint16
	}{
		"today's":      {tls.VersionTLS12, tls.VersionTLS13, tls.VersionTLS13, 0},
		"1.2, GCM":     {tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		"1.2, ChaCha":  {tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
		"1.2, CBC":     {tls.VersionTLS12, tls.VersionTLS12, 0, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
		"1.2, CBC 256": {tls.VersionTLS12, tls.VersionTLS12, 0, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA},
		"1.2, RSA":     {tls.VersionTLS12, tls.VersionTLS12, 0, tls.TLS_RSA_WITH_AES_128_GCM_SHA256},
		"1.1":          {tls.VersionTLS10, tls.VersionTLS11, 0, 0},
	} {
		conf := &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tt.least, MaxVersion: tt.most}
		if tt.suite != 0 {
			conf.CipherSuites = []uint16{tt.suite}
		}
		conn, err := (&tls.Dialer{Config: conf}).DialContext(t.Context(), "tcp", address)
		got := uint16(0)
		if c, ok := conn.(*tls.Conn); ok && err == nil {
			got = c.ConnectionState().Version
			_ = c.Close()
		}
		if got != tt.want {
			t.Errorf("%s: version %x, want %x (%v)", name, got, tt.want, err)
		}
	}
}

// Where a message ends has one reading: chunks beat a length, and what can be read
// in two ways is refused, with the connection.
func TestMessagesEndOnce(t *testing.T) {
	t.Parallel()
	address := listening(t, (*http.Server).Serve)
	const post = "POST / HTTP/1.1\r\nHost: x\r\n"
	for name, tt := range map[string]struct {
		sent, body string
		status     int
	}{
		"a length":            {post + "Content-Length: 2\r\n\r\nhi", "hi", http.StatusOK},
		"chunks":              {post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi", http.StatusOK},
		"chunks and a length": {post + "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi", http.StatusOK},
		"two lengths":         {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", "", http.StatusBadRequest},
		"a list of lengths":   {post + "Content-Length: 2, 3\r\n\r\nhi!", "", http.StatusBadRequest},
		"a signed length":     {post + "Content-Length: +2\r\n\r\nhi", "", http.StatusBadRequest},
		"two encodings":       {post + "Transfer-Encoding: chunked, identity\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "", http.StatusNotImplemented},
		"encoding twice":      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "", http.StatusNotImplemented},
		"a space in a name":   {post + "Content-Length : 2\r\n\r\nhi", "", http.StatusBadRequest},
		"a bad chunk":         {post + "Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n", "", http.StatusBadRequest},
		"two hosts":           {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "", http.StatusBadRequest},
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err1 := io.WriteString(conn, tt.sent)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || err1 != nil {
			t.Errorf("%s: %v %v", name, err1, err)
			continue
		}
		b, err := io.ReadAll(res.Body)
		if res.StatusCode != tt.status || tt.status == http.StatusOK && string(b) != tt.body || err != nil {
			t.Errorf("%s: %d %q %v", name, res.StatusCode, b, err)
		}
		_ = errors.Join(res.Body.Close(), conn.Close())
	}
}
