package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// A helpdesk agent cannot change an administrator: not from the page, which has
// no button, and not by a request of their own with whatever token.
func TestHelpdeskAndAdministrators(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	free := ordinary(t, k, 1)[0]
	borrowed := form(t, c, free.ID, "/lifecycle/suspend").Values
	admins := map[string]oktasim.Person{"limited": k.Org.LimitedAdmin("HELP_DESK_ADMIN"), "through a group": k.Org.GroupAdmin("SUPER_ADMIN")}
	for _, role := range []string{"SUPER_ADMIN", "ORG_ADMIN", "APP_ADMIN", "USER_ADMIN", "HELP_DESK_ADMIN", "READ_ONLY_ADMIN", "REPORT_ADMIN"} {
		admins[role] = k.Org.AdminWith(role)
	}
	k.Org.Reset()
	before := k.Org.Snapshot()
	for role, p := range admins {
		page := c.Get("/users/" + p.ID)
		for action, path := range changes() {
			if page.Form(path) != nil {
				t.Errorf("%s is offered for %s", action, role)
			}
			for _, token := range []string{"", "x", borrowed.Get("token")} {
				borrowed.Set("token", token)
				got := c.Post("/users/"+p.ID+path, borrowed)
				if got.Status != http.StatusForbidden {
					t.Errorf("%s for %s: %d", action, role, got.Status)
				}
			}
		}
		if !page.Has("Ask a member of Keydesk Admins.") && !page.Has("Ask a member of Keydesk Owners.") {
			t.Errorf("the page of %s does not say whom to ask: %s", role, page.Text())
		}
	}
	if writes(k) != 0 || k.Org.Snapshot() != before {
		t.Error("an administrator was changed")
	}
}

// A role gained after the page was shown closes the account: the roles are read
// again before every change, on every changing route.
func TestRoleGainedAfterThePage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, 4*len(changes()))
	i := 0
	for _, role := range []string{"HELP_DESK_ADMIN", "SUPER_ADMIN", "SOME_FUTURE_ADMIN", "through a group"} {
		for action, path := range changes() {
			p := people[i]
			i++
			k.Org.SetStatus(p.ID, from(action))
			f := form(t, c, p.ID, path)
			if role == "through a group" {
				k.Org.JoinGroup(p.ID, "Okta Group Administrators")
			} else {
				k.Org.GrantRole(p.ID, role)
			}
			k.Org.Reset()
			got := c.Post(f.Action, f.Values)
			if got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("protected.admins") {
				t.Errorf("%s after %s: %d, %d writes: %s", action, role, got.Status, writes(k), got.Text())
			}
			if acts := k.Acts(audit.Filter{Target: p.ID, Action: string(action)}); len(acts) != 1 || acts[0].Detail != "protected.admins" {
				t.Errorf("%s after %s: recorded %+v", action, role, acts)
			}
		}
	}
}

// Roles that cannot be read mean a closed account, however it is that they
// cannot.
func TestUnreadableRolesMeanClosed(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	faults := map[string]oktasim.Fault{
		"forbidden": {Status: 403}, "unauthorized": {Status: 401}, "not found": {Status: 404}, "server error": {Status: 500},
		"html": {Status: 200, Body: "html"}, "dropped": {Drop: "after-read"}, "cut": {Status: 200, Body: "cut"},
	}
	type cell struct{ fault, path string }
	var cells []cell
	for name := range faults { // every way for one action, every action for one way
		cells = append(cells, cell{name, "/lifecycle/reset_factors"})
	}
	for _, path := range changes() {
		cells = append(cells, cell{"forbidden", path})
	}
	for i, p := range ordinary(t, k, len(cells)) {
		fault, path := faults[cells[i].fault], cells[i].path
		k.Org.SetStatus(p.ID, from(actionOf(path)))
		f := form(t, c, p.ID, path)
		fault.Operation = "ListAssignedRolesForUser"
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{fault})
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("protected.unreadable") {
			t.Errorf("%v: %d, %d writes: %s", cells[i], got.Status, writes(k), got.Text())
		}
		if got.Form(path) != nil || !got.Has("cannot be read") {
			t.Errorf("%v: the page offers it", cells[i])
		}
		k.Org.Reset()
	}
}

