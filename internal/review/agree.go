package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
)

// revoking is the action of the rows about a revoke.
const revoking desk.Action = "roles.remove"

// agree holds what the files of a bundle say against the rows of the record: what is
// sealed must be what was recorded when it happened.
func (v *Verified) agree(files []member, rows recorded) {
	var d decisionsFile
	var before, after snapshotFile
	for _, f := range []struct {
		name string
		into any
	}{{fileJSON, &d}, {fileBefore, &before}, {fileAfter, &after}} {
		if err := parse(files, f.name, f.into); err != nil {
			v.fault(f.name, "cannot be read: %v", err)
			return
		}
	}
	if d.Review.ID != v.Manifest.Review || d.Review.Plan.Name != v.Manifest.Name {
		v.fault(fileJSON, "is of another review")
		return
	}
	if what := rows.begins(d, before, v.Manifest.Record.First); what != "" {
		v.fault(fileBefore, "%s", what)
		return
	}
	for n, item := range d.Decisions {
		var e Evidence
		if err := json.Unmarshal(before.Assignments[n], &e); err != nil {
			v.fault(fileBefore, "item %d cannot be read: %v", item.Item, err)
			return
		}
		what := rows.decides(item, e)
		if what == "" {
			what = rows.revokes(item)
		}
		if what != "" {
			v.fault(fileJSON, "item %d %s", item.Item, what)
		}
	}
	if what := rows.closes(d); what != "" {
		v.fault(fileJSON, "%s", what)
	}
	if what := rows.finishes(d, after); what != "" {
		v.fault(fileAfter, "%s", what)
	}
}

// parse reads a file of a bundle.
func parse(files []member, name string, into any) error {
	i := slices.IndexFunc(files, func(f member) bool { return f.name == name })
	if i < 0 {
		return fmt.Errorf("it is not there")
	}
	var b bytes.Buffer
	if err := files[i].write(&b); err != nil {
		return err
	}
	return json.Unmarshal(b.Bytes(), into)
}

// begins says where what was reviewed is not what the record has as the review's start;
// empty: nowhere.
func (r recorded) begins(d decisionsFile, before snapshotFile, first int64) string {
	if len(r.started) != 1 || r.started[0].Seq != first {
		return "does not begin with the row that started the review"
	}
	row := r.started[0]
	has := wordsOf(row.Params)
	var keys []string
	inOrder := true
	for n, i := range d.Decisions {
		keys = append(keys, i.Key)
		inOrder = inOrder && i.Item == n+1
	}
	switch {
	case !inOrder, number(has["items"]) != len(d.Decisions), len(before.Assignments) != len(d.Decisions):
		return fmt.Sprintf("has other items than the %d that row %d says", number(has["items"]), row.Seq)
	case has["sha256"] != before.hash(keys...):
		return fmt.Sprintf("is not the evidence of which row %d has the hash", row.Seq)
	case !d.Review.Owner.same(whoOf(row)), row.Detail != d.Review.Plan.Name, has["due"] != stamp(d.Review.Plan.Due), word(audit.Words(nil, words{Scope: d.Review.Plan.Scope.words()}), "scope") != has["scope"]:
		return fmt.Sprintf("belongs to another review than row %d started", row.Seq)
	case row.At.Sub(moment(d.Review.Started)).Abs() > halfFilled:
		return fmt.Sprintf("was started at another time than row %d", row.Seq)
	}
	return ""
}

// decides says where an item is not what the record has as its decision: the last one,
// else what was carried forward when the review began.
func (r recorded) decides(d decisionFile, e Evidence) string {
	row, is := r.last[d.Item]
	want := decisionFile{Item: d.Item, Key: d.Key, Person: e.Person.Person, Role: e.Role, Reaches: e.Words, Reviewer: d.Reviewer}
	var what string
	switch c := e.Carried; {
	case !is && c != nil:
		want.Verdict, want.Note, want.By, want.At, want.Row, want.Carried = Keep, c.Note, c.By, c.At, c.Row, c.From
		what = "is not as it was carried forward"
	case !is, desk.Action(row.Action) == undone:
		what = "has a decision, and the record has none"
	default:
		words := wordsOf(row.Params)
		want.Verdict, want.Note, want.By, want.At, want.Row = Verdict(words["verdict"]), row.Reason, whoOf(row), d.At, row.Seq
		what = fmt.Sprintf("is not what row %d of the record says was decided", row.Seq)
		if row.TargetID != d.Person.ID || words["role_type"] != e.Role.Type || !near(d.At, row) {
			return what
		}
	}
	d.Outcome, d.Why, d.Ask, d.OutcomeRow, d.OutcomeAt, d.By.Login, want.By.Login = "", "", "", 0, "", "", ""
	if d != want {
		return what
	}
	return ""
}

