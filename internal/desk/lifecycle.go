package desk

import (
	"context"

	"keydesk/internal/okta"
)

// UserAction is one thing done to one person; buttons call it, and so will
// whatever else acts on people.
type UserAction func(*Desk, context.Context, Actor, okta.UserID, UserOpts) (Outcome, error)

// said is an outcome that leaves nothing to show once.
func said(label string, err error) (Outcome, error) { return Outcome{Label: label}, err }

// Activate starts a staged or deactivated account (operation ActivateUser). With
// SendEmail Okta mails the link, else the outcome holds it.
func (d *Desk) Activate(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "activate", id, o, func(ctx context.Context) (Outcome, error) {
		a, err := d.okta.Lifecycle.Activate(ctx, id, o.SendEmail)
		return linkOr("Okta activated the account", "activation link", a.URL, o.SendEmail, err)
	})
}

// Reactivate sends or shows a new activation link (operation ReactivateUser).
func (d *Desk) Reactivate(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "reactivate", id, o, func(ctx context.Context) (Outcome, error) {
		a, err := d.okta.Lifecycle.Reactivate(ctx, id, o.SendEmail)
		return linkOr("Okta made a new activation link", "activation link", a.URL, o.SendEmail, err)
	})
}

// Deactivate ends the account (operation DeactivateUser). It is destructive:
// Okta takes the person out of every app.
func (d *Desk) Deactivate(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "deactivate", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta deactivated the account.", d.okta.Lifecycle.Deactivate(ctx, id, false))
	})
}

// Suspend blocks every sign-in until Unsuspend (operation SuspendUser).
func (d *Desk) Suspend(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "suspend", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta suspended the account.", d.okta.Lifecycle.Suspend(ctx, id))
	})
}

// Unsuspend ends a suspension, and with it a containment if it was one
// (operation UnsuspendUser).
func (d *Desk) Unsuspend(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "unsuspend", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta ended the suspension.", d.okta.Lifecycle.Unsuspend(ctx, id))
	})
}

// Unlock opens a locked account; the password stays (operation UnlockUser).
func (d *Desk) Unlock(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "unlock", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta unlocked the account.", d.okta.Lifecycle.Unlock(ctx, id))
	})
}

// ResetPassword sends or shows a link with which the person sets a new password
// (operation ResetPassword).
func (d *Desk) ResetPassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "reset_password", id, o, func(ctx context.Context) (Outcome, error) {
		link, err := d.okta.Lifecycle.ResetPassword(ctx, id, o.SendEmail, o.RevokeSessions)
		return linkOr("Okta reset the password", "reset link", link, o.SendEmail, err)
	})
}

// ExpirePassword makes the person choose a new password at the next sign-in
// (operation ExpirePassword).
func (d *Desk) ExpirePassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "expire_password", id, o, func(ctx context.Context) (Outcome, error) {
		_, err := d.okta.Lifecycle.ExpirePassword(ctx, id)
		return said("Okta expired the password.", err)
	})
}

// ExpirePasswordAndGetTemporaryPassword replaces the password by one that works
// once (operation ExpirePasswordAndGetTemporaryPassword).
func (d *Desk) ExpirePasswordAndGetTemporaryPassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "expire_password_with_temp_password", id, o, func(ctx context.Context) (Outcome, error) {
		pw, err := d.okta.Lifecycle.ExpirePasswordAndGetTemporaryPassword(ctx, id, o.RevokeSessions)
		return Outcome{Label: "Okta set a temporary password.", Once: Once{What: "temporary password"}, yield: pw}, err
	})
}

// ResetFactors removes every enrolled factor (operation ResetFactors).
func (d *Desk) ResetFactors(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "reset_factors", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta reset the factors.", d.okta.Lifecycle.ResetFactors(ctx, id))
	})
}

// linkOr words an outcome whose link was mailed or is to be shown once.
func linkOr(label, what string, link okta.Secret, mailed bool, err error) (Outcome, error) {
	switch {
	case mailed:
		return Outcome{Label: label + " and mails the link."}, err
	case link.IsZero():
		return Outcome{Label: label + ", but its answer held no link."}, err
	}
	return Outcome{Label: label + ".", Once: Once{What: what}, yield: link}, err
}
