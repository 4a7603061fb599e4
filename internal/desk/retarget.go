package desk

import (
	"context"
	"slices"

	"keydesk/internal/okta"
)

// retarget is one change of what a role is limited to. The list of targets is read
// again before it: it must be the one that the page showed, so that nobody takes
// the last limit away, or narrows everything to one, without having been told.
func (d *Desk) retarget(ctx context.Context, who Actor, a Action, id okta.UserID, o UserOpts, do func(context.Context, []Target) (Outcome, error)) (Outcome, error) {
	var before []Target
	return d.actOn(ctx, who, id, change{
		action: a, opts: o,
		check: func(ctx context.Context, x *deed) *Error {
			role, gone := x.held(o.On.Role)
			if gone != nil {
				return gone
			}
			list := d.targets(ctx, id, role, x.on.Roles)
			if list.Err != nil {
				return list.Err
			}
			if x.shown.State != stateOf(list.Value) {
				return staleObject(a, "What the role is limited to")
			}
			if a == "targets.add_group" {
				x.needsSecond(d.policy.decideReach(role.Type, d.named(ctx, RoleScope{Groups: []okta.GroupID{o.On.Group}})))
			}
			before = list.Value
			n := len(before)
			x.named = named{RoleType: role.Type, LimitsBefore: &n}
			return nil
		},
		do: func(ctx context.Context) (Outcome, error) { return do(ctx, before) },
	})
}

// AddGroupTarget limits a role to one more group; with Swap the only other one is
// taken away after it (operations AddGroupTargetToRole, RemoveGroupTargetFromRole).
func (d *Desk) AddGroupTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.add_group", id, o, func(ctx context.Context, before []Target) (Outcome, error) {
		err := d.okta.Targets.AddGroup(ctx, id, o.On.Role, o.On.Group)
		return d.swapped(ctx, id, o, before, "Okta added the group.", err)
	})
}

// RemoveGroupTarget takes one of several groups away (operation
// RemoveGroupTargetFromRole).
func (d *Desk) RemoveGroupTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.remove_group", id, o, func(ctx context.Context, _ []Target) (Outcome, error) {
		return said("Okta took the group from the role.", d.okta.Targets.RemoveGroup(ctx, id, o.On.Role, o.On.Group))
	})
}

// AddAppTarget limits a role to one more app with all its instances (operation
// AddApplicationTargetToAdminRoleForUser); Swap as for AddGroupTarget.
func (d *Desk) AddAppTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.add_app", id, o, func(ctx context.Context, before []Target) (Outcome, error) {
		err := d.okta.Targets.AddApp(ctx, id, o.On.Role, o.On.App)
		return d.swapped(ctx, id, o, before, "Okta added the app.", err)
	})
}

// AddInstanceTarget limits a role to one more instance of an app (operation
// AddApplicationTargetToAppAdminRoleForUser); Swap as for AddGroupTarget.
func (d *Desk) AddInstanceTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.add_instance", id, o, func(ctx context.Context, before []Target) (Outcome, error) {
		err := d.okta.Targets.AddInstance(ctx, id, o.On.Role, o.On.App, o.On.Instance)
		return d.swapped(ctx, id, o, before, "Okta added the app instance.", err)
	})
}

// RemoveAppTarget takes one of several apps away (operation
// RemoveApplicationTargetFromApplicationAdministratorRoleForUser).
func (d *Desk) RemoveAppTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.remove_app", id, o, func(ctx context.Context, _ []Target) (Outcome, error) {
		return said("Okta took the app from the role.", d.okta.Targets.RemoveApp(ctx, id, o.On.Role, o.On.App))
	})
}

// RemoveInstanceTarget takes one of several app instances away (operation
// RemoveApplicationTargetFromAdministratorRoleForUser).
func (d *Desk) RemoveInstanceTarget(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.remove_instance", id, o, func(ctx context.Context, _ []Target) (Outcome, error) {
		return said("Okta took the app instance from the role.", d.okta.Targets.RemoveInstance(ctx, id, o.On.Role, o.On.App, o.On.Instance))
	})
}

// AddAllApps drops every limit of an app administrator (operation
// AddAllAppsAsTargetToRole): the role then reaches every app.
func (d *Desk) AddAllApps(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.retarget(ctx, who, "targets.add_all_apps", id, o, func(ctx context.Context, _ []Target) (Outcome, error) {
		return said("Okta widened the role to every app.", d.okta.Targets.AddAllApps(ctx, id, o.On.Role))
	})
}

// swapped takes the only earlier limit away after the new one was added, so that
// between the two the role reaches both and never everything.
func (d *Desk) swapped(ctx context.Context, id okta.UserID, o UserOpts, before []Target, label string, err error) (Outcome, error) {
	if err != nil || !o.Swap || len(before) != 1 {
		return said(label, err)
	}
	old := before[0]
	switch missing := d.nameApp(ctx, &old); {
	case !missing.Allowed:
		return Outcome{Label: label, But: old.Label + " is still there too: " + missing.Why}, nil
	case !old.On.Group.IsZero():
		err = d.okta.Targets.RemoveGroup(ctx, id, o.On.Role, old.On.Group)
	case !old.On.Instance.IsZero():
		err = d.okta.Targets.RemoveInstance(ctx, id, o.On.Role, old.On.App, old.On.Instance)
	default:
		err = d.okta.Targets.RemoveApp(ctx, id, o.On.Role, old.On.App)
	}
	if okta.IsUnsure(err) {
		if there, lerr := d.limits(ctx, id, o.On.Role, old); lerr != nil {
			return Outcome{Label: label, But: "Whether " + old.Label + " was taken away is not known: Okta did not answer. Look at the limits before you go on."}, nil
		} else if !there {
			err = nil
		}
	}
	if err != nil && !okta.IsNotFound(err) { // an instance replaces its app by itself
		return Outcome{Label: label, But: old.Label + " could not be taken away: the role reaches both. Take it away by itself."}, nil
	}
	return Outcome{Label: label + " It took " + old.Label + " away after that."}, nil
}

// limits reports whether a role is limited to t now.
func (d *Desk) limits(ctx context.Context, id okta.UserID, role okta.RoleID, t Target) (bool, error) {
	r := okta.Role{ID: role, Type: okta.HelpDeskAdmin} // of its kind: what can be limited to groups
	if t.On.Group.IsZero() {
		r.Type = okta.AppAdmin
	}
	list := d.targets(okta.WithReceipt(ctx, &okta.Receipt{}), id, r, nil)
	if list.Err != nil {
		return false, list.Err
	}
	return slices.ContainsFunc(list.Value, t.same), nil
}
