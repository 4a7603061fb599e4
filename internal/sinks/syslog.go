package sinks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/audit"
)

// The priority of a message: facility 13, log audit, and how grave it is.
const (
	facility = 13 * 8
	warning  = 4
	notice   = 5
	info     = 6
)

// syslog sends messages of RFC 5424 over one connection, which is opened when there
// is something to send. Syslog does not say what arrived: what was sent before a
// connection turned out to be gone is sent once more over the next.
type syslog struct {
	network, address string
	tls              *tls.Config
	host             string
	conn             net.Conn
	last             []byte // the batch of which nobody knows yet whether it arrived
}

// Syslog sends to an address such as udp://host:514, tcp://host:601, tls://host:6514
// or unix:///dev/log.
func Syslog(address string, roots *x509.CertPool) (Sink, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Sink{}, fmt.Errorf("KEYDESK_RECORD_SYSLOG: %w", err)
	}
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "-"
	}
	s := &syslog{network: u.Scheme, address: u.Host, host: printable(name)}
	switch u.Scheme {
	case "unix":
		s.network, s.address = "unixgram", u.Path
	case "tls":
		s.network, s.tls = "tcp", &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: u.Hostname()}
	}
	return Sink{"syslog", s.send}, nil
}

func (s *syslog) send(ctx context.Context, lines []audit.Sent) error {
	if s.stream() && s.conn != nil && gone(s.conn) {
		s.hangUp()
	}
	if s.conn == nil {
		if err := s.dial(ctx); err != nil {
			return err
		}
	}
	deadline, _ := ctx.Deadline()
	err := s.conn.SetWriteDeadline(deadline)
	if !s.stream() {
		for _, l := range lines {
			if err == nil {
				_, err = s.conn.Write(s.message(l))
			}
		}
	} else {
		var all []byte
		for _, l := range lines {
			m := s.message(l)
			all = append(append(strconv.AppendInt(all, int64(len(m)), 10), ' '), m...)
		}
		if err == nil {
			_, err = s.conn.Write(all)
		}
		s.last = all
	}
	if err != nil {
		s.hangUp()
	}
	return err
}

func (s *syslog) stream() bool { return s.network == "tcp" }

func (s *syslog) dial(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, s.network, s.address)
	if err != nil {
		return err
	}
	if s.tls != nil {
		t := tls.Client(conn, s.tls)
		if err := t.HandshakeContext(ctx); err != nil {
			return errors.Join(err, conn.Close())
		}
		conn = t
	}
	s.conn = conn
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetWriteDeadline(deadline)
	}
	if len(s.last) == 0 {
		return nil
	}
	if _, err := conn.Write(s.last); err != nil {
		s.hangUp()
		return err
	}
	return nil
}

func (s *syslog) hangUp() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.conn = nil
}

// gone reports whether the other end has closed the connection: a syslog never says
// anything, so what can be read is the end.
func gone(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	var slow net.Error
	return !errors.As(err, &slow) || !slow.Timeout()
}

// message is a line as a message of RFC 5424, without structured data: the line is
// JSON already.
func (s *syslog) message(l audit.Sent) []byte {
	severity, id, at := info, "checkpoint", "-"
	if r := l.Row; r != nil {
		severity, id, at = notice, string(r.Phase), r.At.Format("2006-01-02T15:04:05.000Z07:00")
		if r.Phase == audit.PhaseRefused || r.Result == audit.Unknown {
			severity = warning
		}
	}
	head := fmt.Sprintf("<%d>1 %s %s keydesk %d %s - ", facility+severity, at, s.host, os.Getpid(), printable(id))
	return append([]byte(head), l.JSON...)
}

// printable is a header field: printable ASCII without spaces.
func printable(s string) string {
	out := strings.Map(func(r rune) rune {
		if r > ' ' && r < 127 {
			return r
		}
		return -1
	}, s)
	if out == "" {
		return "-"
	}
	return out[:min(len(out), 48)]
}
