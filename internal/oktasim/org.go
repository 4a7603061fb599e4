package oktasim

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say which organisation New makes. The zero value is the demo's.
type Options struct {
	People     int           // how many accounts, 2,000 if zero, at least 50
	Seed       uint64        // which company, 1 if zero
	Start      time.Time     // what the clock shows at New; the present if zero
	Admins     int           // how many people hold an admin role at least; 0: the cast alone
	Limit      int           // calls a minute and bucket, 600 if zero
	IndexDelay time.Duration // how long a change stays hidden from search
	Unkind     bool          // be as awkward as Okta is allowed to be; see unkind.go
}

func (o Options) filled() Options {
	if o.People == 0 {
		o.People = 2000
	}
	o.People = max(o.People, 50)
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Limit == 0 {
		o.Limit = 600
	}
	if o.Unkind && o.IndexDelay == 0 {
		o.IndexDelay = 500 * time.Millisecond
	}
	return o
}

// An Org is one organisation with its people. It is an http.Handler and safe
// for concurrent use.
type Org struct {
	opts   Options
	token  string
	owner  string
	clock  *clock
	rnd    *random
	ids    *ids
	routes []route
	rate   *limiter
	faults faults
	oauth  *oauth
	log    journal
	hooks  hooks

	mu       sync.RWMutex // guards what follows
	people   []*person    // in order of creation
	byID     map[string]int
	byLogin  map[string]int // lower case
	everyone *group
	groups   map[string]*group // by name
	apps     []*application    // in order of creation
	clients  []*client         // in order of creation
	servers  []*server
	customs  []*customRole
	sets     []*resourceSet
	heavy    string // id, once there is one
	idps     []*identityProvider
	schema   schema
	typeID   string
	schemaID string
	staff    map[string]string // key -> id
	past     []past
	erased   map[string]*person // for cursors that still name them
	events   events
}

// New makes an organisation. It is ready when New returns: there is nothing to
// start or to close.
func New(opts Options) *Org {
	opts = opts.filled()
	rnd := newRandom(opts.Seed)
	o := &Org{
		opts:    opts,
		token:   "00" + rand.Text() + rand.Text()[:14],
		clock:   newClock(opts.Start),
		rnd:     rnd,
		ids:     &ids{rnd: rnd},
		routes:  routes(),
		rate:    newLimiter(opts.Limit),
		oauth:   newOAuth(),
		byID:    make(map[string]int, opts.People),
		byLogin: make(map[string]int, opts.People),
		groups:  map[string]*group{},
		erased:  map[string]*person{},
		staff:   map[string]string{},
	}
	o.seed(o.clock.start.Truncate(time.Second))
	return o
}

// Token returns the API token the organisation accepts. It is random and never
// the same twice.
func (o *Org) Token() string { return o.token }

// TokenOwner returns the id of the account the token belongs to.
func (o *Org) TokenOwner() string { return o.owner }

// Now returns the organisation's time.
func (o *Org) Now() time.Time { return o.clock.now() }

// Advance pushes the organisation's clock forward.
func (o *Org) Advance(d time.Duration) { o.clock.advance(d) }

// Hook has f run inside every call of operation about a person, after the call
// was authorised and before it takes effect: a race on purpose. f may use every
// method of o. A nil f removes the hook.
func (o *Org) Hook(operation string, f func(userID string)) {
	o.mustKnow(operation)
	o.hooks.set(operation, f)
}

// Reset forgets faults and the request log, not the people.
func (o *Org) Reset() {
	o.faults.set(nil)
	o.log.reset()
}

type hooks struct {
	mu sync.Mutex
	by map[string]func(string)
}

func (h *hooks) set(operation string, f func(string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil {
		h.by = map[string]func(string){}
	}
	h.by[operation] = f
}

func (h *hooks) run(operation, userID string) {
	h.mu.Lock()
	f := h.by[operation]
	h.mu.Unlock()
	if f != nil {
		f(userID)
	}
}

// past is how the search index sees a person until it has caught up.
type past struct {
	until time.Time
	id    string
	old   *person // nil: was not there
}

// put stores p in place of the person with its id, or as a new one: ids grow,
// so the people stay in the order of theirs. The caller holds mu.
func (o *Org) put(p *person) {
	i, known := o.byID[p.id]
	if !known {
		i = len(o.people)
		o.people, o.byID[p.id] = append(o.people, nil), i
	}
	old := o.people[i]
	o.lag(p.id, old)
	if old != nil {
		delete(o.byLogin, strings.ToLower(old.login()))
	}
	o.byLogin[strings.ToLower(p.login())] = i
	o.people[i] = p
}

// remove erases a person, and the links of others to them. The caller holds mu.
func (o *Org) remove(p *person) {
	i := o.byID[p.id]
	o.lag(p.id, o.people[i])
	o.erased[p.id] = p
	delete(o.byID, p.id)
	delete(o.byLogin, strings.ToLower(o.people[i].login()))
	o.people = slices.Delete(o.people, i, i+1)
	for ; i < len(o.people); i++ {
		o.byID[o.people[i].id], o.byLogin[strings.ToLower(o.people[i].login())] = i, i
	}
	o.unbindAll(p.id)
}

// lag has the search index see old for a while under id.
func (o *Org) lag(id string, old *person) {
	if o.opts.IndexDelay > 0 {
		now := o.clock.now()
		o.forget(now)
		o.past = append(o.past, past{now.Add(o.opts.IndexDelay), id, old})
	}
}

// forget drops what the search index has caught up with.
func (o *Org) forget(now time.Time) {
	n := 0
	for n < len(o.past) && !o.past[n].until.After(now) {
		n++
	}
	o.past = o.past[n:]
}

// indexed returns the people as the search index sees them. The caller holds
// mu at least for reading and must not change the slice.
func (o *Org) indexed(now time.Time) []*person {
	seen := o.people
	shared := true
	for i := len(o.past) - 1; i >= 0 && o.past[i].until.After(now); i-- {
		if shared {
			seen, shared = slices.Clone(o.people), false
		}
		seen = o.past[i].applied(seen)
	}
	return seen
}

// applied puts back into people, which are in the order of their ids, what was.
func (b past) applied(people []*person) []*person {
	i, there := slices.BinarySearchFunc(people, b.id, func(p *person, id string) int { return strings.Compare(p.id, id) })
	switch {
	case there && b.old != nil:
		people[i] = b.old
	case there:
		people = slices.Delete(people, i, i+1)
	case b.old != nil:
		people = slices.Insert(people, i, b.old)
	}
	return people
}

// find resolves what a path may name a person by: the id, the login, or the
// login's part before the @ where only one has it. A login that holds a slash
// or a question mark can only be reached by id. The caller holds mu.
func (o *Org) find(key string) *person {
	if i, ok := o.byID[key]; ok {
		return o.people[i]
	}
	if key == "" || strings.ContainsAny(key, "/?") {
		return nil
	}
	key = strings.ToLower(key)
	if i, ok := o.byLogin[key]; ok {
		return o.people[i]
	}
	return o.findShort(key + "@")
}

func (o *Org) findShort(prefix string) *person {
	var found *person
	for _, p := range o.people {
		if login := p.login(); len(login) > len(prefix) && strings.EqualFold(login[:len(prefix)], prefix) {
			if found != nil {
				return nil
			}
			found = p
		}
	}
	return found
}
