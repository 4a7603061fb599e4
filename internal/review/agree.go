package review

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
)

// agree holds the decisions against the rows of the record: what was sealed must be
// what was recorded when it happened.
func (v *Verified) agree(contents map[string][]byte) {
	var d decisionsFile
	if err := json.Unmarshal(contents[fileJSON], &d); err != nil {
		v.fault(fileJSON, "cannot be read: %v", err)
		return
	}
	rows, err := reviewRows(contents[fileRecord], d.Review.ID)
	if err != nil {
		v.fault(fileRecord, "cannot be read: %v", err)
		return
	}
	if d.Review.ID != v.Manifest.Review {
		v.fault(fileJSON, "is of another review")
		return
	}
	for _, item := range d.Decisions {
		if what := rows.disagrees(item); what != "" {
			v.fault(fileJSON, "item %d %s", item.Item, what)
		}
	}
}

// recorded are the rows of one review: the last decision on each item, and the rows by
// number.
type recorded struct {
	last map[int]audit.Row
	by   map[int64]audit.Row
	ends map[int64]audit.Row // the end of an attempt, by its intent
}

func reviewRows(lines []byte, id string) (out recorded, err error) {
	out = recorded{map[int]audit.Row{}, map[int64]audit.Row{}, map[int64]audit.Row{}}
	s := bufio.NewScanner(bytes.NewReader(lines))
	s.Buffer(make([]byte, 64<<10), 8<<20)
	for s.Scan() {
		if !bytes.HasPrefix(s.Bytes(), []byte(`{"type":"row",`)) {
			continue
		}
		var row audit.Row
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			return out, err
		}
		if word(row.Params, "review") != id {
			continue
		}
		out.by[row.Seq] = row
		if row.Phase == audit.PhaseOutcome {
			out.ends[row.Intent] = row
		}
		var n int
		if a := desk.Action(row.Action); a == decided || a == undone {
			if _, err := fmt.Sscan(word(row.Params, "item"), &n); err == nil {
				out.last[n] = row
			}
		}
	}
	return out, s.Err()
}

// word is a value of a row's parameters.
func word(params, name string) string {
	for _, w := range strings.Fields(params) {
		if value, ok := strings.CutPrefix(w, name+"="); ok {
			return value
		}
	}
	return ""
}

// disagrees says where an item is not what the record says; empty: nowhere.
func (r recorded) disagrees(d decisionFile) string {
	last, is := r.last[d.Item]
	switch {
	case d.Carried != "":
		if is {
			return "is carried forward, and the record has a decision on it"
		}
	case d.Verdict == "" && is && desk.Action(last.Action) == decided:
		return fmt.Sprintf("has no decision, and row %d of the record has one", last.Seq)
	case d.Verdict != "" && (!is || last.Seq != d.Row || word(last.Params, "verdict") != string(d.Verdict) || last.Reason != d.Note || last.TargetID != d.Person.ID):
		return "is not what the record says was decided"
	}
	if d.OutcomeRow == 0 {
		return ""
	}
	row, ok := r.by[d.OutcomeRow]
	if !ok || word(row.Params, "item") != fmt.Sprint(d.Item) || row.TargetID != d.Person.ID {
		return "names a row of the record as its outcome that is not its own"
	}
	if !r.ended(row, d.Outcome) {
		return fmt.Sprintf("did not end as row %d of the record says", row.Seq)
	}
	return ""
}

// ended reports whether a revoke can have ended so, by its row.
func (r recorded) ended(row audit.Row, as desk.Ending) bool {
	switch end := r.ends[row.Seq]; {
	case row.Phase == audit.PhaseRefused: // nothing was sent
		return strings.HasPrefix(row.Detail, "review."+string(as)+":")
	case row.Phase != audit.PhaseIntent:
		return as == desk.EndRefused
	case as == desk.EndDone:
		return end.Result != audit.Failed
	case as == desk.EndRefused, as == desk.EndGone:
		return end.Result != audit.Done
	}
	return as == desk.EndUnsure
}
