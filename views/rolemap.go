package views

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
)

// The paths of the role map.
const (
	MapPath     = "/roles"
	MapCSVPath  = "/roles.csv"
	MapJSONPath = "/roles.json"

	MapProgressPath = "/roles/progress"
)

// MapProps is what the role map shows.
type MapProps struct {
	Filter rolemap.Filter
	State  rolemap.State
	Sum    rolemap.Summary
	Rows   []rolemap.Assignment // of this page
	First  int                  // how many rows stand on the pages before
	Page   int                  // from 1
	Pages  int
	Off    bool // nobody reads it
	Change bool // the actor may change roles
	Review bool // the actor may start reviews
}

// HoldersProps is the list of who holds a role, where the map cannot be shown.
type HoldersProps struct {
	desk.AdminsPage
	Why, Ask string
}

// MapFields are the fields of the map's form, names and values in turn.
func MapFields(f rolemap.Filter) []string {
	desc := ""
	if f.Desc {
		desc = "1"
	}
	return []string{
		"q", f.Text, "role", f.Role, "reach", f.Reach, "mark", string(f.Mark), "status", string(f.Status), "how", f.How, "department", f.Department,
		"target", f.Target, "person", f.Person.String(), "group", f.Group, "sort", f.Sort, "desc", desc,
	}
}

// MapURL is a page of the role map.
func MapURL(f rolemap.Filter, page int) string {
	n := ""
	if page > 1 {
		n = strconv.Itoa(page)
	}
	return query(MapPath, append(MapFields(f), "page", n)...)
}

// mapCarried are the fields of the filter that have a value and no control of their
// own among those that are named.
func mapCarried(f rolemap.Filter, but ...string) (out []option) {
	fields := MapFields(f)
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] != "" && !slices.Contains(but, fields[i]) {
			out = append(out, option{fields[i], fields[i+1]})
		}
	}
	return out
}

// sorted is the filter with another order: the same head again turns it round.
func sorted(f rolemap.Filter, by string) rolemap.Filter {
	same := cmp.Or(f.Sort, "person") == by
	f.Sort, f.Desc = by, same && !f.Desc
	return f
}

// ariaSort says how a column is sorted; empty where another is.
func ariaSort(f rolemap.Filter, by string) string {
	switch {
	case cmp.Or(f.Sort, "person") != by:
		return ""
	case f.Desc:
		return "descending"
	}
	return "ascending"
}

// sectionAt is the group that begins, or goes on at the top of the page, at row i.
func sectionAt(p MapProps, i int) (s rolemap.Section, goesOn, ok bool) {
	for _, s := range p.Sum.Groups {
		if at := p.First + i; s.From == at || i == 0 && s.From < at && at < s.To {
			return s, s.From < at, true
		}
	}
	return s, false, false
}

// sectionName is the name of a group as its head has it.
func sectionName(f rolemap.Filter, s rolemap.Section) string {
	switch {
	case f.Group == "status":
		return StatusLook(okta.Status(s.Name)).Word
	case s.Name != "":
		return sentence(s.Name)
	case f.Group == "through":
		return "Directly"
	case f.Group == "department":
		return "No department"
	}
	return "Nothing known"
}

// mapWords counts what is shown.
func mapWords(s rolemap.Summary) string {
	words := plural(s.Assignments, "assignment", "assignments") + " of " + plural(s.People, "person", "people")
	if s.Assignments != s.All {
		words += ", of " + plural(s.All, "assignment", "assignments") + " in all"
	}
	return words
}

// walkWords is how far a reading is.
func walkWords(s rolemap.State) string {
	words := plural(s.Walk.Done, "person", "people")
	if s.Walk.Total > s.Walk.Done {
		words += " of about " + strconv.Itoa(s.Walk.Total)
	}
	return words + " read so far, in the background, with at most " + strconv.Itoa(s.Share) + " % of Okta's rate limit."
}

// reachOption are the reaches as a choice.
func reachOptions() []option {
	return []option{{"everything", "Everything"}, {"limited", "Limited to targets"}, {"set", "A resource set"}, {"unknown", "Not known"}}
}

func markOptions() []option {
	out := []option{{string(rolemap.AnyMark), "Any risk"}}
	for _, m := range rolemap.MarkNames() {
		out = append(out, option{string(m), sentence(m.Label())})
	}
	return out
}

func howOptions() []option { return []option{{"USER", "Directly"}, {"GROUP", "Through a group"}} }

func groupOptions() []option {
	return []option{{"person", "Person"}, {"role", "Role"}, {"target", "What it reaches"}, {"status", "Status"}, {"department", "Department"}, {"reach", "Kind of reach"}, {"through", "Group held through"}}
}

// mapChoices are what a list can be set to; what is chosen is among them, whatever
// the map holds.
func mapChoices(p MapProps, name, chosen string, say func(string) string) (out []option) {
	all := p.Sum.Choices[name]
	if chosen != "" && !slices.Contains(all, chosen) {
		all = append(slices.Clone(all), chosen)
	}
	for _, v := range all {
		out = append(out, option{v, say(v)})
	}
	slices.SortStableFunc(out, func(a, b option) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func roleWord(v string) string   { return okta.RoleType(v).Label() }
func statusWord(v string) string { return StatusLook(okta.Status(v)).Word }
func asItIs(v string) string     { return v }

// wider reports whether the map is narrowed by what stands under the fold.
func wider(f rolemap.Filter) bool {
	return f.Status != "" || f.How != "" || f.Department != "" || f.Group != ""
}

// HeldURL is where an assignment is changed.
func HeldURL(a rolemap.Assignment) string { return RoleURL(a.Person.ID, a.Role, a.How, "") }

// BackURL is the page of the map that was looked at last.
func BackURL(f Frame) string { return localPath(f.Map) }

// MapFileURL is where the map is taken away as a file.
func MapFileURL(as string) string {
	if as == "json" {
		return MapJSONPath
	}
	return MapCSVPath
}

// ofRole narrows the map to a role.
func ofRole(f rolemap.Filter, name string) rolemap.Filter { f.Role = name; return f }

// ofMark narrows the map to a risk, or widens it again.
func ofMark(f rolemap.Filter, n rolemap.MarkName) rolemap.Filter {
	if f.Mark == n {
		n = ""
	}
	f.Mark = n
	return f
}

// MapQuery is the query of a page of the map.
func MapQuery(f rolemap.Filter, page int) string {
	u, err := url.Parse(MapURL(f, page))
	if err != nil {
		return "" // the address is our own
	}
	return u.RawQuery
}

// mapScope is what of a filter a review can be about.
func mapScope(f rolemap.Filter) review.Scope {
	return review.Scope{Role: f.Role, Department: f.Department, Risky: f.Mark != ""}
}

// mapReview names it after what it is about: a review knows less to narrow it by than
// the map.
func mapReview(f rolemap.Filter) string {
	s := mapScope(f)
	switch {
	case s == review.Scope{}:
		return "Review every assignment"
	case s.Role != "" && s.Department == "" && !s.Risky:
		return "Review everybody with this role"
	case s.Role == "" && s.Department != "" && !s.Risky:
		return "Review the whole department"
	case s.Role == "" && s.Department == "":
		return "Review everything with a risk"
	}
	return "Review " + s.Words()
}
