package review

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// keepFile keeps a file of a bundle as it was written, packed. The rows of the record
// are kept where they are.
func keepFile(ctx context.Context, tx *sql.Tx, id string, f member) error {
	if f.name == fileRecord {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := errors.Join(f.write(z), z.Close()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `insert into review_snapshot (review, which, body) values ($1, $2, $3) on conflict (review, which) do update set body = excluded.body`,
		id, f.name, base64.StdEncoding.EncodeToString(b.Bytes()))
	if err != nil {
		return fmt.Errorf("keep %s: %w", f.name, err)
	}
	return nil
}

// keptFile is a file as keepFile kept it. One that is gone, or cannot be read, is empty,
// and so another than what was sealed.
func (r *Reviews) keptFile(ctx context.Context, id, name string) (member, error) {
	bodies, err := all(ctx, r.db.R, func(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }, `select body from review_snapshot where review = $1 and which = $2`, id, name)
	if err != nil {
		return member{}, err
	}
	var content []byte
	for _, body := range bodies {
		if z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader([]byte(body)))); err == nil {
			content, _ = io.ReadAll(io.LimitReader(z, maxMember+1)) // what is short differs
		}
	}
	return memberOf(name, content), nil
}
