package desk

import (
	"context"
	"errors"
	"strings"

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
	return view(ctx, d, who, "users.list", func(ctx context.Context) (Results, error) {
		if q.Text == "" && q.Status == "" {
			return Results{Query: q}, nil
		}
		done, err := d.searches.enter(ctx, who.ID)
		if err != nil {
			return Results{}, err
		}
		defer done()
		if id, err := okta.ParseUserID(q.Text); err == nil {
			return d.findByID(ctx, who, q, id)
		}
		if d.policy.limited(who) {
			return d.searchWithin(ctx, who, q)
		}
		return d.search(ctx, q)
	})
}

func (d *Desk) findByID(ctx context.Context, who Actor, q Query, id okta.UserID) (Results, error) {
	res := Results{Query: q, Asked: true}
	if _, err := d.reached(ctx, who, spec("users.list"), id); err != nil {
		var nobody *Error
		if errors.As(err, &nobody) && nobody.Kind == NotFound {
			err = nil
		}
		return res, err
	}
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
	page, err := d.list(ctx, expr, q.After)
	return Results{Query: q, People: page.Items, Next: page.Next.String(), Asked: true}, err
}

// list reads a page of the people whom an expression asks for.
func (d *Desk) list(ctx context.Context, expr okta.Expr, after string) (page okta.Page[okta.User], err error) {
	uq := okta.UserQuery{Search: expr, Limit: pageSize, SortBy: okta.AttrLastName}
	if after != "" {
		if uq.After, err = okta.ParseCursor(after); err != nil {
			return page, noSuchPage(err)
		}
	}
	return d.okta.Users.List(ctx, uq)
}

func noSuchPage(err error) *Error {
	return &Error{Kind: Invalid, Action: "users.list", Field: "after", Msg: "This page of the results no longer exists. Search again.", Err: err}
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
