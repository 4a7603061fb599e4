package handlers_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"keydesk/internal/inproc"
)

// What no page may hold as it stands, and the host that nobody may be led to.
const (
	markup    = `<img src=x onerror=alert(1)>`
	script    = `<script>alert(`
	elsewhere = "evil.example"
)

// answering makes the answer to a call, the nth that is bent.
type answering func(w *way, r *http.Request, n int) (*http.Response, error)

// upstreamKind is one way in which an organisation misbehaves.
type upstreamKind struct {
	name   string
	limits bool // it answers 429: not processed, and to be sent again
	answer answering
}

// upstreamKinds are all of them. Those that bend an answer have the organisation do
// what it was asked; those that answer in its place keep it from that.
func upstreamKinds(t *testing.T) []upstreamKind {
	return []upstreamKind{
		{name: "unknown status", answer: members(set("status", "HIBERNATING"+markup))},
		{name: "unknown role type", answer: members(set("type", "GALAXY_ADMIN"+markup))},
		{name: "profile null", answer: members(set("profile", nil))},
		{name: "attribute as number, object, list", answer: members(oddAttributes)},
		{name: "_links with script and foreign addresses", answer: members(oddLinks)},
		{name: "Link next on another host", answer: withHeader("Link", nextElsewhere)},
		{name: "Link next = itself", answer: circle},
		{name: "302 to another host", answer: instead(http.StatusFound, "", "Location", "https://"+elsewhere+"/api/v1/users")},
		{name: "200 with HTML", answer: bodyOf(func(string) string { return "<!doctype html><h1>Sign in</h1>" + markup }, "text/html; charset=utf-8")},
		{name: "200 empty", answer: bodyOf(func(string) string { return "" }, "application/json")},
		{name: "200 cut off", answer: cut},
		{name: "200 of 64 MB", answer: huge},
		{name: "200 nested 100,000 deep", answer: bodyOf(func(string) string { return strings.Repeat(`{"a":[`, 50_000) }, "application/json")},
		{name: "duplicate keys", answer: bodyOf(doubled, "application/json")},
		{name: "another person's id than asked for", answer: anotherPerson},
		{name: "429 without headers", limits: true, answer: instead(http.StatusTooManyRequests, limited)},
		{name: "429 with reset in the past", limits: true, answer: full(-time.Hour)},
		{name: "429 with reset a year ahead", limits: true, answer: full(365 * 24 * time.Hour)},
		{name: "500 with a token in its text", answer: tokenInText},
		{name: "503 twenty times, then good", answer: goodAfter(20)},
		{name: "connection dropped after the request was read", answer: dropped},
		{name: "answer after 120 s", answer: late(120 * time.Second)},
		{name: "one byte a second", answer: dripping},
		{name: "certificate of another name", answer: misnamed(t)},
		{name: "Date a day off", answer: withHeader("Date", func(*http.Request) string { return time.Now().Add(-24 * time.Hour).UTC().Format(http.TimeFormat) })},
		{name: "errorSummary with markup", answer: instead(http.StatusBadRequest, marked)},
		{name: "204 where a body was promised", answer: nothing},
		{name: "garbage after the JSON", answer: bodyOf(func(s string) string { return s + "}]" + markup }, "application/json")},
	}
}

const (
	limited = `{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorCauses":[]}`
	marked  = `{"errorCode":"E0000001","errorSummary":"Api validation failed: ` + markup + `","errorId":"oae` + markup + `","errorCauses":[{"errorSummary":"` + script + `1)</script>"},{"errorSummary":"login: ` + markup + `"}]}`
)

// reply is an answer in the organisation's place.
func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Okta-Request-Id": {"unkind" + strings.Repeat("0", 26)}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

// instead answers without the organisation.
func instead(status int, body string, header ...string) answering {
	return func(_ *way, r *http.Request, _ int) (*http.Response, error) {
		return reply(r, status, body, header...), nil
	}
}

