package oktasim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// proof checks the DPoP proof of a call and returns the thumbprint of its key.
// With a token, the proof has to be for that one.
func (a *oauth) proof(c *call, token string) (thumbprint string, fault *oauthError) {
	a.sweep(c.now)
	given := c.r.Header.Values("DPoP")
	if len(given) != 1 {
		return "", badProof("The DPoP proof JWT header is missing.") // recorded
	}
	t, err := parseJWT(given[0])
	if err != nil {
		return "", badProof("The DPoP proof is not a JWT.")
	}
	key, thumbprint, err := t.key()
	if err != nil || t.Header.Typ != "dpop+jwt" || t.verify(key) != nil {
		return "", badProof("The DPoP proof is not signed by the public key in its header.")
	}
	if about := t.misfit(c, token); about != "" {
		return "", badProof(about)
	}
	name := "proof " + thumbprint + " " + t.Claims.JTI
	if t.Claims.JTI == "" || a.spent(name, c.now) {
		return "", badProof("The id of the DPoP proof is missing or was used before.")
	}
	if t.Claims.Nonce != a.nonce { // and the proof is not used up: a new one must come all the same
		c.head.Set("Dpop-Nonce", a.nonce)
		return "", badRequest("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
	}
	a.spend(name, c.now.Add(2*proofLife))
	return thumbprint, nil
}

// badProof is said at the token endpoint, and in a header everywhere else.
func badProof(about string) *oauthError { return badRequest("invalid_dpop_proof", about) }

// misfit says how a proof is for another call than this one, or "".
func (t jwt) misfit(c *call, token string) string {
	address, _, _ := strings.Cut(t.Claims.HTU, "?")
	age := c.now.Sub(time.Unix(t.Claims.Iat, 0))
	switch {
	case t.Claims.HTM != c.r.Method:
		return "The DPoP proof is for another method."
	case address != c.base+c.r.URL.EscapedPath():
		return "The DPoP proof is for another address."
	case age > proofLife || age < -proofLife:
		return "The DPoP proof is too old or from the future."
	case token != "" && t.Claims.Ath != hash(token):
		return "The DPoP proof is for another token."
	}
	return ""
}

// authorize takes an access token: it has to be alive, come the way it was
// issued, and have the scope of the operation. How the API refuses a proof is
// not established; the standard says 401 with the reason in a header.
func (o *Org) authorize(c *call, scheme, token string) error {
	o.oauth.mu.Lock()
	defer o.oauth.mu.Unlock()
	t, ok := o.oauth.tokens[token]
	if !ok || !t.expires.After(c.now) || (scheme == "DPoP") != (t.thumbprint != "") {
		c.challenge(scheme, "invalid_token", "The access token is not valid.")
		return errToken()
	}
	if t.thumbprint != "" {
		thumbprint, fault := o.oauth.proof(c, token)
		if fault == nil && thumbprint != t.thumbprint {
			fault = badProof("The DPoP proof is by another key than the token's.")
		}
		if fault != nil {
			c.challenge(scheme, fault.code, fault.about)
			return errToken()
		}
	}
	if c.route != nil && !slices.Contains(t.scopes, c.route.Scope()) {
		c.challenge(scheme, "insufficient_scope", "The access token provided does not contain the required scopes.")
		return errOf(http.StatusForbidden)
	}
	c.client = t.client
	return nil
}

// challenge says in a header what Okta's error leaves out.
func (c *call) challenge(scheme, code, about string) {
	c.head.Set("Www-Authenticate", scheme+` realm="okta", error="`+code+`", error_description="`+about+`"`)
}

// Scope is the OAuth scope that an operation asks of a service app. Whether a
// scope to manage includes the one to read is not established; here it does not.
func (op Operation) Scope() string {
	verb := ".manage"
	if op.Method == http.MethodGet {
		verb = ".read"
	}
	for _, area := range []struct{ part, name string }{
		{"/roles", "roles"},
		{"/iam/", "roles"},
		{"/api/v1/users", "users"},
		{"/api/v1/groups", "groups"},
		{"/api/v1/apps", "apps"},
		{"/api/v1/logs", "logs"},
		{"/linkedObjects", "linkedObjects"},
		{"/meta/schemas", "schemas"},
		{"/api/v1/idps", "idps"},
	} {
		if strings.Contains(op.Path, area.part) {
			return "okta." + area.name + verb
		}
	}
	return ""
}
