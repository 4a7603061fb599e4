package oktasim

import (
	"net/http"
	"slices"
	"strings"
)

// createUser serves CreateUser. p is nobody yet; what it becomes is added to
// the organisation when the call succeeds.
func (o *Org) createUser(c *call, p *person) (answer, error) {
	b, err := c.userBody()
	if err != nil {
		return answer{}, err
	}
	if err := o.schema.strangers("newUser", b.Profile); err != nil {
		return answer{}, err
	}
	if err := append(o.schema.checkAll(b.Profile), o.taken(b.Profile, "")...).err(); err != nil {
		return answer{}, err
	}
	p.profile, p.provider = o.schema.whole(b.Profile), provider{"OKTA", "OKTA"}
	groups, err := o.groupsOf(b.GroupIDs)
	if err != nil {
		return answer{}, err
	}
	if err := o.checkNew(c, b, p); err != nil {
		return answer{}, err
	}
	p.id, p.created, p.lastUpdated = o.ids.next("00u"), c.now, c.now
	if err := p.take(c, b.Credentials); err != nil {
		return answer{}, err
	}
	for _, g := range groups {
		g.members = c.now
	}
	p.groups = groups
	p.begin(c)
	return answer{status: http.StatusOK, body: o.fullUser(c, p)}, nil
}

// checkNew looks at what only a creation has: a provider, who is asked to
// change a password, and the type.
func (o *Org) checkNew(c *call, b userBody, p *person) error {
	next, cred := c.query.Get("nextLogin"), b.Credentials
	if err := o.checkType(b); err != nil {
		return err
	}
	if next != "" && next != "changePassword" { // not established
		return errInvalid("nextLogin", "nextLogin: The field has an invalid value")
	}
	if next != "" && cred.Password.empty() {
		return errNextWithout()
	}
	if next != "" && !c.flag("activate", true) {
		return errNextInactive()
	}
	return p.from(c, cred)
}

// from sets who keeps the password. That a body's provider counts only with
// the parameter provider=true is documented; what happens without it is not
// established, and here the person is Okta's own.
func (p *person) from(c *call, cred *credentialsBody) error {
	if given := cred.Provider; given != nil && c.flag("provider", false) {
		if !slices.Contains([]string{"OKTA", "ACTIVE_DIRECTORY", "LDAP", "FEDERATION", "SOCIAL", "IMPORT"}, given.Type) {
			return errInvalid("provider", "provider: The field has an invalid value")
		}
		p.provider = provider{given.Type, given.Name}
		if p.provider.name == "" {
			p.provider.name = given.Type
		}
	}
	if p.elsewhere() && !cred.Password.empty() {
		return errInvalid("password", "password: Password is not allowed for users of this provider")
	}
	return nil
}

// elsewhere: the person signs in where no password is kept here.
func (p *person) elsewhere() bool {
	return p.provider.kind == "FEDERATION" || p.provider.kind == "SOCIAL"
}

// begin puts a new person into the status that fits: what was asked for, and
// whether there is a password.
func (p *person) begin(c *call) {
	switch {
	case !c.flag("activate", true):
		p.status = staged // and statusChanged is null, as with most that were recorded
		return
	case c.query.Get("nextLogin") != "":
		p.setStatus(passwordExpired, c.now)
	case p.password || p.elsewhere():
		p.setStatus(active, c.now)
	default:
		p.setStatus(provisioned, c.now)
	}
	p.activated = c.now
}

// taken refuses a login that somebody else has.
func (o *Org) taken(given map[string]any, id string) flaws {
	login, _ := given["login"].(string)
	i, there := o.byLogin[strings.ToLower(login)]
	if !there || o.people[i].id == id {
		return nil
	}
	return flaws{{"login", flawTaken}}
}

// groupsOf looks the groups up. Everyone is nobody's to join, and what Okta
// says to a group it does not know is not established.
func (o *Org) groupsOf(ids []string) ([]*group, error) {
	if len(ids) > 20 {
		return nil, errInvalid("groupIds", "groupIds: No more than 20 groups are allowed")
	}
	var found []*group
	for _, id := range ids {
		g := o.groupByID(id)
		switch {
		case g == nil:
			return nil, errNotFound(id, "UserGroup")
		case g == o.everyone:
			return nil, errInvalid("groupIds", "groupIds: Membership of "+g.name+" cannot be changed")
		case !slices.Contains(found, g):
			found = append(found, g)
		}
	}
	return found, nil
}

func (o *Org) checkType(b userBody) error {
	if b.Type != nil && b.Type.ID != o.typeID {
		return errInvalid("type", "type: The field has an invalid value") // the words are not established
	}
	return nil
}
