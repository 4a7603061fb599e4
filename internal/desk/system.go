package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The roles of the console's own actors. No group of the issuer gives them and no
// policy changes them: they are what the work needs and nothing else.
const (
	Mapper   Role = "system:rolemap"
	Reviewer Role = "system:reviews"
)

// RoleMap is the actor as whom the console reads who holds which admin role. It can
// change nothing.
func RoleMap() Actor {
	return Actor{ID: string(Mapper), Name: "Keydesk, the role map", Roles: []Role{Mapper}}
}

// Reviews is the actor as whom the console carries out what a review decided: it takes
// roles away. It does so on the word of operators, who stand in each row: of whoever
// closes the review, and of whoever decided. Nothing is done that the former might
// not do alone, or where that takes two, without the latter being somebody else.
func Reviews(closer Actor, decided ...Actor) Actor {
	return Actor{ID: string(Reviewer), Name: "Keydesk, the reviews", Roles: []Role{Reviewer}, Word: append([]Actor{closer}, decided...)}
}

// SystemActors are the console's own, with nobody's word behind them.
func SystemActors() []Actor {
	r := Reviews(Actor{})
	r.Word = nil
	return []Actor{RoleMap(), r}
}

// SystemRoles are the roles of the console's own actors.
func SystemRoles() []Role { return []Role{Mapper, Reviewer} }

// System reports whether the actor is one of the console's own, and no person.
func (a Actor) System() bool {
	return len(a.Roles) == 1 && slices.Contains(SystemRoles(), a.Roles[0])
}

// systemMay is what a role of the console's own carries: each operation by its name.
func systemMay(r Role) []Word {
	switch r {
	case Mapper:
		return []Word{"users.list", "users.get", "roles.list", "targets.groups", "targets.apps"}
	case Reviewer:
		return []Word{"users.get", "access.groups", "links.list", "roles.list", "targets.groups", "targets.apps", "roles.remove"}
	}
	return nil
}

// SystemMay lists the operations that a role of the console's own carries.
func SystemMay(r Role) []Spec {
	return slices.DeleteFunc(Catalog(), func(s Spec) bool { return !covered(systemMay(r), s) })
}

// tierWord is the actor's rank as the record keeps it.
func (a Actor) tierWord() string {
	if a.System() {
		return string(a.Roles[0])
	}
	return string(a.Tier())
}

// onWordOf names the operators on whose word a system actor acts.
func (a Actor) onWordOf() string {
	var words []string
	for i, w := range a.Word {
		how := "decided by "
		if i == 0 {
			how = "on the word of "
		}
		words = append(words, how+cmp.Or(w.Name, w.ID)+" ("+w.ID+")")
	}
	return strings.Join(words, ", ")
}

// decideSystem decides about a change by one of the console's own actors: it may do
// what whoever it acts for might do to the target, where it has the right itself.
func (p Policy) decideSystem(who Actor, s Spec, on Standing) Decision {
	if len(who.Word) == 0 || who.Word[0].System() {
		return refuse("system.word", who.Name+" changes nothing of itself, and nobody stands behind this.", "Ask whoever runs Keydesk.")
	}
	closer := who.Word[0]
	dec := p.decide(closer, s, on)
	if !dec.Allowed || dec.Second == "" {
		return dec
	}
	for _, w := range who.Word[1:] {
		if w.ID != closer.ID && w.ID != "" && w.OktaID != on.ID && (w.OktaID.IsZero() || w.OktaID != closer.OktaID) {
			return Decision{Allowed: true}
		}
	}
	return refuse(dec.Rule, fmt.Sprintf("%s %s closed the review and decided alone.", dec.Why, closer.Name), "Have somebody else decide, or close the review.")
}

// Share is how much of Okta's rate limit the console's own actors use at most, per cent.
func (d *Desk) Share() int { return cmp.Or(d.share, defaultShare) }
