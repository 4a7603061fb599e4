package views

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"keydesk/internal/okta"
	"keydesk/internal/rolemap"
)

func (x fixture) holder() rolemap.Person {
	return rolemap.Person{ID: id(okta.ParseUserID, annID), Login: x.say("ann.vo"), Name: x.say("Ann Vo"), Status: okta.Suspended, Department: x.say("Support"), LastLogin: now.AddDate(0, 0, -120), ReadAt: now}
}

func (x fixture) mapMark(n rolemap.MarkName) rolemap.Mark {
	return rolemap.Mark{Name: n, Label: n.Label(), Why: x.say("Because of this.")}
}

// assignments are one of every kind: over everything, limited, through a group, by a
// resource set, and one that could not be read.
func (x fixture) assignments() []rolemap.Assignment {
	p := x.holder()
	quiet := p
	quiet.Status, quiet.LastLogin, quiet.Factors = "", time.Time{}, -1
	target := func(k rolemap.Kind, n int) rolemap.Target {
		return rolemap.Target{Kind: k, ID: fmt.Sprintf("00gT%d", n), Label: x.say("Berlin")}
	}
	base := rolemap.Assignment{Person: p, Role: roleID("ra1"), Type: okta.HelpDeskAdmin, Label: x.say("Help Desk Administrator"), How: "USER", Assignee: annID, Reach: rolemap.Everything, From: now}
	base.Since, base.By, base.Seq, base.Marks = now.AddDate(0, -3, 0), x.say("Omar"), 12, []rolemap.Mark{x.mapMark(rolemap.Gone), x.mapMark(rolemap.Wide)}
	limited, through, set, unread := base, base, base, base
	limited.Reach, limited.Marks, limited.Seq, limited.Reviewed = rolemap.Limited, nil, 0, now.AddDate(0, 0, -9)
	for i := range 7 {
		limited.Targets = append(limited.Targets, target(rolemap.Group, i))
	}
	through.How, through.Assignee, through.Through, through.Type = "GROUP", "00g1", x.say("Leads"), okta.SuperAdmin
	set.Person, set.Reach, set.Type, set.ResourceSet, set.By, set.Seq = quiet, rolemap.BySet, okta.Custom, "iam1", "", 0
	set.Targets = []rolemap.Target{target(rolemap.Set, 8)}
	unread.Reach, unread.Type, unread.Targets, unread.Since = rolemap.Unknown, okta.AppAdmin, nil, time.Time{}
	return []rolemap.Assignment{base, limited, through, set, unread}
}

func (x fixture) mapProps() MapProps {
	rows := x.assignments()
	p := MapProps{Rows: rows, First: 5, Page: 2, Pages: 3, Change: true, State: rolemap.State{AsOf: now.Add(-time.Hour), Share: 25, Stale: 2}}
	p.Filter = rolemap.Filter{Text: x.say("ann"), Target: "00gT3", Person: rows[0].Person.ID, Group: "role", Mark: rolemap.Wide, Department: x.say("Support"), Sort: "since", Desc: true}
	unread := rows[0].Person
	unread.Problem = x.say("Okta refused it.")
	p.Sum = rolemap.Summary{
		All: 20, Assignments: 12, People: 9, ByReach: map[rolemap.Reach]int{rolemap.Everything: 6, rolemap.Limited: 3, rolemap.BySet: 2, rolemap.Unknown: 1},
		Roles:   []rolemap.RoleCount{{Name: "HELP_DESK_ADMIN", Label: x.say("Help Desk Administrator"), N: 8, ByReach: map[rolemap.Reach]int{rolemap.Everything: 6, rolemap.Limited: 2}}, {Name: x.say("Custom"), Label: x.say("Custom"), N: 4, ByReach: map[rolemap.Reach]int{rolemap.BySet: 4}}},
		Marks:   map[rolemap.MarkName]int{rolemap.Wide: 6, rolemap.Gone: 1},
		Groups:  []rolemap.Section{{Name: x.say("Help Desk Administrator"), From: 0, To: 7}, {Name: x.say("Super Administrator"), From: 7, To: 12}},
		Choices: map[string][]string{"role": {"HELP_DESK_ADMIN", x.say("Custom")}, "status": {"SUSPENDED"}, "department": {x.say("Support")}},
		Unread:  []rolemap.Person{unread},
	}
	return p
}

