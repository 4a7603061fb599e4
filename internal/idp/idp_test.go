package idp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"keydesk/internal/inproc"
)

const (
	issuerURL = "https://issuer.keydesk.invalid"
	console   = "http://127.0.0.1:8080"
	signIn    = "/demo/sign-in"
)

// rig is a client as good as any: go-oidc for the back channel, a browser that
// keeps cookies and follows nothing.
type rig struct {
	t       *testing.T
	now     time.Time
	people  []Person
	issuer  *Issuer
	back    context.Context //nolint:containedctx // carries the client that go-oidc uses
	browser *http.Client
	oidc    *oidc.Provider
	oauth   oauth2.Config
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Now(), people: []Person{
		{Key: "helpdesk", Sub: "00u1", Login: "dana@x.example", Name: "Dana Kim", Email: "dana@x.example", Note: "unlocks & resets", Groups: []string{"Keydesk Helpdesk", "Everyone"}},
		{Key: "visitor", Sub: "00u2", Login: "noah@x.example", Name: "Noah <Fischer>", Note: "may not come in"},
	}}
	cfg := config()
	cfg.Now, cfg.People = func() time.Time { return r.now }, func() []Person { return r.people }
	var err error
	if r.issuer, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	hc := &http.Client{Transport: inproc.Transport{Hosts: map[string]http.Handler{"issuer.keydesk.invalid": r.issuer}}}
	r.back = oidc.ClientContext(t.Context(), hc)
	if r.oidc, err = oidc.NewProvider(r.back, issuerURL); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.browser = &http.Client{
		Jar: jar, Transport: inproc.Transport{Hosts: map[string]http.Handler{"127.0.0.1:8080": r.issuer.SignIn()}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r.oauth = oauth2.Config{ClientID: "keydesk", ClientSecret: "s+e/c ret", RedirectURL: console + "/auth/callback", Scopes: []string{"openid", "profile", "email", "groups"}, Endpoint: r.oidc.Endpoint()}
	r.oauth.Endpoint.AuthURL = console + signIn + "/authorize"
	return r
}

func config() Config {
	return Config{
		Issuer: issuerURL, ClientID: "keydesk", ClientSecret: "s+e/c ret", People: func() []Person { return nil },
		CallbackPath: "/auth/callback", SignedOutPath: "/auth/signed-out", SignInPath: signIn, Stylesheet: "/static/app.css",
	}
}

// seen is an answer to the browser, read.
type seen struct {
	status int
	to     *url.URL
	body   string
	header http.Header
}

func (r *rig) do(method, address string, form url.Values) seen {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := r.browser.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	to, err := res.Location()
	if err != nil && !errors.Is(err, http.ErrNoLocation) {
		r.t.Fatal(err)
	}
	return seen{res.StatusCode, to, string(b), res.Header}
}

func (r *rig) get(address string) seen { r.t.Helper(); return r.do(http.MethodGet, address, nil) }

// signIn asks for a sign-in and, when shown the people, chooses one. It returns
// what the client is told and the verifier that goes with it.
func (r *rig) signIn(person string, opts ...oauth2.AuthCodeOption) (url.Values, string) {
	r.t.Helper()
	verifier := oauth2.GenerateVerifier()
	address := r.oauth.AuthCodeURL("the-state", append(opts, oauth2.S256ChallengeOption(verifier), oidc.Nonce("the-nonce"))...)
	p := r.get(address)
	if p.status == http.StatusOK {
		p = r.do(http.MethodPost, address, url.Values{"person": {person}})
	}
	if p.to == nil || p.status != http.StatusSeeOther || p.to.Scheme+"://"+p.to.Host+p.to.Path != r.oauth.RedirectURL {
		r.t.Fatalf("%d to %v: %s", p.status, p.to, p.body)
	}
	return p.to.Query(), verifier
}

func (r *rig) tokens(q url.Values, verifier string) (*oauth2.Token, error) {
	return r.oauth.Exchange(r.back, q.Get("code"), oauth2.VerifierOption(verifier))
}

func (r *rig) verify(tok *oauth2.Token) *oidc.IDToken {
	r.t.Helper()
	raw, _ := tok.Extra("id_token").(string)
	id, err := r.oidc.Verifier(&oidc.Config{ClientID: "keydesk", Now: func() time.Time { return r.now }}).Verify(r.back, raw)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func TestCodeFlow(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	if q.Get("state") != "the-state" || q.Get("iss") != issuerURL || len(q) != 3 {
		t.Fatal(q)
	}
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	id := r.verify(tok)
	if err := id.VerifyAccessToken(tok.AccessToken); err != nil {
		t.Error(err)
	}
	var c struct {
		Name, Azp, Email string
		Groups           []string
		AuthTime         int64 `json:"auth_time"`
	}
	if err := id.Claims(&c); err != nil {
		t.Fatal(err)
	}
	if id.Subject != "00u1" || id.Nonce != "the-nonce" || len(id.Audience) != 1 || c.Name != "Dana Kim" || c.Azp != "keydesk" || len(c.Groups) != 2 || c.AuthTime != r.now.Unix() {
		t.Errorf("%+v %+v", id, c)
	}
	info, err := r.oidc.UserInfo(r.back, oauth2.StaticTokenSource(tok))
	if err != nil || info.Subject != "00u1" || info.Email != "dana@x.example" {
		t.Errorf("%+v %v", info, err)
	}
}

// TestPage holds what the people picker promises to the tests and to the
// console's policy: buttons by name and value, no script, no inline style,
// everything escaped.
func TestPage(t *testing.T) {
	r := newRig(t)
	p := r.get(r.oauth.AuthCodeURL("the-state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if p.status != http.StatusOK || p.header.Get("Content-Type") != "text/html; charset=utf-8" || p.header.Get("Cache-Control") != "no-store" {
		t.Fatal(p)
	}
	for _, want := range []string{`name="person" value="helpdesk"`, `name="person" value="visitor"`, "unlocks &amp; resets", "Noah &lt;Fischer&gt;", `href="/static/app.css"`, `lang="en"`, `action="/demo/sign-in/authorize?`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, bad := range []string{"<script", "style=", "<style", "onclick", "javascript:"} {
		if strings.Contains(strings.ToLower(p.body), bad) {
			t.Errorf("it has %s", bad)
		}
	}
}

// TestRemembered: the issuer knows the browser again, as far as the client lets
// it, until it signs out there.
func TestRemembered(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	first := r.now
	r.now = r.now.Add(time.Hour)
	for name, tc := range map[string]struct {
		opts  []oauth2.AuthCodeOption
		shown bool
	}{
		"plain":         {nil, false},
		"prompt none":   {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "none")}, false},
		"max_age old":   {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("max_age", "3599")}, true},
		"max_age new":   {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("max_age", "3600")}, false},
		"prompt login":  {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "login")}, true},
		"other account": {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "select_account")}, true},
	} {
		p := r.get(r.oauth.AuthCodeURL("s", append(tc.opts, oauth2.S256ChallengeOption(verifier))...))
		if shown := p.status == http.StatusOK; shown != tc.shown {
			t.Errorf("%s: the people are shown: %v, want %v", name, shown, tc.shown)
		}
	}
	q, verifier = r.signIn("helpdesk")
	again, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	if at := authTime(t, r.verify(again)); at != first.Unix() {
		t.Errorf("auth_time %d, want that of the first sign-in, %d", at, first.Unix())
	}
	r.endSession(tok, "/auth/signed-out")
	if q, _ := r.signIn("helpdesk", oauth2.SetAuthURLParam("prompt", "none")); q.Get("error") != "login_required" {
		t.Error(q)
	}
}

