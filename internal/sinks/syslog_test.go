package sinks_test

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"keydesk/internal/sinks"
)

// listener is a syslog on a stream: it reads messages with their length before them.
type listener struct {
	inbox
	net.Listener
	t     *testing.T
	conns chan net.Conn
}

func listen(t *testing.T, l net.Listener) *listener {
	s := &listener{Listener: l, t: t, conns: make(chan net.Conn, 10)}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns <- c
			go s.read(c)
		}
	}()
	return s
}

func (s *listener) read(c net.Conn) {
	for r := bufio.NewReader(c); ; {
		head, err := r.ReadString(' ')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(head))
		if err != nil {
			s.t.Errorf("%q is no length", head)
			return
		}
		m := make([]byte, n)
		if _, err := io.ReadFull(r, m); err != nil {
			return
		}
		s.add(message(s.t, string(m)))
	}
}

// message is what a message of RFC 5424 says, without its head.
func message(t *testing.T, m string) string {
	head := regexp.MustCompile(`^<(10[89]|110)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|-) [!-~]{1,48} keydesk \d+ (refused|checkpoint) - \{`)
	if !head.MatchString(m) || strings.ContainsAny(m, "\n\r") {
		t.Errorf("%q is no message", m)
	}
	return m[strings.Index(m, " - {")+3:]
}

// A syslog that closes the connection in the middle gets everything over the next one.
func TestSyslogOverTCP(t *testing.T) {
	rec := record(t)
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := listen(t, raw)
	sink, err := sinks.Syslog("tcp://"+raw.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ship(t, rec, sink)
	for i := range int64(4) {
		add(t, rec, 50)
		until(t, "the rows", reached(t, rec, "syslog", 50*(i+1)))
		_ = (<-s.conns).Close()
	}
	until(t, "all of them", func() bool { return len(s.rows(t)) >= 150 })
	add(t, rec, 1)
	until(t, "the last", func() bool { return len(s.rows(t)) == 201 })
}

func TestSyslogOverTLS(t *testing.T) {
	rec := record(t)
	h := httptest.NewUnstartedServer(nil)
	h.StartTLS()
	pem := pemOf(h)
	cfg := h.TLS.Clone()
	h.Close()
	cfg.NextProtos = nil
	raw, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := listen(t, raw)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	roots, err := sinks.Roots(file)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Syslog("tls://"+raw.Addr().String(), roots)
	if err != nil {
		t.Fatal(err)
	}
	add(t, rec, 30)
	ship(t, rec, sink)
	until(t, "the rows", func() bool { return len(s.rows(t)) == 30 })
	s.wantAll(t, 30)
}

func TestSyslogOverDatagrams(t *testing.T) {
	for _, network := range []string{"udp", "unix"} {
		rec := record(t)
		address := filepath.Join(t.TempDir(), "log")
		var pc net.PacketConn
		var err error
		if network == "udp" {
			pc, err = net.ListenPacket("udp", "127.0.0.1:0")
		} else {
			pc, err = net.ListenPacket("unixgram", address)
		}
		if err != nil {
			t.Fatal(err)
		}
		if network == "udp" {
			address = pc.LocalAddr().String()
		}
		sink, err := sinks.Syslog(network+"://"+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		add(t, rec, 20)
		ship(t, rec, sink)
		var in inbox
		b := make([]byte, 64<<10)
		for range 20 {
			n, _, err := pc.ReadFrom(b)
			if err != nil {
				t.Fatal(err)
			}
			in.add(message(t, string(b[:n])))
		}
		in.wantAll(t, 20)
		_ = pc.Close()
	}
}

func pemOf(h *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
}
