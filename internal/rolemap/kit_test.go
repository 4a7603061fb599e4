package rolemap_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/testkit"
)

func userID(t *testing.T, s string) okta.UserID {
	t.Helper()
	id, err := okta.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func of(t *testing.T, k *testkit.Kit, id string) []rolemap.Assignment {
	t.Helper()
	all, err := k.Map.Of(t.Context(), userID(t, id))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whoever's page is looked at is taken in, without a call more than the page makes;
// what was not asked stays as it was known.
func TestLooksAreTakenIn(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	c := k.As("owner")
	p := k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Contractors")
	k.Org.SetStatus(p.ID, "SUSPENDED")
	if got := c.Get("/users/" + p.ID); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	if got := of(t, k, p.ID); len(got) != 1 || got[0].Person.Status != okta.Suspended || got[0].TargetWords() == "Contractors" || !got[0].Has(rolemap.Gone) {
		t.Errorf("the person's page does not say what the role reaches: %+v", got)
	}
	if got := c.Get("/users/" + p.ID + "/roles"); got.Status != http.StatusOK {
		t.Fatal(got.Status)
	}
	if got := of(t, k, p.ID); len(got) != 1 || got[0].TargetWords() != "Contractors" {
		t.Errorf("%+v", got)
	}
	k.Org.TakeRole(p.ID, "HELP_DESK_ADMIN")
	c.Get("/users/" + p.ID)
	if got := of(t, k, p.ID); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	equals(t, k.Map, k.Org)
}

// What a change in Keydesk does is in the map soon, with who did it.
func TestActsAreTakenIn(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	admin := k.As("admin")
	e := k.Exercise(admin, "roles.assign")
	if got := admin.Post(e.Form.Action, e.Form.Values); got.Status >= 400 {
		t.Fatal(got.Status, got.Text())
	}
	if err := k.Map.Reread(t.Context()); err != nil {
		t.Fatal(err)
	}
	equals(t, k.Map, k.Org)
	got := of(t, k, e.Person.ID)
	if len(got) != 1 || got[0].By != "Omar Reyes" || got[0].Seq == 0 || got[0].Outside || got[0].Since.IsZero() {
		t.Errorf("%+v", got)
	}
	r := k.Exercise(admin, "roles.remove")
	held := of(t, k, r.Person.ID)
	if got := admin.Post(r.Form.Action, r.Form.Values); got.Status >= 400 {
		t.Fatal(got.Status, got.Text())
	}
	if err := k.Map.Reread(t.Context()); err != nil {
		t.Fatal(err)
	}
	equals(t, k.Map, k.Org)
	changes, err := k.Map.Changes(t.Context(), w.Ended, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for person, kind := range map[string]rolemap.ChangeKind{e.Person.ID: rolemap.Granted, r.Person.ID: rolemap.Taken} {
		i := slices.IndexFunc(changes, func(c rolemap.Change) bool { return c.Assignment().Person.ID.String() == person && c.Kind == kind })
		if i < 0 || changes[i].By != "Omar Reyes" || changes[i].Seq == 0 {
			t.Errorf("%s: %d of %+v; held %+v", kind, i, changes, held)
		}
	}
}

// A role that was granted elsewhere while there was a record is marked; what the record
// could not know of is not.
func TestGrantedOutside(t *testing.T) {
	k := small(t)
	k.As("owner") // the record begins
	k.Advance(time.Hour)
	p := k.Org.FirstWith("ACTIVE")
	k.Org.GrantRole(p.ID, "READ_ONLY_ADMIN")
	walk(t, k.Map)
	all, sum, err := k.Map.Now(t.Context(), rolemap.Filter{Mark: rolemap.PastUs})
	if err != nil || len(all) != 1 || all[0].Person.ID.String() != p.ID || sum.Marks[rolemap.PastUs] != 1 {
		t.Errorf("%+v %v", all, err)
	}
}

// What is done past Keydesk is in Okta's log, and so in the map before the next walk.
func TestFollows(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	k.Advance(5 * time.Minute)
	p, q := k.Org.FirstWith("ACTIVE"), k.Org.AdminWith("READ_ONLY_ADMIN")
	past(t, k, http.MethodPost, "/users/"+p.ID+"/roles", `{"type":"HELP_DESK_ADMIN"}`)
	past(t, k, http.MethodDelete, "/users/"+q.ID+"/roles/"+of(t, k, q.ID)[0].Role.String(), "")
	k.Org.Reset()
	since := w.Started
	for range 3 { // the third time there is nothing more to read
		next, err := k.Map.Follow(t.Context(), since)
		if err != nil || !next.After(w.Started) {
			t.Fatal(next, err)
		}
		if err := k.Map.Reread(t.Context()); err != nil {
			t.Fatal(err)
		}
		equals(t, k.Map, k.Org)
		k.Advance(5 * time.Minute)
		since = next
	}
	if n := k.Calls()["ListAssignedRolesForUser"]; n < 2 || n > 4 {
		t.Errorf("two people were read %d times", n)
	}
	k.Org.Faults([]oktasim.Fault{{Operation: "ListLogEvents", Status: http.StatusForbidden}})
	if _, err := k.Map.Follow(t.Context(), since); err != nil {
		t.Errorf("a credential that may not read the log: %v", err)
	}
}

// Who is a person that Okta refuses to tell about keeps what was known, and is named;
// where it refuses for everybody the walk stops and says why.
func TestRefusals(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	before := equals(t, k.Map, k.Org)
	k.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Times: 1, Status: http.StatusForbidden}})
	walk(t, k.Map)
	after, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil || len(sum.Unread) != 1 || len(after) != len(before) || sum.Unread[0].Problem == "" {
		t.Errorf("%+v %v", sum.Unread, err)
	}
	k.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Status: http.StatusForbidden}})
	err = k.Map.Walk(t.Context())
	s, serr := k.Map.State(t.Context())
	if err == nil || serr != nil || !s.Running() || s.Walk.Problem == "" || s.Walk.Done != 0 {
		t.Errorf("%v %+v %v", err, s, serr)
	}
	k.Org.Faults(nil)
	if w := walk(t, k.Map); w.Problem != "" {
		t.Errorf("%+v", w)
	}
	equals(t, k.Map, k.Org)
}

