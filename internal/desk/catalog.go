package desk

import "slices"

// Action names one thing that can be done through the desk.
type Action string

// Perm is a right that roles carry.
type Perm string

// The permissions.
const (
	ReadUsers      Perm = "users.read"
	EditUsers      Perm = "users.edit"
	CreateUsers    Perm = "users.create"
	ReplaceUsers   Perm = "users.replace"
	EraseUsers     Perm = "users.erase"
	ActLifecycle   Perm = "lifecycle.act"
	ActCredentials Perm = "credentials.act"
	ShowSecrets    Perm = "secrets.show" // seeing a temporary password or a link, where it is not mailed
	ActLinks       Perm = "links.act"
	ActRoles       Perm = "roles.act"
	ActSessions    Perm = "sessions.act"
	ReadRecord     Perm = "record.read"
	ReadOwnRecord  Perm = "record.own"
	ActApprovals   Perm = "approvals.act"  // deciding what others asked for; each act's own right is needed too
	ActStaff       Perm = "staff.sessions" // seeing and ending colleagues' sessions in the console
	ActReviews     Perm = "reviews.act"    // starting reviews of admin roles, handing them on, closing them
)

// Risk is the class of an operation: what harm it does in the wrong hands.
type Risk string

// The classes, after the threats they stand for.
const (
	Reading     Risk = "reading"
	Restoring   Risk = "restoring"
	Destructive Risk = "destructive"
	Takeover    Risk = "takeover"
	Privilege   Risk = "privilege"
)

// Spec is the row of one operation in the catalogue.
type Spec struct {
	Action  Action
	Op      string // name of the operation in Okta's User API
	Room    string
	Perm    Perm
	Risk    Risk
	Title   string // the button: a verb
	Confirm string // the dialog's heading, a verb with %s for the person's name
}

// Outside reports whether the operation is none of the User API's 51.
func (s Spec) Outside() bool { return s.Room == "factors" }

// TargetKind says what kind of account a person's is, for the rank that a
// change to it needs.
type TargetKind string

// The kinds of target, as far as they can be told apart.
const (
	Plain        TargetKind = "person without a role"
	LimitedAdmin TargetKind = "admin limited by targets"
	LesserAdmin  TargetKind = "holder of a lesser role"
	OrgAdmin     TargetKind = "organization administrator"
	SuperAdmin   TargetKind = "super administrator"
	GroupAdmin   TargetKind = "admin through a group"
	CustomAdmin  TargetKind = "holder of a custom or unknown role"
	StaffSame    TargetKind = "console staff of the same tier"
	StaffHigher  TargetKind = "console staff of a higher tier"
	Untouchable  TargetKind = "the credential's owner or a break-glass account"
	Self         TargetKind = "oneself"
)

// Catalog lists every operation that the desk offers, in room order.
func Catalog() []Spec { return slices.Clone(catalog) }

