package okta

import (
	"context"
	"errors"
)

// CredentialChanges is the room of passwords and answers. What is secret goes
// into the body of the one call, and nothing keeps it. Every method is a change:
// it may return *Unsure.
type CredentialChanges service

var errNoCredentials = errors.New("the answer does not say that there is a password")

// ChangePassword sets a new password for somebody who knows the old one
// (ChangePassword). With strict Okta holds it to the policy's minimum age and
// history too, with revokeSessions it ends the person's sessions. A wrong old
// password or one that the policy does not take is E0000014, a status that it
// cannot be done in E0000035.
func (s *CredentialChanges) ChangePassword(ctx context.Context, id UserID, old, new Secret, strict, revokeSessions bool) error {
	body := struct {
		Old    *valued `json:"oldPassword"`
		New    *valued `json:"newPassword"`
		Revoke bool    `json:"revokeSessions,omitempty"`
	}{valueOf(old), valueOf(new), revokeSessions}
	return s.client.credentials(ctx, on(id, changePassword, once("strict", strict)).with(body))
}

// recovery is the body of what goes by a question and its answer.
type recovery struct {
	Password *valued `json:"password"`
	Question struct {
		Question string `json:"question,omitempty"`
		Answer   bare   `json:"answer"`
	} `json:"recovery_question"`
}

func recoveryOf(password Secret, question string, answer Secret) recovery {
	r := recovery{Password: valueOf(password)}
	r.Question.Question, r.Question.Answer = question, bare{answer}
	return r
}

// ChangeRecoveryQuestion sets what the person is asked who forgot the password
// (ChangeRecoveryQuestion). A wrong password is E0000014, a status that it cannot
// be done in E0000036.
func (s *CredentialChanges) ChangeRecoveryQuestion(ctx context.Context, id UserID, password Secret, question string, answer Secret) error {
	r := on(id, changeRecoveryQuestion, nil).with(recoveryOf(password, question, answer))
	return s.client.credentials(ctx, r)
}

// ForgotPassword lets the person choose a new password (ForgotPassword); until
// then the old one works. With sendEmail Okta mails the link and the result is
// zero, without it the link is the result. E0000034 or E0000017 where the person
// cannot.
func (s *CredentialChanges) ForgotPassword(ctx context.Context, id UserID, sendEmail bool) (Secret, error) {
	return s.client.resetLink(ctx, on(id, forgotPassword, flag("sendEmail", sendEmail)))
}

// ForgotPasswordSetNewPassword sets a new password for somebody who knows the
// answer (ForgotPasswordSetNewPassword); a wrong one is E0000087.
func (s *CredentialChanges) ForgotPasswordSetNewPassword(ctx context.Context, id UserID, answer, newPassword Secret) error {
	r := on(id, forgotPasswordSetNewPassword, nil).with(recoveryOf(newPassword, "", answer))
	return s.client.credentials(ctx, r)
}

// credentials makes a call that answers with the person's credentials as they
// then are.
func (c *Client) credentials(ctx context.Context, r request) error {
	var after Credentials
	a, err := c.get(ctx, r, &after)
	if err == nil && !after.HasPassword() {
		return c.unreadable(r.op, a, errNoCredentials)
	}
	return err
}

// resetLink makes a call that answers with a link for a new password, or that
// had Okta mail it.
func (c *Client) resetLink(ctx context.Context, r request) (Secret, error) {
	var out struct {
		Link Secret `json:"resetPasswordUrl"`
	}
	if _, err := c.get(ctx, r, &out); err != nil {
		return Secret{}, err
	}
	return out.Link, nil
}
