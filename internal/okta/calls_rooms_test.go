package okta

import (
	"context"
	"encoding/json"
	"time"
)

// must parses what a test is sure of.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// What the calls are about beside ann and bob.
const (
	onAnn     = "/api/v1/users/" + annID
	appAdmin  = onAnn + "/roles/IFIFAX2BIRGUSTQ"
	onClock   = onAnn + "/clients/0oaClock"
	grantBody = `{"id":"oag1","status":"ACTIVE","clientId":"0oaClock","userId":"` + annID + `","scopeId":"okta.users.read"}`
	tokenBody = `{"id":"oar1","status":"ACTIVE","clientId":"0oaClock","userId":"` + annID + `","scopes":["openid"]}`
	roleBody  = `{"id":"IFIFAX2BIRGUSTQ","type":"APP_ADMIN","assignmentType":"USER"}`
	credBody  = `{"password":{},"provider":{"type":"OKTA","name":"OKTA"}}`
)

var ( // what is parsed once
	bob       = mustID(bobID)
	aRole     = must(ParseRoleID("IFIFAX2BIRGUSTQ"))
	aGroup    = must(ParseGroupID("00gBerlin"))
	anApp     = must(ParseAppID("0oaWiki"))
	anAppName = must(ParseAppName("wiki.v2_1"))
	aClient   = must(ParseClientID("0oaClock"))
	aGrant    = must(ParseGrantID("oag1"))
	aToken    = must(ParseTokenID("oar1"))
	aFactor   = must(ParseFactorID("sms1"))
	aLink     = must(ParseLinkName("manager"))
)

func profile(text string) Profile {
	var p Profile
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		panic(err)
	}
	return p
}

func peopleCalls() []call {
	ann1 := Profile{"login": json.RawMessage(`"ann@brightwater.example"`)}
	made := `{"id":"` + annID + `","status":"STAGED","profile":{"login":"Ann@brightwater.example"}}`
	return []call{
		{"CreateUser", func(ctx context.Context, c *Client) error {
			return second(c.Users.Create(ctx, NewUser{Profile: ann1}))
		}, "POST", "/api/v1/users?activate=false", 200, made, `{"profile":{"login":"ann@brightwater.example"}}`},
		{
			"CreateUser", func(ctx context.Context, c *Client) error {
				n := NewUser{Profile: ann1, Password: NewSecret(`a"<é`), ChangeAtNextLogin: true, Activate: true, Groups: []GroupID{aGroup}}
				return second(c.Users.Create(ctx, n))
			}, "POST", "/api/v1/users?activate=true&nextLogin=changePassword", 200, made,
			`{"profile":{"login":"ann@brightwater.example"},"credentials":{"password":{"value":"a\"\u003cé"}},"groupIds":["00gBerlin"]}`,
		},
		{
			"CreateUser", func(ctx context.Context, c *Client) error {
				n := NewUser{Profile: ann1, Provider: Provider{Type: "FEDERATION", Name: "FEDERATION"}, Activate: true}
				return second(c.Users.Create(ctx, n))
			}, "POST", "/api/v1/users?activate=true&provider=true", 200, made,
			`{"profile":{"login":"ann@brightwater.example"},"credentials":{"provider":{"type":"FEDERATION","name":"FEDERATION"}}}`,
		},
		{"PartialUpdateUser", func(ctx context.Context, c *Client) error {
			return second(c.Users.Update(ctx, ann, profile(`{"title":null,"skills":["a", 2]}`), ""))
		}, "POST", onAnn, 200, person(annID), `{"profile":{"skills":["a",2],"title":null}}`},
		{"UpdateUser", func(ctx context.Context, c *Client) error {
			return second(c.Users.Replace(ctx, ann, ann1, ""))
		}, "PUT", onAnn, 200, person(annID), `{"profile":{"login":"ann@brightwater.example"}}`},
		{"DeactivateOrDeleteUser", func(ctx context.Context, c *Client) error {
			return c.Users.Erase(ctx, ann)
		}, "DELETE", onAnn + "?sendEmail=false", 204, ``, ``},
		{"ListUserBlocks", func(ctx context.Context, c *Client) error {
			return second(c.Users.Blocks(ctx, ann))
		}, "GET", onAnn + "/blocks", 200, `[]`, ``},
		{"ListUsers", func(ctx context.Context, c *Client) error {
			return second(c.Users.ByIDs(ctx, []UserID{ann, bob}))
		}, "GET", "/api/v1/users?search=id+eq+%22" + annID + "%22+or+id+eq+%22" + bobID + "%22", 200, `[]`, ``},
	}
}

