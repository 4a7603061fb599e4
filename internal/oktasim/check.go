package oktasim

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Flaws are what is wrong with the fields of a body, each cause beginning with
// the field's name. Whether Okta stops at the first is not established: all
// are said here, so that a form can show each where it belongs.
type flaws []flaw

type flaw struct{ field, text string }

func (f flaws) err() error {
	if len(f) == 0 {
		return nil
	}
	causes := make([]string, len(f))
	for i := range f {
		causes[i] = f[i].field + ": " + f[i].text
	}
	return errInvalid(f[0].field, "").because(causes...)
}

// What Okta says of a blank field, a taken login and malformed addresses is
// known; the words for a wrong type, length or choice are not established.
const (
	flawBlank   = "The field cannot be left blank"
	flawTaken   = "An object with this field already exists in the current organization"
	flawLogin   = "Username must be in the form of an email address"
	flawPattern = "Does not match required pattern"
)

var address = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@.]+$`)

// check looks at one value that was sent; nil is how a property is cleared.
func (r rule) check(value any) string {
	text, isText := value.(string)
	switch {
	case value == nil || isText && strings.TrimSpace(text) == "":
		if r.required {
			return flawBlank
		}
		if isText && r.kind != "string" {
			return r.wrongKind()
		}
		return ""
	case !r.holds(value):
		return r.wrongKind()
	case isText:
		return r.checkText(text)
	}
	return ""
}

func (r rule) wrongKind() string {
	if r.kind == "array" {
		return "The value must be an array of type " + r.items
	}
	return "The value must be of type " + r.kind
}

func (r rule) holds(value any) bool {
	if list, ok := value.([]any); ok && r.kind == "array" {
		item := rule{kind: r.items}
		return !slices.ContainsFunc(list, func(v any) bool { return v == nil || !item.holds(v) })
	}
	if n, ok := value.(float64); ok && r.kind == "integer" {
		return n == math.Trunc(n)
	}
	if _, ok := value.(map[string]any); ok {
		return false
	}
	return r.kind == kindOf(value) && r.kind != "array"
}

func (r rule) checkText(text string) string {
	n := utf8.RuneCountInString(text)
	switch {
	case r.name == "login" && !address.MatchString(text):
		return flawLogin
	case r.format == "email" && !address.MatchString(text):
		return flawPattern
	case n < r.min || r.max > 0 && n > r.max:
		return fmt.Sprintf("The value must be between %d and %d characters long", r.min, r.max)
	case len(r.enum) > 0 && !slices.Contains(r.enum, text):
		return "The value must be one of " + strings.Join(r.enum, ", ")
	}
	return ""
}

// strangers refuses properties the schema does not know. The word for an edit
// is not established; "newUser" was recorded for a creation.
func (s schema) strangers(what string, given map[string]any) error {
	var causes []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !s.has(name) {
			causes = append(causes, "Property name '"+name+"' is not defined in profile")
		}
	}
	if causes == nil {
		return nil
	}
	return errInvalid(what, "").because(causes...)
}

// whole makes a profile out of all that was given, and nothing else.
func (s schema) whole(given map[string]any) profile {
	var p profile
	for _, r := range s {
		value := given[r.name]
		if value != nil || r.name == "mobilePhone" || r.name == "secondEmail" {
			p = append(p, property{r.name, value})
		}
	}
	return p
}

// checkAll looks at a whole profile, checkGiven at the properties to change.
func (s schema) checkAll(given map[string]any) flaws {
	return s.check(given, func(rule) bool { return true })
}

func (s schema) checkGiven(given map[string]any) flaws {
	return s.check(given, func(r rule) bool {
		_, sent := given[r.name]
		return sent
	})
}

func (s schema) check(given map[string]any, concerned func(rule) bool) flaws {
	var found flaws
	for _, r := range s {
		if !concerned(r) {
			continue
		}
		if text := r.check(given[r.name]); text != "" {
			found = append(found, flaw{r.name, text})
		}
	}
	return found
}
