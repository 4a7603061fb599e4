package desk

import (
	"fmt"
	"strings"
	"testing"

	"keydesk/e2e/console"
)

// A temporary password or a link that the operator asked to see stands on the
// page once. It can be copied, and it is gone after a reload, after Back, from the
// record and from the log. Not parallel: the copy is read from the one clipboard.
func TestShownOnce(t *testing.T) {
	v := console.Open(t, "helpdesk")
	people := v.Ordinary(4)
	const show = "Show me the link once"
	for i, c := range []struct {
		title, from, what, op, begins string
		choose                        []string
	}{
		{"Temporary password", "ACTIVE", "temporary password", "ExpirePasswordAndGetTemporaryPassword", "", nil},
		{"Reset password", "LOCKED_OUT", "reset link", "ResetPassword", "https://", []string{show}},
		{"Activate", "STAGED", "activation link", "ActivateUser", "https://", []string{show}},
		{"Resend activation", "PROVISIONED", "activation link", "ReactivateUser", "https://", []string{show}},
	} {
		t.Run(c.title, func(t *testing.T) {
			v, p := v.With(t), people[i]
			v.Org.SetStatus(p.ID, c.from)
			v.NextCall(p)
			v.Org.Reset()
			v.Act(c.title, console.Why{Choose: c.choose})
			secret := v.Reveal(c.what)
			if len(secret) < 12 || !strings.HasPrefix(secret, c.begins) {
				t.Fatalf("what is shown is %q", secret)
			}
			v.Button("Copy " + c.what).Click()
			v.See("Copied: " + c.what)
			if got := v.Clipboard(); got != secret {
				t.Errorf("copied %q, shown %q", got, secret)
			}
			sentOnce(t, v, c.op)
			v.Again()
			gone(t, v, secret)
			v.Home()
			gone(t, v, secret)
			v.Back()
			v.Heading(console.Name(p)).Shown()
			gone(t, v, secret)
			v.Link("All of it").Click()
			v.See("Times are in")
			gone(t, v, secret)
			v.Link("Record").Click()
			v.Heading("Record").Shown()
			gone(t, v, secret)
			if strings.Contains(v.Kit.Logs.String(), secret) {
				t.Error("the secret is in the log")
			}
			for _, a := range v.Acts(p) {
				if text := fmt.Sprintf("%+v %+v", a.Row, a.End); strings.Contains(text, secret) {
					t.Errorf("the secret is in the record: %s", text)
				}
			}
		})
	}
}

// gone asserts that a secret is nowhere on the page, not even out of sight.
func gone(t *testing.T, v *console.Visit, secret string) {
	t.Helper()
	v.Gone("Shown once.")
	if text, err := v.Content(); err != nil || strings.Contains(text, secret) {
		t.Errorf("the secret is still in the page %s, %v", v.Path(), err)
	}
}

// What the operator did not ask to see is mailed, and nothing is shown.
func TestMailedLinksAreNotShown(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Act("Reset password", console.Why{})
	v.See("Okta reset the password and mails the link.")
	v.Gone("Shown once.")
	if got := v.Row(v.Ann()).Params; got != "send_email=true revoke_sessions=false" {
		t.Errorf("the record says %q", got)
	}
}

// The login, the e-mail address and the id are copied by a button each.
func TestCopyButtons(t *testing.T) {
	v := console.Open(t, "helpdesk")
	ann := v.Ann()
	v.Find("Ann Vo")
	for what, want := range map[string]string{"login": ann.Login, "e-mail": ann.Email, "id": ann.ID} {
		v.Button("Copy " + what).Click()
		v.See("Copied: " + what)
		if got := v.Clipboard(); got != want {
			t.Errorf("%s: copied %q", what, got)
		}
	}
}
