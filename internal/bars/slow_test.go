package bars

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"keydesk/internal/testkit"
)

// Clients that send a byte now and then, and connections on which nothing comes,
// disturb nobody.
func TestSlowClients(t *testing.T) {
	operators, people, long := loaded(t)
	operators, slow, silent := operators/4+1, 50, 20
	if long > time.Minute {
		slow, silent, long = 500, 200, time.Minute
	}
	c := gather(t, testkit.Build(t), operators, people)
	for _, crowd := range []int{0, slow} {
		ctx, cancel := context.WithTimeout(t.Context(), long)
		var wg sync.WaitGroup
		for i := range crowd + min(crowd, silent) {
			wg.Go(func() { drip(ctx, c.p.Address(), i < crowd) })
		}
		c.work(ctx, operators)
		cancel()
		wg.Wait()
		c.report(t, fmt.Sprintf("%d operators beside %d slow clients", operators, crowd))
	}
}

// drip holds a connection, and sends a request on it a byte a second or nothing.
func drip(ctx context.Context, address string, speaks bool) {
	for ctx.Err() == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		tick := time.NewTicker(time.Second)
		for _, b := range []byte("GET /users?q=an HTTP/1.1\r\nHost: " + testkit.Host + "\r\n") {
			if speaks {
				_, err = conn.Write([]byte{b})
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				err = ctx.Err()
			}
			if err != nil {
				break
			}
		}
		tick.Stop()
		stop()
		_ = conn.Close()
	}
}

// An issuer that takes every request and answers none holds up those who sign in, and
// nobody else.
func TestHungIssuer(t *testing.T) {
	operators, people, long := loaded(t)
	operators = operators/4 + 1
	c := gather(t, testkit.Build(t), operators, people)
	for _, waiting := range []int{0, 20} {
		ctx, cancel := context.WithTimeout(t.Context(), min(long, 20*time.Second)) // roles are asked for again after a minute
		var wg sync.WaitGroup
		for range waiting {
			back := signingIn(t, c)
			wg.Go(func() { back(ctx) })
		}
		speak := func() {}
		if waiting > 0 {
			speak = c.p.Hush()
		}
		c.work(ctx, operators)
		cancel()
		speak()
		wg.Wait()
		c.report(t, fmt.Sprintf("%d operators beside %d who sign in at an issuer that hangs", operators, waiting))
	}
}

// signingIn begins a sign-in and returns what comes back from the issuer, again and
// again.
func signingIn(t *testing.T, c *crew) func(context.Context) {
	t.Helper()
	b := c.p.Stranger()
	get := func(ctx context.Context, path string) (*url.URL, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+testkit.Host+path, nil)
		if err != nil {
			return nil, err
		}
		resp, err := b.Do(req)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.Location()
	}
	begin := func(ctx context.Context) string {
		to, err := get(ctx, "/auth/login")
		if err != nil {
			return ""
		}
		return "/auth/callback?" + url.Values{"state": {to.Query().Get("state")}, "code": {"x"}, "iss": {to.Scheme + "://" + to.Host}}.Encode()
	}
	if begin(t.Context()) == "" {
		t.Fatal("no sign-in begins")
	}
	return func(ctx context.Context) {
		for path := begin(ctx); path != ""; path = begin(ctx) {
			_, _ = get(ctx, path) // nothing comes
		}
	}
}
