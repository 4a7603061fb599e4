package oktasim

import (
	"encoding/base32"
	"slices"
	"strings"
	"testing"
)

func rolesOf(t *testing.T, o *Org, id, query string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, r := range get(t, o, userPath(id, "/roles"+query)).wantCode(200).decoded().([]any) {
		list = append(list, r.(map[string]any))
	}
	return list
}

func TestEveryStandardRole(t *testing.T) {
	o := small(t)
	for kind, label := range map[string]string{
		"SUPER_ADMIN": "Super Administrator", "ORG_ADMIN": "Organization Administrator", "APP_ADMIN": "Application Administrator",
		"USER_ADMIN": "Group Administrator", "HELP_DESK_ADMIN": "Help Desk Administrator",
		"GROUP_MEMBERSHIP_ADMIN": "Group Membership Administrator", "READ_ONLY_ADMIN": "Read-only Administrator",
		"REPORT_ADMIN": "Report Administrator", "API_ACCESS_MANAGEMENT_ADMIN": "API Access Management Administrator",
		"MOBILE_ADMIN": "Mobile Administrator",
	} {
		roles := rolesOf(t, o, o.AdminWith(kind).ID, "")
		if len(roles) != 1 || roles[0]["type"] != kind || roles[0]["label"] != label || roles[0]["assignmentType"] != "USER" || roles[0]["status"] != "ACTIVE" {
			t.Errorf("%s: %v", kind, roles)
			continue
		}
		id := roles[0]["id"].(string)
		encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(kind))
		if id != encoded && (len(id) != 20 || !strings.HasPrefix(id, "ra1")) {
			t.Errorf("%s: id %s", kind, id)
		}
		if targeted := kind == "APP_ADMIN" || hasGroupTargets(kind); targeted != (id == encoded) {
			t.Errorf("%s: id %s", kind, id)
		}
	}
}

