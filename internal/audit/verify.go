package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"keydesk/internal/store"
)

// Fault is a place where the record does not hold.
type Fault struct {
	Seq  int64
	What string
}

// Report is what a verification found.
type Report struct {
	Rows   int64
	First  int64      // the first row that is still there
	Last   int64      // and the last
	Head   string     // the last row's hash: keep it elsewhere to find a cut-off tail later
	Open   int64      // intents without an outcome
	Signed Checkpoint // the newest one that holds
	Cut    Checkpoint // the newest cut, where old rows were cut off
	Checks int        // signatures that hold
	Part   bool       // rows picked out of a record: each stands for itself, none shows what is missing
	Faults []Fault
}

// Unsigned is how many rows came after the newest signature.
func (rep *Report) Unsigned() int64 { return max(0, rep.Last-rep.Signed.Seq) }

// Trust is what a verification starts from.
type Trust struct {
	Keys []string // public keys, base64; empty: signatures prove nothing, and none is asked for
	Seq  int64    // a row whose hash was kept elsewhere; 0: none was
	Hash string
}

// maxFaults bounds a report: one broken row is enough to distrust the rest.
const maxFaults = 20

// A tail may be unsigned for a moment. More rows or time than this means that
// somebody took the signatures away: the console signs more often.
const (
	maxTailRows = 2 * signRows
	maxTail     = 5 * signEvery
)

// maxGap is how many rows lie between two heads at most, when those between were
// thinned out.
const maxGap = maxTailRows + signRows

// Verify is VerifyWith without trust in anything.
func (l *Log) Verify(ctx context.Context) (Report, error) { return l.VerifyWith(ctx, Trust{}) }

// VerifyWith walks the whole record and reports every row that is changed, missing,
// out of order or not linked to the one before it, and every signed head that is not
// what stands there. Without trust in a key, or in a hash kept elsewhere, it finds
// neither rows cut off at the end nor a chain that was computed anew.
func (l *Log) VerifyWith(ctx context.Context, t Trust) (Report, error) {
	for was, err := l.newestCut(ctx); ; {
		if err != nil {
			return Report{}, err
		}
		rep, err := l.verify(ctx, t)
		if err != nil || len(rep.Faults) == 0 {
			return rep, err
		}
		now, err := l.newestCut(ctx)
		if err != nil || now == was {
			return rep, err
		}
		was = now // old rows were cut off meanwhile
	}
}

// newestCut is the number of the newest cut, whoever signed it.
func (l *Log) newestCut(ctx context.Context) (int64, error) {
	cut, err := checkpoints(ctx, l.db.R, `where kind = 'cut' order by id desc limit 1`)
	if err != nil || len(cut) == 0 {
		return 0, err
	}
	return cut[0].ID, nil
}