// catalog is made once and only read.
var catalog = []Spec{
	{"users.list", "ListUsers", "users", ReadUsers, Reading, "Find people", ""},
	{"users.get", "GetUser", "users", ReadUsers, Reading, "Show a person", ""},
	{"users.create", "CreateUser", "users", CreateUsers, Takeover, "Create a person", "Create %s"},
	{"users.update", "PartialUpdateUser", "users", EditUsers, Takeover, "Edit profile", "Save the profile of %s"},
	{"users.replace", "UpdateUser", "users", ReplaceUsers, Takeover, "Replace profile", "Replace the profile of %s"},
	{"users.erase", "DeactivateOrDeleteUser", "users", EraseUsers, Destructive, "Erase", "Erase %s for good"},

	{"activate", "ActivateUser", "lifecycle", ActLifecycle, Takeover, "Activate", "Activate %s"},
	{"deactivate", "DeactivateUser", "lifecycle", ActLifecycle, Destructive, "Deactivate", "Deactivate %s"},
	{"reactivate", "ReactivateUser", "lifecycle", ActLifecycle, Takeover, "Resend activation", "Resend activation to %s"},
	{"suspend", "SuspendUser", "lifecycle", ActLifecycle, Destructive, "Suspend", "Suspend %s"},
	{"unsuspend", "UnsuspendUser", "lifecycle", ActLifecycle, Restoring, "Unsuspend", "Unsuspend %s"},
	{"unlock", "UnlockUser", "lifecycle", ActLifecycle, Restoring, "Unlock", "Unlock %s"},
	{"reset_password", "ResetPassword", "lifecycle", ActLifecycle, Takeover, "Reset password", "Reset the password of %s"},
	{"expire_password", "ExpirePassword", "lifecycle", ActLifecycle, Takeover, "Expire password", "Expire the password of %s"},
	{"expire_password_with_temp_password", "ExpirePasswordAndGetTemporaryPassword", "lifecycle", ActLifecycle, Takeover, "Temporary password", "Set a temporary password for %s"},
	{"reset_factors", "ResetFactors", "lifecycle", ActLifecycle, Takeover, "Reset factors", "Reset the factors of %s"},

	{"forgot_password", "ForgotPassword", "credentials", ActCredentials, Takeover, "Send recovery mail", "Send the recovery mail to %s"},
	{"change_password", "ChangePassword", "credentials", ActCredentials, Takeover, "Change password at the counter", "Let %s change the password here"},
	{"change_recovery_question", "ChangeRecoveryQuestion", "credentials", ActCredentials, Takeover, "Change recovery question at the counter", "Let %s change the recovery question here"},
	{"forgot_password_recovery_question", "ForgotPasswordSetNewPassword", "credentials", ActCredentials, Takeover, "Answer recovery question at the counter", "Let %s answer and set a new password here"},

	{"access.groups", "ListUserGroups", "access", ReadUsers, Reading, "Show groups", ""},
	{"access.apps", "ListAppLinks", "access", ReadUsers, Reading, "Show apps", ""},
	{"access.idps", "ListUserIdentityProviders", "access", ReadUsers, Reading, "Show identity providers", ""},

	{"links.list", "GetLinkedObjectsForUser", "links", ReadUsers, Reading, "Show linked people", ""},
	{"links.set", "SetLinkedObjectForUser", "links", ActLinks, Privilege, "Link", "Link %s"},
	{"links.remove", "RemoveLinkedObjectForUser", "links", ActLinks, Privilege, "Remove link", "Remove the link of %s"},

	{"roles.list", "ListAssignedRolesForUser", "roles", ReadUsers, Reading, "Show admin roles", ""},
	{"roles.get", "GetUserRole", "roles", ReadUsers, Reading, "Show an admin role", ""},
	{"roles.assign", "AssignRoleToUser", "roles", ActRoles, Privilege, "Assign a role", "Assign the role to %s"},
	{"roles.remove", "RemoveRoleFromUser", "roles", ActRoles, Privilege, "Remove role", "Remove the role from %s"},

	{"targets.groups", "ListGroupTargetsForRole", "targets", ReadUsers, Reading, "Show group targets", ""},
	{"targets.add_group", "AddGroupTargetToRole", "targets", ActRoles, Privilege, "Add", "Add the group to the role of %s"},
	{"targets.remove_group", "RemoveGroupTargetFromRole", "targets", ActRoles, Privilege, "Remove", "Take the group from the role of %s"},
	{"targets.apps", "ListApplicationTargetsForApplicationAdministratorRoleForUser", "targets", ReadUsers, Reading, "Show app targets", ""},
	{"targets.add_all_apps", "AddAllAppsAsTargetToRole", "targets", ActRoles, Privilege, "Widen to all apps", "Widen the role of %s to all apps"},
	{"targets.add_app", "AddApplicationTargetToAdminRoleForUser", "targets", ActRoles, Privilege, "Add every instance", "Add the app to the role of %s"},
	{"targets.add_instance", "AddApplicationTargetToAppAdminRoleForUser", "targets", ActRoles, Privilege, "Add", "Add the app instance to the role of %s"},
	{"targets.remove_app", "RemoveApplicationTargetFromApplicationAdministratorRoleForUser", "targets", ActRoles, Privilege, "Remove", "Take the app from the role of %s"},
	{"targets.remove_instance", "RemoveApplicationTargetFromAdministratorRoleForUser", "targets", ActRoles, Privilege, "Remove", "Take the app instance from the role of %s"},

	{"grants.list", "ListUserGrants", "grants", ReadUsers, Reading, "Show consents", ""},
	{"grants.get", "GetUserGrant", "grants", ReadUsers, Reading, "Show a consent", ""},
	{"grants.revoke", "RevokeUserGrant", "grants", ActSessions, Destructive, "Revoke consent", "Revoke this consent of %s"},
	{"grants.revoke_all", "RevokeUserGrants", "grants", ActSessions, Destructive, "Revoke all consents", "Revoke every consent of %s"},
	{"grants.client", "ListGrantsForUserAndClient", "grants", ReadUsers, Reading, "Show the consents to a client", ""},
	{"grants.revoke_client", "RevokeGrantsForUserAndClient", "grants", ActSessions, Destructive, "Revoke its consents", "Revoke the consents of %s to this client"},

	{"clear_sessions", "ClearUserSessions", "sessions", ActSessions, Destructive, "End sessions", "End the sessions of %s"},
	{"sessions.clients", "ListUserClients", "sessions", ReadUsers, Reading, "Show clients", ""},
	{"sessions.tokens", "ListRefreshTokensForUserAndClient", "sessions", ReadUsers, Reading, "Show refresh tokens", ""},
	{"sessions.token", "GetRefreshTokenForUserAndClient", "sessions", ReadUsers, Reading, "Show a refresh token", ""},
	{"sessions.revoke_token", "RevokeTokenForUserAndClient", "sessions", ActSessions, Destructive, "Revoke token", "Revoke this token of %s"},
	{"sessions.revoke_tokens", "RevokeTokensForUserAndClient", "sessions", ActSessions, Destructive, "Revoke its tokens", "Revoke the tokens of %s for this client"},

	{"factors.reset", "UnenrollFactor", "factors", ActLifecycle, Takeover, "Reset", "Reset one factor of %s"},
}

// spec is the catalogue's row of an action. One outside it gets a row that
// nobody has the right for.
func spec(a Action) Spec {
	for _, s := range catalog {
		if s.Action == a {
			return s
		}
	}
	return Spec{Action: a, Risk: Privilege}
}

// SpecOf is the catalogue's row of an action, and whether there is one.
func SpecOf(a Action) (Spec, bool) {
	s := spec(a)
	return s, s.Op != ""
}
