package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"keydesk/internal/desk"
)

// entry is one attribute as a form draws it.
type entry struct {
	desk.Field
	New     bool // of somebody who is to be made: it was nothing before
	Cleared bool // the box that clears it was ticked
}

func (e entry) id() string { return "want-" + url.PathEscape(e.Attr.Name) }

func (e entry) hintID() string { return e.id() + "-hint" }

func (e entry) problemID() string { return e.id() + "-problem" }

// describedBy names the elements that speak of the field.
func (e entry) describedBy() string {
	var out []string
	if len(e.hints()) > 0 {
		out = append(out, e.hintID())
	}
	if e.Problem != "" {
		out = append(out, e.problemID())
	}
	return strings.Join(out, " ")
}

// label is what Okta calls the attribute.
func (e entry) label() string {
	if e.Attr.Title != "" {
		return e.Attr.Title
	}
	return e.Attr.Name
}

// hints are what is good to know before typing.
func (e entry) hints() []string {
	var out []string
	if e.Recovery {
		out = append(out, "Recovery goes through this: whoever holds it can become the person.")
	}
	if e.Attr.Description != "" {
		out = append(out, ended(e.Attr.Description))
	}
	if e.Attr.Type == "array" {
		out = append(out, "One value a line.")
		if len(e.Attr.Enum) > 0 {
			out = append(out, "Each is one of "+strings.Join(e.Attr.Enum, ", ")+".")
		}
	}
	return out
}

// The inputs that an attribute may get.
const (
	readInput   = "read"
	linesInput  = "lines"
	selectInput = "select"
	textInput   = "text"
)

// input is the kind of input for the attribute. A text that holds more than one
// line keeps them: a field of one line would drop the breaks, and save that.
func (e entry) input() string {
	switch {
	case e.Attr.ReadOnly:
		return readInput
	case e.Attr.Type == "array":
		return linesInput
	case e.Attr.Type == "boolean", len(e.Attr.Enum) > 0:
		return selectInput
	case strings.Contains(e.Want+e.Was, "\n"):
		return linesInput
	}
	return textInput
}

// mode is the keyboard for the attribute on a telephone.
func (e entry) mode() string {
	switch e.Attr.Type {
	case "integer":
		return "numeric"
	case "number":
		return "decimal"
	}
	return "text"
}

// choiceOf is one option of a select.
type choiceOf struct{ Value, Word string }

// options are the values to choose from, with the present one among them even
// where the schema does not have it any more: it would be lost otherwise.
func (e entry) options() []choiceOf {
	out := []choiceOf{{"", "Not set"}}
	if e.Attr.Type == "boolean" {
		out = append(out, choiceOf{"true", "Yes"}, choiceOf{"false", "No"})
	}
	for _, v := range e.Attr.Enum {
		out = append(out, choiceOf{v, v})
	}
	for _, v := range []string{e.Was, e.Want} {
		if !slices.ContainsFunc(out, func(c choiceOf) bool { return c.Value == v }) {
			out = append(out, choiceOf{v, v + " (not in the list)"})
		}
	}
	return out
}

// clears reports whether the field has to ask if its emptiness is meant.
func (e entry) clears() bool {
	return !e.New && e.Want == "" && e.Set && e.Problem != "" && !e.Attr.Required
}

// must reports whether the browser has to ask for a value. One that Okta lacks
// already does not keep anybody from saving the others.
func (e entry) must() bool { return e.Attr.Required && (e.New || e.Set) }

// quiet reports whether nobody would miss the field at first.
func (e entry) quiet() bool {
	usual := []string{"firstName", "lastName", "login", "email", "secondEmail", "mobilePhone", "primaryPhone", "title", "department", "manager"}
	return !e.Set && e.Want == "" && e.Problem == "" && !e.Theirs && !e.Attr.Required && !slices.Contains(usual, e.Attr.Name)
}

// entryGroup is a part of a form, with the fields that are folded away in it.
type entryGroup struct {
	Title         string
	Shown, Folded []entry
}

// grouped sorts the fields into the parts of the form; quiet ones are folded.
func grouped(entries []entry) []entryGroup {
	groups := []entryGroup{{Title: "Name and contact"}, {Title: "Work"}, {Title: "Address"}, {Title: "Other"}, {Title: "The organisation’s own"}}
	for _, e := range entries {
		g := &groups[partOfForm(e)]
		if e.quiet() {
			g.Folded = append(g.Folded, e)
		} else {
			g.Shown = append(g.Shown, e)
		}
	}
	return slices.DeleteFunc(groups, func(g entryGroup) bool { return len(g.Shown)+len(g.Folded) == 0 })
}

// partOfForm goes by the name first: where the schema could not be read, every
// attribute counts as the organisation's own.
func partOfForm(e entry) int {
	parts := [][]string{
		{
			"firstName", "lastName", "middleName", "honorificPrefix", "honorificSuffix", "displayName", "nickName", "login", "email", "secondEmail",
			"mobilePhone", "primaryPhone", "profileUrl", "preferredLanguage", "locale", "timezone",
		},
		{"title", "userType", "organization", "division", "department", "costCenter", "employeeNumber", "manager", "managerId"},
		{"streetAddress", "city", "state", "zipCode", "countryCode", "postalAddress"},
	}
	for i, names := range parts {
		if slices.Contains(names, e.Attr.Name) {
			return i
		}
	}
	if e.Attr.Custom {
		return len(parts) + 1
	}
	return len(parts)
}

// entries are the fields of a person's profile.
func (p ProfileProps) entries() []entry {
	out := make([]entry, len(p.Fields))
	for i, f := range p.Fields {
		out[i] = entry{Field: f, Cleared: p.Clear[f.Attr.Name]}
	}
	return out
}

// shown is a value as text, for who may not edit it.
func (e entry) shown() string {
	if e.Was == "" {
		return "not set"
	}
	return strings.ReplaceAll(e.Was, "\n", ", ")
}

// typedWords shows what was typed, and that it was nothing.
func typedWords(s string) string {
	if s == "" {
		return "nothing"
	}
	return strings.ReplaceAll(s, "\n", ", ")
}

// lineCount is the height of a textarea for s.
func lineCount(s string) string { return strconv.Itoa(min(max(strings.Count(s, "\n")+2, 3), 10)) }

// typed is what the field of the whole profile holds.
func (p RawProps) typed() string {
	if p.Typed != "" {
		return p.Typed
	}
	return p.Raw
}

// asks reports whether it has to be said that what is left out is to be removed.
func (p RawProps) asks() bool { return p.Confirm || p.Form.of(p.Replace).Field == "confirm" }

// ticked reports whether that was said already: the box is not ticked for anybody.
func (p RawProps) ticked() bool { return p.Confirm && p.Form.of(p.Replace).Field != "confirm" }
