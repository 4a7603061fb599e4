package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// issuer asks the identity provider what it can do, once, when that is first
// needed, and again after a failure.
type issuer struct {
	cfg    Config
	client *http.Client
	keys   *gate // of the way to the keys that logout tokens have
	flight singleflight.Group
	known  atomic.Pointer[provider]
}

// provider is what discovery told.
type provider struct {
	*oidc.Provider
	verifier   *oidc.IDTokenVerifier
	logouts    *oidc.IDTokenVerifier // of logout tokens; asks for keys sparingly
	endpoint   oauth2.Endpoint
	userinfo   bool
	endSession string
	promiseIss bool // RFC 9207: every answer names its issuer
}

func newIssuer(cfg Config, keys *gate) *issuer {
	rt := cfg.HTTP
	if rt == nil {
		rt = http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // the standard library's own type
	}
	return &issuer{cfg: cfg, keys: keys, client: &http.Client{
		Transport:     limited{rt},
		Timeout:       issuerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// get returns the provider. Callers that come while it is being asked share one
// request; each waits only as long as its own context allows.
func (i *issuer) get(ctx context.Context) (*provider, error) {
	if p := i.known.Load(); p != nil {
		return p, nil
	}
	found := i.flight.DoChan("", func() (any, error) {
		p, err := i.discover(i.context(context.WithoutCancel(ctx)))
		if err == nil {
			i.known.Store(p)
		}
		return p, err
	})
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case r := <-found:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*provider), nil //nolint:errcheck // made above
	}
}

func (i *issuer) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, i.client)
}

func (i *issuer) discover(ctx context.Context) (*provider, error) {
	origin, err := issuerOrigin(i.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	found, err := oidc.NewProvider(ctx, i.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Authorize  string   `json:"authorization_endpoint"`
		Token      string   `json:"token_endpoint"`
		Keys       string   `json:"jwks_uri"`
		UserInfo   string   `json:"userinfo_endpoint"`
		EndSession string   `json:"end_session_endpoint"`
		Iss        bool     `json:"authorization_response_iss_parameter_supported"`
		Auth       []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&doc); err != nil {
		return nil, err
	}
	err = errors.Join(sameOrigin(origin, "authorization", doc.Authorize), sameOrigin(origin, "token", doc.Token), sameOrigin(origin, "keys", doc.Keys))
	if doc.UserInfo != "" {
		err = errors.Join(err, sameOrigin(origin, "userinfo", doc.UserInfo))
	}
	if doc.EndSession != "" {
		err = errors.Join(err, sameOrigin(origin, "end-session", doc.EndSession))
	}
	if err != nil {
		return nil, err
	}
	p := &provider{Provider: found, endpoint: found.Endpoint(), userinfo: doc.UserInfo != "", endSession: doc.EndSession, promiseIss: doc.Iss}
	p.endpoint.AuthStyle = authStyle(doc.Auth, i.cfg.ClientSecret)
	conf := &oidc.Config{ClientID: i.cfg.ClientID, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256}, Now: i.cfg.Now}
	p.verifier = found.Verifier(conf)
	sparing := *i.client
	sparing.Transport = gated{i.client.Transport, i.keys, i.cfg.Now}
	p.logouts = oidc.NewVerifier(i.cfg.Issuer, oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), &sparing), doc.Keys), conf)
	return p, nil
}

// authStyle is settled beforehand: finding it out by trying would send the code
// and the verifier twice.
func authStyle(supported []string, secret string) oauth2.AuthStyle {
	if secret == "" || (!slices.Contains(supported, "client_secret_basic") && slices.Contains(supported, "client_secret_post")) {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

func issuerOrigin(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("issuer: not an address")
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return nil, errors.New("issuer: must be scheme, host and path alone")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("issuer: must be https, or http where the host is loopback")
	}
	return u, nil
}

func sameOrigin(origin *url.URL, what, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != origin.Scheme || u.Host != origin.Host || u.User != nil || u.Opaque != "" {
		return fmt.Errorf("discovery: the %s endpoint is not at the issuer's origin: %.100q", what, raw)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// limited bounds what is read of every answer; the libraries read to the end.
type limited struct{ http.RoundTripper }

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &limitedBody{ReadCloser: res.Body, left: answerLimit}
	return res, nil
}

type limitedBody struct {
	io.ReadCloser
	left int
}

var errTooLong = errors.New("the issuer's answer is longer than 1 MiB")

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLong
	}
	if len(p) > b.left+1 {
		p = p[:b.left+1] // one more than allowed tells "full" from "too long"
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	if b.left < 0 {
		return n - 1, errTooLong
	}
	return n, err
}
