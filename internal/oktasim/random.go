package oktasim

import (
	"sync"
	"time"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// mix is the finaliser of splitmix64: every bit of x reaches every bit of the
// result. Own arithmetic instead of math/rand, because the company of a seed
// must stay the same with every version of Go.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A random is a seeded source, safe for concurrent use. Nothing that protects
// anything comes from it.
type random struct {
	mu    sync.Mutex
	state uint64
}

func newRandom(seed uint64) *random { return &random{state: mix(seed)} }

func (r *random) next() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state += 0x9e3779b97f4a7c15
	return mix(r.state)
}

// below returns a number in [0, n).
func (r *random) below(n int) int { return int(r.next() % uint64(max(n, 1))) } //nolint:gosec // the remainder is below n

// chance is true in about percent of a hundred cases.
func (r *random) chance(percent int) bool { return r.below(100) < percent }

// span returns a duration in [0, d), in whole seconds.
func (r *random) span(d time.Duration) time.Duration {
	return time.Duration(r.below(int(d/time.Second))) * time.Second
}

// text returns n characters out of alphabet.
func (r *random) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.below(len(alphabet))]
	}
	return string(b)
}

func pick[T any](r *random, of []T) T { return of[r.below(len(of))] }

// An issuer of ids makes 20 characters: the type's prefix, five that grow with
// every id, nine by chance, and the tail that names the cell. So byte order is
// the order of creation, as in Okta within one cell.
type ids struct {
	rnd  *random
	last uint64
}

const cell = "kd7"

func (g *ids) next(prefix string) string {
	g.last += 1 + g.rnd.next()%61
	b := make([]byte, 5)
	for i, n := len(b)-1, 62*62*62*62*9+g.last; i >= 0; i, n = i-1, n/62 {
		b[i] = base62[n%62]
	}
	return prefix + string(b) + g.rnd.text(base62, 9) + cell
}
