package login

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"
)

// logoutRig is a rig with somebody signed in in two browsers, and what was recorded.
type logoutRig struct {
	*rig
	ended   *ends
	refused *ends
	one     *browser
	other   *browser
}

func newLogoutRig(t *testing.T) *logoutRig {
	t.Helper()
	l := &logoutRig{refused: &ends{}}
	l.rig, l.ended = confirming(t, nil)
	l.login.cfg.LogoutRefused = func(_ context.Context, address, why string) { l.refused.add(address + " " + why) }
	l.one, l.other = l.browser(), l.browser()
	l.issuer.claims = set("sid", "s1")
	l.one.signIn("")
	l.issuer.claims = set("sid", "s2")
	l.other.signIn("")
	return l
}

// in is which of the two browsers are still signed in.
func (l *logoutRig) in() string {
	l.t.Helper()
	out := ""
	for _, b := range []*browser{l.one, l.other} {
		_, in := b.who()
		out += fmt.Sprintf("%t ", in)
	}
	return strings.TrimSpace(out)
}

// logoutClaims are those of an honest logout token.
func (f *fakeIssuer) logoutClaims() map[string]any {
	now := f.clock.now()
	return map[string]any{
		"iss": issuerURL, "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
		"events": map[string]any{logoutEvent: map[string]any{}}, "sub": "dana", "sid": "s1",
	}
}

func (f *fakeIssuer) logoutToken(edit func(map[string]any)) string {
	c := f.logoutClaims()
	if edit != nil {
		edit(c)
	}
	return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "typ": "logout+jwt"}, c)
}

// send gives a logout token to the console as an issuer does.
func (r *rig) send(token string) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), http.MethodPost, consoleURL+BackchannelPath, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.echo.ServeHTTP(w, req)
	return w
}

func logoutRoute(r *rig) func(echo.Context) error {
	return func(c echo.Context) error {
		if _, err := r.login.BackchannelLogout(c); err != nil {
			return err
		}
		return c.NoContent(http.StatusOK)
	}
}

// TestLogoutTokens: an honest issuer ends the session that it names, or all of the
// person's, and the record has each end.
func TestLogoutTokens(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(map[string]any)
		in   string
	}{
		"sub and sid":        {nil, "false true"},
		"sid alone":          {set("sub", nil), "false true"},
		"sub alone":          {set("sid", nil), "false false"},
		"of nobody here":     {set("sub", "root"), "true true"},
		"sid of nobody here": {set("sid", "s9"), "true true"},
		"aud as a list":      {set("aud", []string{clientID}), "false true"},
		"clock a bit ahead":  {func(m map[string]any) { m["iat"], m["exp"] = ago(-time.Minute), ago(-3*time.Minute) }, "false true"},
		"an event with more": {set("events", map[string]any{logoutEvent: map[string]any{"x": 1}, "urn:other": map[string]any{}}), "false true"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogoutRig(t)
			if w := l.send(l.issuer.logoutToken(tc.edit)); w.Code != http.StatusOK || w.Body.Len() != 0 {
				t.Fatalf("%d %s (%v)", w.Code, w.Body, l.last())
			}
			if in := l.in(); in != tc.in {
				t.Errorf("signed in: %s, want %s", in, tc.in)
			}
			want := make([]string, strings.Count(tc.in, "false"))
			for i := range want {
				want[i] = "Dana Kim: " + endedIssuer
			}
			l.ended.are(t, want...)
			l.refused.are(t)
		})
	}
}

// TestLogoutTokenKinds: the other algorithm, and typ as RFC 7515 lets it be written.
func TestLogoutTokenKinds(t *testing.T) {
	for name, sign := range map[string]func(f *fakeIssuer, c map[string]any) string{
		"ES256": func(f *fakeIssuer, c map[string]any) string {
			f.published = func() []jose.JSONWebKey { return []jose.JSONWebKey{publicKey(&f.keys.ec.PublicKey, "e1", "ES256")} }
			return f.signed(jose.ES256, f.keys.ec, map[string]any{"kid": "e1", "typ": "logout+jwt"}, c)
		},
		"typ in full": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "typ": "application/Logout+JWT"}, c)
		},
		"kid absent": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.rsa, map[string]any{"typ": "logout+jwt"}, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogoutRig(t)
			if w := l.send(sign(l.issuer, l.issuer.logoutClaims())); w.Code != http.StatusOK || l.in() != "false true" {
				t.Errorf("%d (%v), signed in: %s", w.Code, l.last(), l.in())
			}
		})
	}
}

