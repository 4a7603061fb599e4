package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"keydesk/internal/okta"
)

// targetsFound is how many groups or apps a search offers.
const targetsFound = 8

// targets reads what a role, one of all those held, is limited to; an empty list
// means everything. Roles that cannot be limited are not asked about. Where the
// same is held directly too, Okta's address leads to that one.
func (d *Desk) targets(ctx context.Context, id okta.UserID, r okta.Role, all []okta.Role) Read[[]Target] {
	twin := func(o okta.Role) bool { return o.ID == r.ID && o.Direct() }
	switch {
	case !r.Type.GroupTargets() && !r.Type.AppTargets():
	case !r.Direct() && slices.ContainsFunc(all, twin):
		return Read[[]Target]{Err: &Error{
			Kind: Upstream, Action: "targets.groups",
			Msg: "The person holds this role directly as well, and Okta gives both the same id: what this one is limited to is told at the group alone.",
		}}
	case r.Type.GroupTargets():
		groups, err := d.okta.Targets.Groups(ctx, id, r.ID)
		return part(groupTargets(r, groups), err)("targets.groups")
	case r.Type.AppTargets():
		apps, err := d.okta.Targets.Apps(ctx, id, r.ID)
		return part(appTargets(r, apps), err)("targets.apps")
	}
	return Read[[]Target]{}
}

func groupTargets(r okta.Role, groups []okta.Group) []Target {
	var out []Target
	for _, g := range groups {
		out = append(out, Target{Label: g.Name, Note: g.Description, On: Object{Role: r.ID, Group: g.ID}})
	}
	return out
}

func appTargets(r okta.Role, apps []okta.TargetApp) []Target {
	var out []Target
	for _, a := range apps {
		t := Target{Label: cmp.Or(a.Label, a.Name.String()), Note: "every instance", On: Object{Role: r.ID, App: a.Name, Instance: a.Instance}}
		if !a.Instance.IsZero() {
			t.Note = "one instance"
		}
		out = append(out, t)
	}
	return out
}

// stateOf is a list of targets in a word: a token that carries it works only while
// the list is as it was shown.
func stateOf(list []Target) string {
	sum := sha256.Sum256(fmt.Append(nil, idsOf(list)))
	return hex.EncodeToString(sum[:8])
}

// idsOf are the ids of targets, sorted.
func idsOf(list []Target) []string {
	var ids []string
	for _, t := range list {
		ids = append(ids, cmp.Or(t.On.Group.String(), t.On.Instance.String(), t.On.App.String()))
	}
	slices.Sort(ids)
	return ids
}

// offerTargets adds to a role's page what may be done with it.
func (d *Desk) offerTargets(ctx context.Context, who Actor, p *RolePage, on Standing) {
	held := direct(p.Person, p.Role)
	about := Object{Role: p.Role.ID}
	p.Remove = d.offer(who, p.Person.User, on, "roles.remove", about, "", held)
	if p.Targets.Err != nil {
		return // how far the role reaches is not known: nothing of it is changed
	}
	state, list := stateOf(p.Targets.Value), p.Targets.Value
	last := Decision{Allowed: true}
	if len(list) == 1 {
		last = refuse("targets.last", "This is the only limit: without one the role would reach everything, and Okta refuses to take it. Add another first, swap it for another, or remove the role.", "")
	}
	for i := range list {
		action := Action("targets.remove_group")
		if p.Role.Type.AppTargets() {
			action = "targets.remove_app"
			if !list[i].On.Instance.IsZero() {
				action = "targets.remove_instance"
			}
		}
		missing := d.nameApp(ctx, &list[i])
		o := d.offer(who, p.Person.User, on, action, list[i].On, state, held, missing, last)
		o.Effects = []string{list[i].Label + " is no longer in reach of the role.", fmt.Sprintf("%d of its %d limits stay.", len(list)-1, len(list))}
		list[i].Offers = []Offer{o}
	}
	if p.Role.Type.AppTargets() {
		p.AllApps = d.offer(who, p.Person.User, on, "targets.add_all_apps", about, state, held, some(len(list), nil, "The role covers every app already."))
	}
	p.Found = d.findTargets(ctx, p.Role.Type, p.Text, func(t Target) bool { return slices.ContainsFunc(list, t.same) })
	for i := range p.Found.Value {
		p.Found.Value[i].Offers = d.addOffers(who, p, on, p.Found.Value[i], state, held)
	}
}

