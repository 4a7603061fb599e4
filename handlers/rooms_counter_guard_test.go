package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keydesk/internal/testkit"
	"keydesk/views"
)

// The agent's session at the issuer outlives the one here: whoever stands at the
// counter must not get the agent's console from it by going to the sign-in page,
// nor by taking the demand for proof out of the address.
func TestCounterAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, over := range []bool{false, true} {
		c := k.As("helpdesk")
		k.Advance(10 * time.Second) // the issuer tells time in seconds
		p, old := walkIn(t, k, i)
		f := opened(t, c, p.ID, "change_password")
		if over {
			c.Post(f.Action, url.Values{"old": {old}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}})
		}
		page := c.Follow(c.Get("/auth/login"))
		if home := c.Get("/"); home.Status == http.StatusOK {
			t.Errorf("after the counter (typed %t) the sign-in page leads to %s without a question: %s", over, page.Path, short(home))
		}
		if page = bare(t, c, c.Get("/auth/login")); page.Status == http.StatusOK && c.Get("/").Status == http.StatusOK {
			t.Errorf("after the counter (typed %t) an address without prompt leads to %s", over, page.Path)
		}
		k.Advance(2 * time.Second) // the issuer tells time in seconds
		if form := c.Follow(c.Get("/auth/login")).Form(""); form == nil {
			t.Error("the agent cannot sign in again")
		} else {
			form.Values.Set("person", "helpdesk")
			c.Follow(c.Post(form.Action, form.Values))
			if c.Get("/").Status != http.StatusOK {
				t.Error("the agent signed in again, and is not let in")
			}
		}
	}
}

