package idp

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func (r *rig) query(edit url.Values) string {
	q := url.Values{
		"client_id": {"keydesk"}, "redirect_uri": {console + "/auth/callback"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"},
		"code_challenge": {challengeOf("v")}, "code_challenge_method": {"S256"},
	}
	for k, v := range edit {
		if q[k] = v; v == nil {
			delete(q, k)
		}
	}
	return console + signIn + "/authorize?" + q.Encode()
}

// TestNeverRedirected: who is not our client, or not on this origin, is not
// sent anywhere, whether the address is opened or a form is sent to it.
func TestNeverRedirected(t *testing.T) {
	r := newRig(t)
	for name, edit := range map[string]url.Values{
		"no client":       {"client_id": nil},
		"another client":  {"client_id": {"other"}},
		"no redirect":     {"redirect_uri": nil},
		"foreign host":    {"redirect_uri": {"http://evil.test/auth/callback"}},
		"other port":      {"redirect_uri": {"http://127.0.0.1:9090/auth/callback"}},
		"other path":      {"redirect_uri": {console + "/auth/login"}},
		"longer path":     {"redirect_uri": {console + "/auth/callback/.."}},
		"with a query":    {"redirect_uri": {console + "/auth/callback?x=y"}},
		"with a fragment": {"redirect_uri": {console + "/auth/callback#x"}},
		"for a user":      {"redirect_uri": {"http://a@127.0.0.1:8080/auth/callback"}},
		"another scheme":  {"redirect_uri": {"app://127.0.0.1:8080/auth/callback"}},
		"relative":        {"redirect_uri": {"/auth/callback"}},
		"twice":           {"redirect_uri": {console + "/auth/callback", "http://evil.test/"}},
		"state twice":     {"state": {"a", "b"}},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if p := r.do(method, r.query(edit), url.Values{"person": {"helpdesk"}}); p.status != http.StatusBadRequest || p.to != nil {
				t.Errorf("%s %s: %d %v", method, name, p.status, p.to)
			}
		}
	}
}

func TestErrorsForTheClient(t *testing.T) {
	r := newRig(t)
	for name, tc := range map[string]struct {
		edit url.Values
		want string
	}{
		"no response type": {url.Values{"response_type": nil}, "unsupported_response_type"},
		"implicit":         {url.Values{"response_type": {"id_token"}}, "unsupported_response_type"},
		"not openid":       {url.Values{"scope": {"profile"}}, "invalid_scope"},
		"no PKCE":          {url.Values{"code_challenge": nil, "code_challenge_method": nil}, "invalid_request"},
		"plain PKCE":       {url.Values{"code_challenge_method": {"plain"}}, "invalid_request"},
		"short challenge":  {url.Values{"code_challenge": {"x"}}, "invalid_request"},
		"odd prompt":       {url.Values{"prompt": {"login none"}}, "invalid_request"},
		"none, unknown":    {url.Values{"prompt": {"none"}}, "login_required"},
	} {
		p := r.get(r.query(tc.edit))
		if p.to == nil || p.to.Query().Get("error") != tc.want || p.to.Query().Get("iss") != issuerURL || p.to.Query().Get("state") != "s" {
			t.Errorf("%s: %d %v", name, p.status, p.to)
		}
	}
}

func TestUnknownPerson(t *testing.T) {
	r := newRig(t)
	for _, who := range []string{"", "root", "00u1"} {
		if p := r.do(http.MethodPost, r.query(nil), url.Values{"person": {who}}); p.status != http.StatusBadRequest || p.to != nil {
			t.Errorf("%q: %d %v", who, p.status, p.to)
		}
	}
}

