package views

import (
	"slices"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// typeOption is the type that is chosen, as the page offers it; ok is false where
// none of them is.
func typeOption(p desk.AssignPage) (o desk.RoleOption, ok bool) {
	for _, o := range p.Types {
		if o.Type == p.Choice.Type {
			return o, true
		}
	}
	return desk.RoleOption{Type: p.Choice.Type}, false
}

// limiting reports whether the page has to ask for limits: the chosen type can
// have them, and the actor may assign it.
func limiting(p desk.AssignPage) bool {
	o, ok := typeOption(p)
	return ok && o.Decision.Allowed && limits(o.Type) != ""
}

// choose adds a group or an app to what is chosen. Every instance of an app and
// one of them do not go together: the later choice stands.
func choose(c desk.RoleChoice, o desk.Object) desk.RoleChoice {
	if !o.Group.IsZero() {
		c.Scope.Groups = append(slices.Clone(c.Scope.Groups), o.Group)
		return c
	}
	apps := slices.DeleteFunc(slices.Clone(c.Scope.Apps), func(a desk.AppTarget) bool {
		return a.App == o.App && (a.Instance.IsZero() || o.Instance.IsZero())
	})
	c.Scope.Apps = append(apps, desk.AppTarget{App: o.App, Instance: o.Instance})
	return c
}

// drop takes a group or an app from what is chosen.
func drop(c desk.RoleChoice, o desk.Object) desk.RoleChoice {
	c.Scope.Groups = slices.DeleteFunc(slices.Clone(c.Scope.Groups), func(g okta.GroupID) bool { return !o.Group.IsZero() && g == o.Group })
	c.Scope.Apps = slices.DeleteFunc(slices.Clone(c.Scope.Apps), func(a desk.AppTarget) bool {
		return o.Group.IsZero() && a == desk.AppTarget{App: o.App, Instance: o.Instance}
	})
	return c
}

// everyInstance is an app without the instance that was found of it.
func everyInstance(o desk.Object) desk.Object {
	o.Instance = okta.AppID{}
	return o
}

// ofType is the choice of another type: what limited the former may not fit it.
func ofType(t okta.RoleType) desk.RoleChoice { return desk.RoleChoice{Type: t} }

// chosenReach is how far the role will reach as it is put together so far.
func chosenReach(p desk.AssignPage) reach {
	if len(p.Chosen) == 0 {
		r := typeReaches(p.Choice.Type)
		if limits(p.Choice.Type) != "" {
			r.Says = "No limit is chosen: the role will reach everything, that is " + unlimited(p.Choice.Type) + "."
		}
		return r
	}
	return reach{"info", "The role will reach " + plural(len(p.Chosen), oneOf(p.Choice.Type), limits(p.Choice.Type)) + " and nothing else: " + joined(", ", targetLabels(p.Chosen)...) + "."}
}
