package views

import (
	"encoding/json"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestStatusLook(t *testing.T) {
	t.Parallel()
	want := map[okta.Status]Look{
		okta.Active:          {"Active", "ok", "circle-check"},
		okta.Staged:          {"Staged", "info", "hourglass"},
		okta.Provisioned:     {"Pending user action", "info", "hourglass"},
		okta.Recovery:        {"Password reset", "warn", "key-round"},
		okta.PasswordExpired: {"Password expired", "warn", "key-round"},
		okta.LockedOut:       {"Locked out", "bad", "lock"},
		okta.Suspended:       {"Suspended", "held", "pause"},
		okta.Deprovisioned:   {"Deactivated", "off", "circle-x"},
		"ON_HOLD":            {"ON_HOLD", "", "circle-question-mark"},
		"":                   {"No status", "", "circle-question-mark"},
	}
	for status, look := range want {
		if got := StatusLook(status); got != look {
			t.Errorf("%s looks like %v, want %v", status, got, look)
		}
		if root := parse(t, statusTag(status)); words(root) != look.Word || strings.Contains(source(t, statusTag(status)), `x="4" y="4" width="16"`) {
			t.Errorf("%s: the badge reads %q", status, words(root))
		}
	}
}

func TestResultLook(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for _, c := range []struct {
		act  audit.Act
		want string
	}{
		{x.act(audit.PhaseIntent, audit.Done), "done"},
		{x.act(audit.PhaseIntent, audit.Failed), "failed"},
		{x.act(audit.PhaseIntent, audit.Unknown), "unknown"},
		{x.act(audit.PhaseIntent, audit.Settled), "looked up"},
		{x.act(audit.PhaseIntent, "odd"), "odd"},
		{x.act(audit.PhaseIntent, ""), "unknown"},
		{x.act(audit.PhaseRefused, ""), "refused"},
		{x.act(audit.PhaseEvent, ""), "noted"},
	} {
		if got := words(parse(t, resultTag(c.act))); got != c.want {
			t.Errorf("%s, %v reads %q, want %q", c.act.Phase, c.act.End, got, c.want)
		}
	}
}

// Every action of the catalogue has a name and a picture of its own kind.
func TestActions(t *testing.T) {
	t.Parallel()
	for _, s := range desk.Catalog() {
		if got := actionTitle(string(s.Action)); got != s.Title {
			t.Errorf("%s is called %q", s.Action, got)
		}
		if strings.Contains(source(t, Icon(actionGlyph(s.Action))), `x="4" y="4" width="16"`) {
			t.Errorf("%s has no icon", s.Action)
		}
	}
	if got := actionTitle("sign_in.refused"); got != "Sign in refused" {
		t.Errorf("an action outside the catalogue is called %q", got)
	}
	for _, s := range changes() {
		if s.Risk == desk.Reading || !strings.Contains(confirm(s, "Ann Vo"), "Ann Vo") {
			t.Errorf("%s: %q", s.Action, confirm(s, "Ann Vo"))
		}
	}
}

func TestSmallWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"initials", initials("Ann Vo"), "AV"},
		{"initials of three", initials("Anneke de Vries"), "AV"},
		{"initials of one", initials("Ann"), "A"},
		{"initials of a login", initials("ann.vo@brightwater.example"), "AE"},
		{"initials beyond Latin", initials("østen ļeva"), "ØĻ"},
		{"initials of nothing", initials(" "), "?"},
		{"initials of signs", initials("<b> -"), "B"},
		{"ask a member", askSentence("a member of Keydesk Admins"), "Ask a member of Keydesk Admins."},
		{"ask as told", askSentence("Ask an owner."), "Ask an owner."},
		{"ask for something else", askSentence("Use Okta's own console."), "Use Okta's own console."},
		{"ask nobody", askSentence(""), ""},
		{"one", plural(1, "person", "people"), "1 person"},
		{"many", plural(0, "person", "people"), "0 people"},
		{"sentence", sentence("told by Okta"), "Told by Okta"},
		{"sentence of nothing", sentence(""), ""},
		{"joined", joined(", ", "", " a ", "b"), "a, b"},
		{"ended", ended("Unlocked"), "Unlocked."},
		{"ended already", ended("Unlocked."), "Unlocked."},
		{"nothing to end", ended(""), ""},
		{"before the at", beforeAt("a@b@c.example"), "a@b"},
		{"without an at", beforeAt("ann"), "ann"},
		{"text", text(json.RawMessage(`"a"`)), "a"},
		{"not a text", text(json.RawMessage(`{"a":1}`)), `{"a":1}`},
		{"tiers", tierWords(desk.Actor{Roles: []desk.Role{desk.Auditor, desk.Owner}}), "Owner, Auditor"},
		{"no tier", tierWords(desk.Actor{}), "No console role"},
		{"hash", short("3f9a12c4d5e6f708"), "3f9a12c4d5e6"},
		{"short hash", short("3f"), "3f"},
		{"no answer", httpStatus(0), ""},
		{"answer", httpStatus(204), "HTTP 204"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestFoundWords(t *testing.T) {
	t.Parallel()
	people := make([]okta.User, 25)
	for _, c := range []struct {
		r    desk.Results
		want string
	}{
		{desk.Results{}, "Nobody found"},
		{desk.Results{People: people[:1]}, "1 person found"},
		{desk.Results{People: people, Next: "c"}, "The first 25 people; the list goes on"},
		{desk.Results{People: people, Next: "d", Query: desk.Query{After: "c"}}, "25 more people; the list goes on"},
		{desk.Results{People: people[:1], Query: desk.Query{After: "d"}}, "1 more person; the list ends here"},
	} {
		if got := foundWords(c.r); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := nobodyWords(desk.Query{Text: "zoe", Status: okta.LockedOut}); got != "Okta knows nobody whose name, login, e-mail or id begins with “zoe” in the status Locked out." {
		t.Error(got)
	}
}

func TestRoleWords(t *testing.T) {
	t.Parallel()
	groups := []okta.Group{{ID: id(okta.ParseGroupID, "00g1"), Name: "Berlin"}}
	for _, c := range []struct {
		role              okta.Role
		name, held, reach string
	}{
		{okta.Role{Label: "Group Administrator", Type: okta.UserAdmin, AssignmentType: "USER"}, "Group Administrator", "directly", "all groups, or those it is limited to"},
		{okta.Role{Type: okta.AppAdmin, AssignmentType: "USER"}, "APP_ADMIN", "directly", "all apps, or those it is limited to"},
		{okta.Role{Type: okta.SuperAdmin, AssignmentType: "GROUP", AssigneeID: "00g1"}, "SUPER_ADMIN", "through Berlin", "the whole organisation"},
		{okta.Role{Type: okta.Custom, AssignmentType: "GROUP", AssigneeID: "00g2"}, "CUSTOM", "through group 00g2", "what its resource set holds"},
		{okta.Role{Label: "Odd", AssignmentType: "GROUP", Targets: okta.Targets{Apps: []okta.TargetApp{{}}}}, "Odd", "through a group", "limited by targets"},
		{okta.Role{Label: "Odd", AssignmentType: "LOAN"}, "Odd", "LOAN", "not known here"},
	} {
		if roleName(c.role) != c.name || roleHeld(c.role, groups) != c.held || roleReach(c.role) != c.reach {
			t.Errorf("%v: %q %q %q", c.role, roleName(c.role), roleHeld(c.role, groups), roleReach(c.role))
		}
	}
}

func TestFactorWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, provider, want string }{
		{"push", "OKTA", "Okta Verify (push)"},
		{"signed_nonce", "OKTA", "Okta FastPass"},
		{"token:software:totp", "OKTA", "Okta Verify (code)"},
		{"token:software:totp", "GOOGLE", "Google Authenticator (code)"},
		{"token:software:totp", "ODD", "ODD (code)"},
		{"token:hardware", "YUBICO", "Hardware token"},
		{"sms", "OKTA", "Phone (SMS)"},
		{"call", "OKTA", "Phone (voice call)"},
		{"email", "OKTA", "Email"},
		{"question", "OKTA", "Security Question"},
		{"webauthn", "FIDO", "Security Key or Biometric"},
		{"telepathy", "ODD", "telepathy"},
	} {
		if got := factorName(okta.Factor{Type: c.kind, Provider: c.provider}); got != c.want {
			t.Errorf("%s of %s is called %q, want %q", c.kind, c.provider, got, c.want)
		}
	}
	for status, want := range map[string]string{"ACTIVE": "Active", "PENDING_ACTIVATION": "Pending activation", "INACTIVE": "Inactive", "EXPIRED": "Expired", "ODD": "ODD"} {
		if got := factorLook(status).Word; got != want {
			t.Errorf("%s reads %q, want %q", status, got, want)
		}
	}
	detail := okta.Factor{Profile: map[string]json.RawMessage{"phoneNumber": json.RawMessage(`"+49 1"`), "name": json.RawMessage(`7`), "keys": json.RawMessage(`[]`)}}
	if got := factorDetail(detail); got != "+49 1, 7" {
		t.Errorf("detail %q", got)
	}
}

