package config_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"keydesk/internal/config"
)

func real() config.Serve {
	return config.Serve{
		Listen: "127.0.0.1:8080", OktaURL: "https://example.okta.com", OktaToken: "t", OIDCIssuer: "https://example.okta.com/oauth2/default",
		OIDCClientID: "keydesk", TimeZone: "UTC",
	}
}

func file(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// app are the settings of a service app in place of a token, and one more change.
func app(t *testing.T, change func(*config.Serve)) func(*config.Serve) {
	t.Helper()
	return func(s *config.Serve) {
		s.OktaToken, s.OktaClientID, s.OktaPrivateKeyFile, s.OktaScopes = "", "0oa1", file(t, "key", 0o600), []string{"okta.users.read"}
		change(s)
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*config.Serve)
		says   string // "" accepts
	}{
		{"as it should be", func(*config.Serve) {}, ""},
		{"nothing set", func(s *config.Serve) { *s = config.Serve{Listen: "127.0.0.1:1", TimeZone: "UTC"} }, "KEYDESK_OKTA_URL is not set"},
		{"no token", func(s *config.Serve) { s.OktaToken = "" }, "KEYDESK_OKTA_TOKEN is not set"},
		{"a service app", app(t, func(*config.Serve) {}), ""},
		{"a service app and a token", app(t, func(s *config.Serve) { s.OktaToken = "t" }), "are two credentials"},
		{"a service app without its key", app(t, func(s *config.Serve) { s.OktaPrivateKeyFile = "" }), "belong together"},
		{"a service app without scopes", app(t, func(s *config.Serve) { s.OktaScopes = nil }), "KEYDESK_OKTA_SCOPES is empty"},
		{"a key that everybody can read", app(t, func(s *config.Serve) { s.OktaPrivateKeyFile = file(t, "key", 0o644) }), "everybody on this machine can read"},
		{"no client", func(s *config.Serve) { s.OIDCClientID = "" }, "KEYDESK_OIDC_CLIENT_ID is not set"},
		{"http organisation", func(s *config.Serve) { s.OktaURL = "http://example.okta.com" }, "KEYDESK_OKTA_URL: \"http://example.okta.com\" must be https"},
		{"http organisation on loopback", func(s *config.Serve) { s.OktaURL = "http://127.0.0.1:1234" }, ""},
		{"http organisation by name", func(s *config.Serve) { s.OktaURL = "http://localhost:1234" }, ""},
		{"http host that only looks like loopback", func(s *config.Serve) { s.OktaURL = "http://127.0.0.1.evil.example" }, "must be https"},
		{"organisation with a path", func(s *config.Serve) { s.OktaURL = "https://example.okta.com/api" }, "without a path"},
		{"organisation with credentials", func(s *config.Serve) { s.OktaURL = "https://a:b@example.okta.com" }, "a name and a password"},
		{"organisation with an empty query", func(s *config.Serve) { s.OktaURL = "https://example.okta.com?" }, "without a path"},
		{"everybody a proxy", func(s *config.Serve) { s.TrustedProxies = []string{"0.0.0.0/0"} }, "is everybody"},
		{"tickets", func(s *config.Serve) { s.TicketURL = "https://tickets.example.com/%s" }, ""},
		{"tickets by script", func(s *config.Serve) { s.TicketURL = "javascript:alert(1)//" }, "KEYDESK_TICKET_URL"},
		{"organisation of another scheme", func(s *config.Serve) { s.OktaURL = "ftp://example.okta.com" }, "must begin with https"},
		{"http issuer", func(s *config.Serve) { s.OIDCIssuer = "http://id.example.com" }, "KEYDESK_OIDC_ISSUER"},
		{"http issuer on loopback", func(s *config.Serve) { s.OIDCIssuer = "http://[::1]:3000/oidc" }, ""},
		{"http base", func(s *config.Serve) { s.BaseURL = "http://desk.example.com" }, "KEYDESK_BASE_URL"},
		{"open to the network without a base", func(s *config.Serve) { s.Listen = "0.0.0.0:8080" }, "KEYDESK_BASE_URL is not set"},
		{"open to the network with a base", func(s *config.Serve) { s.Listen, s.BaseURL = ":8080", "https://desk.example.com" }, ""},
		{"a certificate without its key", func(s *config.Serve) { s.TLSCertFile = "c.pem" }, "set both or neither"},
		{"a certificate without a base", func(s *config.Serve) { s.TLSCertFile, s.TLSKeyFile = "c.pem", "k.pem" }, "with a certificate"},
		{"proxies", func(s *config.Serve) { s.TrustedProxies = []string{"10.0.0.0/8", "fd00::/8"} }, ""},
		{"a proxy that is no range", func(s *config.Serve) { s.TrustedProxies = []string{"10.0.0.1"} }, "not an address range"},
		{"no such zone", func(s *config.Serve) { s.TimeZone = "Mars/Olympus" }, "no time zone"},
		{"PostgreSQL", shared(nil), ""},
		{"PostgreSQL by file", shared(func(s *config.Serve) { s.DatabaseURLFile, s.DatabaseURL = file(t, s.DatabaseURL, 0o600), "" }), ""},
		{"PostgreSQL twice", shared(func(s *config.Serve) { s.DatabaseURLFile = file(t, s.DatabaseURL, 0o600) }), "set twice"},
		{"PostgreSQL in the clear", shared(func(s *config.Serve) { s.DatabaseURL = "postgres://u:p@db.example.com/keydesk" }), "how the connection is protected"},
		{"PostgreSQL without a key that all share", shared(func(s *config.Serve) { s.SecretKey = "" }), "every replica needs the same key"},
		{"another database", shared(func(s *config.Serve) { s.DatabaseURL = "mysql://db/keydesk" }), "must be an address such as postgres://"},
		{"token by file", func(s *config.Serve) { s.OktaToken, s.OktaTokenFile = "", file(t, " tok \n", 0o600) }, ""},
		{"token twice", func(s *config.Serve) { s.OktaTokenFile = file(t, "tok", 0o600) }, "set twice"},
		{"token for everybody", func(s *config.Serve) { s.OktaToken, s.OktaTokenFile = "", file(t, "tok", 0o644) }, "everybody on this machine can read"},
		{"token in no file", func(s *config.Serve) { s.OktaToken, s.OktaTokenFile = "", "/does/not/exist" }, "KEYDESK_OKTA_TOKEN"},
		{"a year of the record", func(s *config.Serve) { s.RecordKeep = "400d" }, ""},
		{"a week of the record", func(s *config.Serve) { s.RecordKeep = "7d" }, "30d or more"},
		{"the record by hours", func(s *config.Serve) { s.RecordKeep = "9999h" }, "KEYDESK_RECORD_KEEP"},
		{"syslog", func(s *config.Serve) { s.RecordSyslog = "tls://siem.example.com:6514" }, ""},
		{"local syslog", func(s *config.Serve) { s.RecordSyslog = "unix:///dev/log" }, ""},
		{"syslog without a port", func(s *config.Serve) { s.RecordSyslog = "udp://siem.example.com" }, "KEYDESK_RECORD_SYSLOG"},
		{"syslog of another kind", func(s *config.Serve) { s.RecordSyslog = "http://siem.example.com:1" }, "KEYDESK_RECORD_SYSLOG"},
		{"a webhook", func(s *config.Serve) {
			s.RecordWebhook, s.RecordWebhookSecret = "https://siem.example.com/in?x=1", "0123456789abcdef"
		}, ""},
		{"a webhook without a secret", func(s *config.Serve) { s.RecordWebhook = "https://siem.example.com" }, "belong together"},
		{"a webhook with a short secret", func(s *config.Serve) { s.RecordWebhook, s.RecordWebhookSecret = "https://siem.example.com", "short" }, "16 characters"},
		{"an open webhook", func(s *config.Serve) {
			s.RecordWebhook, s.RecordWebhookSecret = "http://siem.example.com", "0123456789abcdef"
		}, "must be https"},
		{"an empty file", func(s *config.Serve) { s.OktaToken, s.OktaTokenFile = "", file(t, "\n", 0o600) }, "is empty"},
	} {
		s := real()
		tt.change(&s)
		err := s.Check()
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

// shared has a database that replicas share, and changes more.
func shared(more func(*config.Serve)) func(*config.Serve) {
	return func(s *config.Serve) {
		s.DatabaseURL, s.SecretKey = "postgres://keydesk:Sw0rdfish@db.example.com/keydesk?sslmode=verify-full", "a2V5ZGVza2tleWRlc2trZXlkZXNra2V5ZGVza2tleWQ="
		if more != nil {
			more(s)
		}
	}
}

func TestTokenOfAFile(t *testing.T) {
	s := real()
	s.OktaToken, s.OktaTokenFile = "", file(t, " tok \n", 0o600)
	if err := s.Check(); err != nil || s.OktaToken != "tok" {
		t.Errorf("%q %v", s.OktaToken, err)
	}
}

func TestBaseIsCanonical(t *testing.T) {
	s := real()
	s.BaseURL = "HTTPS://Desk.Example.com:443/"
	if err := s.Check(); err != nil || s.BaseURL != "https://desk.example.com" {
		t.Errorf("%q %v", s.BaseURL, err)
	}
}

func TestKey(t *testing.T) {
	s := real()
	s.DataDir = filepath.Join(t.TempDir(), "data")
	if err := s.LoadKey(); err != nil || len(s.Key) != 32 {
		t.Fatal(len(s.Key), err)
	}
	path := filepath.Join(s.DataDir, "secret.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	again := real()
	again.DataDir = s.DataDir
	if err := again.LoadKey(); err != nil || string(again.Key) != string(s.Key) {
		t.Error("the key is another one at the second start:", err)
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	if err := again.LoadKey(); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Error("a key that everybody can read is taken:", err)
	}
	for key, ok := range map[string]bool{
		base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")): true, base64.StdEncoding.EncodeToString(make([]byte, 32)): false, base64.StdEncoding.EncodeToString(make([]byte, 31)): false, "secret": false, "!": false,
	} {
		s := real()
		s.SecretKey = key
		if err := s.LoadKey(); (err == nil) != ok {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

func TestEnviron(t *testing.T) {
	for name, ok := range map[string]bool{
		"KEYDESK_LISTEN=x": true, "KEYDESK_OKTA_TOKEN_FILE=x": true, "KEYDESK_OKTA_TOKN=x": false, "KEYDESK_=": false, "PATH=/bin": true,
		"KEYDESK_E2E_BROWSER=x": true, "KEYDESK_TEST_UPDATE=1": true, "KEYDESK_TESTING=1": false, "KEYDESK_okta_url=x": false,
	} {
		if err := config.CheckEnviron([]string{"HOME=/root", name}); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, ok := range map[string]bool{
		"KEYDESK_OKTA_URL=https://x": false, "KEYDESK_OKTA_URL=": true, "KEYDESK_OIDC_CLIENT_SECRET_FILE=f": false, "KEYDESK_SECRET_KEY=k": false,
		"KEYDESK_BASE_URL=https://x": false, "KEYDESK_LOG_LEVEL=debug": true, "OKTA_URL=x": true,
	} {
		if err := config.RefuseReal([]string{name}); (err == nil) != ok {
			t.Errorf("a demo beside %s: %v", name, err)
		}
	}
}

// Every setting that others rely on has its name, and a flag of the same name.
func TestSettings(t *testing.T) {
	var cli config.CLI
	p, err := kong.New(&cli, kong.Name("keydesk"))
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]string{}
	for _, c := range p.Model.Children {
		if c.Name == "serve" {
			for _, f := range c.Flags {
				for _, e := range f.Envs {
					flags[e] = "--" + f.Name
				}
			}
		}
	}
	named := strings.Fields(`KEYDESK_LISTEN KEYDESK_BASE_URL KEYDESK_OKTA_URL KEYDESK_OKTA_TOKEN KEYDESK_OKTA_TOKEN_FILE
		KEYDESK_OKTA_CLIENT_ID KEYDESK_OKTA_PRIVATE_KEY_FILE KEYDESK_OKTA_SCOPES KEYDESK_OIDC_ISSUER KEYDESK_OIDC_CLIENT_ID
		KEYDESK_OIDC_CLIENT_SECRET KEYDESK_OIDC_CLIENT_SECRET_FILE KEYDESK_OIDC_SCOPES KEYDESK_OIDC_GROUPS_CLAIM KEYDESK_OIDC_OKTA_ID_CLAIM KEYDESK_OIDC_FRESH_ACR KEYDESK_DATA_DIR
		KEYDESK_DATABASE_URL KEYDESK_DATABASE_URL_FILE KEYDESK_SECRET_KEY KEYDESK_SECRET_KEY_FILE KEYDESK_TRUSTED_PROXIES KEYDESK_TLS_CERT_FILE KEYDESK_TLS_KEY_FILE KEYDESK_TIME_ZONE
		KEYDESK_TICKET_URL KEYDESK_LOG_LEVEL KEYDESK_POLICY_FILE KEYDESK_RECORD_KEY_FILE KEYDESK_RECORD_KEEP KEYDESK_RECORD_STDOUT KEYDESK_RECORD_SYSLOG KEYDESK_RECORD_WEBHOOK
		KEYDESK_RECORD_WEBHOOK_SECRET KEYDESK_RECORD_WEBHOOK_SECRET_FILE KEYDESK_RECORD_CA_FILE KEYDESK_ROLEMAP_SHARE`)
	got := map[string]string{}
	for _, s := range config.Settings() {
		got[s.Env] = s.Flag
		if s.Help == "" || flags[s.Env] != s.Flag {
			t.Errorf("%s: flag %q is documented as %q", s.Env, flags[s.Env], s.Flag)
		}
	}
	for _, n := range named {
		if got[n] == "" {
			t.Errorf("there is no setting %s", n)
		}
	}
	if len(got) != len(named) {
		t.Errorf("%d settings, %d are named", len(got), len(named))
	}
}

// docs/CONFIG.md is what the settings say. KEYDESK_TEST_UPDATE=1 writes it anew.
func TestMarkdown(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "CONFIG.md")
	if os.Getenv("KEYDESK_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(config.Markdown()), 0o644); err != nil { //nolint:gosec // a page of the docs
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != config.Markdown() {
		t.Errorf("docs/CONFIG.md is not up to date; run make gen (%v)", err)
	}
}

func TestCheckClock(t *testing.T) {
	for at, wrong := range map[time.Time]bool{time.Now(): false, time.Now().AddDate(20, 0, 0): false, time.Unix(0, 0): true, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC): true} {
		if err := config.CheckClock(at); (err != nil) != wrong {
			t.Errorf("%v: %v", at, err)
		}
	}
}
