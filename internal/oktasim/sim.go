package oktasim

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A call is one request on its way through the organisation.
type call struct {
	r     *http.Request
	route *route // nil: no such path
	query url.Values
	user  string // the path's {userId}, unescaped

	params map[string]string // every {name} of the path, unescaped
	client string            // the service app that calls; "": the token's owner
	body   []byte            // JSON, or empty
	base   string            // scheme and host that links begin with
	seq    int
	now    time.Time
	head   http.Header // of the answer
	fault  Fault       // zero: none
}

// An answer is what goes back, before it is bytes.
type answer struct {
	status int
	body   any // what encode takes; nil for none
	page   string
}

// ServeHTTP answers as Okta would, or as the next fault says.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{r: r, query: r.URL.Query(), base: baseOf(r), now: o.clock.now(), head: w.Header()}
	known := o.match(c)
	c.seq = o.log.begin(c)
	c.head.Set("Date", c.now.UTC().Format(http.TimeFormat))
	c.head.Set("Accept-Ch", "Sec-CH-UA-Platform-Version")
	a, err := o.process(c, known)
	if err != nil {
		a = o.refusal(err)
	}
	if c.fault.Drop == dropAfterAct {
		panic(http.ErrAbortHandler)
	}
	o.log.end(c.seq, a.status)
	o.write(w, c, a)
}

// process takes a call from door to door: what the edge refuses, who calls,
// what a fault does, what the rate window allows, and then the operation.
func (o *Org) process(c *call, known bool) (answer, error) {
	if c.route == nil && known {
		return answer{}, errMethod() // recorded without request id, so said before there is one
	}
	if lengthMissing(c.r) {
		return answer{status: http.StatusLengthRequired, page: edgePage(http.StatusLengthRequired)}, nil
	}
	c.head.Set("X-Okta-Request-Id", o.rnd.text("0123456789abcdef", 32))
	if err := o.authenticate(c); err != nil {
		return answer{}, err
	}
	if c.route == nil {
		return answer{}, errPath()
	}
	c.fault = o.faults.next(c.route.Name)
	if err := o.suffer(c); err != nil {
		return answer{}, err
	}
	if err := o.spend(c); err != nil {
		return answer{}, err
	}
	err := c.readBody()
	if c.fault.Drop == dropAfterRead {
		panic(http.ErrAbortHandler)
	}
	if c.fault.Status != 0 {
		return answer{}, errOf(c.fault.Status)
	}
	if err != nil {
		return answer{}, err
	}
	return o.act(c)
}

// readBody reads a body to its end. What is sent has to be JSON, also where the
// operation has no use for it.
func (c *call) readBody() error {
	if c.r.Body == nil { // a request handed over in process
		return nil
	}
	var err error
	c.body, err = io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err != nil || len(c.body) > 0 && !c.route.open && !json.Valid(c.body) {
		return errBody()
	}
	return nil
}

// act runs the operation: under the lock for reading, or, where it changes the
// person, on a copy that replaces the person when the operation agrees.
func (o *Org) act(c *call) (answer, error) {
	if !c.route.person() {
		return o.locked(c, nil)
	}
	p, err := o.resolve(c)
	if err != nil {
		return answer{}, err
	}
	o.hooks.run(c.route.Name, p.id)
	return o.locked(c, p)
}

func (o *Org) resolve(c *call) (*person, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	key := c.user
	if key == "me" && c.route.Name == "GetUser" && c.client == "" {
		key = o.owner
	}
	if p := o.find(key); p != nil {
		return p, nil
	}
	return nil, errNotFound(c.user, "User")
}

