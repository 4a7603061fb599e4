package okta

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/sync/singleflight"
)

const (
	tokenPath     = "/oauth2/v1/token" //nolint:gosec // an address, no token
	tokenTries    = 3
	tokenTimeout  = 10 * time.Second
	assertionLife = 5 * time.Minute
)

// serviceApp proves with its key who it is, and gets access tokens for that. They
// are bound to a second key, made for this process alone, which signs every try
// of a call (DPoP): a token that is stolen is of no use.
type serviceApp struct {
	transport *transport // asks for tokens; it has no credential itself
	url       string
	agent     string
	id        string
	scopes    []string
	assertion jose.Signer
	proof     jose.Signer
	flight    singleflight.Group

	mu    sync.Mutex
	nonce string // what Okta wants to see in the next proof
	held  accessToken
}

type accessToken struct {
	value Secret
	kind  string // DPoP, or Bearer where the app is set up without
	renew time.Time
	end   time.Time
}

func newServiceApp(cfg Config, t *transport, tokenURL, agent string) (*serviceApp, error) {
	assertion, err := jose.NewSigner(*cfg.Key.signing, nil)
	if err != nil {
		return nil, errBadKey
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	options := (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
	proof, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: own}, options)
	if err != nil {
		return nil, err
	}
	return &serviceApp{
		transport: t, url: tokenURL, agent: agent, id: cfg.ClientID, scopes: cfg.Scopes, assertion: assertion, proof: proof,
	}, nil
}

func (s *serviceApp) authorize(req *http.Request) error {
	token, err := s.token(req.Context())
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", token.kind+" "+token.value.Reveal())
	if token.kind == "Bearer" {
		return nil
	}
	return s.sign(req, token.value)
}

// again drops a token that Okta no longer takes, and notes a nonce that it wants.
// With either it says that it did not come to the call itself. A 401 about
// anything else, such as a feature that is off, is an answer.
func (s *serviceApp) again(req *http.Request, a answer) bool {
	fresh := s.note(a.header)
	if a.status != http.StatusUnauthorized {
		return false
	}
	var b errorBody
	_ = json.Unmarshal(a.body, &b)
	said := cmp.Or(b.Code, b.OAuth, challenge(a.header.Get("WWW-Authenticate"), "error"))
	switch said {
	case "use_dpop_nonce":
		return fresh
	case codeBadToken, codeOldToken:
		s.drop(req.Header.Get("Authorization"))
		return true
	}
	return false
}

// drop forgets the token that the header holds, unless another call has had a new
// one since.
func (s *serviceApp) drop(header string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if header == s.held.kind+" "+s.held.value.Reveal() {
		s.held = accessToken{value: s.held.value}
	}
}

// note keeps the nonce of an answer and reports whether there was one.
func (s *serviceApp) note(h http.Header) bool {
	nonce := h.Get("Dpop-Nonce")
	if nonce == "" || len(nonce) > maxCursor || !allOf(nonce, visible) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nonce = nonce
	return true
}

func (s *serviceApp) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return hide(text, s.held.value)
}

// token returns one that is good, and has the next one fetched when four fifths of
// its life are over. However many ask, it is fetched once; who asked first may
// leave without taking it from the others.
func (s *serviceApp) token(ctx context.Context) (accessToken, error) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if time.Now().Before(held.renew) {
		return held, nil
	}
	fetched := s.flight.DoChan("", func() (any, error) { return nil, s.renew(context.WithoutCancel(ctx)) })
	if time.Now().Before(held.end) {
		return held, nil
	}
	select {
	case r := <-fetched:
		if r.Err != nil {
			return accessToken{}, r.Err
		}
	case <-ctx.Done():
		return accessToken{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held, nil
}

// renew fetches a token. When it cannot and there still is one, it lets that one
// be for a while.
func (s *serviceApp) renew(ctx context.Context) error {
	err := s.fetch(ctx)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if later := time.Now().Add(tokenTimeout); later.Before(s.held.end) {
			s.held.renew = later
		}
	}
	return err
}