func (t Target) same(o Target) bool {
	return t.On.Group == o.On.Group && t.On.Instance == o.On.Instance && (t.On.App == o.On.App || !t.On.Instance.IsZero())
}

// nameApp finds the app of an instance, which the list of targets does not tell
// and the address of the removal needs.
func (d *Desk) nameApp(ctx context.Context, t *Target) Decision {
	if t.On.Instance.IsZero() || !t.On.App.IsZero() {
		return Decision{Allowed: true}
	}
	app, err := d.okta.Apps.Get(okta.WithReceipt(ctx, &okta.Receipt{}), t.On.Instance)
	if err != nil {
		return refuse("targets.app_name", "To take an instance away Okta wants the name of its app, which only the list of apps tells, and that cannot be read: the credential needs okta.apps.read.", "Ask whoever runs Keydesk.")
	}
	t.On.App, t.Note = app.Name, "one instance of "+app.Name.String()
	return Decision{Allowed: true}
}

// addOffers are the ways in which a role may be limited to what was found.
func (d *Desk) addOffers(who Actor, p *RolePage, on Standing, t Target, state string, held Decision) []Offer {
	actions := []Action{"targets.add_group"}
	if p.Role.Type.AppTargets() {
		actions = []Action{"targets.add_instance", "targets.add_app"}
	}
	var out []Offer
	for _, a := range actions {
		about := t.On
		about.Role = p.Role.ID
		name := t.Label
		if a == "targets.add_app" {
			about.Instance, name = okta.AppID{}, "every instance of "+about.App.String()
		}
		o := d.offer(who, p.Person.User, on, a, about, state, held, d.policy.decideReach(p.Role.Type, []Target{t}))
		o.Effects = addEffects(p.Targets.Value, name)
		if len(p.Targets.Value) == 1 {
			o.Choices = []Choice{{Name: "swap", Label: "Swap: take " + p.Targets.Value[0].Label + " away afterwards", Hint: "The new limit is added first, so the role never reaches more."}}
		}
		out = append(out, o)
	}
	return out
}

// addEffects say what a limit means: the first one takes almost everything away.
func addEffects(list []Target, name string) []string {
	if len(list) == 0 {
		return []string{"Today the role reaches everything. From then on it reaches only " + name + ".", "Okta refuses to take the last limit away again: to go back, remove the role and assign it anew."}
	}
	return []string{fmt.Sprintf("The role reaches %s as well; it has %d limits then.", name, len(list)+1)}
}

// findTargets searches groups or apps that a role may be limited to, without those
// that it is.
func (d *Desk) findTargets(ctx context.Context, t okta.RoleType, text string, is func(Target) bool) Read[[]Target] {
	var found Read[[]Target]
	switch {
	case text == "":
	case t.GroupTargets():
		groups := ask(ctx, d, "groups.find", func(ctx context.Context) ([]okta.Group, error) { return d.okta.Groups.Find(ctx, text, targetsFound) })
		found = Read[[]Target]{Value: groupTargets(okta.Role{}, groups.Value), Err: groups.Err}
	case t.AppTargets():
		apps := ask(ctx, d, "apps.find", func(ctx context.Context) ([]okta.App, error) { return d.okta.Apps.Find(ctx, text, targetsFound) })
		found.Err = apps.Err
		for _, a := range apps.Value {
			found.Value = append(found.Value, Target{Label: a.Label, Note: "an instance of " + a.Name.String(), On: Object{App: a.Name, Instance: a.ID}})
		}
	}
	found.Value = slices.DeleteFunc(found.Value, is)
	return found
}

// named reads what the chosen targets are called; what cannot be read is named by
// its id.
func (d *Desk) named(ctx context.Context, s RoleScope) []Target {
	var out []Target
	for _, id := range s.Groups {
		g, _ := d.okta.Groups.Get(ctx, id) // the id is a name too
		out = append(out, Target{Label: cmp.Or(g.Name, id.String()), On: Object{Group: id}})
	}
	for _, a := range s.Apps {
		t := Target{Label: "every instance of " + a.App.String(), On: Object{App: a.App, Instance: a.Instance}}
		if !a.Instance.IsZero() {
			app, _ := d.okta.Apps.Get(ctx, a.Instance)
			t.Label = cmp.Or(app.Label, a.String())
		}
		out = append(out, t)
	}
	return out
}
