package review

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// byPerson orders assignments by who holds them, then by role.
func byPerson(a, b Evidence) int {
	return cmp.Or(
		strings.Compare(strings.ToLower(a.Person.Name), strings.ToLower(b.Person.Name)), strings.Compare(a.Person.ID, b.Person.ID), strings.Compare(a.Role.Label, b.Role.Label),
		strings.Compare(a.Role.ID+a.Role.How+a.Role.Assignee, b.Role.ID+b.Role.How+b.Role.Assignee),
	)
}

// remember keeps the map as it is afterwards, and which decision on each assignment is
// the last.
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
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d)", n+1, n+2, n+3))
			args = append(args, i.Key, id, i.N)
		}
		//nolint:gosec // placeholders alone
		_, err := tx.ExecContext(ctx, `insert into review_last (key, review, n) values `+strings.Join(rows, ", ")+` on conflict (key) do update set review = excluded.review, n = excluded.n`, args...)
		if err != nil {
			return fmt.Errorf("keep the last decisions: %w", err)
		}
	}
	return nil
}
