package okta

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// credential is what says to Okta who calls.
type credential interface {
	// authorize puts it on one try of a call.
	authorize(req *http.Request) error
	// again takes in an answer to that try, and reports whether another try may
	// fare better: only where Okta says that it did not look at the call.
	again(req *http.Request, a answer) bool
	// hide takes it out of a text.
	hide(text string) string
}

// apiToken lives as long as its owner lets it, and has nothing to renew.
type apiToken struct{ token Secret }

func (t apiToken) authorize(req *http.Request) error {
	req.Header.Set("Authorization", "SSWS "+t.token.Reveal())
	return nil
}

func (t apiToken) again(*http.Request, answer) bool { return false }

func (t apiToken) hide(text string) string { return hide(text, t.token) }

func hide(text string, s Secret) string {
	if s.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, s.Reveal(), redacted)
}

// ScopeError says that the service app was not granted a scope: the one that a
// call needs, or one of those that were asked for.
type ScopeError struct{ Scopes []string }

// Error names the scopes.
func (e *ScopeError) Error() string {
	if len(e.Scopes) == 1 {
		return "the scope " + e.Scopes[0] + " is not granted to the service app"
	}
	return "not all of these scopes are granted to the service app: " + strings.Join(e.Scopes, " ")
}

// missingScope reads the header in which Okta says which scope a call lacks.
func missingScope(h http.Header) *ScopeError {
	for _, line := range h.Values("WWW-Authenticate") {
		if challenge(line, "error") != "insufficient_scope" {
			continue
		}
		e := &ScopeError{}
		for _, s := range strings.Fields(challenge(line, "scope")) {
			if goodScope(s) {
				e.Scopes = append(e.Scopes, s)
			}
		}
		if len(e.Scopes) > 0 {
			return e
		}
	}
	return nil
}

// challenge returns a parameter of a WWW-Authenticate header, "" when it is not
// there.
func challenge(line, name string) string {
	_, line, _ = strings.Cut(line, " ")
	for line != "" {
		var param string
		param, line = cutOutside(line, ',')
		key, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

func goodScope(s string) bool {
	return s != "" && len(s) <= maxName && allOf(s, func(c byte) bool { return alphanumeric(c) || strings.IndexByte("._:-/", c) >= 0 })
}

// credential makes the one that the settings are for.
func (cfg Config) credential(t *transport, tokenURL, agent string) (credential, error) {
	app := cfg.ClientID != "" || !cfg.Key.IsZero() || len(cfg.Scopes) > 0
	switch {
	case app && !cfg.Token.IsZero():
		return nil, errors.New("okta: an API token and a service app are set; one of them must go")
	case !app:
		return apiToken{cfg.Token}, checkToken(cfg.Token)
	case cfg.ClientID == "" || cfg.Key.IsZero() || len(cfg.Scopes) == 0:
		return nil, errors.New("okta: a service app needs its client id, its key and scopes")
	}
	if _, err := ParseClientID(cfg.ClientID); err != nil {
		return nil, errors.New("okta: the service app's client id is not one")
	}
	for _, s := range cfg.Scopes {
		if !goodScope(s) {
			return nil, fmt.Errorf("okta: %q is not a scope", s)
		}
	}
	return newServiceApp(cfg, t, tokenURL, agent)
}