func TestPersonWords(t *testing.T) {
	t.Parallel()
	for kind, want := range map[desk.TargetKind]string{
		"": "", desk.Plain: "", desk.LimitedAdmin: "Administrator", desk.LesserAdmin: "Administrator", desk.GroupAdmin: "Administrator", desk.CustomAdmin: "Administrator",
		desk.OrgAdmin: "Organization administrator", desk.SuperAdmin: "Super administrator", desk.StaffSame: "Console staff", desk.StaffHigher: "Console staff",
		desk.Untouchable: "Reserved account", desk.Self: "Yourself",
	} {
		if got := kindWord(kind); got != want {
			t.Errorf("%s reads %q, want %q", kind, got, want)
		}
	}
	for provider, want := range map[[2]string]string{
		{"", ""}: "", {"OKTA", "OKTA"}: "", {"ACTIVE_DIRECTORY", "corp.example"}: "Active Directory corp.example",
		{"LDAP", "ldap"}: "LDAP ldap", {"FEDERATION", ""}: "another identity provider", {"ODD", "x"}: "ODD x",
	} {
		if got := passwordKeeper(provider[0], provider[1]); got != want {
			t.Errorf("%v reads %q, want %q", provider, got, want)
		}
	}
	hints := map[string]bool{}
	for _, s := range []desk.Source{desk.Told, desk.Inferred, desk.Unknown} {
		hints[sourceHint(s)] = true
	}
	if len(hints) != 3 {
		t.Error("two sources of a sentence are explained alike")
	}
	if nameless := (okta.User{Profile: okta.Profile{"login": json.RawMessage(`"ann"`)}}); callName(nameless) != "ann" {
		t.Errorf("somebody without a name is called %q", callName(nameless))
	}
}
