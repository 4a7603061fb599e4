package oktasim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// assigned returns the place of the direct assignment with this id, or -1. A
// person has at most one of a type, but for what GrantRole adds.
func (p *person) assigned(id string) int {
	return slices.IndexFunc(p.roles, func(r *role) bool { return r.id == id })
}

// assignRole serves AssignRoleToUser, for people in any status.
func (o *Org) assignRole(c *call, p *person) (answer, error) {
	var want struct {
		Type, Role string
		Set        string `json:"resource-set"`
	}
	if json.Unmarshal(c.body, &want) != nil {
		return answer{}, errBody()
	}
	if err := o.assignable(want.Type, want.Role, want.Set); err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(p.roles, func(r *role) bool {
		return r.kind == want.Type && (r.kind != custom || *r.custom == binding{want.Role, want.Set})
	})
	quiet := c.flag("disableNotifications", false)
	if i >= 0 {
		return o.assignAgain(c, p, i, quiet)
	}
	r := o.newRole(want.Type, false, c.now)
	if want.Type == custom {
		r.label, r.custom = o.customRole(want.Role).label, &binding{want.Role, want.Set}
	}
	r.quiet = quiet
	p.roles = append(p.roles[:len(p.roles):len(p.roles)], r)
	return answer{status: http.StatusCreated, body: roleObject(c, holding{r, "USER", c.userHref(p)}, nil)}, nil
}

// assignAgain: what is there already is a conflict, unless the call says
// something new about notifications. That it may is documented; that it answers
// like an assignment is not.
func (o *Org) assignAgain(c *call, p *person, i int, quiet bool) (answer, error) {
	if !c.query.Has("disableNotifications") || p.roles[i].quiet == quiet {
		return answer{}, errRoleExists()
	}
	r := *p.roles[i]
	r.quiet = quiet
	p.setRole(i, &r)
	return answer{status: http.StatusCreated, body: roleObject(c, holding{&r, "USER", c.userHref(p)}, nil)}, nil
}

// setRole replaces an assignment; the list is shared with whoever reads.
func (p *person) setRole(i int, r *role) {
	p.roles = slices.Clone(p.roles)
	p.roles[i] = r
}

// assignable checks what is to be assigned. MOBILE_ADMIN may still be held but
// has left the reference's list, so it is refused: chosen, like the words.
func (o *Org) assignable(kind, roleID, setID string) error {
	switch {
	case kind != custom && (roleLabel(kind) == "" || kind == "MOBILE_ADMIN") && iamLabel(kind) == "":
		return errInvalid("type", "type: '"+kind+"' is not a valid role type")
	case kind != custom:
		return nil
	case o.customRole(roleID) == nil:
		return errNotFound(roleID, "CustomRole")
	case o.resourceSet(setID) == nil:
		return errNotFound(setID, "IAMPolicy")
	}
	return nil
}

// getRole serves GetUserRole. Where one id names two assignments, the direct one
// is shown: not established.
func (o *Org) getRole(c *call, p *person) (answer, error) {
	h, err := p.holding(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: roleObject(c, h, strings.Split(c.query.Get("expand"), ","))}, nil
}

// holding finds the role of the path, the direct assignment first.
func (p *person) holding(c *call) (holding, error) {
	all := p.holdings(c)
	i := slices.IndexFunc(all, func(h holding) bool { return h.id == c.params["roleId"] })
	if i < 0 {
		return holding{}, errNotFound(c.params["roleId"], "RoleAssignment")
	}
	return all[i], nil
}

// removeRole serves RemoveRoleFromUser. What a group holds cannot be taken from
// its member; that the member then has no such assignment is chosen.
func (o *Org) removeRole(c *call, p *person) (answer, error) {
	i := p.assigned(c.params["roleId"])
	if i < 0 {
		return answer{}, errNotFound(c.params["roleId"], "RoleAssignment")
	}
	p.roles = slices.Delete(slices.Clone(p.roles), i, i+1)
	return answer{status: http.StatusNoContent}, nil
}
