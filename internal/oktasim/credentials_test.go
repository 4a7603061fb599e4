package oktasim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func oldPassword(p Person) string { return fmt.Sprintf("Brightwater-%v", p.Profile["employeeNumber"]) }

func credential(t *testing.T, o *Org, id, act, body string) reply {
	t.Helper()
	return sendBody(t, o, "POST", userPath(id, "/credentials/"+act), body)
}

func changing1(old, fresh string) string {
	return fmt.Sprintf(`{"oldPassword":{"value":%q},"newPassword":{"value":%q}}`, old, fresh)
}

func asking(password, question, answer string) string {
	return fmt.Sprintf(`{"password":{"value":%q},"recovery_question":{"question":%q,"answer":%q}}`, password, question, answer)
}

const fresh = "Harbour7Lights"

// credentialMatrix is like matrix: what becomes of a person, or the error.
func credentialMatrix() map[string][8]string {
	const no34, no35, no36 = "403 E0000034", "403 E0000035", "403 E0000036"
	return map[string][8]string{
		//                                    STAGED PROVISIONED ACTIVE RECOVERY PASSWORD_EXP. LOCKED_OUT SUSPENDED DEPROVISIONED
		"change_password":                   {"=", no35, "=", active, active, no35, no35, no35},
		"change_recovery_question":          {"=", no36, "=", "=", "=", no36, no36, no36},
		"forgot_password":                   {no34, no34, "=", no34, no34, no34, no34, no34},
		"forgot_password_recovery_question": {no34, no34, "=", no34, no34, no34, no34, no34},
	}
}

func TestCredentialsFromEveryStatus(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 10_000})
	p := o.FirstWith(active)
	whole := *o.people[o.byID[p.ID]]
	for act, row := range credentialMatrix() {
		for i, status := range statuses() {
			o.change(p.ID, func(q *person, _ time.Time) {
				*q = whole
				q.setAnswer("Far away?", "the sea")
			})
			o.SetStatus(p.ID, status)
			before := o.Snapshot()
			r := credential(t, o, p.ID, act, map[string]string{
				"change_password":                   changing1(oldPassword(p), fresh),
				"change_recovery_question":          asking(oldPassword(p), "Far up?", "the moon"),
				"forgot_password_recovery_question": asking(fresh, "", "the sea"),
			}[act])
			after, _ := o.Person(p.ID)
			status, code, refused := strings.Cut(row[i], " ")
			switch {
			case refused && (fmt.Sprint(r.code) != status || r.text("errorCode") != code || o.Snapshot() != before):
				t.Errorf("%s from %s: %d %s", act, statuses()[i], r.code, r.body)
			case !refused && (r.code != 200 || after.Status != strings.Replace(row[i], "=", statuses()[i], 1)):
				t.Errorf("%s from %s: %d, now %s", act, statuses()[i], r.code, after.Status)
			}
		}
	}
}

func TestChangePassword(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	for body, cause := range map[string]string{
		changing1("wrong", fresh):                "Old Password is not correct",
		`{}`:                                     "Old Password is not correct",
		changing1(oldPassword(p), "weak"):        flawPolicy,
		changing1(oldPassword(p), ""):            flawPolicy,
		changing1(oldPassword(p), "Password123"): flawCommon,
	} {
		credential(t, o, p.ID, "change_password", body).wantError(403, "E0000014", cause)
	}
	credential(t, o, p.ID, "change_password", "").wantError(400, "E0000003")
	o.Advance(time.Hour)
	r := credential(t, o, p.ID, "change_password", changing1(oldPassword(p), fresh)).wantCode(200)
	if got := strings.Join(keys(t, r.body), " "); !strings.HasPrefix(got, "password ") || strings.Contains(got, "emails") || strings.Contains(string(r.body), fresh) {
		t.Errorf("%s", r.body)
	}
	if !o.CheckPassword(p.ID, fresh) || o.CheckPassword(p.ID, oldPassword(p)) {
		t.Error("the password did not change")
	}
	if changed := get(t, o, userPath(p.ID, "")).text("passwordChanged"); changed != begin().Add(time.Hour).Format(stamp) {
		t.Errorf("passwordChanged %s", changed)
	}
}

func TestChangePasswordMayEndSessions(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	body := strings.TrimSuffix(changing1(oldPassword(p), fresh), "}")
	credential(t, o, p.ID, "change_password", body+`}`).wantCode(200)
	if now, _ := o.Person(p.ID); now.Sessions != p.Sessions || p.Sessions == 0 {
		t.Errorf("sessions %d, were %d", now.Sessions, p.Sessions)
	}
	credential(t, o, p.ID, "change_password", strings.Replace(changing1(fresh, fresh+"1"), "{", `{"revokeSessions":true,`, 1)).wantCode(200)
	if now, _ := o.Person(p.ID); now.Sessions != 0 {
		t.Errorf("sessions %d", now.Sessions)
	}
}

