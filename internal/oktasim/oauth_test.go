package oktasim

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestBearerToken(t *testing.T) {
	for _, rs256 := range []bool{false, true} {
		s := newService(t, false)
		if rs256 {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				t.Fatal(err)
			}
			s.key = key
			s.org.RegisterApp(App{ClientID: serviceID, Key: key.Public(), Scopes: strings.Fields(scopesHere)})
		}
		r := s.bearerToken(scopesHere).wantCode(200)
		if r.text("token_type") != "Bearer" || r.at("expires_in") != 3600.0 || r.text("scope") != scopesHere {
			t.Errorf("%s", r.body)
		}
		auth := "Bearer " + r.text("access_token")
		s.call("GET", "/api/v1/users?limit=1", auth).wantCode(200)
		s.call("POST", userPath(s.org.FirstWith(lockedOut).ID, "/lifecycle/unlock"), auth).wantCode(200)
		s.call("GET", "/api/v1/users/me", auth).wantError(404, "E0000007") // an app is nobody
	}
}

func TestAssertionsThatAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(claims){
		"another issuer":      func(c claims) { c["iss"] = "0oanone" },
		"another subject":     func(c claims) { c["sub"] = "0oanone" },
		"another audience":    func(c claims) { c["aud"] = orgBase },
		"two audiences":       func(c claims) { c["aud"] = []string{orgBase + oauthPath, "https://x.example"} },
		"expired":             func(c claims) { c["exp"] = begin().Add(-time.Minute).Unix() },
		"never expires":       func(c claims) { delete(c, "exp") },
		"lives too long":      func(c claims) { c["exp"] = begin().Add(61 * time.Minute).Unix() },
		"without id":          func(c claims) { delete(c, "jti") },
		"audience is no name": func(c claims) { c["aud"] = 7 },
	} {
		s := newService(t, false)
		s.assert = spoil
		t.Run(name, func(t *testing.T) { s.t = t; s.bearerToken("okta.users.read").wantOAuth(401, "invalid_client") })
	}
	s := newService(t, false)
	s.header["kid"] = "k2"
	s.bearerToken("okta.users.read").wantOAuth(401, "invalid_client")
	s.header["kid"], s.key = "k1", ecKey(t)
	s.bearerToken("okta.users.read").wantOAuth(401, "invalid_client")
}

func TestTokenRequestsThatAreRefused(t *testing.T) {
	s := newService(t, false)
	for _, c := range []struct{ name, value, code string }{
		{"grant_type", "password", "unsupported_grant_type"},
		{"client_assertion_type", "jwt", "invalid_client"},
		{"client_assertion", "a.b", "invalid_client"},
		{"client_assertion", "", "invalid_client"},
	} {
		r := s.token(c.name, c.value)
		r.wantOAuth(map[bool]int{true: 401, false: 400}[c.code == "invalid_client"], c.code)
	}
	for _, scope := range []string{"", "okta.apps.read", "okta.users.read okta.apps.read"} {
		s.bearerToken(scope).wantOAuth(400, "invalid_scope")
	}
	r := requestWith(s.org, "POST", oauthPath+"?client_assertion="+s.assertion(), "grant_type=client_credentials")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	send(t, s.org, r).wantOAuth(400, "invalid_request")
	r = requestWith(s.org, "POST", oauthPath, `{"grant_type":"client_credentials"}`)
	r.Header.Set("Content-Type", "application/json")
	send(t, s.org, r).wantOAuth(400, "invalid_request")
	s.call("GET", oauthPath, "SSWS "+s.org.Token()).wantError(405, "E0000022")
}

func TestAnAssertionServesOnce(t *testing.T) {
	s := newService(t, false)
	s.assert = func(c claims) { c["jti"] = "same" }
	s.bearerToken("okta.apps.read").wantOAuth(400, "invalid_scope") // no token, so not used up
	s.bearerToken("okta.users.read").wantCode(200)
	s.bearerToken("okta.users.read").wantOAuth(401, "invalid_client")
	s.org.Advance(2 * time.Hour)
	s.bearerToken("okta.users.read").wantCode(200) // long forgotten
}

func TestAccessTokensEnd(t *testing.T) {
	s := newService(t, false)
	auth := "Bearer " + s.bearerToken("okta.users.read").text("access_token")
	s.org.Advance(59 * time.Minute)
	s.call("GET", "/api/v1/users?limit=1", auth).wantCode(200)
	s.org.Advance(2 * time.Minute)
	r := s.call("GET", "/api/v1/users?limit=1", auth)
	r.wantError(401, "E0000011")
	if got := r.head.Get("Www-Authenticate"); !strings.HasPrefix(got, "Bearer ") || !strings.Contains(got, "invalid_token") {
		t.Error(got)
	}
	auth = "Bearer " + s.bearerToken("okta.users.read").text("access_token")
	s.org.ExpireAccessTokens()
	s.call("GET", "/api/v1/users?limit=1", auth).wantError(401, "E0000011")
	s.call("GET", "/api/v1/users?limit=1", "Bearer none").wantError(401, "E0000011")
	s.call("GET", "/api/v1/users?limit=1", "Basic none").wantError(401, "E0000011")
	s.call("GET", "/api/v1/users?limit=1", "SSWS "+s.org.Token()).wantCode(200) // as ever
}

