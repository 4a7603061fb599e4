package audit

import (
	"context"
	"database/sql"
)

// VerifyTx verifies what a transaction sees.
func VerifyTx(ctx context.Context, tx *sql.Tx) (Report, error) { return verify(ctx, tx) }
