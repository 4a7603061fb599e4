package views

import (
	"cmp"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// roleName is the role as Okta labels it; its type where there is no label.
func roleName(r okta.Role) string {
	return cmp.Or(r.Label, string(r.Type))
}

// roleHeld says whether the role is the person's own or a group's, by the groups
// that the person is in.
func roleHeld(r okta.Role, groups []okta.Group) string {
	return heldWords(r, groupName(r.AssigneeID, groups))
}

// heldWords is roleHeld where the group's name is known. Only Okta's two words are
// translated; another is shown as it came.
func heldWords(r okta.Role, through string) string {
	switch r.AssignmentType {
	case "USER":
		return "directly"
	case "GROUP":
		return "through " + through
	}
	return r.AssignmentType
}

func groupName(id string, groups []okta.Group) string {
	for _, g := range groups {
		if g.ID.String() == id {
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
		out = append(out, cmp.Or(a.Label, a.Name.String()))
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

// limits says what roles of a type may be limited to: "groups", "apps", or
// nothing at all.
func limits(t okta.RoleType) string {
	switch {
	case t.GroupTargets():
		return "groups"
	case t.AppTargets():
		return "apps"
	}
	return ""
}

// unlimited says what a role of the type reaches that has no limit.
func unlimited(t okta.RoleType) string {
	switch limits(t) {
	case "groups":
		return "every group and everybody in it"
	case "apps":
		return "every app"
	}
	return roleReach(okta.Role{Type: t})
}

// heldReach is what an assignment reaches where its list of limits was read and
// is empty: nothing in that list means everything.
func heldReach(r okta.Role) string {
	if limits(r.Type) != "" {
		return "Everything: " + unlimited(r.Type)
	}
	return sentence(roleReach(r))
}

// twins reports whether the person holds more than one assignment with that id:
// what is asked of the id may be answered for any of them.
func twins(all []okta.Role, id okta.RoleID) bool {
	n := 0
	for _, r := range all {
		if r.ID == id {
			n++
		}
	}
	return n > 1
}

// rolesOf are the assignments without what is known beside them.
func rolesOf(held []desk.HeldRole) []okta.Role {
	var out []okta.Role
	for _, h := range held {
		out = append(out, h.Role)
	}
	return out
}

// twinWords is what cannot be told of such a pair.
func twinWords(t okta.RoleType) string {
	if limits(t) == "" {
		return "Okta gives both the same id."
	}
	return "Okta gives both the same id, so their limits cannot be told apart here."
}

func targetLabels(list []desk.Target) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Label)
	}
	return out
}
