package review

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strconv"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// decisionsFile is decisions.json.
type decisionsFile struct {
	Review    reviewFile     `json:"review"`
	Pace      []paceFile     `json:"pace"`
	Decisions []decisionFile `json:"decisions"`
}

type reviewFile struct {
	ID      string `json:"id"`
	Plan    Plan   `json:"plan"`
	Owner   Person `json:"owner"`
	Closer  Person `json:"closed_by"`
	MapAsOf string `json:"map_as_of"`
	Started string `json:"started_at"`
	Closed  string `json:"closed_at"`
	Ended   string `json:"ended_at"`
	Count   Count  `json:"count"`

	Again []repeatFile `json:"carried_out_again,omitempty"` // what was left
}

type repeatFile struct {
	By Person `json:"by"`
	At string `json:"at"`
}

type paceFile struct {
	Reviewer    Person `json:"reviewer"`
	Items       int    `json:"items"`
	Decisions   int    `json:"decisions"`
	MedianMs    int64  `json:"median_ms"`
	Streak      int    `json:"longest_streak_of_keeps_without_evidence"`
	Under2sRate int    `json:"per_cent_under_2_s"`
}

type decisionFile struct {
	Item       int         `json:"item"`
	Key        string      `json:"key"`
	Person     Person      `json:"person"`
	Role       Role        `json:"role"`
	Reaches    string      `json:"reaches"`
	Reviewer   Person      `json:"reviewer"`
	Verdict    Verdict     `json:"decision,omitempty"`
	Note       string      `json:"reason,omitempty"`
	By         Person      `json:"by,omitzero"`
	At         string      `json:"at,omitempty"`
	Row        int64       `json:"row,omitempty"`
	Carried    string      `json:"carried_forward_from,omitempty"`
	Outcome    desk.Ending `json:"outcome,omitempty"`
	Why        string      `json:"outcome_why,omitempty"`
	Ask        string      `json:"outcome_ask,omitempty"`
	OutcomeRow int64       `json:"outcome_row,omitempty"`
	OutcomeAt  string      `json:"outcome_at,omitempty"`
}

type snapshotFile struct {
	What        string            `json:"what"`
	Assignments []json.RawMessage `json:"assignments"` // Evidence, as it was written when it was read
}

// content is everything that the files of a bundle are made from.
type content struct {
	review decisionsFile
	before snapshotFile
	after  snapshotFile
}

// content reads it. What the console did not write so is *unfitError.
func (r *Reviews) content(ctx context.Context, v Review, rows recorded) (c content, err error) {
	items, err := r.itemsOf(ctx, v.ID)
	if err != nil {
		return c, err
	}
	if what := r.tampered(v, items); what != "" {
		return c, &unfitError{noSealChanged, what}
	}
	bodies, err := all(ctx, r.db.R, store.Text, `select body from review_snapshot where review = $1 and which = 'after'`, v.ID)
	if err != nil {
		return c, err
	}
	if len(bodies) == 0 || json.Unmarshal([]byte(bodies[0]), &c.after.Assignments) != nil || !store.SameMac(v.endMac, r.endMacOf(v, items, c.after.hash())) {
		return c, &unfitError{noSealChanged, "how its revokes ended, or what the map held afterwards, is not as it was written"}
	}
	c.review.Review = reviewFile{v.ID, v.Plan, v.Owner, v.Closer, stamp(v.AsOf), stamp(v.Started), stamp(v.Closed), stamp(v.Ended), v.Count, nil}
	for _, a := range v.Again {
		c.review.Review.Again = append(c.review.Review.Again, repeatFile{a.By, stamp(a.At)})
	}
	c.before.What, c.after.What = "what was reviewed, as it was at the start", "what the same people held of it when the last revoke had its end"
	for _, i := range items {
		e := i.Evidence
		c.review.Decisions = append(c.review.Decisions, decisionFile{
			i.N, i.Key, e.Person.Person, e.Role, e.Words, i.Reviewer, i.Verdict, i.Note, i.By, stamp(i.At), i.Seq, i.Carried,
			i.Outcome.End, i.Outcome.Why, i.Outcome.Ask, i.Outcome.Seq, stamp(i.Outcome.At),
		})
		c.before.Assignments = append(c.before.Assignments, json.RawMessage(i.evidence))
	}
	c.review.Pace = rows.pace(c.review.Decisions)
	return c, nil
}

