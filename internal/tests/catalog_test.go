package tests

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keydesk/handlers"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
)

// userAPI are the operations of Okta's User API that the console is for, by the
// names of its reference.
func userAPI() []string {
	return strings.Fields(`ActivateUser AddAllAppsAsTargetToRole AddApplicationTargetToAdminRoleForUser AddApplicationTargetToAppAdminRoleForUser AddGroupTargetToRole
		AssignRoleToUser ChangePassword ChangeRecoveryQuestion ClearUserSessions CreateUser DeactivateOrDeleteUser DeactivateUser ExpirePassword
		ExpirePasswordAndGetTemporaryPassword ForgotPassword ForgotPasswordSetNewPassword GetLinkedObjectsForUser GetRefreshTokenForUserAndClient GetUser GetUserGrant
		GetUserRole ListAppLinks ListApplicationTargetsForApplicationAdministratorRoleForUser ListAssignedRolesForUser ListGrantsForUserAndClient ListGroupTargetsForRole
		ListRefreshTokensForUserAndClient ListUserClients ListUserGrants ListUserGroups ListUserIdentityProviders ListUsers PartialUpdateUser ReactivateUser
		RemoveApplicationTargetFromAdministratorRoleForUser RemoveApplicationTargetFromApplicationAdministratorRoleForUser RemoveGroupTargetFromRole
		RemoveLinkedObjectForUser RemoveRoleFromUser ResetFactors ResetPassword RevokeGrantsForUserAndClient RevokeTokenForUserAndClient RevokeTokensForUserAndClient
		RevokeUserGrant RevokeUserGrants SetLinkedObjectForUser SuspendUser UnlockUser UnsuspendUser UpdateUser`)
}

// An operation is furnished on every floor or on none: its row in the catalogue,
// a method of the client, a route of the embedded organisation, a door of the
// console and a journey in the browser. Half an operation fails here.
func TestCatalogueIsWhole(t *testing.T) {
	if n := len(userAPI()); n != 51 {
		t.Fatalf("the User API has 51 operations, the list %d", n)
	}
	client, sim := map[string]string{}, map[string]string{}
	for _, o := range okta.Operations() {
		client[o.Name] = o.Method + " " + o.Path
	}
	for _, o := range oktasim.Operations() {
		sim[o.Name] = o.Method + " " + o.Path
	}
	doors, journeys := doorOps(), journeyOps(t)
	rows := map[string]bool{}
	for _, s := range desk.Catalog() {
		rows[s.Op] = true
		if slices.Contains(userAPI(), s.Op) == s.Outside() {
			t.Errorf("%s: %s is no operation of the User API", s.Action, s.Op)
		}
		if client[s.Op] == "" || shape(client[s.Op]) != shape(sim[s.Op]) {
			t.Errorf("%s: the client asks %q, the organisation serves %q", s.Op, client[s.Op], sim[s.Op])
		}
		if !doors[s.Op] {
			t.Errorf("%s has no door", s.Op)
		}
		if !journeys[s.Op] {
			t.Errorf("%s has no journey in the browser", s.Op)
		}
	}
	for _, op := range userAPI() {
		if rows[op] != (client[op] != "") {
			t.Errorf("%s: in the catalogue %t, in the client %t", op, rows[op], client[op] != "")
		}
	}
}

var param = regexp.MustCompile(`\{[^}]*\}`)

// shape is a path without the names of its parameters.
func shape(path string) string { return param.ReplaceAllString(path, "{}") }

// doorOps are the operations that a door leads to, and those whose panel stands on
// the page behind one.
func doorOps() map[string]bool {
	ops := map[string]bool{}
	for _, r := range (&handlers.Handlers{}).Routes() {
		ops[r.Op] = true
	}
	for op := range panels() {
		ops[op] = true
	}
	return ops
}

// journeyOps are the operations that a journey asserts to have been called: by
// name, or in a table whose rows say "action", "Operation".
func journeyOps(t *testing.T) map[string]bool {
	t.Helper()
	ops := map[string]bool{}
	name := regexp.MustCompile(`"([A-Z][A-Za-z]+)"`)
	covers := regexp.MustCompile(`(?s)(?:covers|sentOnce)\(t, v, ([^)]*)\)`)
	row := regexp.MustCompile(`"[a-z_.]+", "([A-Z][A-Za-z]+)"`)
	err := walk("_test.go", func(path, text string) error {
		if strings.HasPrefix(path, "e2e/desk/") {
			for _, call := range covers.FindAllString(text, -1) {
				for _, m := range name.FindAllStringSubmatch(call, -1) {
					ops[m[1]] = true
				}
			}
			for _, m := range row.FindAllStringSubmatch(text, -1) {
				ops[m[1]] = ops[m[1]] || strings.Contains(text, "sentOnce(t, v, a.op)")
			}
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return ops
}
