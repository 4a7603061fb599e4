package login

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// official is one module of the OpenID conformance suite for relying parties, by its
// name there without "oidcc-client-test-".
type official struct {
	name    string
	hostile func(*fakeIssuer) // what the provider does wrong, or unusually
	accept  bool
	left    string // why it says nothing about this console; empty: it is played
}

// officialNames are all modules, those that a client in the code flow can pass first.
func officialNames() []official {
	claim := func(name string, v any) func(*fakeIssuer) { return func(f *fakeIssuer) { f.claims = set(name, v) } }
	signs := func(alg jose.SignatureAlgorithm, h map[string]any, key func(*fakeIssuer) any) func(*fakeIssuer) {
		return func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string { return f.signed(alg, key(f), h, c) }
		}
	}
	const hybrid, session, dynamic = "only of the hybrid flow", "no iframe of the issuer's is used", "the client is registered by hand"
	const refresh, requests = "no refresh token is asked for", "no request object is sent"
	return []official{
		{"invalid-iss", claim("iss", issuerURL+"1"), false, ""},
		{"invalid-aud", claim("aud", clientID+"1"), false, ""},
		{"missing-aud", claim("aud", nil), false, ""},
		{"missing-iat", claim("iat", nil), false, ""},
		{"missing-sub", claim("sub", nil), false, ""},
		{"nonce-invalid", func(f *fakeIssuer) { f.claims = func(m map[string]any) { m["nonce"] = fmt.Sprint(m["nonce"], "1") } }, false, ""},
		{"invalid-sig-rs256", signs(jose.RS256, map[string]any{"kid": "k1"}, func(f *fakeIssuer) any { return f.keys.other }), false, ""},
		{"invalid-sig-es256", signs(jose.ES256, map[string]any{"kid": "k1"}, func(f *fakeIssuer) any { return f.keys.ec }), false, ""},
		{"invalid-sig-hs256", func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string {
				return withMAC(map[string]string{"alg": "HS256", "kid": "k1"}, c, []byte("another secret"))
			}
		}, false, ""},
		{"idtoken-sig-none", func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string { return forged(map[string]string{"alg": "none"}, c, "") }
		}, false, ""},
		{"invalid-athash", claim("at_hash", halfHash("another")), false, ""},
		{"userinfo-invalid-sub", func(f *fakeIssuer) { f.claims, f.userinfo = set("groups", nil), map[string]any{"sub": "dana1"} }, false, ""},
		{"discovery-issuer-mismatch", func(f *fakeIssuer) { f.discovery = set("issuer", issuerURL+"1") }, false, ""},
		{"form-post-error", func(f *fakeIssuer) { f.callback = func(q url.Values) { q.Del("code"); q.Set("error", "server_error") } }, false, ""},
		{"", nil, true, ""},
		{"idtoken-sig-rs256", nil, true, ""},
		{"kid-absent-single-jwks", signs(jose.RS256, nil, func(f *fakeIssuer) any { return f.keys.rsa }), true, ""},
		{"kid-absent-multiple-jwks", func(f *fakeIssuer) {
			f.published = func() []jose.JSONWebKey {
				return []jose.JSONWebKey{publicKey(&f.keys.other.PublicKey, "o", "RS256"), publicKey(&f.keys.rsa.PublicKey, "r", "RS256")}
			}
			f.sign = func(c map[string]any) string { return f.signed(jose.RS256, f.keys.rsa, nil, c) }
		}, true, ""},
		{"signing-key-rotation", rotated, true, ""},
		{"signing-key-rotation-just-before-signing", rotated, true, ""},
		{"discovery-openid-config", nil, true, ""},
		{"discovery-jwks-uri-keys", nil, true, ""},
		{"client-secret-basic", nil, true, ""},
		{"scope-userinfo-claims", fromUserinfo, true, ""},
		{"userinfo-bearer-header", fromUserinfo, true, ""},
		{"nonce-unless-code-flow", nil, true, ""},
		{"3rd-party-init-login", nil, true, ""},
		{"missing-athash", nil, false, hybrid},
		{"invalid-chash", nil, false, hybrid},
		{"missing-chash", nil, false, hybrid},
		{"refresh-token-invalid-issuer", nil, false, refresh},
		{"refresh-token-invalid-sub", nil, false, refresh},
		{"refresh-token", nil, true, refresh},
		{"userinfo-signed", nil, true, "userinfo is asked for as JSON"},
		{"aggregated-claims", nil, true, "no claim of another's is believed"},
		{"distributed-claims", nil, true, "no claim of another's is believed"},
		{"mtls-endpoint-aliases", nil, true, "the client proves itself by its secret"},
		{"request-uri-signed-none", nil, true, requests},
		{"request-uri-signed-rs256", nil, true, requests},
		{"dynamic-registration", nil, true, dynamic},
		{"discovery-webfinger-acct", nil, true, dynamic},
		{"discovery-webfinger-url", nil, true, dynamic},
		{"session-management", nil, true, session},
		{"rp-frontchannel-rpinitlogout", nil, true, session},
		{"rp-frontchannel-opinitlogout", nil, true, session},
	}
}

