package login

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	maxSubject = 255
	oldest     = 10 * time.Minute // an ID token is used the moment it is made
	skew       = 2 * time.Minute
)

// idToken is a token that passed verify, with its claims and those that the
// userinfo endpoint added.
type idToken struct {
	*oidc.IDToken
	claims map[string]json.RawMessage
}

// verify checks a raw ID token. go-oidc's Verify covers form, signature, issuer,
// that we are among the audience, and expiry; it leaves everything else to its
// caller.
func (l *Login) verify(ctx context.Context, p *provider, raw, access, nonce string) (idToken, error) {
	if err := checkHeader(raw); err != nil {
		return idToken{}, err
	}
	t, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return idToken{}, err
	}
	out := idToken{IDToken: t}
	if err := t.Claims(&out.claims); err != nil {
		return idToken{}, err
	}
	if err := errors.Join(l.checkParties(out), l.checkTimes(out)); err != nil {
		return idToken{}, err
	}
	if subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(nonce)) != 1 {
		return idToken{}, errors.New("id token: the nonce is not the one sent")
	}
	if _, bound := out.claims["at_hash"]; bound {
		if err := t.VerifyAccessToken(access); err != nil {
			return idToken{}, fmt.Errorf("id token: at_hash: %w", err)
		}
	}
	return out, nil
}

// checkHeader allows the compact form alone, and no token that says it is of
// another kind, such as logout+jwt or at+jwt.
func checkHeader(raw string) error {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return errors.New("id token: missing, or not in compact form")
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return errors.New("id token: header cannot be read")
	}
	var header struct {
		Typ string `json:"typ"`
	}
	if err := json.Unmarshal(b, &header); err != nil {
		return errors.New("id token: header cannot be read")
	}
	if strings.Contains(header.Typ, "+") {
		return fmt.Errorf("id token: is a %.40q", header.Typ)
	}
	return nil
}

func (l *Login) checkParties(t idToken) error {
	switch azp, err := text(t.claims, "azp"); {
	case err != nil:
		return err
	case azp != "" && azp != l.cfg.ClientID:
		return errors.New("id token: issued to another party")
	case len(t.Audience) != 1 || t.Audience[0] != l.cfg.ClientID:
		return errors.New("id token: meant for somebody else as well")
	case len(t.Subject) == 0 || len(t.Subject) > maxSubject:
		return errors.New("id token: no usable sub")
	}
	if _, logout := t.claims["events"]; logout {
		return errors.New("id token: is a logout token")
	}
	return nil
}

func (l *Login) checkTimes(t idToken) error {
	now := l.cfg.Now()
	if t.IssuedAt.Before(now.Add(-oldest)) || t.IssuedAt.After(now.Add(skew)) {
		return errors.New("id token: iat is missing or not of this moment")
	}
	for _, name := range []string{"nbf", "auth_time"} {
		at, err := moment(t.claims, name)
		if err != nil {
			return err
		}
		if at.After(now.Add(skew)) {
			return fmt.Errorf("id token: %s is in the future", name)
		}
	}
	return nil
}

// complete asks the userinfo endpoint when the token does not tell the groups,
// and adds what the token lacks. The endpoint must speak of the same person.
func (l *Login) complete(ctx context.Context, p *provider, tok *oauth2.Token, t idToken) error {
	if _, told := t.claims[l.cfg.GroupsClaim]; told || !p.userinfo {
		return nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(tok))
	if err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	if info.Subject != t.Subject {
		return errors.New("userinfo: speaks of another person")
	}
	var more map[string]json.RawMessage
	if err := info.Claims(&more); err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	if _, told := t.claims["email"]; told {
		delete(more, "email_verified") // it speaks of the endpoint's address, not of the token's
	}
	for name, v := range more {
		if _, told := t.claims[name]; !told {
			t.claims[name] = v
		}
	}
	return nil
}

// text reads a string claim; a missing one is "", another type an error.
func text(claims map[string]json.RawMessage, name string) (s string, err error) {
	if raw, ok := claims[name]; ok {
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", fmt.Errorf("claim %s is not text", name)
		}
	}
	return s, nil
}

// moment reads a claim in seconds since 1970; a missing one is the zero time.
func moment(claims map[string]json.RawMessage, name string) (time.Time, error) {
	raw, ok := claims[name]
	if !ok {
		return time.Time{}, nil
	}
	var n float64
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > 1e11 {
		return time.Time{}, fmt.Errorf("claim %s is not a time", name)
	}
	return time.Unix(int64(n), 0), nil
}