func TestRolesKeepTheRecordedOrder(t *testing.T) {
	o := small(t)
	inner := func(id string) []byte {
		body := get(t, o, userPath(id, "/roles")).wantCode(200).body
		return body[1 : len(body)-1]
	}
	want := strings.Fields("id label type status created lastUpdated assignmentType _links")
	if got := keys(t, inner(o.AdminWith("ORG_ADMIN").ID)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	want = strings.Fields("id label type status created lastUpdated assignmentType resource-set role _links")
	if got := keys(t, inner(o.AdminWith("CUSTOM").ID)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestNoRoles(t *testing.T) {
	o := small(t)
	if body := get(t, o, userPath(o.FirstWith(active).ID, "/roles")).wantCode(200).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
}

func TestRolesThroughGroups(t *testing.T) {
	o := small(t)
	for kind, prefix := range map[string]string{"USER_ADMIN": "KVJUKUS7IFCE2SKO", "APP_ADMIN": "IFIFAX2BIRGUSTQ", "SUPER_ADMIN": "gra"} {
		roles := rolesOf(t, o, o.GroupAdmin(kind).ID, "")
		assignee := roles[0]["_links"].(map[string]any)["assignee"].(map[string]any)["href"].(string)
		if len(roles) != 1 || roles[0]["assignmentType"] != "GROUP" || !strings.HasPrefix(roles[0]["id"].(string), prefix) ||
			!strings.Contains(assignee, "/api/v1/groups/00g") {
			t.Errorf("%s: %v", kind, roles)
		}
	}
}

// One type held directly and through a group: two assignments, one id.
func TestARoleIDNamesNoAssignment(t *testing.T) {
	o := small(t)
	p, ok := o.ByLogin("renee.castellanos-park@brightwater.example")
	if !ok {
		t.Fatal("nobody holds a role twice")
	}
	roles := rolesOf(t, o, p.ID, "")
	if len(roles) != 2 || roles[0]["id"] != roles[1]["id"] || roles[0]["assignmentType"] == roles[1]["assignmentType"] {
		t.Errorf("%v", roles)
	}
}

func TestJoiningAGroupBringsItsRole(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	o.JoinGroup(p.ID, "Okta Break Glass")
	if roles := rolesOf(t, o, p.ID, ""); len(roles) != 1 || roles[0]["type"] != "SUPER_ADMIN" {
		t.Errorf("%v", roles)
	}
}

func TestCustomAndFutureRoles(t *testing.T) {
	o := small(t)
	custom := rolesOf(t, o, o.AdminWith("CUSTOM").ID, "")[0]
	if !strings.HasPrefix(custom["id"].(string), "irb") || !strings.HasPrefix(custom["role"].(string), "cr0") || !strings.HasPrefix(custom["resource-set"].(string), "iam") {
		t.Errorf("%v", custom)
	}
	links := custom["_links"].(map[string]any)
	for rel, host := range map[string]string{"role": "brightwater-admin.", "permissions": "brightwater-admin.", "member": "brightwater.", "resource-set": "brightwater.", "assignee": "brightwater."} {
		if href := links[rel].(map[string]any)["href"].(string); !strings.HasPrefix(href, "https://"+host+"okta.example/") {
			t.Errorf("%s: %s", rel, href)
		}
	}
	for _, kind := range []string{"ACCESS_CERTIFICATIONS_ADMIN", "ACCESS_REQUESTS_ADMIN", "WORKFLOWS_ADMIN"} {
		if r := rolesOf(t, o, o.AdminWith(kind).ID, "")[0]; !strings.HasPrefix(r["id"].(string), "irb") || r["role"] != kind {
			t.Errorf("%v", r)
		}
	}
	p := o.FirstWith(active)
	o.GrantRole(p.ID, "QUANTUM_ADMIN")
	if r := rolesOf(t, o, p.ID, "")[0]; r["type"] != "QUANTUM_ADMIN" || !strings.HasPrefix(r["id"].(string), "ra1") || r["label"] == "" {
		t.Errorf("%v", r)
	}
}

func TestAdminHost(t *testing.T) {
	for base, want := range map[string]string{
		"https://acme.okta.com":      "https://acme-admin.okta.com",
		"https://acme.okta.com:8443": "https://acme-admin.okta.com:8443",
		"http://127.0.0.1:8080":      "http://127.0.0.1:8080",
		"http://localhost:8080":      "http://localhost:8080",
	} {
		if got := adminHost(base); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}

func TestTargets(t *testing.T) {
	o := small(t)
	embedded := func(id, query string) any { return rolesOf(t, o, id, query)[0]["_embedded"] }
	if e := embedded(o.LimitedAdmin("HELP_DESK_ADMIN").ID, ""); e != nil {
		t.Errorf("targets without being asked: %v", e)
	}
	both := "?expand=targets/groups&expand=targets/catalog/apps"
	for _, kind := range []string{"HELP_DESK_ADMIN", "USER_ADMIN"} {
		for _, query := range []string{"?expand=targets%2Fgroups", both, "?expand=targets/groups,targets/catalog/apps"} {
			groups := embedded(o.LimitedAdmin(kind).ID, query).(map[string]any)["targets"].(map[string]any)["groups"].([]any)
			if len(groups) == 0 || groups[0].(map[string]any)["type"] != "OKTA_GROUP" {
				t.Errorf("%s: %v", kind, groups)
			}
		}
		groups := embedded(o.AdminWith(kind).ID, both).(map[string]any)["targets"].(map[string]any)["groups"].([]any)
		if len(groups) != 0 {
			t.Errorf("%s covers all groups and lists %v", kind, groups)
		}
	}
	apps := embedded(o.LimitedAdmin("APP_ADMIN").ID, both).(map[string]any)["targets"].(map[string]any)["catalog"].(map[string]any)["apps"].([]any)
	entry, instance := apps[0].(map[string]any), apps[1].(map[string]any)
	if entry["id"] != nil || entry["displayName"] != "Salesforce" || !strings.HasPrefix(instance["id"].(string), "0oa") || instance["name"] != "Slack Brightwater" {
		t.Errorf("%v", apps)
	}
	if e := embedded(o.AdminWith("ORG_ADMIN").ID, both); e != nil {
		t.Errorf("an organisation administrator has targets: %v", e)
	}
	get(t, o, userPath(o.TokenOwner(), "/roles?expand=everything")).wantError(400, "E0000001", "Expand query is malformed.")
}
