package handlers_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

// endForm is the form that ends the session of somebody on the page of sessions.
func endForm(p *testkit.Page, name string) *testkit.Form {
	for n := range p.Root().Descendants() {
		if n.Data != "tr" {
			continue
		}
		row := p.Part(n)
		if strings.Contains(row.Text(), name) {
			if f := row.FormOf("/sessions/:session/end"); f != nil {
				return f
			}
		}
	}
	return nil
}

func ends(k *testkit.Kit) []audit.Act {
	return slices.DeleteFunc(told(k), func(a audit.Act) bool { return a.Phase != audit.PhaseEvent })
}

// told are the rows about ends of sessions, those that were refused among them.
func told(k *testkit.Kit) []audit.Act { return k.Acts(audit.Filter{Action: "session_end"}) }

// An operator sees where they are signed in, ends one and all others; what is ended
// is over at its next request, and recorded once.
func TestOwnSessions(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	here, there, elsewhere := k.As("helpdesk"), k.As("helpdesk"), k.As("helpdesk")
	page := here.Get("/sessions")
	if page.Status != http.StatusOK || strings.Count(page.Text(), "This one") != 1 || page.Has("Colleagues") || !page.Has("asked for again every minute") {
		t.Fatalf("%d %s", page.Status, page.Text())
	}
	f := endForm(page, "End")
	if got := here.Post(f.Action, f.Values); got.Status != http.StatusOK || !got.Has("Ended") {
		t.Fatalf("%d %s", got.Status, got.Text())
	}
	over := 0
	for _, c := range []*testkit.Client{there, elsewhere} {
		if c.Get("/").Status == http.StatusSeeOther {
			over++
		}
	}
	if over != 1 || len(ends(k)) != 1 {
		t.Errorf("%d are over, %d rows", over, len(ends(k)))
	}
	if got := here.Post(f.Action, f.Values); got.Status != http.StatusNotFound || len(ends(k)) != 1 {
		t.Errorf("a second time: %d, %d rows", got.Status, len(ends(k)))
	}
	again := k.As("helpdesk")
	if got := here.Post("/sessions/end-others", nil); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	for _, c := range []*testkit.Client{there, elsewhere, again} {
		if got := c.Get("/"); got.Status != http.StatusSeeOther {
			t.Errorf("still signed in: %d", got.Status)
		}
	}
	if here.Get("/").Status != http.StatusOK || len(ends(k)) != 3 {
		t.Errorf("here %d, %d rows", here.Get("/").Status, len(ends(k)))
	}
}

// A colleague's session is ended by whoever has the right to it and does not stand
// lower; everybody else is refused, with one row.
func TestColleaguesSessions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		who, whose string
		allowed    bool
		rule       string
	}{
		{"helpdesk", "admin", false, "permission.staff.sessions"},
		{"auditor", "helpdesk", false, "permission.staff.sessions"},
		{"admin", "helpdesk", true, ""},
		{"admin", "owner", false, "protected.staff"},
		{"owner", "admin", true, ""},
		{"owner", "second", true, ""},
	} {
		k := testkit.New(t)
		theirs := k.As(tt.whose)
		name := map[string]string{"admin": "Omar Reyes", "helpdesk": "Dana Kim", "owner": "Thandi Mokoena"}[tt.whose]
		owner := k.As("owner")
		f := endForm(owner.Get("/sessions"), name)
		if tt.whose == "second" {
			f = endForm(owner.Get("/sessions"), "Owner")
		}
		if tt.whose == "owner" {
			f = endForm(k.As("second").Get("/sessions"), name)
		}
		c := k.As(tt.who)
		if listed := c.Get("/sessions").Has("Colleagues"); listed != (tt.who == "admin" || tt.who == "owner") {
			t.Errorf("%s sees colleagues: %t", tt.who, listed)
		}
		before := len(told(k))
		got := c.Post(f.Action, f.Values)
		rows := told(k)
		if len(rows)-before != 1 || (got.Status == http.StatusOK) != tt.allowed || !tt.allowed && (got.Status != http.StatusForbidden || !got.Has(tt.rule) || rows[0].Phase != audit.PhaseRefused) {
			t.Errorf("%s ends %s's: %d, %d rows: %s", tt.who, tt.whose, got.Status, len(rows)-before, short(got))
		}
		if over := theirs.Get("/").Status == http.StatusSeeOther; over != tt.allowed {
			t.Errorf("%s's session is over: %t", tt.whose, over)
		}
	}
}