func TestStrictChangesLookBackFourPasswords(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	last := oldPassword(p)
	for n := range 4 {
		next := fmt.Sprint(fresh, n)
		credential(t, o, p.ID, "change_password?strict=true", changing1(last, next)).wantCode(200)
		last = next
	}
	for n := range 4 {
		credential(t, o, p.ID, "change_password?strict=true", changing1(last, fmt.Sprint(fresh, n))).wantError(403, "E0000014", flawUsed)
	}
	credential(t, o, p.ID, "change_password?strict=true", changing1(last, oldPassword(p))).wantCode(200)
	credential(t, o, p.ID, "change_password", changing1(oldPassword(p), last)).wantCode(200)
}

func TestChangeRecoveryQuestion(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	for body, cause := range map[string]string{
		asking("wrong", "Far away?", "the sea"):               "Password is not correct",
		asking(oldPassword(p), "Far away?", "sea"):            "The security question answer must be at least 4 characters in length",
		asking(oldPassword(p), "Is it far away?", "far away"): "The security question answer must not be part of the question",
	} {
		credential(t, o, p.ID, "change_recovery_question", body).wantError(403, "E0000014", cause)
	}
	credential(t, o, p.ID, "change_recovery_question", asking(oldPassword(p), "", "the sea")).wantError(400, "E0000001", "question: "+flawBlank)
	r := credential(t, o, p.ID, "change_recovery_question", asking(oldPassword(p), "Far away?", "The Sea")).wantCode(200)
	if r.text("recovery_question/question") != "Far away?" || strings.Contains(strings.ToLower(string(r.body)), "the sea") {
		t.Errorf("%s", r.body)
	}
	if !o.CheckAnswer(p.ID, " the sea ") || o.CheckAnswer(p.ID, "blue") {
		t.Error("the answer did not change")
	}
}

func TestForgotPassword(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	before := o.Snapshot()
	for _, query := range []string{"", "?sendEmail=true"} {
		if r := credential(t, o, p.ID, "forgot_password"+query, "").wantCode(200); string(r.body) != "{}" {
			t.Errorf("%q: %s", query, r.body)
		}
	}
	r := credential(t, o, p.ID, "forgot_password?sendEmail=false", "{}").wantCode(200)
	if !strings.HasPrefix(r.text("resetPasswordUrl"), "https://brightwater.okta.example/signin/reset-password/") {
		t.Errorf("%s", r.body)
	}
	if o.Snapshot() != before {
		t.Error("a mail changed something")
	}
}

// Who signs in elsewhere has no password to forget here.
func TestForgotPasswordElsewhere(t *testing.T) {
	o := New(Options{Start: begin()})
	for _, p := range o.People() {
		if p.Status == active && p.Provider != "OKTA" {
			credential(t, o, p.ID, "forgot_password", "").
				wantError(403, "E0000017", "Forgot password is not supported for the user's login type")
			return
		}
	}
	t.Error("everybody signs in here")
}

// Both addresses take the answer to the question: the older SDK's too.
func TestRecoverPassword(t *testing.T) {
	for _, act := range []string{"forgot_password_recovery_question", "forgot_password"} {
		o := small(t)
		p := o.FirstWith(active)
		credential(t, o, p.ID, "change_recovery_question", asking(oldPassword(p), "Far away?", "the sea")).wantCode(200)
		credential(t, o, p.ID, act, asking(fresh, "", "the lake")).wantError(403, "E0000087")
		credential(t, o, p.ID, act, asking("weak", "", "the sea")).wantError(403, "E0000014", flawPolicy)
		r := credential(t, o, p.ID, act, asking(fresh, "", "THE SEA")).wantCode(200)
		if r.text("recovery_question/question") != "Far away?" || !o.CheckPassword(p.ID, fresh) {
			t.Errorf("%s: %s", act, r.body)
		}
	}
	o := small(t)
	nobody := o.first("no question", func(p *person) bool {
		return p.status == active && p.question == "" && p.provider.kind == "OKTA" && !p.staff
	})
	credential(t, o, nobody.ID, "forgot_password_recovery_question", asking(fresh, "", "blue")).wantError(403, "E0000034")
	credential(t, o, nobody.ID, "forgot_password_recovery_question", "").wantError(400, "E0000003")
}

// A temporary password becomes the password, and a deactivated person has none.
func TestTheLifecycleOfAPassword(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	temporary := post(t, o, userPath(p.ID, "/lifecycle/expire_password_with_temp_password")).text("tempPassword")
	if !o.CheckPassword(p.ID, temporary) || o.CheckPassword(p.ID, oldPassword(p)) {
		t.Error("the temporary password is not the password")
	}
	credential(t, o, p.ID, "change_password", changing1(temporary, fresh)).wantCode(200)
	if now, _ := o.Person(p.ID); now.Status != active {
		t.Errorf("now %s", now.Status)
	}
	post(t, o, userPath(p.ID, "/lifecycle/deactivate")).wantCode(200)
	post(t, o, userPath(p.ID, "/lifecycle/activate")).wantCode(200)
	if o.CheckPassword(p.ID, fresh) {
		t.Error("a password outlived the deactivation")
	}
}
