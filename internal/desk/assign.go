package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// String is "name" for every instance, or "name/id" for one.
func (a AppTarget) String() string {
	if a.Instance.IsZero() {
		return a.App.String()
	}
	return a.App.String() + "/" + a.Instance.String()
}

// ParseAppTarget reads what AppTarget.String writes.
func ParseAppTarget(s string) (a AppTarget, err error) {
	name, id, one := strings.Cut(s, "/")
	a.App, err = okta.ParseAppName(name)
	if err == nil && one {
		a.Instance, err = okta.ParseAppID(id)
	}
	return a, err
}

func (s RoleScope) isZero() bool { return len(s.Groups)+len(s.Apps) == 0 }

func (s RoleScope) holds(o Object) bool {
	return slices.Contains(s.Groups, o.Group) && !o.Group.IsZero() || slices.Contains(s.Apps, AppTarget{o.App, o.Instance})
}

// assignEffects say first what the role will reach.
func assignEffects(c RoleChoice, chosen []Target) []string {
	reach := "It reaches the whole organisation."
	switch {
	case !c.Scope.isZero():
		names := make([]string, len(chosen))
		for i, t := range chosen {
			names[i] = t.Label
		}
		reach = "It reaches only " + strings.Join(names, ", ") + "."
	case c.Type.GroupTargets():
		reach = "It reaches every group and everybody in it: no limit is chosen."
	case c.Type.AppTargets():
		reach = "It reaches every app: no limit is chosen."
	}
	out := []string{c.Type.Label() + " is assigned directly. " + reach}
	if !c.Scope.isZero() {
		out = append(out, "Okta assigns the role first and takes the limit after it. If the limit fails, the role is taken back.")
	}
	return append(out, "Okta may mail the administrators of the organisation about it.")
}

// AssignRole gives the person the role o.On.Type, limited to o.Scope (operation
// AssignRoleToUser, then one for each target). It is one act: the record holds the
// limit before anything is sent, and an assignment that stands without its limit is
// finished or taken back, after a stop of the process too.
func (d *Desk) AssignRole(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.actOn(ctx, who, id, change{
		action: "roles.assign", opts: o,
		check: func(ctx context.Context, x *deed) *Error {
			x.named = o.Scope.named()
			if x.shown.State != x.named.String() {
				return &Error{Kind: Denied, Action: "roles.assign", Rule: "token", Msg: "This is not the limit that the page showed. Nothing was sent.", Ask: "Open the person's page and try from there."}
			}
			for _, dec := range []Decision{d.policy.decideGrant(who, o.On.Type, x.on.Roles), fits(RoleChoice{Type: o.On.Type, Scope: o.Scope}), d.policy.decideReach(o.On.Type, d.named(ctx, o.Scope))} {
				if !dec.Allowed {
					return denied("roles.assign", dec)
				}
				x.needsSecond(dec)
			}
			return nil
		},
		do: func(ctx context.Context) (Outcome, error) {
			return said("Okta assigned the role.", d.assign(ctx, id, o.On.Type, o.Scope))
		},
	})
}

// assign gives the role and then its limit. Where a limit fails the role is taken
// back; where that fails too the act stays open, and settling goes on with it.
func (d *Desk) assign(ctx context.Context, id okta.UserID, t okta.RoleType, s RoleScope) error {
	role, err := d.okta.Roles.Assign(ctx, id, okta.NewRole{Type: t})
	if okta.IsUnsure(err) && !s.isZero() {
		var there bool
		lost := err
		if role, there, err = d.heldNow(ctx, id, t, err); err == nil && !there {
			return &Error{Kind: Upstream, Action: "roles.assign", Err: lost, Msg: "Okta did not answer. We looked: the role is not assigned."}
		}
	}
	if err != nil || s.isZero() {
		return err
	}
	if err := d.limit(ctx, id, role.ID, s); err != nil {
		return d.takeBack(ctx, id, t, err)
	}
	return nil
}

// heldNow looks whether a role is held directly; where that cannot be told, the
// assignment is unfinished.
func (d *Desk) heldNow(ctx context.Context, id okta.UserID, t okta.RoleType, cause error) (okta.Role, bool, error) {
	ctx = okta.WithReceipt(ctx, &okta.Receipt{}) // the record keeps the change's own
	roles, err := d.okta.Roles.List(ctx, id)
	if err != nil {
		return okta.Role{}, false, &unfinished{errors.Join(cause, err)}
	}
	for _, r := range roles {
		if r.Type == t && r.Direct() {
			return r, true, nil
		}
	}
	return okta.Role{}, false, nil
}

