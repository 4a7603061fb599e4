package desk

import (
	"context"
	"slices"
	"strings"
	"sync"

	"keydesk/internal/okta"
)

// candidatesShown is how many people a search for a link offers.
const candidatesShown = 8

// Links reads how a person is linked to others, in every relationship that the
// organisation defined; where those cannot be listed, in the one asked for by
// name. Operation GetLinkedObjectsForUser, for each direction.
func (d *Desk) Links(ctx context.Context, who Actor, id okta.UserID, q LinkQuery) (LinksPage, error) {
	return view(ctx, d, who, "links.list", func(ctx context.Context) (LinksPage, error) {
		p := LinksPage{Query: q}
		var on Standing
		var err error
		p.Person, on, err = d.look(ctx, who, id, func(ctx context.Context) { p.Kinds = d.linkKinds(ctx, who, id, q.Name) })
		if err != nil {
			return p, err
		}
		for i := range p.Kinds.Value {
			k := &p.Kinds.Value[i]
			about := Object{Link: k.Def.Primary.Name}
			k.Set = d.policy.decide(who, spec("links.set"), on)
			if len(k.Primary.Value) > 0 {
				about.To = k.Primary.Value[0].ID
				k.Remove = d.offer(who, p.Person.User, on, "links.remove", about, "")
			}
		}
		if q.Text != "" && !q.Name.IsZero() {
			p.Found = d.candidates(ctx, who, p.Person.User, on, q, p.primaries(q.Name))
		}
		return p, nil
	})
}

// primaries is whom the person has in a relationship, as a token carries it.
func (p LinksPage) primaries(name okta.LinkName) string {
	for _, k := range p.Kinds.Value {
		if k.Def.Primary.Name == name {
			ids := make([]okta.UserID, len(k.Primary.Value))
			for i, u := range k.Primary.Value {
				ids[i] = u.ID
			}
			return linkState(ids)
		}
	}
	return ""
}

// linkKinds reads the relationships and then, side by side, both ends of each.
func (d *Desk) linkKinds(ctx context.Context, who Actor, id okta.UserID, name okta.LinkName) Read[[]LinkKind] {
	defs := ask(ctx, d, "links.kinds", d.okta.Links.Definitions)
	if defs.Err != nil && !name.IsZero() {
		defs = Read[[]okta.LinkDefinition]{Value: []okta.LinkDefinition{{Primary: okta.LinkEnd{Name: name, Title: name.String()}}}}
	}
	if defs.Err != nil {
		return Read[[]LinkKind]{Err: defs.Err}
	}
	kinds := make([]LinkKind, len(defs.Value))
	var all sync.WaitGroup
	for i, def := range defs.Value {
		kinds[i].Def = def
		all.Go(func() { kinds[i].Primary = d.linked(ctx, who, id, def.Primary.Name) })
		if !def.Associated.Name.IsZero() {
			all.Go(func() { kinds[i].Associated = d.linked(ctx, who, id, def.Associated.Name) })
		}
	}
	all.Wait()
	return Read[[]LinkKind]{Value: kinds}
}

// linked reads who stands at one end, and what they are called. Somebody who
// cannot be read is still named by the id.
func (d *Desk) linked(ctx context.Context, who Actor, id okta.UserID, name okta.LinkName) Read[[]okta.User] {
	ids, err := d.okta.Links.List(ctx, id, name)
	if err != nil || len(ids) == 0 {
		return part[[]okta.User](nil, err)("links.list")
	}
	return part(d.within(ctx, who, d.people(ctx, ids)))("links.list")
}

// linkTo says whether the actor may make somebody the other end of a link: nobody
// makes themselves anybody's manager.
func (d *Desk) linkTo(ctx context.Context, who Actor, to okta.UserID) Decision {
	owner, err := d.credentialOwner(ctx)
	person := okta.User{ID: to}
	if err == nil && len(d.policy.BreakGlass) > 0 { // which names people by their logins too
		person, err = d.okta.Users.Get(ctx, to)
	}
	switch {
	case to == who.OktaID:
		return refuse("self", "Nobody links others to themselves from here.", "Ask a colleague.")
	case listed(d.policy.BreakGlass, person):
		return refuse("protected.break_glass", "This account is kept for emergencies; nobody is linked to it from here.", "Use Okta's own console.")
	case err != nil || to == owner:
		return refuse("protected.credential", "This account owns the credential that Keydesk works with; nobody is linked to it from here.", "Use Okta's own console.")
	}
	return Decision{Allowed: true}
}

// linkState is who stands at the primary end now, as a token carries it.
func linkState(ids []okta.UserID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return strings.Join(words, " ")
}

func (d *Desk) candidates(ctx context.Context, who Actor, u okta.User, on Standing, q LinkQuery, state string) Read[[]Candidate] {
	found, err := d.Find(ctx, who, Query{Text: q.Text})
	if err != nil {
		return Read[[]Candidate]{Err: asError(err)}
	}
	var out []Candidate
	for _, c := range found.People[:min(len(found.People), candidatesShown)] {
		itself := Decision{Allowed: true}
		if c.ID == u.ID {
			itself = refuse("links.self", "Nobody is linked to themselves.", "")
		}
		out = append(out, Candidate{c, d.offer(who, u, on, "links.set", Object{Link: q.Name, To: c.ID}, state, itself, d.linkTo(ctx, who, c.ID))})
	}
	return Read[[]Candidate]{Value: out}
}

// SetLink makes o.On.To the person's o.On.Link, say their manager, in place of
// whoever was that (operation SetLinkedObjectForUser).
func (d *Desk) SetLink(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.actOn(ctx, who, id, change{
		action: "links.set", opts: o,
		check: func(ctx context.Context, x *deed) *Error {
			if o.On.To == id {
				return &Error{Kind: Conflict, Action: "links.set", Rule: "links.self", Msg: "Nobody is linked to themselves. Nothing was sent."}
			}
			if dec := d.linkTo(ctx, who, o.On.To); !dec.Allowed {
				return denied("links.set", dec)
			}
			now, err := d.okta.Links.List(ctx, id, o.On.Link)
			if err == nil && linkState(now) != x.shown.State {
				return staleObject("links.set", "The link")
			}
			if err != nil {
				return asError(translate("links.set", err))
			}
			to, err := d.okta.Users.Get(ctx, o.On.To)
			if login := to.Profile.Login(); readable(login) {
				x.named.ToLogin = login
			}
			return asError(translate("links.set", err))
		},
		do: func(ctx context.Context) (Outcome, error) {
			return said("Okta set the link.", d.okta.Links.Set(ctx, id, o.On.Link, o.On.To))
		},
	})
}

// RemoveLink takes the person's o.On.Link away, if it is still o.On.To
// (operation RemoveLinkedObjectForUser).
func (d *Desk) RemoveLink(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.actOn(ctx, who, id, change{
		action: "links.remove", opts: o,
		check: func(ctx context.Context, _ *deed) *Error {
			now, err := d.okta.Links.List(ctx, id, o.On.Link)
			if err == nil && !slices.Contains(now, o.On.To) {
				return staleObject("links.remove", "The link")
			}
			return asError(translate("links.remove", err))
		},
		do: func(ctx context.Context) (Outcome, error) {
			return said("Okta removed the link.", d.okta.Links.Remove(ctx, id, o.On.Link))
		},
	})
}

// staleObject refuses a change of what is no longer as it was shown.
func staleObject(a Action, what string) *Error {
	return &Error{Kind: Conflict, Action: a, Rule: "stale", Msg: what + " has changed since this page was shown. Nothing was sent. Look again, then decide."}
}
