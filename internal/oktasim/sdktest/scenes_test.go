package sdktest

import (
	"slices"
	"strings"

	"keydesk/internal/oktasim"
)

// scene is one operation of the User API: on whom it is tried, what its answer
// says, and what has become of the person.
type scene struct {
	op   string
	cast func(h *house) part
	said check
	then check
}

const (
	helpDesk = "HELP_DESK_ADMIN"
	appAdmin = "APP_ADMIN"
	link     = `https://127\.0\.0\.1:\d+/`
)

// scenes are played in this order by every SDK, each on a person of its own
// where its cast does not go on with somebody.
func scenes() []scene {
	return slices.Concat(userScenes(), lifecycleScenes(), credentialScenes(), relatedScenes(), consentScenes(), roleScenes(), targetScenes())
}

func in(status string) func(*house) part { return func(h *house) part { return h.in(status) } }

func userScenes() []scene {
	return []scene{
		{"ListUsers", finance, allOfFinance, stays},
		{"GetUser", in("LOCKED_OUT"), they("LOCKED_OUT"), stays},
		{"CreateUser", newcomer, like("00u.{17}", "ACTIVE", "zelda.quist@brightwater.example"), newcomerCame},
		{"PartialUpdateUser", in("ACTIVE"), they("ACTIVE"), profile("Lighthouse keeper", true)},
		{"UpdateUser", in("ACTIVE"), they("ACTIVE"), profile("Lighthouse keeper", false)},
		{"DeactivateOrDeleteUser", in("SUSPENDED"), nothing, becomes("DEPROVISIONED")},
		{"DeactivateOrDeleteUser", in("DEPROVISIONED"), nothing, gone},
	}
}

func lifecycleScenes() []scene {
	token := link + `tokens/\w{20}/verify`
	return []scene{
		{"ActivateUser", in("STAGED"), like(token, `\w{20}`), becomes("ACTIVE")},
		{"ReactivateUser", in("PROVISIONED"), like(token, `\w{20}`), becomes("PROVISIONED")},
		{"DeactivateUser", in("ACTIVE"), nothing, becomes("DEPROVISIONED")},
		{"SuspendUser", in("ACTIVE"), nothing, becomes("SUSPENDED")},
		{"UnsuspendUser", in("SUSPENDED"), nothing, becomes("ACTIVE")},
		{"UnlockUser", in("LOCKED_OUT"), nothing, becomes("ACTIVE")},
		{"ExpirePassword", in("ACTIVE"), they("PASSWORD_EXPIRED"), becomes("PASSWORD_EXPIRED")},
		{"ExpirePasswordAndGetTemporaryPassword", in("ACTIVE"), like(".{8,}"), becomes("PASSWORD_EXPIRED")},
		{"ChangePassword", withTemporary, like("OKTA", ".*"), becomes("ACTIVE")},
		{"ResetPassword", in("ACTIVE"), like(link + `\S*\w{20}`), becomes("RECOVERY")},
		{"ResetFactors", equipped, nothing, is(func(p oktasim.Person) bool { return p.Factors == 0 })},
	}
}

func credentialScenes() []scene {
	return []scene{
		{"ChangePassword", in("PASSWORD_EXPIRED"), like("OKTA", ".*"), becomes("ACTIVE")},
		{"ChangeRecoveryQuestion", in("ACTIVE"), says("OKTA", question), is(func(p oktasim.Person) bool { return p.Question == question })},
		{"ForgotPassword", in("ACTIVE"), like(link + `\S*\w{20}`), stays},
		{"ForgotPasswordSetNewPassword", questioned, like("OKTA", ".+"), becomes("ACTIVE")},
		{"ChangePassword", withChosen, like("OKTA", ".+"), becomes("ACTIVE")},
		{"ClearUserSessions", signedIn, nothing, is(func(p oktasim.Person) bool { return p.Sessions == 0 })},
	}
}

func relatedScenes() []scene {
	return []scene{
		{"ListUserGroups", heavy, groupNames, stays},
		{"ListAppLinks", in("ACTIVE"), appLinks, stays},
		{"ListUserIdentityProviders", federated, partner, stays},
		{"SetLinkedObjectForUser", mentee, nothing, linked},
		{"GetLinkedObjectsForUser", managed, toOther, linked},
		{"RemoveLinkedObjectForUser", managed, nothing, unlinked},
	}
}

