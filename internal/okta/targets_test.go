package okta

import (
	"encoding/json"
	"net/http"
	"testing"
)

// TestAssign: what is no role is not sent, and an answer about another role or
// another person leaves open what was assigned.
func TestAssign(t *testing.T) {
	assignee := func(id string) string {
		return `,"_links":{"assignee":{"href":"https://x.okta.com/api/v1/users/` + id + `"}}}`
	}
	for body, ok := range map[string]bool{
		roleBody: true,
		`{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN","assignmentType":"USER"` + assignee(annID): true,
		`{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN","assignmentType":"USER"` + assignee(bobID): false,
		`{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN","assignmentType":"GROUP"}`:                 false,
		`{"id":"KVJUKUS7IFCE2SKO","type":"USER_ADMIN","assignmentType":"USER"}`:                false,
		`{"type":"APP_ADMIN","assignmentType":"USER"}`:                                         false,
		`{"id":"../x","type":"APP_ADMIN","assignmentType":"USER"}`:                             false,
		`{}`: false, `[]`: false,
	} {
		r, err := client(t, says(201, body)).Roles.Assign(t.Context(), ann, NewRole{Type: AppAdmin})
		if ok != (err == nil) || ok != (r.ID == aRole) || !ok && !IsUnsure(err) {
			t.Errorf("%s: %+v, %v", body, r, err)
		}
	}
	c := client(t, http.NotFoundHandler())
	for _, n := range []NewRole{{}, {Type: "EMPEROR"}, {Type: Custom}, {Type: Custom, Role: "cr0"}, {Type: Custom, Role: "a/b", ResourceSet: "i"}, {Type: AppAdmin, Role: "cr0"}} {
		if _, err := c.Roles.Assign(t.Context(), ann, n); !isErr(err, errBadRole) || IsUnsure(err) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	bound := `{"id":"irb1","type":"CUSTOM","assignmentType":"USER","role":"WORKFLOWS_ADMIN"}`
	if _, err := client(t, says(201, bound)).Roles.Assign(t.Context(), ann, NewRole{Type: WorkflowsAdmin}); err != nil {
		t.Error(err)
	}
}

func TestGetRole(t *testing.T) {
	if r, err := client(t, says(200, roleBody)).Roles.Get(t.Context(), ann, aRole); err != nil || r.Type != AppAdmin {
		t.Error(r, err)
	}
	if _, err := client(t, says(200, roleBody)).Roles.Get(t.Context(), ann, must(ParseRoleID("KVJUKUS7IFCE2SKO"))); err == nil {
		t.Error("another role was taken")
	}
}

func TestRoleTypes(t *testing.T) {
	for _, c := range []struct {
		t            RoleType
		label        string
		groups, apps bool
	}{
		{SuperAdmin, "Super Administrator", false, false},
		{AppAdmin, "Application Administrator", false, true},
		{UserAdmin, "Group Administrator", true, false},
		{HelpDeskAdmin, "Help Desk Administrator", true, false},
		{GroupMembershipAdmin, "Group Membership Administrator", true, false},
		{ReadOnlyAdmin, "Read-only Administrator", false, false},
		{Custom, "CUSTOM", false, false},
		{"EMPEROR", "EMPEROR", false, false},
	} {
		if c.t.Label() != c.label || c.t.GroupTargets() != c.groups || c.t.AppTargets() != c.apps {
			t.Errorf("%s: %q, groups %t, apps %t", c.t, c.t.Label(), c.t.GroupTargets(), c.t.AppTargets())
		}
	}
}

// TestTargetLists: an empty list means everything, so nothing else may look like
// one.
func TestTargetLists(t *testing.T) {
	for _, body := range []string{`null`, `{}`, ``, `[{}]`, `[null]`, `[{"name":"../x"}]`, `[{"id":"a b","name":"Our wiki"}]`, `[{"name":7}]`} {
		if apps, err := client(t, says(200, body)).Targets.Apps(t.Context(), ann, aRole); err == nil {
			t.Errorf("%s: %+v", body, apps)
		}
	}
	two := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("after") == "" {
			says(200, `[{"name":"wiki"}]`, `Link: <https://x/y?after=2&limit=20>; rel="next"`)(w, r)
			return
		}
		says(200, `[{"name":"Our wiki","id":"0oaWiki","status":"INACTIVE"}]`)(w, r)
	})
	apps, err := client(t, two).Targets.Apps(t.Context(), ann, aRole)
	want := []TargetApp{{Name: must(ParseAppName("wiki")), Label: "wiki"}, {Instance: anApp, Label: "Our wiki", Status: "INACTIVE"}}
	if err != nil || len(apps) != 2 || apps[0] != want[0] || apps[1] != want[1] {
		t.Errorf("%+v, %v", apps, err)
	}
}

// TestAddAllApps widens a role to everything: only a plain yes is one.
func TestAddAllApps(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		ok     bool
	}{{204, ``, true}, {200, ``, true}, {200, `{}`, true}, {200, `[]`, false}, {200, `"x`, false}, {201, ``, false}, {202, `{}`, false}} {
		err := client(t, says(c.status, c.body)).Targets.AddAllApps(t.Context(), ann, aRole)
		if c.ok != (err == nil) || !c.ok && !IsUnsure(err) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
}

func FuzzTargetApp(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `{"name":"wiki"}`, `{"name":"wiki","displayName":"W"}`, `{"id":"0oa1","name":"Our wiki"}`, `{"id":"","name":"x"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var app TargetApp
		if json.Unmarshal(b, &app) == nil && app.Name.IsZero() == app.Instance.IsZero() {
			t.Errorf("%s became %+v", b, app)
		}
	})
}
