package oktasim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// appoint gives roles to more people than the cast, until there are as many holders as
// the options ask for: directly or through groups, limited or not, standard or custom.
// What is by chance in it is a stream of its own, so an organisation that does not ask
// for them is the same as before.
func (s *seeder) appoint() {
	o := s.org
	rnd := o.stream(streamAdmins)
	left := o.opts.Admins
	for _, p := range o.people {
		if p.admin() {
			left--
		}
	}
	if left <= 0 {
		return
	}
	carriers := s.carriers(rnd)
	step := max(1, (len(o.people)-60)/left) // after the cast, evenly over the years
	for i := len(o.people) - 1; i > 60 && left > 0; i -= step {
		if p := o.people[i]; !p.admin() {
			s.promote(rnd, p, carriers)
			left--
		}
	}
	for i := 61; i < len(o.people) && left > 0; i++ { // where the step met who was one already
		if p := o.people[i]; !p.admin() {
			s.promote(rnd, p, carriers)
			left--
		}
	}
}

// carriers are groups whose members hold a role through them.
func (s *seeder) carriers(rnd *random) []*group {
	var all []*group
	found := func(name, kind string, limit func(*role)) {
		g := s.org.newGroup("Role "+name, "Its members hold an admin role", s.start.Add(-2*year))
		r := s.org.newRole(kind, true, s.start.Add(-2*year+time.Hour))
		limit(r)
		g.roles = append(g.roles, r)
		all = append(all, g)
	}
	for i, office := range s.offices {
		found("Helpdesk "+office.city, "HELP_DESK_ADMIN", func(r *role) { r.groups = s.someGroups(rnd, 1+i%4) })
	}
	found("Helpdesk Worldwide", "HELP_DESK_ADMIN", func(*role) {})
	found("Many Groups", "USER_ADMIN", func(r *role) { r.groups = s.someGroups(rnd, 27) })
	found("Applications", appAdmin, func(r *role) { r.apps = s.someApps(rnd, 23) })
	found("Auditors", "READ_ONLY_ADMIN", func(*role) {})
	found("Contractor Managers", custom, func(r *role) { s.otherCustom(rnd, r) })
	return all
}

// promote makes somebody an administrator in one way or another.
func (s *seeder) promote(rnd *random, p *person, carriers []*group) {
	give := func(kind string, limit func(*role)) {
		r := s.org.newRole(kind, false, p.created.Add(rnd.span(min(year, s.start.Sub(p.created)))))
		limit(r)
		p.roles = append(p.roles, r)
	}
	no := func(*role) {}
	someGroups := func(r *role) { r.groups = s.someGroups(rnd, 1+rnd.below(4)) }
	someApps := func(r *role) { r.apps = s.someApps(rnd, 1+rnd.below(4)) }
	join := func() { p.groups = append(slices.Clip(p.groups), pick(rnd, carriers)) }
	switch k := rnd.below(100); {
	case k < 35:
		give(pick(rnd, []string{"HELP_DESK_ADMIN", "USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN"}), someGroups)
	case k < 45:
		give(pick(rnd, []string{"HELP_DESK_ADMIN", "USER_ADMIN", "GROUP_MEMBERSHIP_ADMIN", appAdmin}), no)
	case k < 60:
		give(appAdmin, someApps)
	case k < 68:
		give(custom, func(r *role) { s.otherCustom(rnd, r) })
	case k < 84:
		join()
	case k < 90:
		give(pick(rnd, []string{"READ_ONLY_ADMIN", "REPORT_ADMIN", "MOBILE_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN", "WORKFLOWS_ADMIN"}), no)
	case k < 92:
		give(pick(rnd, []string{"SUPER_ADMIN", "ORG_ADMIN"}), no)
	case k < 94:
		give("HELP_DESK_ADMIN", func(r *role) { r.groups = s.someGroups(rnd, 26) })
	case k < 97: // the same role directly and through a group
		give("HELP_DESK_ADMIN", someGroups)
		p.groups = append(slices.Clip(p.groups), carriers[rnd.below(len(s.offices))])
	default:
		give("HELP_DESK_ADMIN", someGroups)
		give(appAdmin, someApps)
		join()
	}
}

