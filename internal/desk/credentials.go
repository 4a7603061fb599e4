package desk

import (
	"context"
	"unicode/utf8"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// ForgotPassword has Okta mail the person a recovery link (operation
// ForgotPassword). The present password goes on working. The link is never shown:
// whoever wants one in hand resets the password.
func (d *Desk) ForgotPassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.act(ctx, who, "forgot_password", id, o, func(ctx context.Context) (Outcome, error) {
		_, err := d.okta.Credentials.ForgotPassword(ctx, id, true)
		return said("Okta mails the recovery link.", err)
	})
}

// ChangePassword replaces the password by what the person typed at the counter
// (operation ChangePassword).
func (d *Desk) ChangePassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.typed(ctx, who, "change_password", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta changed the password.", d.okta.Credentials.ChangePassword(ctx, id, o.Old, o.New, true, false))
	})
}

// ChangeRecoveryQuestion replaces question and answer by what the person typed at
// the counter, with the password as proof (operation ChangeRecoveryQuestion).
func (d *Desk) ChangeRecoveryQuestion(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.typed(ctx, who, "change_recovery_question", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta changed the recovery question.", d.okta.Credentials.ChangeRecoveryQuestion(ctx, id, o.Old, o.Question, o.Answer))
	})
}

// ForgotPasswordSetNewPassword sets the password that the person typed at the
// counter, with the answer to the recovery question as proof (operation
// ForgotPasswordSetNewPassword).
func (d *Desk) ForgotPasswordSetNewPassword(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.typed(ctx, who, "forgot_password_recovery_question", id, o, func(ctx context.Context) (Outcome, error) {
		return said("Okta set the new password.", d.okta.Credentials.ForgotPasswordSetNewPassword(ctx, id, o.Answer, o.New))
	})
}

// CounterActions are the actions for which the person types at the counter.
func CounterActions() map[Action]UserAction {
	return map[Action]UserAction{
		"change_password":                   (*Desk).ChangePassword,
		"change_recovery_question":          (*Desk).ChangeRecoveryQuestion,
		"forgot_password_recovery_question": (*Desk).ForgotPasswordSetNewPassword,
	}
}

// OpenCounter says whether the counter may be opened for one action on one person:
// everything that act asks is asked here too, so that nobody types a password for
// nothing. It spends no token and changes nothing; the record keeps that it opened.
func (d *Desk) OpenCounter(ctx context.Context, who Actor, a Action, id okta.UserID, o UserOpts) (Person, error) {
	x := &deed{who: who, spec: spec(a), id: id, opts: o, proofLasts: typingTime}
	if err := d.enter(ctx, x); err != nil {
		return Person{}, err
	}
	defer x.turn.leave()
	if err := d.ready(ctx, x, nil); err != nil {
		return Person{}, err
	}
	row := x.row()
	row.Phase, row.Detail = audit.PhaseEvent, "counter opened"
	if _, err := d.record.Add(ctx, row); err != nil {
		return Person{}, unrecorded(a, err)
	}
	return Person{User: x.user}, nil
}

// typed is act for what a person typed; what cannot be meant is refused before
// anything is read or spent.
func (d *Desk) typed(ctx context.Context, who Actor, a Action, id okta.UserID, o UserOpts, do func(context.Context) (Outcome, error)) (Outcome, error) {
	if e := CheckTyping(a, o.Typing); e != nil {
		return Outcome{}, e
	}
	return d.act(ctx, who, a, id, o, do)
}

// CheckTyping says what is wrong with what was typed at the counter, or nil.
func CheckTyping(a Action, t Typing) *Error {
	wrong := func(field, msg string) *Error { return &Error{Kind: Invalid, Action: a, Field: field, Msg: msg} }
	needs := func(s okta.Secret, field, msg string) *Error {
		if n := len(s.Reveal()); n == 0 || n > 1000 || !utf8.ValidString(s.Reveal()) {
			return wrong(field, msg)
		}
		return nil
	}
	var found []*Error
	switch a {
	case "change_password":
		found = []*Error{needs(t.Old, "old", "Type the present password."), needs(t.New, "new", "Type the new password.")}
	case "change_recovery_question":
		found = []*Error{needs(t.Old, "old", "Type the present password."), needs(t.Answer, "answer", "Type the answer.")}
		if !readable(t.Question) || letters(t.Question) < 3 || utf8.RuneCountInString(t.Question) > 200 {
			found = append(found, wrong("question", "Type a question of 3 to 200 characters."))
		}
	case "forgot_password_recovery_question":
		found = []*Error{needs(t.Answer, "answer", "Type the answer."), needs(t.New, "new", "Type the new password.")}
	}
	for _, e := range found {
		if e != nil {
			return e
		}
	}
	return nil
}
