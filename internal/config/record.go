package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	day            = 24 * time.Hour
	leastKeep      = 30 // days
	leastSignature = 16 // characters
)

// checkRecord looks at where the record goes and how long it is kept.
func (s *Serve) checkRecord() []error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.RecordKeep != "" {
		days, err := strconv.Atoi(strings.TrimSuffix(s.RecordKeep, "d"))
		if err != nil || !strings.HasSuffix(s.RecordKeep, "d") || days < leastKeep || days > 36500 {
			fault("KEYDESK_RECORD_KEEP: %q must be a number of days, %dd or more, such as 400d", s.RecordKeep, leastKeep)
		}
		s.Keep = time.Duration(days) * day
	}
	if err := syslogURL(s.RecordSyslog); err != nil {
		fault("KEYDESK_RECORD_SYSLOG: %w", err)
	}
	if err := safeURL(s.RecordWebhook); err != nil {
		fault("KEYDESK_RECORD_WEBHOOK: %w", err)
	}
	switch n := len(s.RecordWebhookSecret); {
	case (s.RecordWebhook == "") != (n == 0):
		fault("KEYDESK_RECORD_WEBHOOK and KEYDESK_RECORD_WEBHOOK_SECRET belong together: set both or neither")
	case n > 0 && n < leastSignature:
		fault("KEYDESK_RECORD_WEBHOOK_SECRET must have %d characters or more", leastSignature)
	}
	return errs
}

// syslogURL accepts the addresses of a syslog; empty passes.
func syslogURL(s string) error {
	if s == "" {
		return nil
	}
	wrong := errors.New("must be udp://host:port, tcp://host:port, tls://host:port or unix:///path")
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return wrong
	}
	switch u.Scheme {
	case "udp", "tcp", "tls":
		if _, port, err := net.SplitHostPort(u.Host); err != nil || port == "" || u.Hostname() == "" || u.Path != "" {
			return wrong
		}
	case "unix":
		if u.Host != "" || u.Path == "" {
			return wrong
		}
	default:
		return wrong
	}
	return nil
}
