package desk

import (
	"context"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Settle looks at everybody whose change was cut off by a stop of the process,
// and writes into the record what is true of them now. Nothing is sent again.
// It is run at every start; a person whom it cannot read is settled when their
// page is next shown.
func (d *Desk) Settle(ctx context.Context) error {
	open, err := d.record.Open(ctx, "")
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range open {
		if seen[r.TargetID] {
			continue
		}
		seen[r.TargetID] = true
		id, err := okta.ParseUserID(r.TargetID)
		if err != nil {
			continue
		}
		u, err := d.okta.Users.Get(okta.Background(ctx), id)
		if err != nil {
			d.log.WarnContext(ctx, "a change of unknown end could not be looked at", "row", r.Seq, "error", err)
			continue
		}
		d.settle(ctx, u)
	}
	return nil
}

// settle closes the person's open intents with what was just read. While a
// change to them is under way it leaves them alone.
func (d *Desk) settle(ctx context.Context, u okta.User) {
	open, err := d.record.Open(ctx, u.ID.String())
	if err != nil || len(open) == 0 {
		return
	}
	unlock, ok := d.changes.tryEnter(u.ID)
	if !ok {
		return
	}
	defer unlock()
	// What was read before the lock may be older than the change: read again.
	if open, err = d.record.Open(ctx, u.ID.String()); err != nil || len(open) == 0 {
		return
	}
	if u, err = d.okta.Users.Get(ctx, u.ID); err != nil {
		return
	}
	for _, r := range open {
		r.Result, r.After, r.Detail = audit.Settled, string(u.Status), "cut off; the person was read again"
		r.Status, r.RequestID = 0, ""
		if err := d.record.End(ctx, r.Seq, r); err != nil {
			d.log.ErrorContext(ctx, "a change of unknown end could not be settled", "row", r.Seq, "error", err)
		}
	}
}
