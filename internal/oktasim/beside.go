package oktasim

import (
	"fmt"
	"net/http"
	"slices"
)

// Beside the 51 operations: where targets and holders of roles are looked up.
const (
	bucketGroups = "/api/v1/groups"
	bucketApps   = "/api/v1/apps"
	bucketIAM    = "/api/v1/iam"
)

func besideRoutes() []route {
	const groupRole = "/api/v1/groups/{groupId}/roles/{roleId}/targets"
	return []route{
		reading("ListGroups", "/api/v1/groups", bucketGroups, (*Org).listAllGroups),
		reading("GetGroup", "/api/v1/groups/{groupId}", bucketGroups, (*Org).getGroup),
		reading("ListGroupRoles", "/api/v1/groups/{groupId}/roles", bucketGroups, (*Org).listGroupRoles),
		reading("ListGroupTargetsForGroupRole", groupRole+"/groups", bucketGroups, (*Org).listGroupRoleGroups),
		reading("ListAppTargetsForGroupRole", groupRole+"/catalog/apps", bucketGroups, (*Org).listGroupRoleApps),
		reading("ListGroupUsers", "/api/v1/groups/{groupId}/users", bucketGroups, (*Org).listGroupUsers),
		reading("ListApps", "/api/v1/apps", bucketApps, (*Org).listApps),
		reading("GetApp", "/api/v1/apps/{appId}", bucketApps, (*Org).getApp),
		reading("ListRoleHolders", "/api/v1/iam/assignees/users", bucketIAM, (*Org).listRoleHolders),
		reading("ListCustomRoles", "/api/v1/iam/roles", bucketIAM, (*Org).listCustomRoles),
		reading("ListResourceSets", "/api/v1/iam/resource-sets", bucketIAM, (*Org).listResourceSets),
	}
}

// A vocabulary is what an expression about other things than people may name:
// attributes, each with its operators.
type vocabulary map[string][]string

// read parses text and checks its words. An empty text fits everything.
func (v vocabulary) read(text string) (expr, error) {
	if text == "" {
		return expr{op: opAnd}, nil
	}
	e, err := parse(text)
	if err == nil {
		err = v.check(e)
	}
	if err != nil {
		return expr{}, errSearch(err.Error())
	}
	return e, nil
}

// check refuses words before anything is evaluated, so an expression that fits
// nothing by chance is still found to be wrong.
func (v vocabulary) check(e expr) error {
	for _, k := range e.kids {
		if err := v.check(k); err != nil {
			return err
		}
	}
	_, text := e.value.(string)
	switch ops, known := v[e.attr]; {
	case len(e.kids) > 0:
		return nil
	case !known:
		return fmt.Errorf("unknown attribute '%s'", e.attr)
	case !slices.Contains(ops, e.op):
		return fmt.Errorf("operator '%s' is not supported for '%s'", e.op, e.attr)
	case !text:
		return fmt.Errorf("'%s' is compared with a string", e.attr)
	}
	return nil
}

// holds evaluates a checked expression over something's attributes.
func (e expr) holds(get func(attr string) string, fold bool) bool {
	holds := func(k expr) bool { return k.holds(get, fold) }
	switch e.op {
	case opAnd:
		return !slices.ContainsFunc(e.kids, func(k expr) bool { return !holds(k) })
	case opOr:
		return slices.ContainsFunc(e.kids, holds)
	}
	want, _ := e.value.(string)
	return textTester(e.op, want, fold)(get(e.attr))
}

// Members of a group are read by the page of 1,000.
const membersMost = 1_000

// Groups are read by the page: 10,000 at most, and as many unless asked.
const groupsMax = 10_000

// listAllGroups serves the list of groups: q is the beginning of a name, search
// and filter know few words here.
func (o *Org) listAllGroups(c *call, _ *person) (answer, error) {
	q, search, filter := c.query.Get("q"), c.query.Get("search"), c.query.Get("filter")
	searched, err := vocabulary{"profile.name": {"eq", "sw", "co"}, "type": {"eq"}, "id": {"eq"}}.read(search)
	if err != nil {
		return answer{}, err
	}
	filtered, err := vocabulary{"type": {"eq"}, "id": {"eq"}}.read(filter)
	if err != nil {
		return answer{}, err
	}
	starts := textTester("sw", q, true)
	var all []*group
	for _, g := range o.groups {
		if starts(g.name) && searched.holds(g.attribute, true) && filtered.holds(g.attribute, false) {
			all = append(all, g)
		}
	}
	id := func(g *group) string { return g.id }
	page, err := paged(o, c, listing{
		address: c.api("groups"), kind: "00g", missing: groupsMax, most: groupsMax, unkindest: unkindOthers,
		also: []pair{{"q", q}, {"filter", filter}, {"search", search}},
	}, sorted(all, id), id)
	return answer{status: http.StatusOK, body: objects(page, func(g *group) object { return groupObject(c, g) })}, err
}

// attribute is what a checked expression may ask of a group.
func (g *group) attribute(name string) string {
	switch name {
	case "type":
		return g.kind
	case "id":
		return g.id
	}
	return g.name
}

// groupByID finds a group, nil if there is none. Groups are kept by name; the few
// calls that come with an id can look through them.
func (o *Org) groupByID(id string) *group {
	for _, g := range o.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

func (c *call) groupHref(g *group) string { return c.base + "/api/v1/groups/" + g.id }

// groupOf is the group of the path.
func (o *Org) groupOf(c *call) (*group, error) {
	if g := o.groupByID(c.params["groupId"]); g != nil {
		return g, nil
	}
	return nil, errNotFound(c.params["groupId"], "UserGroup")
}

// getGroup serves one group, as the lists show it.
func (o *Org) getGroup(c *call, _ *person) (answer, error) {
	g, err := o.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: groupObject(c, g)}, nil
}

