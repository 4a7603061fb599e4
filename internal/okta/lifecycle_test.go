package okta

import (
	"testing"
)

// TestSecretsOfLifecycle: what an action gives to be shown once, and nothing
// where Okta mailed it.
func TestSecretsOfLifecycle(t *testing.T) {
	ctx := t.Context()
	link := client(t, says(200, `{"activationUrl":"https://x/welcome/T","activationToken":"T"}`)).Lifecycle
	for name, do := range map[string]func() (Activation, error){
		"activate":   func() (Activation, error) { return link.Activate(ctx, ann, false) },
		"reactivate": func() (Activation, error) { return link.Reactivate(ctx, ann, false) },
	} {
		if a, err := do(); err != nil || a.URL.Reveal() != "https://x/welcome/T" || a.Token.Reveal() != "T" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	mailed := client(t, says(200, `{}`)).Lifecycle
	if a, err := mailed.Activate(ctx, ann, true); err != nil || !a.URL.IsZero() || !a.Token.IsZero() {
		t.Error(a, err)
	}
	if s, err := mailed.ResetPassword(ctx, ann, true, false); err != nil || !s.IsZero() {
		t.Error(s, err)
	}
	reset := client(t, says(200, `{"resetPasswordUrl":"https://x/reset_password/T"}`)).Lifecycle
	if s, err := reset.ResetPassword(ctx, ann, false, true); err != nil || s.Reveal() != "https://x/reset_password/T" {
		t.Error(s, err)
	}
	temp := client(t, says(200, `{"tempPassword":"once-Only-7"}`)).Lifecycle
	if s, err := temp.ExpirePasswordAndGetTemporaryPassword(ctx, ann, true); err != nil || s.Reveal() != "once-Only-7" {
		t.Error(s, err)
	}
}

// TestMissingPassword: the old password is gone and the new one unknown; that
// is not success.
func TestMissingPassword(t *testing.T) {
	cl := client(t, says(200, `{}`, "X-Okta-Request-Id: 8a1f"))
	s, err := cl.Lifecycle.ExpirePasswordAndGetTemporaryPassword(t.Context(), ann, false)
	if !s.IsZero() || !IsUnsure(err) || !isErr(err, errNoPassword) {
		t.Error(s, err)
	}
}

// TestExpirePassword returns the person as they are afterwards.
func TestExpirePassword(t *testing.T) {
	cl := client(t, says(200, `{"id":"`+annID+`","status":"PASSWORD_EXPIRED"}`))
	if u, err := cl.Lifecycle.ExpirePassword(t.Context(), ann); err != nil || u.ID != ann || u.Status != PasswordExpired {
		t.Error(u, err)
	}
}
