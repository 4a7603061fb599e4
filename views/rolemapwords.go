package views

import (
	"cmp"
	"slices"
	"strconv"

	"keydesk/internal/rolemap"
)

// onlyTarget names the target that the map is narrowed to.
func onlyTarget(p MapProps) string {
	for _, a := range p.Rows {
		if a.Assignee == p.Filter.Target && a.Through != "" {
			return a.Through
		}
		for _, t := range a.Targets {
			if t.ID == p.Filter.Target {
				return t.Label
			}
		}
	}
	return p.Filter.Target
}

// onlyPerson names the person that the map is narrowed to.
func onlyPerson(p MapProps) string {
	for _, a := range p.Rows {
		return holderName(a.Person)
	}
	return p.Filter.Person.String()
}

// holderName is what somebody is called who holds a role.
func holderName(p rolemap.Person) string { return cmp.Or(p.Name, p.Login, p.ID.String()) }

// besideReach are the risks that an assignment's reach does not say.
func besideReach(all []rolemap.Mark) []rolemap.Mark {
	return slices.DeleteFunc(slices.Clone(all), func(m rolemap.Mark) bool { return m.Name == rolemap.Wide || m.Name == rolemap.Unreadable })
}

// everythingWords is the reach of a role that no limit is set to.
func everythingWords(a rolemap.Assignment) string { return "Everything: " + a.TargetWords() }

// mapReach is how far an assignment goes where it names no targets.
func mapReach(a rolemap.Assignment) string {
	return sentence(a.TargetWords())
}

// shownTargets is how many targets of an assignment the table names.
const shownTargets = 4

// firstTargets are the targets that a row names, and how many it does not.
func firstTargets(all []rolemap.Target) ([]rolemap.Target, int) {
	if len(all) <= shownTargets+1 {
		return all, 0
	}
	return all[:shownTargets], len(all) - shownTargets
}

// targetWord is a target in a row.
func targetWord(t rolemap.Target) string {
	if t.Kind == rolemap.App {
		return "every " + t.Label
	}
	return t.Label
}

// factorWords says how many factors somebody has, as far as that was read.
func factorWords(n int) string {
	switch {
	case n < 0:
		return "factors not read"
	case n == 0:
		return "no factor"
	}
	return plural(n, "factor", "factors")
}

// markTone is the colour of a risk: red where the account should not hold the role
// at all, or nothing but a password guards it.
func markTone(n rolemap.MarkName) string {
	switch n {
	case rolemap.Gone, rolemap.NoFactor:
		return "bad"
	case rolemap.PastUs:
		return "info"
	case rolemap.Wide, rolemap.ManySuper, rolemap.Unreadable, rolemap.NeverIn, rolemap.Dormant:
		return "warn"
	}
	return ""
}

// reaches are the reaches, the widest first.
func reaches() []rolemap.Reach {
	return []rolemap.Reach{rolemap.Everything, rolemap.Unknown, rolemap.BySet, rolemap.Limited}
}

// reachShort is a reach in the picture.
func reachShort(r rolemap.Reach) string {
	if r == rolemap.BySet {
		return "by resource set"
	}
	return r.Words()
}

// bar is one colour of the picture: how long it is, of a hundred.
type bar struct {
	Class string
	X, W  string
}

// bars are the parts of a role's line in the picture, as long as they are many.
func bars(r rolemap.RoleCount, most int) (out []bar) {
	x := 0.0
	for _, reach := range reaches() {
		n := r.ByReach[reach]
		if n == 0 {
			continue
		}
		w := 100 * float64(n) / float64(max(1, most))
		out = append(out, bar{"bar-" + reachClass(reach), decimal(x), decimal(w)})
		x += w
	}
	return out
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// mostHeld is how many hold the role that most hold.
func mostHeld(s rolemap.Summary) (n int) {
	for _, r := range s.Roles {
		n = max(n, r.N)
	}
	return n
}

// barWords is what a line of the picture says.
func barWords(r rolemap.RoleCount) string {
	var out []string
	for _, reach := range reaches() {
		if n := r.ByReach[reach]; n > 0 {
			out = append(out, strconv.Itoa(n)+" "+reachShort(reach))
		}
	}
	return joined(", ", out...)
}

// reachClass is the reach as a class.
func reachClass(r rolemap.Reach) string { return cmp.Or(string(r), "unknown") }

// outWords says what an export holds.
func outWords(p MapProps) string {
	if p.Filter.Narrow() {
		return "The " + plural(p.Sum.Assignments, "assignment that matches", "assignments that match") + ", one row for each."
	}
	return "All " + plural(p.Sum.Assignments, "assignment", "assignments") + ", one row for each."
}

// mapHow says whether a role is the person's own or a group's.
func mapHow(a rolemap.Assignment) string {
	if a.Direct() {
		return "directly"
	}
	return "through " + a.Through
}
