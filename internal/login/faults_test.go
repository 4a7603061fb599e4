package login

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func status(n int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(n)
		_, _ = w.Write([]byte(body))
	}
}

// endpointFaults are the ways in which an endpoint can fail to answer well.
func endpointFaults() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"500":         status(500, "text/plain", "a secret: eyJhbGciOi"),
		"503 as JSON": status(503, "application/json", `{"error":"temporarily_unavailable"}`),
		"HTML":        status(200, "text/html", "<html><body>Welcome to the hotel</body></html>"),
		"empty":       status(200, "application/json", ""),
		"not JSON":    status(200, "application/json", "{"),
		"null":        status(200, "application/json", "null"),
		"a list":      status(200, "application/json", "[]"),
		"truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "4000")
			_, _ = w.Write([]byte(`{"access_token":"x"`))
		},
		"64 MB": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for range 64 {
				_, _ = w.Write(chunk)
			}
		},
		"302 away": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.test/token")
			w.WriteHeader(http.StatusFound)
		},
		"307 away": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.test/token")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		"dropped": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
}

// TestEndpointFaults: each fault of each endpoint refuses the sign-in, sends
// nothing elsewhere, and the next sign-in works without a restart.
func TestEndpointFaults(t *testing.T) {
	for _, path := range []string{"/tenant/token", "/tenant/keys", "/tenant/userinfo", "/tenant/.well-known/openid-configuration"} {
		for name, fault := range endpointFaults() {
			t.Run(path[len("/tenant/"):]+" "+name, func(t *testing.T) {
				r := newRig(t)
				r.issuer.userinfo, r.issuer.claims = map[string]any{"sub": "dana", "groups": []string{"Keydesk Helpdesk"}}, set("groups", nil)
				evil := 0
				r.network.Hosts["evil.test"] = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { evil++ })
				r.issuer.handle[path] = fault
				b := r.browser()
				p := b.get(consoleURL + "/auth/login")
				if p.status == http.StatusSeeOther {
					p = b.signIn("")
				}
				if p.status != http.StatusBadGateway && p.status != http.StatusServiceUnavailable {
					t.Errorf("%d %s (%v)", p.status, p.body, r.last())
				}
				r.refused(b, p, p.status)
				if evil != 0 {
					t.Error("the redirect was followed")
				}
				if n := len(r.last().Error()); n > 1000 {
					t.Errorf("%d bytes for the log", n)
				}
				r.issuer.handle[path] = nil
				if p := b.signIn(""); p.status != http.StatusSeeOther {
					t.Errorf("after recovery: %d %v", p.status, r.last())
				}
			})
		}
	}
}

// TestHangingEndpoints: an endpoint that never answers costs the sign-in that
// met it ten seconds, and others no more.
func TestHangingEndpoints(t *testing.T) {
	for _, path := range []string{"/tenant/token", "/tenant/keys", "/tenant/.well-known/openid-configuration"} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(c *Config) { c.Now = time.Now })
				defer func() { _ = r.db.Close() }()
				r.issuer.handle[path] = func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }
				start := time.Now()
				var wg sync.WaitGroup
				for range 5 {
					wg.Go(func() {
						b := r.browser()
						p := b.get(consoleURL + "/auth/login")
						if p.status == http.StatusSeeOther {
							p = b.signIn("")
						}
						if p.status < 500 {
							t.Errorf("%d %s", p.status, p.body)
						}
					})
				}
				wg.Wait()
				if d := time.Since(start); d > 2*issuerTimeout {
					t.Errorf("it took %v", d)
				}
				r.issuer.mu.Lock()
				r.issuer.handle[path] = nil
				r.issuer.mu.Unlock()
				if p := r.browser().signIn(""); p.status != http.StatusSeeOther {
					t.Errorf("after recovery: %d %v", p.status, r.last())
				}
			})
		})
	}
}

