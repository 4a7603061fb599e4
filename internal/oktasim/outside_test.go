package oktasim

import (
	"slices"
	"testing"
)

func TestHeavy(t *testing.T) {
	o := large()
	before, plain := o.Snapshot(), len(o.groups)
	if again := large(); again.Snapshot() != before {
		t.Fatal("two organisations of one seed differ")
	}
	p := o.Heavy()
	if len(p.Groups) != 500 || p.Grants != 300 || p.Tokens != 200 || p.Status != active || len(p.Roles) > 0 {
		t.Errorf("%d groups, %d grants, %d tokens, %s, %v", len(p.Groups), p.Grants, p.Tokens, p.Status, p.Roles)
	}
	if again := o.Heavy(); again.ID != p.ID || len(again.Groups) != 500 {
		t.Error("the second call made another")
	}
	clients := o.ClientsOf(p.ID)
	if len(clients) != 1 || len(o.groups) <= plain || o.FirstWith(active).ID == p.ID {
		t.Errorf("%v", clients)
	}
	for path, want := range map[string]struct{ entries, pages int }{
		"/groups?limit=200":                           {500, 3},
		"/grants?limit=200":                           {300, 2},
		"/grants":                                     {300, 15},
		"/clients/" + clients[0] + "/grants":          {300, 15},
		"/clients/" + clients[0] + "/tokens?limit=50": {200, 4},
		"/grants?limit=5000":                          {300, 2},
	} {
		pages := walk(t, o, userPath(p.ID, path))
		all := slices.Concat(pages...)
		slices.Sort(all)
		if len(slices.Compact(all)) != want.entries || len(pages) != want.pages {
			t.Errorf("%s: %d entries on %d pages", path, len(all), len(pages))
		}
	}
}

// Unkind pages are small and end in an empty one; walking them gives the same.
func TestHeavyUnkindly(t *testing.T) {
	o := New(Options{Start: begin(), Limit: 1 << 30, Unkind: true})
	p := o.people[o.byID[o.Heavy().ID]]
	var got []string
	for path := userPath(p.id, "/grants?limit=200"); path != ""; {
		r := get(t, o, path)
		if r.code == 429 {
			continue
		}
		got = append(got, r.wantCode(200).ids()...)
		path = r.rel("next")
	}
	if len(got) != 300 || !slices.IsSorted(got) {
		t.Errorf("%d grants", len(got))
	}
}

// A page goes by key: what is revoked between two pages hides nothing.
func TestRevokingWhilePaging(t *testing.T) {
	o := large()
	p := o.Heavy()
	first := get(t, o, userPath(p.ID, "/grants?limit=100"))
	ids := first.ids()
	for _, id := range []string{ids[0], ids[99]} {
		call1(t, o, "DELETE", userPath(p.ID, "/grants/"+id)).wantCode(204)
	}
	rest := slices.Concat(walk(t, o, first.rel("next"))...)
	if len(rest) != 200 || slices.Contains(ids, rest[0]) {
		t.Errorf("%d grants follow", len(rest))
	}
}

func TestCursorsAreNotShared(t *testing.T) {
	o := large()
	p := o.Heavy()
	next := get(t, o, userPath(p.ID, "/grants")).rel("next")
	cursor := next[len(userPath(p.ID, "/grants?")):]
	client := o.ClientsOf(p.ID)[0]
	get(t, o, userPath(p.ID, "/clients/"+client+"/tokens?"+cursor)).wantError(400, "E0000031", "Invalid cursor.")
	get(t, o, userPath(p.ID, "/grants?after=%00")).wantError(400, "E0000031", "Invalid cursor.")
	get(t, o, userPath(p.ID, "/grants?limit=0")).wantCode(400)
}

func TestLimitRole(t *testing.T) {
	o := small(t)
	id := o.AdminWith("USER_ADMIN").ID
	o.LimitRole(id, "USER_ADMIN", "Finance", "Legal")
	if got := o.RoleTargets(id, "USER_ADMIN"); !slices.Equal(got, []string{"Finance", "Legal"}) {
		t.Errorf("%v", got)
	}
	if got := get(t, o, groupTargets(id, userAdmin)).wantCode(200).ids(); len(got) != 2 || !slices.Contains(got, o.GroupID("Legal")) {
		t.Errorf("%v", got)
	}
	o.LimitRole(id, "USER_ADMIN")
	if got := o.RoleTargets(id, "USER_ADMIN"); got != nil {
		t.Errorf("%v", got)
	}
	if got := o.RoleTargets(id, "ORG_ADMIN"); got != nil {
		t.Errorf("%v", got)
	}
}

func TestNamesNobodyHasPanic(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for name, f := range map[string]func(){
		"group":   func() { o.GroupID("none") },
		"app":     func() { o.AppID("none") },
		"targets": func() { o.RoleTargets("00unone", "ORG_ADMIN") },
		"clients": func() { o.ClientsOf("00unone") },
		"role":    func() { o.LimitRole(id, "ORG_ADMIN") },
		"limit":   func() { o.LimitRole(o.AdminWith("USER_ADMIN").ID, "USER_ADMIN", "none") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
}
