package login

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestRefusedAnswers: what the browser brings back from the issuer, or from
// somebody who wants it to look so.
func TestRefusedAnswers(t *testing.T) {
	promised := func(m map[string]any) { m["authorization_response_iss_parameter_supported"] = true }
	for name, tc := range map[string]struct {
		discovery func(map[string]any)
		edit      func(q url.Values)
		status    int
		exchanged bool // the code may have reached the token endpoint
	}{
		"state missing":      {edit: func(q url.Values) { q.Del("state") }, status: 400},
		"state wrong":        {edit: func(q url.Values) { q.Set("state", strings.Repeat("x", secretLen)) }, status: 400},
		"state cut":          {edit: func(q url.Values) { q.Set("state", q.Get("state")[:20]) }, status: 400},
		"state longer":       {edit: func(q url.Values) { q.Set("state", q.Get("state")+"x") }, status: 400},
		"state, other tail":  {edit: func(q url.Values) { q.Set("state", q.Get("state")[:8]+strings.Repeat("x", secretLen-8)) }, status: 400},
		"state twice":        {edit: func(q url.Values) { q.Add("state", q.Get("state")) }, status: 400},
		"code twice":         {edit: func(q url.Values) { q.Add("code", "x") }, status: 400},
		"code missing":       {edit: func(q url.Values) { q.Del("code") }, status: 400},
		"code too long":      {edit: func(q url.Values) { q.Set("code", strings.Repeat("x", maxCode+1)) }, status: 400},
		"code wrong":         {edit: func(q url.Values) { q.Set("code", "x") }, status: 400, exchanged: true},
		"iss of another":     {edit: func(q url.Values) { q.Set("iss", "https://evil.test") }, status: 400},
		"iss twice":          {edit: func(q url.Values) { q["iss"] = []string{issuerURL, "https://evil.test"} }, status: 400},
		"iss, slash":         {edit: func(q url.Values) { q.Set("iss", issuerURL+"/") }, status: 400},
		"iss promised":       {discovery: promised, edit: func(url.Values) {}, status: 400},
		"iss promised, else": {discovery: promised, edit: func(q url.Values) { q.Set("iss", issuerURL+"1") }, status: 400},
		"error of another":   {edit: func(q url.Values) { q.Set("iss", "https://evil.test"); q.Set("error", "access_denied") }, status: 400},
		"error and code":     {edit: func(q url.Values) { q.Set("error", "access_denied") }, status: 403},
		"error twice":        {edit: func(q url.Values) { q["error"] = []string{"a", "b"} }, status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.issuer.discovery, r.issuer.callback = tc.discovery, tc.edit
			b := r.browser()
			r.refused(b, b.signIn(""), tc.status)
			if r.issuer.tokens > 0 != tc.exchanged {
				t.Errorf("the token endpoint was asked %d times", r.issuer.tokens)
			}
		})
	}
}

// TestErrorAnswers: an error is shown in our words, the issuer's go to the log.
func TestErrorAnswers(t *testing.T) {
	for code, want := range map[string]int{
		"access_denied": 403, "login_required": 403, "interaction_required": 403, "consent_required": 403, "server_error": 503,
		"temporarily_unavailable": 503, "invalid_request": 502, "unauthorized_client": 502, "<script>alert(1)</script>": 502,
	} {
		t.Run(code, func(t *testing.T) {
			r := newRig(t)
			r.issuer.callback = func(q url.Values) {
				q.Del("code")
				q.Set("error", code)
				q.Set("error_description", "call <b>555-1234</b> to fix this")
			}
			b := r.browser()
			p := b.signIn("")
			r.refused(b, p, want)
			if strings.Contains(p.body, "555") || strings.Contains(p.body, "<") {
				t.Errorf("the page repeats the issuer: %s", p.body)
			}
			if !strings.Contains(r.last().Error(), "555-1234") || strings.Contains(r.last().Error(), "\n") {
				t.Errorf("the log does not: %v", r.last())
			}
			if again := b.get(consoleURL + CallbackPath + "?error=" + url.QueryEscape(code)); again.status != http.StatusBadRequest {
				t.Errorf("an error without a state: %d", again.status)
			}
		})
	}
}