// full is a window that is used up, and ends so far from now.
func full(ahead time.Duration) answering {
	return func(_ *way, r *http.Request, _ int) (*http.Response, error) {
		reset := fmt.Sprint(time.Now().Add(ahead).Unix())
		return reply(r, http.StatusTooManyRequests, limited, "X-Rate-Limit-Limit", "600", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", reset), nil
	}
}

func tokenInText(w *way, r *http.Request, _ int) (*http.Response, error) {
	body := `{"errorCode":"E0000009","errorSummary":"Internal Server Error at Client.go:17 for SSWS ` + w.token + markup + `","errorCauses":[{"errorSummary":"` + w.token + `"}]}`
	return reply(r, http.StatusInternalServerError, body), nil
}

func goodAfter(n int) answering {
	return func(w *way, r *http.Request, try int) (*http.Response, error) {
		if try <= n {
			return reply(r, http.StatusServiceUnavailable, "upstream connect error", "Content-Type", "text/plain"), nil
		}
		return w.pass(r)
	}
}

func dropped(_ *way, r *http.Request, _ int) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return nil, inproc.ErrDropped
}

// late holds back the answer to what was done long since.
func late(d time.Duration) answering {
	return func(w *way, r *http.Request, _ int) (*http.Response, error) {
		resp, err := w.pass(r)
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(d):
			return resp, nil
		case <-r.Context().Done():
			_ = resp.Body.Close()
			return nil, context.Cause(r.Context())
		}
	}
}

// dripping answers with a byte a second, and with blanks first where there is little
// to say.
func dripping(w *way, r *http.Request, _ int) (*http.Response, error) {
	return rewritten(w, r, func(body string) io.Reader {
		return &drip{ctx: r.Context(), of: strings.NewReader(strings.Repeat(" ", 600) + body)}
	}, "application/json")
}

type drip struct {
	ctx context.Context
	of  io.Reader
}

func (d *drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return d.of.Read(p[:min(1, len(p))])
	case <-d.ctx.Done():
		return 0, context.Cause(d.ctx)
	}
}

func cut(w *way, r *http.Request, _ int) (*http.Response, error) {
	return rewritten(w, r, func(body string) io.Reader {
		return io.MultiReader(strings.NewReader(body[:len(body)/2]), broken{})
	}, "application/json")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func huge(w *way, r *http.Request, _ int) (*http.Response, error) {
	return rewritten(w, r, func(body string) io.Reader {
		return io.MultiReader(io.LimitReader(blanks{}, 64<<20), strings.NewReader(body))
	}, "application/json")
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func nothing(w *way, r *http.Request, _ int) (*http.Response, error) {
	resp, err := w.pass(r)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		return resp, err
	}
	_ = resp.Body.Close()
	resp.StatusCode, resp.Status, resp.Body, resp.ContentLength = http.StatusNoContent, "204 No Content", http.NoBody, 0
	resp.Header.Del("Content-Type")
	return resp, nil
}

// misnamed speaks TLS with a server whose certificate is for other names, over a
// pipe, so that the failure is crypto/tls's own and nothing was sent.
func misnamed(t *testing.T) answering {
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	own := &tls.Config{Certificates: srv.TLS.Certificates, MinVersion: tls.VersionTLS12}
	return func(_ *way, r *http.Request, _ int) (*http.Response, error) {
		transport := &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				here, there := net.Pipe()
				go func() { _ = tls.Server(there, own).HandshakeContext(ctx); _ = there.Close() }()
				return here, nil
			},
		}
		return transport.RoundTrip(r)
	}
}

// rewritten has the organisation answer and says the answer otherwise: with status
// 200 and a body, also where it had none. What it refused is left as it is.
func rewritten(w *way, r *http.Request, as func(body string) io.Reader, kind string) (*http.Response, error) {
	resp, err := w.pass(r)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if body = bytes.TrimSpace(body); len(body) == 0 {
		body = []byte("{}")
	}
	if resp.StatusCode == http.StatusNoContent {
		resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	}
	resp.Header.Del("Content-Length")
	resp.Header.Set("Content-Type", kind)
	resp.Body, resp.ContentLength = io.NopCloser(as(string(body))), -1
	return resp, nil
}

// bodyOf puts another body in the place of an answer's.
func bodyOf(as func(string) string, kind string) answering {
	return func(w *way, r *http.Request, _ int) (*http.Response, error) {
		return rewritten(w, r, func(body string) io.Reader { return strings.NewReader(as(body)) }, kind)
	}
}
