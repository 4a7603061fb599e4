package store

import (
	"context"
	"fmt"
	"strings"
)

// ForeignError says that somebody changed how the database works: what is written might
// vanish, or what is read be left out.
type ForeignError struct{ Names []string }

// Error names what is not Keydesk's, and says what to do.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("the database has triggers or rules that are not Keydesk's: %s. Somebody changed it: find out who, take them away, and verify the record (docs/RECORD.md)", strings.Join(e.Names, ", "))
}

const (
	foreignSQLite   = `select name from sqlite_master where type = 'trigger'`
	foreignPostgres = `select tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not tgisinternal and c.relnamespace = current_schema()::regnamespace
		union all select rulename from pg_rules where schemaname = current_schema()
		union all select policyname from pg_policies where schemaname = current_schema()
		union all select evtname from pg_event_trigger`
)

// Foreign returns a *ForeignError where the database does more than what Keydesk's own
// tables do.
func (db *DB) Foreign(ctx context.Context) error {
	rows, err := db.R.QueryContext(ctx, db.foreign)
	if err != nil {
		return fmt.Errorf("look how the database works: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found ForeignError
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("look how the database works: %w", err)
		}
		found.Names = append(found.Names, name)
	}
	if err := rows.Err(); err != nil || len(found.Names) == 0 {
		return err
	}
	return &found
}
