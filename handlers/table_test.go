package handlers_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// tableKinds are the eleven kinds of target of the golden table, in its order.
func tableKinds() []string {
	return strings.Fields("person limited lesser org super group custom staff staff-above untouchable self")
}

// goldenTable is the published table: a word of eleven letters for each operation and
// tier.
func goldenTable(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../internal/desk/testdata/table.golden")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "  ") && len(f) == 6 && len(f[5]) == 11 {
			rows[f[0]] = f[1:]
		}
	}
	return rows
}

// cellPlayer sends the requests of one tier.
type cellPlayer struct {
	t      *testing.T
	k      *testkit.Kit
	tier   string
	c      *testkit.Client
	second *testkit.Client
	pool   []oktasim.Person
	kinds  map[string]oktasim.Person // one of each kind, for what is refused whoever it is
	moved  int
}

// The published table is what happens: for each tier, operation and kind of target a
// request is sent, and the organisation's own log says whether it was done.
func TestTableHolds(t *testing.T) {
	t.Parallel()
	golden := goldenTable(t)
	for i, tier := range []string{"visitor", "auditor", "helpdesk", "admin", "owner"} {
		if testing.Short() && tier != "helpdesk" {
			continue // under the race detector one of them; all of them in the plain run
		}
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			x := newPlayer(t, tier)
			cells := 0
			for _, s := range desk.Catalog() {
				if s.Outside() {
					continue
				}
				var got strings.Builder
				for _, kind := range tableKinds() {
					got.WriteString(x.cell(s, kind))
					cells++
				}
				if want := golden[s.Op][i]; got.String() != want {
					t.Errorf("%s as %s: %s, the table has %s", s.Op, tier, got.String(), want)
				}
			}
			if cells != 561 {
				t.Errorf("%d cells", cells)
			}
		})
	}
}

func newPlayer(t *testing.T, tier string) *cellPlayer {
	t.Helper()
	p := desk.DefaultPolicy()
	p.Limits, p.Require.Fresh = nil, nil
	x := &cellPlayer{t: t, tier: tier, k: testkit.New(t, testkit.Options{Org: oktasim.Options{People: 1500}, Policy: &p}), kinds: map[string]oktasim.Person{}}
	x.pool = slices.DeleteFunc(x.k.Org.People(), func(p oktasim.Person) bool {
		staff := slices.ContainsFunc(p.Groups, func(g string) bool { return strings.HasPrefix(g, "Keydesk ") || strings.HasPrefix(g, "Okta ") })
		return p.Status != "ACTIVE" || len(p.Roles) > 0 || staff || p.Factors == 0 || p.Provider != "OKTA" || p.FirstName+p.LastName == "AnnVo"
	})
	x.c, x.second = x.k.As(tier), x.k.As("second")
	for _, kind := range tableKinds() {
		x.kinds[kind] = x.somebody("suspend", kind)
		x.become(x.kinds[kind].ID, kind)
	}
	x.c.Get("/") // what roles are held is asked once a minute; the cells count other calls
	return x
}

// somebody is a person of whom nothing was used yet, whom the action can be about.
func (x *cellPlayer) somebody(a desk.Action, kind string) oktasim.Person {
	x.t.Helper()
	var id string
	switch kind {
	case "untouchable":
		id = x.k.Org.TokenOwner()
	case "self":
		id = x.k.Org.Staff()[x.tier]
	default:
		i := slices.IndexFunc(x.pool, func(p oktasim.Person) bool { return x.k.Fits(a, p) })
		if i < 0 {
			x.t.Fatalf("nobody is left for %s", a)
		}
		p := x.pool[i]
		x.pool = slices.Delete(x.pool, i, i+1)
		return p
	}
	p, _ := x.k.Org.Person(id)
	return p
}

// become makes a person one of the kind, as an administrator elsewhere would.
func (x *cellPlayer) become(id, kind string) {
	o := x.k.Org
	switch kind {
	case "limited":
		o.GrantRole(id, "USER_ADMIN")
		o.LimitRole(id, "USER_ADMIN", "Finance")
	case "lesser":
		o.GrantRole(id, "READ_ONLY_ADMIN")
	case "org":
		o.GrantRole(id, "ORG_ADMIN")
	case "super":
		o.GrantRole(id, "SUPER_ADMIN")
	case "custom":
		o.GrantRole(id, "SOME_FUTURE_ADMIN")
	case "group":
		o.JoinGroup(id, "Okta Group Administrators")
	case "staff", "staff-above":
		o.JoinGroup(id, x.staffGroup(kind))
		x.moved++
		x.k.Advance(61 * time.Second) // longer than a page's word on it counts
		if x.moved%8 == 0 {           // a session lives while it is used
			x.c.Get("/")
			x.second.Get("/")
		}
	}
}