func TestStateIsUsedOnce(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	back := r.issuer.authorize(b.start(""))
	cookie := b.cookie("__Host-login-")
	if p := b.get(back); p.status != http.StatusSeeOther {
		t.Fatal(p)
	}
	if b.cookie("__Host-login-") != nil {
		t.Error("the cookie outlived its use")
	}
	b.do(http.MethodPost, consoleURL+"/auth/logout")
	r.refused(b, b.get(back), http.StatusBadRequest)
	thief := r.browser()
	thief.plant(cookie.Name, secret())
	r.refused(thief, thief.get(back), http.StatusBadRequest)
	b.plant(cookie.Name, cookie.Value)
	r.refused(b, b.get(back), http.StatusSeeOther) // begun anew, and no more than that
	b.plant(cookie.Name, cookie.Value)
	r.refused(b, b.get(back), http.StatusBadRequest)
	if r.issuer.tokens != 1 {
		t.Errorf("%d token requests, want 1", r.issuer.tokens)
	}
}

// TestTwoAnswers: who presses twice at the issuer, or whose browser repeats a request
// of which it never saw the answer, is signed in all the same and gets where they were
// going; the second answer itself is not used.
func TestTwoAnswers(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	u := b.start("?return_to=/users%3Fq=ann")
	cookie := b.cookie("__Host-login-")
	first, second := r.issuer.authorize(u), r.issuer.authorize(u)
	lost := r.browser() // what the first answer set never reached the browser
	lost.plant(cookie.Name, cookie.Value)
	if p := lost.get(first); p.status != http.StatusSeeOther {
		t.Fatal(p)
	}
	p := b.get(second)
	u, err := url.Parse(p.to)
	if err != nil || p.status != http.StatusSeeOther || u.Host != "issuer.test" {
		t.Fatalf("%d %s", p.status, p.to)
	}
	if p := b.get(r.issuer.authorize(u)); p.status != http.StatusSeeOther || p.to != "/users?q=ann" {
		t.Errorf("%d %s (%v)", p.status, p.to, r.last())
	}
	if _, in := b.who(); !in {
		t.Error("not signed in")
	}
}

// TestCodeIsNotCarriedOver: a code of one sign-in under the state of another.
func TestCodeIsNotCarriedOver(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	first, second := b.start(""), b.start("")
	stolen, err := url.Parse(r.issuer.authorize(first))
	if err != nil {
		t.Fatal(err)
	}
	q := stolen.Query()
	q.Set("state", second.Query().Get("state"))
	r.refused(b, b.get(consoleURL+CallbackPath+"?"+q.Encode()), http.StatusBadRequest)
}

// TestLoginCSRF: an answer that belongs to another browser's sign-in signs
// nobody in, and does not spoil that other sign-in.
func TestLoginCSRF(t *testing.T) {
	r := newRig(t)
	attacker, victim := r.browser(), r.browser()
	u := attacker.start("")
	back := r.issuer.authorize(u)
	r.refused(victim, victim.get(back), http.StatusBadRequest)
	victim.plant("__Host-login-"+u.Query().Get("state")[:suffixLen], secret())
	r.refused(victim, victim.get(back), http.StatusBadRequest)
	if p := attacker.get(back); p.status != http.StatusSeeOther {
		t.Errorf("the rightful browser: %d %v", p.status, r.last())
	}
}

func TestAttemptRunsOut(t *testing.T) {
	for name, tc := range map[string]struct {
		wait time.Duration
		want int
	}{"just in time": {attemptTTL - time.Second, http.StatusSeeOther}, "too late": {attemptTTL, http.StatusBadRequest}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.browser()
			u := b.start("")
			r.clock.advance(tc.wait)
			if p := b.get(r.issuer.authorize(u)); p.status != tc.want {
				t.Errorf("%d, want %d (%v)", p.status, tc.want, r.last())
			}
		})
	}
}

