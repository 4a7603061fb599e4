package desk

import (
	"bytes"
	"encoding/json"
	"maps"
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
		if !slices.ContainsFunc(out, func(a okta.Attribute) bool { return a.Name == name }) {
			a := okta.Attribute{Name: name, Title: name, Custom: true}
			a.Type, a.Items = kindOfValue(p[name])
			out = append(out, a)
		}
	}
	return out
}

func kindOfValue(raw json.RawMessage) (kind, items string) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || raw[0] == '"' || raw[0] == 'n':
		return "string", ""
	case raw[0] == 't' || raw[0] == 'f':
		return "boolean", ""
	case raw[0] == '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
			return "array", "string"
		}
		items, _ = kindOfValue(list[0])
		return "array", items
	case bytes.ContainsAny(raw, ".eE"):
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

// formText undoes what a browser does to the ends of lines.
func formText(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// fieldValue is what was typed as the JSON of an attribute; problem says, as a
// sentence, why it is none.
func fieldValue(a okta.Attribute, text string) (raw json.RawMessage, problem string) {
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

// changed are the attributes whose text differs from what Okta has, as they are to
// be sent; null clears one, which must have been said.
func changed(all []okta.Attribute, now okta.Profile, e Edit) (okta.Profile, *Error) {
	out, problems := okta.Profile{}, map[string]string{}
	for _, a := range all {
		want, typed := e.Want[a.Name]
		if want = formText(want); !typed || want == fieldText(now[a.Name]) {
			continue
		}
		switch {
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
		return nil, &Error{Kind: Invalid, Action: "users.update", Fields: problems, Msg: "Some fields need another look. Nothing was sent."}
	case len(out) == 0:
		return nil, &Error{Kind: Invalid, Action: "users.update", Msg: "Nothing was changed, so nothing was sent."}
	}
	return out, nil
}

func compact(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

func indented(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return ""
	}
	return string(b)
}
