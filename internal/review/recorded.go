package review

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
)

// rowLag is how far what the database says of a moment may lie from its row: a row
// waits for those before it.
const rowLag = 2 * time.Minute

// recorded are the rows of one review in a part of the record.
type recorded struct {
	started, closed, ended []audit.Row
	decisions              []audit.Row
	last                   map[int]audit.Row   // the last decision on each item
	by                     map[int64]audit.Row // whatever else is about an item, by number
	tried                  map[int]int64       // the last row about the revoke of each item
	ends                   map[int64]audit.Row // the end of an attempt, by its intent
}

// reviewRows reads the rows of a review.
func reviewRows(lines io.Reader, id string) (recorded, error) {
	out := recorded{last: map[int]audit.Row{}, by: map[int64]audit.Row{}, tried: map[int]int64{}, ends: map[int64]audit.Row{}}
	s := bufio.NewScanner(lines)
	s.Buffer(make([]byte, 64<<10), 8<<20)
	for s.Scan() {
		if !bytes.HasPrefix(s.Bytes(), []byte(`{"type":"row",`)) || !bytes.Contains(s.Bytes(), []byte("review="+id)) {
			continue
		}
		var row audit.Row
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			return out, err
		}
		if word(row.Params, "review") == id {
			out.take(row, number(word(row.Params, "item")))
		}
	}
	return out, s.Err()
}

func (r *recorded) take(row audit.Row, item int) {
	switch a := desk.Action(row.Action); {
	case a == revoking && row.Phase == audit.PhaseOutcome:
		r.ends[row.Intent] = row
	case a == revoking:
		r.by[row.Seq], r.tried[item] = row, row.Seq
	case row.Phase != audit.PhaseEvent: // refused
	case a == started:
		r.started = append(r.started, row)
	case a == closed && item == 0:
		r.closed = append(r.closed, row)
	case a == ended:
		r.ended = append(r.ended, row)
	case a == decided || a == undone:
		r.decisions, r.last[item] = append(r.decisions, row), row
	}
}

// events are the rows that say that something was done in a review, from the one on with
// which it began, the newest first. They are found by their numbers: the clocks of
// replicas differ.
func (r *Reviews) events(ctx context.Context, v Review, does desk.Action) ([]audit.Act, error) {
	acts, err := r.record.Acts(ctx, audit.Filter{Action: string(does), After: v.First - 1, Word: audit.Words(nil, words{Review: v.ID}), Limit: math.MaxInt32})
	return slices.DeleteFunc(acts, func(a audit.Act) bool { return a.Phase != audit.PhaseEvent }), err
}

// wordsOf are the "name=value" words of a row's parameters, as audit.Words writes them.
// What stands in quotes stays so, and is no word of its own.
func wordsOf(params string) map[string]string {
	out := map[string]string{}
	for params != "" {
		name, rest, _ := strings.Cut(params, "=")
		n := 0
		for n < len(rest) && rest[n] != ' ' {
			step := 1
			if q, err := strconv.QuotedPrefix(rest[n:]); err == nil && rest[n] == '"' {
				step = len(q)
			}
			n += step
		}
		out[name], params = rest[:n], strings.TrimPrefix(rest[n:], " ")
	}
	return out
}

// word is one of them.
func word(params, name string) string { return wordsOf(params)[name] }

// number is a number in a row's parameters; a zero is left out there.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if s != "" && err != nil {
		return -1
	}
	return n
}

// whoOf is who did what a row says.
func whoOf(row audit.Row) Person {
	return Person{ID: word(row.Params, "by"), Name: row.ActorName}
}

// same reports whether two name the same somebody; rows have no logins.
func (p Person) same(q Person) bool { return p.ID == q.ID && p.Name == q.Name }

// near reports whether a stamp is of the moment of a row.
func near(stamped string, row audit.Row) bool { return moment(stamped).Sub(row.At).Abs() <= rowLag }

// pace is how everybody decided by the rows, who is a reviewer at the end.
func (r recorded) pace(all []decisionFile) []paceFile {
	steps, items := map[string][]stepped{}, map[Person]int{}
	for _, row := range r.decisions {
		words := wordsOf(row.Params)
		steps[words["by"]] = append(steps[words["by"]], stepped{words["by"], Verdict(words["verdict"]), words["looked"] == "true", row.At})
	}
	for _, d := range all {
		items[Person{ID: d.Reviewer.ID, Name: d.Reviewer.Name}]++
	}
	var out []paceFile
	for who, n := range items {
		p := paceOf(steps[who.ID])
		out = append(out, paceFile{who, n, p.Decided, p.Median.Milliseconds(), p.Streak, p.QuickShare()})
	}
	slices.SortFunc(out, func(a, b paceFile) int {
		return cmp.Or(strings.Compare(a.Reviewer.Name, b.Reviewer.Name), strings.Compare(a.Reviewer.ID, b.Reviewer.ID))
	})
	return out
}
