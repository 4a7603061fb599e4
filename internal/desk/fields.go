package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"keydesk/internal/okta"
)

// recovers reports whether recovery goes through an attribute.
func recovers(name string) bool {
	return slices.Contains([]string{"login", "email", "secondEmail", "mobilePhone"}, name)
}

// attributes are those of the schema, then those that the person has beside it.
// Without a schema the kind of each is told by its value.
func attributes(s okta.ProfileSchema, p okta.Profile) []okta.Attribute {
	out := slices.Clone(s.Attributes)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !knows(out, name) {
			a := okta.Attribute{Name: name, Title: name, Custom: true}
			a.Type, a.Items = kindOfValue(p[name])
			a.ReadOnly = a.Type == "object" // a form has no field for it; the bare JSON has
			out = append(out, a)
		}
	}
	return out
}

func knows(all []okta.Attribute, name string) bool {
	return slices.ContainsFunc(all, func(a okta.Attribute) bool { return a.Name == name })
}

func kindOfValue(raw json.RawMessage) (kind, items string) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || raw[0] == '"' || raw[0] == 'n':
		return "string", ""
	case raw[0] == 't' || raw[0] == 'f':
		return "boolean", ""
	case raw[0] == '{':
		return "object", ""
	case raw[0] == '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
			return "array", "string"
		}
		items, _ = kindOfValue(list[0])
		for _, v := range list[1:] {
			if kind, _ := kindOfValue(v); kind != items {
				items = "number" // 0 may be either
			}
		}
		return "array", items
	}
	if _, err := strconv.ParseInt(string(raw), 10, 64); err != nil {
		return "number", ""
	}
	return "integer", ""
}

func isSet(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && !bytes.Equal(raw, []byte("null"))
}

// fieldText is a value as a form shows it.
func fieldText(raw json.RawMessage) string {
	if !isSet(raw) {
		return ""
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		lines := make([]string, len(list))
		for i, v := range list {
			lines[i] = fieldText(v)
		}
		return strings.Join(lines, "\n")
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return formText(s)
	}
	return string(bytes.TrimSpace(raw))
}

// formText has every end of a line as one sign, whatever a browser made of it.
func formText(s string) string { return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s) }

// fieldValue is what was typed as the JSON of an attribute; problem says, as a
// sentence, why it is none.
func fieldValue(a okta.Attribute, text string) (raw json.RawMessage, problem string) {
	text = formText(text)
	switch a.Type {
	case "array":
		return arrayValue(a, text)
	case "boolean":
		if text != "true" && text != "false" {
			return nil, "Choose yes or no."
		}
		return json.RawMessage(text), ""
	case "integer":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil, "Type a whole number."
		}
		return number(text)
	case "number":
		return number(text)
	}
	switch {
	case len(a.Enum) > 0 && !slices.Contains(a.Enum, text):
		return nil, "Choose one of " + strings.Join(a.Enum, ", ") + "."
	case a.MaxLength > 0 && len([]rune(text)) > a.MaxLength:
		return nil, "Keep this to " + strconv.Itoa(a.MaxLength) + " characters."
	}
	raw, err := json.Marshal(text)
	if err != nil {
		return nil, "This cannot be sent to Okta."
	}
	return raw, ""
}

func number(text string) (json.RawMessage, string) {
	var n json.Number
	if json.Unmarshal([]byte(text), &n) != nil || n == "" || strings.HasPrefix(strings.TrimSpace(text), `"`) {
		return nil, "Type a number."
	}
	return json.RawMessage(n), ""
}

func arrayValue(a okta.Attribute, text string) (json.RawMessage, string) {
	list := []json.RawMessage{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		v, problem := fieldValue(okta.Attribute{Type: a.Items, Enum: a.Enum}, line)
		if problem != "" {
			return nil, "Each line: " + problem
		}
		list = append(list, v)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil, "This cannot be sent to Okta."
	}
	return raw, ""
}

// lines reports whether each value of a list fits on a line of its own, as a form
// has them; what is no list does.
func lines(raw json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return true
	}
	for _, v := range list {
		if s := fieldText(v); s == "" || strings.TrimSpace(s) != s || strings.Contains(s, "\n") {
			return false
		}
	}
	return true
}

// changed are the attributes whose text differs from what Okta has, as they are to
// be sent; null clears one, which must have been said.
func changed(all []okta.Attribute, now okta.Profile, e Edit) (okta.Profile, *Error) {
	out, problems := okta.Profile{}, map[string]string{}
	for name, want := range e.Want { // of the form, but not of what can be read now
		if !knows(all, name) && formText(want) != formText(e.Was[name]) {
			problems[name] = noSuchAttribute
		}
	}
	for _, a := range all {
		want, typed := e.Want[a.Name]
		if want = formText(want); !typed || want == fieldText(now[a.Name]) {
			continue
		}
		switch {
		case !lines(now[a.Name]):
			problems[a.Name] = "One of its values does not fit on a line of its own. Edit this in the bare JSON."
		case a.ReadOnly:
			problems[a.Name] = "Okta does not let this be changed."
		case want == "" && a.Required:
			problems[a.Name] = "This cannot be empty."
		case want == "" && !e.Clear[a.Name]:
			problems[a.Name] = "This clears the value. Tick “Clear it” if that is meant."
		case want == "":
			out[a.Name] = json.RawMessage("null")
		default:
			raw, problem := fieldValue(a, want)
			if problem != "" {
				problems[a.Name] = problem
			}
			out[a.Name] = raw
		}
	}
	switch {
	case len(problems) > 0:
		return nil, badFields("users.update", problems)
	case len(out) == 0:
		return nil, &Error{Kind: Invalid, Action: "users.update", Msg: "Nothing was changed, so nothing was sent."}
	}
	return out, nil
}

const noSuchAttribute = "Okta does not say right now that there is such an attribute."

// badFields refuses a form for what is wrong with its fields, a sentence each.
func badFields(a Action, problems map[string]string) *Error {
	return &Error{Kind: Invalid, Action: a, Fields: problems, Msg: "Some fields need another look: " + strings.Join(slices.Sorted(maps.Keys(problems)), ", ") + ". Nothing was sent."}
}

// indented is JSON to be read: with the signs that stand in it, not their escapes.
func indented(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseProfile reads a JSON object in which no attribute stands twice; problem
// says, as a sentence, why it is none.
func parseProfile(body string) (p okta.Profile, problem string) {
	d := json.NewDecoder(strings.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, "This is not a JSON object. Nothing was sent."
	}
	p = okta.Profile{}
	for d.More() {
		name, err := d.Token()
		key, isName := name.(string)
		var value json.RawMessage
		if err != nil || !isName || d.Decode(&value) != nil {
			return nil, "This is not a JSON object. Nothing was sent."
		}
		if !isAttributeName(key) {
			return nil, "No attribute can have such a name: letters, digits and _ are all there is. Nothing was sent."
		}
		if _, twice := p[key]; twice {
			return nil, "The attribute " + key + " stands there twice. Nothing was sent."
		}
		p[key] = value
	}
	if _, err := d.Token(); err != nil || d.More() || len(p) == 0 || !json.Valid([]byte(body)) {
		return nil, "This is not a JSON object. Nothing was sent."
	}
	return p, ""
}

// isAttributeName takes what Okta takes for the name of an attribute. Names go into
// the record as they are.
func isAttributeName(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// sameJSON reports whether two texts say the same.
func sameJSON(a, b json.RawMessage) bool {
	decode := func(raw json.RawMessage) (v any) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		_ = d.Decode(&v) // what is not there is nil
		return v
	}
	return reflect.DeepEqual(decode(a), decode(b))
}
