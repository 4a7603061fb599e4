package okta

import (
	"testing"
)

// TestRoles: how a role is held, what it covers, and one that nobody knows yet.
func TestRoles(t *testing.T) {
	const assignee = `"_links":{"assignee":{"href":"https://x.okta.com/api/v1/groups/00gBrightwater000001"}}`
	const groups = `"_embedded":{"targets":{"groups":[{"id":"00g1","profile":{"name":"Berlin","description":"d"}}]}}`
	const apps = `"_embedded":{"targets":{"catalog":{"apps":[{"name":"Our wiki","id":"0oa1","status":"ACTIVE"},{"name":"salesforce","displayName":"Salesforce"}]}}}`
	body := `[{"id":"KVJUKUS7IFCE2SKO","type":"USER_ADMIN","label":"Group Administrator","assignmentType":"GROUP",` + assignee + `,` + groups + `},
		{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN",` + apps + `},
		{"id":"ra11","type":"SUPER_ADMIN","_embedded":{"targets":{"groups":[]}}},
		{"id":"irb1","type":"CUSTOM","label":"Locksmith","role":"cr01","resource-set":"iam1"},
		{"id":"x","type":"EMPEROR","_links":{"assignee":{"href":"javascript:alert(1)//x y"}}},
		null]`
	roles, err := client(t, says(200, body)).Roles.ListWithTargets(t.Context(), ann)
	if err != nil || len(roles) != 6 {
		t.Fatal(roles, err)
	}
	for i, want := range []struct {
		assignee       string
		limited, known bool
	}{
		{"00gBrightwater000001", true, true},
		{"", true, true},
		{"", false, true},
		{"", false, true},
		{"", false, false},
		{"", false, false}, // nothing at all is not a role that could be waved through
	} {
		r := roles[i]
		if r.AssigneeID != want.assignee || r.Limited() != want.limited || r.Type.Known() != want.known {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if g := roles[0].Targets.Groups[0]; g.Name != "Berlin" || g.Description != "d" {
		t.Errorf("%+v", g)
	}
	if a := roles[1].Targets.Apps; a[0].Instance.String() != "0oa1" || a[0].Label != "Our wiki" || a[1].Label != "Salesforce" || a[1].Name.String() != "salesforce" {
		t.Errorf("%+v", a)
	}
	if roles[3].Role != "cr01" || roles[3].ResourceSet != "iam1" {
		t.Errorf("%+v", roles[3])
	}
}

// TestRolesUnreadable: everything but a list of roles is an error; none of it
// may look like somebody without roles.
func TestRolesUnreadable(t *testing.T) {
	for _, body := range []string{`null`, `{}`, `""`, `[[]]`, `[{"_embedded":{"targets":[]}}]`, `[{"type":7}]`, `[`, ``} {
		if roles, err := client(t, says(200, body)).Roles.List(t.Context(), ann); err == nil {
			t.Errorf("%s: %+v", body, roles)
		}
	}
}

func TestRoleTypeKnown(t *testing.T) {
	for _, r := range []RoleType{
		SuperAdmin, OrgAdmin, AppAdmin, UserAdmin, HelpDeskAdmin, GroupMembershipAdmin, ReadOnlyAdmin, ReportAdmin,
		APIAccessManagementAdmin, MobileAdmin, AccessCertificationsAdmin, AccessRequestsAdmin, WorkflowsAdmin, Custom,
	} {
		if !r.Known() {
			t.Error(r)
		}
	}
	if RoleType("").Known() || RoleType("super_admin").Known() {
		t.Error("a type that Okta does not have")
	}
}
