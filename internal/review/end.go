package review

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"keydesk/internal/rolemap"
	"keydesk/internal/store"
)

// byPerson orders assignments by who holds them, then by role.
func byPerson(a, b Evidence) int {
	return cmp.Or(
		strings.Compare(strings.ToLower(a.Person.Name), strings.ToLower(b.Person.Name)), strings.Compare(a.Person.ID, b.Person.ID), strings.Compare(a.Role.Label, b.Role.Label),
		strings.Compare(a.Role.ID+a.Role.How+a.Role.Assignee, b.Role.ID+b.Role.How+b.Role.Assignee),
	)
}

// remember keeps the map as it is afterwards, and which decision on each assignment is
// the last: the latest, of reviews that run side by side.
func remember(ctx context.Context, tx *sql.Tx, id string, after []Evidence, items []Item) error {
	body, err := json.Marshal(after)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into review_snapshot (review, which, body) values ($1, 'after', $2) on conflict (review, which) do update set body = excluded.body`, id, string(body))
	if err != nil {
		return fmt.Errorf("keep the map as it is afterwards: %w", err)
	}
	items = slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Verdict != Keep && i.Verdict != Revoke })
	for part := range slices.Chunk(items, fillRows) {
		var rows []string
		var args []any
		for _, i := range part {
			n := len(args)
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4))
			args = append(args, i.Key, id, i.N, store.Milli(i.At))
		}
		//nolint:gosec // placeholders alone
		_, err := tx.ExecContext(ctx, `insert into review_last (key, review, n, decided_at) values `+strings.Join(rows, ", ")+`
			on conflict (key) do update set review = excluded.review, n = excluded.n, decided_at = excluded.decided_at where review_last.decided_at <= excluded.decided_at`, args...)
		if err != nil {
			return fmt.Errorf("keep the last decisions: %w", err)
		}
	}
	return forget(ctx, tx, id)
}

// forget drops the last decision on what somebody of this review has said since that
// they cannot tell, or has taken back: it is nobody's word any more.
func forget(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `delete from review_last where exists (select 1 from review_item i join review_step s on s.review = i.review and s.n = i.n
		where i.review = $1 and i.key = review_last.key and i.verdict in ('', 'skip') and s.at >= review_last.decided_at)`, id)
	if err != nil {
		return fmt.Errorf("forget what was taken back: %w", err)
	}
	return nil
}

// looked are the assignments that were looked at in a review and kept, for the map: who
// decided, and as of when the evidence was read that they saw.
func looked(v Review, items []Item) (out []rolemap.Reviewed) {
	for _, i := range items {
		if i.Verdict == Keep && i.Carried == "" {
			at := moment(i.Evidence.ReadAt)
			if at.IsZero() {
				at = v.Started
			}
			out = append(out, rolemap.Reviewed{Key: i.Key, At: at, By: i.By.Name})
		}
	}
	return out
}
