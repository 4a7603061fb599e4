package audit

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Format is what an export is written as.
type Format string

// The formats. JSON lines can be verified; CSV is for people and their sheets.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
)

// opening is the first line of an export.
type opening struct {
	Type   string    `json:"type"`
	Format int       `json:"format"`
	Whole  bool      `json:"whole"` // every row from the first or from the newest cut on
	At     time.Time `json:"at"`
}

const exportFormat = 1

// The types of lines.
const (
	typeOpening    = "record"
	typeRow        = "row"
	typeCheckpoint = "checkpoint"
	typeEnd        = "end"
)

// closing is the last line of an export: without it the export was cut short.
type closing struct {
	Type string `json:"type"`
	Rows int64  `json:"rows"`
}

// jsonRow and jsonCheckpoint are lines.
type jsonRow struct {
	Type string `json:"type"`
	*Row
}

type jsonCheckpoint struct {
	Type string `json:"type"`
	*Checkpoint
}

// Line is one line of JSON, without its end.
func (r *Row) line() ([]byte, error) { return json.Marshal(jsonRow{typeRow, r}) }

func (c *Checkpoint) line() ([]byte, error) { return json.Marshal(jsonCheckpoint{typeCheckpoint, c}) }

// Export writes the rows that match f, oldest first, outcomes among them, and
// returns how many. keep leaves more out, where it is given. Rows are written as
// they are read: the record need not fit into memory.
func (l *Log) Export(ctx context.Context, w io.Writer, as Format, f Filter, keep func(Row) bool) (n int64, err error) {
	var out sheet = &jsonSheet{w: w}
	if as == CSV {
		out = &csvSheet{w: csv.NewWriter(w)}
	}
	whole := !f.Narrow() && keep == nil
	signed, err := l.open(ctx, out, whole)
	if err != nil {
		return 0, err
	}
	cut, err := l.newestCut(ctx)
	if err != nil {
		return 0, err
	}
	pages := l.allRows
	if !whole {
		pages = l.someRows
	}
	var last int64
	err = pages(ctx, f, func(rows []Row) error {
		for _, r := range rows {
			last = max(last, r.Seq)
			if keep != nil && !keep(r) {
				continue
			}
			if err := out.row(&r); err != nil {
				return err
			}
			n++
		}
		return out.flush()
	})
	if err == nil {
		err = l.signedSince(ctx, out, signed, last)
	}
	if now, cerr := l.newestCut(ctx); err == nil && (cerr != nil || now != cut) {
		err = errors.Join(errCutMeanwhile, cerr)
	}
	if err == nil {
		err = errors.Join(out.end(closing{typeEnd, n}), out.flush())
	}
	return n, err
}

// open writes what comes before the rows, and returns the number of the last
// checkpoint among it.
func (l *Log) open(ctx context.Context, out sheet, whole bool) (last int64, err error) {
	if err := out.open(opening{typeOpening, exportFormat, whole, l.moment()}); err != nil {
		return 0, err
	}
	all, err := checkpoints(ctx, l.db.R, `order by id`)
	for _, c := range all {
		if err == nil {
			last, err = c.ID, out.checkpoint(&c)
		}
	}
	return last, err
}

// signedSince writes what was signed while the rows were written, as far as they go:
// without it the end of a long export would look as if its signatures had been taken
// away.
func (l *Log) signedSince(ctx context.Context, out sheet, id, upTo int64) error {
	all, err := checkpoints(ctx, l.db.R, `where id > $1 and seq <= $2 and kind <> 'cut' order by id`, id, upTo)
	for _, c := range all {
		if err == nil {
			err = out.checkpoint(&c)
		}
	}
	return err
}

var errCutMeanwhile = errors.New("old rows were cut off while the record was exported: export it once more")

// exportRows is how many rows are read at once.
const exportRows = 500

// allRows gives every row, in order.
func (l *Log) allRows(ctx context.Context, _ Filter, take func([]Row) error) error {
	for last := int64(0); ; {
		rows, err := l.rows(ctx, `select `+columns+` from record where seq > $1 order by seq limit $2`, last, exportRows)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := take(rows); err != nil {
			return err
		}
		last = rows[len(rows)-1].Seq
	}
}

// someRows gives the acts that match f, each followed by its outcomes.
func (l *Log) someRows(ctx context.Context, f Filter, take func([]Row) error) error {
	where, args := f.where()
	args = append(args, int64(0), exportRows)
	//nolint:gosec // where holds constants and placeholders alone
	q := `select ` + columns + ` from record where ` + where + fmt.Sprintf(` and seq > $%d order by seq limit $%d`, len(args)-1, len(args))
	for {
		rows, err := l.rows(ctx, q, args...)
		if err != nil || len(rows) == 0 {
			return err
		}
		args[len(args)-2] = rows[len(rows)-1].Seq
		ends, err := l.ends(ctx, rows)
		if err != nil {
			return err
		}
		var both []Row
		for _, r := range rows {
			both = append(append(both, r), ends[r.Seq]...)
		}
		if err := take(both); err != nil {
			return err
		}
	}
}

// sheet is what an export is written to.
type sheet interface {
	open(opening) error
	checkpoint(*Checkpoint) error
	row(*Row) error
	end(closing) error
	flush() error
}

type jsonSheet struct{ w io.Writer }

func (s *jsonSheet) put(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = s.w.Write(append(b, '\n'))
	}
	return err
}

func (s *jsonSheet) open(o opening) error           { return s.put(o) }
func (s *jsonSheet) checkpoint(c *Checkpoint) error { return s.put(jsonCheckpoint{typeCheckpoint, c}) }
func (s *jsonSheet) row(r *Row) error               { return s.put(jsonRow{typeRow, r}) }
func (s *jsonSheet) end(c closing) error            { return s.put(c) }
func (s *jsonSheet) flush() error                   { return nil }

type csvSheet struct{ w *csv.Writer }

func (s *csvSheet) open(opening) error {
	names := strings.FieldsFunc(columns, func(r rune) bool { return r <= ' ' || r == ',' })
	return s.w.Write(names)
}

func (s *csvSheet) checkpoint(*Checkpoint) error { return nil }

func (s *csvSheet) end(closing) error { return nil }

func (s *csvSheet) row(r *Row) error {
	values := r.values()
	cells := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			cells[i] = Guard(v)
		case int64:
			cells[i] = strconv.FormatInt(v, 10)
		case int:
			cells[i] = strconv.Itoa(v)
		}
	}
	cells[1], cells[24], cells[26] = stamp(r.At), stamp(r.AuthTime), stamp(r.OktaAt)
	return s.w.Write(cells)
}

func (s *csvSheet) flush() error {
	s.w.Flush()
	return s.w.Error()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// Guard puts an apostrophe before what a spreadsheet would take for a formula, in
// every width in which the signs exist: at the start of a cell, and wherever one
// begins for a sheet that separates them by semicolons or tabs.
func Guard(cell string) string {
	var b strings.Builder
	begins := true
	for _, r := range cell {
		if begins && strings.ContainsRune("=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−", r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		begins = strings.ContainsRune(";\t\r\n", r) || begins && strings.ContainsRune(" \u00a0\u3000\"", r)
	}
	return b.String()
}
