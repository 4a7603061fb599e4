package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// wait lets time go by while somebody uses the console.
func wait(k *testkit.Kit, d time.Duration, c *testkit.Client) {
	for d > 0 {
		step := min(d, 10*time.Minute)
		k.Advance(step)
		c.Get("/")
		d -= step
	}
}

// linkNamed is where the first link with these words leads.
func linkNamed(p *testkit.Page, words string) string {
	for n := range p.Root().Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" {
			continue
		}
		var b strings.Builder
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
			}
		}
		if strings.Join(strings.Fields(b.String()), " ") == words {
			to, _ := testkit.Attr(n, "href")
			return to
		}
	}
	return ""
}

// signInAs follows a link to the issuer and chooses somebody there.
func signInAs(t *testing.T, c *testkit.Client, link, person string) *testkit.Page {
	t.Helper()
	page := c.Follow(c.Get(link))
	f := page.Form("/authorize")
	if f == nil {
		t.Fatalf("no sign-in page: %d at %s: %s", page.Status, page.Path, short(page))
	}
	f.Values.Set("person", person)
	return c.Follow(c.Post(f.Action, f.Values))
}

const again = "Sign in again and go on"

// Everything that takes an account over or hands out a privilege is refused to
// whoever signed in over 15 minutes ago: before anything is sent, with one row.
func TestFreshSignInEverywhere(t *testing.T) {
	t.Parallel()
	for _, s := range testkit.Changes() {
		if s.Risk != desk.Takeover && s.Risk != desk.Privilege || testkit.AtCounter(s.Action) {
			continue
		}
		t.Run(string(s.Action), func(t *testing.T) {
			t.Parallel()
			k := testkit.New(t)
			c := k.As("admin")
			wait(k, 14*time.Minute, c)
			e := k.Exercise(c, s.Action)
			k.Advance(61 * time.Second)
			k.Org.Reset()
			before := len(k.Acts(audit.Filter{Acts: true}))
			got := c.Post(e.Form.Action, e.Form.Values)
			if got.Status != http.StatusForbidden || !got.Has("sign_in.fresh") || linkNamed(got, again) == "" {
				t.Errorf("%d: %s", got.Status, short(got))
			}
			acts := k.Acts(audit.Filter{Acts: true})
			if len(acts)-before != 1 || acts[0].Phase != audit.PhaseRefused || acts[0].Detail != "sign_in.fresh" || writes(k) != 0 {
				t.Errorf("%d rows, last %+v; %d writes", len(acts)-before, acts[0].Row, writes(k))
			}
		})
	}
}

// At the counter the person's password is not typed for nothing: it does not open
// when the operator's sign-in would be too old before they are done.
func TestFreshSignInAtTheCounter(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	wait(k, 11*time.Minute, c)
	path := views.ActionPath("change_password")
	f := c.Get("/users/" + p.ID).FormOf(path)
	f.Values.Set("note", "came to the desk with her badge")
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusForbidden || !got.Has("sign_in.fresh") {
		t.Fatalf("%d: %s", got.Status, short(got))
	}
	page := signInAs(t, c, linkNamed(got, again), "helpdesk")
	f = page.FormOf(path)
	if f == nil || f.Values.Get("note") == "" {
		t.Fatalf("the dialog is not there: %s", short(page))
	}
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/counter" {
		t.Errorf("%d: %s", got.Status, short(got))
	}
}

// The page says it before the press; after it nothing that was typed is lost; and
// nothing happens without a press.
func TestFreshSignInKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	if page := c.Get("/users/" + p.ID); page.Has("Needs a fresh sign-in") {
		t.Error("it is asked for too early")
	}
	wait(k, 15*time.Minute+time.Second, c)
	page := c.Get("/users/" + p.ID)
	if !page.Has("Needs a fresh sign-in") {
		t.Error("the page does not say so beforehand")
	}
	f := page.Form("/lifecycle/reset_password")
	f.Values.Set("note", "her manager vouched <for> her")
	f.Values.Set("ticket", "INC-77")
	f.Values.Set("revoke_sessions", "true")
	f.Values.Set("send_email", "false")
	k.Org.Reset()
	refused := c.Post(f.Action, f.Values)
	page = signInAs(t, c, linkNamed(refused, again), "helpdesk")
	if page.Path != "/users/"+p.ID || page.Status != http.StatusOK || !page.Has("You have signed in again") || page.Has("Needs a fresh sign-in") {
		t.Fatalf("%d at %s: %s", page.Status, page.Path, short(page))
	}
	if dialog := openDialog(page); dialog != "dialog-reset_password" {
		t.Errorf("open is %q", dialog)
	}
	g := page.Form("/lifecycle/reset_password")
	for name, want := range map[string]string{"note": "her manager vouched <for> her", "ticket": "INC-77", "revoke_sessions": "true", "send_email": "false"} {
		if got := g.Values.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if g.Values.Get("token") == f.Values.Get("token") || writes(k) != 0 {
		t.Errorf("token renewed: %v, %d writes", g.Values.Get("token") != f.Values.Get("token"), writes(k))
	}
	if page := c.Get(cameBack(t, linkNamed(refused, again))); openDialog(page) != "" {
		t.Error("it is kept for longer than one look")
	}
	if got := c.Post(g.Action, g.Values); got.Status != http.StatusOK || writes(k) == 0 {
		t.Errorf("pressed: %d, %d writes: %s", got.Status, writes(k), short(got))
	}
}

// cameBack is the page to which a link leads after a fresh sign-in.
func cameBack(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || !strings.Contains(u.Query().Get("return_to"), "again=") {
		t.Fatal(link, err)
	}
	return u.Query().Get("return_to")
}

