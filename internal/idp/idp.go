// Package idp is the demo's OpenID Connect issuer. Its people are those of the
// embedded organisation, nobody has a password, and everything is in memory: it
// guards nothing real and must not be made to.
//
// It does what a console needs of an issuer: authorization code flow with PKCE
// (S256, required), nonce, prompt, max_age and auth_time, at_hash, groups,
// userinfo, RFC 9207, RP-initiated and back-channel logout.
//
// Its back channel (ServeHTTP) is reached in process under a name that does not
// exist; its two pages (SignIn) stand on the console's own origin, so that the
// browser reaches them by whatever name and port it reached the console.
package idp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Person is somebody who can sign in. Key is what the button on the sign-in
// page sends, Note what this person may do in the console.
type Person struct {
	Key, Sub, Login, Name, Email, Note string
	Groups                             []string
}

// Config describes the issuer and the one client that it serves.
type Config struct {
	Issuer                 string // an https address, reached in process alone
	ClientID, ClientSecret string
	People                 func() []Person // asked anew each time, in the page's order
	Now                    func() time.Time
	CallbackPath           string // where the client takes its answers
	SignedOutPath          string // where it may be sent after signing out
	SignInPath             string // where SignIn is mounted, no slash at the end
	Stylesheet, Icon       string // addresses of the console's style sheet and icon; may be empty

	// Logout takes a logout token to the client when somebody signs out here. Nil:
	// the client is not told.
	Logout func(ctx context.Context, token string)
}

// Issuer is the demo's issuer. It is safe for concurrent use.
type Issuer struct {
	cfg    Config
	keyID  string
	public *ecdsa.PublicKey
	signer jose.Signer // of ID tokens
	ender  jose.Signer // of logout tokens
	back   *http.ServeMux
	memory *memory
}

// New makes an issuer with a new signing key, so that nothing an earlier one
// signed is believed.
func New(cfg Config) (*Issuer, error) {
	if u, err := url.Parse(cfg.Issuer); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("idp: the issuer must be an https address")
	}
	if cfg.ClientID == "" || cfg.ClientSecret == "" || cfg.People == nil || cfg.CallbackPath == "" || cfg.SignInPath == "" {
		return nil, errors.New("idp: client, people and paths are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // a thousand times faster to make than RSA
	if err != nil {
		return nil, err
	}
	i := &Issuer{cfg: cfg, keyID: rand.Text(), public: &key.PublicKey, memory: newMemory(cfg.Now)}
	signs := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: i.keyID}}
	if i.signer, err = jose.NewSigner(signs, (&jose.SignerOptions{}).WithType("JWT")); err != nil {
		return nil, err
	}
	if i.ender, err = jose.NewSigner(signs, (&jose.SignerOptions{}).WithType("logout+jwt")); err != nil {
		return nil, err
	}
	i.back = http.NewServeMux()
	i.back.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	i.back.HandleFunc("GET /keys", i.keys)
	i.back.HandleFunc("POST /token", i.token)
	i.back.HandleFunc("GET /userinfo", i.userinfo)
	return i, nil
}

// ServeHTTP answers what the console asks behind the browser's back.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	i.back.ServeHTTP(w, r)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"issuer":                                         i.cfg.Issuer,
		"authorization_endpoint":                         i.cfg.Issuer + "/authorize",
		"token_endpoint":                                 i.cfg.Issuer + "/token",
		"userinfo_endpoint":                              i.cfg.Issuer + "/userinfo",
		"jwks_uri":                                       i.cfg.Issuer + "/keys",
		"end_session_endpoint":                           i.cfg.Issuer + "/end-session",
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{"authorization_code"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{string(jose.ES256)},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post"},
		"scopes_supported":                               []string{"openid", "profile", "email", "groups"},
		"claims_supported":                               []string{"sub", "name", "preferred_username", "email", "email_verified", "groups", "auth_time", "sid"},
		"prompt_values_supported":                        []string{"none", "login", "select_account"},
		"authorization_response_iss_parameter_supported": true,
		"backchannel_logout_supported":                   i.cfg.Logout != nil,
		"backchannel_logout_session_supported":           i.cfg.Logout != nil,
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.public, KeyID: i.keyID, Algorithm: string(jose.ES256), Use: "sig"}}})
}

// person finds somebody by what is unique about them.
func (i *Issuer) person(match func(Person) bool) (Person, bool) {
	for _, p := range i.cfg.People() {
		if match(p) {
			return p, true
		}
	}
	return Person{}, false
}

func (i *Issuer) bySub(sub string) (Person, bool) {
	return i.person(func(p Person) bool { return p.Sub == sub })
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader is gone; there is nobody to tell
}

func fail(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]string{"error": code})
}
