package login

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestReturnTo(t *testing.T) {
	for _, s := range []string{"/", "/users", "/users?q=ann&status=LOCKED_OUT", "/users/00u1f8c2jkQ4vZx0d697", "/audit?actor=a%40b", "/users?q=http://x", "/users?q=100%25", "/a%20b", "/authors", "/users#top"} {
		if got := returnTo(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range hostilePlaces() {
		if got := returnTo(s); got != "/" {
			t.Errorf("%q was kept", s)
		}
	}
}

// hostilePlaces are addresses that some browser, or some step before it, takes
// for another site, for a way out of the path, or for a part of signing in.
func hostilePlaces() []string {
	return []string{
		"", " ", "users", "?q=1", "#x", ".", "..", "./x", "../x",
		"//", "//?x", "//#x", "///", "//evil.test", "///evil.test", "////evil.test/", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\\/evil.test", "/\\\\evil.test",
		"http://evil.test", "https://evil.test", "HTTPS://evil.test", "https:evil.test", "https:/evil.test", "http:///evil.test", "ftp://evil.test",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@evil.test", "evil.test", "@evil.test", "user@evil.test",
		"/%2Fevil.test", "/%2f%2fevil.test", "/%5Cevil.test", "/%5cevil.test", "/.//evil.test", "/..//evil.test", "/x//evil.test", "/%09/evil.test", "/\t/evil.test",
		"/\n/evil.test", "/\r\nLocation:x", "/%0d%0aLocation:x", "/%00", "/x\x00", "/x\x7f", "/%7f", "/é", "/\u2028", "/\u3002evil.test", "/／evil.test", "/%ff",
		"/..", "/../x", "/a/../..//evil.test", "/%2e%2e/x", "/.%2e/x", "/a/%2e%2e%2fb", "/.", "/./x", "/%252e%252e/x", "/%252Fevil.test", "/%zz", "/a b",
		" /users", "/users ", "\t/users", "/" + strings.Repeat("x", maxReturnTo),
		"/auth", "/auth/", "/auth/login", "/auth/login?return_to=/", "/auth/callback?code=x", "/auth/logout", "/%61uth/login", "/auth%2flogin", "/auth/../users",
	}
}

func TestReturnToIsKeptByServer(t *testing.T) {
	r := newRig(t)
	for _, s := range hostilePlaces() {
		b := r.browser()
		if p := b.signIn("?return_to=" + url.QueryEscape(s)); p.to != "/" {
			t.Errorf("%q led to %q (%v)", s, p.to, r.last())
		}
	}
}

func FuzzReturnTo(f *testing.F) {
	for _, s := range hostilePlaces() {
		f.Add(s)
	}
	f.Add("/users?q=ann%20vo")
	base, err := url.Parse(consoleURL + "/auth/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := returnTo(s)
		if got != "/" && got != s {
			t.Fatalf("%q became %q", s, got)
		}
		to, err := base.Parse(got)
		if err != nil || to.Scheme != base.Scheme || to.Host != base.Host || to.User != nil {
			t.Fatalf("%q leads to %v (%v)", s, to, err)
		}
		clean := path.Clean(to.Path)
		if clean != to.Path && clean+"/" != to.Path {
			t.Errorf("%q has the path %q", s, to.Path)
		}
		if strings.HasPrefix(clean+"/", "/auth/") {
			t.Errorf("%q is part of signing in", s)
		}
		for _, c := range []byte(got) {
			if c <= 0x20 || c >= 0x7f || c == '\\' {
				t.Errorf("%q holds %q", got, c)
			}
		}
	})
}
