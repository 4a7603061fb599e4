// Package okta is the console's client for Okta's management API: one method
// for each operation, in services named after the rooms.
//
// It must not be talked into another call than the one asked for, so a path is
// made of constants and typed ids alone. It must not do a thing twice, so a
// change is sent once, and again only when Okta said that it did not take it.
// It must not guess, so what cannot be read is an error, and a change without a
// readable answer is [Unsure]. It keeps nothing it has read.
//
// Every method may return *[Error]: the call was refused, or a read failed. For
// a change it means that nothing was done. A change may instead return
// *[Unsure]: it may have been done. Look for Unsure first, it wraps its cause.
package okta

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Client talks to one organisation. It may be used by many at once.
type Client struct {
	Users     *Users
	Lifecycle *Lifecycle
	Access    *Access
	Roles     *Roles
	Sessions  *Sessions
	Factors   *Factors

	origin      *url.URL
	token       Secret
	agent       string
	read, write time.Duration
	ops         map[opName]Operation
	transport   *transport
}

// service is the one struct behind every room's type.
type service struct{ client *Client }

// New returns a client. It makes no call; it fails when cfg.URL is not an
// origin that may be talked to, or cfg.Token cannot stand in a header.
func New(cfg Config) (*Client, error) {
	origin, err := parseOrigin(cfg.URL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(cfg.Token); err != nil {
		return nil, err
	}
	if cfg.Transport == nil {
		cfg.Transport = newTransport()
	}
	c := &Client{
		origin:    origin,
		token:     cfg.Token,
		agent:     userAgent(cfg.Version),
		read:      orElse(cfg.ReadTimeout, defaultReadTimeout),
		write:     orElse(cfg.WriteTimeout, defaultWriteTimeout),
		ops:       map[opName]Operation{},
		transport: &transport{base: cfg.Transport},
	}
	for _, o := range Operations() {
		c.ops[opName(o.Name)] = o
	}
	c.open()
	return c, nil
}

func (c *Client) open() {
	s := service{c}
	c.Users, c.Lifecycle, c.Access = (*Users)(&s), (*Lifecycle)(&s), (*Access)(&s)
	c.Roles, c.Sessions, c.Factors = (*Roles)(&s), (*Sessions)(&s), (*Factors)(&s)
}

// Windows tells what is known of Okta's rate windows, sorted by bucket.
func (c *Client) Windows() []Window { return c.transport.windows.list() }

// request is one call: the operation, what it is about, and how.
type request struct {
	op    opName
	ids   []segment
	query url.Values
}

// on is the request for an operation about one person.
func on(id UserID, op opName, query url.Values) request {
	return request{op: op, ids: []segment{id.segment()}, query: query}
}

// get makes a call whose answer must be JSON that fits into out.
func (c *Client) get(ctx context.Context, r request, out any) (answer, error) {
	a, err := c.do(ctx, r)
	if err != nil {
		return a, err
	}
	if err := a.decode(out); err != nil {
		return a, c.unreadable(r.op, a, err)
	}
	return a, nil
}

// run makes a call that answers with nothing of use: 204, or an object.
func (c *Client) run(ctx context.Context, r request) error {
	a, err := c.do(ctx, r)
	if err != nil || a.status == http.StatusNoContent {
		return err
	}
	if err := a.decode(&map[string]json.RawMessage{}); err != nil {
		return c.unreadable(r.op, a, err)
	}
	return nil
}

// do makes the call and returns its answer when that says success.
func (c *Client) do(ctx context.Context, r request) (answer, error) {
	op := c.ops[r.op]
	receipt := receiptOf(ctx)
	*receipt = Receipt{}
	limit, wait := c.write, min(c.write, decisionHolds)
	if op.safe() {
		limit, wait = c.read, c.read
	}
	if inBackground(ctx) {
		wait = 0
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	req, err := c.newRequest(ctx, op, r)
	if err != nil {
		return answer{}, &Error{Op: op.Name, Err: err}
	}
	a, err := c.transport.send(req, op.bucket(), limit, wait)
	*receipt = a.receipt()
	return a, c.judge(op, a, err)
}

func (c *Client) newRequest(ctx context.Context, op Operation, r request) (*http.Request, error) {
	p, err := op.fill(r.ids...)
	if err != nil {
		return nil, err
	}
	u := *c.origin
	u.Path, u.RawQuery = p, r.query.Encode()
	// With NoBody a POST says Content-Length: 0, without which Okta answers 411.
	req, err := http.NewRequestWithContext(ctx, op.Method, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Authorization", "SSWS "+c.token.Reveal())
	return req, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// flag is the query of one switch that is always said, because Okta's default
// differs between operations or between its two engines.
func flag(name string, on bool) url.Values {
	return url.Values{name: {strconv.FormatBool(on)}}
}
