package inproc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func client(h http.HandlerFunc) *http.Client {
	return &http.Client{Transport: Transport{Hosts: map[string]http.Handler{"org.invalid": h}}}
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSameAsServer sends the same requests over a socket and in process: the
// answers must not differ in anything a client can see.
func TestSameAsServer(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"nothing":        func(http.ResponseWriter, *http.Request) {},
		"text":           func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
		"sniffed":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html><p>")) },
		"no content":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"not modified":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
		"late header":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.Header().Set("X-Late", "1") },
		"second status":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); _, _ = w.Write([]byte("no")) },
		"early hints":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(202) },
		"many of a name": func(w http.ResponseWriter, _ *http.Request) { w.Header()["Link"] = []string{"a", "b"} },
		"odd status":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) },
		"echo":           echo,
		"short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = w.Write([]byte("four"))
		},
		"long": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = w.Write([]byte("four"))
		},
		"body with 204": bodyNotAllowed,
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(h)
			srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			srv.Start()
			defer srv.Close()
			for _, method := range []string{"GET", "HEAD", "POST"} {
				const target = "/a%2Fb/..%2e?q=1&q=2"
				want := see(t, srv.Client(), request(t, method, srv.URL+target, bodyOf(method)))
				got := see(t, client(h), request(t, method, "http://org.invalid"+target, bodyOf(method)))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: socket (-) and in process (+) differ:\n%s", method, diff)
				}
			}
		})
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.RequestURI, r.URL.EscapedPath(), r.URL.Host, r.URL.Scheme, r.Proto, string(b)}, "|"))
	if err != nil || r.ContentLength != int64(len(b)) {
		_, _ = io.WriteString(w, "length")
	}
}

func bodyNotAllowed(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(204)
	if _, err := w.Write([]byte("x")); !errors.Is(err, http.ErrBodyNotAllowed) {
		panic("a body was allowed")
	}
}

func bodyOf(method string) io.Reader {
	if method == "POST" {
		return strings.NewReader("the body")
	}
	return nil
}

type seen struct {
	Status, Proto, Body string
	Code                int
	Length              int64
	Header              http.Header
	Cut                 bool
}

func see(t *testing.T, c *http.Client, req *http.Request) seen {
	t.Helper()
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if _, err := http.ParseTime(res.Header.Get("Date")); err != nil {
		t.Errorf("Date: %v", err)
	}
	res.Header.Del("Date")
	res.Header.Del("Connection")
	return seen{strings.TrimSpace(strings.TrimSuffix(res.Status, "status code 299")), res.Proto, string(b), res.StatusCode, res.ContentLength, res.Header, errors.Is(err, io.ErrUnexpectedEOF)}
}

func TestHosts(t *testing.T) {
	base := Transport{Hosts: map[string]http.Handler{"other.invalid": http.NotFoundHandler()}}
	tr := Transport{Hosts: map[string]http.Handler{"org.invalid": http.HandlerFunc(echo)}, Base: base}
	c := &http.Client{Transport: tr}
	for host, want := range map[string]int{"org.invalid": 200, "other.invalid": 404} {
		res, err := c.Do(request(t, "GET", "https://"+host+"/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %s, want %d", host, res.Status, want)
		}
	}
	for _, host := range []string{"org.invalid:443", "evil.org.invalid", "nobody.invalid"} {
		body := &closer{Reader: strings.NewReader("x")}
		res, err := c.Do(request(t, "POST", "https://"+host+"/", body))
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, ErrNoHost) || !body.closed {
			t.Errorf("%s: %v, body closed: %v", host, err, body.closed)
		}
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestServerSideOfARequest(t *testing.T) {
	c := client(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != "org.invalid", r.TLS == nil, r.RemoteAddr == "", r.Body == nil:
			w.WriteHeader(400)
		}
		r.Header.Set("X-Mine", "changed")
	})
	req := request(t, "GET", "https://org.invalid/", nil)
	req.Header.Set("X-Mine", "kept")
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 || req.Header.Get("X-Mine") != "kept" {
		t.Errorf("%s, header %q", res.Status, req.Header.Get("X-Mine"))
	}
	if _, err := res.Body.Read(make([]byte, 1)); err == nil {
		t.Error("a closed body could be read")
	}
}

// A console that serves a browser calls the organisation with the browser's
// request's context. What that carries is no business of the organisation's.
func TestValuesStayBehind(t *testing.T) {
	c := client(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(http.ServerContextKey) != nil {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://org.invalid/", nil)
		if err != nil {
			t.Error(err)
			return
		}
		res, err := c.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
	}))
	defer srv.Close()
	res, err := http.DefaultClient.Do(request(t, http.MethodGet, srv.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Error("the organisation sees whose request the console serves")
	}
}

func TestPanics(t *testing.T) {
	log := &bytes.Buffer{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	defer slog.SetDefault(before)
	for name, tc := range map[string]struct {
		with   any
		logged bool
	}{
		"dropped on purpose": {http.ErrAbortHandler, false},
		"a mistake":          {"boom", true},
		"a bad status":       {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			res, err := client(func(w http.ResponseWriter, _ *http.Request) {
				if tc.with == nil {
					w.WriteHeader(42)
				}
				_, _ = w.Write([]byte("partial"))
				panic(tc.with)
			}).Do(request(t, "POST", "http://org.invalid/", strings.NewReader("x")))
			if err == nil {
				_ = res.Body.Close()
			}
			if !errors.Is(err, ErrDropped) || !errors.Is(err, io.EOF) {
				t.Errorf("error %v", err)
			}
			if (log.Len() > 0) != tc.logged {
				t.Errorf("logged: %q", log)
			}
		})
	}
}

func TestCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan error, 1)
		c := client(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			stopped <- r.Context().Err()
		})
		c.Timeout = 10 * time.Second
		start := time.Now()
		res, err := c.Do(request(t, "GET", "http://org.invalid/", nil))
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if err := <-stopped; err == nil {
			t.Error("the handler was not told")
		}
	})
}

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("given up")
	cancel(why)
	called := false
	tr := Transport{Hosts: map[string]http.Handler{"org.invalid": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true })}}
	body := &closer{Reader: strings.NewReader("x")}
	res, err := tr.RoundTrip(request(t, "POST", "http://org.invalid/", body).WithContext(ctx))
	if err == nil {
		_ = res.Body.Close()
	}
	if !errors.Is(err, why) || called || !body.closed {
		t.Errorf("%v, called %v, body closed %v", err, called, body.closed)
	}
}

func TestHandlerContextEndsWithTheAnswer(t *testing.T) {
	var inner context.Context
	c := client(func(_ http.ResponseWriter, r *http.Request) { inner = r.Context() })
	res, err := c.Do(request(t, "GET", "http://org.invalid/", nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	<-inner.Done()
}
