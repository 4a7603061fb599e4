package oktasim

import (
	"net/http"
	"slices"
	"strconv"
)

func accessRoutes() []route {
	return []route{
		reading("ListUserGroups", under+"/groups", bucketUnder, (*Org).listGroups),
		reading("ListAppLinks", under+"/appLinks", bucketUnder, (*Org).listAppLinks),
		reading("ListUserIdentityProviders", under+"/idps", bucketUnder, (*Org).listProviders),
	}
}

// listGroups serves ListUserGroups: Everyone first, then in the order
// of joining. The cursor is the last group's id.
func (o *Org) listGroups(c *call, p *person) (answer, error) {
	limit, err := c.limitOf(pageMax)
	if err != nil {
		return answer{}, err
	}
	rest := append([]*group{o.everyone}, p.groups...)
	if cursor := c.query.Get("after"); cursor != "" {
		i := slices.IndexFunc(rest, func(g *group) bool { return g.id == cursor })
		if i < 0 {
			return answer{}, errSearch("Invalid cursor.")
		}
		rest = rest[i+1:]
	}
	page, more := cut(o, rest, limit, unkindGroups)
	at := func(after string) string {
		return href(c.userHref(p)+"/groups", pair{"after", after}, pair{"limit", strconv.Itoa(limit)})
	}
	next := ""
	if more && len(page) > 0 {
		next = at(page[len(page)-1].id)
	}
	o.links(c, at(""), next)
	list := make([]object, len(page))
	for i, g := range page {
		list[i] = groupObject(c, g)
	}
	return answer{status: http.StatusOK, body: list}, nil
}

// groupObject is a group as every list shows it. Owners are linked only in
// organisations with governance, which this is not.
func groupObject(c *call, g *group) object {
	self := c.base + "/api/v1/groups/" + g.id
	logo := func(size string) object {
		return object{{"name", size}, {"href", c.base + "/assets/img/logos/groups/odyssey/okta-" + size + ".png"}, {"type", "image/png"}}
	}
	var about any // a group without a description has null
	if g.description != "" {
		about = g.description
	}
	return object{
		{"id", g.id},
		{"created", g.created},
		{"lastUpdated", g.updated},
		{"lastMembershipUpdated", g.members},
		{"objectClass", []string{"okta:user_group"}},
		{"type", g.kind},
		{"profile", object{{"name", g.name}, {"description", about}}},
		{"_links", object{
			{"logo", []object{logo("medium"), logo("large")}},
			{"users", link(self + "/users")},
			{"apps", link(self + "/apps")},
		}},
	}
}