// fetch asks for a token, again with the nonce that Okta wants, or after a failure
// that may pass.
func (s *serviceApp) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	var err error
	for try := range tokenTries {
		var again bool
		if again, err = s.ask(ctx); err == nil || !again {
			return err
		}
		if !errors.Is(err, errNonce) && !sleep(ctx, jitter(200*time.Millisecond<<try, 400*time.Millisecond<<try), 0) {
			return err
		}
	}
	return err
}

var errNonce = errors.New("Okta wants another nonce than the one it gave")

// ask makes one request for a token, with an assertion and a proof of its own. The
// assertion is in the body: addresses end up in logs.
func (s *serviceApp) ask(ctx context.Context) (again bool, err error) {
	now := time.Now()
	assertion, err := jwt.Signed(s.assertion).Claims(jwt.Claims{
		Issuer: s.id, Subject: s.id, Audience: jwt.Audience{s.url}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(assertionLife)),
	}).Serialize()
	if err != nil {
		return false, errBadKey
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {strings.Join(s.scopes, " ")}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.agent)
	if err := s.sign(req, Secret{}); err != nil {
		return false, err
	}
	a, err := s.transport.attempt(req, tokenTimeout)
	if err != nil {
		return true, fmt.Errorf("no access token: %w", err)
	}
	return s.take(now, a)
}

// take keeps the token of an answer.
func (s *serviceApp) take(asked time.Time, a answer) (again bool, err error) {
	fresh := s.note(a.header)
	if a.status != http.StatusOK {
		return s.denied(a, fresh)
	}
	var b struct {
		Token Secret `json:"access_token"`
		Kind  string `json:"token_type"`
		Life  int    `json:"expires_in"`
	}
	if err := a.decode(&b); err != nil {
		return true, fmt.Errorf("no access token: %w", err)
	}
	kind := map[string]string{"dpop": "DPoP", "bearer": "Bearer"}[strings.ToLower(b.Kind)]
	if kind == "" || b.Token.IsZero() || !allOf(b.Token.Reveal(), visible) || b.Life <= 0 || b.Life > 24*3600 {
		return false, errors.New("no access token: the answer is none")
	}
	life := time.Duration(b.Life) * time.Second
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = accessToken{b.Token, kind, asked.Add(life * 4 / 5), asked.Add(life)}
	return false, nil
}

func (s *serviceApp) denied(a answer, fresh bool) (again bool, err error) {
	var b errorBody
	_ = json.Unmarshal(a.body, &b)
	switch code := firstWord(b.OAuth, b.Code); {
	case code == "use_dpop_nonce" && fresh:
		return true, errNonce
	case code == "invalid_scope":
		return false, &tokenError{a.status, code, &ScopeError{s.scopes}}
	case a.status >= 500 || a.status == http.StatusTooManyRequests:
		return true, fmt.Errorf("no access token: status %d", a.status)
	default:
		return false, &tokenError{a.status, code, errNoToken}
	}
}

var errNoToken = errors.New("there is no access token for the service app")

// tokenError is Okta's no to the service app. Asking again changes nothing.
type tokenError struct {
	status int
	code   string // of OAuth
	error
}

// Error says why.
func (e *tokenError) Error() string { return fmt.Sprintf("%v: %d %s", e.error, e.status, e.code) }

// Unwrap returns the cause.
func (e *tokenError) Unwrap() error { return e.error }

// sign puts a proof on the request: that it comes from who holds the process's
// key, for this address, now, with this token.
func (s *serviceApp) sign(req *http.Request, token Secret) error {
	address := *req.URL
	address.RawQuery = ""
	s.mu.Lock()
	nonce := s.nonce
	s.mu.Unlock()
	claims := struct {
		Method  string `json:"htm"`
		Address string `json:"htu"`
		At      int64  `json:"iat"`
		ID      string `json:"jti"`
		Nonce   string `json:"nonce,omitempty"`
		Hash    string `json:"ath,omitempty"`
	}{Method: req.Method, Address: address.String(), At: time.Now().Unix(), ID: rand.Text(), Nonce: nonce}
	if !token.IsZero() {
		sum := sha256.Sum256([]byte(token.Reveal()))
		claims.Hash = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	proof, err := jwt.Signed(s.proof).Claims(claims).Serialize()
	if err != nil {
		return errors.New("the proof cannot be signed")
	}
	req.Header.Set("DPoP", proof)
	return nil
}
