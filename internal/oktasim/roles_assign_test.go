package oktasim

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestAssignEveryStandardRole(t *testing.T) {
	o := small(t)
	id := o.FirstWith(staged).ID // any status will do
	for kind, prefix := range map[string]string{
		"SUPER_ADMIN": "ra1", "ORG_ADMIN": "ra1", "READ_ONLY_ADMIN": "ra1", "REPORT_ADMIN": "ra1", "API_ACCESS_MANAGEMENT_ADMIN": "ra1",
		"APP_ADMIN": "IFIFAX2BIRGUSTQ", "USER_ADMIN": "KVJUKUS7IFCE2SKO", "HELP_DESK_ADMIN": "JBCUYUC7IRCVGS27IFCE2SKO",
		"GROUP_MEMBERSHIP_ADMIN": "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA", "WORKFLOWS_ADMIN": "irb",
	} {
		body := fmt.Sprintf(`{"type":%q}`, kind)
		r := sendBody(t, o, "POST", userPath(id, "/roles"), body).wantCode(201)
		if r.text("type") != kind || r.text("assignmentType") != "USER" || !strings.HasPrefix(r.text("id"), prefix) {
			t.Errorf("%s", r.body)
		}
		if assignee := r.text("_links/assignee/href"); !strings.HasSuffix(assignee, "/api/v1/users/"+id) {
			t.Errorf("%s: assignee %s", kind, assignee)
		}
		read := get(t, o, userPath(id, "/roles/"+r.text("id"))).wantCode(200)
		if string(read.body) != string(r.body) {
			t.Errorf("read as %s, assigned as %s", read.body, r.body)
		}
		sendBody(t, o, "POST", userPath(id, "/roles"), body).wantError(409, "E0000090")
		call1(t, o, "DELETE", userPath(id, "/roles/"+r.text("id"))).wantCode(204)
		call1(t, o, "DELETE", userPath(id, "/roles/"+r.text("id"))).wantError(404, "E0000007")
		get(t, o, userPath(id, "/roles/"+r.text("id"))).wantError(404, "E0000007")
	}
}

func TestAssignRefusals(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	before := o.Snapshot()
	for body, want := range map[string]string{
		``:                          "E0000003",
		`[]`:                        "E0000003",
		`{"type":1}`:                "E0000003",
		`{}`:                        "E0000001",
		`{"type":"GRAND_VIZIER"}`:   "E0000001",
		`{"type":"MOBILE_ADMIN"}`:   "E0000001", // still held, no longer given
		`{"type":"standard_admin"}`: "E0000001",
	} {
		r := sendBody(t, o, "POST", userPath(id, "/roles"), body).wantCode(400)
		if r.text("errorCode") != want {
			t.Errorf("%s: %s", body, r.body)
		}
	}
	sendBody(t, o, "POST", userPath("nobody", "/roles"), `{"type":"ORG_ADMIN"}`).wantError(404, "E0000007")
	if o.Snapshot() != before {
		t.Error("a refusal changed something")
	}
}

func TestAssignACustomRole(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	role, set := o.customs[1], o.sets[2]
	for _, c := range []struct{ role, set, kind string }{
		{"cr0none", set.id, "cr0none (CustomRole)"},
		{role.id, "", " (IAMPolicy)"},
		{role.id, "iamnone", "iamnone (IAMPolicy)"},
	} {
		r := sendBody(t, o, "POST", userPath(id, "/roles"), fmt.Sprintf(`{"type":"CUSTOM","role":%q,"resource-set":%q}`, c.role, c.set))
		r.wantError(404, "E0000007")
		if !strings.HasSuffix(r.text("errorSummary"), c.kind) {
			t.Errorf("%s", r.body)
		}
	}
	body := fmt.Sprintf(`{"type":"CUSTOM","role":%q,"resource-set":%q}`, role.id, set.id)
	r := sendBody(t, o, "POST", userPath(id, "/roles"), body).wantCode(201)
	if r.text("role") != role.id || r.text("resource-set") != set.id || r.text("label") != role.label || !strings.HasPrefix(r.text("id"), "irb") {
		t.Errorf("%s", r.body)
	}
	sendBody(t, o, "POST", userPath(id, "/roles"), body).wantError(409, "E0000090")
	other := fmt.Sprintf(`{"type":"CUSTOM","role":%q,"resource-set":%q}`, role.id, o.sets[0].id)
	sendBody(t, o, "POST", userPath(id, "/roles"), other).wantCode(201) // the same role, elsewhere
	if n := len(rolesOf(t, o, id, "")); n != 2 {
		t.Errorf("%d roles", n)
	}
}