func (o *Org) locked(c *call, p *person) (answer, error) {
	if !c.route.changes {
		o.mu.RLock()
		defer o.mu.RUnlock()
		if p != nil {
			if p = o.find(p.id); p == nil { // again: a hook may have changed or erased it
				return answer{}, errNotFound(c.user, "User")
			}
		}
		return c.route.serve(o, c, p)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var changed person // new, where the path names nobody
	if p != nil {
		now := o.find(p.id)
		if now == nil {
			return answer{}, errNotFound(c.user, "User")
		}
		changed = *now
	}
	a, err := c.route.serve(o, c, &changed)
	if err == nil {
		o.settle(c, &changed)
	}
	return a, err
}

// settle makes a change to a person the organisation's.
func (o *Org) settle(c *call, p *person) {
	switch {
	case p.id == "": // the change was to something else
		return
	case p.gone:
		o.remove(p)
	default:
		o.put(p)
	}
	o.events.note(o, c, p)
}

// authenticate takes the token as long as its owner is there. That it dies with
// a deactivated owner is documented; that it rests with a suspended one is not.
func (o *Org) authenticate(c *call) error {
	if c.route != nil && c.route.open {
		return nil
	}
	given := c.r.Header.Get("Authorization")
	if given == "" {
		return errSession()
	}
	scheme, token, _ := strings.Cut(given, " ")
	if scheme == "Bearer" || scheme == "DPoP" {
		return o.authorize(c, scheme, token)
	}
	good := subtle.ConstantTimeCompare([]byte(token), []byte(o.token)) == 1
	o.mu.RLock()
	defer o.mu.RUnlock()
	owner := o.find(o.owner)
	if !good || scheme != "SSWS" || owner == nil || owner.status == deprovisioned || owner.status == suspended {
		c.head.Set("Www-Authenticate", "SSWS")
		return errToken()
	}
	return nil
}

// spend counts the call against its window. What passes is never cached.
func (o *Org) spend(c *call) error {
	q, ok := o.rate.take(c.route.bucket, c.now)
	if u := o.unkindLimit(c); u != nil {
		q, ok = *u, false
	}
	q.write(c.head)
	if !ok {
		return errRate()
	}
	c.head.Set("Cache-Control", "no-cache, no-store")
	c.head.Set("Pragma", "no-cache")
	c.head.Set("Expires", "0")
	return nil
}

func (o *Org) refusal(err error) answer {
	var e apiError
	if !errors.As(err, &e) {
		e = errOf(http.StatusInternalServerError)
	}
	return answer{status: e.status, body: e.object(o.errorID())}
}

func (o *Org) errorID() string { return "oae" + o.rnd.text(base62+"-_", 22) }

// write sends the answer, or what the fault makes of it.
func (o *Org) write(w http.ResponseWriter, c *call, a answer) {
	kind, data := "application/json", []byte(nil)
	switch {
	case a.page != "":
		kind, data = "text/html", []byte(a.page)
	case a.body != nil && a.status != http.StatusNoContent:
		data = encode(nil, o.disturb(c, a.body))
	}
	kind, data = c.fault.spoil(a.status, kind, data)
	if len(data) > 0 {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		if a.status != http.StatusBadRequest && a.status != http.StatusTooManyRequests {
			w.Header().Set("Vary", "Accept-Encoding")
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(data) // a client that hung up is no concern of the organisation's
}

// baseOf is what links begin with: where the request itself was sent to. The
// scheme is in the URL when a transport hands the request over in process.
func baseOf(r *http.Request) string {
	scheme, host := r.URL.Scheme, r.Host
	if scheme == "" {
		scheme = "http"
		if r.TLS != nil {
			scheme = "https"
		}
	}
	if host == "" {
		host = r.URL.Host
	}
	return scheme + "://" + host
}

// lengthMissing reports a POST or PUT that does not say how long its body is.
// A server of net/http reads "no length" as zero and keeps the header; handed
// over in process, a request has no such header, and only -1 means unknown.
func lengthMissing(r *http.Request) bool {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		return false
	}
	socket := r.Context().Value(http.ServerContextKey) != nil && r.ProtoMajor == 1
	return r.ContentLength < 0 || socket && r.Header.Get("Content-Length") == ""
}

// edgePage is what stands in front of Okta says: HTML, and not Okta's shape.
func edgePage(status int) string {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return "<html><head><title>" + title + "</title></head><body><center><h1>" + title +
		"</h1></center><hr><center>nginx</center></body></html>\n"
}

// flag reads a boolean parameter the way Okta does: in any case.
func (c *call) flag(name string, missing bool) bool {
	v := c.query.Get(name)
	if v == "" {
		return missing
	}
	return strings.EqualFold(v, "true")
}
