package review

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"keydesk/internal/audit"
	"keydesk/internal/store"
)

// noSeal is why there is no sealed evidence of a review that ended, and will be none.
type noSeal string

const (
	noSealChanged noSeal = "changed" // it is not what the console wrote, or not what the record says
	noSealCut     noSeal = "cut"     // rows of the record were cut off for their age
	noSealLarge   noSeal = "large"   // it would be more than a bundle may hold
)

// NotSealed says why there is no sealed evidence, and will be none; empty: there is, or
// it is still to be made.
func (r Review) NotSealed() string {
	switch r.unsealed {
	case "":
		return ""
	case noSealCut:
		return "There is no sealed evidence: rows of the record that belong to this review were cut off for their age before it ended."
	case noSealLarge:
		return "There is no sealed evidence: more was written into the record during this review than a bundle may hold. All of it is in the record."
	}
	return "There is no sealed evidence: what the database has of this review is not what this console wrote, or not what the record says. The record says what differs, in the row review.unsealed. Tell whoever runs Keydesk."
}

// unfitError is of a review that cannot be sealed as it is.
type unfitError struct {
	why  noSeal
	what string
}

// Error says what stands in the way.
func (e *unfitError) Error() string { return e.what }

// sealed is what a review keeps of its bundle: the manifest as it was sealed, and the
// run of the record. The files are kept beside it, as they were written, since a later
// version may write them otherwise; the rows of the record are read anew each time. All
// of it is held against the manifest.
type sealed struct {
	Manifest string     `json:"manifest"`
	Part     audit.Part `json:"part"`
}

// seal signs what a review came to when it ended: once, and once more only when what was
// left has been carried out again. What the console did not write so is not sealed, nor
// what verifying would not take.
func (r *Reviews) seal(ctx context.Context, id string, lease *store.Lease) error {
	v, err := r.get(ctx, r.db.R, ended, id)
	if err != nil || v.State != Closed || v.Sealed || v.unsealed != "" {
		return err
	}
	part, err := r.record.PartFrom(ctx, v.First, r.sign)
	if err != nil {
		return err
	}
	files, m, err := r.fit(ctx, v, part)
	var unfit *unfitError
	switch {
	case errors.As(err, &unfit):
		return r.unseal(ctx, v, lease, unfit.why, unfit.what)
	case errors.Is(err, audit.ErrCutOff):
		return r.unseal(ctx, v, lease, noSealCut, err.Error())
	case err != nil:
		return err
	}
	m.Seal = r.sign.Seal(purpose, m.message())
	return r.keep(ctx, v, lease, sealed{string(m.encode()), part}, files)
}

// fit writes the files of a bundle and what is to be signed of them, and holds them to
// everything that verifying does.
func (r *Reviews) fit(ctx context.Context, v Review, p audit.Part) ([]member, Manifest, error) {
	m := Manifest{Format: manifestFormat, Review: v.ID, Name: v.Plan.Name, Sealed: r.moment(), Record: Run{p.First, p.Head.Seq, p.Head.Hash}}
	rows, err := r.recorded(ctx, v.ID, p)
	if err != nil {
		return nil, m, err
	}
	before, err := r.events(ctx, v, sealing)
	if err != nil {
		return nil, m, err
	}
	if len(before) > 0 && len(rows.closed) > 0 && before[0].Seq > rows.closed[len(rows.closed)-1].Seq {
		return nil, m, &unfitError{noSealChanged, fmt.Sprintf("it was sealed in row %d, and what was sealed is gone", before[0].Seq)}
	}
	files, err := r.write(ctx, v, rows, p)
	if err != nil {
		return nil, m, err
	}
	if m.Files, err = measured(files); err != nil {
		return nil, m, err
	}
	for _, f := range m.Files {
		if f.Size > most(f.Name) {
			return nil, m, &unfitError{noSealLarge, fmt.Sprintf("%s has %d bytes, and may have %d", f.Name, f.Size, most(f.Name))}
		}
	}
	check := Verified{Manifest: m}
	check.agree(files, rows)
	if len(check.Faults) > 0 {
		return nil, m, &unfitError{noSealChanged, check.Faults[0].File + " " + check.Faults[0].What}
	}
	return files, m, nil
}

// recorded are the rows of a review in a part of the record.
func (r *Reviews) recorded(ctx context.Context, id string, p audit.Part) (recorded, error) {
	in, out := io.Pipe()
	go func() { _ = out.CloseWithError(r.record.ExportPart(ctx, out, p)) }() // it never fails
	rows, err := reviewRows(in, id)
	return rows, errors.Join(err, in.Close())
}

// keep keeps a bundle, and writes into the record what was sealed.
func (r *Reviews) keep(ctx context.Context, v Review, lease *store.Lease, s sealed, files []member) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return err
	}
	bodies, err := packed(files) // while nobody waits for it
	if err != nil {
		return err
	}
	row := r.row(self(), sealing, v.Plan.Name, words{Review: v.ID, SHA256: digest([]byte(s.Manifest))})
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		for name, body := range bodies {
			if err := keepFile(ctx, tx, v.ID, name, body); err != nil {
				return err
			}
		}
		res, err := tx.ExecContext(ctx, `update review set manifest = $1 where id = $2 and state = 'closed'`, string(kept), v.ID)
		return store.MetOne(res, err, errOnceMore)
	})
	return err
}

// errOnceMore is of a seal, or of none, that came too late: somebody had what was left
// carried out once more meanwhile, so the seal waits until that has ended.
var errOnceMore = errors.New("what was left is carried out once more")

// unseal ends a review that cannot be sealed: it is said once, and not tried again.
func (r *Reviews) unseal(ctx context.Context, v Review, lease *store.Lease, why noSeal, what string) error {
	r.log.ErrorContext(ctx, "a review cannot be sealed", "review", v.ID, "why", what)
	row := r.row(self(), unsealing, v.Plan.Name, words{Review: v.ID})
	row.Detail = "review." + string(why) + ": " + what
	if v.Ended.IsZero() || v.State == Closing {
		v.Ended = r.moment()
	}
	_, err := r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `update review set state = 'closed', ended_at = $1, unsealed = $2 where id = $3 and state = $4`, store.Milli(v.Ended), string(why), v.ID, string(v.State))
		return store.MetOne(res, err, errOnceMore)
	})
	return err
}
