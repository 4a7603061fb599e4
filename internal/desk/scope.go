package desk

import (
	"cmp"
	"slices"
	"strings"

	"keydesk/internal/okta"
)

// everywhere is the actor with the roles alone that count for everybody.
func everywhere(who Actor) Actor {
	return who.with(func(scope string) bool { return scope == "" })
}

// counted is the actor with the roles that count for the target.
func counted(who Actor, on Standing) Actor {
	return who.with(func(scope string) bool { return scope == "" || slices.Contains(on.In, scope) })
}

func (a Actor) with(keep func(scope string) bool) Actor {
	a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(r Role) bool {
		_, scope := r.Parts()
		return !keep(scope)
	})
	return a
}

// scopesOf are the names of the scopes in which some of the actor's roles count.
func scopesOf(who Actor) []string {
	var names []string
	for _, r := range who.Roles {
		if _, scope := r.Parts(); scope != "" {
			names = append(names, scope)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// limited reports whether there are people whom the actor may not know of, though
// they may know of others.
func (p Policy) limited(who Actor) bool {
	return len(scopesOf(who)) > 0 && !p.allows(everywhere(who), spec("users.get"))
}

// scopeWords says who the people are for whom the actor's roles count.
func (p Policy) scopeWords(who Actor) string {
	var out []string
	for _, name := range scopesOf(who) {
		out = append(out, p.Scopes[name].words(name))
	}
	return list(out)
}

func (s Scope) words(name string) string {
	return cmp.Or(s.Says, name)
}

// movesNobody refuses an edit of an attribute that a scope goes by, to whose right to
// edit counts within a scope alone: they would say who else's they are.
func (p Policy) movesNobody(x *deed) *Error {
	if p.allows(everywhere(x.who), x.spec) {
		return nil
	}
	for _, name := range slices.Concat(x.named.Changed, x.named.Removed) {
		for _, s := range p.Scopes {
			if s.Attribute == name {
				return denied(x.spec.Action, refuse("scope.attribute", "The policy goes by "+name+" to say who counts to whom; who has a role everywhere changes it.", p.askFor(p.Holders(x.spec)...)))
			}
		}
	}
	return nil
}

// has reports whether a person with these groups is in the scope. The zero Scope,
// as one that the policy does not name any more, has nobody.
func (s Scope) has(u okta.User, groups []okta.Group) bool {
	if s.Attribute != "" {
		v := u.Profile.Text(s.Attribute)
		return v != "" && slices.ContainsFunc(s.Values, func(want string) bool { return strings.EqualFold(v, want) })
	}
	return slices.ContainsFunc(groups, s.names)
}

// names reports whether the scope names the group: by its id, or by its name where
// it is one of Okta's own. Others get their names from elsewhere.
func (s Scope) names(g okta.Group) bool {
	return slices.Contains(s.Groups, g.ID.String()) || g.Type == "OKTA_GROUP" && slices.Contains(s.Groups, g.Name)
}

// in are those of the actor's scopes that a person with these groups is in.
func (p Policy) in(who Actor, u okta.User, groups []okta.Group) []string {
	return slices.DeleteFunc(scopesOf(who), func(name string) bool { return !p.Scopes[name].has(u, groups) })
}

// byGroup reports whether one of the actor's scopes asks for people's groups.
func (p Policy) byGroup(who Actor) bool {
	return slices.ContainsFunc(scopesOf(who), func(name string) bool { return len(p.Scopes[name].Groups) > 0 })
}

// listings says of a standing what the policy's lists say of the person.
func (p Policy) listings(s *Standing, u okta.User) {
	s.BreakGlass, s.VIP = listed(p.BreakGlass, u), listed(p.VIP.People, u)
}

// listed reports whether a list of the policy's names the person.
func listed(people []string, u okta.User) bool {
	return slices.ContainsFunc(people, func(s string) bool { return s == u.ID.String() || strings.EqualFold(s, u.Profile.Login()) })
}
