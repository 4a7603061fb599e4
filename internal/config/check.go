package config

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keydesk/internal/store"
)

// minKey is the least number of bytes that the secret key may have.
const minKey = 32

// Check completes the settings from files and refuses what is missing, unsafe
// or contradictory, all of it in one error with a line for each.
func (s *Serve) Check() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, f := range []struct {
		value *string
		file  string
		name  string
	}{{&s.OktaToken, s.OktaTokenFile, "KEYDESK_OKTA_TOKEN"}, {&s.OktaPrivateKey, s.OktaPrivateKeyFile, "KEYDESK_OKTA_PRIVATE_KEY_FILE"}, {&s.OIDCClientSecret, s.OIDCClientSecretFile, "KEYDESK_OIDC_CLIENT_SECRET"}, {&s.SecretKey, s.SecretKeyFile, "KEYDESK_SECRET_KEY"}, {&s.DatabaseURL, s.DatabaseURLFile, "KEYDESK_DATABASE_URL"}, {&s.RecordWebhookSecret, s.RecordWebhookSecretFile, "KEYDESK_RECORD_WEBHOOK_SECRET"}} {
		if err := fromFile(f.value, f.file, f.name); err != nil {
			errs = append(errs, err)
		}
	}
	for name, v := range map[string]string{"KEYDESK_OKTA_URL": s.OktaURL, "KEYDESK_OIDC_ISSUER": s.OIDCIssuer, "KEYDESK_OIDC_CLIENT_ID": s.OIDCClientID} {
		if v == "" {
			fault("%s is not set", name)
		}
	}
	if err := s.checkCredential(); err != nil {
		errs = append(errs, err)
	}
	for name, v := range map[string]string{"KEYDESK_OKTA_URL": s.OktaURL, "KEYDESK_BASE_URL": s.BaseURL} {
		if err := origin(v); err != nil {
			fault("%s: %w", name, err)
		}
	}
	s.BaseURL = canonical(s.BaseURL)
	if s.RolemapShare < 0 || s.RolemapShare > 80 {
		fault("KEYDESK_ROLEMAP_SHARE must be 1 to 80 per cent, or 0 for off")
	}
	if t := s.TicketURL; t != "" && !strings.HasPrefix(t, "https://") && !strings.HasPrefix(t, "http://") {
		fault("KEYDESK_TICKET_URL must begin with https:// or http://")
	}
	if err := safeURL(s.OIDCIssuer); err != nil {
		fault("KEYDESK_OIDC_ISSUER: %w", err)
	}
	if s.DatabaseURL != "" {
		errs = append(errs, s.checkDatabase())
	}
	errs = append(errs, s.checkNetwork()...)
	errs = append(errs, s.checkRecord()...)
	var err error
	if s.Zone, err = time.LoadLocation(s.TimeZone); err != nil {
		fault("KEYDESK_TIME_ZONE: there is no time zone %q", s.TimeZone)
	}
	return errors.Join(errs...)
}

// made is a day before this version of the program was. It moves with each release.
func made() time.Time { return time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC) }

// CheckClock refuses a clock that is certainly wrong: sessions, tokens and the record
// go by it.
func CheckClock(now time.Time) error {
	if now.Before(made()) {
		return fmt.Errorf("this machine's clock says %s, which is before this program was made: set the clock", now.UTC().Format(time.RFC3339))
	}
	return nil
}

// checkCredential wants one credential, whole.
func (s *Serve) checkCredential() error {
	app := s.OktaClientID != "" || s.OktaPrivateKeyFile != ""
	switch {
	case s.OktaToken != "" && app:
		return errors.New("KEYDESK_OKTA_TOKEN and KEYDESK_OKTA_CLIENT_ID are two credentials: set one of them")
	case s.OktaToken == "" && !app:
		return errors.New("KEYDESK_OKTA_TOKEN is not set (or KEYDESK_OKTA_CLIENT_ID with KEYDESK_OKTA_PRIVATE_KEY_FILE in its place)")
	case app && (s.OktaClientID == "" || s.OktaPrivateKeyFile == ""):
		return errors.New("KEYDESK_OKTA_CLIENT_ID and KEYDESK_OKTA_PRIVATE_KEY_FILE belong together: set both or neither")
	case app && len(s.OktaScopes) == 0:
		return errors.New("KEYDESK_OKTA_SCOPES is empty: a service app asks for the scopes that it works with")
	}
	return nil
}

// checkDatabase wants an address that protects what goes over it, and a key that
// replicas can share. The address is never repeated: a password is in it.
func (s *Serve) checkDatabase() error {
	if err := store.CheckURL(s.DatabaseURL); err != nil {
		return fmt.Errorf("KEYDESK_DATABASE_URL: %w", err)
	}
	if s.SecretKey == "" {
		return errors.New("KEYDESK_SECRET_KEY is not set (or KEYDESK_SECRET_KEY_FILE): with KEYDESK_DATABASE_URL every replica needs the same key (make one with: openssl rand -base64 32)")
	}
	return nil
}

