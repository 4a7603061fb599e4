package oktasim

import (
	"fmt"
	"slices"
	"time"
)

// What whoever runs the organisation can see and do about roles and consents.

// RoleTargets returns the names of the targets of a person's direct assignment
// of a type: groups by name, apps by label. Nothing means that the role covers
// everything, or that the person does not hold it.
func (o *Org) RoleTargets(id, roleType string) []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var names []string
	for _, r := range o.people[o.mustFind(id)].roles {
		if r.kind != roleType {
			continue
		}
		for _, g := range r.groups {
			names = append(names, g.name)
		}
		for _, a := range r.apps {
			names = append(names, a.label)
		}
	}
	return names
}

// LimitRole limits a person's direct assignment of a type to groups, as an
// administrator elsewhere would; without names the role covers everything. It
// panics when the person does not hold the role or there is no such group.
func (o *Org) LimitRole(id, roleType string, groupNames ...string) {
	o.change(id, func(p *person, _ time.Time) {
		i := slices.IndexFunc(p.roles, func(r *role) bool { return r.kind == roleType })
		if i < 0 {
			panic("oktasim: " + id + " does not hold " + roleType)
		}
		r := *p.roles[i]
		r.groups, r.apps = nil, nil
		for _, name := range groupNames {
			r.groups = append(r.groups, o.mustGroup(name))
		}
		p.setRole(i, &r)
	})
}

// GroupID returns the id of the group with this name. It panics when there is
// none.
func (o *Org) GroupID(name string) string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.mustGroup(name).id
}

// AppID returns the id of the application with this label, OAuth clients
// included. It panics when there is none.
func (o *Org) AppID(label string) string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, a := range o.applications() {
		if a.label == label {
			return a.id
		}
	}
	panic("oktasim: no application " + label)
}

// ClientsOf returns the ids of the OAuth clients that a person granted
// something or is signed in with.
func (o *Org) ClientsOf(id string) []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var list []string
	for _, c := range o.clientsOf(o.people[o.mustFind(id)]) {
		list = append(list, c.id)
	}
	return list
}

func (o *Org) mustFind(id string) int {
	i, ok := o.byID[id]
	if !ok {
		panic("oktasim: nobody has the id " + id)
	}
	return i
}

func (o *Org) mustGroup(name string) *group {
	g := o.groups[name]
	if g == nil {
		panic("oktasim: no group " + name)
	}
	return g
}

// What Heavy is heavy with.
const (
	heavyGroups = 500
	heavyGrants = 300
	heavyTokens = 200
)

// Heavy returns an ordinary active person in 500 groups, with 300 grants and
// 200 refresh tokens, both of one client. The first call makes one out of the
// last such person, so an organisation that is not asked has none.
func (o *Org) Heavy() Person {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.heavy == "" {
		o.burden()
	}
	return o.view(o.people[o.byID[o.heavy]])
}

func (o *Org) burden() {
	i := len(o.people) - 1
	for ; o.people[i].status != active || len(o.people[i].allRoles()) > 0 || o.people[i].staff || o.people[i].vip(); i-- {
	}
	p, now, made := *o.people[i], o.clock.now(), &ids{rnd: o.stream(streamHeavy)}
	p.groups, p.consents, p.refresh = slices.Clone(p.groups), nil, nil
	for n := len(p.groups) + 1; n < heavyGroups; n++ { // Everyone is one of them
		p.groups = append(p.groups, o.newGroup(fmt.Sprintf("Project %03d", n), "Closed", now))
	}
	c := o.clients[0]
	for n := range heavyGrants {
		sc := c.server.scope(scope{name: fmt.Sprintf("archive.%03d", n), label: fmt.Sprintf("Read the archive of room %d", n)}, made)
		p.consents = append(p.consents, consent{made.next("oag"), c, sc, now})
	}
	for range heavyTokens {
		p.refresh = append(p.refresh, refreshToken{made.next("oar"), c, now, now})
	}
	o.heavy = p.id
	o.put(&p)
}
