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

	"keydesk/internal/store"
)

// packed are the files of a bundle as they are kept, by name. The rows of the record are
// kept where they are.
func packed(files []member) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range files {
		if f.name == fileRecord {
			continue
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if err := errors.Join(f.write(z), z.Close()); err != nil {
			return nil, err
		}
		out[f.name] = base64.StdEncoding.EncodeToString(b.Bytes())
	}
	return out, nil
}

// keepFile keeps a packed file of a bundle.
func keepFile(ctx context.Context, tx *sql.Tx, id, name, body string) error {
	_, err := tx.ExecContext(ctx, `insert into review_snapshot (review, which, body) values ($1, $2, $3) on conflict (review, which) do update set body = excluded.body`,
		id, name, body)
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
}

// keptFile is a file as it was kept. One that is gone, or cannot be read, is empty,
// and so another than what was sealed.
func (r *Reviews) keptFile(ctx context.Context, id, name string) (member, error) {
	bodies, err := all(ctx, r.db.R, store.Text, `select body from review_snapshot where review = $1 and which = $2`, id, name)
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
