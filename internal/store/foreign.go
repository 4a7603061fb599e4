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
	return fmt.Sprintf("the database has triggers, rules or views that are not Keydesk's: %s. Somebody changed it: find out who, take them away, and verify the record (docs/RECORD.md)", strings.Join(e.Names, ", "))
}

const (
	foreignSQLite   = `select name from sqlite_master where type in ('trigger', 'view')`
	foreignPostgres = `select tgname from pg_trigger where not tgisinternal and pg_table_is_visible(tgrelid)
		union all select rulename from pg_rewrite join pg_class c on c.oid = ev_class
			where rulename <> '_RETURN' and pg_table_is_visible(c.oid) and c.relnamespace <> 'pg_catalog'::regnamespace
		union all select polname from pg_policy where pg_table_is_visible(polrelid)
		union all select relname from pg_class where relkind not in ('r', 'p', 'i', 'I', 'S', 't') and pg_table_is_visible(oid)
			and relname in ('record', 'record_checkpoint', 'record_cursor', 'open_intent', 'action_token', 'web_session', 'approval', 'staff', 'shown_once', 'lease')`
)

// Foreign returns a *ForeignError where the database does more than what Keydesk's own
// tables do.
func (db *DB) Foreign(ctx context.Context) error {
	names, err := All(ctx, db.R, Text, db.foreign)
	switch {
	case err != nil:
		return fmt.Errorf("look how the database works: %w", err)
	case len(names) > 0:
		return &ForeignError{names}
	}
	return nil
}
