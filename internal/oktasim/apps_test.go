package oktasim

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func appLinks(t *testing.T, o *Org, id string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, e := range get(t, o, userPath(id, "/appLinks")).wantCode(200).decoded().([]any) {
		list = append(list, e.(map[string]any))
	}
	return list
}

func TestAppLinks(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	list := appLinks(t, o, p.ID)
	if len(list) < 7 || len(list) != p.AppLinks {
		t.Fatalf("%d links, %d in the view", len(list), p.AppLinks)
	}
	for i, l := range list {
		app := o.apps[slices.IndexFunc(o.apps, func(a *application) bool { return a.id == l["appInstanceId"] })]
		if l["id"] != p.ID || l["label"] != app.label || l["appName"] != app.name || l["sortOrder"] != float64(i) || l["credentialsSetup"] != false {
			t.Errorf("%v", l)
		}
		if want := "https://brightwater.okta.example/home/" + app.name + "/" + app.id + "/"; !strings.HasPrefix(l["linkUrl"].(string), want) {
			t.Errorf("link %v", l["linkUrl"])
		}
		if want := "https://brightwater.okta.example/assets/img/logos/" + app.name + ".png"; l["logoUrl"] != want {
			t.Errorf("logo %v", l["logoUrl"])
		}
		if !regexp.MustCompile(`^0ua[0-9A-Za-z]{17}$`).MatchString(l["appAssignmentId"].(string)) {
			t.Errorf("assignment %v", l["appAssignmentId"])
		}
	}
}

// People have what their department has, and nothing before they are active.
func TestAppsFollowDepartmentAndStatus(t *testing.T) {
	o := New(Options{Start: begin()})
	hidden, both := 0, 0
	for _, p := range o.people {
		if slices.Contains([]string{staged, provisioned, deprovisioned}, p.status) != (len(p.apps) == 0) && p.id != o.owner {
			t.Errorf("%s, %s: %d apps", p.login(), p.status, len(p.apps))
		}
		names := map[string]int{}
		for _, a := range p.apps {
			if len(a.departments) > 0 && !slices.Contains(a.departments, p.profile.text("department")) || a.status != "ACTIVE" {
				t.Errorf("%s has %s", p.login(), a.label)
			}
			names[a.name]++
			if _, off := p.assignment(a); off {
				hidden++
			}
		}
		if names["salesforce"] == 2 || names["amazon_aws"] == 2 {
			both++
		}
	}
	if hidden == 0 || both == 0 {
		t.Errorf("%d hidden links, %d people with two instances of an app", hidden, both)
	}
}

func TestAssignmentsEndWithTheAccount(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	post(t, o, userPath(id, "/lifecycle/deactivate")).wantCode(200)
	post(t, o, userPath(id, "/lifecycle/activate")).wantCode(200)
	if list := appLinks(t, o, id); len(list) != 0 {
		t.Errorf("%d links are left", len(list))
	}
}

func TestTheCompanysApps(t *testing.T) {
	o := small(t)
	names, off := map[string]int{}, 0
	for i, a := range o.apps {
		if i > 0 && (a.id <= o.apps[i-1].id || a.created.Before(o.apps[i-1].created)) || a.created.After(begin()) || !strings.HasPrefix(a.id, "0oa") {
			t.Errorf("%+v", a)
		}
		names[a.name]++
		if a.status == "INACTIVE" {
			off++
		}
		for _, d := range a.departments {
			if !slices.ContainsFunc(departments(), func(known department) bool { return known.name == d }) {
				t.Errorf("%s is for %s", a.label, d)
			}
		}
	}
	if len(o.apps) < 25 || names["salesforce"] != 2 || names["amazon_aws"] != 2 || off == 0 {
		t.Errorf("%d apps, %v, %d switched off", len(o.apps), names, off)
	}
	if again := small(t); again.apps[7].id != o.apps[7].id {
		t.Error("one seed, two ids")
	}
}
