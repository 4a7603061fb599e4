package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// set returns a hook that puts one claim in place, or takes it away for nil.
func set(name string, v any) func(map[string]any) {
	return func(m map[string]any) {
		if v == nil {
			delete(m, name)
			return
		}
		m[name] = v
	}
}

func ago(d time.Duration) any { return time.Now().Add(-d).Unix() }

// TestRefusedClaims: tokens with a valid signature that must not be believed.
func TestRefusedClaims(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"iss of another":         set("iss", issuerURL+"1"),
		"iss with a slash":       set("iss", issuerURL+"/"),
		"iss missing":            set("iss", nil),
		"aud of another":         set("aud", clientID+"1"),
		"aud missing":            set("aud", nil),
		"aud empty":              set("aud", []string{}),
		"aud with a second":      set("aud", []string{clientID, "other"}),
		"aud twice us":           set("aud", []string{clientID, clientID}),
		"aud not text":           set("aud", 7),
		"sub missing":            set("sub", nil),
		"sub empty":              set("sub", ""),
		"sub too long":           set("sub", strings.Repeat("x", 256)),
		"sub not text":           set("sub", 7),
		"iat missing":            set("iat", nil),
		"iat zero":               set("iat", 0),
		"iat too old":            set("iat", ago(11*time.Minute)),
		"iat in the future":      set("iat", ago(-3*time.Minute)),
		"exp missing":            set("exp", nil),
		"exp past":               set("exp", ago(time.Second*2)),
		"exp not a number":       set("exp", "tomorrow"),
		"nbf in the future":      set("nbf", ago(-3*time.Minute)),
		"nbf not a number":       set("nbf", "now"),
		"auth_time in future":    set("auth_time", ago(-time.Hour)),
		"auth_time not a number": set("auth_time", "now"),
		"nonce missing":          set("nonce", nil),
		"nonce empty":            set("nonce", ""),
		"nonce wrong":            func(m map[string]any) { m["nonce"] = m["nonce"].(string) + "1" },
		"nonce cut":              func(m map[string]any) { m["nonce"] = m["nonce"].(string)[:42] },
		"azp of another":         set("azp", "other"),
		"azp not text":           set("azp", []string{clientID}),
		"at_hash wrong":          set("at_hash", halfHash("another token")),
		"at_hash empty":          set("at_hash", ""),
		"at_hash not text":       set("at_hash", 7),
		"logout token":           set("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}),
		"groups not names":       set("groups", map[string]any{"a": 1}),
		"name not text":          set("name", 7),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.issuer.claims = edit
			b := r.browser()
			r.refused(b, b.signIn(""), http.StatusBadGateway)
		})
	}
}

// TestRefusedSignatures: every way to get a token past its signature.
func TestRefusedSignatures(t *testing.T) {
	type signer = func(f *fakeIssuer, c map[string]any) string
	honest := func(f *fakeIssuer, c map[string]any) string {
		return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1"}, c)
	}
	cases := map[string]signer{
		"none": func(_ *fakeIssuer, c map[string]any) string { return forged(map[string]string{"alg": "none"}, c, "") },
		"signature missing": func(f *fakeIssuer, c map[string]any) string {
			s := honest(f, c)
			return s[:strings.LastIndex(s, ".")+1]
		},
		"signature of other": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.other, map[string]any{"kid": "k1"}, c)
		},
		"unknown kid": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.other, map[string]any{"kid": "k9"}, c)
		},
		"key unpublished": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.ES256, f.keys.ec, map[string]any{"kid": "k1"}, c)
		},
		"RS512": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS512, f.keys.rsa, map[string]any{"kid": "k1"}, c)
		},
		"PS256": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.PS256, f.keys.rsa, map[string]any{"kid": "k1"}, c)
		},
		"header changed": func(f *fakeIssuer, c map[string]any) string {
			return swapPart(honest(f, c), 0, map[string]string{"alg": "RS256", "kid": "k1", "x": "y"})
		},
		"payload changed": func(f *fakeIssuer, c map[string]any) string {
			s := honest(f, c)
			c["sub"] = "root"
			return swapPart(s, 1, c)
		},
		"two parts":          func(f *fakeIssuer, c map[string]any) string { s := honest(f, c); return s[:strings.LastIndex(s, ".")] },
		"five parts":         func(f *fakeIssuer, c map[string]any) string { return honest(f, c) + ".a.b" },
		"empty":              func(*fakeIssuer, map[string]any) string { return "" },
		"rubbish":            func(*fakeIssuer, map[string]any) string { return "a.b.c" },
		"json serialisation": func(f *fakeIssuer, c map[string]any) string { return jsonForm(honest(f, c)) },
		"encrypted":          func(f *fakeIssuer, c map[string]any) string { return encrypted(f, honest(f, c)) },
		"embedded jwk": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.other, map[string]any{"jwk": jose.JSONWebKey{Key: &f.keys.other.PublicKey}}, c)
		},
		"jku elsewhere": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.other, map[string]any{"jku": "https://evil.test/keys"}, c)
		},
		"x5u elsewhere": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.other, map[string]any{"x5u": "https://evil.test/cert"}, c)
		},
		"unknown crit": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "crit": []string{"exp2"}, "exp2": 1}, c)
		},
		"typ logout+jwt": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "typ": "logout+jwt"}, c)
		},
		"typ at+jwt": func(f *fakeIssuer, c map[string]any) string {
			return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "typ": "application/at+jwt"}, c)
		},
	}
	for _, alg := range []string{"None", "NONE", "nOnE", "rs256", "Rs256", "HS256", "hs256", "", "RS256 "} {
		cases["alg "+alg] = func(f *fakeIssuer, c map[string]any) string {
			return withMAC(map[string]string{"alg": alg, "kid": "k1"}, c, publicPEM(f))
		}
	}
	for name, secret := range map[string]func(*fakeIssuer) []byte{
		"client secret": func(*fakeIssuer) []byte { return []byte("s+e/c ret") },
		"modulus":       func(f *fakeIssuer) []byte { return f.keys.rsa.N.Bytes() },
		"PEM":           publicPEM,
	} {
		cases["HS256 keyed by "+name] = func(f *fakeIssuer, c map[string]any) string {
			return withMAC(map[string]string{"alg": "HS256", "kid": "k1"}, c, secret(f))
		}
	}
	for name, sign := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.issuer.sign = func(c map[string]any) string { return sign(r.issuer, c) }
			b := r.browser()
			r.refused(b, b.signIn(""), http.StatusBadGateway)
		})
	}
}

