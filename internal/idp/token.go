package idp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const maxForm = 64 << 10

// token exchanges a code (RFC 6749 4.1.3, RFC 7636 4.5).
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, "invalid_request")
		return
	}
	if !i.authenticated(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		fail(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	if r.PostForm.Get("grant_type") != "authorization_code" {
		fail(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	access, g := i.memory.redeem(r.PostForm.Get("code"), func(g *grant) bool {
		return g.redirect == r.PostForm.Get("redirect_uri") && equal(g.challenge, challengeOf(r.PostForm.Get("code_verifier")))
	})
	if g == nil || access == "" {
		fail(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	i.answer(w, access, *g)
}

func (i *Issuer) answer(w http.ResponseWriter, access string, g grant) {
	who, known := i.bySub(g.sub)
	if !known {
		fail(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	id, err := i.idToken(who, access, g)
	if err != nil {
		fail(w, http.StatusInternalServerError, "server_error")
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(tokenTTL.Seconds()), "id_token": id, "scope": g.scope,
	})
}

func (i *Issuer) idToken(who Person, access string, g grant) (string, error) {
	now := i.cfg.Now()
	half := sha256.Sum256([]byte(access))
	claims := about(who, g.scope)
	claims["azp"] = i.cfg.ClientID
	claims["sid"] = g.sid
	claims["auth_time"] = g.authTime.Unix()
	claims["at_hash"] = base64.RawURLEncoding.EncodeToString(half[:len(half)/2])
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	std := jwt.Claims{
		Issuer: i.cfg.Issuer, Subject: who.Sub, Audience: jwt.Audience{i.cfg.ClientID},
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(tokenTTL)),
	}
	return jwt.Signed(i.signer).Claims(claims).Claims(std).Serialize()
}

func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, known := i.memory.get(i.memory.access, bearer)
	who, exists := i.bySub(g.sub)
	if !ok || !known || !exists {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		fail(w, http.StatusUnauthorized, "invalid_token")
		return
	}
	claims := about(who, g.scope)
	claims["sub"] = who.Sub
	reply(w, http.StatusOK, claims)
}

// about lists what the scope lets the client know.
func about(who Person, scope string) map[string]any {
	m := map[string]any{}
	for _, s := range strings.Fields(scope) {
		switch s {
		case "profile":
			m["name"], m["preferred_username"] = who.Name, who.Login
		case "email":
			m["email"], m["email_verified"] = who.Email, true
		case "groups":
			m["groups"] = append([]string{}, who.Groups...) // [] rather than null
		}
	}
	return m
}

// authenticated checks the client's secret, from the header or from the form.
func (i *Issuer) authenticated(r *http.Request) bool {
	id, secret, basic := r.BasicAuth()
	if basic {
		var errID, errSecret error
		id, errID = url.QueryUnescape(id)
		secret, errSecret = url.QueryUnescape(secret)
		if errID != nil || errSecret != nil {
			return false
		}
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	return id == i.cfg.ClientID && equal(secret, i.cfg.ClientSecret)
}

// hinted reports whether raw is an ID token of ours for our client, at any age:
// signing out with an old one is allowed.
func (i *Issuer) hinted(raw string) bool {
	t, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return false
	}
	var c jwt.Claims
	return t.Claims(i.public, &c) == nil && c.Issuer == i.cfg.Issuer && c.Audience.Contains(i.cfg.ClientID)
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
