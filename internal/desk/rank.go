package desk

import (
	"cmp"

	"keydesk/internal/okta"
)

// kindOf sorts one admin role by the harm that its holder's account can do. A
// role that this console does not know ranks with the highest.
func kindOf(r okta.Role) TargetKind {
	switch r.Type {
	case okta.SuperAdmin:
		return SuperAdmin
	case okta.OrgAdmin:
		return OrgAdmin
	case okta.ReadOnlyAdmin, okta.ReportAdmin, okta.HelpDeskAdmin, okta.GroupMembershipAdmin, okta.UserAdmin,
		okta.AppAdmin, okta.MobileAdmin, okta.APIAccessManagementAdmin:
		if r.Limited() {
			return LimitedAdmin
		}
		return LesserAdmin
	}
	return CustomAdmin
}

func harm(k TargetKind) int {
	switch k {
	case Plain:
		return 0
	case LimitedAdmin:
		return 1
	case LesserAdmin:
		return 2
	case OrgAdmin:
		return 3
	case CustomAdmin:
		return 4
	}
	return 5
}

// strongest returns the role that decides a holder's rank, and its kind; Plain
// for somebody who holds none. A role held through a group ranks as if it were
// held directly.
func strongest(roles []okta.Role) (okta.Role, TargetKind) {
	var top okta.Role
	kind := Plain
	for _, r := range roles {
		if k := kindOf(r); harm(k) > harm(kind) {
			top, kind = r, k
		}
	}
	return top, kind
}

// heldAs names a role and how it is held.
func heldAs(r okta.Role) string {
	name := cmp.Or(r.Label, string(r.Type))
	if !r.Direct() {
		return name + " through a group"
	}
	return name
}

// kind names what the target is to this actor, for the page and the record: of
// several things the one that weighs most.
func (s Standing) kind(who Actor) TargetKind {
	role, k := strongest(s.Roles)
	if s.Unreadable {
		k = CustomAdmin
	}
	switch {
	case s.Untouched, s.BreakGlass:
		return Untouchable
	case !who.OktaID.IsZero() && who.OktaID == s.ID:
		return Self
	case k != Plain && !role.Direct():
		return GroupAdmin
	case neededTier(k) == Owner:
		return k
	case s.Staff != "" && s.Staff.rank() > who.Tier().rank():
		return StaffHigher
	case s.Staff != "" && s.Staff == who.Tier():
		return StaffSame
	}
	return k
}
