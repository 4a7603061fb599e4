package oktasim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A customRole is a role that the organisation made itself.
type customRole struct {
	id, label, about string
	created          time.Time
}

// A resourceSet is what a custom role may be limited to.
type resourceSet struct {
	id, label, about string
	created          time.Time
}

// someCustom is the first custom role on the first resource set. They come into
// being with the first assignment.
func (o *Org) someCustom(now time.Time) (label string, b *binding) {
	if len(o.customs) == 0 {
		o.customs = []*customRole{{o.ids.next("cr0"), "Service Desk Tier 2", "Unlocks and resets people of one region", now}}
		o.sets = []*resourceSet{{o.ids.next("iam"), "People in Ireland", "Users and groups of the Dublin office", now}}
	}
	return o.customs[0].label, &binding{role: o.customs[0].id, resources: o.sets[0].id}
}

// foundIAM adds the custom roles nobody holds yet, so that there is something
// to choose.
func (o *Org) foundIAM(start time.Time) {
	made := &ids{rnd: o.stream(streamIAM)}
	o.customs = append(o.customs,
		&customRole{made.next("cr0"), "Access Reviewer", "Reads people, groups and their applications", start.Add(-3 * year)},
		&customRole{made.next("cr0"), "Contractor Manager", "Creates and deactivates contractors", start.Add(-year)})
	o.sets = append(o.sets,
		&resourceSet{made.next("iam"), "Contractors", "The group of that name", start.Add(-3 * year)},
		&resourceSet{made.next("iam"), "Everything but Executives", "", start.Add(-year)})
}

// customRole finds a custom role, nil if there is none.
func (o *Org) customRole(id string) *customRole {
	i := slices.IndexFunc(o.customs, func(r *customRole) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return o.customs[i]
}

// resourceSet finds a resource set, nil if there is none.
func (o *Org) resourceSet(id string) *resourceSet {
	i := slices.IndexFunc(o.sets, func(s *resourceSet) bool { return s.id == id })
	if i < 0 {
		return nil
	}
	return o.sets[i]
}

// listRoleHolders serves everybody who has an admin role, directly or through a
// group. Its pages are announced in the body.
func (o *Org) listRoleHolders(c *call, _ *person) (answer, error) {
	limit, err := c.limitOf(100)
	if err != nil {
		return answer{}, err
	}
	cursor := listing{kind: "irb"}
	last, err := cursor.read(c.query.Get("after"))
	if err != nil {
		return answer{}, err
	}
	var rest []*person
	for _, p := range o.people {
		if strings.Compare(p.id, last) > 0 && p.admin() {
			rest = append(rest, p)
		}
	}
	page, more := cut(o, rest, limit, unkindOthers)
	body := object{{"value", objects(page, func(p *person) object { return o.holderObject(c, p) })}}
	if more && len(page) > 0 {
		next := href(c.api("iam", "assignees", "users"),
			pair{"after", cursor.cursor(page[len(page)-1].id)}, pair{"limit", fmt.Sprint(limit)})
		body = append(body, member{"_links", object{{"next", link(next)}}})
	}
	return answer{status: http.StatusOK, body: body}, nil
}

// admin is what allRoles would say, without making a list of everybody's roles.
func (p *person) admin() bool {
	return len(p.roles) > 0 || slices.ContainsFunc(p.groups, func(g *group) bool { return len(g.roles) > 0 })
}

// holderObject: whether the role is direct or a group's is not said; the list of
// the person's roles says it.
func (o *Org) holderObject(c *call, p *person) object {
	self := c.userHref(p)
	return object{
		{"id", p.id},
		{"orn", "orn:okta:directory:" + o.orgID() + ":users:" + p.id},
		{"_links", object{{"roles", link(self + "/roles")}, {"self", link(self)}}},
	}
}

// orgID is the organisation's own id, which only resource names show.
func (o *Org) orgID() string { return "00o" + strings.TrimPrefix(o.typeID, "oty") }

// listCustomRoles: the list names itself by the -admin host (recorded). Here it
// never needs a second page.
func (o *Org) listCustomRoles(c *call, _ *person) (answer, error) {
	address := adminHost(c.base) + "/api/v1/iam/roles"
	o.links(c, address, "")
	list := objects(o.customs, func(r *customRole) object {
		self := address + "/" + r.id
		return object{
			{"id", r.id},
			{"label", r.label},
			{"description", r.about},
			{"created", r.created},
			{"lastUpdated", r.created},
			{"_links", object{{"permissions", link(self + "/permissions")}, {"self", link(self)}}},
		}
	})
	return answer{status: http.StatusOK, body: object{{"roles", list}, {"_links", object{{"self", link(address)}}}}}, nil
}

// listResourceSets: unlike custom roles, the sets live on the organisation's own
// host, and the links come first (recorded).
func (o *Org) listResourceSets(c *call, _ *person) (answer, error) {
	address := c.api("iam", "resource-sets")
	o.links(c, address, "")
	list := objects(o.sets, func(s *resourceSet) object {
		self := address + "/" + s.id
		return object{
			{"id", s.id},
			{"label", s.label},
			{"description", s.about},
			{"created", s.created},
			{"lastUpdated", s.created},
			{"_links", object{
				{"bindings", link(self + "/bindings")}, {"self", link(self)}, {"resources", link(self + "/resources")},
			}},
		}
	})
	return answer{status: http.StatusOK, body: object{{"_links", object{{"self", link(address)}}}, {"resource-sets", list}}}, nil
}
