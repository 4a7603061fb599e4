package handlers_test

import (
	"strings"
	"testing"

	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// What is explained of people in the organisation is what the console does.
func TestExplain(t *testing.T) {
	t.Parallel()
	p := inBerlin(true)
	p.BreakGlass = []string{"nobody@brightwater.example"}
	k := testkit.New(t, testkit.Options{Policy: p})
	in, out := apart(t, k)
	p.BreakGlass[0] = strings.ToUpper(k.Org.AdminWith("READ_ONLY_ADMIN").Login)
	for _, tt := range []struct{ as, action, on, rule, says string }{
		{"noor.haddad@brightwater.example", "suspend", in.Login, "permission.lifecycle.act", "in no group of the console"},
		{"helpdesk@berlin", "suspend", in.Login, "", "allowed"},
		{"helpdesk@berlin", "suspend", in.ID, "", "allowed"},
		{"helpdesk@berlin", "suspend", out.Login, "scope", "outside of that there is nobody"},
		{"helpdesk@berlin", "users.get", out.Login, "scope", "Ask a member of Keydesk Owners."},
		{"helpdesk@berlin", "unlock", in.Login, "state", "Okta allows this only for accounts that are"},
		{"owner", "suspend", out.Login, "", "allowed"},
		{"owner", "suspend", k.Org.AdminWith("SUPER_ADMIN").Login, "second.owner", "on a second person's word"},
		{"owner", "suspend", k.Org.AdminWith("READ_ONLY_ADMIN").Login, "protected.break_glass", "kept for emergencies"},
		{"owner", "suspend", k.Org.TokenOwner(), "protected.credential", "owns the credential"},
	} {
		s, _ := desk.SpecOf(desk.Action(tt.action))
		as := tt.as
		if strings.Contains(as, "noor") {
			as = out.Login
		}
		x, err := k.Desk.Explain(t.Context(), as, s, tt.on)
		if err != nil {
			t.Errorf("%+v: %v", tt, err)
			continue
		}
		if got := strings.Join(x.Lines(), "\n"); x.Rule != tt.rule || !strings.Contains(got, tt.says) {
			t.Errorf("%+v: rule %q\n%s", tt, x.Rule, got)
		}
	}
	s, _ := desk.SpecOf("suspend")
	for _, who := range []string{"nobody-here@example.com", "a\x00b", nobodysID} {
		if _, err := k.Desk.Explain(t.Context(), "owner", s, who); err == nil {
			t.Errorf("%q is somebody", who)
		}
	}
}