// consentScenes are about one person with many of everything, but for the last:
// reading first, then taking away one, then the rest.
func consentScenes() []scene {
	less := func(grants, tokens int) check {
		return func(h *house, p part, _ []string) bool {
			now, _ := h.now(p)
			return now.Grants == p.Grants-grants && now.Tokens == p.Tokens-tokens
		}
	}
	return []scene{
		{"ListUserClients", heavy, clientIDs, stays},
		{"ListUserGrants", heavy, counts(300, "oag"), stays},
		{"GetUserGrant", heavy, readTwice("oag"), stays},
		{"ListGrantsForUserAndClient", heavy, counts(300, "oag"), stays},
		{"ListRefreshTokensForUserAndClient", heavy, counts(200, "oar"), stays},
		{"GetRefreshTokenForUserAndClient", heavy, readTwice("oar"), stays},
		{"RevokeUserGrant", heavy, nothing, less(1, 0)},
		{"RevokeTokenForUserAndClient", heavy, nothing, less(0, 1)},
		{"RevokeTokensForUserAndClient", heavy, nothing, less(0, 199)},
		{"RevokeGrantsForUserAndClient", heavy, nothing, less(299, 0)},
		{"RevokeUserGrants", consenting, nothing, is(func(p oktasim.Person) bool { return p.Grants == 0 })},
	}
}

func roleScenes() []scene {
	holds := func(role string, want bool) check {
		return is(func(p oktasim.Person) bool { return slices.Contains(p.Roles, role) == want })
	}
	role := says(part{role: helpDesk}.roleID(), helpDesk, "Help Desk Administrator", "USER")
	return []scene{
		{"AssignRoleToUser", unprivileged, role, holds(helpDesk, true)},
		{"ListAssignedRolesForUser", agent, says(helpDesk), stays},
		{"GetUserRole", agent, role, stays},
		{"RemoveRoleFromUser", agent, nothing, holds(helpDesk, false)},
	}
}

// targetScenes are about two people whose roles are limited from the start.
func targetScenes() []scene {
	return []scene{
		{"ListGroupTargetsForRole", groupTarget("Support"), ofGroups("Montréal Office", "Support"), targets("Montréal Office", "Support")},
		{"AddGroupTargetToRole", groupTarget("Finance"), nothing, targets("Finance", "Montréal Office", "Support")},
		{"RemoveGroupTargetFromRole", groupTarget("Support"), nothing, targets("Finance", "Montréal Office")},
		{"ListApplicationTargetsForApplicationAdministratorRoleForUser", appTarget("slack", "Slack Brightwater"), ofGroups("Slack Brightwater", "salesforce"), targets("Salesforce", "Slack Brightwater")},
		{"AddApplicationTargetToAdminRoleForUser", appTarget("zendesk", "Zendesk"), nothing, targets("Salesforce", "Slack Brightwater", "Zendesk")},
		{"AddApplicationTargetToAppAdminRoleForUser", appTarget("figma", "Figma"), nothing, targets("Figma", "Salesforce", "Slack Brightwater", "Zendesk")},
		{"RemoveApplicationTargetFromApplicationAdministratorRoleForUser", appTarget("salesforce", "Salesforce"), nothing, targets("Figma", "Slack Brightwater", "Zendesk")},
		{"RemoveApplicationTargetFromAdministratorRoleForUser", appTarget("slack", "Slack Brightwater"), nothing, targets("Figma", "Zendesk")},
		{"AddAllAppsAsTargetToRole", appTarget("figma", "Figma"), nothing, targets()},
	}
}

// targets are the names of what the role is limited to, in their order.
func targets(names ...string) check {
	return func(h *house, p part, _ []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(h.RoleTargets(p.ID, p.role))), names)
	}
}

// ofGroups is the answer that names these, in any order.
func ofGroups(names ...string) check {
	return func(_ *house, _ part, got []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(got)), names)
	}
}

// counts is the answer with so many ids of a kind, all different.
func counts(n int, prefix string) check {
	return func(_ *house, _ part, got []string) bool {
		got = slices.Compact(slices.Sorted(slices.Values(got)))
		return len(got) == n && !slices.ContainsFunc(got, func(id string) bool { return !strings.HasPrefix(id, prefix) })
	}
}

// readTwice is the answer that names the same thing as the list did.
func readTwice(prefix string) check {
	return func(_ *house, p part, got []string) bool {
		return len(got) == 4 && got[0] == got[1] && strings.HasPrefix(got[0], prefix) && got[2] == p.client && got[3] == "ACTIVE"
	}
}