// Each operation asks for one scope, and says which kind of thing is missing.
func TestScopesAreEnforced(t *testing.T) {
	s := newService(t, false)
	id := s.org.FirstWith(active).ID
	read := "Bearer " + s.bearerToken("okta.users.read").text("access_token")
	manage := "Bearer " + s.bearerToken("okta.users.manage").text("access_token")
	s.call("GET", userPath(id, ""), read).wantCode(200)
	before := s.org.Snapshot()
	for target, auth := range map[string]string{
		"POST " + userPath(id, "/lifecycle/suspend"): read,
		"GET " + userPath(id, ""):                    manage,
		"GET " + userPath(id, "/roles"):              read,
		"GET /api/v1/groups":                         read,
		"DELETE " + userPath(id, "/grants"):          read,
	} {
		method, path, _ := strings.Cut(target, " ")
		r := s.call(method, path, auth)
		r.wantError(403, "E0000006")
		if got := r.head.Get("Www-Authenticate"); !strings.Contains(got, `error="insufficient_scope"`) {
			t.Errorf("%s: %s", target, got)
		}
	}
	if s.org.Snapshot() != before {
		t.Error("a refusal changed something")
	}
}

func TestScopeOfEveryOperation(t *testing.T) {
	want := map[string]string{
		"GetUser": "okta.users.read", "ListUserGrants": "okta.users.read", "RevokeUserGrants": "okta.users.manage",
		"UnlockUser": "okta.users.manage", "ClearUserSessions": "okta.users.manage", "ListAssignedRolesForUser": "okta.roles.read",
		"AssignRoleToUser": "okta.roles.manage", "AddAllAppsAsTargetToRole": "okta.roles.manage", "ListGroupTargetsForRole": "okta.roles.read",
		"ListGroups": "okta.groups.read", "ListGroupRoles": "okta.roles.read", "ListGroupUsers": "okta.groups.read", "GetApp": "okta.apps.read", "ListRoleHolders": "okta.roles.read",
	}
	for _, op := range Operations() {
		scope := op.Scope()
		if w := want[op.Name]; w != "" && scope != w {
			t.Errorf("%s: %s, want %s", op.Name, scope, w)
		}
		if (scope == "") != (op.Name == "Token") {
			t.Errorf("%s asks for %q", op.Name, scope)
		}
		if read := strings.HasSuffix(scope, ".read"); read != (op.Method == http.MethodGet) {
			t.Errorf("%s asks for %s", op.Name, scope)
		}
	}
}

func TestTokenRequestsAreLoggedAndLimited(t *testing.T) {
	s := newService(t, false)
	s.org.Faults([]Fault{{Operation: "Token", Times: 1, Status: 503}})
	s.bearerToken("okta.users.read").wantCode(503)
	s.bearerToken("okta.users.read").wantCode(200)
	log := s.org.Log()
	if len(log) != 2 || log[1].Operation != "Token" || log[1].Query != "" || log[0].Status != 503 {
		t.Errorf("%+v", log)
	}
}

// Of many calls with one assertion, one gets a token.
func TestOneAssertionAtOnce(t *testing.T) {
	s := newService(t, false)
	assertion := s.assertion()
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"okta.users.read"}, "client_assertion": {assertion},
		"client_assertion_type": {assertionType},
	}.Encode()
	got := statusesOf(30, func() int { return s.post(form).code })
	if got[200] != 1 || got[401] != 29 {
		t.Errorf("%v", got)
	}
}

// An app that is registered again has the rights it has now.
func TestRegisteringAgain(t *testing.T) {
	s := newService(t, false)
	s.bearerToken("okta.groups.read").wantOAuth(400, "invalid_scope")
	scopes := []string{"okta.groups.read"}
	s.org.RegisterApp(App{ClientID: serviceID, Key: s.key.Public(), Scopes: scopes})
	scopes[0] = "okta.users.read" // the list is the organisation's own
	auth := "Bearer " + s.bearerToken("okta.groups.read").wantCode(200).text("access_token")
	s.call("GET", "/api/v1/groups?limit=1", auth).wantCode(200)
	s.bearerToken("okta.users.read").wantOAuth(400, "invalid_scope")
}