// Check completes the settings from files.
func (v *Kept) Check() error {
	if err := fromFile(&v.DatabaseURL, v.DatabaseURLFile, "KEYDESK_DATABASE_URL"); err != nil || v.DatabaseURL == "" {
		return err
	}
	if err := store.CheckURL(v.DatabaseURL); err != nil {
		return fmt.Errorf("KEYDESK_DATABASE_URL: %w", err)
	}
	return nil
}

func (s *Serve) checkNetwork() []error {
	var errs []error
	for _, p := range s.TrustedProxies {
		switch r, err := netip.ParsePrefix(p); {
		case err != nil:
			errs = append(errs, fmt.Errorf("KEYDESK_TRUSTED_PROXIES: %q is not an address range such as 10.0.0.0/8", p))
		case r.Bits() == 0:
			errs = append(errs, fmt.Errorf("KEYDESK_TRUSTED_PROXIES: %s is everybody; name the proxies alone", p))
		}
	}
	if (s.TLSCertFile == "") != (s.TLSKeyFile == "") {
		errs = append(errs, errors.New("KEYDESK_TLS_CERT_FILE and KEYDESK_TLS_KEY_FILE belong together: set both or neither"))
	}
	if s.BaseURL == "" && !Loopback(s.Listen) {
		errs = append(errs, errors.New("KEYDESK_BASE_URL is not set; it may be left out only where the console listens on loopback"))
	}
	if s.TLSCertFile != "" && !strings.HasPrefix(s.BaseURL, "https://") {
		errs = append(errs, errors.New("KEYDESK_BASE_URL: with a certificate it must name the https address"))
	}
	return errs
}

// LoadKey returns the secret key: the configured one, or the one in the data
// folder, which is made when missing.
func (s *Serve) LoadKey() error {
	text := s.SecretKey
	if text == "" {
		path := filepath.Join(s.DataDir, "secret.key")
		if err := ensureKey(path); err != nil {
			return err
		}
		if err := fromFile(&text, path, "the key in KEYDESK_DATA_DIR"); err != nil {
			return err
		}
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) < minKey || bytes.Count(key, key[:1]) == len(key) {
		return fmt.Errorf("KEYDESK_SECRET_KEY must be %d random bytes or more in base64 (make one with: openssl rand -base64 32)", minKey)
	}
	s.Key = key
	return nil
}

func ensureKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the secret key: %w", err)
	}
	key := make([]byte, minKey)
	_, _ = rand.Read(key) // it never fails: crypto/rand
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// fromFile fills an empty setting from a file that not everybody can read.
func fromFile(value *string, file, name string) error {
	if file == "" {
		return nil
	}
	if *value != "" {
		return fmt.Errorf("%s is set twice, directly and by file", name)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if info.Mode().Perm()&0o004 != 0 {
		return fmt.Errorf("%s: everybody on this machine can read %s; run chmod o-r on it", name, file)
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*value = strings.TrimSpace(string(b))
	if *value == "" {
		return fmt.Errorf("%s: %s is empty", name, file)
	}
	return nil
}

// origin accepts a scheme and a host and nothing after them; empty passes.
func origin(s string) error {
	u, err := url.Parse(s)
	if s == "" {
		return nil
	}
	if err == nil && u.User != nil {
		return safeURL(s)
	}
	if err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return fmt.Errorf("%q must be an address without a path, such as https://example.com", s)
	}
	return safeURL(s)
}

// canonical is an origin as browsers write it: scheme and host in small letters
// and nothing after them. What decides on secure cookies must not hang on a
// capital letter.
func canonical(s string) string {
	u, err := url.Parse(s)
	if s == "" || err != nil {
		return s
	}
	host := u.Host
	if p := u.Port(); p == "443" && strings.EqualFold(u.Scheme, "https") || p == "80" && strings.EqualFold(u.Scheme, "http") {
		host = strings.TrimSuffix(host, ":"+p)
	}
	return strings.ToLower(u.Scheme + "://" + host)
}

// safeURL accepts https, and http where the host is loopback; empty passes.
func safeURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err == nil && u.User != nil:
		return errors.New("an address with a name and a password in it is not taken")
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is not an address such as https://example.com", s)
	case u.Scheme == "https" || u.Scheme == "http" && loopbackHost(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("%q must be https; plain http is for loopback alone", s)
	}
	return fmt.Errorf("%q must begin with https://", s)
}

// Loopback reports whether a listening address, host and port, is on loopback.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
