package oktasim

import (
	"crypto"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// An App is a service app: it signs in with a key of its own instead of the
// API token, and may do what its scopes say.
type App struct {
	ClientID string
	Key      crypto.PublicKey // *rsa.PublicKey, or *ecdsa.PublicKey on P-256
	KeyID    string           // the kid its assertions must name; "" takes any
	Scopes   []string         // granted: okta.users.read, ...
	DPoP     bool             // what Okta switches on for new apps
}

// RegisterApp makes an app known, in place of one with the same ClientID. What
// tokens it has stay good.
func (o *Org) RegisterApp(a App) {
	o.oauth.mu.Lock()
	defer o.oauth.mu.Unlock()
	a.Scopes = slices.Clone(a.Scopes)
	o.oauth.apps[a.ClientID] = a
}

// ExpireAccessTokens ends every access token, as an hour would.
func (o *Org) ExpireAccessTokens() {
	o.oauth.mu.Lock()
	defer o.oauth.mu.Unlock()
	clear(o.oauth.tokens)
}

// RotateNonce has the organisation ask for another DPoP nonce from now on, as
// Okta does once a day.
func (o *Org) RotateNonce() {
	o.oauth.mu.Lock()
	defer o.oauth.mu.Unlock()
	o.oauth.nonce = rand.Text()
}

// An oauth is the part of the organisation that service apps sign in at. Tokens
// and nonces are random: they protect something.
type oauth struct {
	mu     sync.Mutex
	apps   map[string]App
	tokens map[string]accessToken
	used   map[string]time.Time // ids of assertions and proofs, and when each may be forgotten
	nonce  string
}

type accessToken struct {
	client     string
	scopes     []string
	expires    time.Time
	thumbprint string // of the key it is bound to; "" for a bearer token
}

func newOAuth() *oauth {
	return &oauth{apps: map[string]App{}, tokens: map[string]accessToken{}, used: map[string]time.Time{}, nonce: rand.Text()}
}

const (
	accessLife    = time.Hour
	assertionLife = time.Hour // the most that Okta takes
	proofLife     = 5 * time.Minute
	oauthPath     = "/oauth2/v1/token"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// An oauthError is what the token endpoint says instead of Okta's errors.
type oauthError struct {
	status      int
	code, about string
}

func (e oauthError) answer() answer {
	return answer{status: e.status, body: object{{"error", e.code}, {"error_description", e.about}}}
}

func badRequest(code, about string) *oauthError {
	return &oauthError{http.StatusBadRequest, code, about}
}

func badClient(about string) *oauthError {
	return &oauthError{http.StatusUnauthorized, "invalid_client", about}
}

func oauthRoutes() []route {
	return []route{{Operation: Operation{"Token", "POST", oauthPath}, bucket: oauthPath, open: true, serve: (*Org).issueToken}}
}

// issueToken serves the token endpoint: client credentials with an assertion,
// and in the form alone. Okta also reads the query, where assertions end up in
// logs; refusing that finds the mistake.
func (o *Org) issueToken(c *call, _ *person) (answer, error) {
	o.oauth.mu.Lock()
	defer o.oauth.mu.Unlock()
	form, fault := tokenForm(c)
	if fault != nil {
		return fault.answer(), nil
	}
	app, assertion, fault := o.oauth.client(c, form.Get("client_assertion"))
	if fault != nil {
		return fault.answer(), nil
	}
	kind, thumbprint := "Bearer", ""
	if app.DPoP || c.r.Header.Get("DPoP") != "" {
		kind = "DPoP"
		if thumbprint, fault = o.oauth.proof(c, ""); fault != nil {
			return fault.answer(), nil
		}
	}
	scopes := strings.Fields(form.Get("scope"))
	ungranted := func(s string) bool { return !slices.Contains(app.Scopes, s) }
	if len(scopes) == 0 || slices.ContainsFunc(scopes, ungranted) {
		return badRequest("invalid_scope", "One or more scopes are not granted to the client.").answer(), nil
	}
	o.oauth.spend(assertion, c.now.Add(assertionLife))
	token := rand.Text() + rand.Text()
	o.oauth.tokens[token] = accessToken{app.ClientID, scopes, c.now.Add(accessLife), thumbprint}
	return answer{status: http.StatusOK, body: object{
		{"token_type", kind},
		{"expires_in", int(accessLife / time.Second)},
		{"access_token", token},
		{"scope", strings.Join(scopes, " ")},
	}}, nil
}

// tokenForm reads the request, before anybody is asked who they are.
func tokenForm(c *call) (url.Values, *oauthError) {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	form, err := url.ParseQuery(string(c.body))
	switch {
	case c.query.Has("client_assertion"):
		return nil, badRequest("invalid_request", "The client assertion belongs in the body.")
	case strings.TrimSpace(kind) != "application/x-www-form-urlencoded" || err != nil:
		return nil, badRequest("invalid_request", "The body is not a form.")
	case form.Get("grant_type") != "client_credentials":
		return nil, badRequest("unsupported_grant_type", "The grant type is not supported.")
	case form.Get("client_assertion_type") != assertionType:
		return nil, badClient("The client assertion type is not " + assertionType + ".")
	}
	return form, nil
}

// client checks an assertion and returns whose it is, and the name under which
// it counts as used. It is used up by a token only: whether Okta lets one serve
// again after it asked for a nonce is not established.
func (a *oauth) client(c *call, assertion string) (App, string, *oauthError) {
	t, err := parseJWT(assertion)
	app, known := a.apps[t.Claims.Iss]
	expires, name := time.Unix(t.Claims.Exp, 0), "assertion "+t.Claims.Iss+" "+t.Claims.JTI
	about := ""
	switch {
	case err != nil:
		about = "The client assertion is not a JWT."
	case !known || t.Claims.Sub != t.Claims.Iss:
		about = "The issuer or subject of the client assertion is not a client."
	case app.KeyID != "" && t.Header.Kid != app.KeyID, t.verify(app.Key) != nil:
		about = "The signature of the client assertion is not valid."
	case !slices.Equal(t.Claims.Aud, audience{c.base + oauthPath}):
		about = "The audience of the client assertion must be " + c.base + oauthPath + "."
	case !expires.After(c.now) || expires.After(c.now.Add(assertionLife)):
		about = "The client assertion has expired or lives longer than an hour."
	case t.Claims.JTI == "" || a.spent(name, c.now):
		about = "The id of the client assertion is missing or was used before."
	}
	if about != "" {
		return App{}, "", badClient(about)
	}
	return app, name, nil
}

// spent reports whether a name was used and must not be again yet.
func (a *oauth) spent(name string, now time.Time) bool { return a.used[name].After(now) }

func (a *oauth) spend(name string, until time.Time) { a.used[name] = until }

// sweep forgets what no longer matters.
func (a *oauth) sweep(now time.Time) {
	maps.DeleteFunc(a.used, func(_ string, until time.Time) bool { return !until.After(now) })
	maps.DeleteFunc(a.tokens, func(_ string, t accessToken) bool { return !t.expires.After(now) })
}