func (x fixture) mapPages() map[string]templ.Component {
	f := x.frame()
	f.Map = "/roles?q=a"
	walking := MapProps{State: rolemap.State{Share: 25, Walk: rolemap.Walk{ID: 1, Started: now, Done: 250, Total: 2000, Problem: x.say("Okta asks for a pause")}}}
	none := MapProps{State: rolemap.State{AsOf: now}, Off: true}
	missed := none
	missed.Sum.All, missed.Filter.Text = 9, x.say("zoe")
	return map[string]templ.Component{
		"map":          RoleMap(f, x.mapProps()),
		"map, walking": RoleMap(f, walking),
		"map, nothing": RoleMap(f, none),
		"map, no hit":  RoleMap(f, missed),
		"map, off":     RoleMap(f, MapProps{Off: true}),
	}
}

// A row says who holds what over what, since when, by whom and why that is a risk, and
// nothing that it does not know.
func TestRoleMapRows(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, RoleMap(x.frame(), x.mapProps()))
	var rows []string
	for _, n := range all(one(t, root, tagged("tbody")), tagged("tr")) {
		rows = append(rows, words(n))
	}
	want := []string{
		"Help Desk Administrator 7 continued",
		"Ann Vo Suspended ann.vo Help Desk Administrator directly Everything: every group and everybody in it 24 Aug by Omar never 4 months ago no factor account not in use Because of this. Limit Remove",
		"Ann Vo Suspended ann.vo Help Desk Administrator directly Berlin Berlin Berlin Berlin 3 more 24 Aug by Omar 15 Nov and changed since 4 months ago no factor Limit Remove",
		"Super Administrator 5",
		"Ann Vo Suspended ann.vo Help Desk Administrator through Leads Everything: the whole organisation 24 Aug by Omar never 4 months ago no factor account not in use Because of this. Open",
		"Ann Vo No status ann.vo Help Desk Administrator directly What the resource set Berlin holds 24 Aug never never factors not read account not in use Because of this. Remove",
		"Ann Vo Suspended ann.vo Help Desk Administrator directly Not known: it could not be read not known by Omar never 4 months ago no factor account not in use Because of this. Limit Remove",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows:\n%s\nwant:\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	var doors []string
	for _, n := range all(root, byClass("do")) {
		for _, a := range all(n, tagged("a")) {
			doors = append(doors, attr(a, "aria-label")+" "+attr(a, "href"))
		}
	}
	if doors[0] != "Limit Help Desk Administrator of Ann Vo /users/"+annID+"/roles/ra1?held=USER#find" || doors[4] != "Open Help Desk Administrator of Ann Vo /users/"+annID+"/roles/ra1?held=GROUP" {
		t.Errorf("doors %q", doors)
	}
}

// What only looks is offered to open, and nothing else.
func TestRoleMapForWhoMayNotChange(t *testing.T) {
	t.Parallel()
	p := fixture{plain}.mapProps()
	p.Change = false
	if got := words(one(t, parse(t, RoleMap(fixture{plain}.frame(), p)), tagged("tbody"))); strings.Contains(got, "Remove") || strings.Contains(got, "Limit") {
		t.Error("it is offered to change")
	}
}

// The counts, the picture and its words say the same; every choice stands in the
// address.
func TestRoleMapAtAGlance(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, RoleMap(x.frame(), x.mapProps()))
	glance := one(t, root, byClass("glance"))
	got := words(glance)
	for _, want := range []string{"12 assignments of 9 people, of 20 assignments in all", "6 everything", "1 not known", "2 by resource set", "3 limited", "6 everything, 2 limited", "Everything in scope 6", "Account not in use 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %q in %q", want, got)
		}
	}
	var drawn []string
	for _, r := range all(one(t, glance, byClass("bars")), tagged("rect")) {
		drawn = append(drawn, attr(r, "class")+" "+attr(r, "x")+" "+attr(r, "width"))
	}
	if want := []string{"bar-everything 0.00 75.00", "bar-limited 75.00 25.00", "bar-set 0.00 50.00"}; !slices.Equal(drawn, want) {
		t.Errorf("drawn %q", drawn)
	}
	sortedBy := one(t, root, func(n *html.Node) bool { return attr(n, "aria-sort") != "" })
	if link := one(t, sortedBy, tagged("a")); attr(sortedBy, "aria-sort") != "descending" || strings.Contains(attr(link, "href"), "desc") || !strings.Contains(attr(link, "href"), "sort=since") {
		t.Errorf("sorted %s, the head leads to %s", attr(sortedBy, "aria-sort"), attr(link, "href"))
	}
	wide := one(t, glance, func(n *html.Node) bool { return attr(n, "aria-current") == "true" })
	if href := attr(wide, "href"); strings.Contains(href, "mark=") || !strings.Contains(href, "group=role") {
		t.Errorf("a chosen risk leads to %s", href)
	}
	fields := map[string]string{}
	for _, in := range all(one(t, root, func(n *html.Node) bool { return attr(n, "action") == MapCSVPath }), tagged("input")) {
		fields[attr(in, "name")] = attr(in, "value")
	}
	if got := fmt.Sprint(fields); got != "map[department:Support desc:1 group:role mark:everything person:"+annID+" q:ann sort:since target:00gT3]" {
		t.Errorf("the export asks for %s", got)
	}
}

