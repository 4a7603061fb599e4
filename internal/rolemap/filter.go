package rolemap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// Filter narrows, sorts and groups what the map shows. The zero Filter is all of it,
// by person.
type Filter struct {
	Text       string      // begins a word of the person's name or login, the role, the group or a target
	Role       string      // a role's type, or of custom ones its label
	Person     okta.UserID // one person's alone
	Status     okta.Status // the person's
	Department string
	How        string // USER or GROUP
	Reach      string // of ReachNames
	Target     string // id of a target, or of the group that it is held through
	Mark       MarkName

	Sort  string // of Sorts; empty: person
	Desc  bool
	Group string // of Groups; empty: none
}

// Narrow reports whether the filter leaves anything out.
func (f Filter) Narrow() bool {
	f.Sort, f.Desc, f.Group = "", false, ""
	return f != Filter{}
}

// Sorts are what the map can be sorted by.
func Sorts() []string {
	return []string{"person", "role", "reach", "status", "login", "since", "reviewed", "risk"}
}

// Groups are what the map can be grouped by.
func Groups() []string {
	return []string{"person", "role", "target", "status", "department", "reach", "through"}
}

// ReachNames are the reaches as a filter names them.
func ReachNames() []string {
	return []string{string(Everything), string(Limited), string(BySet), "unknown"}
}

// RoleName tells roles apart for people: the type of a standard one, the label of a
// custom one.
func (a Assignment) RoleName() string {
	if a.Type == okta.Custom {
		return a.Label
	}
	return string(a.Type)
}

func (f Filter) fits(a Assignment) bool {
	reach := cmp.Or(string(a.Reach), "unknown")
	switch {
	case !f.Person.IsZero() && a.Person.ID != f.Person, f.Role != "" && a.RoleName() != f.Role, f.Status != "" && a.Person.Status != f.Status,
		f.Department != "" && a.Person.Department != f.Department, f.How != "" && a.How != f.How, f.Reach != "" && reach != f.Reach,
		!f.Mark.on(a):
		return false
	case f.Target != "" && a.Assignee != f.Target && !slices.ContainsFunc(a.Targets, func(t Target) bool { return t.ID == f.Target }):
		return false
	}
	return f.Text == "" || a.mentions(strings.Fields(fold(f.Text)))
}

// mentions reports whether each of the words begins one of the assignment's.
func (a Assignment) mentions(words []string) bool {
	texts := []string{a.Person.Name, a.Person.Login, a.Person.Department, a.Label, string(a.Type), a.Through}
	for _, t := range a.Targets {
		texts = append(texts, t.Label)
	}
	all := " " + fold(strings.Join(texts, " "))
	for _, w := range words {
		if !strings.Contains(all, " "+w) {
			return false
		}
	}
	return true
}

// order sorts by group first, then by what was asked for, then by person and role.
func (f Filter) order(all []Assignment) []Assignment {
	keys, at := make([][6]string, len(all)), make([]int, len(all))
	for i, a := range all {
		at[i], keys[i] = i, [6]string{f.groupOf(a), f.sortKey(a), nameKey(a), a.Person.ID.String(), a.Label, a.Key()}
	}
	slices.SortFunc(at, func(i, j int) int {
		a, b := keys[i], keys[j]
		by := cmp.Compare(a[1], b[1])
		if f.Desc {
			by = -by
		}
		return cmp.Or(cmp.Compare(a[0], b[0]), by, slices.Compare(a[2:], b[2:]))
	})
	out := make([]Assignment, len(all))
	for i, k := range at {
		out[i] = all[k]
	}
	return out
}

func nameKey(a Assignment) string {
	return fold(cmp.Or(a.Person.Name, a.Person.Login, a.Person.ID.String()))
}