// TestForgedLogoutTokens: nobody is signed out by any of these.
func TestForgedLogoutTokens(t *testing.T) {
	kinds := map[string]func(f *fakeIssuer) string{}
	for name, edit := range map[string]func(map[string]any){
		"wrong iss": set("iss", issuerURL+"1"), "no iss": set("iss", nil), "iss with a slash": set("iss", issuerURL+"/"),
		"wrong aud": set("aud", clientID+"1"), "no aud": set("aud", nil), "a second aud": set("aud", []string{clientID, "other"}), "aud twice us": set("aud", []string{clientID, clientID}),
		"no event": set("events", nil), "wrong event": set("events", map[string]any{logoutEvent + "x": map[string]any{}}), "event as text": set("events", map[string]any{logoutEvent: "yes"}),
		"event as list": set("events", map[string]any{logoutEvent: []any{}}), "event null": set("events", map[string]any{logoutEvent: nil}), "events as list": set("events", []string{logoutEvent}), "events as text": set("events", logoutEvent),
		"with nonce": set("nonce", "n"), "with empty nonce": set("nonce", ""), "nonce not text": set("nonce", 7),
		"no iat": set("iat", nil), "iat in the future": times(3*time.Minute, 4*time.Minute), "iat not a number": set("iat", "now"),
		"no exp": set("exp", nil), "expired": times(-2*time.Minute, -2*time.Second), "lives long": times(0, time.Hour), "lives a second too long": times(0, 121*time.Second),
		"no jti": set("jti", nil), "jti empty": set("jti", ""), "jti too long": set("jti", strings.Repeat("x", 256)), "jti not text": set("jti", 7),
		"neither sub nor sid": func(m map[string]any) { delete(m, "sub"); delete(m, "sid") }, "sub not text": set("sub", 7), "sid not text": set("sid", 7), "sid too long": set("sid", strings.Repeat("x", 256)),
	} {
		kinds[name] = func(f *fakeIssuer) string { return f.logoutToken(edit) }
	}
	header := func(alg jose.SignatureAlgorithm, key func(*fakeIssuer) any, h map[string]any) func(*fakeIssuer) string {
		return func(f *fakeIssuer) string { return f.signed(alg, key(f), h, f.logoutClaims()) }
	}
	ours := func(f *fakeIssuer) any { return f.keys.rsa }
	theirs := func(f *fakeIssuer) any { return f.keys.other }
	kinds["no typ"] = header(jose.RS256, ours, map[string]any{"kid": "k1"})
	kinds["typ JWT"] = header(jose.RS256, ours, map[string]any{"kid": "k1", "typ": "JWT"})
	kinds["typ at+jwt"] = header(jose.RS256, ours, map[string]any{"kid": "k1", "typ": "at+jwt"})
	kinds["wrong alg"] = header(jose.RS512, ours, map[string]any{"kid": "k1", "typ": "logout+jwt"})
	kinds["PS256"] = header(jose.PS256, ours, map[string]any{"kid": "k1", "typ": "logout+jwt"})
	kinds["another's key"] = header(jose.RS256, theirs, map[string]any{"kid": "k1", "typ": "logout+jwt"})
	kinds["unknown kid"] = header(jose.RS256, theirs, map[string]any{"kid": "k9", "typ": "logout+jwt"})
	kinds["jku elsewhere"] = header(jose.RS256, theirs, map[string]any{"jku": "https://evil.test/keys", "typ": "logout+jwt"})
	kinds["unknown crit"] = header(jose.RS256, ours, map[string]any{"kid": "k1", "typ": "logout+jwt", "crit": []string{"x"}, "x": 1})
	kinds["embedded jwk"] = func(f *fakeIssuer) string {
		return f.signed(jose.RS256, f.keys.other, map[string]any{"typ": "logout+jwt", "jwk": jose.JSONWebKey{Key: &f.keys.other.PublicKey}}, f.logoutClaims())
	}
	for _, alg := range []string{"none", "None", "nOnE", ""} {
		kinds["alg "+alg] = func(f *fakeIssuer) string {
			return forged(map[string]string{"alg": alg, "typ": "logout+jwt"}, f.logoutClaims(), "")
		}
	}
	kinds["HS256 by the secret"] = func(f *fakeIssuer) string {
		return withMAC(map[string]string{"alg": "HS256", "kid": "k1", "typ": "logout+jwt"}, f.logoutClaims(), []byte("s+e/c ret"))
	}
	kinds["HS256 by the key"] = func(f *fakeIssuer) string {
		return withMAC(map[string]string{"alg": "HS256", "kid": "k1", "typ": "logout+jwt"}, f.logoutClaims(), publicPEM(f))
	}
	kinds["JSON form"] = func(f *fakeIssuer) string { return jsonForm(f.logoutToken(nil)) }
	kinds["encrypted"] = func(f *fakeIssuer) string { return encrypted(f, f.logoutToken(nil)) }
	kinds["payload changed"] = func(f *fakeIssuer) string { return swapPart(f.logoutToken(set("sub", "root")), 1, f.logoutClaims()) }
	kinds["an ID token"] = func(f *fakeIssuer) string { return f.idToken("n", "a") }
	kinds["empty"] = func(*fakeIssuer) string { return "" }
	kinds["rubbish"] = func(*fakeIssuer) string { return "a.b.c" }
	kinds["too long"] = func(*fakeIssuer) string { return strings.Repeat("x", maxLogoutToken+1) }
	l := newLogoutRig(t)
	for name, token := range kinds {
		t.Run(name, func(t *testing.T) {
			l.clock.advance(time.Minute) // each refusal has a row
			l.refused.said = nil
			w := l.send(token(l.issuer))
			if w.Code != http.StatusBadRequest || l.in() != "true true" {
				t.Errorf("%d %s, signed in: %s", w.Code, w.Body, l.in())
			}
			l.ended.are(t)
			if len(l.refused.said) != 1 {
				t.Errorf("%d rows, want 1: %q", len(l.refused.said), l.refused.said)
			}
		})
	}
}

