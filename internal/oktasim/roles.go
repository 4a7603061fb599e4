package oktasim

import (
	"encoding/base32"
	"net/http"
	"slices"
	"strings"
	"time"
)

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
	for _, r := range p.roles {
		list = append(list, roleObject(c, r, "USER", c.userHref(p), expand))
	}
	for _, g := range p.groups {
		for _, r := range g.roles {
			list = append(list, roleObject(c, r, "GROUP", c.base+"/api/v1/groups/"+g.id, expand))
		}
	}
	return answer{status: http.StatusOK, body: list}, nil
}

const (
	expandGroups = "targets/groups"
	expandApps   = "targets/catalog/apps"
)

// roleObject is one assignment. Group-held ones name the group as assignee, and
// look the same otherwise (recorded on the group).
func roleObject(c *call, r *role, assignment, assignee string, expand []string) object {
	o := object{
		{"id", r.id},
		{"label", r.label},
		{"type", r.kind},
		{"status", "ACTIVE"},
		{"created", r.created},
		{"lastUpdated", r.created},
		{"assignmentType", assignment},
	}
	links := object{{"assignee", link(assignee)}}
	if r.custom != nil {
		o = append(o, member{"resource-set", r.custom.resources}, member{"role", r.custom.role})
		links = append(customLinks(c, r), links...)
	}
	if targets := targetsObject(c, r, expand); targets != nil {
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
	case slices.Contains(expand, expandApps) && r.kind == appAdmin:
		list := make([]object, len(r.apps))
		for i, a := range r.apps {
			list[i] = appObject(c, a)
		}
		return object{{"catalog", object{{"apps", list}}}}
	}
	return nil
}

// appObject shows an instance under its label, not its app's name (recorded).
func appObject(c *call, a app) object {
	if a.id != "" {
		return object{
			{"name", a.label},
			{"status", "ACTIVE"},
			{"id", a.id},
			{"_links", object{{"self", link(c.base + "/api/v1/apps/" + a.id)}}},
		}
	}
	return object{
		{"name", a.name},
		{"displayName", a.label},
		{"status", "ACTIVE"},
		{"_links", object{{"self", link(c.base + "/api/v1/catalog/apps/" + a.name)}}},
	}
}

const appAdmin = "APP_ADMIN"

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
	case kind == appAdmin || hasGroupTargets(kind):
		r.id = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(kind))
	case kind == "CUSTOM":
		r.id, r.label = o.ids.next("irb"), "Service Desk Tier 2"
		r.custom = &binding{role: o.ids.next("cr0"), resources: o.ids.next("iam")}
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