func (f Filter) sortKey(a Assignment) string {
	switch f.Sort {
	case "role":
		return fold(a.Label)
	case "reach":
		return a.TargetWords()
	case "status":
		return string(a.Person.Status)
	case "login":
		return stamp(a.Person.LastLogin)
	case "since":
		return stamp(a.Since)
	case "reviewed":
		return stamp(a.Reviewed)
	case "risk":
		return risk(a)
	}
	return nameKey(a)
}

// stamp sorts times as texts; the zero time is first.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000")
}

// risk sorts the riskiest first: heavier marks weigh more than many light ones, and of
// the same marks those on a role of the highest class.
func risk(a Assignment) string {
	names := MarkNames()
	out := make([]byte, 0, len(names)+1)
	for _, n := range names {
		out = append(out, first(a.Has(n)))
	}
	return string(append(out, first(superClass(a.Type))))
}

func first(is bool) byte {
	if is {
		return '0'
	}
	return '1'
}

func (f Filter) groupOf(a Assignment) string {
	switch f.Group {
	case "person":
		return cmp.Or(a.Person.Name, a.Person.Login, a.Person.ID.String())
	case "role":
		return a.Label
	case "target":
		return a.TargetWords()
	case "status":
		return string(a.Person.Status)
	case "department":
		return a.Person.Department
	case "reach":
		return a.Reach.Words()
	case "through":
		return a.Through
	}
	return ""
}

// Summary counts what is shown.
type Summary struct {
	All         int // assignments in the map, shown or not
	Assignments int // shown
	People      int
	ByReach     map[Reach]int
	Roles       []RoleCount         // by how many hold them, the most first
	Marks       map[MarkName]int    // assignments that carry it
	Groups      []Section           // where the filter groups
	Choices     map[string][]string // what filters can name: "role", "status", "department"
	Unread      []Person            // whose roles could not be read
}

// RoleCount is how many assignments of one role there are.
type RoleCount struct {
	Name    string // of Filter.Role
	Label   string
	N       int
	ByReach map[Reach]int
}

// Section is a run of assignments that belong together.
type Section struct {
	Name     string
	From, To int // the assignments [From:To]
}

// summary counts all, which are shown, of those that the map holds.
func (f Filter) summary(shown, all []Assignment) Summary {
	s := Summary{All: len(all), Assignments: len(shown), ByReach: map[Reach]int{}, Marks: map[MarkName]int{}, Choices: choices(all)}
	people, at := map[okta.UserID]bool{}, map[string]int{}
	for i, a := range shown {
		people[a.Person.ID] = true
		s.ByReach[a.Reach]++
		for _, m := range a.Marks {
			s.Marks[m.Name]++
		}
		k, known := at[a.RoleName()]
		if !known {
			k = len(s.Roles)
			at[a.RoleName()], s.Roles = k, append(s.Roles, RoleCount{Name: a.RoleName(), Label: a.Label, ByReach: map[Reach]int{}})
		}
		s.Roles[k].N++
		s.Roles[k].ByReach[a.Reach]++
		if f.Group == "" {
			continue
		}
		if name := f.groupOf(a); len(s.Groups) == 0 || s.Groups[len(s.Groups)-1].Name != name {
			s.Groups = append(s.Groups, Section{Name: name, From: i})
		}
		s.Groups[len(s.Groups)-1].To = i + 1
	}
	s.People = len(people)
	slices.SortStableFunc(s.Roles, func(a, b RoleCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label, b.Label)) })
	return s
}

// choices are what a filter can be set to, in order.
func choices(all []Assignment) map[string][]string {
	sets := map[string]map[string]bool{"role": {}, "status": {}, "department": {}}
	for _, a := range all {
		sets["role"][a.RoleName()] = true
		sets["status"][string(a.Person.Status)] = true
		sets["department"][a.Person.Department] = true
	}
	out := map[string][]string{}
	for name, set := range sets {
		for v := range set {
			if v != "" {
				out[name] = append(out[name], v)
			}
		}
		slices.Sort(out[name])
	}
	return out
}