// TestCodes: a code is for one client, one verifier, one address, one minute
// and one use.
func TestCodes(t *testing.T) {
	for name, spoil := range map[string]func(r *rig, q url.Values, verifier *string){
		"another verifier": func(_ *rig, _ url.Values, v *string) { *v = oauth2.GenerateVerifier() },
		"no verifier":      func(_ *rig, _ url.Values, v *string) { *v = "" },
		"another secret":   func(r *rig, _ url.Values, _ *string) { r.oauth.ClientSecret = "x" },
		"another client":   func(r *rig, _ url.Values, _ *string) { r.oauth.ClientID = "x" },
		"another address":  func(r *rig, _ url.Values, _ *string) { r.oauth.RedirectURL = "http://localhost:8080/auth/callback" },
		"another code":     func(_ *rig, q url.Values, _ *string) { q.Set("code", rand.Text()) },
		"a minute later":   func(r *rig, _ url.Values, _ *string) { r.now = r.now.Add(time.Minute) },
		"person gone":      func(r *rig, _ url.Values, _ *string) { r.people = r.people[1:] },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			q, verifier := r.signIn("helpdesk")
			spoil(r, q, &verifier)
			if tok, err := r.tokens(q, verifier); err == nil {
				t.Errorf("got %v", tok)
			}
		})
	}
}

func TestCodeReuseEndsWhatItBegan(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.tokens(q, verifier); err == nil {
		t.Error("a code was taken twice")
	}
	if _, err := r.oidc.UserInfo(r.back, oauth2.StaticTokenSource(tok)); err == nil {
		t.Error("the access token outlived the misuse of its code")
	}
}

func TestAccessTokenRunsOut(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(tokenTTL)
	if _, err := r.oidc.UserInfo(r.back, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: tok.AccessToken, TokenType: "Bearer"})); err == nil {
		t.Error("still good after its time")
	}
}

// TestClientSecretPost: the other way to authenticate, and the refusals of the
// back channel as JSON.
func TestClientSecretPost(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("visitor")
	r.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	tok, err := r.tokens(q, verifier)
	if err != nil {
		t.Fatal(err)
	}
	var c struct{ Groups []string }
	if err := r.verify(tok).Claims(&c); err != nil || c.Groups == nil || len(c.Groups) != 0 {
		t.Errorf("groups %v %v, want an empty list", c.Groups, err)
	}
	for body, want := range map[string]int{"": 401, "grant_type=password&client_id=keydesk&client_secret=s%2Be%2Fc+ret": 400, "%zz": 400} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/token", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		r.issuer.ServeHTTP(w, req)
		var e struct{ Error string }
		if err := json.NewDecoder(w.Body).Decode(&e); err != nil || w.Code != want || e.Error == "" {
			t.Errorf("%q: %d %q %v", body, w.Code, e.Error, err)
		}
	}
}

func TestMemoryForgets(t *testing.T) {
	r := newRig(t)
	q, verifier := r.signIn("helpdesk")
	if _, err := r.tokens(q, verifier); err != nil {
		t.Fatal(err)
	}
	r.signIn("helpdesk")
	r.now = r.now.Add(sessionTTL)
	r.issuer.memory.newCode(grant{})
	m := r.issuer.memory
	if len(m.codes) != 1 || len(m.spent)+len(m.access)+len(m.sessions) != 0 {
		t.Errorf("kept %d %d %d %d", len(m.codes), len(m.spent), len(m.access), len(m.sessions))
	}
}

func TestConfig(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"no issuer":   func(c *Config) { c.Issuer = "" },
		"http issuer": func(c *Config) { c.Issuer = "http://issuer.test" },
		"no client":   func(c *Config) { c.ClientID = "" },
		"no secret":   func(c *Config) { c.ClientSecret = "" },
		"no people":   func(c *Config) { c.People = nil },
		"no callback": func(c *Config) { c.CallbackPath = "" },
		"no path":     func(c *Config) { c.SignInPath = "" },
	} {
		cfg := config()
		spoil(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Dana Kim": "DK", "Åsa": "Å", "": "", "Jean Paul de Groot": "JG", "  ": ""} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
