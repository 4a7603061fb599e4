package oktasim

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// recordedAs are operations beside the users API by their names in recordings.
func recordedAs() map[string]string {
	return map[string]string{
		"x-listGroups": "ListGroups", "x-getGroup": "GetGroup", "x-listGroupRoles": "ListGroupRoles",
		"x-listCustomRoles": "ListCustomRoles", "x-listResourceSets": "ListResourceSets",
		"x-listUsersWithRoleAssignments": "ListRoleHolders", "x-tokenEndpoint": "Token",
	}
}

// roomForms calls an operation about roles, targets, groups or tokens in every
// form it has here, and returns the outlines of what it answers.
func roomForms(t *testing.T, operation string) (forms []map[string]bool) {
	t.Helper()
	o := large()
	add := func(r reply) {
		if r.code < 300 && len(r.body) > len("[]") {
			forms = append(forms, lineSet(withoutProfile(outline(t, r.body))))
		}
	}
	switch operation {
	case "AssignRoleToUser", "GetUserRole":
		for _, kind := range []string{"APP_ADMIN", "USER_ADMIN", "HELP_DESK_ADMIN", "SUPER_ADMIN", "CUSTOM"} {
			id := o.AdminWith(kind).ID
			add(get(t, o, userPath(id, "/roles/"+rolesOf(t, o, id, "")[0]["id"].(string))))
		}
	case "ListGroupTargetsForRole":
		add(get(t, o, groupTargets(o.LimitedAdmin("HELP_DESK_ADMIN").ID, helpDesk)))
	case "ListApplicationTargetsForApplicationAdministratorRoleForUser":
		id := o.LimitedAdmin("APP_ADMIN").ID
		for _, name := range []string{"", "/oidc_client"} {
			call1(t, o, "PUT", appTargets(id)+name)
			add(get(t, o, appTargets(id)))
		}
		call1(t, o, "PUT", appTargets(id)+"/amazon_aws/"+o.AppID("AWS Staging"))
		add(get(t, o, appTargets(id)))
		call1(t, o, "PUT", appTargets(id))
		call1(t, o, "PUT", appTargets(id)+"/amazon_aws/"+o.AppID("AWS Staging"))
		add(get(t, o, appTargets(id)))
	case "ListGroups":
		add(get(t, o, "/api/v1/groups"))
	case "GetGroup":
		add(get(t, o, "/api/v1/groups/"+o.GroupID("Everyone")))
		add(get(t, o, "/api/v1/groups/"+o.GroupID("Contractors")))
	case "ListGroupRoles":
		add(get(t, o, "/api/v1/groups/"+o.GroupID("Okta App Owners")+"/roles"))
	case "ListCustomRoles":
		o.customs = nil // recorded without any
		add(get(t, o, "/api/v1/iam/roles"))
	case "ListResourceSets":
		o.sets = nil
		add(get(t, o, "/api/v1/iam/resource-sets"))
	case "ListRoleHolders":
		add(get(t, o, "/api/v1/iam/assignees/users"))
		add(get(t, o, "/api/v1/iam/assignees/users?limit=1"))
	case "Token":
		forms = append(forms, tokenForms(t)...)
	}
	return forms
}

func tokenForms(t *testing.T) []map[string]bool {
	t.Helper()
	s := newService(t, false)
	return []map[string]bool{
		lineSet(outline(t, s.bearerToken("okta.users.read").wantCode(200).body)),
		lineSet(outline(t, s.bearerToken("").wantCode(400).body)),
	}
}

// withoutOwners leaves out what the recordings have and this organisation never
// writes: owners of groups come with governance, and groups may have attributes
// of their own.
var withoutOwners = regexp.MustCompile(`owners\.href|customGroupAttribute`)

func TestRecordedRoomsHaveOurShape(t *testing.T) {
	forms, compared := map[string][]map[string]bool{}, 0
	for _, e := range roomRecordings(t) {
		if _, done := forms[e.Operation]; !done {
			forms[e.Operation] = roomForms(t, e.Operation)
		}
		if len(forms[e.Operation]) == 0 {
			continue
		}
		known := map[string]bool{}
		for _, f := range forms[e.Operation] {
			maps.Copy(known, f)
		}
		for _, line := range withoutProfile(outline(t, e.Response.Body)) {
			if !known[line] && !withoutOwners.MatchString(line) && line != " []" {
				t.Errorf("%s: recorded %q is never written here", e.file, line)
			}
		}
		compared++
	}
	if compared < 12 && os.Getenv("OKTA_CORPUS") != "" {
		t.Errorf("only %d recordings were compared", compared)
	}
}

// roomRecordings are the exchanges with a body, under our names.
func roomRecordings(t *testing.T) (all []exchange) {
	t.Helper()
	for _, e := range corpus(t) {
		if name := recordedAs()[e.Operation]; name != "" {
			e.Operation = name
		}
		if len(e.Response.Body) > len("null") {
			all = append(all, e)
		}
	}
	return all
}

// The self links of recorded lists are written the same here, but for ids and
// what is inside a cursor.
func TestRecordedSelfLinks(t *testing.T) {
	o := large()
	id := o.AdminWith("HELP_DESK_ADMIN").ID
	app := o.AdminWith("APP_ADMIN").ID
	ours := map[string]string{
		"ListUserGrants":          get(t, o, userPath(id, "/grants")).rel("self"),
		"ListGroupTargetsForRole": get(t, o, groupTargets(id, helpDesk)+"?limit=200").rel("self"),
		"ListApplicationTargetsForApplicationAdministratorRoleForUser": get(t, o, appTargets(app)+"?limit=200").rel("self"),
		"ListResourceSets": get(t, o, "/api/v1/iam/resource-sets").rel("self"),
	}
	own := regexp.MustCompile(`^https://[^/]+|00u\w+|after=[^&]+|(roles/)\w+`)
	for _, e := range roomRecordings(t) {
		if ours[e.Operation] == "" || e.Response.Status != 200 {
			continue
		}
		var links []string
		if json.Unmarshal(e.Response.Headers["link"], &links) != nil {
			continue
		}
		i := slices.IndexFunc(links, func(l string) bool { return strings.HasSuffix(l, `rel="self"`) })
		if i < 0 {
			continue
		}
		recorded := strings.TrimPrefix(strings.TrimSuffix(links[i], `>; rel="self"`), "<")
		if x, y := own.ReplaceAllString(recorded, "$1"), own.ReplaceAllString(ours[e.Operation], "$1"); x != y {
			t.Errorf("%s: self is %s, here %s", e.file, x, y)
		}
	}
}

// Every recorded call about targets finds the operation it was recorded as.
func TestRecordedPathsOfTargets(t *testing.T) {
	dir := os.Getenv("OKTA_CORPUS")
	if dir == "" {
		t.Log("OKTA_CORPUS is not set: no recorded call was looked up")
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*Target*.json"))
	for _, file := range files {
		var e exchange
		readJSON(t, file, &e)
		o := New(Options{People: 50, Start: begin()})
		c := &call{r: request(o, e.Request.Method, e.Request.Path)}
		if !o.match(c) || c.route == nil || c.route.Name != e.Operation {
			t.Errorf("%s: %s %s is not served", e.Operation, e.Request.Method, e.Request.Path)
		}
	}
}