// times puts iat and exp in place, counted from the console's own time.
func times(iat, exp time.Duration) func(map[string]any) {
	return func(m map[string]any) {
		now, _ := m["iat"].(int64)
		m["iat"], m["exp"] = now+int64(iat.Seconds()), now+int64(exp.Seconds())
	}
}

// TestLogoutTokenOnce: a token that was taken is not taken again, by any process.
func TestLogoutTokenOnce(t *testing.T) {
	l := newLogoutRig(t)
	token := l.issuer.logoutToken(nil)
	if w := l.send(token); w.Code != http.StatusOK {
		t.Fatal(w.Code, l.last())
	}
	l.issuer.claims = set("sid", "s1")
	l.one.signIn("")
	l.login = New(l.login.cfg, l.db)
	if w := l.send(token); w.Code != http.StatusBadRequest || l.in() != "true true" {
		t.Errorf("a second time: %d, signed in: %s", w.Code, l.in())
	}
	l.clock.advance(3 * time.Minute)
	if err := l.login.Sweep(t.Context()); err != nil || l.count("logout_token") != 0 {
		t.Errorf("%v, %d tokens are kept", err, l.count("logout_token"))
	}
}

// TestForgedLogoutFlood: a thousand forged tokens cost the issuer at most two looks
// at its keys, the record one row, and nobody a sign-in.
func TestForgedLogoutFlood(t *testing.T) {
	l := newLogoutRig(t)
	before := l.issuer.asks("/tenant/keys")
	refused, limited := 0, 0
	for range 100 {
		for range 10 {
			w := l.send(l.issuer.signed(jose.RS256, l.issuer.keys.other, map[string]any{"kid": rand.Text(), "typ": "logout+jwt"}, l.issuer.logoutClaims()))
			switch w.Code {
			case http.StatusBadRequest:
				refused++
			case http.StatusTooManyRequests:
				limited++
			default:
				t.Fatal(w.Code)
			}
		}
		l.clock.advance(100 * time.Millisecond)
	}
	if n := l.issuer.asks("/tenant/keys") - before; n > 2 {
		t.Errorf("the keys were fetched %d times", n)
	}
	if refused+limited != 1000 || refused > 110 || len(l.refused.said) != 1 {
		t.Errorf("%d refused, %d limited, rows %q", refused, limited, l.refused.said)
	}
	if p := l.browser().signIn(""); p.status != http.StatusSeeOther {
		t.Errorf("a sign-in meanwhile: %d %v", p.status, l.last())
	}
	l.clock.advance(time.Minute)
	l.send("x")
	if n := len(l.refused.said); n != 2 || !strings.Contains(l.refused.said[1], "more since") {
		t.Errorf("rows %q", l.refused.said)
	}
	if w := l.send(l.issuer.logoutToken(nil)); w.Code != http.StatusOK {
		t.Errorf("an honest one afterwards: %d %v", w.Code, l.last())
	}
}

// TestLogoutWithoutIssuer: an issuer that is away is not asked over and over.
func TestLogoutWithoutIssuer(t *testing.T) {
	r, _ := confirming(t, nil)
	r.issuer.handle["/tenant/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if w := r.send(r.issuer.logoutToken(nil)); w.Code != http.StatusServiceUnavailable {
				t.Error(w.Code)
			}
		})
	}
	all.Wait()
	if n := r.issuer.asks("/tenant/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// FuzzLogoutToken: whatever is sent, nobody is signed out by it, and the answer is a
// refusal.
func FuzzLogoutToken(f *testing.F) {
	for _, s := range []string{"", "..", "a.b.c", "eyJ0eXAiOiJsb2dvdXQrand0In0.e30.", "eyJ0eXAiOiJsb2dvdXQrand0IiwiYWxnIjoibm9uZSJ9.e30.x", strings.Repeat("x", 9000)} {
		f.Add(s)
	}
	var once sync.Once
	var l *logoutRig
	f.Fuzz(func(t *testing.T, token string) {
		once.Do(func() { l = newLogoutRig(t) })
		l.clock.advance(time.Second) // or it is too many of them
		l.t = t
		if w := l.send(token); w.Code != http.StatusBadRequest {
			t.Errorf("%d", w.Code)
		}
		if _, err := l.login.logoutToken(t.Context(), token); err == nil {
			t.Errorf("%q is believed", token)
		}
	})
}
