package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/okta"
)

// Explanation is what a policy decides of one operator, operation and target.
type Explanation struct {
	Decision
	Spec  Spec
	Who   string   // the operator, and in which roles
	On    string   // the target, and of what kind
	Takes []string // what else the act takes, a sentence each
}

// Lines are the explanation for a person to read.
func (x Explanation) Lines() []string {
	out := []string{fmt.Sprintf("%s (%s, %s)", x.Spec.Title, x.Spec.Action, x.Spec.Risk), "as " + x.Who, "on " + x.On}
	switch {
	case !x.Allowed:
		out = append(out, "refused: "+x.Why, "rule: "+x.Rule)
	case x.Second != "":
		out = append(out, "allowed, on a second person's word: "+x.Why, "rule: "+x.Rule)
	default:
		out = append(out, "allowed")
	}
	if x.Ask != "" {
		out = append(out, x.Ask)
	}
	if x.Allowed {
		out = append(out, x.Takes...)
	}
	return out
}

// takes are what an operation takes beside the right to it, a sentence each.
func (p Policy) takes(s Spec) []string {
	if s.Risk == Reading {
		return nil
	}
	var out []string
	if p.NeedsReason(s) {
		out = append(out, "It takes a reason.")
	}
	if p.NeedsTicket(s) {
		out = append(out, "It takes the number of a ticket.")
	}
	if d := p.FreshSignIn(s); d > 0 {
		out = append(out, "It takes a sign-in of the last "+minutes(d)+".")
	}
	for _, q := range p.quotas(s.Risk) {
		out = append(out, fmt.Sprintf("One operator may do %d %s acts within the %s.", q.Most, s.Risk, q.Word()))
	}
	return out
}

// Roles are the roles of the console, lowest first.
func Roles() []Role { return ranking()[1:] }

// RoleOf is a role as a policy gives it: by its name, within a scope after an @.
func (p Policy) RoleOf(name string) (Role, bool) {
	tier, scope := Role(name).Parts()
	_, known := p.Scopes[scope]
	if slices.Contains(SystemRoles(), Role(name)) {
		return Role(name), true
	}
	return Role(name), slices.Contains(ranking()[1:], tier) && (scope == "" || known) || name == "none"
}

// A kind is an account as one stands, for the table of the policy.
type kind struct {
	name string
	of   TargetKind
	on   func(s *Standing, who Actor)
}

// kinds are the eleven kinds of target, and what policies list besides.
func kinds() []kind {
	holds := func(t okta.RoleType, how string) func(*Standing, Actor) {
		return func(s *Standing, _ Actor) {
			s.Roles = []okta.Role{{Type: t, Label: t.Label(), AssignmentType: how}}
		}
	}
	return []kind{
		{"person", Plain, func(*Standing, Actor) {}},
		{"limited", LimitedAdmin, func(s *Standing, _ Actor) {
			s.Roles = []okta.Role{{Type: okta.HelpDeskAdmin, Label: "Help Desk Administrator", AssignmentType: "USER"}}
			s.Roles[0].Targets.Groups = []okta.Group{{Name: "a group"}}
		}},
		{"lesser", LesserAdmin, holds(okta.ReadOnlyAdmin, "USER")},
		{"org", OrgAdmin, holds(okta.OrgAdmin, "USER")},
		{"super", SuperAdmin, holds(okta.SuperAdmin, "USER")},
		{"group", GroupAdmin, holds(okta.UserAdmin, "GROUP")},
		{"custom", CustomAdmin, holds("CUSTOM", "USER")},
		{"staff", StaffSame, func(s *Standing, who Actor) { s.Staff = higher(who.Tier(), Auditor) }},
		{"staff-above", StaffHigher, func(s *Standing, who Actor) { s.Staff = ranking()[min(who.Tier().rank()+1, Owner.rank())] }},
		{"untouchable", Untouchable, func(s *Standing, _ Actor) { s.Untouched = true }},
		{"self", Self, func(s *Standing, who Actor) { s.ID = who.OktaID }},
		{"break-glass", Untouchable, func(s *Standing, _ Actor) { s.BreakGlass = true }},
		{"vip", "person whom the policy protects", func(s *Standing, _ Actor) { s.VIP = true }},
		{"unreadable", CustomAdmin, func(s *Standing, _ Actor) { s.Unreadable = true }},
		{"outside", "person outside the scope", func(s *Standing, _ Actor) { s.In = nil }},
	}
}

// KindOf reports whether a word names a kind of target.
func KindOf(name string) (string, bool) {
	return name, slices.ContainsFunc(kinds(), func(k kind) bool { return k.name == name })
}

