package okta

import (
	"net/http"
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	const password = "hunter2"
	for name, url := range map[string]string{
		"empty":        "",
		"no scheme":    "brightwater.okta.com",
		"http":         "http://brightwater.okta.com",
		"other scheme": "ftp://brightwater.okta.com",
		"user":         "https://admin:" + password + "@brightwater.okta.com",
		"path":         "https://brightwater.okta.com/api/v1",
		"query":        "https://brightwater.okta.com?x=1",
		"bare query":   "https://brightwater.okta.com?",
		"fragment":     "https://brightwater.okta.com#x",
		"address":      "https://192.0.2.7",
		"address 6":    "https://[2001:db8::7]",
		"opaque":       "https:brightwater.okta.com",
		"no host":      "https://:8443",
		"unreadable":   "https://" + password + "\x7f@x",
		"looks local":  "http://localhost.evil.example",
	} {
		_, err := New(Config{URL: url, Token: NewSecret("x")})
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, token := range map[string]string{"empty": "", "line break": "abc\n", "space": "a b", "accent": "é"} {
		_, err := New(Config{URL: "https://brightwater.okta.com", Token: NewSecret(token)})
		if err == nil || token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("token %s: %v", name, err)
		}
	}
}

func TestNewTakes(t *testing.T) {
	for _, url := range []string{
		"https://brightwater.okta.com", "https://brightwater.okta.com/", "https://login.brightwater.example:8443",
		"http://localhost:8080", "http://127.0.0.1:1", "http://127.8.8.8", "http://[::1]:8080", "https://127.0.0.1:8443",
	} {
		c, err := New(Config{URL: url, Token: NewSecret("x")})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := c.origin.String(); got != strings.TrimSuffix(url, "/") {
			t.Errorf("%s became %s: the port or the host was lost", url, got)
		}
	}
}

func TestOwnTransport(t *testing.T) {
	c := clientOf(t, Config{URL: "https://brightwater.okta.com"})
	own := c.transport.base.(*http.Transport)
	if own.Proxy != nil || own.MaxConnsPerHost != 32 || !own.ForceAttemptHTTP2 || own.TLSHandshakeTimeout == 0 ||
		own.ResponseHeaderTimeout == 0 || own.MaxResponseHeaderBytes != 64<<10 || own.TLSClientConfig.InsecureSkipVerify {
		t.Errorf("%+v", own)
	}
	if c.read != defaultReadTimeout || c.write != defaultWriteTimeout {
		t.Errorf("deadlines %v, %v", c.read, c.write)
	}
}

func TestUserAgent(t *testing.T) {
	for version, want := range map[string]string{"1.2.3": "Keydesk/1.2.3 (go", "": "Keydesk/dev (go", "1\r\nX: y": "Keydesk/dev (go"} {
		if got := userAgent(version); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q", version, got)
		}
	}
}