// someGroups are n groups of the company, no one twice.
func (s *seeder) someGroups(rnd *random, n int) []*group {
	all := sorted(slices.DeleteFunc(s.everyGroup(), func(g *group) bool { return strings.HasPrefix(g.name, "Role ") || g == s.org.everyone }), func(g *group) string { return g.name })
	var out []*group
	for range min(n, len(all)) {
		i := rnd.below(len(all))
		out = append(out, all[i])
		all = slices.Delete(all, i, i+1)
	}
	return out
}

func (s *seeder) everyGroup() []*group {
	var all []*group
	for _, g := range s.org.groups {
		all = append(all, g)
	}
	return all
}

// someApps are n targets among the apps: every other one an instance.
func (s *seeder) someApps(rnd *random, n int) []app {
	var out []app
	all := slices.Clone(s.org.apps)
	for len(out) < n && len(all) > 0 {
		i := rnd.below(len(all))
		a := all[i]
		all = slices.DeleteFunc(all, func(o *application) bool { return o.name == a.name })
		if rnd.chance(50) {
			out = append(out, app{name: a.name, label: a.label, id: a.id})
		} else if e, ok := catalogued(a.name); ok {
			out = append(out, app{name: e.name, label: e.label})
		}
	}
	return out
}

// otherCustom binds a custom role to one of the definitions and resource sets.
func (s *seeder) otherCustom(rnd *random, r *role) {
	def, set := pick(rnd, s.org.customs), pick(rnd, s.org.sets)
	r.label, r.custom = def.label, &binding{role: def.id, resources: set.id}
}

// Held is one admin role of somebody's, as the organisation itself knows it.
type Held struct {
	Person, Login string // id and login
	Role, Type    string // id and type
	Label         string
	How           string // USER or GROUP
	Group, Name   string // of GROUP: its id and name
	Definition    string // of a custom role, by id
	Set           string // and the name of its resource set
	Groups        []string
	Apps          []string // targets: names of whole apps
	Instances     []string // and ids of instances
	Factors       int      // active ones of the person
}

// Held lists every admin role that anybody holds, people in the order of their ids.
func (o *Org) Held() []Held {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var all []Held
	for _, p := range o.people {
		for _, r := range p.roles {
			all = append(all, o.heldOf(p, r, nil))
		}
		for _, g := range p.groups {
			for _, r := range g.roles {
				all = append(all, o.heldOf(p, r, g))
			}
		}
	}
	return all
}

func (o *Org) heldOf(p *person, r *role, g *group) Held {
	h := Held{Person: p.id, Login: p.login(), Role: r.id, Type: r.kind, Label: r.label, How: "USER"}
	if g != nil {
		h.How, h.Group, h.Name = "GROUP", g.id, g.name
	}
	if r.custom != nil {
		h.Definition, h.Set = r.custom.role, r.custom.resources
		if set := o.resourceSet(r.custom.resources); set != nil {
			h.Set = set.label
		}
	}
	for _, t := range r.groups {
		h.Groups = append(h.Groups, t.id)
	}
	for _, a := range r.apps {
		if a.id != "" {
			h.Instances = append(h.Instances, a.id)
		} else {
			h.Apps = append(h.Apps, a.name)
		}
	}
	for _, f := range p.factors {
		if f.status == "ACTIVE" {
			h.Factors++
		}
	}
	return h
}

// TakeRole takes a role of a type that a person holds directly, as an administrator
// elsewhere would. It panics when the person does not hold it.
func (o *Org) TakeRole(id, roleType string) {
	o.change(id, func(p *person, _ time.Time) {
		i := slices.IndexFunc(p.roles, func(r *role) bool { return r.kind == roleType })
		if i < 0 {
			panic(fmt.Sprintf("oktasim: %s does not hold %s", id, roleType))
		}
		p.roles = slices.Delete(slices.Clone(p.roles), i, i+1)
	})
}
