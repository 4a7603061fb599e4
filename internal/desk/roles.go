package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"keydesk/internal/okta"
)

// Roles reads which admin roles a person holds, directly or through groups, and
// what each is limited to. Operations ListAssignedRolesForUser and, for each role
// that can be limited, one of the two that list targets.
func (d *Desk) Roles(ctx context.Context, who Actor, id okta.UserID) (RolesPage, error) {
	return view(ctx, d, who, "roles.list", func(ctx context.Context) (RolesPage, error) {
		var p RolesPage
		began := d.now()
		var on Standing
		var err error
		p.Person, on, err = d.look(ctx, who, id)
		if err != nil {
			return p, err
		}
		p.Assign = d.policy.decide(who, spec("roles.assign"), on)
		d.noRole(ctx, who, p.Person)
		p.Held = make([]HeldRole, len(p.Person.Roles.Value))
		short, cancel := context.WithTimeout(ctx, panelHolds)
		defer cancel()
		var all sync.WaitGroup
		for i, r := range p.Person.Roles.Value {
			p.Held[i] = HeldRole{Role: r, Through: through(p.Person, r)}
			all.Go(func() { p.Held[i].Targets = d.targets(short, id, r, p.Person.Roles.Value) })
		}
		all.Wait()
		if p.Person.Roles.Err == nil && len(p.Held) > 0 {
			d.saw(ctx, holderOf(p.Person, p.Held, began))
		}
		return p, nil
	})
}

// through is the name of the group that a role is held through; empty for a role
// held directly.
func through(p Person, r okta.Role) string {
	if r.Direct() {
		return ""
	}
	for _, g := range p.Groups.Value {
		if g.ID.String() == r.AssigneeID {
			return g.Name
		}
	}
	return "a group"
}

// RoleQuery names one assignment of a person's, and what is searched for to limit
// it to.
type RoleQuery struct {
	Role okta.RoleID
	Held string // "USER" or "GROUP"; role ids alone are not unique
	Text string
}

// Role reads one admin role with its targets (operations GetUserRole,
// ListGroupTargetsForRole and
// ListApplicationTargetsForApplicationAdministratorRoleForUser).
func (d *Desk) Role(ctx context.Context, who Actor, id okta.UserID, q RoleQuery) (RolePage, error) {
	return view(ctx, d, who, "roles.get", func(ctx context.Context) (RolePage, error) {
		p := RolePage{Text: q.Text}
		var got okta.Role
		var on Standing
		var err error
		p.Person, on, got, err = lookAt(ctx, d, who, id, "roles.get", func(ctx context.Context) (okta.Role, error) {
			return d.okta.Roles.Get(ctx, id, q.Role)
		})
		if err != nil {
			return p, err
		}
		p.Role = assignment(p.Person.Roles.Value, got, q.Held)
		p.Through = through(p.Person, p.Role)
		p.Targets = d.targets(ctx, id, p.Role, p.Person.Roles.Value)
		d.offerTargets(ctx, who, &p, on)
		return p, nil
	})
}

// assignment picks the one of several assignments with one id that was asked for.
// GetUserRole answers with either.
func assignment(all []okta.Role, got okta.Role, held string) okta.Role {
	for _, r := range all {
		if r.ID == got.ID && r.AssignmentType == held {
			return r
		}
	}
	return got
}

// direct refuses to change on the person what is held through a group.
func direct(p Person, r okta.Role) Decision {
	if !r.Direct() {
		return refuse("roles.group", "This role is held through "+through(p, r)+": it is changed at the group, or by taking the person out of it.", "Use Okta's own console.")
	}
	return Decision{Allowed: true}
}

// RemoveRole takes a role, held directly, from the person (operation
// RemoveRoleFromUser).
func (d *Desk) RemoveRole(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.actOn(ctx, who, id, change{
		action: "roles.remove", opts: o,
		check: func(_ context.Context, x *deed) *Error {
			_, err := x.held(o.On.Role)
			return err
		},
		do: func(ctx context.Context) (Outcome, error) {
			return said("Okta removed the role.", d.okta.Roles.Remove(ctx, id, o.On.Role))
		},
	})
}

