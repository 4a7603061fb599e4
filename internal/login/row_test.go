package login

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"keydesk/internal/desk"
)

// write changes the database as somebody does who can write it and has no key.
func (r *rig) write(query string, args ...any) {
	r.t.Helper()
	res, err := r.db.W.ExecContext(r.t.Context(), query, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		r.t.Fatalf("%d rows changed, %v", n, err)
	}
}

// TestChangedRows: whatever decides who a session is, for how long, and what ends
// it, changed alone in the database, ends the session, once.
func TestChangedRows(t *testing.T) {
	planted := secret()
	for name, change := range map[string]string{
		"id":               `id_hash = '` + hash(planted) + `'`,
		"operator":         `actor_id = actor_id || 'x'`,
		"Okta id":          `data = replace(data, '` + danaID + `', '00u1f8c2jkQ4vZx0d698')`,
		"fresh sign-in":    `data = replace(data, '"auth_time":', '"auth_time":1')`,
		"what is not read": `data = data || ' '`,
		"cannot be read":   `data = data || '}'`,
		"name":             `handle = 'forgedforgedforg'`,
		"issuer's name":    `sid = sid || 'x'`,
		"roles":            `roles = 'owner'`,
		"one more role":    `roles = roles || ',owner'`,
		"no role":          `roles = ''`,
		"roles asked for":  `confirmed_at = confirmed_at + 1`,
		"begin":            `created_at = created_at + 1`,
		"end":              `expires_at = expires_at + 1`,
		"no mac":           `mac = ''`,
		"another mac":      `mac = '` + hash("x") + `'`,
		"a longer mac":     `mac = mac || 'A'`,
	} {
		t.Run(name, func(t *testing.T) {
			r, ended := confirming(t, nil)
			b := r.browser()
			b.signIn("")
			if _, in := b.who(); !in {
				t.Fatal("not signed in")
			}
			r.write(`update web_session set ` + change)
			if name == "id" {
				b.plant("__Host-keydesk", planted)
			}
			if left := r.left(b); left != (Left{}) {
				t.Errorf("goes on for %v", left.For)
			}
			for range 2 {
				if who, in := b.who(); in {
					t.Errorf("signed in: %+v", who)
				}
			}
			if r.count("web_session") != 0 {
				t.Error("the row is still there")
			}
			who := "Dana Kim"
			if name == "cannot be read" {
				who = ""
			}
			ended.are(t, who+": "+NotOurs)
		})
	}
}

// TestPlantedRow: a row of one's own, made from an owner's with its mac, is nobody's
// session, is not listed, and leaves the owner's alone.
func TestPlantedRow(t *testing.T) {
	r, ended := confirming(t, nil)
	r.issuer.claims = set("groups", []string{"Keydesk Owners"})
	owner := r.browser()
	owner.signIn("")
	planted := secret()
	r.write(`insert into web_session (id_hash, actor_id, data, created_at, seen_at, expires_at, handle, sid, roles, confirmed_at, address, agent, sealed, mac)
		select $1, actor_id, data, created_at, seen_at, expires_at, 'forgedforgedforg', sid, roles, confirmed_at, address, agent, sealed, mac from web_session`, hash(planted))
	if list, err := r.login.Sessions(t.Context()); err != nil || len(list) != 1 || list[0].Who.Session == "forgedforgedforg" {
		t.Errorf("%+v %v", list, err)
	}
	if who, in := r.with(planted).who(); in {
		t.Errorf("signed in: %+v", who)
	}
	ended.are(t, "Dana Kim: "+NotOurs)
	if who, in := owner.who(); !in || who.Tier() != desk.Owner || r.count("web_session") != 1 {
		t.Errorf("%v %+v, %d sessions", in, who, r.count("web_session"))
	}
}

// TestOtherKey: a console with another key takes nobody for signed in.
func TestOtherKey(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	b.signIn("")
	cfg := r.login.cfg
	cfg.Key = []byte("another")
	r.login = New(cfg, r.db)
	if _, in := b.who(); in || r.count("web_session") != 0 {
		t.Errorf("signed in: %v, %d sessions", in, r.count("web_session"))
	}
}

// TestRowsStayOurs: nothing that the console itself writes, in whatever order, ends
// a session, nor is what one request wrote lost to another that began before it.
func TestRowsStayOurs(t *testing.T) {
	r, ended := confirming(t, func(context.Context, desk.Actor) ([]desk.Role, bool, error) {
		return []desk.Role{desk.Helpdesk}, true, nil
	})
	b := r.browser()
	b.signIn("")
	load := func() (*sessionData, func() error, func()) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		req.AddCookie(&http.Cookie{Name: "__Host-keydesk", Value: b.cookie("__Host-keydesk").Value})
		ses, err := r.login.sessions.Get(req, "__Host-keydesk")
		if err != nil || ses.IsNew {
			t.Fatal(ses, err)
		}
		save := func() error { return ses.Save(req, httptest.NewRecorder()) }
		keep := func() {
			r.login.keepRoles(t.Context(), ses, told{roles: []desk.Role{desk.Auditor}, known: true, at: r.clock.now()})
		}
		return dataOf(ses), save, keep
	}
	for name, step := range map[string]func(){ // in any order
		"a minute":    func() { r.clock.advance(61 * time.Second) },
		"one's typed": func() { b.get(consoleURL + "/keep?note=typed") },
		"roles kept, then saved": func() {
			d, save, _ := load()
			_, _, keep := load()
			keep()
			d.Counter = &Counter{Name: "first"}
			if err := save(); err != nil {
				t.Error(err)
			}
			if d, _, _ := load(); d.Counter == nil || len(d.Roles) != 1 || d.Roles[0] != "helpdesk" {
				t.Errorf("%+v", d)
			}
		},
		"saved, then roles kept": func() {
			d, save, _ := load()
			_, _, keep := load()
			d.Counter = &Counter{Name: "second"}
			if err := save(); err != nil {
				t.Error(err)
			}
			keep()
			if d, _, _ := load(); d.Counter == nil || d.Counter.Name != "second" {
				t.Errorf("what was saved is lost: %+v", d)
			}
		},
	} {
		step()
		if _, in := b.who(); !in {
			t.Fatalf("%s: signed out", name)
		}
	}
	ended.are(t)
}