func credentialCalls() []call {
	old, secret, answer := NewSecret("old"), NewSecret("new"), NewSecret("moss")
	const on = onAnn + "/credentials/"
	return []call{
		{"ChangePassword", func(ctx context.Context, c *Client) error {
			return c.Credentials.ChangePassword(ctx, ann, old, secret, false, false)
		}, "POST", on + "change_password", 200, credBody, `{"oldPassword":{"value":"old"},"newPassword":{"value":"new"}}`},
		{"ChangePassword", func(ctx context.Context, c *Client) error {
			return c.Credentials.ChangePassword(ctx, ann, old, secret, true, true)
		}, "POST", on + "change_password?strict=true", 200, credBody, `{"oldPassword":{"value":"old"},"newPassword":{"value":"new"},"revokeSessions":true}`},
		{"ChangeRecoveryQuestion", func(ctx context.Context, c *Client) error {
			return c.Credentials.ChangeRecoveryQuestion(ctx, ann, secret, "What grows?", answer)
		}, "POST", on + "change_recovery_question", 200, credBody, `{"password":{"value":"new"},"recovery_question":{"question":"What grows?","answer":"moss"}}`},
		{"ForgotPassword", func(ctx context.Context, c *Client) error {
			return second(c.Credentials.ForgotPassword(ctx, ann, true))
		}, "POST", on + "forgot_password?sendEmail=true", 200, `{}`, ``},
		{"ForgotPassword", func(ctx context.Context, c *Client) error {
			return second(c.Credentials.ForgotPassword(ctx, ann, false))
		}, "POST", on + "forgot_password?sendEmail=false", 200, `{"resetPasswordUrl":"https://x/T"}`, ``},
		{"ForgotPasswordSetNewPassword", func(ctx context.Context, c *Client) error {
			return c.Credentials.ForgotPasswordSetNewPassword(ctx, ann, answer, secret)
		}, "POST", on + "forgot_password_recovery_question", 200, credBody, `{"password":{"value":"new"},"recovery_question":{"answer":"moss"}}`},
	}
}

func accessCalls() []call {
	return []call{
		{"ListAppLinks", func(ctx context.Context, c *Client) error {
			return second(c.Access.AppLinks(ctx, ann))
		}, "GET", onAnn + "/appLinks", 200, `[]`, ``},
		{"ListUserIdentityProviders", func(ctx context.Context, c *Client) error {
			return second(c.Access.IdentityProviders(ctx, ann))
		}, "GET", onAnn + "/idps", 200, `[]`, ``},
		{"GetLinkedObjectsForUser", func(ctx context.Context, c *Client) error {
			return second(c.Links.List(ctx, ann, aLink))
		}, "GET", onAnn + "/linkedObjects/manager", 200, `[]`, ``},
		{"SetLinkedObjectForUser", func(ctx context.Context, c *Client) error {
			return c.Links.Set(ctx, ann, aLink, bob)
		}, "PUT", onAnn + "/linkedObjects/manager/" + bobID, 204, ``, ``},
		{"RemoveLinkedObjectForUser", func(ctx context.Context, c *Client) error {
			return c.Links.Remove(ctx, ann, aLink)
		}, "DELETE", onAnn + "/linkedObjects/manager", 204, ``, ``},
		{"ListLinkedObjectDefinitions", func(ctx context.Context, c *Client) error {
			return second(c.Links.Definitions(ctx))
		}, "GET", "/api/v1/meta/schemas/user/linkedObjects", 200, `[]`, ``},
		{"UnenrollFactor", func(ctx context.Context, c *Client) error {
			return c.Factors.Reset(ctx, ann, aFactor)
		}, "DELETE", onAnn + "/factors/sms1", 204, ``, ``},
	}
}

