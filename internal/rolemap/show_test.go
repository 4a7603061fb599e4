package rolemap_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
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
		"target": {rolemap.Filter{Target: limited.Targets[0].ID}, func(b rolemap.Assignment) bool {
			return slices.Contains(b.Targets, limited.Targets[0]) || b.Assignee == limited.Targets[0].ID
		}},
		"text": {rolemap.Filter{Text: "help berl"}, func(b rolemap.Assignment) bool { return strings.Contains(strings.ToLower(b.Label), "help") }},
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

// Letters with accents, and those that are none, stand and are found where readers look
// for them; the riskiest stand first.
func TestOrder(t *testing.T) {
	k := small(t)
	for login, name := range map[string]string{"READ_ONLY_ADMIN": "Ömer", "REPORT_ADMIN": "Łukasz", "MOBILE_ADMIN": "Øystein"} {
		k.Org.SetProfile(k.Org.AdminWith(login).ID, "firstName", name)
	}
	walk(t, k.Map)
	all, _, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	letter := func(i int) string {
		return strings.NewReplacer("Ö", "O", "Ø", "O", "Ł", "L").Replace(all[i].Person.Name)[:1]
	}
	for _, name := range []string{"Ömer", "Łukasz", "Øystein"} {
		i := slices.IndexFunc(all, func(a rolemap.Assignment) bool { return strings.HasPrefix(a.Person.Name, name) })
		if letter(i-1) > letter(i) || letter(i+1) < letter(i) {
			t.Errorf("%s stands after %s and before %s", name, all[i-1].Person.Name, all[i+1].Person.Name)
		}
	}
	got, _, err := k.Map.Now(t.Context(), rolemap.Filter{Text: "lukasz"})
	if err != nil || !slices.ContainsFunc(got, func(a rolemap.Assignment) bool { return strings.HasPrefix(a.Person.Name, "Łukasz") }) {
		t.Errorf("%d found, %v", len(got), err)
	}
	risky, _, err := k.Map.Now(t.Context(), rolemap.Filter{Sort: "risk", Mark: rolemap.AnyMark})
	if err != nil || len(risky) == 0 || len(risky) == len(all) {
		t.Fatalf("%d of %d, %v", len(risky), len(all), err)
	}
	heaviest := func(a rolemap.Assignment) int { return slices.Index(rolemap.MarkNames(), a.Marks[0].Name) }
	if !slices.IsSortedFunc(risky, func(a, b rolemap.Assignment) int { return cmp.Compare(heaviest(a), heaviest(b)) }) {
		t.Error("the heaviest risks do not stand first")
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
	if err := k.Map.MarkReviewed(t.Context(), []rolemap.Reviewed{{Key: a.Key(), At: at, By: "Thandi Mokoena"}}); err != nil {
		t.Fatal(err)
	}
	if err := k.Map.MarkReviewed(t.Context(), []rolemap.Reviewed{{Key: a.Key(), At: at.Add(-time.Hour), By: "somebody before"}}); err != nil {
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
		if err := k.Map.MarkReviewed(t.Context(), []rolemap.Reviewed{{Key: key, At: at, By: "x"}}); err == nil {
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
