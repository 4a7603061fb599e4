package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrCutOff is of rows that were cut off for their age.
var ErrCutOff = errors.New("rows of the record that belong to it were cut off for their age")

// Part is a run of the record that ends with a signed head, so that it verifies by
// itself: VerifyExport takes it with the head's place as trust.
type Part struct {
	First int64      // its first row
	Head  Checkpoint // its last row, signed
}

// PartFrom is the run from a row on up to the head as it is now, which is signed for it.
func (l *Log) PartFrom(ctx context.Context, first int64, k Key) (Part, error) {
	if _, err := l.Sign(ctx, k, true); err != nil {
		return Part{}, fmt.Errorf("sign the head of the record: %w", err)
	}
	head, err := lastCheckpoint(ctx, l.db.R)
	switch {
	case err != nil:
		return Part{}, err
	case head.Kind != Head || head.Seq < first:
		return Part{}, fmt.Errorf("the head of the record is not signed from row %d on", first)
	}
	return Part{first, head}, nil
}

// ExportPart writes a run as JSON lines, the same bytes each time: first the signed
// heads in it and the words with which keys took over, then the rows.
func (l *Log) ExportPart(ctx context.Context, w io.Writer, p Part) error {
	out := &jsonSheet{w: w}
	all, err := checkpoints(ctx, l.db.R, `where id < $1 and kind <> 'cut' and (seq >= $2 or kind = 'key') order by id`, p.Head.ID, p.First)
	if err != nil {
		return err
	}
	for _, c := range append(all, p.Head) {
		if err := out.checkpoint(&c); err != nil {
			return err
		}
	}
	for next := p.First; next <= p.Head.Seq; {
		rows, err := l.rows(ctx, `select `+columns+` from record where seq >= $1 and seq <= $2 order by seq limit $3`, next, p.Head.Seq, exportRows)
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].Seq != next {
			return ErrCutOff
		}
		for _, r := range rows {
			if err := out.row(&r); err != nil {
				return err
			}
		}
		next = rows[len(rows)-1].Seq + 1
	}
	return nil
}

// Lineage says, by the words of a part with which keys took over, who came before any of
// some keys and who after. Who came after one that is trusted can be trusted. Who came
// before cannot, for anybody can sign that they hand over to a key: what such a one
// signed counts only where a trusted key has signed a later row of the same chain.
func Lineage(part io.Reader, keys []string) (before, after []string, err error) {
	var over []Checkpoint
	err = lines(part, func(typ string, line []byte) error {
		var c Checkpoint
		if typ != typeCheckpoint {
			return nil
		}
		if err := json.Unmarshal(line, &c); err != nil {
			return errFormat
		}
		if c.Kind == NextKey && c.signed() {
			over = append(over, c)
		}
		return nil
	})
	for _, c := range over {
		if slices.Contains(keys, c.Key) || slices.Contains(after, c.Key) {
			after = append(after, c.NextKey)
		}
	}
	slices.Reverse(over)
	for _, c := range over {
		if slices.Contains(keys, c.NextKey) || slices.Contains(before, c.NextKey) {
			before = append(before, c.Key)
		}
	}
	return before, after, err
}
