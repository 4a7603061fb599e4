package oktasim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRules(t *testing.T) {
	text := rule{name: "x", kind: "string", min: 2, max: 4}
	for name, c := range map[string]struct {
		rule  rule
		value any
		want  string
	}{
		"text":                 {text, "abc", ""},
		"cleared":              {text, nil, ""},
		"emptied":              {text, "", ""},
		"letters, not bytes":   {text, "日本語", ""},
		"too short":            {text, "a", "The value must be between 2 and 4 characters long"},
		"too long":             {text, "abcde", "The value must be between 2 and 4 characters long"},
		"a number for text":    {text, 7.0, "The value must be of type string"},
		"an object":            {text, map[string]any{}, "The value must be of type string"},
		"blank":                {rule{name: "x", kind: "string", required: true}, "  ", flawBlank},
		"missing":              {rule{name: "x", kind: "string", required: true}, nil, flawBlank},
		"text for a number":    {rule{kind: "number"}, "7", "The value must be of type number"},
		"no text for a number": {rule{kind: "number"}, "", "The value must be of type number"},
		"fraction":             {rule{kind: "number"}, 7.5, ""},
		"integer":              {rule{kind: "integer"}, -7.0, ""},
		"fraction for integer": {rule{kind: "integer"}, 7.5, "The value must be of type integer"},
		"boolean":              {rule{kind: "boolean"}, false, ""},
		"text for a boolean":   {rule{kind: "boolean"}, "true", "The value must be of type boolean"},
		"texts":                {rule{kind: "array", items: "string"}, []any{"a", ""}, ""},
		"no texts":             {rule{kind: "array", items: "string"}, []any{}, ""},
		"texts and a number":   {rule{kind: "array", items: "string"}, []any{"a", 1.0}, "The value must be an array of type string"},
		"numbers":              {rule{kind: "array", items: "number"}, []any{1.5}, ""},
		"integers":             {rule{kind: "array", items: "integer"}, []any{1.0, 2.5}, "The value must be an array of type integer"},
		"null among them":      {rule{kind: "array", items: "string"}, []any{nil}, "The value must be an array of type string"},
		"lists in a list":      {rule{kind: "array", items: "string"}, []any{[]any{}}, "The value must be an array of type string"},
		"one for many":         {rule{kind: "array", items: "string"}, "a", "The value must be an array of type string"},
		"many for one":         {text, []any{"abc"}, "The value must be of type string"},
		"one of":               {text.oneOf("ab", "cd"), "cd", ""},
		"none of":              {text.oneOf("ab", "cd"), "ef", "The value must be one of ab, cd"},
		"address":              {rule{name: "email", kind: "string", format: "email"}, "a/b?c+d@x.example", ""},
		"two addresses":        {rule{name: "email", kind: "string", format: "email"}, "a@b@x.example", flawPattern},
		"no domain":            {rule{name: "email", kind: "string", format: "email"}, "a@example", flawPattern},
		"login":                {rule{name: "login", kind: "string", format: "email"}, "a b@x.example", flawLogin},
	} {
		if got := c.rule.check(c.value); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Whatever the schema lets through is shown as it was sent, and nothing else.
func TestWhatIsTakenIsKept(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
	id := o.FirstWith(active).ID
	name := rapid.SampledFrom([]string{"nickName", "vip", "badgeNumber", "holidayDays", "skills", "floors", "dayHours", "workplace", "startDate"})
	one := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.IntRange(-9, 99), func(n int) any { return float64(n) }), rapid.Map(rapid.IntRange(-9, 99), func(n int) any { return float64(n) / 2 }),
		rapid.Map(rapid.SampledFrom([]string{"", "office", "é", strings.Repeat("x", 101)}), func(s string) any { return s }),
	)
	list := rapid.Map(rapid.SliceOfN(one, 0, 3), func(l []any) any { return l })
	rapid.Check(t, func(rt *rapid.T) {
		n, v := name.Draw(rt, "name"), rapid.OneOf(one, list).Draw(rt, "value")
		body, _ := json.Marshal(map[string]any{"profile": map[string]any{n: v}})
		before, _ := o.Person(id)
		r := edit(t, o, "POST", id, string(body))
		after, _ := o.Person(id)
		rule, _ := o.schema.find(n)
		switch {
		case (r.code == 200) != (rule.check(v) == ""):
			rt.Fatalf("%s: %d %s", body, r.code, r.body)
		case r.code != 200 && !reflect.DeepEqual(before, after):
			rt.Fatalf("%s was refused and changed something", body)
		case r.code == 200 && !reflect.DeepEqual(after.Profile[n], v):
			rt.Fatalf("%s became %v", body, after.Profile[n])
		}
	})
}

// Nothing that can be sent as a person breaks the organisation: it is refused
// in Okta's way, or taken and shown.
func FuzzUserBody(f *testing.F) {
	f.Add(`{"profile":{` + newcomer + `}}`)
	f.Add(`{"profile":{"floors":[1,null],"login":null},"credentials":{"password":{"hash":{}},"recovery_question":{}}}`)
	f.Add(`{"type":null,"groupIds":[null],"credentials":{"provider":null}}`)
	f.Fuzz(func(t *testing.T, body string) {
		o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
		id := o.FirstWith(active).ID
		for _, r := range []reply{
			sendBody(t, o, "POST", "/api/v1/users", body), edit(t, o, "POST", id, body), edit(t, o, "PUT", id, body),
		} {
			if r.code != 200 && r.code != 400 && r.code != 404 {
				t.Errorf("%d %s", r.code, r.body)
			}
			r.decoded()
		}
	})
}
