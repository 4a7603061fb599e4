package oktasim

import "time"

// Unkind mode does, by chance but the same for a seed and order of calls, what
// Okta may do and clients forget: pages smaller than asked for, a last page
// that is empty, links in another order, members unknown and shuffled, search
// that lags (Options.IndexDelay), and calls that are refused for their number.
const (
	unkindUsers   = 7 // people a page, at most
	unkindGroups  = 2 // groups a page, at most
	unkindTargets = 2 // targets a page, at most
	unkindOthers  = 7 // of everything else a page, at most

	unkindRate = 128 // one call in so many meets each kind of 429
)

// luck is a number that depends on the seed and the call alone.
func (o *Org) luck(c *call) uint64 {
	return mix(o.opts.Seed ^ mix(uint64(c.seq))) //nolint:gosec // a count is never negative
}

// unkindLimit is the quota of a call that is refused out of unkindness.
func (o *Org) unkindLimit(c *call) *quota {
	if !o.opts.Unkind {
		return nil
	}
	switch o.luck(c) % unkindRate {
	case 0:
		return &quota{o.opts.Limit, 0, c.now.Add(time.Second)}
	case 1:
		q := busy(c.now)
		return &q
	}
	return nil
}

// disturb returns body with members added that no client knows, and with every
// object's members in another order.
func (o *Org) disturb(c *call, body any) any {
	if !o.opts.Unkind {
		return body
	}
	return shuffled(body, newRandom(o.luck(c)))
}

func shuffled(v any, rnd *random) any {
	switch v := v.(type) {
	case profile:
		return shuffledObject(v.object(), rnd)
	case object:
		return shuffledObject(withStranger(v, rnd), rnd)
	case []object:
		list := make([]any, len(v))
		for i := range v {
			list[i] = shuffled(v[i], rnd)
		}
		return list
	}
	return v
}

func withStranger(o object, rnd *random) object {
	if !rnd.chance(20) {
		return o
	}
	return append(o[:len(o):len(o)], member{"x" + rnd.text(base62, 6), object{{"since", "2031.01"}, {"beta", true}}})
}

func shuffledObject(o object, rnd *random) object {
	o = append(object(nil), o...)
	for i := len(o) - 1; i > 0; i-- {
		j := rnd.below(i + 1)
		o[i], o[j] = o[j], o[i]
	}
	for i := range o {
		o[i].value = shuffled(o[i].value, rnd)
	}
	return o
}