// Who is protected from whom, over HTTP, with the person's own page as witness.
func TestProtectedFrom(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	staff := k.Org.Staff()
	mei, _ := k.Org.ByLogin("mei.tanaka@brightwater.example")
	paul, _ := k.Org.ByLogin("paul.ferrant@brightwater.example")
	for _, tt := range []struct{ who, target, rule string }{
		{"helpdesk", staff["helpdesk"], "self"},
		{"owner", staff["owner"], "self"},
		{"helpdesk", mei.ID, "protected.staff"},
		{"helpdesk", staff["admin"], "protected.staff"},
		{"helpdesk", paul.ID, "protected.staff"},
		{"admin", paul.ID, "protected.staff"},
		{"admin", mei.ID, ""},
		{"owner", paul.ID, ""},
		{"helpdesk", staff["auditor"], "protected.staff"},
		{"admin", staff["auditor"], ""},
		{"admin", k.Org.AdminWith("HELP_DESK_ADMIN").ID, ""},
		{"admin", k.Org.AdminWith("ORG_ADMIN").ID, "protected.admins"},
		{"owner", k.Org.AdminWith("ORG_ADMIN").ID, ""}, // on a second owner's word
		{"owner", k.Org.GroupAdmin("SUPER_ADMIN").ID, ""},
		{"owner", k.Org.TokenOwner(), "protected.credential"},
		{"helpdesk", k.Org.TokenOwner(), "protected.credential"},
	} {
		page := k.As(tt.who).Get("/users/" + tt.target)
		offered := page.Form("/sessions/clear") != nil
		if offered != (tt.rule == "") || !strings.Contains(page.Body, tt.rule) {
			t.Errorf("%s on %s: offered %t, want rule %q", tt.who, tt.target, offered, tt.rule)
		}
	}
}

// An operator whose own account is stopped in Okta can take nobody over from
// that moment, and is signed out a minute later.
func TestStoppedOperator(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, len(changes()))
	forms := map[desk.Action]*testkit.Form{}
	i := 0
	for action, path := range changes() {
		k.Org.SetStatus(people[i].ID, from(action))
		forms[action] = form(t, c, people[i].ID, path)
		i++
	}
	k.Org.SetStatus(k.Org.Staff()["helpdesk"], "SUSPENDED")
	k.Org.Reset()
	for _, later := range []time.Duration{0, 61 * time.Second} {
		k.Advance(later)
		for action, f := range forms {
			s, _ := desk.SpecOf(action)
			if later == 0 && s.Risk != desk.Takeover {
				continue
			}
			got := c.Post(f.Action, f.Values)
			if later == 0 && (got.Status != http.StatusForbidden || !got.Has("actor.standing")) || later > 0 && got.Status != http.StatusUnauthorized {
				t.Errorf("%s after %v: %d: %s", action, later, got.Status, got.Text())
			}
		}
	}
	if writes(k) != 0 {
		t.Errorf("%d writes", writes(k))
	}
	page := k.As("helpdesk").Get("/users/" + people[0].ID)
	if page.Form("/sessions/clear") != nil || !page.Has("your own account is Suspended in Okta") {
		t.Errorf("who signs in anew: %s", page.Text())
	}
}

// Somebody who joined the console's staff after the page was shown is closed
// when the page's word on that is older than a minute.
func TestStaffGainedAfterThePage(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	people := ordinary(t, k, len(changes()))
	i := 0
	for action, path := range changes() {
		p := people[i]
		i++
		k.Org.SetStatus(p.ID, from(action))
		f := form(t, c, p.ID, path)
		k.Org.JoinGroup(p.ID, "Keydesk Owners")
		k.Advance(61 * time.Second)
		k.Org.Reset()
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("protected.staff") {
			t.Errorf("%s: %d, %d writes: %s", action, got.Status, writes(k), got.Text())
		}
	}
}

// Tokens are worth nothing in another session, for another action or person, or
// after their time.
func TestTokensAreBound(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c, d := k.As("helpdesk"), k.As("helpdesk")
	people := ordinary(t, k, 2)
	f := form(t, c, people[0].ID, "/lifecycle/suspend")
	k.Org.Reset()
	for name, got := range map[string]*testkit.Page{
		"session": d.Post(f.Action, f.Values),
		"action":  c.Post(strings.Replace(f.Action, "suspend", "deactivate", 1), f.Values),
		"person":  c.Post(strings.Replace(f.Action, people[0].ID, people[1].ID, 1), f.Values),
	} {
		if got.Status != http.StatusForbidden || !got.Has("This button was not given to you") {
			t.Errorf("another %s: %d %s", name, got.Status, got.Text())
		}
	}
	k.Advance(14 * 60 * 1e9)
	c.Get("/")
	k.Advance(2 * 60 * 1e9)
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusConflict || !got.Has("older than 15 minutes") {
		t.Errorf("after its time: %d %s", got.Status, got.Text())
	}
	if writes(k) != 0 {
		t.Error("something was changed")
	}
}
