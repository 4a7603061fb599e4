package views

import (
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	id, err := okta.ParseUserID(annID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"search", UsersURL(desk.Query{Text: "a b&c", Status: okta.LockedOut}), "/users?q=a+b%26c&status=LOCKED_OUT"},
		{"search for nothing", UsersURL(desk.Query{}), "/users"},
		{"further page", UsersURL(desk.Query{Text: "a", After: "x=1"}), "/users?after=x%3D1&q=a"},
		{"person", UserURL(id), "/users/" + annID},
		{"unlock", ActionURL(id, "unlock"), "/users/" + annID + "/lifecycle/unlock"},
		{"sessions", ActionURL(id, "clear_sessions"), "/users/" + annID + "/sessions/clear"},
		{"no way out of the path", ActionURL(id, "../../x?y#z"), "/users/" + annID + "/lifecycle/..%2F..%2Fx%3Fy%23z"},
		{"record", AuditURL(audit.Filter{}), "/audit"},
		{"record, narrowed", AuditURL(audit.Filter{Text: "é", Actor: "a", Target: "t", Action: "unlock", Before: 9}), "/audit?action=unlock&actor=a&before=9&q=%C3%A9&target=t"},
		{"row", RecordURL(1042), "/audit?before=1043#row-1042"},
		{"sign-in", LoginURL("/users?q=a"), "/auth/login?return_to=%2Fusers%3Fq%3Da"},
		{"sign-in from elsewhere", LoginURL("//evil.example"), "/auth/login?return_to=%2F"},
		{"Okta", Links{OktaAdmin: "https://x-admin.okta.com/"}.OktaURL(id), "https://x-admin.okta.com/admin/user/profile/view/" + annID},
		{"Okta in the demo", Links{}.OktaURL(id), ""},
		{"Okta without a person", Links{OktaAdmin: "https://x"}.OktaURL(okta.UserID{}), ""},
		{"ticket, appended", Links{Ticket: "https://t.example/"}.TicketURL("INC 1"), "https://t.example/INC%201"},
		{"ticket, inserted", Links{Ticket: "https://t.example/%s/view"}.TicketURL("a/b?"), "https://t.example/a%2Fb%3F/view"},
		{"ticket, not linked", Links{}.TicketURL("1"), ""},
		{"no ticket", Links{Ticket: "https://t.example/"}.TicketURL(""), ""},
		{"telephone", telURL("+49 (30) 5550-0118"), "tel:+493055500118"},
		{"not a telephone", telURL("ext. 12"), ""},
		{"back from an action", pagePath("/users/" + annID + "/lifecycle/unlock"), "/users/" + annID},
		{"back from a search", pagePath("/users?q=a/b"), "/users?q=a/b"},
		{"back from a person", pagePath("/users/" + annID + "?x=1"), "/users/" + annID + "?x=1"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "users", "//evil.example", "https://evil.example", `/\evil.example`, "/a\nb", "javascript:alert(1)", "\t/x"} {
		if got := localPath(s); got != HomePath {
			t.Errorf("%q leads to %q", s, got)
		}
	}
	for _, s := range []string{"/", "/users?q=//x", "/audit#row-1"} {
		if got := localPath(s); got != s {
			t.Errorf("%q leads to %q", s, got)
		}
	}
}

func FuzzPaths(f *testing.F) {
	for _, s := range []string{"", "/", "//x", "..", "a b", "%2e%2e", "é\x00", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, made := range []string{
			UsersURL(desk.Query{Text: s, Status: okta.Status(s), After: s}), ActionURL(okta.UserID{}, desk.Action(s)),
			AuditURL(audit.Filter{Text: s, Actor: s, Target: s, Action: s}), LoginURL(s),
		} {
			u, err := url.Parse(made)
			if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(made, "/") || strings.HasPrefix(made, "//") {
				t.Errorf("%q makes %q", s, made)
			}
		}
		if u, err := url.Parse(pagePath(s)); err == nil && (u.Host != "" || u.Scheme != "") {
			t.Errorf("%q leads back to %q", s, pagePath(s))
		}
	})
}
