package audit

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"fmt"
)

// Along writes an event together with what also does in the same transaction, both
// or neither. also is told the number that the row gets.
func (l *Log) Along(ctx context.Context, r Row, also func(context.Context, *sql.Tx, int64) error) (int64, error) {
	r.Phase = PhaseEvent
	return l.append(ctx, r, func(ctx context.Context, tx *sql.Tx, r Row) error { return also(ctx, tx, r.Seq) })
}

// Together writes several events together with what also does, all of it or nothing.
func (l *Log) Together(ctx context.Context, rows []Row, also func(context.Context, *sql.Tx) error) error {
	err := l.db.Alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := also(ctx, tx); err != nil {
			return err
		}
		for _, r := range rows {
			r.Phase = PhaseEvent
			if err := l.write(ctx, tx, &r, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write rows of the record: %w", err)
	}
	return nil
}

// Seal is a signature of the record's key under something that is no row of the
// record. What it is says purpose, so that a seal for one thing is none for another.
type Seal struct {
	Key string `json:"key"` // the public key that signed
	Sig string `json:"signature"`
}

// Seal signs a message.
func (k Key) Seal(purpose string, message []byte) Seal {
	return Seal{k.Public(), base64.StdEncoding.EncodeToString(ed25519.Sign(k.current, sealed(purpose, message)))}
}

// Holds reports whether the seal is one under the message.
func (s Seal) Holds(purpose string, message []byte) bool {
	key, err1 := base64.StdEncoding.Strict().DecodeString(s.Key)
	sig, err2 := base64.StdEncoding.Strict().DecodeString(s.Sig)
	return err1 == nil && err2 == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, sealed(purpose, message), sig)
}

func sealed(purpose string, message []byte) []byte {
	return putText(putText(putText(nil, "keydesk seal 1"), purpose), string(message))
}