func TestTwoTabs(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	one, two := b.start("?return_to=/one"), b.start("?return_to=/two")
	if p := b.get(r.issuer.authorize(two)); p.to != "/two" {
		t.Error(p, r.last())
	}
	if p := b.get(r.issuer.authorize(one)); p.to != "/one" {
		t.Error(p, r.last())
	}
	if _, in := b.who(); !in || r.count("web_session") != 1 {
		t.Errorf("signed in %v, %d sessions", in, r.count("web_session"))
	}
}

func TestAtMostEightAttempts(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	var begun []*url.URL
	for range browserHolds + 3 {
		begun = append(begun, b.start(""))
	}
	if n := r.count("login_attempt"); n != browserHolds {
		t.Errorf("%d attempts are kept, want %d", n, browserHolds)
	}
	if p := b.get(r.issuer.authorize(begun[len(begun)-1])); p.status != http.StatusSeeOther {
		t.Error(p, r.last())
	}
}

func TestSweepForgetsAttempts(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.start("")
	r.clock.advance(attemptTTL / 2)
	u := b.start("")
	r.clock.advance(attemptTTL / 2)
	if err := r.login.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.count("login_attempt"); n != 1 {
		t.Errorf("%d attempts, want 1", n)
	}
	if p := b.get(r.issuer.authorize(u)); p.status != http.StatusSeeOther {
		t.Error(p, r.last())
	}
}

// TestCookies pins the flags that keep the cookies where they belong.
func TestCookies(t *testing.T) {
	for name, secure := range map[string]bool{"https": true, "http": false} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Secure = secure })
			b := r.browser()
			p := b.get(consoleURL + "/auth/login")
			u, err := url.Parse(p.to)
			if err != nil {
				t.Fatal(err)
			}
			prefix := map[bool]string{true: "__Host-"}[secure]
			all := append(p.cookies, b.get(r.issuer.authorize(u)).cookies...)
			want := map[string]bool{prefix + "login-" + u.Query().Get("state")[:8]: true, prefix + "keydesk": true}
			for _, c := range all {
				if !want[c.Name] || c.Path != "/" || c.Domain != "" || !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode {
					t.Errorf("%+v", c)
				}
				if c.Name == prefix+"keydesk" && (len(c.Value) != secretLen || c.MaxAge != 0) {
					t.Errorf("%+v", c)
				}
			}
			if len(all) != 3 { // begun, taken away, signed in
				t.Errorf("%d cookies", len(all))
			}
		})
	}
}

// TestAuthorizeRequest pins what is sent to the issuer, and that nothing
// secret is.
func TestAuthorizeRequest(t *testing.T) {
	r := newRig(t)
	u := r.browser().start("?return_to=/users")
	q := u.Query()
	if got := u.Scheme + "://" + u.Host + u.Path; got != issuerURL+"/authorize" {
		t.Errorf("sent to %s", got)
	}
	for name, want := range map[string]string{
		"response_type": "code", "client_id": clientID, "redirect_uri": consoleURL + CallbackPath, "scope": "openid profile email groups", "code_challenge_method": "S256",
	} {
		if got := q.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) != secretLen {
			t.Errorf("%s = %q", name, q.Get(name))
		}
	}
	if len(q) != 8 {
		t.Errorf("sent %v", q)
	}
}

func FuzzCallbackQuery(f *testing.F) {
	s := strings.Repeat("s", secretLen)
	for _, q := range []string{"", "state=" + s + "&code=c", "state=" + s + "&error=e&iss=i", "state=a&state=b", "code=%zz", "state;code", "STATE=" + s, "error=x&error=y", "%73tate=" + s + "&code=1"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		in, err := parseAnswer(query)
		if err != nil {
			return
		}
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal("accepted what cannot be read")
		}
		for name, got := range map[string]string{"state": in.state, "code": in.code, "iss": in.iss, "error": in.failure} {
			if len(q[name]) > 1 || (len(q[name]) == 1 && q[name][0] != got) || (len(q[name]) == 0 && got != "") {
				t.Errorf("%s: %q of %q", name, got, q[name])
			}
		}
		if len(in.state) != secretLen || (in.code == "" && in.failure == "") || len(in.code) > maxCode {
			t.Errorf("accepted %+v", in)
		}
	})
}
