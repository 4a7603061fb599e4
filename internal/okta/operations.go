package okta

import (
	"net/http"
	"slices"
)

type opName string

const (
	listUsers              opName = "ListUsers"
	createUser             opName = "CreateUser"
	getUser                opName = "GetUser"
	partialUpdateUser      opName = "PartialUpdateUser"
	updateUser             opName = "UpdateUser"
	deactivateOrDeleteUser opName = "DeactivateOrDeleteUser"
	listUserBlocks         opName = "ListUserBlocks"

	activateUser                          opName = "ActivateUser"
	deactivateUser                        opName = "DeactivateUser"
	reactivateUser                        opName = "ReactivateUser"
	suspendUser                           opName = "SuspendUser"
	unsuspendUser                         opName = "UnsuspendUser"
	unlockUser                            opName = "UnlockUser"
	resetPassword                         opName = "ResetPassword"
	expirePassword                        opName = "ExpirePassword"
	expirePasswordAndGetTemporaryPassword opName = "ExpirePasswordAndGetTemporaryPassword"
	resetFactors                          opName = "ResetFactors"

	changePassword               opName = "ChangePassword"
	changeRecoveryQuestion       opName = "ChangeRecoveryQuestion"
	forgotPassword               opName = "ForgotPassword"
	forgotPasswordSetNewPassword opName = "ForgotPasswordSetNewPassword"

	listUserGroups            opName = "ListUserGroups"
	listAppLinks              opName = "ListAppLinks"
	listUserIdentityProviders opName = "ListUserIdentityProviders"

	getLinkedObjectsForUser     opName = "GetLinkedObjectsForUser"
	setLinkedObjectForUser      opName = "SetLinkedObjectForUser"
	removeLinkedObjectForUser   opName = "RemoveLinkedObjectForUser"
	listLinkedObjectDefinitions opName = "ListLinkedObjectDefinitions"

	listAssignedRolesForUser opName = "ListAssignedRolesForUser"
	assignRoleToUser         opName = "AssignRoleToUser"
	getUserRole              opName = "GetUserRole"
	removeRoleFromUser       opName = "RemoveRoleFromUser"
	listRoleHolders          opName = "ListRoleHolders"

	listGroupTargetsForRole                                        opName = "ListGroupTargetsForRole"
	addGroupTargetToRole                                           opName = "AddGroupTargetToRole"
	removeGroupTargetFromRole                                      opName = "RemoveGroupTargetFromRole"
	listApplicationTargetsForApplicationAdministratorRoleForUser   opName = "ListApplicationTargetsForApplicationAdministratorRoleForUser"
	addAllAppsAsTargetToRole                                       opName = "AddAllAppsAsTargetToRole"
	addApplicationTargetToAdminRoleForUser                         opName = "AddApplicationTargetToAdminRoleForUser"
	addApplicationTargetToAppAdminRoleForUser                      opName = "AddApplicationTargetToAppAdminRoleForUser"
	removeApplicationTargetFromApplicationAdministratorRoleForUser opName = "RemoveApplicationTargetFromApplicationAdministratorRoleForUser"
	removeApplicationTargetFromAdministratorRoleForUser            opName = "RemoveApplicationTargetFromAdministratorRoleForUser"

	listUserGrants               opName = "ListUserGrants"
	getUserGrant                 opName = "GetUserGrant"
	revokeUserGrant              opName = "RevokeUserGrant"
	revokeUserGrants             opName = "RevokeUserGrants"
	listGrantsForUserAndClient   opName = "ListGrantsForUserAndClient"
	revokeGrantsForUserAndClient opName = "RevokeGrantsForUserAndClient"

	clearUserSessions                 opName = "ClearUserSessions"
	listUserClients                   opName = "ListUserClients"
	listRefreshTokensForUserAndClient opName = "ListRefreshTokensForUserAndClient"
	getRefreshTokenForUserAndClient   opName = "GetRefreshTokenForUserAndClient"
	revokeTokenForUserAndClient       opName = "RevokeTokenForUserAndClient"
	revokeTokensForUserAndClient      opName = "RevokeTokensForUserAndClient"

	listFactors    opName = "ListFactors"
	unenrollFactor opName = "UnenrollFactor"

	listGroups     opName = "ListGroups"
	getGroup       opName = "GetGroup"
	listGroupRoles opName = "ListGroupRoles"

	listGroupTargetsForGroupRole opName = "ListGroupTargetsForGroupRole"
	listAppTargetsForGroupRole   opName = "ListAppTargetsForGroupRole"
	listResourceSets             opName = "ListResourceSets"

	listGroupUsers opName = "ListGroupUsers"
	listApps       opName = "ListApps"
	getApp         opName = "GetApp"
	getUserSchema  opName = "GetUserSchema"
	listLogEvents  opName = "ListLogEvents"
)

