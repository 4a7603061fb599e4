package desk

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
)

const fresh = "Nine-lanterns-77"

// known is an ordinary person whose password is known here, with a recovery
// question.
func known(t *testing.T, v *console.Visit) (p oktasim.Person, password string) {
	t.Helper()
	for _, p := range v.Ordinary(80) {
		number, _ := p.Profile["employeeNumber"].(string)
		if password := "Brightwater-" + number; p.Question != "" && v.Org.CheckPassword(p.ID, password) {
			return p, password
		}
	}
	t.Fatal("nobody has a recovery question")
	return oktasim.Person{}, ""
}

// atCounter opens the counter for one action on one person.
func atCounter(t *testing.T, v *console.Visit, p oktasim.Person, a desk.Action) {
	t.Helper()
	s, _ := desk.SpecOf(a)
	title := strings.TrimSuffix(s.Title, " at the counter") // it stands under that heading
	v.NextCall(p)
	if !v.Offered(title) {
		t.Fatalf("%s is not offered", title)
	}
	console.Why{Reason: "Stands at the counter with a badge"}.Fill(v.Opens(v.Button(title), a))
	v.Org.Reset()
	v.Confirms(a)
	v.See(console.Name(p), "opened this page for you")
	if v.Link("Home").Visible() || v.Search().Visible() || v.Button("Dana Kim Helpdesk").Visible() {
		t.Error("the counter leads elsewhere")
	}
	nothingSent(t, v)
}

// over asserts that the agent's session has ended: every way leads to the sign-in.
func over(v *console.Visit) {
	v.See("Give the device back.")
	v.Page.Open("/")
	v.Heading("Who are you today?").Shown()
}

// The person changes the password on a page of their own; the agent's session is
// over after it.
func TestCounterChangePassword(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, old := known(t, v)
	atCounter(t, v, p, "change_password")
	v.Expect(http.StatusUnprocessableEntity, "/counter/change_password")
	v.Field("Your present password").Fill(old)
	v.Field("Your new password").Fill(fresh)
	v.Field("The new password once more").Fill(fresh + "x")
	v.Button("Change my password").Click()
	v.See("The two new passwords differ.")
	nothingSent(t, v)
	v.Field("Your present password").Fill(old)
	v.Field("Your new password").Fill(fresh)
	v.Field("The new password once more").Fill(fresh)
	v.Button("Change my password").Click()
	v.See("Okta changed the password.")
	covers(t, v, "ChangePassword")
	sentOnce(t, v, "ChangePassword")
	done(t, v, p, "change_password", "Stands at the counter with a badge", "ACTIVE")
	if !v.Org.CheckPassword(p.ID, fresh) {
		t.Error("the new password is not the account's")
	}
	over(v)
}

// A wrong password is said in Okta's words, changes nothing and ends the session.
func TestCounterWrongPassword(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, old := known(t, v)
	atCounter(t, v, p, "change_password")
	v.Expect(http.StatusConflict, "/counter/change_password")
	v.Field("Your present password").Fill("not it")
	v.Field("Your new password").Fill(fresh)
	v.Field("The new password once more").Fill(fresh)
	v.Button("Change my password").Click()
	v.See("Okta refused:", "Nothing was changed.")
	if !v.Org.CheckPassword(p.ID, old) {
		t.Error("the password was changed")
	}
	over(v)
}

// Question and answer are replaced with the password as proof.
func TestCounterRecoveryQuestion(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, old := known(t, v)
	atCounter(t, v, p, "change_recovery_question")
	v.Field("Your present password").Fill(old)
	v.Field("Your new question").Fill("What was the name of the first ship?")
	v.Field("Your answer").Fill("Argo")
	v.Button("Change my question").Click()
	v.See("Okta changed the recovery question.")
	covers(t, v, "ChangeRecoveryQuestion")
	sentOnce(t, v, "ChangeRecoveryQuestion")
	if !v.Org.CheckAnswer(p.ID, "Argo") || v.Now(p).Question != "What was the name of the first ship?" {
		t.Errorf("the question is %q", v.Now(p).Question)
	}
	over(v)
}

// Who knows the answer sets a new password.
func TestCounterAnswer(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, _ := known(t, v)
	atCounter(t, v, p, "forgot_password_recovery_question")
	v.See(p.Question)
	v.Field("Your answer").Fill("blue")
	v.Field("Your new password").Fill(fresh)
	v.Field("The new password once more").Fill(fresh)
	v.Button("Set my new password").Click()
	v.See("Okta set the new password.")
	covers(t, v, "ForgotPasswordSetNewPassword")
	sentOnce(t, v, "ForgotPasswordSetNewPassword")
	if !v.Org.CheckPassword(p.ID, fresh) {
		t.Error("the new password is not the account's")
	}
	over(v)
}

// Leaving the page, and two minutes without a key, end the session.
func TestCounterIsLeft(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	for name, leave := range map[string]func(*console.Visit){
		"by an address": func(v *console.Visit) {
			v.Expect(http.StatusUnauthorized, "/users")
			v.Page.Open("/users?q=ann")
		},
		"without a key": func(v *console.Visit) {
			v.Expect(http.StatusUnauthorized, "/counter")
			v.Kit.Advance(3 * time.Minute)
			v.Again()
		},
	} {
		v := c.Arrive(t, browser.Options{})
		v.SignIn("helpdesk")
		p, old := known(t, v)
		atCounter(t, v, p, "change_password")
		leave(v)
		v.See("The counter is closed")
		if !v.Org.CheckPassword(p.ID, old) {
			t.Errorf("left %s: the password was changed", name)
		}
		over(v)
	}
}

// The recovery mail is one click, and the present password goes on working.
func TestForgotPassword(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, old := known(t, v)
	v.NextCall(p)
	v.Org.Reset()
	v.Act("Send recovery mail", console.Why{})
	v.See("Okta mails the recovery link.")
	covers(t, v, "ForgotPassword")
	sentOnce(t, v, "ForgotPassword")
	done(t, v, p, "forgot_password", console.Reason, "ACTIVE")
	if !v.Org.CheckPassword(p.ID, old) {
		t.Error("the password was changed")
	}
}

// Nobody opens the counter for an administrator.
func TestCounterIsClosedForAdmins(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Org.AdminWith("REPORT_ADMIN"))
	v.See("Protected account.", "Ask a member of Keydesk Admins")
	if v.Offered("Change password") || v.Offered("Send recovery mail") {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}
