package okta

import (
	"context"
	"errors"
)

// Lifecycle is the room of what moves a person from one status to another.
// Every method is a change: it may return *Unsure. Which status an operation
// needs is Okta's to say; another is refused with the code that is named.
type Lifecycle service

// Activation lets a person begin: whoever holds it becomes that person. Both
// are zero when Okta mailed them instead.
type Activation struct {
	URL   Secret `json:"activationUrl"`
	Token Secret `json:"activationToken"`
}

// Activate lets a STAGED or DEPROVISIONED person in (ActivateUser); else
// E0000016. With sendEmail Okta mails the link, without it gives it to us.
func (s *Lifecycle) Activate(ctx context.Context, id UserID, sendEmail bool) (Activation, error) {
	return s.client.activation(ctx, on(id, activateUser, flag("sendEmail", sendEmail)))
}

// Reactivate gives a PROVISIONED or RECOVERY person a new activation link
// (ReactivateUser); else E0000038.
func (s *Lifecycle) Reactivate(ctx context.Context, id UserID, sendEmail bool) (Activation, error) {
	return s.client.activation(ctx, on(id, reactivateUser, flag("sendEmail", sendEmail)))
}

func (c *Client) activation(ctx context.Context, r request) (Activation, error) {
	var a Activation
	if _, err := c.get(ctx, r, &a); err != nil {
		return Activation{}, err
	}
	return a, nil
}

// Deactivate takes a person out and their apps away (DeactivateUser), from any
// status; who is DEPROVISIONED already IsNotFound. With sendEmail Okta tells
// the administrators.
func (s *Lifecycle) Deactivate(ctx context.Context, id UserID, sendEmail bool) error {
	return s.client.run(ctx, on(id, deactivateUser, once("sendEmail", sendEmail)))
}

// Suspend keeps an ACTIVE person out for a while (SuspendUser); else E0000001.
func (s *Lifecycle) Suspend(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, suspendUser, nil))
}

// Unsuspend lets a SUSPENDED person in again (UnsuspendUser); else E0000001.
func (s *Lifecycle) Unsuspend(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, unsuspendUser, nil))
}

// Unlock lets a LOCKED_OUT person try again (UnlockUser), or an ACTIVE one who
// is kept out on unknown devices; else E0000032. Not for accounts of a directory.
func (s *Lifecycle) Unlock(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, unlockUser, nil))
}

// ResetFactors takes all second factors away (ResetFactors). The status stays.
func (s *Lifecycle) ResetFactors(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, resetFactors, nil))
}

// ExpirePassword makes the person choose a new password at the next sign-in
// (ExpirePassword) and returns them as they then are. Needs a password; else
// E0000038.
func (s *Lifecycle) ExpirePassword(ctx context.Context, id UserID) (User, error) {
	return s.client.user(ctx, on(id, expirePassword, nil))
}

var errNoPassword = errors.New("the answer holds no temporary password")

// ExpirePasswordAndGetTemporaryPassword sets a password that works once
// (ExpirePasswordAndGetTemporaryPassword) and returns it; it is Okta's only
// copy. With revokeSessions the person is signed out everywhere. Needs a
// password; else E0000038.
func (s *Lifecycle) ExpirePasswordAndGetTemporaryPassword(ctx context.Context, id UserID, revokeSessions bool) (Secret, error) {
	r := on(id, expirePasswordAndGetTemporaryPassword, once("revokeSessions", revokeSessions))
	var out struct {
		Password Secret `json:"tempPassword"`
	}
	a, err := s.client.get(ctx, r, &out)
	if err == nil && out.Password.IsZero() {
		err = s.client.unreadable(r.op, a, errNoPassword)
	}
	return out.Password, err
}

// ResetPassword makes the old password useless and lets the person choose a new
// one (ResetPassword); the status becomes RECOVERY. With sendEmail Okta mails
// the link and the result is zero, without it the link is the result. Not for
// STAGED, SUSPENDED and DEPROVISIONED people: E0000017.
func (s *Lifecycle) ResetPassword(ctx context.Context, id UserID, sendEmail, revokeSessions bool) (Secret, error) {
	q := flag("sendEmail", sendEmail)
	if revokeSessions {
		q.Set("revokeSessions", "true")
	}
	return s.client.resetLink(ctx, on(id, resetPassword, q))
}