// revokes says where an item did not end as its row of the record says. Every revoke has
// an end, and every end the last row that there is about it.
func (r recorded) revokes(d decisionFile) string {
	if d.Verdict != Revoke {
		if d.Outcome != "" || d.OutcomeRow != 0 || r.tried[d.Item] != 0 {
			return "has an end, and was not to be revoked"
		}
		return ""
	}
	row, ok := r.by[d.OutcomeRow]
	switch {
	case d.Outcome == "":
		return "was to be revoked, and has no end"
	case !ok || number(word(row.Params, "item")) != d.Item || row.TargetID != d.Person.ID || row.ActorID != self().ID:
		return "names a row of the record as its end that is not its own"
	case r.tried[d.Item] != row.Seq:
		return fmt.Sprintf("was tried again in row %d", r.tried[d.Item])
	case !r.came(row, d.Outcome) || moment(d.OutcomeAt).Before(row.At.Add(-rowLag)):
		return fmt.Sprintf("did not end as row %d of the record says", row.Seq)
	}
	return ""
}

// came reports whether a revoke can have come to this, by its row.
func (r recorded) came(row audit.Row, as desk.Ending) bool {
	end := r.ends[row.Seq]
	switch {
	case row.Phase == audit.PhaseRefused: // nothing was sent
		return strings.HasPrefix(row.Detail, "review."+string(as)+":")
	case row.Phase != audit.PhaseIntent:
		return false
	case as == desk.EndDone:
		return end.Result != audit.Failed
	case as == desk.EndRefused, as == desk.EndGone:
		return end.Result != audit.Done
	}
	return as == desk.EndUnsure
}

// closes says where the close, what was carried out again, and the numbers of it are not
// what the record says.
func (r recorded) closes(d decisionsFile) string {
	said := append([]repeatFile{{d.Review.Closer, d.Review.Closed}}, d.Review.Again...)
	if len(r.closed) != len(said) || len(r.ended) != len(said) {
		return fmt.Sprintf("says that it was carried out %d times, and the record says %d, of which %d ended", len(said), len(r.closed), len(r.ended))
	}
	for n, row := range r.closed {
		if !said[n].By.same(whoOf(row)) || !near(said[n].At, row) || row.Seq > r.ended[n].Seq {
			return fmt.Sprintf("was closed, or carried out again, by somebody else or at another time than row %d says", row.Seq)
		}
	}
	c, words := numbersOf(d.Decisions), wordsOf(r.closed[0].Params)
	if c != d.Review.Count || number(words["items"]) != c.All || number(words["revokes"]) != c.Revoke || number(words["undecided"]) != c.Undecided() || number(words["carried"]) != c.Carried {
		return fmt.Sprintf("has other numbers than its items and row %d", r.closed[0].Seq)
	}
	if pace := r.pace(d.Decisions); !slices.Equal(pace, d.Pace) {
		return "says that it was decided at another pace than the record"
	}
	return ""
}

// finishes says where the end of a review is not what the record says.
func (r recorded) finishes(d decisionsFile, after snapshotFile) string {
	if len(r.ended) == 0 {
		return "has no row of the record that ends the review"
	}
	row := r.ended[len(r.ended)-1]
	words := wordsOf(row.Params)
	ends := map[desk.Ending]int{}
	for _, i := range d.Decisions {
		ends[i.Outcome]++
	}
	switch {
	case words["sha256"] != after.hash():
		return fmt.Sprintf("is not what row %d has the hash of", row.Seq)
	case row.ActorID != self().ID, number(words["items"]) != len(d.Decisions), words["ends"] != strings.Join(endWords(ends), ","), !near(d.Review.Ended, row):
		return fmt.Sprintf("belongs to another end than row %d says", row.Seq)
	}
	return ""
}

// numbersOf counts decisions.
func numbersOf(all []decisionFile) (c Count) {
	c.All = len(all)
	for _, d := range all {
		c.Keep += flag(d.Verdict == Keep)
		c.Revoke += flag(d.Verdict == Revoke)
		c.Skip += flag(d.Verdict == Skip)
		c.Carried += flag(d.Carried != "")
		c.Nobody += flag(d.Reviewer.ID == "")
		gone := d.Outcome == desk.EndDone || d.Outcome == desk.EndGone
		c.Done += flag(gone)
		c.Left += flag(!gone && d.Outcome != "")
	}
	return c
}
