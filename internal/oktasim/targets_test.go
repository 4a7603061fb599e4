package oktasim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func groupTargets(id, kind string) string { return userPath(id, "/roles/"+kind+"/targets/groups") }

func appTargets(id string) string { return userPath(id, "/roles/IFIFAX2BIRGUSTQ/targets/catalog/apps") }

const (
	helpDesk  = "JBCUYUC7IRCVGS27IFCE2SKO"
	userAdmin = "KVJUKUS7IFCE2SKO"
)

// No target is everything; the first one narrows; the last one stays.
func TestGroupTargetsNarrowAndStay(t *testing.T) {
	o := small(t)
	id := o.AdminWith("HELP_DESK_ADMIN").ID
	list := groupTargets(id, helpDesk)
	if body := get(t, o, list).wantCode(200).body; string(body) != "[]" {
		t.Fatalf("%s", body)
	}
	support, finance := o.GroupID("Support"), o.GroupID("Finance")
	for range 2 { // the second time there is nothing to do
		call1(t, o, "PUT", list+"/"+support).wantCode(204)
	}
	if got := o.RoleTargets(id, "HELP_DESK_ADMIN"); !slices.Equal(got, []string{"Support"}) {
		t.Errorf("%v", got)
	}
	call1(t, o, "DELETE", list+"/"+support).wantError(400, "E0000001", "The last target of a role cannot be removed.")
	call1(t, o, "DELETE", list+"/"+finance).wantError(404, "E0000007")
	call1(t, o, "PUT", list+"/"+finance).wantCode(204)
	r := call1(t, o, "DELETE", list+"/"+support).wantCode(204)
	if len(r.body) > 0 {
		t.Errorf("204 with %s", r.body)
	}
	if got := get(t, o, list).wantCode(200).ids(); !slices.Equal(got, []string{finance}) {
		t.Errorf("%v", got)
	}
}

func TestTargetRefusals(t *testing.T) {
	o := small(t)
	desk, owner, super := o.AdminWith("HELP_DESK_ADMIN").ID, o.AdminWith("APP_ADMIN").ID, o.AdminWith("SUPER_ADMIN").ID
	superRole := rolesOf(t, o, super, "")[0]["id"].(string)
	finance, slack := o.GroupID("Finance"), o.AppID("Slack Brightwater")
	member := o.GroupAdmin("USER_ADMIN").ID
	before := o.Snapshot()
	for target, want := range map[string]string{
		"PUT " + groupTargets(owner, "IFIFAX2BIRGUSTQ") + "/" + finance:              "E0000091",
		"DELETE " + groupTargets(owner, "IFIFAX2BIRGUSTQ") + "/" + finance:           "E0000091",
		"PUT " + groupTargets(super, superRole) + "/" + finance:                      "E0000091",
		"PUT " + userPath(desk, "/roles/"+helpDesk+"/targets/catalog/apps"):          "E0000091",
		"PUT " + userPath(desk, "/roles/"+helpDesk+"/targets/catalog/apps/slack"):    "E0000091",
		"DELETE " + userPath(desk, "/roles/"+helpDesk+"/targets/catalog/apps/slack"): "E0000091",
		"PUT " + groupTargets(desk, helpDesk) + "/00gnone":                           "00gnone (UserGroup)",
		"DELETE " + groupTargets(desk, helpDesk) + "/00gnone":                        "00gnone (UserGroup)",
		"PUT " + groupTargets(desk, userAdmin) + "/" + finance:                       userAdmin + " (RoleAssignment)",
		"GET " + groupTargets(desk, userAdmin):                                       userAdmin + " (RoleAssignment)",
		"GET " + appTargets(desk):                                                    "IFIFAX2BIRGUSTQ (RoleAssignment)",
		"PUT " + groupTargets(member, userAdmin) + "/" + finance:                     userAdmin + " (RoleAssignment)", // held through a group
		"PUT " + appTargets(owner) + "/nosuchapp":                                    "nosuchapp (App)",
		"DELETE " + appTargets(owner) + "/slack":                                     "slack (App)",
		"PUT " + appTargets(owner) + "/slack/0oanone":                                "0oanone (AppInstance)",
		"PUT " + appTargets(owner) + "/salesforce/" + slack:                          slack + " (AppInstance)", // another app's
		"DELETE " + appTargets(owner) + "/slack/" + slack:                            slack + " (AppInstance)",
		"PUT " + groupTargets("nobody", helpDesk) + "/" + finance:                    "nobody (User)",
	} {
		method, path, _ := strings.Cut(target, " ")
		r := call1(t, o, method, path)
		if got := r.text("errorCode") + " " + r.text("errorSummary"); !strings.Contains(got, want) || r.code != 404 && r.code != 400 {
			t.Errorf("%s: %d %s, want %s", target, r.code, r.body, want)
		}
	}
	if o.Snapshot() != before {
		t.Error("a refusal changed something")
	}
}

