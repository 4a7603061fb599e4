package okta

import (
	"strings"
	"testing"
)

func TestGrants(t *testing.T) {
	body := `[{"id":"oag1","status":"ACTIVE","created":"2025-03-04T05:06:07.000Z","issuer":"https://i","clientId":"0oaClock","userId":"` + annID + `","scopeId":"scp1","source":"ADMIN",
		"_embedded":{"scope":{"id":"scp1","name":"hours","displayName":"Read hours","description":"d"}}},` + grantBody + `]`
	p, err := client(t, says(200, body, `Link: <https://x/y?after=oag2>; rel="next"`)).Grants.List(t.Context(), ann, Cursor{}, 2)
	if err != nil || len(p.Items) != 2 || p.Next.String() != "oag2" {
		t.Fatal(p, err)
	}
	if g := p.Items[0]; g.ID != aGrant || g.Client != aClient || g.Person != ann || g.Source != "ADMIN" || g.Created.IsZero() || g.Scope != (Scope{"hours", "Read hours", "d"}) {
		t.Errorf("%+v", g)
	}
	if g := p.Items[1]; g.Scope.Name != "okta.users.read" || g.ScopeID != "okta.users.read" {
		t.Errorf("%+v", g)
	}
}

// TestGrantsOfOthers: a list that is not the person's, or not the client's, is
// none. Whoever revokes goes by it.
func TestGrantsOfOthers(t *testing.T) {
	other := must(ParseClientID("0oaOther"))
	for name, body := range map[string]string{
		"person":  strings.Replace(grantBody, annID, bobID, 1),
		"nobody":  `{"id":"oag1","clientId":"0oaClock"}`,
		"no id":   strings.Replace(grantBody, "oag1", "", 1),
		"null":    `null`,
		"list":    `[]`,
		"bad id":  strings.Replace(grantBody, "oag1", "a/b", 1),
		"no time": strings.Replace(grantBody, `"status"`, `"created":"yesterday","status"`, 1),
	} {
		c := client(t, says(200, `[`+body+`]`)).Grants
		if p, err := c.List(t.Context(), ann, Cursor{}, 0); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
		if g, err := client(t, says(200, body)).Grants.Get(t.Context(), ann, aGrant); err == nil {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if _, err := client(t, says(200, `[`+grantBody+`]`)).Grants.ForClient(t.Context(), ann, other, Cursor{}, 0); err == nil {
		t.Error("another client's grant was taken")
	}
	if _, err := client(t, says(200, grantBody)).Grants.Get(t.Context(), ann, must(ParseGrantID("oag2"))); err == nil {
		t.Error("another grant was taken")
	}
}

func TestTokens(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"clientId":      {tokenBody, true},
		"client_id":     {strings.Replace(tokenBody, "clientId", "client_id", 1), true},
		"other client":  {strings.Replace(tokenBody, "0oaClock", "0oaOther", 1), false},
		"no client":     {strings.Replace(tokenBody, "clientId", "c", 1), false},
		"other person":  {strings.Replace(tokenBody, annID, bobID, 1), false},
		"no id":         {strings.Replace(tokenBody, `"id"`, `"x"`, 1), false},
		"other's token": {strings.Replace(tokenBody, "oar1", "oar2", 1), false},
	} {
		tok, err := client(t, says(200, c.body)).Sessions.Token(t.Context(), ann, aClient, aToken)
		if c.ok != (err == nil) || c.ok && (tok.ID != aToken || tok.Client != aClient || len(tok.Scopes) != 1) {
			t.Errorf("%s: %+v, %v", name, tok, err)
		}
		p, err := client(t, says(200, `[`+c.body+`]`)).Sessions.Tokens(t.Context(), ann, aClient, Cursor{}, 0)
		if c.ok != (err == nil) && name != "other's token" || err != nil && len(p.Items) > 0 {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// TestLimits: an impossible number is refused before it is sent.
func TestLimits(t *testing.T) {
	c := client(t, says(200, `[]`))
	for _, n := range []int{-1, 201} {
		for _, err := range []error{
			second(c.Grants.List(t.Context(), ann, Cursor{}, n)),
			second(c.Sessions.Tokens(t.Context(), ann, aClient, Cursor{}, n)),
			second(c.Groups.Find(t.Context(), "", n)),
			second(c.Admins.List(t.Context(), Cursor{}, n)),
			second(c.Logs.About(t.Context(), ann, since(), n)),
		} {
			if !isErr(err, ErrBadQuery) {
				t.Error(n, err)
			}
		}
	}
}
