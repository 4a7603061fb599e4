package okta

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// drive makes the recorded call by the client's own means.
func (x exchange) drive(ctx context.Context, c *Client, q url.Values) (any, []string, error) {
	switch x.op() {
	case "ListUsers":
		return x.list(ctx, c, q)
	case "CreateUser":
		got, err := c.Users.Create(ctx, x.newUser(q))
		return got, nil, err
	}
	if do, ok := x.beside(ctx, c, q)[x.op()]; ok {
		got, err := do()
		return got, nil, err
	}
	id, err := ParseUserID(x.part(1))
	if err != nil {
		return nil, []string{untypedID}, err
	}
	if do, ok := x.reads(ctx, c, id)[x.op()]; ok {
		got, err := do()
		return got, nil, err
	}
	if do, ok := x.wipes(ctx, c, id)[x.op()]; ok {
		return x.Response.Body, nil, do() // there is nothing that could get lost
	}
	got, err := x.change(ctx, c, id, q)
	return got, nil, err
}

// part is one of the path's segments; the first behind /api/v1 is 0.
func (x exchange) part(i int) string {
	parts := append(strings.Split(strings.Trim(x.Request.Path, "/"), "/")[2:], make([]string, 9)...)
	return parts[i]
}

func part[K kind](x exchange, i int) ID[K] { return ID[K]{x.part(i)} }

type do = func() (any, error)

func (x exchange) reads(ctx context.Context, c *Client, id UserID) map[string]do {
	role, client := part[ofRole](x, 3), part[ofClient](x, 3)
	return map[string]do{
		"GetUser":                   func() (any, error) { return c.Users.Get(ctx, id) },
		"ListUserBlocks":            func() (any, error) { return orEmpty(c.Users.Blocks(ctx, id)) },
		"ListUserGroups":            func() (any, error) { return orEmpty(c.Access.Groups(ctx, id)) },
		"ListAppLinks":              func() (any, error) { return orEmpty(c.Access.AppLinks(ctx, id)) },
		"ListUserIdentityProviders": func() (any, error) { return orEmpty(c.Access.IdentityProviders(ctx, id)) },
		"GetLinkedObjectsForUser":   func() (any, error) { return x.asLinks(c.Links.List(ctx, id, part[ofLink](x, 3))) },
		"ListAssignedRolesForUser":  func() (any, error) { return orEmpty(c.Roles.List(ctx, id)) },
		"GetUserRole":               func() (any, error) { return c.Roles.Get(ctx, id, role) },
		"ListGroupTargetsForRole":   func() (any, error) { return orEmpty(c.Targets.Groups(ctx, id, role)) },
		"ListApplicationTargetsForApplicationAdministratorRoleForUser": func() (any, error) {
			return each(asTarget)(c.Targets.Apps(ctx, id, role))
		},
		"ListUserGrants": func() (any, error) { return each(asGrant)(items(c.Grants.List(ctx, id, Cursor{}, 0))) },
		"GetUserGrant": func() (any, error) {
			g, err := c.Grants.Get(ctx, id, part[ofGrant](x, 3))
			return asGrant(g), err
		},
		"ListGrantsForUserAndClient": func() (any, error) {
			return each(asGrant)(items(c.Grants.ForClient(ctx, id, client, Cursor{}, 0)))
		},
		"ListUserClients": func() (any, error) { return orEmpty(c.Sessions.Clients(ctx, id)) },
		"ListRefreshTokensForUserAndClient": func() (any, error) {
			return orEmpty(items(c.Sessions.Tokens(ctx, id, client, Cursor{}, 0)))
		},
		"GetRefreshTokenForUserAndClient": func() (any, error) {
			return c.Sessions.Token(ctx, id, client, part[ofToken](x, 5))
		},
		"ListFactors": func() (any, error) { return orEmpty(c.Factors.List(ctx, id)) },
	}
}