// TestDiscovery: documents that would lead the sign-in astray.
func TestDiscovery(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"another issuer":        set("issuer", issuerURL+"1"),
		"issuer with a slash":   set("issuer", issuerURL+"/"),
		"no issuer":             set("issuer", nil),
		"no authorization":      set("authorization_endpoint", nil),
		"authorization away":    set("authorization_endpoint", "https://evil.test/authorize"),
		"authorization, script": set("authorization_endpoint", "javascript:alert(1)"),
		"token away":            set("token_endpoint", "https://evil.test/token"),
		"token by http":         set("token_endpoint", "http://issuer.test/tenant/token"),
		"token at a port":       set("token_endpoint", "https://issuer.test:8443/tenant/token"),
		"token for a user":      set("token_endpoint", "https://a:b@issuer.test/tenant/token"),
		"no keys":               set("jwks_uri", nil),
		"keys away":             set("jwks_uri", "https://evil.test/keys"),
		"userinfo away":         set("userinfo_endpoint", "https://evil.test/userinfo"),
		"end-session away":      set("end_session_endpoint", "https://evil.test/logout"),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.issuer.discovery = edit
			b := r.browser()
			r.refused(b, b.get(consoleURL+"/auth/login"), http.StatusServiceUnavailable)
			r.issuer.discovery = nil
			if p := b.signIn(""); p.status != http.StatusSeeOther {
				t.Errorf("after it was mended: %d %v", p.status, r.last())
			}
			if n := r.issuer.asks("/tenant/.well-known/openid-configuration"); n != 2 {
				t.Errorf("asked %d times, want 2", n)
			}
		})
	}
}

func TestIssuerAddress(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://x.okta.com": true, "https://x.okta.com/oauth2/default": true, "http://127.0.0.1:3000": true, "http://localhost:3000/": true, "http://[::1]:3000": true,
		"http://x.okta.com": false, "http://127.0.0.1.evil.test": false, "ftp://x": false, "x.okta.com": false, "": false, "https://": false, "https://a@x.okta.com": false,
		"https://x.okta.com?a=b": false, "https://x.okta.com#f": false, "https:x": false, "://": false,
	} {
		if _, err := issuerOrigin(raw); (err == nil) != want {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// TestClientAuthentication: the secret goes out in one way, once.
func TestClientAuthentication(t *testing.T) {
	r := newRig(t)
	r.issuer.handle["/tenant/token"] = status(401, "application/json", `{"error":"invalid_client"}`)
	b := r.browser()
	r.refused(b, b.signIn(""), http.StatusBadGateway)
	if n := r.issuer.asks("/tenant/token"); n != 1 {
		t.Errorf("the code was sent %d times", n)
	}
	for name, tc := range map[string]struct {
		methods []any
		secret  string
		basic   bool
	}{
		"nothing said": {nil, "s+e/c ret", true},
		"both":         {[]any{"client_secret_post", "client_secret_basic"}, "s+e/c ret", true},
		"post alone":   {[]any{"client_secret_post"}, "s+e/c ret", false},
		"public":       {[]any{"none"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.ClientSecret = tc.secret })
			if tc.methods != nil {
				r.issuer.discovery = set("token_endpoint_auth_methods_supported", tc.methods)
			}
			basic, form := false, ""
			r.issuer.handle["/tenant/token"] = func(w http.ResponseWriter, req *http.Request) {
				_, _, basic = req.BasicAuth()
				form = req.PostFormValue("client_secret")
				w.WriteHeader(http.StatusBadRequest)
			}
			b := r.browser()
			b.signIn("")
			if basic != tc.basic || (form != "") != (!tc.basic && tc.secret != "") {
				t.Errorf("basic %v, in the form %q", basic, form)
			}
		})
	}
}

// TestKeySetHoldsMore: keys that are of no use do not spoil the others.
func TestKeySetHoldsMore(t *testing.T) {
	r := newRig(t)
	honest := mustJSON(jose.JSONWebKeySet{Keys: r.issuer.published()})
	strange := strings.Replace(string(honest), `{"keys":[`, `{"keys":[{"kty":"OKP","crv":"X448","x":"AA","kid":"k1"},{"kty":"EC","crv":"secp256k1","alg":"ES256K","x":"AA","y":"AA"},`, 1)
	r.issuer.handle["/tenant/keys"] = status(200, "application/json", strange)
	if p := r.browser().signIn(""); p.status != http.StatusSeeOther {
		t.Errorf("%d %v", p.status, r.last())
	}
}

func TestLimitedBody(t *testing.T) {
	for size, want := range map[int]error{0: nil, 1: nil, answerLimit: nil, answerLimit + 1: errTooLong, answerLimit * 2: errTooLong} {
		n, err := drain(size)
		if !errors.Is(err, want) || n != min(size, answerLimit) {
			t.Errorf("%d bytes: read %d, %v", size, n, err)
		}
	}
}

func drain(size int) (int, error) {
	b := &limitedBody{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", size))), left: answerLimit}
	got, err := io.ReadAll(b)
	return len(got), err
}
