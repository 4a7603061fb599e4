package desk

import (
	"context"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Settle looks at everybody whose change was cut off by a stop of the process,
// and writes into the record what is true of them now. Nothing is sent again; an
// assignment of a role is finished. It is run at every start and now and then; a
// person whom it cannot read is settled when their page is next shown.
func (d *Desk) Settle(ctx context.Context) error {
	open, err := d.record.Open(ctx, "")
	if err != nil {
		return err
	}
	ctx = okta.Background(ctx)
	seen := map[string]bool{}
	for _, r := range open {
		if r.Action != "users.create" && seen[r.TargetID] {
			continue
		}
		seen[r.TargetID] = true
		if err := d.settleRow(ctx, r); err != nil {
			d.log.WarnContext(ctx, "a change of unknown end could not be looked at", "row", r.Seq, "error", err)
		}
	}
	return nil
}

func (d *Desk) settleRow(ctx context.Context, r audit.Row) error {
	if r.Action == "users.create" {
		return d.settleNew(ctx, r)
	}
	id, err := okta.ParseUserID(r.TargetID)
	if err != nil {
		return err
	}
	return d.settle(ctx, id)
}

// clocksDiffer is how far Okta's clock and ours may be apart.
const clocksDiffer = 2 * time.Minute

// settleNew looks whether an account came to be whose making was cut off. Search
// lags, so that nobody is found says something only after a while.
func (d *Desk) settleNew(ctx context.Context, r audit.Row) error {
	mine, ok, err := d.tryTurn(ctx, loginTurn(r.Target))
	if !ok {
		return err
	}
	defer mine.leave()
	login, err := okta.ParseValue(r.Target)
	if err != nil {
		return err
	}
	page, err := d.okta.Users.List(ctx, okta.UserQuery{Search: okta.Eq(okta.AttrLogin, login), Limit: 1})
	if err != nil || len(page.Items) == 0 && d.now().Sub(r.At) < time.Minute {
		return err
	}
	r.Result, r.Detail, r.Status, r.RequestID = audit.Settled, "cut off; nobody has this login", 0, ""
	if len(page.Items) > 0 && page.Items[0].Created.Before(r.At.Add(-clocksDiffer)) {
		r.Detail = "cut off; the login is an older account's"
	} else if len(page.Items) > 0 {
		u := page.Items[0]
		r.Detail, r.TargetID, r.After = "cut off; the account was created", u.ID.String(), string(u.Status)
	}
	return d.record.End(ctx, r.Seq, r, mine.lease)
}

// settle reads the person and closes their open intents with what it finds; a
// person who is gone closes them too. While a change to them is under way it
// leaves them alone.
func (d *Desk) settle(ctx context.Context, id okta.UserID) error {
	if open, err := d.record.Open(ctx, id.String()); err != nil || len(open) == 0 {
		return err
	}
	mine, ok, err := d.tryTurn(ctx, personTurn(id))
	if !ok {
		return err
	}
	defer mine.leave()
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
			err = d.close(ctx, r, u, found, mine)
		}
	}
	return err
}

// close writes what was found into the record. An assignment of a role that was
// cut off between its steps is finished first: it may reach too far.
func (d *Desk) close(ctx context.Context, r audit.Row, u okta.User, found string, mine turn) (err error) {
	var got okta.Receipt
	if r.Action == "roles.assign" && !u.ID.IsZero() {
		found, err = d.goOn(mine.sending(ctx, &got), u.ID, r)
	}
	if err != nil {
		return err
	}
	if room := spec(Action(r.Action)).Room; room == "roles" || room == "targets" {
		d.saw(ctx, Holder{User: okta.User{ID: u.ID}})
	}
	r.Result, r.After, r.Detail, r.Status, r.RequestID = audit.Settled, string(u.Status), found, 0, got.Writes
	return d.record.End(ctx, r.Seq, r, mine.lease)
}

// goOn finishes an assignment on the word of the record, if that is the console's own.
func (d *Desk) goOn(ctx context.Context, id okta.UserID, r audit.Row) (found string, err error) {
	ours, err := d.record.Ours(ctx, r)
	if err != nil {
		return "", err
	}
	if !ours {
		d.log.ErrorContext(ctx, "an intent that waits for its end is not as this console wrote it; somebody else writes in the database, or replicas have different keys", "row", r.Seq)
		return "cut off; the row is not as this console wrote it, so nothing was sent: the role may reach further than was asked for, look at it", nil
	}
	return d.finishAssignment(ctx, id, r)
}