// Listing never minds the kind of role (recorded), and shows the targets of one
// that is held through a group.
func TestListingTargetsOfAnyRole(t *testing.T) {
	o := small(t)
	for _, path := range []string{
		groupTargets(o.AdminWith("APP_ADMIN").ID, "IFIFAX2BIRGUSTQ"),
		userPath(o.AdminWith("HELP_DESK_ADMIN").ID, "/roles/"+helpDesk+"/targets/catalog/apps"),
		groupTargets(o.GroupAdmin("USER_ADMIN").ID, userAdmin),
	} {
		if body := get(t, o, path).wantCode(200).body; string(body) != "[]" {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestTargetPages(t *testing.T) {
	o := small(t)
	id := o.AdminWith("HELP_DESK_ADMIN").ID
	list := groupTargets(id, helpDesk)
	var want []string
	for n := range 45 {
		name := fmt.Sprintf("Team %02d", n)
		o.JoinGroup(o.FirstWith(active).ID, name)
		want = append(want, o.GroupID(name))
		call1(t, o, "PUT", list+"/"+o.GroupID(name)).wantCode(204)
	}
	slices.Sort(want)
	pages := walk(t, o, list+"?limit=200")
	if got := slices.Concat(pages...); !slices.Equal(got, want) || len(pages) != 3 || len(pages[0]) != 20 {
		t.Errorf("%d pages, %d targets", len(pages), len(got))
	}
	self := get(t, o, list+"?limit=200").rel("self")
	if !strings.Contains(self, "limit=20") || strings.Contains(self, "limit=200") || !strings.Contains(self, "?after=") {
		t.Errorf("self %s", self)
	}
	if got := get(t, o, self).wantCode(200).ids(); !slices.Equal(got, want[:20]) {
		t.Errorf("following self gave %v", got)
	}
	get(t, o, list+"?after=00gnone").wantError(400, "E0000031", "Invalid cursor.")
	get(t, o, list+"?limit=none").wantCode(400)
}

func TestThereIsALimitToTargets(t *testing.T) {
	o := small(t)
	id := o.AdminWith("GROUP_MEMBERSHIP_ADMIN").ID
	o.Heavy()
	var names []string
	for n := range targetsMax {
		names = append(names, fmt.Sprintf("Project %03d", n+100))
	}
	o.LimitRole(id, "GROUP_MEMBERSHIP_ADMIN", names...)
	path := groupTargets(id, "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA")
	call1(t, o, "PUT", path+"/"+o.GroupID("Finance")).wantError(400, "E0000093")
	call1(t, o, "PUT", path+"/"+o.GroupID(names[0])).wantCode(204)
}

// An instance and its app as a whole replace each other; all apps is the way
// back to everything.
func TestAppTargets(t *testing.T) {
	o := small(t)
	id := o.AdminWith("APP_ADMIN").ID
	list, sandbox, live := appTargets(id), o.AppID("Salesforce Sandbox"), o.AppID("Salesforce")
	put := func(path string) { t.Helper(); call1(t, o, "PUT", list+path).wantCode(204) }
	wants := func(names ...string) {
		t.Helper()
		if got := o.RoleTargets(id, "APP_ADMIN"); !slices.Equal(got, names) {
			t.Errorf("%v, want %v", got, names)
		}
	}
	put("/zendesk")
	put("/salesforce/" + sandbox)
	put("/salesforce/" + live)
	wants("Zendesk", "Salesforce Sandbox", "Salesforce")
	put("/salesforce")
	wants("Zendesk", "Salesforce")
	put("/salesforce/" + sandbox)
	wants("Zendesk", "Salesforce Sandbox")
	call1(t, o, "DELETE", list+"/salesforce").wantError(404, "E0000007") // only an instance is there
	call1(t, o, "DELETE", list+"/salesforce/"+sandbox).wantCode(204)
	wants("Zendesk")
	call1(t, o, "DELETE", list+"/zendesk").wantError(400, "E0000001", "The last target of a role cannot be removed.")
	put("")
	wants()
	if body := get(t, o, list).wantCode(200).body; string(body) != "[]" {
		t.Errorf("%s", body)
	}
}

// An instance stands under its label: the name of its app, which its removal
// needs, only the app itself tells.
func TestAppTargetsAsListed(t *testing.T) {
	o := small(t)
	r := get(t, o, appTargets(o.LimitedAdmin("APP_ADMIN").ID)).wantCode(200)
	list := r.decoded().([]any)
	if len(list) != 2 {
		t.Fatalf("%s", r.body)
	}
	offer, instance := list[0].(map[string]any), list[1].(map[string]any)
	if offer["name"] != "salesforce" || offer["displayName"] != "Salesforce" || offer["id"] != nil {
		t.Errorf("%v", offer)
	}
	if instance["name"] != "Slack Brightwater" || instance["id"] != o.AppID("Slack Brightwater") || instance["displayName"] != nil {
		t.Errorf("%v", instance)
	}
	self := instance["_links"].(map[string]any)["self"].(map[string]any)["href"].(string)
	if app := get(t, o, strings.TrimPrefix(self, "https://brightwater.okta.example")).wantCode(200); app.text("name") != "slack" {
		t.Errorf("%s", app.body)
	}
}

// In whatever order targets come and go: what is added is there, what was the
// last stays, and nothing but AddAllApps makes the list empty.
func TestTargetsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
		id := o.AdminWith("APP_ADMIN").ID
		offers := []string{"salesforce", "slack", "amazon_aws"}
		instances := map[string][]string{
			"salesforce": {o.AppID("Salesforce"), o.AppID("Salesforce Sandbox")}, "slack": {o.AppID("Slack Brightwater")},
			"amazon_aws": {o.AppID("AWS Production"), o.AppID("AWS Staging")},
		}
		model := map[string]bool{} // "name/" or "name/id"
		draw := func(rt *rapid.T) (name, key string) {
			name = rapid.SampledFrom(offers).Draw(rt, "app")
			id := rapid.SampledFrom(append([]string{""}, instances[name]...)).Draw(rt, "instance")
			return name, name + "/" + id
		}
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) {
				name, key := draw(rt)
				call1(t, o, "PUT", appTargets(id)+"/"+strings.TrimSuffix(key, "/")).wantCode(204)
				for other := range model {
					if whole := name + "/"; strings.HasPrefix(other, whole) && (other == whole) != (key == whole) {
						delete(model, other)
					}
				}
				model[key] = true
			},
			"remove": func(rt *rapid.T) {
				_, key := draw(rt)
				want := 204
				switch {
				case !model[key]:
					want = 404
				case len(model) == 1:
					want = 400
				default:
					delete(model, key)
				}
				call1(t, o, "DELETE", appTargets(id)+"/"+strings.TrimSuffix(key, "/")).wantCode(want)
			},
			"all": func(*rapid.T) {
				call1(t, o, "PUT", appTargets(id)).wantCode(204)
				clear(model)
			},
			"": func(rt *rapid.T) {
				if n := len(get(t, o, appTargets(id)).wantCode(200).decoded().([]any)); n != len(model) {
					rt.Fatalf("%d targets, want %v", n, model)
				}
			},
		})
	})
}
