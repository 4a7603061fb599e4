package oktasim

import (
	"net/http"
	"slices"
)

const bucketMeta = "/api/v1/meta"

func linksRoutes() []route {
	const linked = under + "/linkedObjects/{name}"
	return []route{
		reading("GetLinkedObjectsForUser", linked, bucketUnder, (*Org).listLinked),
		changing("SetLinkedObjectForUser", "PUT", linked+"/{primaryUserId}", (*Org).setLinked),
		changing("RemoveLinkedObjectForUser", "DELETE", linked, (*Org).removeLinked),
		reading("ListLinkedObjectDefinitions", "/api/v1/meta/schemas/user/linkedObjects", bucketMeta, (*Org).listRelations),
		reading("GetUserSchema", "/api/v1/meta/schemas/user/{schemaId}", bucketMeta, (*Org).getSchema),
	}
}

// A relation is a kind of link between two people, with a name for either end:
// each has at most one primary, and a primary any number of associated.
type relation struct{ primary, associated end }

type end struct{ name, title, description string }

// relations are the kinds of link the company knows.
func relations() []relation {
	return []relation{
		{end{"manager", "Manager", "Who a person reports to"}, end{"subordinate", "Subordinate", "Who reports to a person"}},
		{end{"mentor", "Mentor", "Who helps a person settle in"}, end{"mentee", "Mentee", "Whom a person helps to settle in"}},
	}
}

// A bond links a person to their primary, by its id.
type bond struct{ name, primary string }

// bound returns the id of the primary p has under name, "" for none.
func (p *person) bound(name string) string {
	for _, b := range p.bonds {
		if b.name == name {
			return b.primary
		}
	}
	return ""
}

// bind replaces the primary p has under name; "" leaves p without.
func (p *person) bind(name, primary string) {
	p.bonds = slices.DeleteFunc(slices.Clone(p.bonds), func(b bond) bool { return b.name == name })
	if primary != "" {
		p.bonds = append(p.bonds, bond{name, primary})
	}
}

// unbindAll takes an erased person out of everybody's links. The caller holds
// mu.
func (o *Org) unbindAll(id string) {
	for i, p := range o.people {
		if slices.ContainsFunc(p.bonds, func(b bond) bool { return b.primary == id }) {
			free := *p
			free.bonds = slices.DeleteFunc(slices.Clone(p.bonds), func(b bond) bool { return b.primary == id })
			o.people[i] = &free
		}
	}
}

// listLinked serves GetLinkedObjectsForUser: under a primary name the one
// person, under an associated name all who have p there.
func (o *Org) listLinked(c *call, p *person) (answer, error) {
	name, list := c.params["name"], []object{}
	add := func(id string) {
		list = append(list, object{{"_links", object{{"self", link(c.base + "/api/v1/users/" + id)}}}})
	}
	for _, r := range relations() {
		switch name {
		case r.primary.name:
			if id := p.bound(name); id != "" {
				add(id)
			}
		case r.associated.name:
			for _, other := range o.people {
				if other.bound(r.primary.name) == p.id {
					add(other.id)
				}
			}
		default:
			continue
		}
		return answer{status: http.StatusOK, body: list}, nil
	}
	return answer{}, errNotFound(name, "LinkedObjectProperty")
}

// setLinked serves SetLinkedObjectForUser, on the associated person and under
// the primary name. That the other name is unknown here, and that nobody can be
// linked to themselves, is not established; circles of several are not looked
// for.
func (o *Org) setLinked(c *call, p *person) (answer, error) {
	if err := primaryName(c.params["name"]); err != nil {
		return answer{}, err
	}
	id := c.params["primaryUserId"]
	primary := o.find(id)
	if primary == nil {
		return answer{}, errNotFound(id, "User")
	}
	if primary.id == p.id {
		return answer{}, errInvalid("linkedObjects", "A user cannot be linked to itself")
	}
	p.bind(c.params["name"], primary.id)
	return answer{status: http.StatusNoContent}, nil
}

// removeLinked serves RemoveLinkedObjectForUser, also where nothing is set.
func (o *Org) removeLinked(c *call, p *person) (answer, error) {
	if err := primaryName(c.params["name"]); err != nil {
		return answer{}, err
	}
	p.bind(c.params["name"], "")
	return answer{status: http.StatusNoContent}, nil
}

func primaryName(name string) error {
	if slices.ContainsFunc(relations(), func(r relation) bool { return r.primary.name == name }) {
		return nil
	}
	return errNotFound(name, "LinkedObjectProperty")
}

func (o *Org) listRelations(c *call, _ *person) (answer, error) {
	list := []object{}
	for _, r := range relations() {
		self := c.base + "/api/v1/meta/schemas/user/linkedObjects/" + r.primary.name
		list = append(list, object{
			{"primary", r.primary.object()},
			{"associated", r.associated.object()},
			{"_links", object{{"self", link(self)}}},
		})
	}
	return answer{status: http.StatusOK, body: list}, nil
}

func (e end) object() object {
	return object{{"name", e.name}, {"title", e.title}, {"description", e.description}, {"type", "USER"}}
}
