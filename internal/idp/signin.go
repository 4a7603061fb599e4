package idp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	cookieName    = "keydesk-demo-issuer"
	challengeLen  = 43 // SHA-256 in base64url
	maxSignInForm = 4 << 10
)

// request is an authorization request that may be answered by a redirect.
type request struct {
	grant
	state, prompt, maxAge, kind, method string
}

// SignIn serves the issuer's pages; mount it under Config.SignInPath.
func (i *Issuer) SignIn() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+i.cfg.SignInPath+"/authorize", i.authorize)
	mux.HandleFunc("POST "+i.cfg.SignInPath+"/authorize", i.choose)
	mux.HandleFunc("GET "+i.cfg.SignInPath+"/end-session", i.endSession)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// authorize answers at once for a browser that is known, and otherwise shows
// the people to choose from.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	req, ok := i.accept(w, r)
	if !ok {
		return
	}
	held, known := i.memory.get(i.memory.sessions, cookieValue(r))
	if _, exists := i.bySub(held.sub); !exists || tooOld(req.maxAge, held.authTime, i.cfg.Now()) {
		known = false
	}
	switch {
	case known && (req.prompt == "" || req.prompt == "none"):
		req.sub, req.sid, req.authTime = held.sub, held.sid, held.authTime
		i.grantCode(w, r, req)
	case req.prompt == "none":
		i.respond(w, r, req, url.Values{"error": {"login_required"}})
	default:
		i.page(w, http.StatusOK, picker(i.cfg.People(), r.URL.RequestURI()))
	}
}

// choose signs in whoever's button was pressed. The form was sent to the very
// address of the authorization request, so nothing about it had to be kept.
func (i *Issuer) choose(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSignInForm)
	req, ok := i.accept(w, r)
	if !ok {
		return
	}
	key := r.PostFormValue("person")
	who, ok := i.person(func(p Person) bool { return key != "" && p.Key == key })
	if !ok {
		i.page(w, http.StatusBadRequest, sorry("There is no such person in the demo. Go back and choose again."))
		return
	}
	session, g := i.memory.newSession(who.Sub, cookieValue(r))
	http.SetCookie(w, i.cookie(r, session, 0))
	req.sub, req.sid, req.authTime = g.sub, g.sid, g.authTime
	i.grantCode(w, r, req)
}

// accept reads an authorization request. One that does not come from our client
// on this very origin gets a page: to redirect would be to trust its address.
func (i *Issuer) accept(w http.ResponseWriter, r *http.Request) (request, bool) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil {
		err = i.fromClient(q, r.Host)
	}
	if err != nil {
		i.page(w, http.StatusBadRequest, sorry("This sign-in page was opened with a wrong address: "+err.Error()+". Go back to the console and start again."))
		return request{}, false
	}
	req := request{
		grant: grant{scope: q.Get("scope"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")},
		state: q.Get("state"), prompt: q.Get("prompt"), maxAge: q.Get("max_age"), kind: q.Get("response_type"), method: q.Get("code_challenge_method"),
	}
	if code := req.problem(); code != "" {
		i.respond(w, r, req, url.Values{"error": {code}})
		return req, false
	}
	return req, true
}

func (i *Issuer) fromClient(q url.Values, host string) error {
	for name, v := range q {
		if len(v) != 1 {
			return errors.New(name + " stands more than once")
		}
	}
	switch {
	case q.Get("client_id") != i.cfg.ClientID:
		return errors.New("unknown client")
	case !onOrigin(q.Get("redirect_uri"), host, i.cfg.CallbackPath):
		return errors.New("the redirect address is not the console's")
	}
	return nil
}

// problem is the error code that the client gets for what it asked, "" for none.
func (req request) problem() string {
	switch {
	case req.kind != "code":
		return "unsupported_response_type"
	case !slices.Contains(strings.Fields(req.scope), "openid"):
		return "invalid_scope"
	case req.method != "S256" || len(req.challenge) != challengeLen:
		return "invalid_request"
	case !slices.Contains([]string{"", "none", "login", "select_account"}, req.prompt):
		return "invalid_request"
	}
	return ""
}

func (i *Issuer) grantCode(w http.ResponseWriter, r *http.Request, req request) {
	i.respond(w, r, req, url.Values{"code": {i.memory.newCode(req.grant)}})
}

// respond answers the client. The redirect names the path alone, so the browser
// stays on the origin that it sees, whatever maps a port or ends TLS before us.
func (i *Issuer) respond(w http.ResponseWriter, r *http.Request, req request, q url.Values) {
	q.Set("iss", i.cfg.Issuer) // RFC 9207
	if req.state != "" {
		q.Set("state", req.state)
	}
	http.Redirect(w, r, i.cfg.CallbackPath+"?"+q.Encode(), http.StatusSeeOther)
}

// endSession is RP-initiated logout. Only who shows an ID token of our client is
// sent back, and only to its signed-out page.
func (i *Issuer) endSession(w http.ResponseWriter, r *http.Request) {
	if was, known := i.memory.endSession(cookieValue(r)); known {
		i.tell(r.Context(), was)
	}
	http.SetCookie(w, i.cookie(r, "", -1))
	q := r.URL.Query()
	if !i.hinted(q.Get("id_token_hint")) || !onOrigin(q.Get("post_logout_redirect_uri"), r.Host, i.cfg.SignedOutPath) {
		i.page(w, http.StatusOK, page{Title: "Signed out", Text: "You are signed out of the demo's sign-in service."})
		return
	}
	to := i.cfg.SignedOutPath
	if s := q.Get("state"); s != "" {
		to += "?" + url.Values{"state": {s}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// onOrigin reports whether raw is exactly this path on the host that the
// request came to.
func onOrigin(raw, host, path string) bool {
	u, err := url.Parse(raw)
	if err != nil || path == "" {
		return false
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host == host && raw == u.Scheme+"://"+host+path
}

// cookie is Secure only where the console is reached by https: the demo mostly
// is by http, on loopback.
func (i *Issuer) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: i.cfg.SignInPath, MaxAge: maxAge, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode} //nolint:gosec // see above
}

func cookieValue(r *http.Request) string {
	if c, err := r.Cookie(cookieName); err == nil {
		return c.Value
	}
	return ""
}

func tooOld(maxAge string, at, now time.Time) bool {
	n, err := strconv.Atoi(maxAge)
	return err == nil && n >= 0 && now.Sub(at) > time.Duration(n)*time.Second
}
