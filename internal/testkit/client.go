package testkit

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// Client is a browser without script, pictures or patience.
type Client struct {
	t    testing.TB
	http *http.Client
	HTMX bool // ask as htmx does
}

// Anonymous is a client that is not signed in.
func (k *Kit) Anonymous() *Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return &Client{t: k.t, http: &http.Client{
		Jar: jar, Transport: k.way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// As signs somebody of the staff in, over the issuer's own sign-in pages.
func (k *Kit) As(person string) *Client {
	k.t.Helper()
	if k.signIn == nil { // a process of its own goes by the machine's clock
		k.Advance(2 * time.Second) // an issuer's times have no parts of a second, and after a counter a later one is asked for
	}
	c := k.Anonymous()
	page := c.Get("/auth/login")
	if to := page.Header.Get("Location"); k.signIn != nil && strings.HasPrefix(to, "https://") {
		page = k.signInAt(c, person, to)
		if page.Path == "/auth/login" || page.Status >= 500 {
			k.t.Fatalf("sign-in as %s: %d at %s: %s", person, page.Status, page.Path, page.Text())
		}
		return c
	}
	page = c.Follow(page)
	form := page.Form("")
	if form == nil {
		k.t.Fatalf("the sign-in page has no form: %d %s", page.Status, page.Body)
	}
	form.Values.Set("person", person)
	page = c.Follow(c.Post(form.Action, form.Values))
	if page.Path == "/auth/login" || page.Status >= 500 {
		k.t.Fatalf("sign-in as %s: %d at %s", person, page.Status, page.Path)
	}
	return c
}

// Cookies are the values of the cookies that the client holds.
func (c *Client) Cookies() (values []string) {
	for _, k := range c.http.Jar.Cookies(&url.URL{Scheme: "http", Host: Host, Path: "/"}) {
		values = append(values, k.Value)
	}
	return values
}

// Page is an answer.
type Page struct {
	t      testing.TB
	Status int
	Header http.Header
	Path   string
	Body   string
	doc    *html.Node
}

// Get asks for a path.
func (c *Client) Get(path string) *Page {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil, nil)
}

// Post sends a form as a browser does from the console's own pages.
func (c *Client) Post(path string, v url.Values) *Page {
	c.t.Helper()
	return c.Do(http.MethodPost, path, v, http.Header{"Origin": {"http://" + Host}, "Sec-Fetch-Site": {"same-origin"}})
}

// Do sends a request with headers.
func (c *Client) Do(method, path string, form url.Values, header http.Header) *Page {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+Host+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.HTMX {
		req.Header.Set("HX-Request", "true")
		req.Header.Set("HX-Request-Type", "partial")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &Page{t: c.t, Status: resp.StatusCode, Header: resp.Header, Path: req.URL.Path, Body: string(b)}
}

// Follow goes where redirects lead, with GET.
func (c *Client) Follow(p *Page) *Page {
	c.t.Helper()
	for range 8 {
		to := p.Header.Get("Location")
		if to == "" {
			return p
		}
		u, err := url.Parse(to)
		if err != nil || u.Host != "" && u.Host != Host {
			c.t.Fatalf("a redirect leads away: %s", to)
		}
		p = c.Get(u.RequestURI())
	}
	c.t.Fatal("redirects without end")
	return nil
}

// PostUntil sends a form and hangs up when ctx ends.
func (c *Client) PostUntil(ctx context.Context, path string, v url.Values) {
	c.t.Helper()
	c.Answers(ctx, path, v)
}

// Answers sends a form, hangs up when ctx ends, and returns the answer's status; 0
// when there was none.
func (c *Client) Answers(ctx context.Context, path string, v url.Values) int {
	c.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+Host+path, strings.NewReader(v.Encode()))
	if err != nil {
		c.t.Error(err)
		return 0
	}
	req.Header = http.Header{"Origin": {"http://" + Host}, "Content-Type": {"application/x-www-form-urlencoded"}}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// Cookie is the value of a cookie that the client holds.
func (c *Client) Cookie(name string) string {
	for _, k := range c.http.Jar.Cookies(&url.URL{Scheme: "http", Host: Host, Path: "/"}) {
		if k.Name == name {
			return k.Value
		}
	}
	return ""
}
