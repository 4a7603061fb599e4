package views

import (
	"strings"

	"keydesk/internal/okta"
)

const (
	groupsAtHand = 12 // how many groups the overview names
	rowsAtMost   = 80 // of one list on a page; more are for the filter
	filterFrom   = 12 // a shorter list is read faster than it is filtered
)

// cut is what a page shows of a list.
type cut[T any] struct {
	Rows   []T
	Fit    int // how many the filter lets through
	All    int
	Filter string
}

// narrowed keeps what has the filter in its name, in capitals or not, and of that
// no more than fits on a page.
func narrowed[T any](all []T, filter string, name func(T) string) cut[T] {
	c := cut[T]{All: len(all), Filter: filter}
	want := strings.ToLower(strings.TrimSpace(filter))
	for _, x := range all {
		if !strings.Contains(strings.ToLower(name(x)), want) {
			continue
		}
		if c.Fit++; c.Fit <= rowsAtMost {
			c.Rows = append(c.Rows, x)
		}
	}
	return c
}

// left says what of the list is not on the page; empty when nothing is.
func (c cut[T]) left() string {
	switch rest := c.Fit - len(c.Rows); {
	case rest > 0 && c.Filter != "":
		return plural(rest, "more has", "more have") + " “" + c.Filter + "” in the name. A longer filter finds them."
	case rest > 0:
		return plural(rest, "more is", "more are") + " not shown. Filter by name to find them."
	}
	return ""
}

// none says why no row is shown: with nothing in the list what is given, else that
// the filter leaves nothing.
func (c cut[T]) none(words string) string {
	if c.All == 0 {
		return words
	}
	return "None of " + number(int64(c.All)) + " has “" + c.Filter + "” in its name."
}

func groupNames(g okta.Group) string { return g.Name + "\n" + g.Description }

func appNames(a okta.AppLink) string { return a.Label + "\n" + a.AppName }

func idpNames(i okta.IdentityProvider) string { return i.Name + "\n" + i.Type }

// filterable reports whether there is anything that a filter would make shorter.
func (p AccessProps) filterable() bool {
	return p.Filter != "" || len(p.Person.Groups.Value) > filterFrom || len(p.Apps.Value) > filterFrom
}

// groupKind says where a group comes from. Okta's word is shown for a kind that
// nobody here knows.
func groupKind(kind string) string {
	switch kind {
	case "OKTA_GROUP":
		return "Okta group"
	case "APP_GROUP":
		return "from an app or directory"
	case "BUILT_IN":
		return "built in"
	}
	return kind
}

// onOrOff is the state of what Okta calls active or not.
func onOrOff(status string) Look {
	switch status {
	case "ACTIVE":
		return Look{"Active", "ok", "circle-check"}
	case "INACTIVE":
		return Look{"Inactive", "off", "circle-x"}
	}
	return Look{status, "", "circle-question-mark"}
}