// beside has the reads that are about no person.
func (x exchange) beside(ctx context.Context, c *Client, q url.Values) map[string]do {
	group := part[ofGroup](x, 1)
	limit, _ := strconv.Atoi(q.Get("limit"))
	return map[string]do{
		"ListLinkedObjectDefinitions": func() (any, error) { return orEmpty(c.Links.Definitions(ctx)) },
		"ListGroups":                  func() (any, error) { return orEmpty(c.Groups.Find(ctx, q.Get("q"), limit)) },
		"GetGroup":                    func() (any, error) { return c.Groups.Get(ctx, group) },
		"ListGroupRoles":              func() (any, error) { return orEmpty(c.Groups.Roles(ctx, group)) },
		"ListGroupTargetsForGroupRole": func() (any, error) {
			return orEmpty(c.Groups.RoleGroups(ctx, group, part[ofRole](x, 3)))
		},
		"ListAppTargetsForGroupRole": func() (any, error) { return each(asTarget)(c.Groups.RoleApps(ctx, group, part[ofRole](x, 3))) },
		"ListResourceSets":           func() (any, error) { return asSets(c.Admins.Sets(ctx)) },
		"ListGroupUsers":             func() (any, error) { return orEmpty(collected(c.Groups.Members(ctx, group))) },
		"ListApps":                   func() (any, error) { return orEmpty(c.Apps.Find(ctx, q.Get("q"), limit)) },
		"GetApp":                     func() (any, error) { return c.Apps.Get(ctx, part[ofApp](x, 1)) },
		"GetUserSchema":              func() (any, error) { return asSchema(c.Schema.Profile(ctx)) },
		"ListRoleHolders":            func() (any, error) { return asHolders(c.Admins.List(ctx, Cursor{}, limit)) },
		"ListLogEvents": func() (any, error) {
			id, _ := ParseUserID(strings.Trim(strings.TrimPrefix(q.Get("filter"), "target.id eq "), `"`))
			return each(asEvent)(c.Logs.About(ctx, id, time.Time{}, limit))
		},
	}
}

// wipes has the changes that answer with nothing.
func (x exchange) wipes(ctx context.Context, c *Client, id UserID) map[string]func() error {
	role, group, app, instance := part[ofRole](x, 3), part[ofGroup](x, 6), part[ofAppName](x, 7), part[ofApp](x, 8)
	client, link := part[ofClient](x, 3), part[ofLink](x, 3)
	primary, _ := ParseUserID(x.part(4))
	return map[string]func() error{
		"DeactivateOrDeleteUser":                    func() error { return c.Users.Erase(ctx, id) },
		"SetLinkedObjectForUser":                    func() error { return c.Links.Set(ctx, id, link, primary) },
		"RemoveLinkedObjectForUser":                 func() error { return c.Links.Remove(ctx, id, link) },
		"RemoveRoleFromUser":                        func() error { return c.Roles.Remove(ctx, id, role) },
		"AddGroupTargetToRole":                      func() error { return c.Targets.AddGroup(ctx, id, role, group) },
		"RemoveGroupTargetFromRole":                 func() error { return c.Targets.RemoveGroup(ctx, id, role, group) },
		"AddAllAppsAsTargetToRole":                  func() error { return c.Targets.AddAllApps(ctx, id, role) },
		"AddApplicationTargetToAdminRoleForUser":    func() error { return c.Targets.AddApp(ctx, id, role, app) },
		"AddApplicationTargetToAppAdminRoleForUser": func() error { return c.Targets.AddInstance(ctx, id, role, app, instance) },
		"RemoveApplicationTargetFromApplicationAdministratorRoleForUser": func() error {
			return c.Targets.RemoveApp(ctx, id, role, app)
		},
		"RemoveApplicationTargetFromAdministratorRoleForUser": func() error {
			return c.Targets.RemoveInstance(ctx, id, role, app, instance)
		},
		"RevokeUserGrant":              func() error { return c.Grants.Revoke(ctx, id, part[ofGrant](x, 3)) },
		"RevokeUserGrants":             func() error { return c.Grants.RevokeAll(ctx, id) },
		"RevokeGrantsForUserAndClient": func() error { return c.Grants.RevokeForClient(ctx, id, client) },
		"RevokeTokenForUserAndClient": func() error {
			return c.Sessions.RevokeToken(ctx, id, client, part[ofToken](x, 5))
		},
		"RevokeTokensForUserAndClient": func() error { return c.Sessions.RevokeTokens(ctx, id, client) },
		"UnenrollFactor":               func() error { return c.Factors.Reset(ctx, id, part[ofFactor](x, 3)) },
	}
}

func orEmpty[T any](list []T, err error) ([]T, error) { return append([]T{}, list...), err }

func (x exchange) change(ctx context.Context, c *Client, id UserID, q url.Values) (any, error) {
	l, none := c.Lifecycle, map[string]any{}
	mail := q.Get("sendEmail") == "true"
	switch x.op() {
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
	case "ForgotPassword":
		s, err := c.Credentials.ForgotPassword(ctx, id, mail)
		return named("resetPasswordUrl", s), err
	case "PartialUpdateUser":
		return c.Users.Update(ctx, id, x.person().Profile, "")
	case "UpdateUser":
		return c.Users.Replace(ctx, id, x.person().Profile, "")
	case "AssignRoleToUser":
		return c.Roles.Assign(ctx, id, x.newRole())
	case "ClearUserSessions":
		return nil, c.Sessions.Clear(ctx, id, q.Get("oauthTokens") == "true", q.Get("forgetDevices") == "true")
	}
	return x.Response.Body, x.changeCredentials(ctx, c, id)
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
