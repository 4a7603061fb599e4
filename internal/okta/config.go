package okta

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"time"
)

// Config is what New needs to know.
type Config struct {
	URL string // origin of the organisation: https, or http where the host is loopback
	// Either an API token, or a service app with its key and the scopes that it
	// asks for.
	Token     Secret
	ClientID  string
	Key       Key
	Scopes    []string
	Transport http.RoundTripper // nil: one of the client's own
	// A call of a person ends after these, waiting included; a call in the
	// background may wait longer for its turn, and then each try ends after
	// these. The caller's own deadline always holds. 0: 5 s and 20 s.
	ReadTimeout, WriteTimeout time.Duration
	Version                   string // stands in the User-Agent header
}

const (
	defaultReadTimeout  = 5 * time.Second
	defaultWriteTimeout = 20 * time.Second
)

// parseOrigin refuses everything but a bare origin: what is more than that
// would be silently dropped from, or added to, every call.
func parseOrigin(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("okta: the URL cannot be read") // err repeats the text, and with it a password
	}
	switch {
	case u.User != nil:
		return nil, errors.New("okta: the URL holds a user name or password")
	case u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("okta: the URL has no host")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("okta: the URL is more than an origin: https://name.okta.com, nothing after it")
	}
	if err := checkHost(u.Scheme, u.Hostname()); err != nil {
		return nil, err
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func checkHost(scheme, host string) error {
	ip, err := netip.ParseAddr(host)
	loopback := host == "localhost" || err == nil && ip.IsLoopback()
	switch {
	case scheme != "https" && scheme != "http":
		return fmt.Errorf("okta: the URL's scheme is %q, not https", scheme)
	case scheme == "http" && !loopback:
		return errors.New("okta: plain http is for loopback only")
	case err == nil && !loopback:
		return errors.New("okta: the URL names an address, not a host")
	}
	return nil
}

// checkToken keeps out what cannot stand in a header, such as a line break at
// the end of a file.
func checkToken(t Secret) error {
	if t.IsZero() || !allOf(t.Reveal(), visible) {
		return errors.New("okta: the API token is empty or holds spaces or line breaks")
	}
	return nil
}

func userAgent(version string) string {
	if version == "" || !allOf(version, visible) {
		version = "dev"
	}
	return fmt.Sprintf("Keydesk/%s (%s; %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// newTransport is deaf to the environment: a proxy variable must not get to see
// the credential.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxConnsPerHost:        32,
		MaxIdleConnsPerHost:    32,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
}
