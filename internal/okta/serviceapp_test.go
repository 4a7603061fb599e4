package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// issuer is an organisation that gives a service app tokens, and holds it to
// every rule of it.
type issuer struct {
	*httptest.Server
	t   *testing.T
	key *ecdsa.PrivateKey

	mu      sync.Mutex
	nonce   string
	kind    string
	life    int
	scripts []http.HandlerFunc // the token endpoint's first answers
	asked   int
	token   string
	proofs  map[string]bool
	calls   []http.HandlerFunc // the first answers to calls
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, nonce: "n1", kind: "DPoP", life: 3600, proofs: map[string]bool{}}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) client() *Client {
	i.t.Helper()
	der, _ := x509.MarshalPKCS8PrivateKey(i.key)
	key, err := ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		i.t.Fatal(err)
	}
	c, err := New(Config{URL: i.URL, ClientID: "0oaKeydesk", Key: key, Scopes: []string{"okta.users.read", "okta.roles.read"}})
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(c.transport.base.(*http.Transport).CloseIdleConnections)
	return c
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	next := &i.calls
	if r.URL.Path == tokenPath {
		next = &i.scripts
		i.asked++
	}
	if len(*next) > 0 {
		h := (*next)[0]
		*next = (*next)[1:]
		i.proof(r, "")
		h(w, r)
		return
	}
	if r.URL.Path == tokenPath {
		i.grant(w, r)
		return
	}
	if kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); token != i.token || kind != i.kind {
		says(401, `{"errorCode":"E0000011"}`)(w, r)
		return
	}
	if i.kind == "DPoP" {
		i.proof(r, i.token)
	} else if r.Header.Get("DPoP") != "" {
		i.t.Error("a bearer's call carries a proof")
	}
	says(200, person(annID))(w, r)
}