// limit adds every target that the scope names. Adding one that is there already
// changes nothing, so it may be done again after a stop.
func (d *Desk) limit(ctx context.Context, id okta.UserID, role okta.RoleID, s RoleScope) error {
	for _, g := range s.Groups {
		if err := d.okta.Targets.AddGroup(ctx, id, role, g); err != nil {
			return err
		}
	}
	for _, a := range s.Apps {
		if err := d.addApp(ctx, id, role, a); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) addApp(ctx context.Context, id okta.UserID, role okta.RoleID, a AppTarget) error {
	if a.Instance.IsZero() {
		return d.okta.Targets.AddApp(ctx, id, role, a.App)
	}
	return d.okta.Targets.AddInstance(ctx, id, role, a.App, a.Instance)
}

// takeBack removes a role that could not be limited, and looks whether it is gone.
func (d *Desk) takeBack(ctx context.Context, id okta.UserID, t okta.RoleType, cause error) error {
	role, there, err := d.heldNow(ctx, id, t, cause)
	if err == nil && there {
		if err = d.okta.Roles.Remove(ctx, id, role.ID); okta.IsNotFound(err) || okta.IsUnsure(err) {
			err = nil // what counts is whether it is there
		}
		if err == nil {
			_, there, err = d.heldNow(ctx, id, t, cause)
		}
	}
	if err != nil || there {
		return &unfinished{&Error{
			Kind: Unsure, Action: "roles.assign", Err: errors.Join(cause, err),
			Msg: "The role is assigned and could not be limited, nor taken back: it may reach everything. Keydesk goes on trying every minute. Look at the role now, and tell whoever runs Keydesk.",
		}}
	}
	why := "Okta did not answer."
	var oe *okta.Error
	if errors.As(cause, &oe) && oe.Status > 0 {
		why = "Okta said: " + reason(oe)
	}
	return &Error{Kind: Conflict, Action: "roles.assign", Err: &takenBack{cause}, Msg: "The role could not be limited as chosen, so it was taken back. " + why}
}

// takenBack is the error of an act that was done in part and undone.
type takenBack struct{ error }

// Unwrap returns the cause.
func (t *takenBack) Unwrap() error { return t.error }

// finishAssignment goes on with an assignment that was cut off, from what the
// record says it was to be.
func (d *Desk) finishAssignment(ctx context.Context, id okta.UserID, r audit.Row) (found string, err error) {
	t, s, err := parseAssignment(r.Params)
	if err != nil {
		return "", err
	}
	role, there, err := d.heldNow(ctx, id, t, nil)
	switch {
	case err != nil:
		return "", err
	case !there:
		return "cut off; the role is not assigned", nil
	case role.Created.Before(r.At.Add(-clocksDiffer)):
		return "cut off; the role that is held is older, and was left alone", nil
	case s.isZero():
		return "cut off; the role is assigned, without a limit as was wanted", nil
	}
	err = d.limit(ctx, id, role.ID, s)
	if err == nil {
		return "cut off; the role was limited now: " + s.String(), nil
	}
	var half *unfinished
	var refused *okta.Error
	if !errors.As(err, &refused) || okta.IsUnsure(err) || refused.Status < 400 || refused.Status >= 500 || refused.Status == http.StatusTooManyRequests {
		return "", err // no word of Okta's: the limit is tried again
	}
	if err = d.takeBack(ctx, id, t, err); errors.As(err, &half) {
		return "", err
	}
	return "cut off; the role could not be limited and was taken back", nil
}

// parseAssignment reads what the record keeps of an assignment.
func parseAssignment(params string) (t okta.RoleType, s RoleScope, err error) {
	var groups, apps []string
	for _, word := range strings.Fields(params) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "type":
			t = okta.RoleType(value)
		case "groups":
			groups = strings.Split(value, ",")
		case "apps":
			apps = strings.Split(value, ",")
		}
	}
	if t == "" {
		return t, s, fmt.Errorf("the record names no role in %q", params)
	}
	s, err = ParseScope(groups, apps)
	return t, s, err
}
