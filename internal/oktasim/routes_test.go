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
		{"CreateUser", "POST", "/api/v1/users"},
		{"PartialUpdateUser", "POST", user},
		{"UpdateUser", "PUT", user},
		{"DeactivateOrDeleteUser", "DELETE", user},
		{"ChangePassword", "POST", user + "/credentials/change_password"},
		{"ChangeRecoveryQuestion", "POST", user + "/credentials/change_recovery_question"},
		{"ForgotPassword", "POST", user + "/credentials/forgot_password"},
		{"ForgotPasswordSetNewPassword", "POST", user + "/credentials/forgot_password_recovery_question"},
		{"ListAppLinks", "GET", user + "/appLinks"},
		{"ListUserIdentityProviders", "GET", user + "/idps"},
		{"GetLinkedObjectsForUser", "GET", user + "/linkedObjects/{name}"},
		{"SetLinkedObjectForUser", "PUT", user + "/linkedObjects/{name}/{primaryUserId}"},
		{"RemoveLinkedObjectForUser", "DELETE", user + "/linkedObjects/{name}"},
		{"ListLinkedObjectDefinitions", "GET", "/api/v1/meta/schemas/user/linkedObjects"},
		{"GetUserSchema", "GET", "/api/v1/meta/schemas/user/{schemaId}"},
		{"UnenrollFactor", "DELETE", user + "/factors/{factorId}"},
		{"ListUserBlocks", "GET", user + "/blocks"},
		{"ListLogEvents", "GET", "/api/v1/logs"},
		{"AssignRoleToUser", "POST", user + "/roles"},
		{"GetUserRole", "GET", user + "/roles/{roleId}"},
		{"RemoveRoleFromUser", "DELETE", user + "/roles/{roleId}"},
		{"ListGroupTargetsForRole", "GET", user + "/roles/{roleId}/targets/groups"},
		{"AddGroupTargetToRole", "PUT", user + "/roles/{roleId}/targets/groups/{groupId}"},
		{"RemoveGroupTargetFromRole", "DELETE", user + "/roles/{roleId}/targets/groups/{groupId}"},
		{"ListApplicationTargetsForApplicationAdministratorRoleForUser", "GET", user + "/roles/{roleId}/targets/catalog/apps"},
		{"AddAllAppsAsTargetToRole", "PUT", user + "/roles/{roleId}/targets/catalog/apps"},
		{"AddApplicationTargetToAdminRoleForUser", "PUT", user + "/roles/{roleId}/targets/catalog/apps/{appName}"},
		{"AddApplicationTargetToAppAdminRoleForUser", "PUT", user + "/roles/{roleId}/targets/catalog/apps/{appName}/{applicationId}"},
		{"RemoveApplicationTargetFromApplicationAdministratorRoleForUser", "DELETE", user + "/roles/{roleId}/targets/catalog/apps/{appName}"},
		{"RemoveApplicationTargetFromAdministratorRoleForUser", "DELETE", user + "/roles/{roleId}/targets/catalog/apps/{appName}/{applicationId}"},
		{"ListUserGrants", "GET", user + "/grants"},
		{"GetUserGrant", "GET", user + "/grants/{grantId}"},
		{"RevokeUserGrant", "DELETE", user + "/grants/{grantId}"},
		{"RevokeUserGrants", "DELETE", user + "/grants"},
		{"ListUserClients", "GET", user + "/clients"},
		{"ListGrantsForUserAndClient", "GET", user + "/clients/{clientId}/grants"},
		{"RevokeGrantsForUserAndClient", "DELETE", user + "/clients/{clientId}/grants"},
		{"ListRefreshTokensForUserAndClient", "GET", user + "/clients/{clientId}/tokens"},
		{"GetRefreshTokenForUserAndClient", "GET", user + "/clients/{clientId}/tokens/{tokenId}"},
		{"RevokeTokenForUserAndClient", "DELETE", user + "/clients/{clientId}/tokens/{tokenId}"},
		{"RevokeTokensForUserAndClient", "DELETE", user + "/clients/{clientId}/tokens"},
		{"ListGroups", "GET", "/api/v1/groups"},
		{"GetGroup", "GET", "/api/v1/groups/{groupId}"},
		{"ListGroupRoles", "GET", "/api/v1/groups/{groupId}/roles"},
		{"ListGroupTargetsForGroupRole", "GET", "/api/v1/groups/{groupId}/roles/{roleId}/targets/groups"},
		{"ListAppTargetsForGroupRole", "GET", "/api/v1/groups/{groupId}/roles/{roleId}/targets/catalog/apps"},
		{"ListGroupUsers", "GET", "/api/v1/groups/{groupId}/users"},
		{"ListApps", "GET", "/api/v1/apps"},
		{"GetApp", "GET", "/api/v1/apps/{appId}"},
		{"ListRoleHolders", "GET", "/api/v1/iam/assignees/users"},
		{"ListCustomRoles", "GET", "/api/v1/iam/roles"},
		{"ListResourceSets", "GET", "/api/v1/iam/resource-sets"},
		{"Token", "POST", "/oauth2/v1/token"},
	}
	served := map[string]Operation{}
	for _, op := range Operations() {
		if _, twice := served[op.Name]; twice {
			t.Errorf("%s is served twice", op.Name)
		}
		served[op.Name] = op
	}
	for _, op := range want {
		if served[op.Name] != op {
			t.Errorf("%v, want %v", served[op.Name], op)
		}
		delete(served, op.Name)
	}
	for name := range served {
		t.Errorf("%s is not in the table", name)
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
		"/api/v1/users/x/rolls/IFIFAX2BIRGU": {},
		"/api/v1/users/x/roles/IFIFAX2BIRGU": {"GetUserRole", "x"},
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
		if r.changes != (r.Method != "GET" && !r.open) || r.serve == nil || !strings.HasPrefix(r.bucket, "/") {
			t.Errorf("%+v", r.Operation)
		}
		if r.person() != strings.Contains(r.Path, "{userId}") {
			t.Errorf("%s: about a person: %v", r.Name, r.person())
		}
	}
}
