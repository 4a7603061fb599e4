package oktasim

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// named returns what a list calls its entries: groups by profile, apps by label.
func named(t *testing.T, o *Org, target string) []string {
	t.Helper()
	var names []string
	for _, raw := range get(t, o, target).wantCode(200).decoded().([]any) {
		v := raw.(map[string]any)
		if profile, ok := v["profile"].(map[string]any); ok {
			names = append(names, profile["name"].(string))
			continue
		}
		names = append(names, v["label"].(string))
	}
	slices.Sort(names)
	return names
}

func TestGroupsBySearch(t *testing.T) {
	o := small(t)
	for query, want := range map[string][]string{
		"q=okta":                              {"Okta App Owners", "Okta Break Glass", "Okta Group Administrators"},
		"q=nobody":                            nil,
		`search=profile.name sw "keydesk o"`:  {"Keydesk Owners"},
		`search=profile.name eq "on call"`:    {"On call"},
		`search=profile.name co "GLASS"`:      {"Okta Break Glass"},
		`search=type eq "BUILT_IN"`:           {"Everyone"},
		`filter=type eq "BUILT_IN"`:           {"Everyone"},
		`filter=type eq "built_in"`:           nil, // filters mind the case
		`q=okta&search=profile.name co "app"`: {"Okta App Owners"},
		`search=(profile.name sw "Legal" or profile.name sw "Finance") and type eq "OKTA_GROUP"`: {"Finance", "Legal"},
	} {
		name, value, _ := strings.Cut(query, "=")
		target := "/api/v1/groups?" + name + "=" + url.QueryEscape(value)
		if before, after, two := strings.Cut(query, "&search="); two {
			target = "/api/v1/groups?" + before + "&search=" + url.QueryEscape(after)
		}
		if got := named(t, o, target); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, cause := range map[string]string{
		`search=profile.color eq "red"`: "unknown attribute 'profile.color'",
		`search=type sw "B"`:            "operator 'sw' is not supported for 'type'",
		`filter=profile.name eq "x"`:    "unknown attribute 'profile.name'",
		`search=profile.name eq 3`:      "'profile.name' is compared with a string",
		`search=id eq "a" and x eq "b"`: "unknown attribute 'x'",
		`search=profile.name`:           "unsupported operator the end",
	} {
		name, value, _ := strings.Cut(query, "=")
		r := get(t, o, "/api/v1/groups?"+name+"="+url.QueryEscape(value))
		if r.code != 400 || r.text("errorCode") != "E0000031" || !strings.Contains(string(r.body), cause) {
			t.Errorf("%s: %d %s", query, r.code, r.body)
		}
	}
}

func TestGroupsByPage(t *testing.T) {
	o := small(t)
	r := get(t, o, "/api/v1/groups").wantCode(200)
	whole := r.ids()
	if len(whole) != len(o.groups) || !slices.IsSorted(whole) || r.rel("self") != "/api/v1/groups?limit=10000" || r.rel("next") != "" {
		t.Errorf("%d groups, Link %v", len(whole), r.head["Link"])
	}
	pages := walk(t, o, "/api/v1/groups?limit=7")
	if !slices.Equal(slices.Concat(pages...), whole) || len(pages) != (len(whole)+6)/7 {
		t.Errorf("%v", pages)
	}
	filtered := get(t, o, "/api/v1/groups?limit=200&filter="+url.QueryEscape(`type eq "BUILT_IN"`))
	if self := filtered.rel("self"); self != "/api/v1/groups?limit=200&filter=type+eq+%22BUILT_IN%22" { // as recorded
		t.Errorf("self %s", self)
	}
}

func TestOneGroup(t *testing.T) {
	o := small(t)
	id := o.GroupID("Okta App Owners")
	if r := get(t, o, "/api/v1/groups/"+id).wantCode(200); r.text("profile/name") != "Okta App Owners" {
		t.Errorf("%s", r.body)
	}
	r := get(t, o, "/api/v1/groups/"+id+"/roles").wantCode(200)
	if r.text("0/type") != "APP_ADMIN" || r.text("0/assignmentType") != "GROUP" || !strings.HasSuffix(r.text("0/_links/assignee/href"), "/api/v1/groups/"+id) {
		t.Errorf("%s", r.body)
	}
	if body := get(t, o, "/api/v1/groups/"+o.GroupID("Finance")+"/roles").wantCode(200).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
	get(t, o, "/api/v1/groups/00gnone").wantError(404, "E0000007")
	get(t, o, "/api/v1/groups/00gnone/roles").wantError(404, "E0000007")
}

func TestApps(t *testing.T) {
	o := small(t)
	whole := slices.Concat(walk(t, o, "/api/v1/apps")...)
	if len(whole) != len(o.apps)+len(o.clients) || !slices.IsSorted(whole) {
		t.Errorf("%d apps", len(whole))
	}
	if r := get(t, o, "/api/v1/apps"); len(r.ids()) != 20 || r.rel("self") != "/api/v1/apps?limit=20" {
		t.Errorf("%d apps, Link %v", len(r.ids()), r.head["Link"])
	}
	for query, want := range map[string][]string{
		"q=sales":                          {"Salesforce", "Salesforce Sandbox"},
		"q=AMAZON":                         {"AWS Production", "AWS Staging"}, // by the app's name
		"q=pocket":                         {"Pocket Mail"},                   // a client
		`filter=status eq "INACTIVE"`:      {"Yard Planner (test)"},
		`filter=name eq "slack"`:           {"Slack Brightwater"},
		`q=yard&filter=status eq "ACTIVE"`: {"Yard Planner"},
	} {
		target := "/api/v1/apps?" + strings.NewReplacer(" ", "+", `"`, "%22").Replace(query)
		if got := named(t, o, target); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	get(t, o, "/api/v1/apps?filter=label+eq+%22x%22").wantCode(400)
	id := o.AppID("Yard Planner (test)")
	r := get(t, o, "/api/v1/apps/"+id).wantCode(200)
	if r.text("id") != id || r.text("name") != "oidc_client" || r.text("status") != "INACTIVE" || r.at("_links/activate") == nil {
		t.Errorf("%s", r.body)
	}
	get(t, o, "/api/v1/apps/0oanone").wantError(404, "E0000007")
}

// Everything the company has set up stands in the catalogue.
func TestCatalogueKnowsTheCompany(t *testing.T) {
	o := small(t)
	for _, a := range o.applications() {
		if _, ok := catalogued(a.name); !ok || a.id == "" || a.created.IsZero() {
			t.Errorf("%+v", a)
		}
	}
	if e, ok := catalogued("from_elsewhere"); ok || e.label == "" {
		t.Errorf("%+v", e)
	}
	for _, e := range catalogue() {
		if e.name == "" || e.label == "" || e.category == "" || e.mode == "" {
			t.Errorf("%+v", e)
		}
	}
}

// The holders of roles are paged in the body, and are those whose list of roles
// is not empty.
func TestRoleHolders(t *testing.T) {
	o := small(t)
	var got []string
	for target := "/api/v1/iam/assignees/users?limit=5"; target != ""; {
		r := get(t, o, target).wantCode(200)
		if r.head["Link"] != nil {
			t.Errorf("Link %v", r.head["Link"])
		}
		for _, raw := range r.at("value").([]any) {
			v := raw.(map[string]any)
			id := v["id"].(string)
			got = append(got, id)
			if orn := v["orn"].(string); !strings.HasPrefix(orn, "orn:okta:directory:00o") || !strings.HasSuffix(orn, ":users:"+id) {
				t.Errorf("orn %s", orn)
			}
		}
		target = strings.TrimPrefix(r.text("_links/next/href"), "https://brightwater.okta.example")
	}
	var want []string
	for _, p := range o.People() {
		if len(p.Roles) > 0 {
			want = append(want, p.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d holders, want %d", len(got), len(want))
	}
	get(t, o, "/api/v1/iam/assignees/users?after=00unone").wantError(400, "E0000031", "Invalid cursor.")
	get(t, o, "/api/v1/iam/assignees/users?limit=x").wantCode(400)
}

func TestCustomRolesAndResourceSets(t *testing.T) {
	o := small(t)
	held := rolesOf(t, o, o.AdminWith("CUSTOM").ID, "")[0]
	r := get(t, o, "/api/v1/iam/roles").wantCode(200)
	if r.text("roles/0/id") != held["role"] || r.text("roles/0/label") != held["label"] || len(r.at("roles").([]any)) < 3 {
		t.Errorf("%s", r.body)
	}
	if self := r.text("_links/self/href"); self != "https://brightwater-admin.okta.example/api/v1/iam/roles" || r.text("roles/0/_links/self/href") != self+"/"+r.text("roles/0/id") {
		t.Errorf("self %s", self)
	}
	s := get(t, o, "/api/v1/iam/resource-sets").wantCode(200)
	if s.text("resource-sets/0/id") != held["resource-set"] || s.rel("self") != "/api/v1/iam/resource-sets" {
		t.Errorf("%s", s.body)
	}
	a, b := o.FirstWith(active).ID, o.FirstWith(staged).ID
	o.GrantRole(a, custom)
	o.GrantRole(b, custom)
	if x, y := rolesOf(t, o, a, "")[0], rolesOf(t, o, b, "")[0]; x["role"] != held["role"] || x["role"] != y["role"] || x["id"] == y["id"] {
		t.Errorf("%v, %v", x, y)
	}
}
