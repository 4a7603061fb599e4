package okta

// RoleType is the kind of an admin role. One that Okta adds in future is kept
// as it is and not Known.
type RoleType string

// The standard roles, and the one word for all custom ones.
const (
	SuperAdmin                RoleType = "SUPER_ADMIN"
	OrgAdmin                  RoleType = "ORG_ADMIN"
	AppAdmin                  RoleType = "APP_ADMIN"
	UserAdmin                 RoleType = "USER_ADMIN" // labelled Group Administrator
	HelpDeskAdmin             RoleType = "HELP_DESK_ADMIN"
	GroupMembershipAdmin      RoleType = "GROUP_MEMBERSHIP_ADMIN"
	ReadOnlyAdmin             RoleType = "READ_ONLY_ADMIN"
	ReportAdmin               RoleType = "REPORT_ADMIN"
	APIAccessManagementAdmin  RoleType = "API_ACCESS_MANAGEMENT_ADMIN"
	MobileAdmin               RoleType = "MOBILE_ADMIN" // gone from Okta's list, still answered
	AccessCertificationsAdmin RoleType = "ACCESS_CERTIFICATIONS_ADMIN"
	AccessRequestsAdmin       RoleType = "ACCESS_REQUESTS_ADMIN"
	WorkflowsAdmin            RoleType = "WORKFLOWS_ADMIN"
	Custom                    RoleType = "CUSTOM"
)

// Known reports whether t is a type that the console understands.
func (t RoleType) Known() bool {
	switch t {
	case SuperAdmin, OrgAdmin, AppAdmin, UserAdmin, HelpDeskAdmin, GroupMembershipAdmin,
		ReadOnlyAdmin, ReportAdmin, APIAccessManagementAdmin, MobileAdmin,
		AccessCertificationsAdmin, AccessRequestsAdmin, WorkflowsAdmin, Custom:
		return true
	}
	return false
}

// Label returns what Okta calls a standard role, for others the type as it is.
func (t RoleType) Label() string {
	label, ok := map[RoleType]string{
		SuperAdmin:                "Super Administrator",
		OrgAdmin:                  "Organization Administrator",
		AppAdmin:                  "Application Administrator",
		UserAdmin:                 "Group Administrator",
		HelpDeskAdmin:             "Help Desk Administrator",
		GroupMembershipAdmin:      "Group Membership Administrator",
		ReadOnlyAdmin:             "Read-only Administrator",
		ReportAdmin:               "Report Administrator",
		APIAccessManagementAdmin:  "API Access Management Administrator",
		MobileAdmin:               "Mobile Administrator",
		AccessCertificationsAdmin: "Access Certifications Administrator",
		AccessRequestsAdmin:       "Access Requests Administrator",
		WorkflowsAdmin:            "Workflows Administrator",
	}[t]
	if !ok {
		return string(t)
	}
	return label
}

// GroupTargets reports whether roles of the type can be limited to groups.
func (t RoleType) GroupTargets() bool {
	return t == UserAdmin || t == HelpDeskAdmin || t == GroupMembershipAdmin
}

// AppTargets reports whether roles of the type can be limited to apps.
func (t RoleType) AppTargets() bool { return t == AppAdmin }

// bound reports whether Okta keeps the standard role as it keeps custom ones, and
// may answer with it as one.
func (t RoleType) bound() bool {
	return t == AccessCertificationsAdmin || t == AccessRequestsAdmin || t == WorkflowsAdmin
}
