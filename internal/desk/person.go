package desk

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// panelHolds is how long a page waits for a panel: a slow one says so and can be
// read again by itself, and holds nobody up. Groups and roles are waited for as
// long as the person: without them the account is closed.
const panelHolds = 2500 * time.Millisecond

// Person reads what a person's first page shows, four calls side by side. Groups,
// roles and factors may each fail alone; without the person there is no page.
// Operations GetUser, ListUserGroups, ListAssignedRolesForUser and, outside the
// User API, ListFactors.
func (d *Desk) Person(ctx context.Context, who Actor, id okta.UserID) (Person, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) (Person, error) {
		var factors Read[[]okta.Factor]
		p, on, err := d.look(ctx, who, id, func(ctx context.Context) {
			factors = ask(ctx, d, "factors.list", func(ctx context.Context) ([]okta.Factor, error) { return d.okta.Factors.List(ctx, id) })
		})
		if err != nil {
			return Person{}, err
		}
		p.Factors = factors
		for _, f := range factors.Value {
			p.FactorOffers = append(p.FactorOffers, d.offer(who, p.User, on, "factors.reset", Object{Factor: f.ID}, ""))
		}
		d.dress(who, &p, on)
		return p, nil
	})
}

// look reads a person as every page of theirs needs them, with the panels of that
// page beside: the account, its groups and its admin roles, who may do what to
// it, and what became of a change whose end was open.
func (d *Desk) look(ctx context.Context, who Actor, id okta.UserID, panels ...func(context.Context)) (Person, Standing, error) {
	in, err := d.reached(ctx, who, spec("users.get"), id)
	if err != nil {
		return Person{}, Standing{}, err
	}
	if err := d.settle(ctx, id); err != nil {
		d.log.WarnContext(ctx, "a change of unknown end could not be settled", "error", err)
	}
	began := d.now()
	p, err := d.read(ctx, id, panels)
	if err != nil {
		return Person{}, Standing{}, err
	}
	owner, err := d.credentialOwner(ctx)
	if err != nil {
		return Person{}, Standing{}, err
	}
	d.sensitive(ctx, who, p)
	d.countReader(ctx, who, id)
	on := d.standing(p, owner)
	on.In = in
	d.lastTier(ctx, &on)
	d.guard(who, &p, on)
	if p.Roles.Err == nil {
		d.saw(ctx, holderOf(p, nil, began))
	}
	return p, on, nil
}

// lookAt is look for a page about one thing of the person's, read with get for the
// action a; without it there is no page.
func lookAt[T any](ctx context.Context, d *Desk, who Actor, id okta.UserID, a Action, get func(context.Context) (T, error)) (Person, Standing, T, error) {
	var found Read[T]
	p, on, err := d.look(ctx, who, id, func(ctx context.Context) { found = part(get(ctx))(a) })
	if err == nil && found.Err != nil {
		err = found.Err
	}
	return p, on, found.Value, err
}

func (d *Desk) read(ctx context.Context, id okta.UserID, panels []func(context.Context)) (Person, error) {
	var p Person
	g, gctx := errgroup.WithContext(ctx)
	short, cancel := context.WithTimeout(gctx, panelHolds)
	defer cancel()
	g.Go(func() (err error) { p.User, err = d.okta.Users.Get(gctx, id); return err })
	g.Go(func() error { p.Groups = part(d.okta.Access.Groups(gctx, id))("access.groups"); return nil })
	g.Go(func() error { p.Roles = part(d.okta.Roles.List(gctx, id))("roles.list"); return nil })
	for _, fill := range panels {
		g.Go(func() error { fill(short); return nil })
	}
	err := g.Wait()
	p.ReadAt = d.now()
	return p, err
}

// part turns one answer of a page into a panel that may have failed alone.
func part[T any](v T, err error) func(Action) Read[T] {
	return func(a Action) Read[T] {
		if err != nil {
			return Read[T]{Err: asError(translate(a, err))}
		}
		return Read[T]{Value: v}
	}
}

func (d *Desk) standing(p Person, owner okta.UserID) Standing {
	s := Standing{ID: p.User.ID, Name: p.User.Name(), Roles: p.Roles.Value, Unreadable: p.Roles.Err != nil, Untouched: owner == p.User.ID, StaffRead: p.ReadAt}
	var err error
	if p.Groups.Err != nil {
		err = p.Groups.Err
	}
	s.readStaff(d.policy, p.Groups.Value, err)
	d.policy.listings(&s, p.User)
	return s
}

// sensitive records that somebody looked at an administrator's page. A record
// that cannot be written does not stop reading.
func (d *Desk) sensitive(ctx context.Context, who Actor, p Person) {
	if len(p.Roles.Value) > 0 {
		_ = d.seen(ctx, who, "users.get", p.User, "admin roles shown") // an agent on a call sees the person, and that the account is closed
	}
}

// noRole records that somebody looked for admin roles where there are none; those
// that there are have their row already.
func (d *Desk) noRole(ctx context.Context, who Actor, p Person) {
	if len(p.Roles.Value) == 0 {
		_ = d.seen(ctx, who, "roles.list", p.User, "no admin role shown")
	}
}

// seen records a look at what only few should look at. Where that cannot be recorded it
// is not shown.
func (d *Desk) seen(ctx context.Context, who Actor, a Action, u okta.User, what string) error {
	r := who.row(a)
	r.Phase, r.Op, r.Class = audit.PhaseEvent, spec(a).Op, string(Reading)
	r.TargetID, r.Target, r.Detail = u.ID.String(), u.Profile.Login(), what
	if _, err := d.record.Add(ctx, r); err != nil {
		d.log.ErrorContext(ctx, "a sensitive view could not be recorded", "error", err)
		return &Error{Kind: Unrecorded, Action: a, Err: err, Msg: "The record cannot be written right now. This page is one of those that are recorded, so it is not shown; others are. Tell whoever runs Keydesk."}
	}
	return nil
}