func (x *cellPlayer) staffGroup(kind string) string {
	all := []string{"Keydesk Auditors", "Keydesk Auditors", "Keydesk Helpdesk", "Keydesk Admins", "Keydesk Owners", "Keydesk Owners"}
	i := slices.Index([]string{"visitor", "auditor", "helpdesk", "admin", "owner"}, x.tier)
	if kind == "staff-above" {
		i++
	}
	return all[i]
}

var rulePart = regexp.MustCompile(`<code>(permission|console|self|second|protected)[a-z_.]*</code>`)

// cell does what one cell of the table is about and returns its letter.
func (x *cellPlayer) cell(s desk.Spec, kind string) string {
	if s.Risk == desk.Reading {
		return x.readCell(s, kind)
	}
	if x.refusedWhoever(s, kind) {
		return "-"
	}
	if s.Action == "users.create" {
		return x.createCell(s, kind)
	}
	fixed := kind == "untouchable" || kind == "self"
	p := x.somebody(s.Action, kind)
	page := views.UsersPath + "/" + p.ID
	if !fixed {
		page = x.k.Prepare(s.Action, p)
		x.become(p.ID, kind)
	}
	if f := x.c.Get(page).FormOf(views.ActionPath(s.Action)); f != nil {
		return x.send(s, p, f)
	}
	rule := rulePart.FindStringSubmatch(x.c.Get(views.UsersPath + "/" + p.ID).Body)
	f := x.kindForm(s)
	if !fixed { // a button from before they were that
		before := x.somebody(s.Action, kind)
		f = x.c.Get(x.k.Prepare(s.Action, before)).FormOf(views.ActionPath(s.Action))
		if f == nil {
			return "?"
		}
		p = before
		x.become(p.ID, kind)
	}
	x.k.Org.Reset()
	f.Values.Set("note", "called in, knows her number")
	x.k.Fill(testkit.Exercise{Action: s.Action, Person: p, Form: f})
	got := x.c.Post(strings.Replace(f.Action, x.kinds["person"].ID, p.ID, 1), f.Values)
	if x.k.Writes() > 0 || got.Status < 400 {
		return "!"
	}
	if m := rulePart.FindStringSubmatch(got.Body); m != nil && !fixed {
		rule = m
	}
	if rule == nil {
		return "?"
	}
	return map[string]string{"self": "s", "second": "c", "protected": "p", "permission": "-"}[rule[1]]
}

// kindForm is a form that no page gave.
func (x *cellPlayer) kindForm(s desk.Spec) *testkit.Form {
	id := x.kinds["person"].ID
	path := strings.NewReplacer(
		":id", id, ":link", "manager", ":to", x.kinds["lesser"].ID, ":type", "HELP_DESK_ADMIN", ":role", "JBCUYUC7IRCVGS27IFCE2SKO", ":group", "00g1", ":app", "slack",
		":instance", "0oa1", ":client", "0oa2", ":grant", "oag1", ":token", "oar1", ":factor", "opf1",
	).Replace(views.ActionPath(s.Action))
	return &testkit.Form{Action: path, Method: "post", Values: url.Values{"token": {"x.y"}, "note": {"let me in"}}}
}

// refusedWhoever reports whether the tier does not have the operation, whoever it is
// about.
func (x *cellPlayer) refusedWhoever(s desk.Spec, kind string) bool {
	f := x.kindForm(s)
	x.k.Org.Reset()
	got := x.c.Post(strings.Replace(f.Action, x.kinds["person"].ID, x.kinds[kind].ID, 1), f.Values)
	m := rulePart.FindStringSubmatch(got.Body)
	return got.Status == http.StatusForbidden && m != nil && (m[1] == "permission" || m[1] == "console") && len(x.k.Org.Log()) == 0
}

// send presses the button, has the second person agree where one is asked for, and
// returns what came of it.
func (x *cellPlayer) send(s desk.Spec, p oktasim.Person, f *testkit.Form) string {
	e := testkit.Exercise{Action: s.Action, Person: p, Form: f}
	f.Values.Set("note", "called in, knows her number")
	if testkit.AtCounter(s.Action) {
		defer func() { x.c = x.k.As(x.tier) }() // the counter ends the session
		if got := x.c.Post(f.Action, f.Values); got.Status != http.StatusSeeOther {
			return "?"
		}
		e.Form = x.c.Get(views.CounterPage).FormOf(views.CounterPath(s.Action))
	}
	x.k.Fill(e)
	x.k.Org.Reset()
	got := x.c.Post(e.Form.Action, e.Form.Values)
	letter := "a"
	if got.Has("It waits for approval") {
		if letter = "2"; x.k.Writes() > 0 {
			return "!"
		}
		decide := x.second.Get(views.ApprovalsPath).FormOf(views.ApprovalsPath + "/:request/approve")
		if decide == nil {
			return "?"
		}
		decide.Values.Set("note", "seen it")
		got = x.second.Post(decide.Action, decide.Values)
	}
	if got.Status != http.StatusOK || x.k.Calls()[s.Op] != 1 {
		x.t.Logf("%s on %s: %d %v %s", s.Op, p.Login, got.Status, x.k.Calls(), short(got))
		return "?"
	}
	return letter
}