// An operator who is moved out of the group loses the right at once for what takes
// an account over, and every page within a minute, with a word on why.
func TestMovedOutOfTheGroup(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	f := form(t, c, p.ID, "/lifecycle/reset_password")
	k.Org.LeaveGroup(k.Org.Staff()["helpdesk"], "Keydesk Helpdesk")
	k.Org.Reset()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || writes(k) != 0 {
		t.Errorf("%d, %d writes: %s", got.Status, writes(k), short(got))
	}
	k.Advance(time.Minute)
	if page := c.Get("/users/" + p.ID); page.Status != http.StatusForbidden || !page.Has("none of the groups") {
		t.Errorf("%d %s", page.Status, short(page))
	}
}

// Whoever is signed out at the issuer is signed out here, in every browser, with a
// row for each.
func TestSignedOutAtTheIssuer(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	one, other, admin := k.As("helpdesk"), k.As("helpdesk"), k.As("admin")
	k.SignOutAtIssuer(t.Context(), k.Org.Staff()["helpdesk"])
	for _, c := range []*testkit.Client{one, other} {
		if got := c.Get("/"); got.Status != http.StatusSeeOther {
			t.Errorf("still signed in: %d", got.Status)
		}
	}
	if admin.Get("/").Status != http.StatusOK || len(ends(k)) != 2 || ends(k)[0].Detail != "session ended: signed out at the issuer" {
		t.Errorf("the admin: %d; rows %v", admin.Get("/").Status, ends(k))
	}
}

// Of two hundred cookies that were copied none works any more: not after signing out,
// not when the operator lost the role or the account, and not after their time.
func TestCopiedCookies(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(k *testkit.Kit, c *testkit.Client){
		"signed out": func(_ *testkit.Kit, c *testkit.Client) { c.Post("/auth/logout", nil) },
		"role removed": func(k *testkit.Kit, _ *testkit.Client) {
			k.Org.LeaveGroup(k.Org.Staff()["helpdesk"], "Keydesk Helpdesk")
			k.Advance(time.Minute)
		},
		"suspended": func(k *testkit.Kit, _ *testkit.Client) {
			k.Org.SetStatus(k.Org.Staff()["helpdesk"], "SUSPENDED")
			k.Advance(time.Minute)
		},
		"expired": func(k *testkit.Kit, _ *testkit.Client) { k.Advance(15 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := testkit.New(t)
			var clients []*testkit.Client
			for range 50 {
				clients = append(clients, k.As("helpdesk"))
			}
			copies := make([]string, len(clients))
			for i, c := range clients {
				copies[i] = c.Cookie("keydesk")
			}
			for i, c := range clients {
				if name == "signed out" || i == 0 {
					end(k, c)
				}
			}
			for _, value := range copies {
				got := k.Anonymous().Do(http.MethodGet, "/users?q=Ann", nil, http.Header{"Cookie": {"keydesk=" + value}})
				if got.Status != http.StatusSeeOther && got.Status != http.StatusForbidden || got.Has("Ann Vo") {
					t.Fatalf("a copy works: %d", got.Status)
				}
			}
		})
	}
}

// Whoever can write the database and has no key of the console is nobody: a row made
// from an owner's, and an agent's own made an owner's, end at their first use, with a
// row of the record and a line of the log.
func TestSessionOfAnothersMaking(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, agent := k.As("owner"), k.As("helpdesk")
	owner.Get("/")
	agent.Get("/")
	cookie := strings.Repeat("A", 43)
	sum := sha256.Sum256([]byte(cookie))
	now := k.Now()
	for _, query := range []string{
		`insert into web_session (id_hash, actor_id, data, created_at, seen_at, expires_at, handle, sid, roles, confirmed_at, address, agent, mac)
			select $1, actor_id, data, $2, $2, $3, 'forgedforgedforg', '', 'owner', $2, '', '', mac from web_session where roles = 'owner'`,
		`update web_session set roles = 'owner', confirmed_at = $2, expires_at = $3 where roles = 'helpdesk' and id_hash <> $1`,
	} {
		if _, err := k.Store.W.ExecContext(t.Context(), query, base64.RawURLEncoding.EncodeToString(sum[:]), now.UnixMilli(), now.Add(time.Hour).UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	forged := k.Anonymous().Do(http.MethodGet, "/sessions", nil, http.Header{"Cookie": {"keydesk=" + cookie}})
	raised := agent.Get("/sessions")
	for _, got := range []*testkit.Page{forged, raised} {
		if got.Status != http.StatusSeeOther {
			t.Errorf("%d %s", got.Status, got.Text())
		}
	}
	if owner.Get("/").Status != http.StatusOK {
		t.Error("the owner's own session is over")
	}
	rows := ends(k)
	for _, a := range rows {
		if a.Detail != "session ended: the row was not this console's" {
			t.Errorf("%q", a.Detail)
		}
	}
	if said := strings.Count(k.Logs.String(), "was not written by this console"); len(rows) != 2 || said != 2 {
		t.Errorf("%d rows, %d lines; want 2 of each", len(rows), said)
	}
}
