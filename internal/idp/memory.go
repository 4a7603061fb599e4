package idp

import (
	"crypto/rand"
	"sync"
	"time"
)

const (
	codeTTL    = time.Minute
	tokenTTL   = 10 * time.Minute
	sessionTTL = 12 * time.Hour
)

// grant is what somebody agreed to by signing in; a code, an access token and
// the browser's session at the issuer each stand for one.
type grant struct {
	sub, sid, scope, nonce, challenge, redirect string
	authTime, expires                           time.Time
	tokens                                      []string // access tokens that its code has given
}

// memory is all that the issuer remembers.
type memory struct {
	now      func() time.Time
	mu       sync.Mutex
	codes    map[string]*grant
	spent    map[string]*grant // codes that were used, to notice a second use
	access   map[string]*grant
	sessions map[string]*grant
}

func newMemory(now func() time.Time) *memory {
	return &memory{now: now, codes: map[string]*grant{}, spent: map[string]*grant{}, access: map[string]*grant{}, sessions: map[string]*grant{}}
}

// newCode makes a code for g, good for a minute and for one use.
func (m *memory) newCode(g grant) string { return m.put(m.codes, g, codeTTL) }

// newSession makes the browser known to the issuer, in place of the session that
// had this key. Who proves once more who they are stays in the session of that name.
func (m *memory) newSession(sub, instead string) (string, grant) {
	g := grant{sub: sub, sid: rand.Text(), authTime: m.now()}
	if was, known := m.get(m.sessions, instead); known && was.sub == sub {
		g.sid = was.sid
	}
	m.endSession(instead)
	return m.put(m.sessions, g, sessionTTL), g
}

func (m *memory) put(in map[string]*grant, g grant, ttl time.Duration) string {
	key := rand.Text()
	g.expires = m.now().Add(ttl)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	in[key] = &g
	return key
}

// redeem exchanges a code for an access token when ok agrees with what the code
// stands for. A code that comes a second time ends what the first one began
// (RFC 6749 4.1.2).
func (m *memory) redeem(code string, ok func(*grant) bool) (access string, g *grant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.spent[code]; old != nil {
		for _, t := range old.tokens {
			delete(m.access, t)
		}
		return "", nil
	}
	g = m.codes[code]
	if g == nil || !g.expires.After(m.now()) {
		return "", nil
	}
	delete(m.codes, code)
	g.expires = m.now().Add(tokenTTL)
	m.spent[code] = g
	if !ok(g) {
		return "", nil
	}
	access = rand.Text()
	g.tokens = append(g.tokens, access)
	m.access[access] = g
	return access, g
}

func (m *memory) get(in map[string]*grant, key string) (grant, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := in[key]
	if g == nil || !g.expires.After(m.now()) {
		return grant{}, false
	}
	return *g, true
}

// endSession forgets a session and returns what it was.
func (m *memory) endSession(key string) (was grant, known bool) {
	was, known = m.get(m.sessions, key)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, key)
	return was, known
}

func (m *memory) sweep() {
	for _, in := range []map[string]*grant{m.codes, m.spent, m.access, m.sessions} {
		for k, g := range in {
			if !g.expires.After(m.now()) {
				delete(in, k)
			}
		}
	}
}