func openDialog(p *testkit.Page) string {
	for n := range p.Root().Descendants() {
		if n.Type == html.ElementNode && n.Data == "dialog" {
			if _, open := testkit.Attr(n, "open"); open {
				id, _ := testkit.Attr(n, "id")
				return id
			}
		}
	}
	return ""
}

// Whoever comes back as somebody else changes nothing: the session stays the first
// one's, and what it may not do stays refused.
func TestFreshSignInOfAnother(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	wait(k, 16*time.Minute, c)
	f := form(t, c, p.ID, "/lifecycle/reset_password")
	link := linkNamed(c.Post(f.Action, f.Values), again)
	if got := signInAs(t, c, link, "owner"); got.Status != http.StatusForbidden || !got.Has("Somebody else signed in") {
		t.Errorf("%d: %s", got.Status, short(got))
	}
	if page := c.Get("/"); page.Status != http.StatusOK || !page.Has("Dana Kim") {
		t.Errorf("%d: %s", page.Status, short(page))
	}
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || !got.Has("sign_in.fresh") {
		t.Errorf("%d: %s", got.Status, short(got))
	}
}

// A whole form comes back as it was typed, too.
func TestFreshSignInKeepsForms(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for action, typed := range map[desk.Action]string{"users.update": "want.title", "users.replace": "profile", "users.create": "want.firstName", "roles.assign": "note"} {
		c := k.As("admin")
		wait(k, 16*time.Minute, c)
		e := k.Exercise(c, action)
		got := c.Post(e.Form.Action, e.Form.Values)
		if got.Status != http.StatusForbidden {
			t.Fatalf("%s: %d %s", action, got.Status, short(got))
		}
		page := signInAs(t, c, linkNamed(got, again), "admin")
		f := page.FormOf(views.ActionPath(action))
		if action == "roles.assign" {
			continue // without script its page is come back to with nothing chosen
		}
		if f == nil || f.Values.Get(typed) != e.Form.Values.Get(typed) || f.Values.Get("note") != e.Form.Values.Get("note") || f.Values.Get(typed) == "" {
			t.Fatalf("%s: at %s came back %v, want %v", action, page.Path, f, e.Form.Values)
		}
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", action, got.Status, short(got))
		}
	}
}

// Whoever approves has to have signed in lately as well; the request waits on.
func TestFreshSignInToApprove(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	second := k.As("second")
	wait(k, 16*time.Minute, second)
	owner := k.As("owner")
	_, f := protected(t, k, owner, "/lifecycle/suspend")
	yes := approving(t, owner, second, f)
	k.Org.Reset()
	got := second.Post(yes.Action, yes.Values)
	if got.Status != http.StatusForbidden || !got.Has("sign_in.fresh") || writes(k) != 0 {
		t.Fatalf("%d: %s", got.Status, short(got))
	}
	page := signInAs(t, second, linkNamed(got, again), "second")
	if !strings.HasSuffix(openDialog(page), "-approve") {
		t.Errorf("open is %q", openDialog(page))
	}
	g := page.Form("/approve")
	if g == nil || g.Values.Get("note") != yes.Values.Get("note") {
		t.Fatalf("what was typed is lost: %v", g)
	}
	if got := second.Post(g.Action, g.Values); got.Status != http.StatusOK || writes(k) != 1 {
		t.Errorf("%d, %d writes: %s", got.Status, writes(k), short(got))
	}
}

// The limit is exact to the second.
func TestFreshToTheSecond(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for _, s := range testkit.Changes() {
		limit := k.Desk.Policy().FreshSignIn(s)
		grave := s.Risk == desk.Takeover || s.Risk == desk.Privilege
		if grave != (limit == 15*time.Minute) {
			t.Errorf("%s: %v", s.Action, limit)
		}
		now := k.Now()
		for age, want := range map[time.Duration]bool{0: true, 15*time.Minute - time.Second: true, 15*time.Minute + time.Second: !grave, 12 * time.Hour: !grave} {
			if got := k.Desk.Proven(desk.Actor{AuthTime: now.Add(-age)}, s, 0); got != want {
				t.Errorf("%s, proved %v ago: %v", s.Action, age, got)
			}
		}
		if k.Desk.Proven(desk.Actor{}, s, 0) == grave {
			t.Errorf("%s without a time", s.Action)
		}
	}
}

// Where the groups are the issuer's, it is asked, and what it says counts: roles that
// are gone, not those that came, and its refusal.
func TestConfirmAtTheIssuer(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for name, tt := range map[string]struct {
		groups []string
		told   bool
		err    error
		roles  int
		kind   desk.Kind
	}{
		"still there":  {[]string{"Keydesk Helpdesk", "Everyone"}, true, nil, 1, desk.Other},
		"gone":         {[]string{"Everyone"}, true, nil, 0, desk.Other},
		"raised":       {[]string{"Keydesk Helpdesk", "Keydesk Owners"}, true, nil, 1, desk.Other},
		"cannot say":   {nil, false, nil, 1, desk.Other},
		"taken back":   {nil, false, desk.ErrTakenBack, 0, desk.Denied},
		"out of order": {nil, false, errors.New("no answer"), 0, desk.Upstream},
	} {
		who := desk.Actor{ID: "i#s", Roles: []desk.Role{desk.Helpdesk}, Groups: func(context.Context) ([]string, bool, error) { return tt.groups, tt.told, tt.err }}
		roles, told, err := k.Desk.Confirm(t.Context(), who)
		var de *desk.Error
		if len(roles) != tt.roles || told != tt.told || (err != nil) != (tt.err != nil) || errors.As(err, &de) && de.Kind != tt.kind {
			t.Errorf("%s: %v %v %v", name, roles, told, err)
		}
	}
}
