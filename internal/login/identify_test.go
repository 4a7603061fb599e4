package login

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

func TestIdentify(t *testing.T) {
	for name, tc := range map[string]struct {
		id, why string
		err     error
		status  int
		want    string // Actor.Unmapped
	}{
		"found":     {danaID, "", nil, http.StatusSeeOther, ""},
		"nobody":    {"", "No account has your e-mail address as its login.", nil, http.StatusSeeOther, "No account has your e-mail address as its login."},
		"no id":     {"../me", "", nil, http.StatusSeeOther, "What the sign-in service gives as your Okta id is not one."},
		"Okta down": {"", "", errors.New("okta: no answer"), http.StatusServiceUnavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var asked Claims
			r := newRig(t, func(c *Config) {
				c.Identify = func(_ context.Context, who Claims) (string, string, error) {
					asked = who
					return tc.id, tc.why, tc.err
				}
			})
			b := r.browser()
			if p := b.signIn(""); p.status != tc.status {
				t.Fatalf("%d, want %d (%v)", p.status, tc.status, r.last())
			}
			if asked.Subject != "dana" || asked.Issuer != issuerURL || !asked.EmailVerified || asked.Email == "" || asked.OktaID != danaID || asked.Login == "" {
				t.Errorf("asked about %+v", asked)
			}
			who, in := b.who()
			if in != (tc.status == http.StatusSeeOther) || who.Unmapped != tc.want || (in && who.OktaID.IsZero() == (tc.want == "")) {
				t.Errorf("%v %+v", in, who)
			}
		})
	}
}

// TestEmailVerified: only a true that is a boolean counts.
func TestEmailVerified(t *testing.T) {
	for name, v := range map[string]any{"missing": nil, "false": false, "text": "true", "number": 1} {
		var asked Claims
		r := newRig(t, func(c *Config) {
			c.Identify = func(_ context.Context, who Claims) (string, string, error) { asked = who; return "", "nobody", nil }
		})
		r.issuer.claims = set("email_verified", v)
		r.browser().signIn("")
		if asked.Email == "" || asked.EmailVerified {
			t.Errorf("%s: %+v", name, asked)
		}
	}
}

func TestActorFields(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	who, _ := b.who()
	if who.ID != issuerURL+"#dana" || who.Email != "dana.kim@brightwater.example" || r.clock.now().Sub(who.AuthTime) < 59*time.Second {
		t.Errorf("%+v", who)
	}
	again, _ := b.who()
	if again.Session != who.Session {
		t.Error("the session's name changed")
	}
	b.signIn("")
	if again, _ = b.who(); again.Session == who.Session {
		t.Error("two sessions share a name")
	}
	r.issuer.claims = set("auth_time", nil)
	b.signIn("")
	if who, _ := b.who(); !who.AuthTime.IsZero() {
		t.Errorf("AuthTime %v out of nowhere", who.AuthTime)
	}
}

func TestDisplayName(t *testing.T) {
	for want, c := range map[string]Claims{
		"Dana Kim": {Name: "Dana Kim", Login: "dana", Email: "d@x", Subject: "s"},
		"dana":     {Login: "dana", Email: "d@x", Subject: "s"},
		"d@x":      {Email: "d@x", Subject: "s"},
		"s":        {Subject: "s"},
	} {
		if got := displayName(c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
