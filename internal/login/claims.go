package login

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Claims is who the issuer says has signed in, after every check.
type Claims struct {
	Issuer, Subject string // who; nothing else identifies an operator
	Login           string // preferred_username
	Name            string
	Email           string
	EmailVerified   bool // Email means nothing without it
	Groups          []string
	OktaID          string    // the claim named by Config.OktaIDClaim
	IssuedAt        time.Time // when the token was made, by the issuer's clock
	AuthTime        time.Time // zero when the issuer does not say
	ACR             string    // how it saw proof, in its own words
	SID             string    // its name for its own session; empty when it does not say
}

// ActorID is the operator's lasting name. An issuer has no fragment, so no two
// pairs of issuer and subject share one.
func (c Claims) ActorID() string { return c.Issuer + "#" + c.Subject }

func (l *Login) claims(t idToken) (Claims, error) {
	c := Claims{Issuer: t.Issuer, Subject: t.Subject, IssuedAt: t.IssuedAt}
	var errs [8]error
	c.Login, errs[0] = text(t.claims, "preferred_username")
	c.Name, errs[1] = text(t.claims, "name")
	c.Email, errs[2] = text(t.claims, "email")
	c.Groups, errs[3] = names(t.claims, l.cfg.GroupsClaim)
	c.AuthTime, errs[4] = moment(t.claims, "auth_time")
	if l.cfg.OktaIDClaim != "" {
		c.OktaID, errs[5] = text(t.claims, l.cfg.OktaIDClaim)
	}
	c.ACR, errs[6] = text(t.claims, "acr")
	c.SID, errs[7] = text(t.claims, "sid")
	c.EmailVerified = string(t.claims["email_verified"]) == "true"
	if len(c.SID) > maxSubject {
		errs[7] = errors.New("claim sid is too long")
	}
	return c, errors.Join(errs[:]...)
}

// names reads a claim that is one name or a list of them.
func names(claims map[string]json.RawMessage, name string) (list []string, err error) {
	raw, ok := claims[name]
	if !ok {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &list); err == nil {
		return list, nil
	}
	var one string
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, fmt.Errorf("claim %s is not a list of names", name)
	}
	return []string{one}, nil
}