// Where the paths begin.
const (
	api      = "/api/v1"
	onUser   = api + "/users/{userId}"
	onRole   = onUser + "/roles/{roleId}"
	onApps   = onRole + "/targets/catalog/apps"
	onClient = onUser + "/clients/{clientId}"

	onGroupRole = api + "/groups/{groupId}/roles/{roleId}/targets"
)

// Operations lists every call the client can make, in room order.
func Operations() []Operation {
	return slices.Concat(peopleOps(), lifecycleOps(), credentialOps(), accessOps(), linkOps(), roleOps(), targetOps(), grantOps(), sessionOps(), factorOps(), besideOps())
}

func peopleOps() []Operation {
	return []Operation{
		{Name: string(listUsers), Method: http.MethodGet, Path: api + "/users"},
		{Name: string(createUser), Method: http.MethodPost, Path: api + "/users"},
		{Name: string(getUser), Method: http.MethodGet, Path: onUser},
		{Name: string(partialUpdateUser), Method: http.MethodPost, Path: onUser},
		{Name: string(updateUser), Method: http.MethodPut, Path: onUser},
		{Name: string(deactivateOrDeleteUser), Method: http.MethodDelete, Path: onUser},
		{Name: string(listUserBlocks), Method: http.MethodGet, Path: onUser + "/blocks", Outside: true},
	}
}

func lifecycleOps() []Operation {
	return []Operation{
		{Name: string(activateUser), Method: http.MethodPost, Path: onUser + "/lifecycle/activate"},
		{Name: string(deactivateUser), Method: http.MethodPost, Path: onUser + "/lifecycle/deactivate"},
		{Name: string(reactivateUser), Method: http.MethodPost, Path: onUser + "/lifecycle/reactivate"},
		{Name: string(suspendUser), Method: http.MethodPost, Path: onUser + "/lifecycle/suspend"},
		{Name: string(unsuspendUser), Method: http.MethodPost, Path: onUser + "/lifecycle/unsuspend"},
		{Name: string(unlockUser), Method: http.MethodPost, Path: onUser + "/lifecycle/unlock"},
		{Name: string(resetPassword), Method: http.MethodPost, Path: onUser + "/lifecycle/reset_password"},
		{Name: string(expirePassword), Method: http.MethodPost, Path: onUser + "/lifecycle/expire_password"},
		{Name: string(expirePasswordAndGetTemporaryPassword), Method: http.MethodPost, Path: onUser + "/lifecycle/expire_password_with_temp_password"},
		{Name: string(resetFactors), Method: http.MethodPost, Path: onUser + "/lifecycle/reset_factors"},
	}
}

func credentialOps() []Operation {
	return []Operation{
		{Name: string(changePassword), Method: http.MethodPost, Path: onUser + "/credentials/change_password"},
		{Name: string(changeRecoveryQuestion), Method: http.MethodPost, Path: onUser + "/credentials/change_recovery_question"},
		{Name: string(forgotPassword), Method: http.MethodPost, Path: onUser + "/credentials/forgot_password"},
		{Name: string(forgotPasswordSetNewPassword), Method: http.MethodPost, Path: onUser + "/credentials/forgot_password_recovery_question"},
	}
}

func accessOps() []Operation {
	return []Operation{
		{Name: string(listUserGroups), Method: http.MethodGet, Path: onUser + "/groups"},
		{Name: string(listAppLinks), Method: http.MethodGet, Path: onUser + "/appLinks"},
		{Name: string(listUserIdentityProviders), Method: http.MethodGet, Path: onUser + "/idps"},
	}
}

func linkOps() []Operation {
	return []Operation{
		{Name: string(getLinkedObjectsForUser), Method: http.MethodGet, Path: onUser + "/linkedObjects/{linkName}"},
		{Name: string(setLinkedObjectForUser), Method: http.MethodPut, Path: onUser + "/linkedObjects/{linkName}/{primaryUserId}"},
		{Name: string(removeLinkedObjectForUser), Method: http.MethodDelete, Path: onUser + "/linkedObjects/{linkName}"},
		{Name: string(listLinkedObjectDefinitions), Method: http.MethodGet, Path: api + "/meta/schemas/user/linkedObjects", Outside: true},
	}
}

func roleOps() []Operation {
	return []Operation{
		{Name: string(listAssignedRolesForUser), Method: http.MethodGet, Path: onUser + "/roles"},
		{Name: string(assignRoleToUser), Method: http.MethodPost, Path: onUser + "/roles"},
		{Name: string(getUserRole), Method: http.MethodGet, Path: onRole},
		{Name: string(removeRoleFromUser), Method: http.MethodDelete, Path: onRole},
		{Name: string(listRoleHolders), Method: http.MethodGet, Path: api + "/iam/assignees/users", Outside: true},
	}
}