// hash is that of the assignments, wherever they stand; keys name them, where they are
// named.
func (s snapshotFile) hash(keys ...string) string {
	lines := make([]line, len(s.Assignments))
	for n, a := range s.Assignments {
		var b bytes.Buffer
		if json.Compact(&b, a) == nil {
			lines[n].text = b.Bytes()
		}
		if n < len(keys) {
			lines[n].key = keys[n]
		}
	}
	return hashOf(lines)
}

// write makes the files of a bundle from the database, all but the manifest.
func (r *Reviews) write(ctx context.Context, v Review, rows recorded, p audit.Part) ([]member, error) {
	c, err := r.content(ctx, v, rows)
	if err != nil {
		return nil, err
	}
	report, err := reportOf(c, p)
	if err != nil {
		return nil, err
	}
	decisions, err1 := indented(c.review)
	before, err2 := indented(c.before)
	after, err3 := indented(c.after)
	sheet, err4 := sheetOf(c.review.Decisions)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	return []member{
		memberOf(fileReport, report), memberOf(fileCSV, sheet), memberOf(fileJSON, decisions), memberOf(fileBefore, before), memberOf(fileAfter, after), r.rows(ctx, p),
	}, nil
}

// rows are the rows of the record that belong to a bundle, as its file.
func (r *Reviews) rows(ctx context.Context, p audit.Part) member {
	return member{name: fileRecord, write: func(w io.Writer) error { return r.record.ExportPart(ctx, w, p) }}
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// sheetOf is decisions.csv.
func sheetOf(all []decisionFile) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.Write([]string{
		"item", "person", "login", "person_id", "role", "type", "how", "through", "reaches", "reviewer", "decision", "reason", "by", "at", "row", "carried_forward_from",
		"outcome", "outcome_why", "outcome_ask", "outcome_row", "outcome_at",
	})
	for _, d := range all {
		cells := []string{
			strconv.Itoa(d.Item), d.Person.Name, d.Person.Login, d.Person.ID, d.Role.Label, d.Role.Type, d.Role.How, d.Role.Through, d.Reaches, d.Reviewer.Name, string(d.Verdict), d.Note,
			d.By.Name, d.At, strconv.FormatInt(d.Row, 10), d.Carried, string(d.Outcome), d.Why, d.Ask, strconv.FormatInt(d.OutcomeRow, 10), d.OutcomeAt,
		}
		for i := range cells {
			cells[i] = audit.Guard(cells[i])
		}
		err = errors.Join(err, w.Write(cells))
	}
	w.Flush()
	return b.Bytes(), errors.Join(err, w.Error())
}

// tally counts and hashes what is written to it.
type tally struct {
	n   int64
	crc uint32
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
}

// Write counts.
func (t *tally) Write(p []byte) (int, error) {
	t.n, t.crc = t.n+int64(len(p)), crc32.Update(t.crc, crc32.IEEETable, p)
	return t.sum.Write(p)
}

// measured writes each file to nowhere, and completes what is known of it.
func measured(files []member) ([]File, error) {
	var out []File
	for i, f := range files {
		t := &tally{sum: sha256.New()}
		if err := f.write(t); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		files[i].size, files[i].crc = t.n, t.crc
		out = append(out, File{f.name, t.n, hex.EncodeToString(t.sum.Sum(nil))})
	}
	return out, nil
}

// Bundle writes the sealed evidence of a review to the writer that begin gives, after
// it has recorded who takes it away. What is in the database has to be what was sealed:
// otherwise nothing is given out, and the error names the file that differs.
func (r *Reviews) Bundle(ctx context.Context, who desk.Actor, id string, begin func(name string) io.Writer) error {
	if err := r.may(ctx, who, exported, r.desk.MayExportReview(who)); err != nil {
		return err
	}
	v, err := r.get(ctx, r.db.R, exported, id)
	if err != nil {
		return unreadable(exported, err)
	}
	files, m, err := r.sealedFiles(ctx, v)
	if err != nil {
		return unreadable(exported, err)
	}
	row := r.row(who, exported, v.Plan.Name, words{Review: v.ID, SHA256: digest(m.encode())})
	row.Class = string(desk.Reading)
	if _, err := r.record.Add(ctx, row); err != nil {
		return failed(exported, err)
	}
	return pack(begin(v.BundleName()), append(files, memberOf(fileManifest, m.encode())), nil)
}

