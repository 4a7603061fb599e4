package oktasim

import (
	"encoding/base32"
	"net/http"
	"slices"
	"strings"
	"time"
)

func rolesRoutes() []route {
	return []route{
		reading("ListAssignedRolesForUser", under+"/roles", bucketUnder, (*Org).listRoles),
		changing("AssignRoleToUser", "POST", under+"/roles", (*Org).assignRole),
		reading("GetUserRole", under+"/roles/{roleId}", bucketUnder, (*Org).getRole),
		changing("RemoveRoleFromUser", "DELETE", under+"/roles/{roleId}", (*Org).removeRole),
	}
}

// listRoles serves ListAssignedRolesForUser: what is assigned to the person,
// then what the person holds through groups. It has no pages.
func (o *Org) listRoles(c *call, p *person) (answer, error) {
	var expand []string
	for _, v := range c.query["expand"] {
		expand = append(expand, strings.Split(v, ",")...)
	}
	for _, e := range expand {
		if e != expandGroups && e != expandApps { // not established for this list; recorded for another
			return answer{}, errInvalid("RequestParams", "Expand query is malformed.")
		}
	}
	list := []object{}
	for _, h := range p.holdings(c) {
		list = append(list, roleObject(c, h, expand))
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// A holding is a role as it reaches somebody: directly, or through a group.
type holding struct {
	*role
	assignment string // USER or GROUP
	assignee   string // the address of the person or the group
}

// holdings are the roles of a person, direct ones first.
func (p *person) holdings(c *call) []holding {
	var all []holding
	for _, r := range p.roles {
		all = append(all, holding{r, "USER", c.userHref(p)})
	}
	for _, g := range p.groups {
		all = append(all, g.holdings(c)...)
	}
	return all
}

func (g *group) holdings(c *call) []holding {
	all := make([]holding, len(g.roles))
	for i, r := range g.roles {
		all[i] = holding{r, "GROUP", c.groupHref(g)}
	}
	return all
}

const (
	expandGroups = "targets/groups"
	expandApps   = "targets/catalog/apps"
)

// roleObject is one assignment. Group-held ones name the group as assignee, and
// look the same otherwise (recorded on the group).
func roleObject(c *call, r holding, expand []string) object {
	o := object{
		{"id", r.id},
		{"label", r.label},
		{"type", r.kind},
		{"status", "ACTIVE"},
		{"created", r.created},
		{"lastUpdated", r.created},
		{"assignmentType", r.assignment},
	}
	links := object{{"assignee", link(r.assignee)}}
	if r.custom != nil {
		o = append(o, member{"resource-set", r.custom.resources}, member{"role", r.custom.role})
		links = append(customLinks(c, r.role), links...)
	}
	if targets := targetsObject(c, r.role, expand); targets != nil {
		o = append(o, member{"_embedded", object{{"targets", targets}}})
	}
	return append(o, member{"_links", links})
}

// customLinks: the role and its permissions live on the -admin host (recorded).
func customLinks(c *call, r *role) object {
	sets := c.base + "/api/v1/iam/resource-sets/" + r.custom.resources
	roles := adminHost(c.base) + "/api/v1/iam/roles/" + r.custom.role
	return object{
		{"role", link(roles)},
		{"resource-set", link(sets)},
		{"permissions", link(roles + "/permissions")},
		{"member", link(sets + "/bindings/" + r.custom.role + "/members/" + r.id)},
	}
}

// adminHost turns https://name.example into https://name-admin.example. An
// address or a single name has no such host.
func adminHost(base string) string {
	scheme, host, _ := strings.Cut(base, "://")
	name, rest, ok := strings.Cut(host, ".")
	if !ok || strings.Trim(name, "0123456789") == "" {
		return base
	}
	return scheme + "://" + name + "-admin." + rest
}

// targetsObject embeds the targets that were asked for, where the type of role
// can have them. An empty list means the role covers everything.
func targetsObject(c *call, r *role, expand []string) any {
	switch {
	case slices.Contains(expand, expandGroups) && hasGroupTargets(r.kind):
		list := make([]object, len(r.groups))
		for i, g := range r.groups {
			list[i] = groupObject(c, g)
		}
		return object{{"groups", list}}
	case slices.Contains(expand, expandApps) && hasAppTargets(r.kind):
		list := make([]object, len(r.apps))
		for i, a := range r.apps {
			list[i] = appObject(c, a)
		}
		return object{{"catalog", object{{"apps", list}}}}
	}
	return nil
}

const custom = "CUSTOM"

func hasGroupTargets(kind string) bool {
	return slices.Contains([]string{"USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"}, kind)
}

// roleLabel is what Okta calls a standard role, "" for any other.
func roleLabel(kind string) string {
	switch kind {
	case "SUPER_ADMIN":
		return "Super Administrator"
	case "ORG_ADMIN":
		return "Organization Administrator"
	case appAdmin:
		return "Application Administrator"
	case "USER_ADMIN":
		return "Group Administrator"
	case "HELP_DESK_ADMIN":
		return "Help Desk Administrator"
	case "GROUP_MEMBERSHIP_ADMIN":
		return "Group Membership Administrator"
	case "READ_ONLY_ADMIN":
		return "Read-only Administrator"
	case "REPORT_ADMIN":
		return "Report Administrator"
	case "API_ACCESS_MANAGEMENT_ADMIN":
		return "API Access Management Administrator"
	case "MOBILE_ADMIN":
		return "Mobile Administrator"
	}
	return ""
}

// iamLabel is the label of the standard roles that are built like custom ones.
func iamLabel(kind string) string {
	switch kind {
	case "ACCESS_CERTIFICATIONS_ADMIN":
		return "Access Certifications Administrator"
	case "ACCESS_REQUESTS_ADMIN":
		return "Access Requests Administrator"
	case "WORKFLOWS_ADMIN":
		return "Workflows Administrator"
	}
	return ""
}

// newRole makes an assignment. Four types have an id that is the type's name in
// base32, the same for everybody; so a role's id alone never names one
// assignment.
func (o *Org) newRole(kind string, toGroup bool, now time.Time) *role {
	r := &role{kind: kind, label: roleLabel(kind), created: now}
	switch {
	case hasAppTargets(kind) || hasGroupTargets(kind):
		r.id = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(kind))
	case kind == custom:
		r.id = o.ids.next("irb")
		r.label, r.custom = o.someCustom(now)
	case iamLabel(kind) != "": // names in place of ids
		r.id, r.label = o.ids.next("irb"), iamLabel(kind)
		r.custom = &binding{role: kind, resources: strings.TrimSuffix(kind, "_ADMIN") + "_IAM_POLICY"}
	case toGroup:
		r.id = o.ids.next("gra")
	default:
		r.id = o.ids.next("ra1")
	}
	if r.label == "" { // a type from Okta's future
		r.label = strings.ReplaceAll(kind, "_", " ")
	}
	return r
}