func besideCalls() []call {
	since := time.Date(2026, 11, 24, 12, 0, 0, 5e6, time.FixedZone("Berlin", 3600))
	return []call{
		{"ListGroups", func(ctx context.Context, c *Client) error {
			return second(c.Groups.Find(ctx, "Ber&in", 8))
		}, "GET", "/api/v1/groups?limit=8&q=Ber%26in", 200, `[]`, ``},
		{"GetGroup", func(ctx context.Context, c *Client) error {
			return second(c.Groups.Get(ctx, aGroup))
		}, "GET", "/api/v1/groups/00gBerlin", 200, `{"id":"00gBerlin"}`, ``},
		{"ListGroupRoles", func(ctx context.Context, c *Client) error {
			return second(c.Groups.Roles(ctx, aGroup))
		}, "GET", "/api/v1/groups/00gBerlin/roles", 200, `[]`, ``},
		{"ListGroupTargetsForGroupRole", func(ctx context.Context, c *Client) error {
			return second(c.Groups.RoleGroups(ctx, aGroup, aRole))
		}, "GET", "/api/v1/groups/00gBerlin/roles/" + aRole.String() + "/targets/groups?limit=200", 200, `[]`, ``},
		{"ListAppTargetsForGroupRole", func(ctx context.Context, c *Client) error {
			return second(c.Groups.RoleApps(ctx, aGroup, aRole))
		}, "GET", "/api/v1/groups/00gBerlin/roles/" + aRole.String() + "/targets/catalog/apps?limit=200", 200, `[]`, ``},
		{"ListResourceSets", func(ctx context.Context, c *Client) error {
			return second(c.Admins.Sets(ctx))
		}, "GET", "/api/v1/iam/resource-sets", 200, `{"resource-sets":[]}`, ``},
		{"ListGroupUsers", func(ctx context.Context, c *Client) error {
			for _, err := range c.Groups.Members(ctx, aGroup) {
				return err
			}
			return nil
		}, "GET", "/api/v1/groups/00gBerlin/users?limit=200", 200, `[]`, ``},
		{"ListApps", func(ctx context.Context, c *Client) error {
			return second(c.Apps.Find(ctx, "", 0))
		}, "GET", "/api/v1/apps", 200, `[]`, ``},
		{"GetApp", func(ctx context.Context, c *Client) error {
			return second(c.Apps.Get(ctx, anApp))
		}, "GET", "/api/v1/apps/0oaWiki", 200, `{"id":"0oaWiki"}`, ``},
		{"GetUserSchema", func(ctx context.Context, c *Client) error {
			return second(c.Schema.Profile(ctx))
		}, "GET", "/api/v1/meta/schemas/user/default", 200, `{"definitions":{"base":{"properties":{"login":{}}}}}`, ``},
		{"ListRoleHolders", func(ctx context.Context, c *Client) error {
			return second(c.Admins.List(ctx, Cursor{"a"}, 200))
		}, "GET", "/api/v1/iam/assignees/users?after=a&limit=200", 200, `{"value":[]}`, ``},
		{"ListLogEvents", func(ctx context.Context, c *Client) error {
			v, _ := ParseValue("group.")
			return second(c.Logs.Since(ctx, since, StartsWith(AttrEventType, v)))
		}, "GET", "/api/v1/logs?filter=eventType+sw+%22group.%22&limit=200&since=2026-11-24T11%3A00%3A00.005Z&sortOrder=ASCENDING", 200, `[]`, ``},
		{"ListLogEvents", func(ctx context.Context, c *Client) error {
			return second(c.Logs.About(ctx, ann, since, 20))
		}, "GET", "/api/v1/logs?filter=target.id+eq+%22" + annID + "%22&limit=20&since=2026-11-24T11%3A00%3A00.005Z&sortOrder=DESCENDING", 200, `[]`, ``},
	}
}
