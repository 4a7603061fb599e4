package desk

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// reached finds out, afresh, in which of the actor's scopes a person is. For an
// actor who may not know of everybody, somebody who is in none does not exist: the
// error, its words and its row are those of an id that Okta does not know.
func (d *Desk) reached(ctx context.Context, who Actor, s Spec, id okta.UserID) ([]string, error) {
	if len(scopesOf(who)) == 0 {
		return nil, nil
	}
	var u okta.User
	var groups []okta.Group
	var noUser, noGroups error
	var both errgroup.Group
	both.Go(func() error { u, noUser = d.okta.Users.Get(ctx, id); return nil })
	if d.policy.byGroup(who) {
		both.Go(func() error { groups, noGroups = d.okta.Access.Groups(ctx, id); return nil })
	}
	_ = both.Wait() // the errors are below
	on := Standing{}
	if noUser == nil {
		on.In = d.policy.in(who, u, groups)
	}
	if !d.policy.limited(who) || d.policy.sees(who, on) {
		return on.In, nil
	}
	for _, err := range []error{noUser, noGroups} {
		if err != nil && !okta.IsNotFound(err) {
			return nil, translate(s.Action, err)
		}
	}
	return nil, d.nobody(ctx, who, s, id)
}

// sees reports whether the actor may know of somebody who stands so.
func (p Policy) sees(who Actor, on Standing) bool {
	return p.allows(counted(who, on), spec("users.get"))
}

// nobody records that an actor of limited reach asked for whom they may not know
// of, or for nobody, and answers alike: not even by the number of a row.
func (d *Desk) nobody(ctx context.Context, who Actor, s Spec, id okta.UserID) error {
	r := who.row(s.Action)
	r.Op, r.Class, r.TargetID, r.Detail = s.Op, string(s.Risk), id.String(), "nobody"
	if _, err := d.refuse(ctx, r); err != nil {
		return unrecorded(s.Action, err)
	}
	return &Error{Kind: NotFound, Action: "users.get", Msg: missing("users.get"), Recorded: true}
}

// within keeps of a list the people whom the actor may know of. Whoever is in a
// group's scope is looked up among its members as they were a few minutes ago.
func (d *Desk) within(ctx context.Context, who Actor, people []okta.User) ([]okta.User, error) {
	if !d.policy.limited(who) || len(people) == 0 {
		return people, nil
	}
	seen := d.policy.seen(who)
	var sets []memberSet
	for _, s := range seen {
		for _, g := range s.Groups {
			set, err := d.membersOf(ctx, g)
			if err != nil {
				return nil, err
			}
			sets = append(sets, set)
		}
	}
	return slices.DeleteFunc(slices.Clone(people), func(u okta.User) bool {
		member := slices.ContainsFunc(sets, func(set memberSet) bool { return set.has[u.ID] })
		return !member && !slices.ContainsFunc(seen, func(s Scope) bool { return s.Attribute != "" && s.has(u, nil) })
	}), nil
}

// seen are the scopes in which the actor may look for people.
func (p Policy) seen(who Actor) []Scope {
	var out []Scope
	for _, name := range scopesOf(who) {
		if p.sees(who, Standing{In: []string{name}}) {
			out = append(out, p.Scopes[name])
		}
	}
	return out
}

// knows tells of which of these people the actor may know; all of them where their
// reach is not limited.
func (d *Desk) knows(ctx context.Context, who Actor, ids []okta.UserID) (func(okta.UserID) bool, error) {
	if !d.policy.limited(who) {
		return func(okta.UserID) bool { return true }, nil
	}
	slices.SortFunc(ids, func(a, b okta.UserID) int { return strings.Compare(a.String(), b.String()) })
	found, err := d.okta.Users.ByIDs(ctx, slices.Compact(ids))
	if err == nil {
		found, err = d.within(ctx, who, found)
	}
	may := map[okta.UserID]bool{}
	for _, u := range found {
		may[u.ID] = true
	}
	return func(id okta.UserID) bool { return may[id] }, err
}

// visible keeps of the record what the actor did about nobody, what is about them, and
// what is about people whom they may know of, and leaves out who else is named in it.
func (d *Desk) visible(ctx context.Context, who Actor, acts []audit.Act) ([]audit.Act, error) {
	if !d.policy.limited(who) {
		return acts, nil
	}
	var ids []okta.UserID
	for _, a := range acts {
		if id, err := okta.ParseUserID(whom(a)); err == nil {
			ids = append(ids, id)
		}
	}
	may, err := d.knows(ctx, who, ids)
	if err != nil {
		return nil, err
	}
	return d.unnamed(who, slices.DeleteFunc(acts, func(a audit.Act) bool {
		if whom(a) == "" {
			return a.ActorID != who.ID // what is about nobody is told to who did it
		}
		id, err := okta.ParseUserID(whom(a))
		return err != nil || id != who.OktaID && !may(id)
	})), nil
}

// whom is the person of an act: who was made is known at its end alone.
func whom(a audit.Act) string {
	if a.TargetID == "" && a.End != nil {
		return a.End.TargetID
	}
	return a.TargetID
}

// unnamed leaves out of acts who stands at the other end of a link.
func (d *Desk) unnamed(who Actor, acts []audit.Act) []audit.Act {
	for i := range acts {
		if d.policy.limited(who) && spec(Action(acts[i].Action)).Room == "links" {
			acts[i].Params = ""
			if acts[i].End != nil {
				end := *acts[i].End
				end.Params, acts[i].End = "", &end
			}
		}
	}
	return acts
}

// sieveRounds bounds how far back a page of the record looks for rows that the
// actor may see.
const sieveRounds = 20

// sieved reads a page of the record for an actor of limited reach: rows are left
// out, and older ones take their place.
func (d *Desk) sieved(ctx context.Context, who Actor, f audit.Filter) (out []audit.Act, err error) {
	for range sieveRounds {
		acts, err := d.record.Acts(ctx, f)
		if err != nil {
			return nil, err
		}
		more := f.Limit > 0 && len(acts) >= f.Limit
		if more {
			f.Before = acts[len(acts)-1].Seq
		}
		if acts, err = d.visible(ctx, who, acts); err != nil {
			return nil, err
		}
		out = append(out, acts...)
		if !more || len(out) >= f.Limit {
			break
		}
	}
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out, nil
}