// Posting again may do one thing: say something new about notifications.
func TestNotificationsAreUpdatedByPostingAgain(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	const body = `{"type":"ORG_ADMIN"}`
	first := sendBody(t, o, "POST", userPath(id, "/roles?disableNotifications=false"), body).wantCode(201)
	sendBody(t, o, "POST", userPath(id, "/roles?disableNotifications=false"), body).wantError(409, "E0000090")
	loud := o.Snapshot()
	again := sendBody(t, o, "POST", userPath(id, "/roles?disableNotifications=true"), body).wantCode(201)
	if again.text("id") != first.text("id") || len(rolesOf(t, o, id, "")) != 1 {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	if o.Snapshot() == loud {
		t.Error("the snapshot does not show who is notified")
	}
	sendBody(t, o, "POST", userPath(id, "/roles?disableNotifications=true"), body).wantError(409, "E0000090")
}

// What a group holds is shown on its member and is not the member's to lose.
func TestGroupHeldRolesStay(t *testing.T) {
	o := small(t)
	for _, kind := range []string{"USER_ADMIN", "APP_ADMIN", "SUPER_ADMIN"} {
		id := o.GroupAdmin(kind).ID
		role := rolesOf(t, o, id, "")[0]["id"].(string)
		if r := get(t, o, userPath(id, "/roles/"+role)).wantCode(200); r.text("assignmentType") != "GROUP" {
			t.Errorf("%s", r.body)
		}
		before := o.Snapshot()
		call1(t, o, "DELETE", userPath(id, "/roles/"+role)).wantError(404, "E0000007")
		if o.Snapshot() != before {
			t.Errorf("%s was taken from the group", kind)
		}
	}
}

// One id, two assignments: the direct one is read and removed, and then the
// group's is what the id means.
func TestOneIDTwoAssignments(t *testing.T) {
	o := small(t)
	p, _ := o.ByLogin("renee.castellanos-park@brightwater.example")
	path := userPath(p.ID, "/roles/IFIFAX2BIRGUSTQ")
	if kind := get(t, o, path).wantCode(200).text("assignmentType"); kind != "USER" {
		t.Error(kind)
	}
	call1(t, o, "DELETE", path).wantCode(204)
	if kind := get(t, o, path).wantCode(200).text("assignmentType"); kind != "GROUP" {
		t.Error(kind)
	}
	call1(t, o, "DELETE", path).wantError(404, "E0000007")
	sendBody(t, o, "POST", userPath(p.ID, "/roles"), `{"type":"APP_ADMIN"}`).wantCode(201) // the group's is no duplicate
}

// A change of one person's roles leaves a reader's list alone.
func TestRolesAreReplacedNotChanged(t *testing.T) {
	o := small(t)
	p := o.people[o.byID[o.LimitedAdmin("HELP_DESK_ADMIN").ID]]
	was, targets := *p.roles[0], len(p.roles[0].groups)
	call1(t, o, "PUT", userPath(p.id, "/roles/"+was.id+"/targets/groups/"+o.GroupID("Finance"))).wantCode(204)
	sendBody(t, o, "POST", userPath(p.id, "/roles"), `{"type":"ORG_ADMIN"}`).wantCode(201)
	if len(p.roles) != 1 || len(p.roles[0].groups) != targets {
		t.Error("the copy a reader holds was changed")
	}
}

// statusesOf sends many calls at once and counts their answers.
func statusesOf(n int, send func() int) map[int]int {
	codes := make([]int, n)
	var all sync.WaitGroup
	for i := range codes {
		all.Go(func() { codes[i] = send() })
	}
	all.Wait()
	count := map[int]int{}
	for _, c := range codes {
		count[c]++
	}
	return count
}

// Of fifty at once, one assigns, one removes, and the last target survives.
func TestRolesAtOnce(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	path := userPath(id, "/roles")
	got := statusesOf(50, func() int { return sendBody(t, o, "POST", path, `{"type":"HELP_DESK_ADMIN"}`).code })
	if got[201] != 1 || got[409] != 49 {
		t.Errorf("%v", got)
	}
	o.LimitRole(id, "HELP_DESK_ADMIN", "Finance", "Legal", "Support")
	names := []string{"Finance", "Legal", "Support"}
	for range 20 {
		names = append(names, names[:3]...)
	}
	next := make(chan string, len(names))
	for _, n := range names {
		next <- o.GroupID(n)
	}
	got = statusesOf(len(names), func() int { return call1(t, o, "DELETE", groupTargets(id, helpDesk)+"/"+<-next).code })
	if got[204] != 2 || len(o.RoleTargets(id, "HELP_DESK_ADMIN")) != 1 {
		t.Errorf("%v, left %v", got, o.RoleTargets(id, "HELP_DESK_ADMIN"))
	}
	got = statusesOf(50, func() int { return call1(t, o, "DELETE", path+"/"+helpDesk).code })
	if got[204] != 1 || got[404] != 49 {
		t.Errorf("%v", got)
	}
}

// Who searches before the index has caught up still finds the person; the roles
// are read from the person and never lag.
func TestRolesDoNotLag(t *testing.T) {
	o := New(Options{People: 60, Start: begin(), IndexDelay: 1 << 40})
	id := o.FirstWith(active).ID
	sendBody(t, o, "POST", userPath(id, "/roles"), `{"type":"ORG_ADMIN"}`).wantCode(201)
	if roles := rolesOf(t, o, id, ""); len(roles) != 1 {
		t.Errorf("%v", roles)
	}
	if !slices.Contains(get(t, o, search(`status eq "ACTIVE"`)).wantCode(200).ids(), id) {
		t.Error("the person is lost")
	}
}
