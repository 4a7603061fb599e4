package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxLine bounds a line of an export, in bytes.
const maxLine = 4 << 20

// errFormat is of a file that is no export of the record.
var errFormat = errors.New("this is no export of the record as JSON lines")

// VerifyExport verifies an export as JSON lines, or the lines that were sent to a
// place outside, without the database. It is read twice, the first time for what was
// signed. Of what was sent, a row may come twice.
func VerifyExport(file io.ReadSeeker, t Trust) (Report, error) {
	f := &filed{walk: newWalk(t), seen: map[int64]string{}, sent: true}
	if err := lines(file, f.signed); err != nil {
		return f.rep, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return f.rep, err
	}
	if !f.rep.Part {
		f.take(f.all)
	}
	err := lines(file, f.read)
	if !f.rep.Part {
		f.end()
	}
	if !f.sent && (!f.closed || f.closing.Rows != f.rep.Rows) {
		f.fault(f.last.Seq+1, "is not there, nor what may have come after it: the file was cut short")
	}
	return f.rep, err
}

// resent is how far back a line is looked for that came again.
const resent = 1000

// filed is the verification of a file.
type filed struct {
	*walk
	sent bool // the file has no opening: it may begin anywhere
	all  []Checkpoint

	closed  bool
	closing closing

	seen map[int64]string // hashes of rows that came lately
}

// signed takes the lines before the rows can be looked at.
func (f *filed) signed(typ string, line []byte) error {
	switch typ {
	case typeOpening:
		var o opening
		if err := json.Unmarshal(line, &o); err != nil || !asWritten(o, line) || o.Format != exportFormat {
			return errFormat
		}
		f.rep.Part, f.sent = !o.Whole, false
	case typeEnd:
		if err := json.Unmarshal(line, &f.closing); err != nil || !asWritten(f.closing, line) {
			return errFormat
		}
		f.closed = true
	case typeCheckpoint:
		var c Checkpoint
		if err := json.Unmarshal(line, &c); err != nil {
			return errFormat
		}
		if !asWritten(jsonCheckpoint{typeCheckpoint, &c}, line) {
			f.fault(c.Seq, "has a signed head whose line is not as it was written")
		}
		if !f.sent || !slices.Contains(f.all[max(0, len(f.all)-resent):], c) { // what was sent may come again
			f.all = append(f.all, c)
		}
	}
	return nil
}

// read takes the rows.
func (f *filed) read(typ string, line []byte) error {
	if typ != typeRow {
		return nil
	}
	var r Row
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("%w (after row %d): %w", errFormat, f.last.Seq, err)
	}
	whole := sumIs(r.encode(nil), r.Hash) && asWritten(jsonRow{typeRow, &r}, line)
	switch {
	case f.rep.Part:
		f.alone(r, whole)
	case f.sent && r.Seq <= f.last.Seq && f.seen[r.Seq] == r.Hash && whole:
	case f.sent && !f.started:
		f.from(r)
		fallthrough
	default:
		f.remember(r)
		f.row(r, whole)
	}
	return nil
}

// asWritten reports whether a line is what the console writes, byte by byte: a name
// in other letters, or one that comes twice, means one thing here and another elsewhere.
func asWritten(v any, line []byte) bool {
	b, err := json.Marshal(v)
	return err == nil && bytes.Equal(b, line)
}

// alone takes a row of which the ones around it are not there.
func (f *filed) alone(r Row, whole bool) {
	if !whole || r.V < 1 || r.V > newest {
		f.fault(r.Seq, "was changed after it was written")
	}
	f.rep.Rows++
	f.last = r
}

// from begins the chain with a row in the middle of it.
func (f *filed) from(r Row) {
	f.begin()
	f.last = Row{Seq: r.Seq - 1, Hash: r.Prev}
	f.rep.First, f.anchor = r.Seq, r.Seq-1
	for len(f.checks) > 0 && f.checks[0].Seq < r.Seq {
		f.checks = f.checks[1:]
	}
}

func (f *filed) remember(r Row) {
	if len(f.seen) > 10_000 {
		clear(f.seen)
	}
	f.seen[r.Seq] = r.Hash
}

// lines gives each line and its type.
func lines(in io.Reader, take func(typ string, line []byte) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; s.Scan(); n++ {
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		typ, err := typeOf(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := take(typ, line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return s.Err()
}

func typeOf(line []byte) (string, error) {
	if bytes.HasPrefix(line, []byte(`{"type":"row",`)) {
		return typeRow, nil
	}
	var l struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return "", errFormat
	}
	switch l.Type {
	case typeOpening, typeRow, typeCheckpoint, typeEnd:
		return l.Type, nil
	}
	return "", errFormat
}
