package views

import (
	"slices"

	"keydesk/internal/desk"
)

// asked are the fields without which nobody can be made, in the schema's order,
// and rest are the others, by parts of the form.
func (p NewPersonProps) fields() (asked []entry, rest []entryGroup) {
	least := []string{"firstName", "lastName", "email", "login"}
	var others []entry
	for _, f := range p.Fields {
		if slices.Contains(least, f.Attr.Name) || f.Attr.Required {
			f.Attr.Required = true
			asked = append(asked, entry{Field: f, New: true})
		} else {
			others = append(others, entry{Field: f, New: true})
		}
	}
	return asked, flat(grouped(others))
}

// flat unfolds the parts: all of them are folded as one already.
func flat(groups []entryGroup) []entryGroup {
	for i, g := range groups {
		groups[i].Shown, groups[i].Folded = append(g.Shown, g.Folded...), nil
	}
	return groups
}

// touched reports whether a field of the parts has something to show.
func touched(groups []entryGroup) bool {
	return slices.ContainsFunc(groups, func(g entryGroup) bool {
		return slices.ContainsFunc(g.Shown, func(e entry) bool { return e.Want != "" || e.Problem != "" })
	})
}

// providers are where a new person's password may live.
func providers() []choiceOf {
	return []choiceOf{
		{"OKTA", "Okta"},
		{"FEDERATION", "Another identity provider"},
		{"ACTIVE_DIRECTORY", "Active Directory"},
		{"LDAP", "LDAP"},
		{"SOCIAL", "A social provider"},
		{"IMPORT", "Imported"},
	}
}

// groupBox is a group as the form for somebody new offers it.
type groupBox struct {
	desk.Target
	Ticked bool
}

// boxes are the groups that are chosen and those that were found.
func (p NewPersonProps) boxes() []groupBox {
	var out []groupBox
	for _, t := range p.Chosen {
		out = append(out, groupBox{t, true})
	}
	for _, t := range p.Found.Value {
		out = append(out, groupBox{t, false})
	}
	return out
}
