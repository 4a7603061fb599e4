package views

import "keydesk/internal/okta"

// groupsShown is how many groups are told before the list is folded.
const groupsShown = 30

// roleName is the role as Okta labels it; its type where there is no label.
func roleName(r okta.Role) string {
	if r.Label != "" {
		return r.Label
	}
	return string(r.Type)
}

// roleHeld says whether the role is the person's own or a group's. Only Okta's
// two words are translated; another is shown as it came.
func roleHeld(r okta.Role, groups []okta.Group) string {
	switch r.AssignmentType {
	case "USER":
		return "directly"
	case "GROUP":
		return "through " + groupName(r.AssigneeID, groups)
	default:
		return r.AssignmentType
	}
}

func groupName(id string, groups []okta.Group) string {
	for _, g := range groups {
		if g.ID == id {
			return g.Name
		}
	}
	if id == "" {
		return "a group"
	}
	return "group " + id
}

// roleTargets names what a limited role is limited to.
func roleTargets(r okta.Role) []string {
	var out []string
	for _, g := range r.Targets.Groups {
		out = append(out, g.Name)
	}
	for _, a := range r.Targets.Apps {
		if a.DisplayName != "" {
			out = append(out, a.DisplayName)
		} else {
			out = append(out, a.Name)
		}
	}
	return out
}

// roleReach says how far a role goes, as far as the list of roles tells: it names
// no targets, so a role that can have them may be narrower than it looks.
func roleReach(r okta.Role) string {
	if r.Limited() {
		return "limited by targets"
	}
	switch r.Type {
	case okta.Custom:
		return "what its resource set holds"
	case okta.AppAdmin:
		return "all apps, or those it is limited to"
	case okta.UserAdmin, okta.HelpDeskAdmin, okta.GroupMembershipAdmin:
		return "all groups, or those it is limited to"
	case okta.SuperAdmin, okta.OrgAdmin, okta.ReadOnlyAdmin, okta.ReportAdmin, okta.APIAccessManagementAdmin, okta.MobileAdmin:
		return "the whole organisation"
	}
	return "not known here"
}