func (i *issuer) grant(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery != "" || r.ParseForm() != nil || r.PostForm.Get("scope") != "okta.users.read okta.roles.read" || r.PostForm.Get("grant_type") != "client_credentials" {
		i.t.Errorf("asked for a token with %s and %v", r.URL, r.PostForm)
	}
	assertion, err := jwt.ParseSigned(r.PostForm.Get("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		i.t.Error(err)
		return
	}
	var c jwt.Claims
	want := jwt.Expected{Issuer: "0oaKeydesk", Subject: "0oaKeydesk", AnyAudience: jwt.Audience{i.URL + tokenPath}}
	if err := assertion.Claims(i.key.Public(), &c); err != nil || c.Validate(want) != nil || c.Expiry.Time().After(time.Now().Add(time.Hour)) || i.proofs[c.ID] {
		i.t.Errorf("%+v, %v", c, err)
	}
	i.proofs[c.ID] = true
	if i.proof(r, "") != i.nonce {
		says(400, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce: "+i.nonce)(w, r)
		return
	}
	i.token = fmt.Sprintf("secretToken%d", i.asked)
	says(200, fmt.Sprintf(`{"access_token":"%s","token_type":"%s","expires_in":%d}`, i.token, i.kind, i.life))(w, r)
}

// proof checks the request's proof, and that it is good for nothing else, and
// returns its nonce.
func (i *issuer) proof(r *http.Request, token string) string {
	p, err := jwt.ParseSigned(r.Header.Get("DPoP"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		i.t.Errorf("%s: %v", r.URL, err)
		return ""
	}
	key := p.Headers[0].JSONWebKey
	if key == nil || !key.IsPublic() || p.Headers[0].ExtraHeaders["typ"] != "dpop+jwt" {
		i.t.Errorf("%+v", p.Headers)
		return ""
	}
	var c struct {
		Htm   string `json:"htm"`
		Htu   string `json:"htu"`
		Jti   string `json:"jti"`
		Nonce string `json:"nonce"`
		Ath   string `json:"ath"`
	}
	if err := p.Claims(key, &c); err != nil {
		i.t.Error(err)
	}
	ath := ""
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		ath = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	fromCall := token == "" && r.URL.Path != tokenPath // a scripted answer, whatever the token
	if c.Htm != r.Method || c.Htu != i.URL+r.URL.Path || c.Jti == "" || i.proofs[c.Jti] || c.Ath != ath && !fromCall {
		i.t.Errorf("%s: %+v", r.URL, c)
	}
	i.proofs[c.Jti] = true
	return c.Nonce
}

// TestServiceApp: the nonce is asked for once, the token too, and every call has
// a proof of its own.
func TestServiceApp(t *testing.T) {
	for _, kind := range []string{"DPoP", "Bearer"} {
		i := newIssuer(t)
		i.kind = kind
		c := i.client()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := c.Users.Get(t.Context(), ann); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, err := c.Users.List(t.Context(), UserQuery{Limit: 1}); err == nil {
			t.Error("a person passed for a list")
		}
		if i.asked != 2 {
			t.Errorf("%s: %d requests for a token, not one and its nonce", kind, i.asked)
		}
	}
}

// TestTokenRenewed: ahead of its end without anybody waiting, and on a 401 once,
// for a change as well, because Okta did not come to it.
func TestTokenRenewed(t *testing.T) {
	i := newIssuer(t)
	c := i.client()
	app := c.credential.(*serviceApp)
	if _, err := c.Users.Get(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	app.mu.Lock()
	app.held.renew = time.Now()
	app.mu.Unlock()
	if _, err := c.Users.Get(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	_, _, _ = app.flight.Do("", func() (any, error) { return nil, nil }) // waits for the one under way
	for name, h := range map[string]http.HandlerFunc{
		"dead token": says(401, `{"errorCode":"E0000011"}`),
		"by header":  says(401, ``, `WWW-Authenticate: DPoP error="invalid_token"`),
		"new nonce":  says(401, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce: n2"),
	} {
		i.calls = []http.HandlerFunc{h}
		if _, err := c.Lifecycle.ExpirePassword(t.Context(), ann); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		i.calls = []http.HandlerFunc{h, h}
		if _, err := c.Lifecycle.ExpirePassword(t.Context(), ann); err == nil || IsUnsure(err) {
			t.Errorf("%s twice: %v", name, err)
		}
	}
	i.calls = []http.HandlerFunc{says(401, `{"errorCode":"E0000015"}`), nil}
	if err := c.Lifecycle.Unlock(t.Context(), ann); !IsFeatureOff(err) || len(i.calls) != 1 {
		t.Error(err)
	}
}

// TestTokenRefused: what Okta says no to is not asked again, and the call was not
// made; what may pass is.
func TestTokenRefused(t *testing.T) {
	for name, c := range map[string]struct {
		h     http.HandlerFunc
		asked int
		word  string
	}{
		"scope":  {says(400, `{"error":"invalid_scope","error_description":"secretWord"}`), 1, "okta.users.read okta.roles.read"},
		"client": {says(401, `{"error":"invalid_client"}`), 1, "invalid_client"},
		"html":   {says(404, `<p>secretWord`), 1, "404"},
		"none":   {says(200, `{"token_type":"MAC","access_token":"secretWord","expires_in":9}`), 1, "none"},
		"busy":   {says(503, ``), 3, "503"},
		"nonce":  {says(400, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce: x"), 3, "nonce"},
	} {
		i := newIssuer(t)
		i.scripts = []http.HandlerFunc{c.h, c.h, c.h, c.h, c.h}
		err := i.client().Lifecycle.Unlock(t.Context(), ann)
		if IsUnsure(err) || err == nil || i.asked != c.asked || !strings.Contains(err.Error(), c.word) || strings.Contains(err.Error(), "secretWord") {
			t.Errorf("%s: %v after %d requests", name, err, i.asked)
		}
		if IsUnauthorized(err) != (name == "client") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMissingScope: a call names what it lacks.
func TestMissingScope(t *testing.T) {
	const header = `WWW-Authenticate: DPoP realm="a, b", scope="okta.users.manage", error="insufficient_scope"`
	i := newIssuer(t)
	i.calls = []http.HandlerFunc{says(403, `{"errorCode":"E0000006"}`, header)}
	err := i.client().Lifecycle.Unlock(t.Context(), ann)
	var e *ScopeError
	if !errorsAs(err, &e) || len(e.Scopes) != 1 || e.Scopes[0] != "okta.users.manage" || !IsForbidden(err) {
		t.Error(err)
	}
	for _, h := range []string{``, `DPoP`, `DPoP error="invalid_token", scope="a"`, `DPoP error="insufficient_scope"`, `DPoP error=insufficient_scope, scope="<b>"`} {
		if e := missingScope(http.Header{"Www-Authenticate": {h}}); e != nil {
			t.Errorf("%q: %v", h, e)
		}
	}
}