// listGroupUsers serves who is in the group, by id.
func (o *Org) listGroupUsers(c *call, _ *person) (answer, error) {
	g, err := o.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	var all []*person
	for _, p := range o.people {
		if g == o.everyone || slices.Contains(p.groups, g) {
			all = append(all, p)
		}
	}
	id := func(p *person) string { return p.id }
	page, err := paged(o, c, listing{
		address: c.groupHref(g) + "/users", kind: "00u", missing: membersMost, most: membersMost, unkindest: unkindUsers,
	}, sorted(all, id), id)
	return answer{status: http.StatusOK, body: o.userList(c, page)}, err
}

// listGroupRoles serves what the group's members hold through it: where such a
// role has to be taken away.
func (o *Org) listGroupRoles(c *call, _ *person) (answer, error) {
	g, err := o.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	list := objects(g.holdings(c), func(h holding) object { return roleObject(c, h, nil) })
	return answer{status: http.StatusOK, body: list}, nil
}

// groupRolePages: as the pages of a person's role.
func groupRolePages(c *call, g *group, kind string) listing {
	return listing{
		address: c.groupHref(g) + "/roles/" + c.params["roleId"] + "/targets/" + kind,
		kind:    kind, missing: 20, most: 20, unkindest: unkindTargets, placed: true,
	}
}

// groupRole is the role of the path, which the group of the path carries.
func (o *Org) groupRole(c *call) (*group, *role, error) {
	g, err := o.groupOf(c)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range g.roles {
		if r.id == c.params["roleId"] {
			return g, r, nil
		}
	}
	return nil, nil, errNotFound(c.params["roleId"], "RoleAssignment")
}

// listGroupRoleGroups serves the groups that a role of a group's is limited to.
func (o *Org) listGroupRoleGroups(c *call, _ *person) (answer, error) {
	g, r, err := o.groupRole(c)
	if err != nil {
		return answer{}, err
	}
	id := func(g *group) string { return g.id }
	page, err := paged(o, c, groupRolePages(c, g, "groups"), sorted(r.groups, id), id)
	return answer{status: http.StatusOK, body: objects(page, func(g *group) object { return groupObject(c, g) })}, err
}

// listGroupRoleApps serves the apps that a role of a group's is limited to.
func (o *Org) listGroupRoleApps(c *call, _ *person) (answer, error) {
	g, r, err := o.groupRole(c)
	if err != nil {
		return answer{}, err
	}
	page, err := paged(o, c, groupRolePages(c, g, "catalog/apps"), sorted(r.apps, app.key), app.key)
	return answer{status: http.StatusOK, body: objects(page, func(a app) object { return appObject(c, a) })}, err
}

// listApps serves the list of apps: q is the beginning of a label or a name.
func (o *Org) listApps(c *call, _ *person) (answer, error) {
	q, filter := c.query.Get("q"), c.query.Get("filter")
	filtered, err := vocabulary{"status": {"eq"}, "name": {"eq"}, "id": {"eq"}}.read(filter)
	if err != nil {
		return answer{}, err
	}
	starts := textTester("sw", q, true)
	all := slices.DeleteFunc(o.applications(), func(a *application) bool {
		return !starts(a.label) && !starts(a.name) || !filtered.holds(a.attribute, false)
	})
	page, err := paged(o, c, listing{
		address: c.api("apps"), kind: "0oa", missing: 20, most: pageMax, unkindest: unkindOthers,
		also: []pair{{"q", q}, {"filter", filter}},
	}, all, func(a *application) string { return a.id })
	return answer{status: http.StatusOK, body: objects(page, func(a *application) object { return a.object(c) })}, err
}

// attribute is what a checked expression may ask of an application.
func (a *application) attribute(name string) string {
	switch name {
	case "status":
		return a.status
	case "id":
		return a.id
	}
	return a.name
}

// getApp serves one instance. It alone tells which app an instance is of: a
// target shows the label only.
func (o *Org) getApp(c *call, _ *person) (answer, error) {
	a := o.application(c.params["appId"])
	if a == nil {
		return answer{}, errNotFound(c.params["appId"], "AppInstance")
	}
	return answer{status: http.StatusOK, body: a.object(c)}, nil
}

// object is an instance as lists and readers see it, without the settings that
// differ with the way of signing on.
func (a *application) object(c *call) object {
	self, act := c.api("apps", a.id), "deactivate"
	if a.status != "ACTIVE" {
		act = "activate"
	}
	return object{
		{"id", a.id},
		{"name", a.name},
		{"label", a.label},
		{"status", a.status},
		{"lastUpdated", a.created},
		{"created", a.created},
		{"accessibility", object{{"selfService", false}, {"errorRedirectUrl", nil}, {"loginRedirectUrl", nil}}},
		{"visibility", object{{"autoSubmitToolbar", false}, {"hide", object{{"iOS", false}, {"web", false}}}}},
		{"features", []string{}},
		{"signOnMode", a.signOnMode},
		{"_links", object{
			{"self", link(self)},
			{"users", link(self + "/users")},
			{"groups", link(self + "/groups")},
			{act, link(self + "/lifecycle/" + act)},
		}},
	}
}
