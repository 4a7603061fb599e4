package desk

import (
	"context"
	"strings"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// pageSize is how many people a page of results shows.
const pageSize = 25

// Find looks people up by name ("Ann Vo", "Vo, Ann"), login, e-mail or id, and
// by status, with one call. An id is read directly, so that it is found at once;
// everything else goes through Okta's search, which lags behind by a moment and
// minds accents. Operation ListUsers, or GetUser for an id.
func (d *Desk) Find(ctx context.Context, who Actor, q Query) (Results, error) {
	q.Text = strings.Join(strings.Fields(q.Text), " ")
	return view(ctx, who, "users.list", func(ctx context.Context) (Results, error) {
		if q.Text == "" && q.Status == "" {
			return Results{Query: q}, nil
		}
		done, err := d.searches.enter(ctx, who.ID)
		if err != nil {
			return Results{}, err
		}
		defer done()
		if id, err := okta.ParseUserID(q.Text); err == nil {
			return d.findByID(ctx, q, id)
		}
		return d.search(ctx, q)
	})
}

func (d *Desk) findByID(ctx context.Context, q Query, id okta.UserID) (Results, error) {
	res := Results{Query: q, Asked: true}
	u, err := d.okta.Users.Get(ctx, id)
	if okta.IsNotFound(err) {
		return res, nil
	}
	if err == nil && (q.Status == "" || u.Status == q.Status) {
		res.People = []okta.User{u}
	}
	return res, err
}

func (d *Desk) search(ctx context.Context, q Query) (Results, error) {
	expr, err := expression(q)
	if err != nil {
		return Results{}, err
	}
	uq := okta.UserQuery{Search: expr, Limit: pageSize, SortBy: okta.AttrLastName}
	if q.After != "" {
		if uq.After, err = okta.ParseCursor(q.After); err != nil {
			return Results{}, &Error{Kind: Invalid, Action: "users.list", Field: "after", Msg: "This page of the results no longer exists. Search again.", Err: err}
		}
	}
	page, err := d.okta.Users.List(ctx, uq)
	return Results{Query: q, People: page.Items, Next: page.Next.String(), Asked: true}, err
}

// expression is the search for what was typed. Two words are a first and a last
// name, in either order; "Last, First" says which is which.
func expression(q Query) (okta.Expr, error) {
	var parts []okta.Expr
	if q.Text != "" {
		e, err := nameOrLogin(q.Text)
		if err != nil {
			return okta.Expr{}, &Error{
				Kind: Invalid, Action: "users.list", Field: "q", Err: err,
				Msg: "Okta cannot search for that: use at most 100 ordinary characters.",
			}
		}
		parts = append(parts, e)
	}
	if q.Status != "" {
		v, err := okta.ParseValue(string(q.Status))
		if err != nil || !q.Status.Known() {
			return okta.Expr{}, &Error{Kind: Invalid, Action: "users.list", Field: "status", Msg: "There is no such status.", Err: err}
		}
		parts = append(parts, okta.Eq(okta.AttrStatus, v))
	}
	return okta.And(parts...), nil
}

func nameOrLogin(text string) (okta.Expr, error) {
	whole, err := okta.ParseValue(text)
	if err != nil {
		return okta.Expr{}, err
	}
	any := []okta.Expr{
		okta.StartsWith(okta.AttrFirstName, whole), okta.StartsWith(okta.AttrLastName, whole),
		okta.StartsWith(okta.AttrLogin, whole), okta.StartsWith(okta.AttrEmail, whole),
	}
	if last, first, ok := strings.Cut(text, ","); ok {
		return orNames(any, first, last)
	}
	for i, c := range text { // "Anna Maria de Vries": every way to split a name in two
		if c == ' ' {
			if e, err := orNames(nil, text[:i], text[i+1:]); err == nil {
				any = append(any, e)
			}
			if e, err := orNames(nil, text[i+1:], text[:i]); err == nil {
				any = append(any, e)
			}
		}
	}
	return okta.Or(any...), nil
}

func orNames(or []okta.Expr, first, last string) (okta.Expr, error) {
	f, err1 := okta.ParseValue(strings.TrimSpace(first))
	l, err2 := okta.ParseValue(strings.TrimSpace(last))
	switch {
	case err1 != nil && err2 != nil:
		return okta.Expr{}, err1
	case err1 != nil: // "Vo," is a last name still being typed
		return okta.Or(append(or, okta.StartsWith(okta.AttrLastName, l))...), nil
	case err2 != nil:
		return okta.Or(append(or, okta.StartsWith(okta.AttrFirstName, f))...), nil
	}
	return okta.Or(append(or, okta.And(okta.StartsWith(okta.AttrFirstName, f), okta.StartsWith(okta.AttrLastName, l)))...), nil
}

// Person reads what a person's page shows, four calls side by side. Groups,
// roles and factors may each fail alone; without the person there is no page.
// Operations GetUser, ListUserGroups, ListAssignedRolesForUser and, outside the
// User API, ListFactors.
func (d *Desk) Person(ctx context.Context, who Actor, id okta.UserID) (Person, error) {
	return view(ctx, who, "users.get", func(ctx context.Context) (Person, error) {
		p, err := d.read(ctx, id)
		if err == nil || okta.IsNotFound(err) {
			if serr := d.settle(ctx, id); serr != nil {
				d.log.WarnContext(ctx, "a change of unknown end could not be settled", "error", serr)
			}
		}
		if err != nil {
			return Person{}, err
		}
		owner, err := d.credentialOwner(ctx)
		if err != nil {
			return Person{}, err
		}
		d.sensitive(ctx, who, p)
		on := standing(p, owner)
		d.lastTier(ctx, &on)
		d.dress(who, &p, on)
		return p, nil
	})
}

func (d *Desk) read(ctx context.Context, id okta.UserID) (Person, error) {
	var p Person
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { p.User, err = d.okta.Users.Get(gctx, id); return err })
	g.Go(func() error { p.Groups = part(d.okta.Access.Groups(gctx, id))("access.groups"); return nil })
	g.Go(func() error { p.Roles = part(d.okta.Roles.List(gctx, id))("roles.list"); return nil })
	g.Go(func() error { p.Factors = part(d.okta.Factors.List(gctx, id))("factors.list"); return nil })
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

func standing(p Person, owner okta.UserID) Standing {
	s := Standing{ID: p.User.ID, Name: p.User.Name(), Roles: p.Roles.Value, Unreadable: p.Roles.Err != nil, Untouched: owner == p.User.ID, StaffRead: p.ReadAt}
	var err error
	if p.Groups.Err != nil {
		err = p.Groups.Err
	}
	s.readStaff(p.Groups.Value, err)
	return s
}

// sensitive records that somebody looked at an administrator's page. A record
// that cannot be written does not stop reading.
func (d *Desk) sensitive(ctx context.Context, who Actor, p Person) {
	if len(p.Roles.Value) == 0 {
		return
	}
	_, err := d.record.Add(ctx, audit.Row{
		Phase: audit.PhaseEvent, ActorID: who.ID, ActorName: who.Name, ActorRole: string(who.Tier()), Session: who.Session, Address: who.Address,
		Action: "users.get", Op: "GetUser", Class: string(Reading), TargetID: p.User.ID.String(), Target: p.User.Profile.Login(), Detail: "admin roles shown",
	})
	if err != nil {
		d.log.ErrorContext(ctx, "a view of an administrator could not be recorded", "error", err)
	}
}