// A limit that cannot be read is not known: neither everything nor limited.
func TestUnknownReach(t *testing.T) {
	k := small(t)
	k.Org.Faults([]oktasim.Fault{
		{Operation: "ListGroupTargetsForGroupRole", Status: http.StatusForbidden},
		{Operation: "ListApplicationTargetsForApplicationAdministratorRoleForUser", Status: http.StatusForbidden},
		{Operation: "ListFactors", Status: http.StatusForbidden},
		{Operation: "GetGroup", Status: http.StatusForbidden},
		{Operation: "ListResourceSets", Status: http.StatusForbidden},
	})
	walk(t, k.Map)
	all, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil || sum.ByReach[rolemap.Unknown] == 0 || sum.Marks[rolemap.Unreadable] != sum.ByReach[rolemap.Unknown] || sum.Marks[rolemap.NoFactor] != 0 {
		t.Errorf("%+v %v", sum, err)
	}
	for _, a := range all {
		asked := a.Type.GroupTargets() && !a.Direct() || a.Type.AppTargets() && a.Direct()
		if asked && a.Reach != rolemap.Unknown || a.Person.Factors != -1 {
			t.Errorf("%s of %s reaches %q, %d factors", a.Type, a.Person.Login, a.Reach, a.Person.Factors)
		}
	}
	k.Org.Faults(nil)
	k.Advance(time.Hour) // that the names of resource sets are not to be had is remembered for a while
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// Okta that answers badly stops the walk, and it goes on where it was.
func TestBadAnswers(t *testing.T) {
	k := small(t)
	for i, f := range []oktasim.Fault{
		{Operation: "ListAssignedRolesForUser", Status: http.StatusBadGateway, Body: "html"},
		{Operation: "ListUsers", Body: "cut"},
		{Operation: "ListRoleHolders", Body: "html"},
		{Operation: "GetGroup", Status: http.StatusInternalServerError},
		{Operation: "ListAssignedRolesForUser", Body: "empty"},
	} {
		k.Org.Faults([]oktasim.Fault{f})
		if err := k.Map.Walk(t.Context()); err == nil {
			t.Errorf("%d: the walk took it", i)
		}
	}
	k.Org.Faults(nil)
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// Who is gone holds nothing, and what they held stays in the map's past.
func TestErased(t *testing.T) {
	k := small(t)
	w := walk(t, k.Map)
	var p rolemap.Assignment
	for _, a := range equals(t, k.Map, k.Org) {
		if a.Person.Status == okta.Deprovisioned {
			p = a
		}
	}
	if p.Person.ID.IsZero() {
		t.Fatal("nobody is deactivated and holds a role")
	}
	erase(t, k, p.Person.ID.String())
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
	was, err := k.Map.At(t.Context(), w.Ended)
	if err != nil || !slices.ContainsFunc(was, func(a rolemap.Assignment) bool { return a.Key() == p.Key() && a.Person.Login == p.Person.Login }) {
		t.Errorf("the past lost them: %v", err)
	}
}

func erase(t *testing.T, k *testkit.Kit, id string) {
	t.Helper()
	past(t, k, http.MethodDelete, "/users/"+id, "")
}

// past makes a call past Keydesk, as somebody in Okta's own console does.
func past(t *testing.T, k *testkit.Kit, method, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://org.example/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "SSWS "+k.Org.Token())
	r.Header.Set("Content-Type", "application/json")
	w := &discard{header: http.Header{}}
	k.Org.ServeHTTP(w, r)
	if w.status >= 300 {
		t.Fatalf("%s %s: %d", method, path, w.status)
	}
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// Whoever may read people everywhere sees the map and takes it away, and the record
// says so; whoever may not is refused, and the record says that.
func TestWhoMaySee(t *testing.T) {
	p := desk.DemoPolicy()
	p.Scopes = map[string]desk.Scope{"berlin": {Says: "Berlin", Attribute: "city", Values: []string{"Berlin"}}}
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{People: 300}, Policy: &p, Replicas: 1})
	walk(t, k.Map)
	who := func(r desk.Role) desk.Actor {
		return desk.Actor{ID: "i#" + string(r), Name: string(r), OktaID: userID(t, k.Org.Staff()["admin"]), Roles: []desk.Role{r}}
	}
	for role, rule := range map[desk.Role]string{desk.Auditor: "", desk.Helpdesk: "", desk.Owner: "", "helpdesk@berlin": "scope", "": "permission.users.read"} {
		before := len(k.Acts(audit.Filter{Limit: 1000}))
		all, _, err := k.Map.Show(t.Context(), who(role), rolemap.Filter{})
		var out bytes.Buffer
		eerr := k.Map.Export(t.Context(), who(role), rolemap.Filter{Reach: "limited"}, rolemap.CSV, func() io.Writer { return &out })
		rows := k.Acts(audit.Filter{Limit: 1000})
		if len(rows) != before+2 {
			t.Errorf("%s: %d rows more, not two", role, len(rows)-before)
		}
		var denied *desk.Error
		switch {
		case rule == "" && (err != nil || eerr != nil || len(all) == 0 || out.Len() == 0 || rows[0].Params != "reach=limited"):
			t.Errorf("%s: %v %v, %d rows, %d bytes, %q", role, err, eerr, len(all), out.Len(), rows[0].Params)
		case rule != "" && (!errors.As(err, &denied) || denied.Rule != rule || !errors.As(eerr, &denied) || denied.Rule != rule || len(all) > 0 || out.Len() > 0):
			t.Errorf("%s: %v %v, %d rows, %d bytes", role, err, eerr, len(all), out.Len())
		}
	}
}

// Filters leave out what they say, sorts sort, and groups hold together.
func TestFilters(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	all, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	a := all[len(all)/2]
	var limited rolemap.Assignment
	for _, a := range all {
		if a.Reach == rolemap.Limited {
			limited = a
		}
	}
	for name, c := range map[string]struct {
		f   rolemap.Filter
		has func(rolemap.Assignment) bool
	}{
		"person":     {rolemap.Filter{Person: a.Person.ID}, func(b rolemap.Assignment) bool { return b.Person.ID == a.Person.ID }},
		"role":       {rolemap.Filter{Role: "HELP_DESK_ADMIN"}, func(b rolemap.Assignment) bool { return b.Type == okta.HelpDeskAdmin }},
		"custom":     {rolemap.Filter{Role: "Service Desk Tier 2"}, func(b rolemap.Assignment) bool { return b.Label == "Service Desk Tier 2" }},
		"status":     {rolemap.Filter{Status: okta.Deprovisioned}, func(b rolemap.Assignment) bool { return b.Person.Status == okta.Deprovisioned }},
		"department": {rolemap.Filter{Department: "Sales"}, func(b rolemap.Assignment) bool { return b.Person.Department == "Sales" }},
		"groups'":    {rolemap.Filter{How: "GROUP"}, func(b rolemap.Assignment) bool { return !b.Direct() }},
		"reach":      {rolemap.Filter{Reach: "everything"}, func(b rolemap.Assignment) bool { return b.Reach == rolemap.Everything }},
		"risk":       {rolemap.Filter{Mark: rolemap.NoFactor}, func(b rolemap.Assignment) bool { return b.Has(rolemap.NoFactor) }},
		"target":     {rolemap.Filter{Target: limited.Targets[0].ID}, func(b rolemap.Assignment) bool { return slices.Contains(b.Targets, limited.Targets[0]) }},
		"text":       {rolemap.Filter{Text: "help berl"}, func(b rolemap.Assignment) bool { return strings.Contains(strings.ToLower(b.Label), "help") }},
	} {
		t.Run(name, func(t *testing.T) {
			got, s, err := k.Map.Now(t.Context(), c.f)
			if err != nil || len(got) == 0 || s.All != sum.All || s.Assignments != len(got) {
				t.Fatalf("%d, %+v, %v", len(got), s, err)
			}
			for _, b := range got {
				if !c.has(b) {
					t.Errorf("%+v", b)
				}
			}
			if want := slices.DeleteFunc(slices.Clone(all), func(b rolemap.Assignment) bool { return !c.has(b) }); name != "text" && len(want) != len(got) {
				t.Errorf("%d, want %d", len(got), len(want))
			}
		})
	}
	for _, sort := range rolemap.Sorts() {
		for _, group := range append(rolemap.Groups(), "") {
			got, s, err := k.Map.Now(t.Context(), rolemap.Filter{Sort: sort, Group: group})
			if err != nil || len(got) != len(all) {
				t.Fatalf("%s, %s: %d of %d, %v", sort, group, len(got), len(all), err)
			}
			at := 0
			for _, section := range s.Groups {
				if section.From != at || section.To <= at {
					t.Errorf("%s, %s: %+v", sort, group, s.Groups)
				}
				at = section.To
			}
			if group != "" && at != len(got) {
				t.Errorf("%s: the groups end at %d of %d", group, at, len(got))
			}
		}
	}
}

// Two people, and two days, side by side.
func TestComparisons(t *testing.T) {
	k := small(t)
	a, b := k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.AdminWith("HELP_DESK_ADMIN")
	k.Org.GrantRole(a.ID, "READ_ONLY_ADMIN")
	k.Org.GrantRole(b.ID, "REPORT_ADMIN")
	k.Org.GrantRole(a.ID, "MOBILE_ADMIN")
	k.Org.GrantRole(b.ID, "MOBILE_ADMIN")
	first := walk(t, k.Map)
	c, err := k.Map.ComparePeople(t.Context(), userID(t, a.ID), userID(t, b.ID))
	if err != nil || len(c.Left) != 1 || c.Left[0].Type != okta.ReadOnlyAdmin || len(c.Right) != 1 || c.Right[0].Type != okta.ReportAdmin ||
		len(c.Differ) != 1 || c.Differ[0].Left.Reach != rolemap.Limited || c.Differ[0].Right.Reach != rolemap.Everything || len(c.Same) != 1 || c.Same[0].Left.Type != okta.MobileAdmin {
		t.Errorf("%+v %v", c, err)
	}
	k.Advance(time.Hour)
	k.Org.TakeRole(a.ID, "READ_ONLY_ADMIN")
	k.Org.LimitRole(b.ID, "HELP_DESK_ADMIN", "Contractors")
	k.Org.GrantRole(b.ID, "SUPER_ADMIN")
	walk(t, k.Map)
	c, err = k.Map.CompareDates(t.Context(), first.Ended, time.Time{}, rolemap.Filter{})
	if err != nil || len(c.Left) != 1 || c.Left[0].Type != okta.ReadOnlyAdmin || len(c.Right) != 1 || c.Right[0].Type != okta.SuperAdmin || len(c.Differ) != 1 || c.Differ[0].Right.TargetWords() != "Contractors" {
		t.Errorf("%+v %v", c, err)
	}
	changes, err := k.Map.Changes(t.Context(), first.Ended, time.Time{})
	kinds := map[rolemap.ChangeKind]int{}
	for _, c := range changes {
		kinds[c.Kind]++
	}
	if err != nil || len(changes) != 3 || kinds[rolemap.Granted] != 1 || kinds[rolemap.Taken] != 1 || kinds[rolemap.Retargeted] != 1 {
		t.Errorf("%+v %v", changes, err)
	}
}

// What was reviewed is marked, and whether it has changed since.
func TestReviewed(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	p := k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	a := of(t, k, p.ID)[0]
	k.Advance(time.Hour)
	at := k.Now()
	if err := k.Map.MarkReviewed(t.Context(), []string{a.Key()}, at, "Thandi Mokoena"); err != nil {
		t.Fatal(err)
	}
	if err := k.Map.MarkReviewed(t.Context(), []string{a.Key()}, at.Add(-time.Hour), "somebody before"); err != nil {
		t.Fatal(err)
	}
	if got := of(t, k, p.ID)[0]; got.ReviewedBy != "Thandi Mokoena" || got.Reviewed.UnixMilli() != at.UnixMilli() || got.Reviewed.Before(got.From) {
		t.Errorf("%+v", got)
	}
	k.Advance(time.Hour)
	k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Contractors")
	if err := k.Map.Refresh(t.Context(), userID(t, p.ID)); err != nil {
		t.Fatal(err)
	}
	if got := of(t, k, p.ID)[0]; got.ReviewedBy == "" || !got.Reviewed.Before(got.From) || got.Key() != a.Key() || got.Print() == a.Print() {
		t.Errorf("%+v", got)
	}
	for _, key := range []string{"", "a/b", "00u/x/USER/y", a.Key() + "/more", strings.ToUpper(a.Key())} {
		if err := k.Map.MarkReviewed(t.Context(), []string{key}, at, "x"); err == nil {
			t.Errorf("%q was taken for a key", key)
		}
	}
}

// An export has a row for each assignment, and no cell that a spreadsheet would run.
func FuzzExport(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0", "Ann", "a@example.com", "Berlin")
	f.Add("-1+1", "@x", "\t=1", "\r\n+2")
	f.Fuzz(func(t *testing.T, label, name, login, target string) {
		a := rolemap.Assignment{Label: label, Person: rolemap.Person{Name: name, Login: login, Factors: -1}, Reach: rolemap.Limited, Through: target, Targets: []rolemap.Target{{Kind: rolemap.Group, ID: "00g1", Label: target}}}
		var out bytes.Buffer
		if err := rolemap.Write(&out, rolemap.CSV, time.Time{}, []rolemap.Assignment{a, a}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if trimmed := strings.TrimLeft(cell, " \u00a0\u3000"); trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(trimmed)[0]) {
					t.Errorf("a spreadsheet would run %q", cell)
				}
			}
		}
		out.Reset()
		err = rolemap.Write(&out, rolemap.JSON, time.Now(), []rolemap.Assignment{a})
		var back struct{ Assignments []rolemap.Assignment }
		if err = errors.Join(err, json.Unmarshal(out.Bytes(), &back)); err != nil && !a.Person.ID.IsZero() {
			t.Error(err)
		}
	})
}