// ExplainKind decides about an account of a kind, without an organisation.
func (p Policy) ExplainKind(r Role, s Spec, name string) Explanation {
	me, _ := okta.ParseUserID("00u2222222222222222x")
	other, _ := okta.ParseUserID("00u1111111111111111x")
	who := Actor{ID: "me", OktaID: me, Name: "Me", Roles: []Role{r}}
	if r == "none" || r == "" {
		who.Roles = nil
	}
	for _, own := range SystemActors() {
		if own.Roles[0] == r {
			who = own
		}
	}
	on := Standing{ID: other, Name: "Somebody", StaffKnown: true, In: scopesOf(who)}
	x := Explanation{Spec: s, Who: roleWord(r), Takes: p.takes(s)}
	for _, k := range kinds() {
		if k.name == name {
			k.on(&on, who)
			x.On = string(k.of)
		}
	}
	x.Decision = p.explained(who, s, on)
	return x
}

// explained is decide for somebody who asks why: whom the actor may not know of is
// said to be that.
func (p Policy) explained(who Actor, s Spec, on Standing) Decision {
	if p.allows(who, s) && p.limited(who) && !p.sees(who, on) {
		return refuse("scope", "The role counts for "+p.scopeWords(who)+" alone; outside of that there is nobody for it.", p.askFor(p.Holders(s)...))
	}
	return p.decide(who, s, on)
}

// Explain decides about a person from what Okta says of them now, as for an operator
// who holds the roles of their groups in Okta, or a role that is named. It records
// nothing and is for whoever runs the console.
func (d *Desk) Explain(ctx context.Context, as string, s Spec, on string) (x Explanation, err error) {
	x = Explanation{Spec: s, Takes: d.policy.takes(s)}
	who, err := d.operator(ctx, as)
	if err != nil {
		return x, err
	}
	u, err := d.onePerson(ctx, on)
	if err != nil {
		return x, err
	}
	var st Standing
	var groups []okta.Group
	var noGroups, noRoles error
	var all errgroup.Group
	all.Go(func() error { groups, noGroups = d.okta.Access.Groups(ctx, u.ID); return nil })
	all.Go(func() error { st.Roles, noRoles = d.okta.Roles.List(ctx, u.ID); return nil })
	_ = all.Wait() // the errors are part of the standing
	owner, err := d.credentialOwner(ctx)
	if err != nil {
		return x, translate(s.Action, err)
	}
	st.ID, st.Name, st.Unreadable, st.Untouched, st.In = u.ID, u.Name(), noRoles != nil, owner == u.ID, d.policy.in(who, u, groups)
	st.readStaff(d.policy, groups, noGroups)
	d.policy.listings(&st, u)
	x.Who, x.On = who.Name+", "+rolesWord(who), u.Name()+", "+string(st.kind(who))
	x.Decision = d.policy.explained(who, s, st)
	if x.Allowed && s.Risk != Reading {
		if dec := stateRule(s.Action, u); !dec.Allowed {
			x.Decision = dec
		}
	}
	return x, nil
}

func rolesWord(who Actor) string {
	words := make([]string, len(who.Roles))
	for i, r := range who.Roles {
		words[i] = string(r)
	}
	if len(words) == 0 {
		return "in no group of the console"
	}
	return strings.Join(words, " and ")
}

// operator is who has a login, in the roles of their groups, or a role by itself.
func (d *Desk) operator(ctx context.Context, as string) (Actor, error) {
	if r, ok := d.policy.RoleOf(as); ok {
		id, _ := okta.ParseUserID("00u2222222222222222x")
		return Actor{ID: "me", OktaID: id, Name: "somebody", Roles: []Role{r}}, nil
	}
	u, err := d.onePerson(ctx, as)
	if err != nil {
		return Actor{}, err
	}
	groups, err := d.okta.Access.Groups(ctx, u.ID)
	if err != nil {
		return Actor{}, translate("access.groups", err)
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
	}
	return Actor{ID: u.ID.String(), OktaID: u.ID, Name: u.Name(), Roles: d.policy.RolesOf(names)}, nil
}

// onePerson is the one person with an id or a login.
func (d *Desk) onePerson(ctx context.Context, name string) (okta.User, error) {
	if id, err := okta.ParseUserID(name); err == nil {
		u, err := d.okta.Users.Get(ctx, id)
		return u, translate("users.get", err)
	}
	v, err := okta.ParseValue(name)
	if err != nil {
		return okta.User{}, errors.New("this cannot be the login of anybody: " + name)
	}
	page, err := d.okta.Users.List(ctx, okta.UserQuery{Search: okta.Eq(okta.AttrLogin, v), Limit: 2})
	if err == nil && len(page.Items) != 1 {
		return okta.User{}, fmt.Errorf("nobody, or more than one, has the login %s", name)
	}
	if err != nil {
		return okta.User{}, translate("users.get", err)
	}
	return page.Items[0], nil
}