// bare follows redirects as somebody does who edits the address of each.
func bare(t *testing.T, c *testkit.Client, p *testkit.Page) *testkit.Page {
	t.Helper()
	for range 8 {
		u, err := url.Parse(p.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		if u.Path == "" {
			return p
		}
		q := u.Query()
		q.Del("prompt")
		q.Del("max_age")
		u.RawQuery = q.Encode()
		p = c.Get(u.RequestURI())
	}
	return p
}

// Wrong words are told as such, the person may be read on, and a password that Okta
// does not take changes nothing.
func TestCounterRefusals(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, tt := range []struct {
		typed  url.Values
		status int
		says   string
		ends   bool
	}{
		{url.Values{"old": {"wrong"}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}}, http.StatusConflict, "Old Password is not correct", true},
		{url.Values{"old": {""}, "new": {"short"}, "again": {"short"}}, http.StatusConflict, "Okta refused", true},
		{url.Values{"old": {""}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-78"}}, http.StatusUnprocessableEntity, "The two new passwords differ.", false},
		{url.Values{"old": {""}, "new": {""}, "again": {""}}, http.StatusUnprocessableEntity, "Type the new password.", false},
		{url.Values{"new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}}, http.StatusUnprocessableEntity, "Type the present password.", false},
	} {
		c := k.As("helpdesk")
		p, old := walkIn(t, k, i)
		f := opened(t, c, p.ID, "change_password")
		if v, given := tt.typed["old"]; given && v[0] == "" {
			tt.typed.Set("old", old)
		}
		got := c.Post(f.Action, tt.typed)
		if got.Status != tt.status || !got.Has(tt.says) || !k.Org.CheckPassword(p.ID, old) {
			t.Errorf("%v: %d %s", tt.typed, got.Status, short(got))
		}
		if open := c.Get(views.CounterPage).Status == http.StatusOK; open == tt.ends {
			t.Errorf("%v: the counter is open: %t", tt.typed, open)
		}
	}
}

// The counter does not open on colleagues and administrators, and what somebody
// became after it opened counts when they type.
func TestCounterAndProtectedPeople(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	borrowed := formAt(t, k.As("helpdesk"), "/users/"+ordinary(t, k, 1)[0].ID, "/counter/change_password").Values
	for _, id := range []string{k.Org.AdminWith("READ_ONLY_ADMIN").ID, k.Org.GroupAdmin("USER_ADMIN").ID, k.Org.Staff()["admin"], k.Org.Staff()["helpdesk"]} {
		c := k.As("helpdesk")
		if c.Get("/users/"+id).Form("/counter/change_password") != nil {
			t.Errorf("%s: offered", id)
		}
		k.Org.Reset()
		turnedDown(t, k, id, c.Post("/users/"+id+"/counter/change_password", borrowed), http.StatusForbidden, "Nothing was sent")
		if c.Get("/").Status != http.StatusOK {
			t.Error("a refusal at the opening narrows the session")
		}
	}
	for i, change := range []func(id string){
		func(id string) { k.Org.GrantRole(id, "HELP_DESK_ADMIN") },
		func(id string) { k.Org.JoinGroup(id, "Okta Group Administrators") },
		func(id string) { k.Org.JoinGroup(id, "Keydesk Owners"); k.Advance(61 * time.Second) },
	} {
		c := k.As("helpdesk")
		p, old := walkIn(t, k, i)
		f := opened(t, c, p.ID, "change_password")
		change(p.ID)
		k.Org.Reset()
		got := c.Post(f.Action, url.Values{"old": {old}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}})
		if got.Status != http.StatusForbidden || writes(k) != 0 || !k.Org.CheckPassword(p.ID, old) || c.Get("/").Status == http.StatusOK {
			t.Errorf("%d: %d, %v: %s", i, got.Status, k.Calls(), short(got))
		}
	}
}

// signedIn is somebody of the staff with the session's cookie, as a thief has it.
func signedIn(t *testing.T, k *testkit.Kit, person string) (c *testkit.Client, cookie string) {
	t.Helper()
	c = k.Anonymous()
	f := c.Follow(c.Get("/auth/login")).Form("")
	f.Values.Set("person", person)
	page := c.Post(f.Action, f.Values)
	for page.Header.Get("Location") != "" {
		u, err := url.Parse(page.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		page = c.Get(u.RequestURI())
		for _, set := range page.Header.Values("Set-Cookie") {
			if pair, attributes, _ := strings.Cut(set, ";"); !strings.Contains(attributes, "Max-Age=0") {
				cookie = pair
			}
		}
	}
	return c, cookie
}

// Whoever kept the cookie of a session has nothing once the counter ended it, on
// whatever way it did.
func TestCounterKillsTheCookie(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p, old := walkIn(t, k, 0)
	for name, end := range map[string]func(*testkit.Client, *testkit.Form){
		"typed": func(c *testkit.Client, f *testkit.Form) {
			c.Post(f.Action, url.Values{"old": {old + "x"}, "new": {"Nine-lanterns-77"}, "again": {"Nine-lanterns-77"}})
		},
		"left": func(c *testkit.Client, _ *testkit.Form) { c.Get("/") },
		"another form": func(c *testkit.Client, _ *testkit.Form) {
			c.Post("/counter/change_recovery_question", url.Values{"old": {old}, "question": {"What ship?"}, "answer": {"Argo"}})
		},
		"signed out":    func(c *testkit.Client, _ *testkit.Form) { c.Post("/auth/logout", url.Values{}) },
		"time was over": func(c *testkit.Client, _ *testkit.Form) { k.Advance(3 * time.Minute) },
	} {
		k.Advance(time.Second) // the issuer has to see proof later than for the last counter
		c, cookie := signedIn(t, k, "helpdesk")
		f := opened(t, c, p.ID, "change_password")
		replay := func(path string) int {
			return k.Anonymous().Do(http.MethodGet, path, nil, http.Header{"Cookie": {cookie}}).Status
		}
		if cookie == "" || replay(views.CounterPage) != http.StatusOK {
			t.Fatalf("%s: the cookie %q opens nothing to begin with", name, cookie)
		}
		before := k.Org.Snapshot()
		end(c, f)
		for _, path := range []string{views.CounterPage, views.CounterAlive, "/", "/users/" + p.ID} {
			if got := replay(path); got == http.StatusOK || got == http.StatusNoContent {
				t.Errorf("%s: the cookie opens %s: %d", name, path, got)
			}
		}
		if name != "typed" && k.Org.Snapshot() != before {
			t.Errorf("%s: something was changed", name)
		}
	}
}