// sealedFiles are the files of a bundle, held against what was sealed.
func (r *Reviews) sealedFiles(ctx context.Context, v Review) ([]member, Manifest, error) {
	kept, m, err := r.sealedManifest(ctx, v)
	if err != nil {
		return nil, m, err
	}
	var files []member
	for _, name := range members() {
		f := r.rows(ctx, kept.Part)
		if name != fileRecord {
			if f, err = r.keptFile(ctx, v.ID, name); err != nil {
				return nil, m, err
			}
		}
		files = append(files, f)
	}
	got, err := measured(files)
	if errors.Is(err, audit.ErrCutOff) {
		return nil, m, cutOff(err)
	}
	if err != nil {
		return nil, m, err
	}
	for _, f := range got {
		if want, ok := m.file(f.Name); !ok || want != f {
			return nil, m, changed(f.Name)
		}
	}
	return files, m, nil
}

// sealedManifest is what was sealed of a review: the manifest, and the part of the record.
// One of another review, that another key has signed, or that the record does not say
// was sealed last, is none.
func (r *Reviews) sealedManifest(ctx context.Context, v Review) (kept sealed, m Manifest, err error) {
	if !v.Sealed {
		return kept, m, fault(desk.Conflict, exported, cmp.Or(v.NotSealed(), "There is no sealed evidence yet: it is made when the review is closed and every revoke has its end."))
	}
	rows, err := r.events(ctx, v, sealing)
	if err == nil && len(rows) == 0 {
		err = r.stillThere(ctx, v)
	}
	if err != nil {
		return kept, m, err
	}
	if json.Unmarshal([]byte(v.manifest), &kept) == nil {
		m, err = parseManifest([]byte(kept.Manifest))
	}
	head, run := kept.Part.Head, Run{kept.Part.First, kept.Part.Head.Seq, kept.Part.Head.Hash}
	switch {
	case err != nil, !m.Holds(purpose, m.message()), m.Review != v.ID, m.Record != run, m.Key != head.Key, !slices.Contains(r.sign.Publics(), m.Key),
		len(rows) == 0, word(rows[0].Params, "sha256") != digest([]byte(kept.Manifest)):
		return kept, m, changed(fileManifest)
	}
	return kept, m, nil
}

// stillThere refuses a review whose first row the record has no more.
func (r *Reviews) stillThere(ctx context.Context, v Review) error {
	rows, err := r.events(ctx, v, started)
	if err == nil && len(rows) == 0 {
		return cutOff(audit.ErrCutOff)
	}
	return err
}

func cutOff(err error) *desk.Error {
	return &desk.Error{Kind: desk.Gone, Action: exported, Err: err, Msg: "Rows of the record that belong to this review were cut off for their age, so its evidence cannot be made any more. Use the bundle that was taken away before."}
}

// BundleName is the name of the file of a review's evidence. That of each carrying out
// has another one.
func (r Review) BundleName() string {
	name := "keydesk-review-" + r.ID
	if n := len(r.Again); n > 0 {
		name += "-" + strconv.Itoa(n+1)
	}
	return name + ".zip"
}

// SealKey is the public key that a review's evidence verifies with: the one that it is
// sealed with, or would be now.
func (r *Reviews) SealKey(v Review) string {
	var kept sealed
	if json.Unmarshal([]byte(v.manifest), &kept) == nil {
		if m, err := parseManifest([]byte(kept.Manifest)); err == nil && slices.Contains(r.sign.Publics(), m.Key) {
			return m.Key
		}
	}
	return r.sign.Public()
}

func changed(name string) *desk.Error {
	return &desk.Error{Kind: desk.Conflict, Action: exported, Rule: "review.changed", Msg: "What is in the database is not what was sealed: " + name + " would differ. Nothing was given out. Tell whoever runs Keydesk."}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
