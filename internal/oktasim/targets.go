package oktasim

import (
	"net/http"
	"slices"
	"strings"
)

func targetsRoutes() []route {
	const (
		role   = under + "/roles/{roleId}"
		groups = role + "/targets/groups"
		apps   = role + "/targets/catalog/apps"
	)
	group := func(name, method string, f retarget) route {
		return changing(name, method, groups+"/{groupId}", f.serve(hasGroupTargets))
	}
	app := func(name, method, path string, f retarget) route {
		return changing(name, method, apps+path, f.serve(hasAppTargets))
	}
	return []route{
		reading("ListGroupTargetsForRole", groups, bucketUnder, (*Org).listGroupTargets),
		group("AddGroupTargetToRole", "PUT", (*Org).addGroupTarget),
		group("RemoveGroupTargetFromRole", "DELETE", (*Org).removeGroupTarget),
		reading("ListApplicationTargetsForApplicationAdministratorRoleForUser", apps, bucketUnder, (*Org).listAppTargets),
		app("AddAllAppsAsTargetToRole", "PUT", "", (*Org).addAllApps),
		app("AddApplicationTargetToAdminRoleForUser", "PUT", "/{appName}", (*Org).addAppTarget),
		app("AddApplicationTargetToAppAdminRoleForUser", "PUT", "/{appName}/{applicationId}", (*Org).addInstanceTarget),
		app("RemoveApplicationTargetFromApplicationAdministratorRoleForUser", "DELETE", "/{appName}", (*Org).removeAppTarget),
		app("RemoveApplicationTargetFromAdministratorRoleForUser", "DELETE", "/{appName}/{applicationId}", (*Org).removeAppTarget),
	}
}

// targetsMax is how many targets one assignment takes. Okta says that there is
// a limit and not which.
const targetsMax = 100

// A retarget changes the targets of a role. It gets a copy of the assignment.
type retarget func(*Org, *call, *role) error

// serve makes an operation of it, for roles that can have such targets and that
// the person holds directly. What Okta says of one held through a group is not
// established; the person has no such assignment.
func (f retarget) serve(takes func(kind string) bool) func(*Org, *call, *person) (answer, error) {
	return func(o *Org, c *call, p *person) (answer, error) {
		i := p.assigned(c.params["roleId"])
		switch {
		case i < 0:
			return answer{}, errNotFound(c.params["roleId"], "RoleAssignment")
		case !takes(p.roles[i].kind):
			return answer{}, errRoleType()
		}
		r := *p.roles[i]
		r.groups, r.apps = slices.Clone(r.groups), slices.Clone(r.apps)
		if err := f(o, c, &r); err != nil {
			return answer{}, err
		}
		p.setRole(i, &r)
		return answer{status: http.StatusNoContent}, nil
	}
}

// targetPages: twenty a page whatever is asked, and the address of the page
// itself carries a cursor (both recorded).
func targetPages(c *call, p *person, kind string) listing {
	return listing{
		address: c.userHref(p) + "/roles/" + c.params["roleId"] + "/targets/" + kind,
		kind:    kind, missing: 20, most: 20, unkindest: unkindTargets, placed: true,
	}
}

// listGroupTargets serves ListGroupTargetsForRole. A role of another kind has
// none, and is no error (recorded for apps).
func (o *Org) listGroupTargets(c *call, p *person) (answer, error) {
	h, err := p.holding(c)
	if err != nil {
		return answer{}, err
	}
	id := func(g *group) string { return g.id }
	page, err := paged(o, c, targetPages(c, p, "groups"), sorted(h.groups, id), id)
	return answer{status: http.StatusOK, body: objects(page, func(g *group) object { return groupObject(c, g) })}, err
}

// addGroupTarget narrows a role that covered all groups to one, and widens any
// other by one.
func (o *Org) addGroupTarget(c *call, r *role) error {
	g := o.groupByID(c.params["groupId"])
	switch {
	case g == nil:
		return errNotFound(c.params["groupId"], "UserGroup")
	case slices.Contains(r.groups, g):
		return nil
	case len(r.groups) >= targetsMax:
		return errTargets()
	}
	r.groups = append(r.groups, g)
	return nil
}

func (o *Org) removeGroupTarget(c *call, r *role) error {
	g := o.groupByID(c.params["groupId"])
	i := slices.Index(r.groups, g)
	switch {
	case g == nil || i < 0:
		return errNotFound(c.params["groupId"], "UserGroup")
	case len(r.groups) == 1:
		return errLastTarget()
	}
	r.groups = slices.Delete(r.groups, i, i+1)
	return nil
}

// listAppTargets serves ListApplicationTargetsForApplicationAdministratorRoleForUser:
// apps of the catalogue and single instances in one list.
func (o *Org) listAppTargets(c *call, p *person) (answer, error) {
	h, err := p.holding(c)
	if err != nil {
		return answer{}, err
	}
	page, err := paged(o, c, targetPages(c, p, "catalog/apps"), sorted(h.apps, app.key), app.key)
	return answer{status: http.StatusOK, body: objects(page, func(a app) object { return appObject(c, a) })}, err
}

func (a app) key() string { return a.name + "/" + a.id }

// addAllApps makes the role cover everything again. The reference says 200; a
// real organisation said 204.
func (o *Org) addAllApps(_ *call, r *role) error {
	r.apps = nil
	return nil
}

// addAppTarget takes an app with all its instances, in place of single ones.
func (o *Org) addAppTarget(c *call, r *role) error {
	name := c.params["appName"]
	e, ok := catalogued(name)
	if !ok {
		return errNotFound(name, "App") // the word is not established
	}
	return r.target(app{name: name, label: e.label}, func(a app) bool { return a.name == name && a.id != "" })
}

// addInstanceTarget takes one instance. It replaces the app as a whole (a real
// organisation did; the reference calls it an error).
func (o *Org) addInstanceTarget(c *call, r *role) error {
	name, id := c.params["appName"], c.params["applicationId"]
	a := o.application(id)
	if a == nil || a.name != name {
		return errNotFound(id, "AppInstance")
	}
	return r.target(app{name: name, label: a.label, id: id}, func(a app) bool { return a.name == name && a.id == "" })
}

// target adds a in place of what it replaces.
func (r *role) target(a app, replaces func(app) bool) error {
	r.apps = slices.DeleteFunc(r.apps, replaces)
	switch {
	case slices.Contains(r.apps, a):
		return nil
	case len(r.apps) >= targetsMax:
		return errTargets()
	}
	r.apps = append(r.apps, a)
	return nil
}

// removeAppTarget serves both removals: of an app, and of one instance. By the
// app's name alone no instance goes.
func (o *Org) removeAppTarget(c *call, r *role) error {
	name, id := c.params["appName"], c.params["applicationId"]
	i := slices.IndexFunc(r.apps, func(a app) bool { return a.name == name && a.id == id })
	switch {
	case i < 0 && id != "":
		return errNotFound(id, "AppInstance")
	case i < 0:
		return errNotFound(name, "App")
	case len(r.apps) == 1:
		return errLastTarget()
	}
	r.apps = slices.Delete(r.apps, i, i+1)
	return nil
}

// sorted returns list in the order of its keys, which is what pages go by.
func sorted[T any](list []T, key func(T) string) []T {
	return slices.SortedFunc(slices.Values(list), func(a, b T) int { return strings.Compare(key(a), key(b)) })
}

func objects[T any](list []T, of func(T) object) []object {
	all := make([]object, len(list))
	for i, v := range list {
		all[i] = of(v)
	}
	return all
}
