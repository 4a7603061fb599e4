package okta

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// drive makes the recorded call by the client's own means.
func (x exchange) drive(ctx context.Context, c *Client, q url.Values) (any, []string, error) {
	if x.Operation == "ListUsers" {
		return x.list(ctx, c, q)
	}
	id, err := ParseUserID(strings.Split(x.Request.Path, "/")[4])
	if err != nil {
		return nil, []string{untypedID}, err
	}
	if do, ok := reads(ctx, c, id)[x.Operation]; ok {
		got, err := do()
		return got, nil, err
	}
	got, err := x.change(ctx, c, id, q)
	return got, nil, err
}

func reads(ctx context.Context, c *Client, id UserID) map[string]func() (any, error) {
	return map[string]func() (any, error){
		"GetUser":                  func() (any, error) { return c.Users.Get(ctx, id) },
		"ListUserGroups":           func() (any, error) { return orEmpty(c.Access.Groups(ctx, id)) },
		"ListAssignedRolesForUser": func() (any, error) { return orEmpty(c.Roles.List(ctx, id)) },
		"x-listFactors":            func() (any, error) { return orEmpty(c.Factors.List(ctx, id)) },
	}
}

func orEmpty[T any](list []T, err error) ([]T, error) { return append([]T{}, list...), err }

func (x exchange) change(ctx context.Context, c *Client, id UserID, q url.Values) (any, error) {
	l, none := c.Lifecycle, map[string]any{}
	mail := q.Get("sendEmail") == "true"
	switch x.Operation {
	case "ActivateUser":
		return revealed(l.Activate(ctx, id, mail))
	case "ReactivateUser":
		return revealed(l.Reactivate(ctx, id, mail))
	case "DeactivateUser":
		return none, l.Deactivate(ctx, id, mail)
	case "SuspendUser":
		return none, l.Suspend(ctx, id)
	case "UnsuspendUser":
		return none, l.Unsuspend(ctx, id)
	case "UnlockUser":
		return none, l.Unlock(ctx, id)
	case "ResetFactors":
		return none, l.ResetFactors(ctx, id)
	case "ExpirePassword":
		return l.ExpirePassword(ctx, id)
	case "ExpirePasswordAndGetTemporaryPassword":
		s, err := l.ExpirePasswordAndGetTemporaryPassword(ctx, id, q.Has("revokeSessions"))
		return named("tempPassword", s), err
	case "ResetPassword":
		s, err := l.ResetPassword(ctx, id, mail, q.Has("revokeSessions"))
		return named("resetPasswordUrl", s), err
	}
	return nil, c.Sessions.Clear(ctx, id, q.Get("oauthTokens") == "true", q.Get("forgetDevices") == "true")
}

// named is a secret as Okta sends it; a Secret itself does not encode.
func named(name string, s Secret) map[string]string {
	if s.IsZero() {
		return map[string]string{}
	}
	return map[string]string{name: s.Reveal()}
}

func revealed(a Activation, err error) (any, error) {
	m := named("activationUrl", a.URL)
	maps.Copy(m, named("activationToken", a.Token))
	return m, err
}

func (x exchange) list(ctx context.Context, c *Client, q url.Values) (any, []string, error) {
	limit, _ := strconv.Atoi(q.Get("limit"))
	search, ok1 := rebuild(q.Get("search"))
	filter, ok2 := rebuild(q.Get("filter"))
	p, err := c.Users.List(ctx, UserQuery{Search: search, Filter: filter, Limit: limit, After: Cursor{q.Get("after")}})
	if err == nil && p.Next.String() != x.next() {
		err = errNoCursor
	}
	people := append([]User{}, p.Items...)
	if !ok1 || !ok2 {
		return people, []string{foreignOp}, err
	}
	return people, nil, err
}

// next finds the next page's cursor without the client's parser: in all that was
// recorded it stands in the last address of the header.
func (x exchange) next() string {
	lines, _ := x.Response.Headers["link"].([]any)
	if len(lines) == 0 {
		return ""
	}
	last := lines[len(lines)-1].(string)
	if !strings.HasSuffix(last, `rel="next"`) {
		return ""
	}
	_, query, _ := strings.Cut(last[strings.LastIndex(last, "<")+1:strings.LastIndex(last, ">")], "?")
	v, _ := url.ParseQuery(query)
	return v.Get("after")
}

// rebuild makes a recorded expression by the client's own functions, as far as
// they go.
func rebuild(s string) (Expr, bool) {
	if s == "" {
		return Expr{}, true
	}
	join, word := And, " and "
	if strings.Contains(s, `" or `) {
		join, word = Or, " or "
	}
	var parts []Expr
	for part := range strings.SplitSeq(s, word) {
		name, rest, _ := strings.Cut(part, " ")
		operator, quoted, _ := strings.Cut(rest, " ")
		text, err := strconv.Unquote(quoted)
		v, bad := ParseValue(text)
		compare, ok := map[string]func(Attr, Value) Expr{"eq": Eq, "sw": StartsWith}[operator]
		if err != nil || bad != nil || !ok {
			return Expr{text: s}, false
		}
		parts = append(parts, compare(Attr(name), v))
	}
	return join(parts...), true
}