func targetOps() []Operation {
	return []Operation{
		{Name: string(listGroupTargetsForRole), Method: http.MethodGet, Path: onRole + "/targets/groups"},
		{Name: string(addGroupTargetToRole), Method: http.MethodPut, Path: onRole + "/targets/groups/{groupId}"},
		{Name: string(removeGroupTargetFromRole), Method: http.MethodDelete, Path: onRole + "/targets/groups/{groupId}"},
		{Name: string(listApplicationTargetsForApplicationAdministratorRoleForUser), Method: http.MethodGet, Path: onApps},
		{Name: string(addAllAppsAsTargetToRole), Method: http.MethodPut, Path: onApps},
		{Name: string(addApplicationTargetToAdminRoleForUser), Method: http.MethodPut, Path: onApps + "/{appName}"},
		{Name: string(addApplicationTargetToAppAdminRoleForUser), Method: http.MethodPut, Path: onApps + "/{appName}/{applicationId}"},
		{Name: string(removeApplicationTargetFromApplicationAdministratorRoleForUser), Method: http.MethodDelete, Path: onApps + "/{appName}"},
		{Name: string(removeApplicationTargetFromAdministratorRoleForUser), Method: http.MethodDelete, Path: onApps + "/{appName}/{applicationId}"},
	}
}

func grantOps() []Operation {
	return []Operation{
		{Name: string(listUserGrants), Method: http.MethodGet, Path: onUser + "/grants"},
		{Name: string(getUserGrant), Method: http.MethodGet, Path: onUser + "/grants/{grantId}"},
		{Name: string(revokeUserGrant), Method: http.MethodDelete, Path: onUser + "/grants/{grantId}"},
		{Name: string(revokeUserGrants), Method: http.MethodDelete, Path: onUser + "/grants"},
		{Name: string(listGrantsForUserAndClient), Method: http.MethodGet, Path: onClient + "/grants"},
		{Name: string(revokeGrantsForUserAndClient), Method: http.MethodDelete, Path: onClient + "/grants"},
	}
}

func sessionOps() []Operation {
	return []Operation{
		{Name: string(clearUserSessions), Method: http.MethodDelete, Path: onUser + "/sessions"},
		{Name: string(listUserClients), Method: http.MethodGet, Path: onUser + "/clients"},
		{Name: string(listRefreshTokensForUserAndClient), Method: http.MethodGet, Path: onClient + "/tokens"},
		{Name: string(getRefreshTokenForUserAndClient), Method: http.MethodGet, Path: onClient + "/tokens/{tokenId}"},
		{Name: string(revokeTokenForUserAndClient), Method: http.MethodDelete, Path: onClient + "/tokens/{tokenId}"},
		{Name: string(revokeTokensForUserAndClient), Method: http.MethodDelete, Path: onClient + "/tokens"},
	}
}

func factorOps() []Operation {
	return []Operation{
		{Name: string(listFactors), Method: http.MethodGet, Path: onUser + "/factors", Outside: true},
		{Name: string(unenrollFactor), Method: http.MethodDelete, Path: onUser + "/factors/{factorId}", Outside: true},
	}
}

func besideOps() []Operation {
	return []Operation{
		{Name: string(listGroups), Method: http.MethodGet, Path: api + "/groups", Outside: true},
		{Name: string(getGroup), Method: http.MethodGet, Path: api + "/groups/{groupId}", Outside: true},
		{Name: string(listGroupRoles), Method: http.MethodGet, Path: api + "/groups/{groupId}/roles", Outside: true},
		{Name: string(listGroupTargetsForGroupRole), Method: http.MethodGet, Path: onGroupRole + "/groups", Outside: true},
		{Name: string(listAppTargetsForGroupRole), Method: http.MethodGet, Path: onGroupRole + "/catalog/apps", Outside: true},
		{Name: string(listResourceSets), Method: http.MethodGet, Path: api + "/iam/resource-sets", Outside: true},
		{Name: string(listGroupUsers), Method: http.MethodGet, Path: api + "/groups/{groupId}/users", Outside: true},
		{Name: string(listApps), Method: http.MethodGet, Path: api + "/apps", Outside: true},
		{Name: string(getApp), Method: http.MethodGet, Path: api + "/apps/{applicationId}", Outside: true},
		{Name: string(getUserSchema), Method: http.MethodGet, Path: api + "/meta/schemas/user/default", Outside: true},
		{Name: string(listLogEvents), Method: http.MethodGet, Path: api + "/logs", Outside: true},
	}
}
