package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

// Two people and two moments are held side by side, and what changed is listed, for
// whoever may see the map; each look has a row.
func TestRolesCompared(t *testing.T) {
	t.Parallel()
	k := mapped(t, testkit.Options{})
	one, two := k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("SUPER_ADMIN")
	first := k.Now().UTC().Add(time.Second).Format("2006-01-02T15:04:05")
	k.Org.GrantRole(one.ID, "REPORT_ADMIN")
	k.Advance(5 * time.Second)
	walk(t, k)
	c := k.As("auditor")
	for path, want := range map[string][]string{
		"/roles/compare": {"Compare people", "Compare moments"},
		"/roles/compare?a=" + one.ID + "&b=" + url.QueryEscape(two.Login):     {"Only " + one.FirstName + " " + one.LastName + ": 2", "not held"},
		"/roles/compare?a=" + url.QueryEscape(one.FirstName+" "+one.LastName): {one.Login},
		"/roles/compare?a=zzzz":                                             {"Nobody of that name or login is in the map"},
		"/roles/compare?a=brightwater&b=zz":                                 {"Nobody of that name"},
		"/roles/compare?from=" + first:                                      {"New since today", "Report Administrator", "are the same at both moments"},
		"/roles/compare?from=" + first + "&q=" + url.QueryEscape(two.Login): {"1 assignment is the same at both moments"},
		"/roles/compare?from=2020-01-01":                                    {"The map does not go back that far."},
		"/roles/changes?from=2020-02-01&to=2020-01-01":                      {"This moment comes before the first one.", `name="from" value="2020-02-01`},
		"/roles/compare?from=2020-02-01&to=2020-01-01":                      {"This moment comes before the first one."},
		"/roles/changes":                                                    {"Granted", "Report Administrator", one.Login, "not known here"},
		"/roles/changes?from=2020-01-01&to=2020-02-01":                      {"Nothing changed in that time", "does not go back that far"},
	} {
		if got := c.Get(path); got.Status != http.StatusOK {
			t.Errorf("%s: %d", path, got.Status)
		} else {
			for _, w := range want {
				if !got.Has(w) && !strings.Contains(got.Body, w) {
					t.Errorf("%s: nowhere: %q in %s", path, w, got.Text())
				}
			}
		}
	}
	for _, path := range []string{"/roles/compare?from=x", "/roles/changes?to=2020-99-99", "/roles/compare?a=" + strings.Repeat("x", 300), "/roles/compare?q=%ff"} {
		if got := c.Get(path); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	seen := map[string]int{}
	for _, a := range k.Acts(audit.Filter{Action: "roles.map"}) {
		seen[a.Detail]++
	}
	if seen["the roles of two people compared"] < 5 || seen["the role map compared at two moments"] < 3 || seen["changes of the role map shown"] < 2 {
		t.Errorf("recorded %v", seen)
	}
}

// For whom the map is not, neither is what it tells of others.
func TestRolesComparedWithinAScope(t *testing.T) {
	t.Parallel()
	k := mapped(t, testkit.Options{Policy: inBerlin(true)})
	super := k.Org.AdminWith("SUPER_ADMIN")
	for _, who := range []string{"admin", "visitor"} {
		c := k.As(who)
		for _, path := range []string{"/roles/compare", "/roles/compare?a=" + super.ID + "&b=" + super.ID, "/roles/compare?from=2026-01-01", "/roles/changes"} {
			if got := c.Get(path); got.Status != http.StatusForbidden || got.Has(super.Login) {
				t.Errorf("%s, %s: %d", who, path, got.Status)
			}
		}
	}
	if refused := k.Acts(audit.Filter{Action: "roles.map", Result: "refused"}); len(refused) < 4 {
		t.Errorf("%d refusals", len(refused))
	}
}