// verify reads a long record in portions, several at once, where the numbers of the
// rows leave no gap that could hide how many there are.
func (l *Log) verify(ctx context.Context, t Trust) (Report, error) {
	var rows, first, last int64
	err := l.db.R.QueryRowContext(ctx, `select count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) from record`).Scan(&rows, &first, &last)
	if err != nil {
		return Report{}, fmt.Errorf("read the record: %w", err)
	}
	if rows <= portionRows || last-first+1 != rows {
		return verify(ctx, l.db.R, t)
	}
	w, err := startWalk(ctx, l.db.R, t)
	if err != nil {
		return Report{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for next := range portions(ctx, l.db.R, first, last) {
		p := <-next
		for _, r := range p.rows {
			w.row(r.Row, r.whole)
		}
		if p.err != nil {
			return w.rep, p.err
		}
		if p.fault != nil {
			w.fault(w.last.Seq+1, p.fault.Error())
			return w.rep, nil
		}
	}
	w.end()
	return w.rep, ctx.Err()
}

// verify reads row after row.
func verify(ctx context.Context, q store.Querier, t Trust) (Report, error) {
	w, err := startWalk(ctx, q, t)
	if err != nil {
		return Report{}, err
	}
	fault, err := read(ctx, q, func(c checked) { w.row(c.Row, c.whole) }, `select `+columns+` from record order by seq`)
	if fault != nil {
		w.fault(w.last.Seq+1, fault.Error())
		return w.rep, nil
	}
	w.end()
	return w.rep, err
}

func startWalk(ctx context.Context, q store.Querier, t Trust) (*walk, error) {
	all, err := checkpoints(ctx, q, `order by id`)
	w := newWalk(t)
	w.take(all)
	return w, err
}

// walk is a verification under way.
type walk struct {
	rep     Report
	trust   Trust
	keys    map[string]bool
	checks  []Checkpoint // that are still to come, by row
	last    Row
	open    map[int64]bool
	tail    time.Time // the first row after the newest signature
	anchor  int64     // the newest row that a signature covers
	gap     int64     // rows since then that a console wrote which signs
	started bool
}

func newWalk(t Trust) *walk {
	w := &walk{trust: t, keys: map[string]bool{}, open: map[int64]bool{}}
	for _, k := range t.Keys {
		w.keys[k] = true
	}
	return w
}

func (w *walk) fault(seq int64, what string) {
	if len(w.rep.Faults) < maxFaults {
		w.rep.Faults = append(w.rep.Faults, Fault{seq, what})
	}
}

// take looks at the checkpoints themselves, in the order in which they were made,
// and keeps those that can be relied on. A key that is trusted may hand over.
func (w *walk) take(all []Checkpoint) {
	for _, c := range all {
		switch {
		case !c.signed():
			w.fault(c.Seq, "has a signed head that was changed after it was signed")
			continue
		case len(w.keys) > 0 && !w.keys[c.Key]:
			w.fault(c.Seq, "has a head that was signed with a key which is not trusted: "+c.Key)
			continue
		case c.Kind == NextKey && len(w.keys) > 0:
			delete(w.keys, c.Key) // it signs nothing after that
			w.keys[c.NextKey] = true
		case c.Kind == Cut:
			w.rep.Cut = c
		}
		w.rep.Checks++
		w.checks = append(w.checks, c)
	}
	slices.SortStableFunc(w.checks, func(a, b Checkpoint) int { return cmp.Compare(a.Seq, b.Seq) })
}

// row looks at the next row.
func (w *walk) row(r Row, whole bool) {
	if !w.started {
		w.begin()
	}
	w.rep.Rows++
	w.link(r, whole)
	w.track(r)
	if r.V == newest || w.rep.Signed.Seq > 0 {
		w.gap++ // the first release did not sign
	}
	for len(w.checks) > 0 && w.checks[0].Seq <= r.Seq {
		w.signature(r)
	}
	if w.trust.Seq == r.Seq && w.trust.Hash != r.Hash {
		w.fault(r.Seq, "is not the row whose hash was kept elsewhere: from some row up to this one the record was computed anew")
	}
	if r.Seq > w.anchor && w.tail.IsZero() {
		w.tail = r.At
	}
	w.last = r
}

// begin starts where old rows were cut off.
func (w *walk) begin() {
	w.started = true
	c := w.rep.Cut
	w.last = Row{Seq: c.Seq, Hash: c.Hash}
	w.rep.First = c.Seq + 1
	w.checks = slices.DeleteFunc(w.checks, func(k Checkpoint) bool { return k.Seq <= c.Seq && c.Seq > 0 })
	w.anchor, w.rep.Signed = c.Seq, c
	if w.trust.Seq == c.Seq && c.Seq > 0 && w.trust.Hash != c.Hash {
		w.fault(c.Seq, "was cut off and is not the row whose hash was kept elsewhere")
	}
}

func (w *walk) link(r Row, whole bool) {
	switch {
	case r.Seq != w.last.Seq+1:
		w.fault(r.Seq, fmt.Sprintf("follows row %d: rows are missing or were put in", w.last.Seq))
	case r.Prev != w.last.Hash:
		w.fault(r.Seq, "does not continue the row before it: one of the two was changed, swapped or put in")
	case r.V < 1 || r.V > newest || r.V < w.last.V:
		w.fault(r.Seq, fmt.Sprintf("says that it is of encoding %d", r.V))
	case r.V == 1 && (r.Policy != "" || !r.AuthTime.IsZero() || !r.OktaAt.IsZero()):
		w.fault(r.Seq, "says what rows of its encoding do not say")
	case !whole:
		w.fault(r.Seq, "was changed after it was written")
	}
}

// signature compares the next checkpoint with its row.
func (w *walk) signature(r Row) {
	c := w.checks[0]
	w.checks = w.checks[1:]
	switch {
	case c.Seq < r.Seq:
		w.fault(c.Seq, "was signed and is not there")
	case c.Hash != r.Hash:
		w.fault(c.Seq, fmt.Sprintf("is not what was signed: of rows %d to %d one or more were computed anew", w.anchor+1, c.Seq))
	case len(w.keys) > 0 && w.gap > maxGap:
		w.fault(w.anchor+1, fmt.Sprintf("and the rows up to %d have no signed head among them, though there was time: the signatures were taken away, or the console could not sign", c.Seq))
		fallthrough
	default:
		w.anchor, w.rep.Signed, w.tail, w.gap = c.Seq, c, time.Time{}, 0
	}
}

// end looks at what should have come.
func (w *walk) end() {
	if !w.started {
		w.begin()
	}
	w.rep.Head, w.rep.Last, w.rep.Open = w.last.Hash, w.last.Seq, int64(len(w.open))
	if w.trust.Seq > w.last.Seq {
		w.fault(w.last.Seq+1, fmt.Sprintf("is missing, and so is every row up to %d, whose hash was kept elsewhere", w.trust.Seq))
	}
	if n := len(w.checks); n > 0 {
		w.fault(w.last.Seq+1, fmt.Sprintf("is missing, and so is every row up to %d, where the head was signed", w.checks[n-1].Seq))
	}
	if len(w.keys) == 0 || len(w.checks) > 0 {
		return
	}
	if n := w.rep.Unsigned(); n > maxTailRows || n > 0 && w.last.At.Sub(w.tail) > maxTail {
		w.fault(w.anchor+1, fmt.Sprintf("and the rows up to %d are not signed, though there was time: the signatures were taken away, or the console could not sign", w.last.Seq))
	}
}

func (w *walk) track(r Row) {
	switch r.Phase {
	case PhaseIntent:
		w.open[r.Seq] = true
	case PhaseOutcome:
		if r.Result != Unknown {
			delete(w.open, r.Intent)
		}
	}
}