// What the map does not know it says.
func TestRoleMapSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.mapPages()
	for name, want := range map[string][]string{
		"map":          {"Read today 08:53 (1 h ago),", "2 people have changed since", "The roles of 1 person could not be read.", "Ann Vo: Okta refused it."},
		"map, walking": {"read for the first time", "250 people of about 2000 read so far", "at most 25 % of Okta's rate limit", "The reading does not go on. Okta asks for a pause."},
		"map, nothing": {"Nobody holds an admin role.", "It is no longer read"},
		"map, no hit":  {"No assignment matches. Show all 9"},
		"map, off":     {"The map is not read.", "KEYDESK_ROLEMAP_SHARE=0"},
	} {
		got := words(parse(t, pages[name]))
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: nowhere: %q in %q", name, w, got)
			}
		}
	}
}

func (x fixture) comparison() rolemap.Comparison {
	a := x.assignments()
	return rolemap.Comparison{Left: a[:1], Right: a[1:2], Differ: []rolemap.Pair{{Left: a[0], Right: a[1]}}, Same: []rolemap.Pair{{Left: a[4], Right: a[4]}}}
}

func (x fixture) comparePages() map[string]templ.Component {
	f, p := x.frame(), x.holder()
	m := Moments{From: now.AddDate(0, 0, -2), First: now.AddDate(0, 0, -1), Walks: []rolemap.Walk{{ID: 1, Ended: now.AddDate(0, 0, -1)}}}
	a := x.assignments()
	changes := []rolemap.Change{
		{Kind: rolemap.Granted, At: now, Is: a[0], By: x.say("Omar"), Seq: 9}, {Kind: rolemap.Retargeted, At: now, Was: a[0], Is: a[1]}, {Kind: rolemap.Taken, At: now, Was: a[2], By: x.say("Omar")},
	}
	return map[string]templ.Component{
		"compare":          RoleCompare(f, CompareProps{Moments: m, A: Side{Typed: x.say("ann")}, B: Side{Typed: x.say("bo"), Among: []rolemap.Person{p, p}}}),
		"compare, people":  RoleCompare(f, CompareProps{Moments: m, A: Side{Typed: x.say("ann"), Person: p}, B: Side{Typed: x.say("bo"), Person: p}, Done: true, Found: x.comparison()}),
		"compare, moments": RoleCompare(f, CompareProps{Moments: m, Dates: true, Done: true, Text: x.say("sup"), Found: x.comparison()}),
		"changes":          RoleChanges(f, ChangesProps{Moments: m, Changes: changes}),
		"changes, nothing": RoleChanges(f, ChangesProps{Moments: m}),
	}
}

// Side by side stands what only one has, and what both have otherwise; what changed
// says from what to what, and who did it where that is known.
func TestRolesSideBySide(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.comparePages()
	for name, want := range map[string][]string{
		"compare":          {"Nobody of that name or login is in the map", "Several people may be meant by “bo”."},
		"compare, people":  {"Only Ann Vo: 1 Help Desk Administrator Everything: every group and everybody in it directly not held", "with another reach or in another way: 1", "Both hold it alike: 1"},
		"compare, moments": {"The map does not go back that far.", "New since ", ": 1 Ann Vo Help Desk Administrator not held Berlin Berlin", "Changed in between: 1", "1 assignment is the same at both moments."},
		"changes":          {"Granted Help Desk Administrator directly Everything: every group and everybody in it today 09:53 (just now) Omar", "Reach changed Help Desk Administrator directly Before: Everything: every group and everybody in it now: Berlin", "not known here", "Taken away"},
		"changes, nothing": {"Nothing changed in that time"},
	} {
		got := words(parse(t, pages[name]))
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: nowhere: %q in %q", name, w, got)
			}
		}
	}
}
