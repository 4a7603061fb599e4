package bench

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keydesk/internal/idp"
	"keydesk/internal/login"
	"keydesk/internal/oktasim"
)

const (
	client       = "keydesk"
	clientSecret = "known to two processes of one benchmark"
	pages        = "/sign-in"
)

// issuer is the demo's issuer on a socket with TLS, so that a console of
// another process can use it. The browser's half of it stays in this process.
type issuer struct {
	url         string
	certificate string
	browser     http.Handler
}

func newIssuer(b *testing.B, org *oktasim.Org) issuer {
	b.Helper()
	var back http.Handler
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { back.ServeHTTP(w, r) }))
	b.Cleanup(srv.Close)
	dana, _ := org.Person(org.Staff()["helpdesk"])
	i, err := idp.New(idp.Config{
		Issuer: srv.URL, ClientID: client, ClientSecret: clientSecret, CallbackPath: login.CallbackPath, SignedOutPath: login.SignedOutPath, SignInPath: pages,
		People: func() []idp.Person {
			return []idp.Person{{Key: "dana", Sub: dana.ID, Login: dana.Login, Name: "Dana Kim", Email: dana.Email, Groups: dana.Groups}}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	back = i
	file := filepath.Join(b.TempDir(), "issuer.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		b.Fatal(err)
	}
	return issuer{url: srv.URL, certificate: file, browser: i.SignIn()}
}

func (i issuer) settings() []string {
	return []string{
		"SSL_CERT_FILE=" + i.certificate,
		"KEYDESK_OIDC_ISSUER=" + i.url, "KEYDESK_OIDC_CLIENT_ID=" + client, "KEYDESK_OIDC_CLIENT_SECRET=" + clientSecret,
	}
}

// browser keeps the cookies of one console.
type browser struct {
	*http.Client
	address string
}

// signIn goes to the issuer and back.
func (i issuer) signIn(b *testing.B, address string) browser {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := browser{address: address, Client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	asked, err := url.Parse(c.get(b, "/auth/login", http.StatusSeeOther))
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, address+pages+"/authorize?"+asked.RawQuery, strings.NewReader("person=dana"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	i.browser.ServeHTTP(answer, r)
	c.get(b, answer.Header().Get("Location"), http.StatusSeeOther)
	return c
}

// get asks for a page, reads it to its end and returns where it leads.
func (c browser) get(b *testing.B, path string, want int) (location string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, c.address+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Fatal(err)
	}
	if resp.StatusCode != want {
		b.Fatalf("%s: %s", path, resp.Status)
	}
	return resp.Header.Get("Location")
}