// rotated publishes and uses another key from the second sign-in on.
func rotated(f *fakeIssuer) {
	f.published = func() []jose.JSONWebKey { return []jose.JSONWebKey{publicKey(&f.keys.other.PublicKey, "k2", "RS256")} }
	f.sign = func(c map[string]any) string {
		return f.signed(jose.RS256, f.keys.other, map[string]any{"kid": "k2"}, c)
	}
}

func fromUserinfo(f *fakeIssuer) {
	f.userinfo = map[string]any{"sub": "dana", "groups": []string{"Keydesk Helpdesk"}, "name": "Dana Kim", "okta_id": danaID}
	f.claims = func(m map[string]any) {
		for _, name := range []string{"groups", "name", "okta_id"} {
			delete(m, name)
		}
	}
}

// overTLS has the console reach the issuer over a socket and TLS, under its own name.
func overTLS(r *rig) {
	srv := httptest.NewTLSServer(r.issuer)
	r.t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	way := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS12}, // the name in the test's certificate
	}
	way.DialContext = (&net.Dialer{}).DialContext
	r.t.Cleanup(way.CloseIdleConnections)
	cfg := r.login.cfg
	cfg.HTTP = rerouted{way, srv.Listener.Addr().String()}
	r.login = New(cfg, r.db)
}

// rerouted sends every request to one address.
type rerouted struct {
	http.RoundTripper

	address string
}

func (w rerouted) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Host, req.URL.Host = req.URL.Host, w.address
	return w.RoundTripper.RoundTrip(req)
}

// TestOfficialNames plays the modules of the official suite, in process and over TLS:
// what is bad is refused before anything else is asked for, what is honest accepted.
// Those about logging out at the back channel are in TestForgedLogoutTokens, those
// about RP-initiated logout in TestSignOut.
func TestOfficialNames(t *testing.T) {
	played := 0
	for way, prepare := range map[string]func(*rig){"in process": func(*rig) {}, "over TLS": overTLS} {
		for _, m := range officialNames() {
			if m.left != "" {
				continue
			}
			played++
			t.Run(way+" oidcc-client-test-"+m.name, func(t *testing.T) {
				r := newRig(t)
				prepare(r)
				b := r.browser()
				if strings.HasPrefix(m.name, "signing-key-rotation") {
					b.signIn("")
				}
				if m.hostile != nil {
					m.hostile(r.issuer)
				}
				p := b.get(consoleURL + "/auth/login")
				if p.status == http.StatusSeeOther {
					p = b.signIn("")
				}
				if !m.accept {
					r.refused(b, p, p.status)
				}
				if who, in := b.who(); in != m.accept || m.accept && (len(who.Roles) != 1 || p.status != http.StatusSeeOther) || !m.accept && p.status < 400 {
					t.Errorf("%d, signed in: %v (%v)", p.status, in, r.last())
				}
			})
		}
	}
	if played != 2*27 {
		t.Errorf("%d modules were played", played)
	}
}

// TestOversizeMemory: answers of any size take no more than 32 MiB, all that is
// allocated while they are read counted.
func TestOversizeMemory(t *testing.T) {
	for _, path := range []string{"/tenant/token", "/tenant/keys", "/tenant/userinfo", "/tenant/.well-known/openid-configuration"} {
		r := newRig(t)
		r.issuer.userinfo, r.issuer.claims = map[string]any{"sub": "dana"}, set("groups", nil)
		r.issuer.handle[path] = endpointFaults()["64 MB"]
		overTLS(r)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		b := r.browser()
		p := b.get(consoleURL + "/auth/login")
		if p.status == http.StatusSeeOther {
			p = b.signIn("")
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; p.status < 500 || grown > 32<<20 {
			t.Errorf("%s: %d, %d MiB", path, p.status, grown>>20)
		} else {
			t.Logf("%s: %d KiB", path, grown>>10)
		}
	}
}
