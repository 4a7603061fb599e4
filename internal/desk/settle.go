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
		if err := d.settle(okta.Background(ctx), id); err != nil {
			d.log.WarnContext(ctx, "a change of unknown end could not be looked at", "row", r.Seq, "error", err)
		}
	}
	return nil
}

// settle reads the person and closes their open intents with what it finds; a
// person who is gone closes them too. While a change to them is under way it
// leaves them alone.
func (d *Desk) settle(ctx context.Context, id okta.UserID) error {
	if open, err := d.record.Open(ctx, id.String()); err != nil || len(open) == 0 {
		return err
	}
	leave, ok := d.changes.tryEnter(id)
	if !ok {
		return nil
	}
	defer leave()
	open, err := d.record.Open(ctx, id.String())
	if err != nil || len(open) == 0 {
		return err
	}
	u, err := d.okta.Users.Get(ctx, id) // a reading from before the turn may be older than the change
	found := "cut off; the person was read again"
	if okta.IsNotFound(err) {
		found, err = "cut off; the account is gone", nil
	}
	for _, r := range open {
		if err == nil {
			r.Result, r.After, r.Detail, r.Status, r.RequestID = audit.Settled, string(u.Status), found, 0, ""
			err = d.record.End(ctx, r.Seq, r)
		}
	}
	return err
}