func authTime(t *testing.T, id *oidc.IDToken) int64 {
	t.Helper()
	var c struct {
		At int64 `json:"auth_time"`
	}
	if err := id.Claims(&c); err != nil {
		t.Fatal(err)
	}
	return c.At
}

func (r *rig) endSession(tok *oauth2.Token, path string) seen {
	r.t.Helper()
	raw, _ := tok.Extra("id_token").(string)
	return r.get(console + signIn + "/end-session?" + url.Values{"id_token_hint": {raw}, "post_logout_redirect_uri": {console + path}, "state": {"x"}}.Encode())
}

func TestEndSession(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(24 * time.Hour) // an old hint will do
	if p := r.endSession(tok, "/auth/signed-out"); p.to == nil || p.to.String() != console+"/auth/signed-out?state=x" {
		t.Errorf("%+v", p)
	}
	raw, _ := tok.Extra("id_token").(string)
	for name, query := range map[string]url.Values{
		"no hint":      {"post_logout_redirect_uri": {console + "/auth/signed-out"}},
		"broken hint":  {"id_token_hint": {raw + "x"}, "post_logout_redirect_uri": {console + "/auth/signed-out"}},
		"other host":   {"id_token_hint": {raw}, "post_logout_redirect_uri": {"http://evil.test/auth/signed-out"}},
		"other path":   {"id_token_hint": {raw}, "post_logout_redirect_uri": {console + "/auth/signed-out/x"}},
		"with a query": {"id_token_hint": {raw}, "post_logout_redirect_uri": {console + "/auth/signed-out?x"}},
		"no place":     {"id_token_hint": {raw}},
	} {
		if p := r.get(console + signIn + "/end-session?" + query.Encode()); p.status != http.StatusOK || p.to != nil || !strings.Contains(p.body, "signed out") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// TestBackchannel: who signs out at the issuer is signed out at the client, by a
// token that go-oidc takes; who proves once more who they are keeps the session.
func TestBackchannel(t *testing.T) {
	r := newRig(t)
	var sent []string
	r.issuer.cfg.Logout = func(_ context.Context, token string) { sent = append(sent, token) }
	sid := func(opts ...oauth2.AuthCodeOption) string {
		q, verifier := r.signIn("helpdesk", opts...)
		tok, err := r.tokens(q, verifier)
		if err != nil {
			t.Fatal(err)
		}
		var c struct{ SID string }
		if err := r.verify(tok).Claims(&c); err != nil || c.SID == "" {
			t.Fatal(c, err)
		}
		return c.SID
	}
	first := sid()
	if again := sid(oauth2.SetAuthURLParam("prompt", "login")); again != first || len(sent) != 0 {
		t.Errorf("a fresh sign-in is in session %s, not %s; %d sent", again, first, len(sent))
	}
	r.issuer.EndSessions(t.Context(), "00u1")
	if len(sent) != 1 {
		t.Fatalf("%d sent", len(sent))
	}
	lt, err := r.oidc.Verifier(&oidc.Config{ClientID: "keydesk", Now: func() time.Time { return r.now }}).VerifyLogout(r.back, sent[0])
	if err != nil || lt.Subject != "00u1" || lt.SessionID != first {
		t.Errorf("%+v %v", lt, err)
	}
	if q, _ := r.signIn("helpdesk", oauth2.SetAuthURLParam("prompt", "none")); q.Get("error") != "login_required" {
		t.Error(q)
	}
}