func swapPart(token string, n int, with any) string {
	parts := strings.Split(token, ".")
	parts[n] = base64.RawURLEncoding.EncodeToString(mustJSON(with))
	return strings.Join(parts, ".")
}

func withMAC(header, claims any, key []byte) string {
	unsigned := strings.TrimSuffix(forged(header, claims, ""), ".")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(unsigned))
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func publicPEM(f *fakeIssuer) []byte {
	der, err := x509.MarshalPKIXPublicKey(&f.keys.rsa.PublicKey)
	if err != nil {
		f.t.Error(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func jsonForm(compact string) string {
	p := strings.Split(compact, ".")
	return fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, p[0], p[1], p[2])
}

func encrypted(f *fakeIssuer, inner string) string {
	e, err := jose.NewEncrypter(jose.A128CBC_HS256, jose.Recipient{Algorithm: jose.RSA_OAEP, Key: &f.keys.rsa.PublicKey}, nil)
	if err != nil {
		f.t.Error(err)
		return ""
	}
	jwe, err := e.Encrypt([]byte(inner))
	if err != nil {
		f.t.Error(err)
		return ""
	}
	out, err := jwe.CompactSerialize()
	if err != nil {
		f.t.Error(err)
	}
	return out
}

// TestAccepted: what an honest issuer may do.
func TestAccepted(t *testing.T) {
	for name, prepare := range map[string]func(*fakeIssuer){
		"as usual":    func(*fakeIssuer) {},
		"azp is us":   func(f *fakeIssuer) { f.claims = set("azp", clientID) },
		"aud as list": func(f *fakeIssuer) { f.claims = set("aud", []string{clientID}) },
		"no at_hash":  func(f *fakeIssuer) { f.claims = set("at_hash", nil) },
		"sub at most": func(f *fakeIssuer) { f.claims = set("sub", strings.Repeat("x", 255)) },
		"clock ahead": func(f *fakeIssuer) { f.claims = set("iat", ago(-90*time.Second)) },
		"iss named":   func(f *fakeIssuer) { f.callback = func(q url.Values) { q.Set("iss", issuerURL) } },
		"one group":   func(f *fakeIssuer) { f.claims = set("groups", "Keydesk Helpdesk") },
		"typ JWT": func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string {
				return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "typ": "JWT"}, c)
			}
		},
		"ES256": func(f *fakeIssuer) {
			f.published = func() []jose.JSONWebKey { return []jose.JSONWebKey{publicKey(&f.keys.ec.PublicKey, "e1", "ES256")} }
			f.sign = func(c map[string]any) string { return f.signed(jose.ES256, f.keys.ec, map[string]any{"kid": "e1"}, c) }
		},
		"kid absent": func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string { return f.signed(jose.RS256, f.keys.rsa, nil, c) }
		},
		"kid absent, many keys": func(f *fakeIssuer) {
			f.published = func() []jose.JSONWebKey {
				return []jose.JSONWebKey{publicKey(&f.keys.other.PublicKey, "o", "RS256"), publicKey(&f.keys.ec.PublicKey, "e", "ES256"), publicKey(&f.keys.rsa.PublicKey, "r", "RS256")}
			}
			f.sign = func(c map[string]any) string { return f.signed(jose.RS256, f.keys.rsa, nil, c) }
		},
		"header points elsewhere": func(f *fakeIssuer) {
			f.sign = func(c map[string]any) string {
				return f.signed(jose.RS256, f.keys.rsa, map[string]any{"kid": "k1", "jku": "https://evil.test/keys"}, c)
			}
		},
		"claims from userinfo": func(f *fakeIssuer) {
			f.userinfo = map[string]any{"sub": "dana", "groups": []string{"Keydesk Helpdesk"}, "name": "Dana Kim", "okta_id": danaID}
			f.claims = func(m map[string]any) {
				for _, name := range []string{"groups", "name", "okta_id"} {
					delete(m, name)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			prepare(r.issuer)
			b := r.browser()
			if p := b.signIn("?return_to=/users%3Fq=ann"); p.status != http.StatusSeeOther || p.to != "/users?q=ann" {
				t.Fatalf("%d %q %s (%v)", p.status, p.to, p.body, r.last())
			}
			who, in := b.who()
			if !in || who.Name != "Dana Kim" || len(who.Roles) != 1 || who.Roles[0] != "helpdesk" || who.OktaID.String() != danaID || who.Address == "" || len(who.Session) != nameLen {
				t.Errorf("%v %+v", in, who)
			}
		})
	}
}

