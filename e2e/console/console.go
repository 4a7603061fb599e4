// Package console gives a browser test a console of its own on a loopback socket,
// and somebody who sits at it: signed in through the sign-in page, finding and
// acting the way a person does. What a test asserts, it asserts in three places:
// the organisation, the record, and the words on the page.
package console

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// Console is one console with its organisation, and nobody at it yet.
type Console struct {
	Kit *testkit.Kit
	URL string
}

// Serve starts a console for this test alone. It stops when the test ends.
func Serve(t testing.TB, opts ...testkit.Options) *Console {
	t.Helper()
	return ServeBehind(t, func(h http.Handler) http.Handler { return h }, opts...)
}

// ServeBehind is Serve with something between the browser and the console.
func ServeBehind(t testing.TB, around func(http.Handler) http.Handler, opts ...testkit.Options) *Console {
	t.Helper()
	c := &Console{Kit: testkit.New(t, opts...)}
	if len(c.Kit.Replicas) == 1 {
		c.URL = listen(t, around(c.Kit.Handler))
		return c
	}
	var replicas []*url.URL
	for _, a := range c.Kit.Replicas {
		u, err := url.Parse(listen(t, a.Handler))
		if err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, u)
	}
	c.URL = listen(t, around(roundRobin(replicas)))
	return c
}

// Mapped is the console once its role map has been read.
func (c *Console) Mapped(t testing.TB) *Console {
	t.Helper()
	if err := c.Kit.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func listen(t testing.TB, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// roundRobin is a plain proxy: each request meets the next replica.
func roundRobin(replicas []*url.URL) http.Handler {
	var n atomic.Uint64
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(replicas[n.Add(1)%uint64(len(replicas))])
		r.Out.Host = r.In.Host
	}}
}

// Visit is a person in front of the console.
type Visit struct {
	*browser.Page
	Kit *testkit.Kit
	Org *oktasim.Org

	t      testing.TB
	name   string // whose page was opened last
	silent bool   // without script nothing happens while typing
}

// Open starts a console and signs somebody of the staff in to it.
func Open(t testing.TB, person string, opts ...testkit.Options) *Visit {
	t.Helper()
	return Serve(t, opts...).Enter(t, person, browser.Options{})
}

// Enter comes to the console's front door as a kind of visitor and signs in:
// as helpdesk, admin, auditor, owner or visitor.
func (c *Console) Enter(t testing.TB, person string, o browser.Options) *Visit {
	t.Helper()
	v := c.Arrive(t, o)
	v.SignIn(person)
	return v
}

// Arrive comes to the console's front door and stops at the sign-in page.
func (c *Console) Arrive(t testing.TB, o browser.Options) *Visit {
	t.Helper()
	o.URL = c.URL
	v := &Visit{Page: browser.New(t, o), Kit: c.Kit, Org: c.Kit.Org, t: t, silent: o.NoScript}
	v.Page.Open("/")
	v.Heading("Who are you today?").Shown()
	return v
}

// With is the same visit for a subtest, whose failures are then its own.
func (v *Visit) With(t testing.TB) *Visit {
	w := *v
	w.Page, w.t = v.Page.With(t), t
	return &w
}

// Staff is somebody of the console's staff as the organisation knows them.
func (v *Visit) Staff(person string) oktasim.Person {
	v.t.Helper()
	p, ok := v.Org.Person(v.Org.Staff()[person])
	if !ok {
		v.t.Fatalf("nobody is %s", person)
	}
	return p
}

// SignIn chooses somebody on the sign-in page.
func (v *Visit) SignIn(person string) {
	v.t.Helper()
	v.Role("button", "").Having(Name(v.Staff(person))).Click()
}

// SignOut opens the menu under the own name and signs out.
func (v *Visit) SignOut(person string) {
	v.t.Helper()
	v.Role("button", "").Having(Name(v.Staff(person))).Click()
	v.Button("Sign out").Click()
	v.Heading("You are signed out").Shown()
}
