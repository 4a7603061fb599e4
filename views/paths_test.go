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
	id := id(okta.ParseUserID, annID)
	for _, c := range []struct{ name, got, want string }{
		{"search", UsersURL(desk.Query{Text: "a b&c", Status: okta.LockedOut}), "/users?q=a+b%26c&status=LOCKED_OUT"},
		{"search for nothing", UsersURL(desk.Query{}), "/users"},
		{"further page", UsersURL(desk.Query{Text: "a", After: "x=1"}), "/users?after=x%3D1&q=a"},
		{"person", UserURL(id), "/users/" + annID},
		{"unlock", ActionURL(id, "unlock", desk.Object{}), "/users/" + annID + "/lifecycle/unlock"},
		{"sessions", ActionURL(id, "clear_sessions", desk.Object{}), "/users/" + annID + "/sessions/clear"},
		{"no way out of the path", ActionURL(id, "../../x?y#z", desk.Object{}), "/users/" + annID + "/lifecycle/..%2F..%2Fx%3Fy%23z"},
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
		{"a role", RoleURL(id, roleID("ra1"), "GROUP", "a b"), "/users/" + annID + "/roles/ra1?held=GROUP&q=a+b"},
		{"a role to assign", AssignURL(id, desk.RoleChoice{}), "/users/" + annID + "/roles/new"},
		{"a role to assign, typed", AssignURL(id, desk.RoleChoice{Type: okta.AppAdmin, Text: "s&f"}), "/users/" + annID + "/roles/new?q=s%26f&type=APP_ADMIN"},
		{"typed at the counter", CounterPath("change_password"), "/counter/change_password"},
		{"typed at no counter", CounterPath("../x"), "/counter/..%2Fx"},
		{"a tab", PageURL(id, AccessPath), "/users/" + annID + "/access"},
		{"a tab, filtered", PageURL(id, AccessPath, "filter", "a b"), "/users/" + annID + "/access?filter=a+b"},
		{"back from a tab", pagePath("/users/" + annID + "/access?filter=x"), "/users/" + annID + "/access?filter=x"},
		{"back from a link set", pagePath("/users/" + annID + "/links/manager/set/00u1"), "/users/" + annID + "/links"},
		{"back from a role assigned", pagePath("/users/" + annID + "/roles/new/USER_ADMIN"), "/users/" + annID + "/roles/new"},
		{"back from a target", pagePath("/users/" + annID + "/roles/ra1/groups/00g1/add"), "/users/" + annID + "/roles/ra1"},
		{"back from a role", pagePath("/users/" + annID + "/roles/ra1?held=GROUP"), "/users/" + annID + "/roles/ra1?held=GROUP"},
		{"back from a consent", pagePath("/users/" + annID + "/grants/oag1"), "/users/" + annID + "/grants/oag1"},
		{"back from all consents", pagePath("/users/" + annID + "/grants/revoke"), "/users/" + annID},
		{"back from a client", pagePath("/users/" + annID + "/clients/c1/tokens/revoke"), "/users/" + annID + "/clients/c1"},
		{"back from a token", pagePath("/users/" + annID + "/clients/c1/tokens/t1"), "/users/" + annID + "/clients/c1/tokens/t1"},
		{"back from a token revoked", pagePath("/users/" + annID + "/clients/c1/tokens/t1/revoke"), "/users/" + annID + "/clients/c1"},
		{"back from the counter", pagePath("/users/" + annID + "/counter/change_password"), "/users/" + annID},
		{"back from an action", pagePath("/users/" + annID + "/lifecycle/unlock"), "/users/" + annID},
		{"back from a search", pagePath("/users?q=a/b"), "/users?q=a/b"},
		{"back from a person", pagePath("/users/" + annID + "?x=1"), "/users/" + annID + "?x=1"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

// whole is an object with every part that an action could be about.
func whole() desk.Object {
	return desk.Object{
		Type: okta.UserAdmin, Role: id(okta.ParseRoleID, "ra1"), Group: id(okta.ParseGroupID, "00g1"), App: id(okta.ParseAppName, "salesforce"), Instance: id(okta.ParseAppID, "0oa1"),
		Client: id(okta.ParseClientID, "c1"), Grant: id(okta.ParseGrantID, "oag1"), Token: id(okta.ParseTokenID, "oar1"), Factor: id(okta.ParseFactorID, "opf1"),
		Link: id(okta.ParseLinkName, "manager"), To: id(okta.ParseUserID, annID),
	}
}

// The address of every action leads to the place where its handler listens, with
// each part of the object in its own place.
func TestActionURLs(t *testing.T) {
	t.Parallel()
	user, on := id(okta.ParseUserID, annID), whole()
	seen := map[string]desk.Action{}
	for _, s := range desk.Catalog() {
		if s.Risk == desk.Reading {
			continue
		}
		got, pattern := strings.Split(ActionURL(user, s.Action, on), "/"), strings.Split(ActionPath(s.Action), "/")
		if len(got) != len(pattern) {
			t.Errorf("%s: %q for %q", s.Action, got, pattern)
			continue
		}
		for i, part := range pattern {
			if name, ok := strings.CutPrefix(part, ":"); ok && got[i] != partOf(user, on, name) || !ok && got[i] != part || i > 0 && got[i] == "" {
				t.Errorf("%s: %q stands for %q", s.Action, got[i], part)
			}
		}
		if other, ok := seen[ActionPath(s.Action)]; ok {
			t.Errorf("%s and %s are sent to one place", s.Action, other)
		}
		seen[ActionPath(s.Action)] = s.Action
	}
}

// Without the id of one thing an action is sent nowhere: never to the action on
// all of them.
func TestAnEmptyIDWidensNothing(t *testing.T) {
	t.Parallel()
	user := id(okta.ParseUserID, annID)
	other := map[string]desk.Action{}
	for _, s := range desk.Catalog() {
		if s.Risk != desk.Reading {
			other[ActionURL(user, s.Action, whole())] = s.Action
		}
	}
	for _, s := range desk.Catalog() {
		if a, ok := other[ActionURL(user, s.Action, desk.Object{})]; ok && a != s.Action {
			t.Errorf("%s without an object is %s", s.Action, a)
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
			UsersURL(desk.Query{Text: s, Status: okta.Status(s), After: s}), ActionURL(okta.UserID{}, desk.Action(s), desk.Object{Type: okta.RoleType(s)}),
			AuditURL(audit.Filter{Text: s, Actor: s, Target: s, Action: s}), LoginURL(s),
			AssignURL(okta.UserID{}, desk.RoleChoice{Type: okta.RoleType(s), Text: s}), RoleURL(okta.UserID{}, okta.RoleID{}, s, s), CounterPath(desk.Action(s)),
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
