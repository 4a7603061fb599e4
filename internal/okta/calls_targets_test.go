package okta

import "context"

func roleCalls() []call {
	return []call{
		{"AssignRoleToUser", func(ctx context.Context, c *Client) error {
			return second(c.Roles.Assign(ctx, ann, NewRole{Type: AppAdmin}))
		}, "POST", onAnn + "/roles", 201, roleBody, `{"type":"APP_ADMIN"}`},
		{"AssignRoleToUser", func(ctx context.Context, c *Client) error {
			return second(c.Roles.Assign(ctx, ann, NewRole{Type: Custom, Role: "cr01", ResourceSet: "iam1"}))
		}, "POST", onAnn + "/roles", 201, `{"id":"irb1","type":"CUSTOM","assignmentType":"USER"}`, `{"type":"CUSTOM","role":"cr01","resource-set":"iam1"}`},
		{"GetUserRole", func(ctx context.Context, c *Client) error {
			return second(c.Roles.Get(ctx, ann, aRole))
		}, "GET", appAdmin, 200, roleBody, ``},
		{"RemoveRoleFromUser", func(ctx context.Context, c *Client) error {
			return c.Roles.Remove(ctx, ann, aRole)
		}, "DELETE", appAdmin, 204, ``, ``},
	}
}

func targetCalls() []call {
	const groups, apps = appAdmin + "/targets/groups", appAdmin + "/targets/catalog/apps"
	return []call{
		{"ListGroupTargetsForRole", func(ctx context.Context, c *Client) error {
			return second(c.Targets.Groups(ctx, ann, aRole))
		}, "GET", groups + "?limit=200", 200, `[]`, ``},
		{"AddGroupTargetToRole", func(ctx context.Context, c *Client) error {
			return c.Targets.AddGroup(ctx, ann, aRole, aGroup)
		}, "PUT", groups + "/00gBerlin", 204, ``, ``},
		{"RemoveGroupTargetFromRole", func(ctx context.Context, c *Client) error {
			return c.Targets.RemoveGroup(ctx, ann, aRole, aGroup)
		}, "DELETE", groups + "/00gBerlin", 204, ``, ``},
		{"ListApplicationTargetsForApplicationAdministratorRoleForUser", func(ctx context.Context, c *Client) error {
			return second(c.Targets.Apps(ctx, ann, aRole))
		}, "GET", apps + "?limit=200", 200, `[]`, ``},
		{"AddAllAppsAsTargetToRole", func(ctx context.Context, c *Client) error {
			return c.Targets.AddAllApps(ctx, ann, aRole)
		}, "PUT", apps, 204, ``, ``},
		{"AddAllAppsAsTargetToRole", func(ctx context.Context, c *Client) error {
			return c.Targets.AddAllApps(ctx, ann, aRole)
		}, "PUT", apps, 200, ``, ``},
		{"AddApplicationTargetToAdminRoleForUser", func(ctx context.Context, c *Client) error {
			return c.Targets.AddApp(ctx, ann, aRole, anAppName)
		}, "PUT", apps + "/wiki.v2_1", 204, ``, ``},
		{"AddApplicationTargetToAppAdminRoleForUser", func(ctx context.Context, c *Client) error {
			return c.Targets.AddInstance(ctx, ann, aRole, anAppName, anApp)
		}, "PUT", apps + "/wiki.v2_1/0oaWiki", 204, ``, ``},
		{"RemoveApplicationTargetFromApplicationAdministratorRoleForUser", func(ctx context.Context, c *Client) error {
			return c.Targets.RemoveApp(ctx, ann, aRole, anAppName)
		}, "DELETE", apps + "/wiki.v2_1", 204, ``, ``},
		{"RemoveApplicationTargetFromAdministratorRoleForUser", func(ctx context.Context, c *Client) error {
			return c.Targets.RemoveInstance(ctx, ann, aRole, anAppName, anApp)
		}, "DELETE", apps + "/wiki.v2_1/0oaWiki", 204, ``, ``},
	}
}

func grantCalls() []call {
	return []call{
		{"ListUserGrants", func(ctx context.Context, c *Client) error {
			return second(c.Grants.List(ctx, ann, Cursor{"a"}, 50))
		}, "GET", onAnn + "/grants?after=a&expand=scope&limit=50", 200, `[` + grantBody + `]`, ``},
		{"GetUserGrant", func(ctx context.Context, c *Client) error {
			return second(c.Grants.Get(ctx, ann, aGrant))
		}, "GET", onAnn + "/grants/oag1?expand=scope", 200, grantBody, ``},
		{"RevokeUserGrant", func(ctx context.Context, c *Client) error {
			return c.Grants.Revoke(ctx, ann, aGrant)
		}, "DELETE", onAnn + "/grants/oag1", 204, ``, ``},
		{"RevokeUserGrants", func(ctx context.Context, c *Client) error {
			return c.Grants.RevokeAll(ctx, ann)
		}, "DELETE", onAnn + "/grants", 204, ``, ``},
		{"ListGrantsForUserAndClient", func(ctx context.Context, c *Client) error {
			return second(c.Grants.ForClient(ctx, ann, aClient, Cursor{}, 0))
		}, "GET", onClock + "/grants?expand=scope", 200, `[` + grantBody + `]`, ``},
		{"RevokeGrantsForUserAndClient", func(ctx context.Context, c *Client) error {
			return c.Grants.RevokeForClient(ctx, ann, aClient)
		}, "DELETE", onClock + "/grants", 204, ``, ``},
	}
}

func tokenCalls() []call {
	return []call{
		{"ListUserClients", func(ctx context.Context, c *Client) error {
			return second(c.Sessions.Clients(ctx, ann))
		}, "GET", onAnn + "/clients", 200, `[]`, ``},
		{"ListRefreshTokensForUserAndClient", func(ctx context.Context, c *Client) error {
			return second(c.Sessions.Tokens(ctx, ann, aClient, Cursor{"a"}, 200))
		}, "GET", onClock + "/tokens?after=a&limit=200", 200, `[` + tokenBody + `]`, ``},
		{"GetRefreshTokenForUserAndClient", func(ctx context.Context, c *Client) error {
			return second(c.Sessions.Token(ctx, ann, aClient, aToken))
		}, "GET", onClock + "/tokens/oar1", 200, tokenBody, ``},
		{"RevokeTokenForUserAndClient", func(ctx context.Context, c *Client) error {
			return c.Sessions.RevokeToken(ctx, ann, aClient, aToken)
		}, "DELETE", onClock + "/tokens/oar1", 204, ``, ``},
		{"RevokeTokensForUserAndClient", func(ctx context.Context, c *Client) error {
			return c.Sessions.RevokeTokens(ctx, ann, aClient)
		}, "DELETE", onClock + "/tokens", 204, ``, ``},
	}
}