// held is the role, held directly, among those that were read afresh.
func (x *deed) held(id okta.RoleID) (okta.Role, *Error) {
	for _, r := range x.on.Roles {
		if r.ID == id && r.Direct() {
			return r, nil
		}
	}
	return okta.Role{}, &Error{Kind: Conflict, Action: x.spec.Action, Rule: "roles.gone", Msg: x.user.Name() + " does not hold this role directly any more. Nothing was sent."}
}

// grantable lists the roles that can be assigned from here, those with the least
// reach first.
func grantable() []okta.RoleType {
	return []okta.RoleType{
		okta.GroupMembershipAdmin, okta.HelpDeskAdmin, okta.UserAdmin, okta.AppAdmin, okta.ReadOnlyAdmin, okta.ReportAdmin, okta.APIAccessManagementAdmin,
		okta.OrgAdmin, okta.SuperAdmin,
	}
}

// decideGrant says whether the actor may hand a role of this type to somebody who
// holds these.
func (p Policy) decideGrant(who Actor, t okta.RoleType, holds []okta.Role) Decision {
	if !slices.Contains(grantable(), t) {
		return refuse("roles.type", "Roles of this type are not assigned from here.", "Use Okta's own console.")
	}
	for _, r := range holds {
		if r.Type == t && r.Direct() {
			return refuse("roles.held", "The person holds this role already.", "")
		}
	}
	switch needs := neededTier(kindOf(okta.Role{Type: t})); {
	case needs == Owner:
		return Decision{Allowed: true, Second: Owner, Rule: "second.owner", Why: t.Label() + " reaches everything: an owner who did not ask for it has to approve.", Ask: p.askFor(Owner)}
	case who.Tier().rank() < needs.rank():
		return refuse("permission.roles.act", fmt.Sprintf("Your role, %s, does not include this.", roleWord(who.Tier())), p.askFor(needs))
	}
	return Decision{Allowed: true}
}

// Assigning reads what is needed to put a role together: which types the actor may
// assign, what it is to be limited to, and what else is found to limit it to.
func (d *Desk) Assigning(ctx context.Context, who Actor, id okta.UserID, c RoleChoice) (AssignPage, error) {
	return view(ctx, d, who, "roles.list", func(ctx context.Context) (AssignPage, error) {
		p := AssignPage{Choice: c}
		var on Standing
		var err error
		p.Person, on, err = d.look(
			ctx, who, id,
			func(ctx context.Context) { p.Chosen = d.named(ctx, c.Scope) },
			func(ctx context.Context) {
				p.Found = d.findTargets(ctx, c.Type, c.Text, func(t Target) bool { return c.Scope.holds(t.On) })
			},
		)
		if err != nil {
			return p, err
		}
		for _, t := range grantable() {
			p.Types = append(p.Types, RoleOption{t, d.policy.decideGrant(who, t, p.Person.Roles.Value)})
		}
		if c.Type != "" {
			p.Assign = d.offer(who, p.Person.User, on, "roles.assign", Object{Type: c.Type}, c.Scope.String(), d.policy.decideGrant(who, c.Type, p.Person.Roles.Value), fits(c), d.policy.decideReach(c.Type, p.Chosen))
			p.Assign.Effects = assignEffects(c, p.Chosen)
		}
		return p, nil
	})
}

// fits refuses limits of the wrong kind for the role.
func fits(c RoleChoice) Decision {
	if len(c.Scope.Groups) > 0 && !c.Type.GroupTargets() || len(c.Scope.Apps) > 0 && !c.Type.AppTargets() {
		return refuse("targets.kind", c.Type.Label()+" cannot be limited to that.", "")
	}
	return Decision{Allowed: true}
}
