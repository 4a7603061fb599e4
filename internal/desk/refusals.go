package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Refusal is a request that was turned away before, or without, an act: a page that
// is closed, somebody who is not there, a request from elsewhere.
type Refusal struct {
	Action Action
	Rule   string
	Target okta.UserID
	Asked  string // what was asked for in the place of an id, as it came
	Route  string
}

// refusedWords are what the record keeps of a Refusal beside who and whom.
type refusedWords struct {
	Asked string `record:"asked,personal"`
	Route string `record:"route,public"`
}

// maxAsked is how much of what stood in the place of an id the record keeps.
const maxAsked = 60

// Refused writes a refusal that no act has written. That it cannot be written is for
// the log: the refusal stands all the same.
func (d *Desk) Refused(ctx context.Context, who Actor, f Refusal) {
	if len(f.Asked) > maxAsked {
		f.Asked = f.Asked[:maxAsked] + "…"
	}
	r := who.row(f.Action)
	r.TargetID, r.Detail = f.Target.String(), f.Rule
	if s, known := SpecOf(f.Action); known {
		r.Op, r.Class = s.Op, string(s.Risk)
	}
	r.Params = audit.Words(d.mask, refusedWords{f.Asked, f.Route})
	if _, err := d.refuse(ctx, r); err != nil {
		d.log.ErrorContext(ctx, "a refusal could not be recorded", "error", err)
	}
}

// refuse writes the row of a refusal and returns its number. Whoever is refused more
// often than anybody can be by mistake gets no row for each, but one that counts
// them: nobody fills the disk. It then returns 0.
func (d *Desk) refuse(ctx context.Context, r audit.Row) (int64, error) {
	one, counted := d.refusals.take(r, d.now())
	if counted != nil {
		if _, err := d.record.Add(ctx, *counted); err != nil {
			return 0, err
		}
	}
	if !one {
		return 0, nil
	}
	r.Phase = audit.PhaseRefused
	return d.record.Add(ctx, r)
}

// CountRefusals writes what was counted and not written one by one.
func (d *Desk) CountRefusals(ctx context.Context) error {
	for _, r := range d.refusals.counted(d.now()) {
		if _, err := d.record.Add(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// How many refusals get a row of their own: so many at once, then one in a while.
// Strangers share a bound as well: addresses are cheap.
const (
	refusalsAtOnce = 1000
	refusalsAgain  = 10 * time.Second
	strangersEach  = 200
	strangers      = "everybody without a session"
	addressed      = "address "
)

// refusals bound the rows of refusals, by who is refused.
type refusals struct {
	mu sync.Mutex
	of map[string]*bound
}

// bound is what one operator, or one address, has left.
type bound struct {
	left  float64
	at    time.Time      // when left was true
	since time.Time      // when counting began
	more  map[string]int // refusals without a row, by rule
	whom  []string       // whose accounts of those were to be taken over, or raised
	row   audit.Row      // who they are, as the first of these says
}

// take takes a row out of the bounds of whoever it is about. counted is the row of
// those that were refused one before.
func (s *refusals) take(r audit.Row, now time.Time) (one bool, counted *audit.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, most := []string{r.ActorID}, refusalsAtOnce
	if r.ActorID == "" {
		keys, most = []string{addressed + r.Address, strangers}, strangersEach
	}
	one = true
	var b *bound // the last of them counts: strangers are counted together
	for _, key := range keys {
		b = s.bound(key, most, now)
		one = one && b.left >= 1
		most = refusalsAtOnce
	}
	if !one {
		b.count(r, now)
		return false, nil
	}
	for _, key := range keys {
		s.of[key].left--
	}
	return true, b.counted(now)
}

// maxBounds is how many operators and addresses are kept apart.
const maxBounds = 10_000

func (s *refusals) bound(key string, most int, now time.Time) *bound {
	if s.of == nil {
		s.of = map[string]*bound{}
	}
	if len(s.of) > maxBounds { // addresses are forgotten, operators are not
		maps.DeleteFunc(s.of, func(k string, _ *bound) bool { return strings.HasPrefix(k, addressed) })
	}
	b := s.of[key]
	if b == nil {
		b = &bound{left: float64(most), at: now}
		s.of[key] = b
	}
	b.left = min(float64(most), b.left+float64(now.Sub(b.at))/float64(refusalsAgain))
	b.at = now
	return b
}

// maxWhom is how many people a row that counts refusals names.
const maxWhom = 50

func (b *bound) count(r audit.Row, now time.Time) {
	if b.more == nil {
		b.more, b.since, b.row, b.whom = map[string]int{}, now, r, nil
	}
	grave := r.Class == string(Takeover) || r.Class == string(Privilege)
	if grave && r.TargetID != "" && len(b.whom) < maxWhom && !slices.Contains(b.whom, r.TargetID) {
		b.whom = append(b.whom, r.TargetID)
	}
	rule := r.Detail
	if strings.Contains(rule, " ") {
		rule = "other"
	}
	b.more[rule]++
}

// counted is the row that counts what got none, or nil.
func (b *bound) counted(now time.Time) *audit.Row {
	if b.more == nil {
		return nil
	}
	n, rules := 0, []string{}
	for _, rule := range slices.Sorted(maps.Keys(b.more)) {
		n += b.more[rule]
		rules = append(rules, fmt.Sprintf("%s %d", rule, b.more[rule]))
	}
	r := audit.Row{
		Phase: audit.PhaseRefused, ActorID: b.row.ActorID, ActorName: b.row.ActorName, ActorRole: b.row.ActorRole, Session: b.row.Session, Address: b.row.Address, Action: "refusals.counted",
		Detail: fmt.Sprintf("%d more refusals in %s, without a row of their own: %s", n, now.Sub(b.since).Round(time.Second), strings.Join(rules, ", ")),
	}
	if len(b.whom) > 0 {
		r.Detail += "; takeovers and privileges among them on " + strings.Join(b.whom, " ")
	}
	b.more = nil
	return &r
}

// counted are the rows that count, of everybody.
func (s *refusals) counted(now time.Time) (out []audit.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.of)) {
		if r := s.of[key].counted(now); r != nil {
			out = append(out, *r)
		}
	}
	return out
}
