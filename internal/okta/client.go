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
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client talks to one organisation. It may be used by many at once.
type Client struct {
	Users       *Users
	Lifecycle   *Lifecycle
	Credentials *CredentialChanges
	Access      *Access
	Links       *LinkedObjects
	Roles       *Roles
	Targets     *RoleTargets
	Grants      *Grants
	Sessions    *Sessions
	// Outside the User API.
	Factors *Factors
	Groups  *Groups
	Apps    *Apps
	Schema  *Schema
	Admins  *Admins
	Logs    *Logs

	origin      *url.URL
	credential  credential
	agent       string
	read, write time.Duration
	ops         map[opName]Operation
	transport   *transport
}

// service is the one struct behind every room's type.
type service struct{ client *Client }

// New returns a client. It makes no call; it fails when cfg.URL is not an
// origin that may be talked to, or cfg's credential is none that can be used.
func New(cfg Config) (*Client, error) {
	origin, err := parseOrigin(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Transport == nil {
		cfg.Transport = newTransport()
	}
	agent := userAgent(cfg.Version)
	who, err := cfg.credential(&transport{base: cfg.Transport}, origin.String()+tokenPath, agent)
	if err != nil {
		return nil, err
	}
	c := &Client{
		origin:     origin,
		credential: who,
		agent:      agent,
		read:       orElse(cfg.ReadTimeout, defaultReadTimeout),
		write:      orElse(cfg.WriteTimeout, defaultWriteTimeout),
		ops:        map[opName]Operation{},
		transport:  &transport{base: cfg.Transport, credential: who},
	}
	for _, o := range Operations() {
		c.ops[opName(o.Name)] = o
	}
	c.open()
	return c, nil
}

func (c *Client) open() {
	s := service{c}
	c.Users, c.Lifecycle, c.Credentials = (*Users)(&s), (*Lifecycle)(&s), (*CredentialChanges)(&s)
	c.Access, c.Links = (*Access)(&s), (*LinkedObjects)(&s)
	c.Roles, c.Targets = (*Roles)(&s), (*RoleTargets)(&s)
	c.Grants, c.Sessions = (*Grants)(&s), (*Sessions)(&s)
	c.Factors, c.Groups, c.Apps = (*Factors)(&s), (*Groups)(&s), (*Apps)(&s)
	c.Schema, c.Admins, c.Logs = (*Schema)(&s), (*Admins)(&s), (*Logs)(&s)
}

// Windows tells what is known of Okta's rate windows, sorted by bucket.
func (c *Client) Windows() []Window { return c.transport.windows.list() }

// request is one call: the operation, what it is about, and how.
type request struct {
	op    opName
	ids   []segment
	query url.Values
	etag  string // for If-Match
	body  any    // nil: none
}

// on is the request for an operation about one person, and about what else
// their path names.
func on(id UserID, op opName, query url.Values, more ...segment) request {
	return request{op: op, ids: append([]segment{id.segment()}, more...), query: query}
}

// sized is the request for at most limit items; 0 leaves the number to Okta.
func (r request) sized(limit int) (request, error) {
	if limit < 0 || limit > maxLimit {
		return r, &Error{Op: string(r.op), Err: fmt.Errorf("%w: limit", ErrBadQuery)}
	}
	if limit > 0 {
		r.set("limit", strconv.Itoa(limit))
	}
	return r, nil
}

// set adds to the query, and not to the one of whoever has the request too.
func (r *request) set(name, value string) {
	if r.query = maps.Clone(r.query); r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set(name, value)
}

// with is the request with a body.
func (r request) with(body any) request {
	r.body = body
	return r
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

// one makes a call that answers with one thing, which must be the right one.
func one[T any](ctx context.Context, c *Client, r request, right func(T) error) (T, answer, error) {
	var got, none T
	a, err := c.get(ctx, r, &got)
	if err != nil {
		return none, a, err
	}
	if err := right(got); err != nil {
		return none, a, c.unreadable(r.op, a, err)
	}
	return got, a, nil
}

var errOther = errors.New("the answer is about something else than what was asked for")

// same insists that an answer is about what was asked for.
func same[T comparable](asked, got T) error {
	if asked != got {
		return errOther
	}
	return nil
}

// run makes a call that answers with nothing of use: 204, or an object.
func (c *Client) run(ctx context.Context, r request) error {
	a, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	return c.settled(r, a)
}

// settled reports an answer that is neither 204 nor an object.
func (c *Client) settled(r request, a answer) error {
	if a.status == http.StatusNoContent {
		return nil
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
	writes := receipt.Writes
	*receipt = Receipt{Writes: writes}
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
	if receipt.Writes = writes; !op.safe() {
		receipt.Writes = strings.TrimSpace(writes + " " + receipt.RequestID)
	}
	return a, c.judge(op, a, err)
}

func (c *Client) newRequest(ctx context.Context, op Operation, r request) (*http.Request, error) {
	p, err := op.fill(r.ids...)
	if err != nil {
		return nil, err
	}
	body, err := r.reader()
	if err != nil {
		return nil, err
	}
	u := *c.origin
	u.Path, u.RawQuery = p, r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, op.Method, u.String(), body)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.etag != "" {
		req.Header.Set("If-Match", r.etag)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	return req, nil
}

var errBody = errors.New("the body cannot be written as JSON")

// reader gives the body. Both kinds have net/http say its length: with NoBody a
// POST or PUT says Content-Length: 0, without which Okta answers 411.
func (r request) reader() (io.Reader, error) {
	if r.body == nil {
		return http.NoBody, nil
	}
	b, err := json.Marshal(r.body)
	if err != nil {
		return nil, errBody // err may repeat what stands there
	}
	return bytes.NewReader(b), nil
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

// once is the query of what is said only when it is wanted.
func once(name string, on bool) url.Values {
	if !on {
		return nil
	}
	return flag(name, true)
}