// createCell makes somebody who would be of the kind at once.
func (x *cellPlayer) createCell(s desk.Spec, kind string) string {
	f := x.c.Get(views.NewPersonPath).FormOf(views.ActionPath(s.Action))
	if f == nil {
		return "?"
	}
	switch kind {
	case "group":
		f.Values.Set("group", x.k.Org.GroupID("Okta Group Administrators"))
	case "staff", "staff-above":
		f.Values.Set("group", x.k.Org.GroupID(x.staffGroup(kind)))
	}
	f.Values.Set("note", "starts on Monday")
	x.k.Fill(testkit.Exercise{Action: s.Action, Form: f})
	x.k.Org.Reset()
	got := x.c.Post(f.Action, f.Values)
	switch m := rulePart.FindStringSubmatch(got.Body); {
	case got.Status == http.StatusOK && x.k.Calls()[s.Op] == 1:
		return "a"
	case m != nil && x.k.Writes() == 0 && got.Status >= 400:
		return map[string]string{"second": "c", "protected": "p", "permission": "-"}[m[1]]
	}
	return "?"
}

// readCell asks for the page that makes the call, with ids that need not be anybody's:
// the call is what counts.
func (x *cellPlayer) readCell(s desk.Spec, kind string) string {
	p := x.kinds[kind]
	user := views.UsersPath + "/" + p.ID
	path := map[desk.Action]string{
		"users.list": views.UsersPath + "?q=" + p.Login, "users.get": user, "access.groups": user, "access.apps": user + views.AccessPath, "access.idps": user + views.AccessPath,
		"links.list": user + views.LinksPath, "roles.list": user + views.RolesPath, "grants.list": user + views.SignInsPath, "sessions.clients": user + views.SignInsPath,
		"grants.get": user + "/grants/oag1", "grants.client": user + "/clients/0oa1", "sessions.tokens": user + "/clients/0oa1", "sessions.token": user + "/clients/0oa1/tokens/oar1",
		"roles.get": user + "/roles/JBCUYUC7IRCVGS27IFCE2SKO", "targets.groups": user + "/roles/JBCUYUC7IRCVGS27IFCE2SKO", "targets.apps": user + "/roles/IFIFAX2BIRGUSTQ",
	}[s.Action]
	if strings.HasPrefix(string(s.Action), "targets.") { // there has to be a role that can be limited
		x.k.Org.GrantRole(p.ID, map[desk.Action]string{"targets.groups": "HELP_DESK_ADMIN", "targets.apps": "APP_ADMIN"}[s.Action])
	}
	x.k.Org.Reset()
	got := x.c.Get(path)
	called := x.k.Calls()[s.Op]
	switch {
	case got.Status == http.StatusForbidden && len(x.k.Org.Log()) == 0:
		return "-"
	case called > 0 && (got.Status == http.StatusOK || got.Status == http.StatusNotFound) && x.k.Writes() == 0:
		return "r"
	}
	return "?"
}

// Admin roles that cannot be read, in six ways: nothing is changed, whatever it was to
// be.
func TestRolesUnreadableInSixWays(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: 600}, OktaReads: 400 * time.Millisecond})
	x := &cellPlayer{t: t, k: k, tier: "admin", c: k.As("admin"), pool: ordinary(t, k, 260)}
	for name, fault := range map[string]oktasim.Fault{
		"403": {Status: 403}, "429": {Status: 429}, "500": {Status: 500}, "timeout": {Delay: time.Second}, "html": {Status: 200, Body: "html"}, "cut off": {Status: 200, Body: "cut"},
	} {
		fault.Operation = "ListAssignedRolesForUser"
		for _, s := range testkit.Changes() {
			if s.Action == "users.create" || s.Outside() || name == "timeout" && s.Room != "lifecycle" && s.Room != "roles" || testing.Short() && name != "html" {
				continue // the slow way for two rooms: each costs its second
			}
			p := x.somebody(s.Action, "person")
			f := x.c.Get(k.Prepare(s.Action, p)).FormOf(views.ActionPath(s.Action))
			if f == nil {
				t.Fatalf("%s is not offered", s.Action)
			}
			f.Values.Set("note", "called in, knows her number")
			k.Fill(testkit.Exercise{Action: s.Action, Person: p, Form: f})
			k.Org.Reset()
			k.Org.Faults([]oktasim.Fault{fault})
			got := x.c.Post(f.Action, f.Values)
			if k.Writes() != 0 || got.Status < 400 || !got.Has("protected.unreadable") && name != "429" {
				t.Errorf("%s, %s: %d, %d writes: %s", name, s.Action, got.Status, k.Writes(), short(got))
			}
			k.Org.Faults(nil)
		}
	}
}