func TestKeyRotation(t *testing.T) {
	r := newRig(t)
	if p := r.browser().signIn(""); p.status != http.StatusSeeOther {
		t.Fatal(p)
	}
	r.issuer.published = func() []jose.JSONWebKey {
		return []jose.JSONWebKey{publicKey(&r.issuer.keys.other.PublicKey, "k2", "RS256")}
	}
	r.issuer.sign = func(c map[string]any) string {
		return r.issuer.signed(jose.RS256, r.issuer.keys.other, map[string]any{"kid": "k2"}, c)
	}
	for range 3 {
		if p := r.browser().signIn(""); p.status != http.StatusSeeOther {
			t.Fatal(p, r.last())
		}
	}
	if n := r.issuer.asks("/tenant/keys"); n != 2 {
		t.Errorf("keys were fetched %d times, want 2", n)
	}
}

// TestReplayedToken: a token with another sign-in's nonce, however valid.
func TestReplayedToken(t *testing.T) {
	r := newRig(t)
	var first string
	r.issuer.answer = func(m map[string]any) { first = m["id_token"].(string) }
	b := r.browser()
	if p := b.signIn(""); p.status != http.StatusSeeOther {
		t.Fatal(p)
	}
	b.do(http.MethodPost, consoleURL+"/auth/logout")
	r.issuer.answer = func(m map[string]any) { m["id_token"] = first }
	r.refused(b, b.signIn(""), http.StatusBadGateway)
}

func TestUserinfo(t *testing.T) {
	for name, tc := range map[string]struct {
		info   map[string]any
		status int
	}{
		"another person": {map[string]any{"sub": "root", "groups": []string{"Keydesk Owners"}}, http.StatusBadGateway},
		"no sub":         {map[string]any{"groups": []string{"Keydesk Owners"}}, http.StatusBadGateway},
		"sub not text":   {map[string]any{"sub": 1}, http.StatusBadGateway},
		"groups odd":     {map[string]any{"sub": "dana", "groups": 1}, http.StatusBadGateway},
		"no groups":      {map[string]any{"sub": "dana"}, http.StatusSeeOther},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.issuer.userinfo, r.issuer.claims = tc.info, set("groups", nil)
			b := r.browser()
			if p := b.signIn(""); p.status != tc.status {
				t.Fatalf("%d, want %d (%v)", p.status, tc.status, r.last())
			}
			if who, in := b.who(); in != (tc.status == http.StatusSeeOther) || len(who.Roles) != 0 {
				t.Errorf("%v %+v", in, who)
			}
		})
	}
}

// TestTokenBeatsUserinfo: what the signed token says cannot be talked over, and
// the endpoint is not asked when the token tells the groups.
func TestTokenBeatsUserinfo(t *testing.T) {
	r := newRig(t)
	r.issuer.userinfo = map[string]any{"sub": "dana", "groups": []string{"Keydesk Owners"}, "name": "Somebody Else"}
	b := r.browser()
	b.signIn("")
	if who, _ := b.who(); who.Name != "Dana Kim" || who.Roles[0] != "helpdesk" || r.issuer.asks("/tenant/userinfo") != 0 {
		t.Errorf("%+v", who)
	}
}
