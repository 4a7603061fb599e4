package handlers

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// A header says who the client is only where a proxy of the settings wrote it.
func TestForwardedAddresses(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		from, said, want string
		proxies          []netip.Prefix
	}{
		{"203.0.113.9:5000", "", "203.0.113.9", nil},
		{"203.0.113.9:5000", "6.6.6.6", "203.0.113.9", nil},
		{"127.0.0.1:5000", "6.6.6.6", "127.0.0.1", nil},
		{"10.1.2.3:5000", "198.51.100.7", "198.51.100.7", proxies},
		{"[fd00::1]:5000", "198.51.100.7", "198.51.100.7", proxies},
		{"10.1.2.3:5000", "6.6.6.6, 198.51.100.7, 10.1.9.9", "198.51.100.7", proxies},
		{"203.0.113.9:5000", "6.6.6.6", "203.0.113.9", proxies},
		{"10.2.0.1:5000", "6.6.6.6", "10.2.0.1", proxies},
		{"127.0.0.1:5000", "6.6.6.6", "127.0.0.1", proxies},
		{"10.1.2.3:5000", "not an address", "10.1.2.3", proxies},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = tt.from
		for _, name := range []string{"X-Real-Ip", "Forwarded", "True-Client-Ip"} {
			r.Header.Set(name, "for=6.6.6.6")
		}
		if tt.said != "" {
			r.Header.Set("X-Forwarded-For", tt.said)
		}
		if got := addressOf(tt.proxies)(r); got != tt.want {
			t.Errorf("from %s, X-Forwarded-For %q: %s, want %s", tt.from, tt.said, got, tt.want)
		}
	}
}

// By https every answer asks for https alone, for a year; on loopback's http none does.
func TestStrictTransport(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"https://keydesk.example.com": "max-age=31536000; includeSubDomains", "http://127.0.0.1:8080": ""} {
		_, handler := New(Config{BaseURL: base, Log: slog.New(slog.DiscardHandler)})
		for _, path := range []string{"/healthz", "/static/nothing"} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil))
			if got := w.Header().Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s%s (%d): %q, want %q", base, path, w.Code, got, want)
			}
		}
	}
}
