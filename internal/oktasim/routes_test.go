package oktasim

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// The operations by name, method and path: a table to be read.
func TestRoutes(t *testing.T) {
	const user = "/api/v1/users/{userId}"
	want := []Operation{
		{"ListUsers", "GET", "/api/v1/users"},
		{"GetUser", "GET", user},
		{"ActivateUser", "POST", user + "/lifecycle/activate"},
		{"ReactivateUser", "POST", user + "/lifecycle/reactivate"},
		{"DeactivateUser", "POST", user + "/lifecycle/deactivate"},
		{"SuspendUser", "POST", user + "/lifecycle/suspend"},
		{"UnsuspendUser", "POST", user + "/lifecycle/unsuspend"},
		{"UnlockUser", "POST", user + "/lifecycle/unlock"},
		{"ExpirePassword", "POST", user + "/lifecycle/expire_password"},
		{"ExpirePasswordAndGetTemporaryPassword", "POST", user + "/lifecycle/expire_password_with_temp_password"},
		{"ResetPassword", "POST", user + "/lifecycle/reset_password"},
		{"ResetFactors", "POST", user + "/lifecycle/reset_factors"},
		{"ClearUserSessions", "DELETE", user + "/sessions"},
		{"ListAssignedRolesForUser", "GET", user + "/roles"},
		{"ListUserGroups", "GET", user + "/groups"},
		{"ListFactors", "GET", user + "/factors"},
	}
	for i, got := range Operations() {
		if got != want[i] {
			t.Errorf("%v, want %v", got, want[i])
		}
	}
}

func TestMatch(t *testing.T) {
	o := New(Options{People: 50})
	for target, want := range map[string]struct{ name, user string }{
		"/api/v1/users":                      {"ListUsers", ""},
		"/api/v1/users/":                     {"ListUsers", ""},
		"/api/v1/users/me":                   {"GetUser", "me"},
		"/api/v1/users/a%40b.example":        {"GetUser", "a@b.example"},
		"/api/v1/users/a%2Fb":                {"GetUser", "a/b"},
		"/api/v1/users/a%2Fb/roles":          {"ListAssignedRolesForUser", "a/b"},
		"/api/v1/users/%2E%2E/groups/":       {"ListUserGroups", ".."},
		"/api/v1/users/x/y":                  {},
		"/api/v1/Users":                      {},
		"//api/v1/users":                     {},
		"/api/v1/users/x/roles/IFIFAX2BIRGU": {},
	} {
		c := &call{r: httptest.NewRequest("GET", target, nil)}
		known := o.match(c)
		switch {
		case want.name == "" && (known || c.route != nil):
			t.Errorf("%s is known", target)
		case want.name != "" && (c.route == nil || c.route.Name != want.name || c.user != want.user):
			t.Errorf("%s: %+v, person %q", target, c.route, c.user)
		}
	}
}

// Only what changes somebody is under the lock for writing, and all of that is.
func TestWhatChangesIsMarked(t *testing.T) {
	for _, r := range routes() {
		if r.changes != (r.Method != "GET") || r.serve == nil || !strings.HasPrefix(r.bucket, "/api/v1/users") {
			t.Errorf("%+v", r.Operation)
		}
		if r.person() != strings.Contains(r.Path, "{userId}") {
			t.Errorf("%s: about a person: %v", r.Name, r.person())
		}
	}
}
