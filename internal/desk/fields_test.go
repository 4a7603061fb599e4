package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"keydesk/internal/okta"
)

// attributeTypes are the kinds that Okta knows, with what an array holds.
func attributeTypes() []okta.Attribute {
	return []okta.Attribute{
		{Type: "string"},
		{Type: "boolean"},
		{Type: "integer"},
		{Type: "number"},
		{Type: "array", Items: "string"},
		{Type: "array", Items: "integer"},
		{Type: "array", Items: "number"},
		{Type: "string", Enum: []string{"office", "hybrid", "remote"}},
		{Type: "string", MaxLength: 10},
	}
}

// value draws a value that the attribute may hold.
func value(t *rapid.T, a okta.Attribute, label string) any {
	switch {
	case len(a.Enum) > 0:
		return rapid.SampledFrom(a.Enum).Draw(t, label)
	case a.Type == "boolean":
		return rapid.Bool().Draw(t, label)
	case a.Type == "integer":
		return rapid.Int64().Draw(t, label)
	case a.Type == "number":
		return rapid.Float64().Draw(t, label)
	case a.Type == "array":
		list := []any{}
		for i := range rapid.IntRange(1, 5).Draw(t, label) {
			list = append(list, lined(t, okta.Attribute{Type: a.Items}, fmt.Sprint(label, i)))
		}
		return list
	case a.MaxLength > 0:
		return strings.ReplaceAll(rapid.StringN(1, a.MaxLength, -1).Draw(t, label), "\r", "_")
	}
	return strings.ReplaceAll(rapid.String().Draw(t, label), "\r", "")
}

// lined is a value that one line of a form can hold.
func lined(t *rapid.T, a okta.Attribute, label string) any {
	if a.Type == "string" {
		return rapid.StringMatching(`[\p{L}\p{N}"'<&,;:_-]([\p{L}\p{N} "'<&,;:_-]*[\p{L}\p{N}"'<&,;:_-])?`).Draw(t, label)
	}
	return value(t, a, label)
}

func encoded(t testing.TB, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same compares two values as JSON, each number by its digits.
func same(t testing.TB, a, b json.RawMessage) bool {
	t.Helper()
	read := func(raw json.RawMessage) (v any) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		return v
	}
	return reflect.DeepEqual(read(a), read(b))
}

// What a form shows of a value is that value again when it is sent back, whatever
// the type.
func TestFieldRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.SampledFrom(attributeTypes()).Draw(rt, "attribute")
		raw := encoded(t, value(rt, a, "value"))
		if a.Type == "string" && string(raw) == `""` {
			return // emptiness is a decision of its own
		}
		text := formText(fieldText(raw))
		got, problem := fieldValue(a, text)
		if problem != "" || !same(t, raw, got) {
			rt.Fatalf("%+v: %s shown as %q, sent as %s (%s)", a, raw, text, got, problem)
		}
	})
}

// A value that stands in Okta is not sent when nobody touched its field, also in
// the line ends of a browser.
func TestUntouchedIsNotSent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []okta.Attribute
		now, e := okta.Profile{}, Edit{Want: map[string]string{}, Was: map[string]string{}, Clear: map[string]bool{}}
		for i, a := range attributeTypes() {
			a.Name = fmt.Sprint("a", i)
			all = append(all, a)
			if rapid.Bool().Draw(rt, "set "+a.Name) {
				now[a.Name] = encoded(t, value(rt, a, a.Name))
			}
			text := strings.ReplaceAll(fieldText(now[a.Name]), "\n", "\r\n")
			e.Want[a.Name], e.Was[a.Name], e.Clear[a.Name] = text, text, rapid.Bool().Draw(rt, "clear "+a.Name)
		}
		if out, err := changed(all, now, e); err == nil || len(out) > 0 || err.Kind != Invalid || len(err.Fields) > 0 {
			rt.Fatalf("sent %v (%v)", out, err)
		}
	})
}

// A model of what an edit sends: what differs, null for what is cleared on
// purpose, nothing where one field is wrong.
func TestChangedIsWhatDiffers(t *testing.T) {
	all := []okta.Attribute{{Name: "must", Type: "string", Required: true}, {Name: "fixed", Type: "string", ReadOnly: true}, {Name: "text", Type: "string"}, {Name: "n", Type: "integer"}}
	was := okta.Profile{"must": encoded(t, "m"), "fixed": encoded(t, "f"), "text": encoded(t, "t"), "n": encoded(t, 5)}
	rapid.Check(t, func(rt *rapid.T) {
		e, want, wrong := Edit{Want: map[string]string{}, Clear: map[string]bool{}}, okta.Profile{}, []string{}
		for _, a := range all {
			before := fieldText(was[a.Name])
			typed := rapid.SampledFrom([]string{before, "", "7", "x"}).Draw(rt, a.Name)
			e.Want[a.Name], e.Clear[a.Name] = typed, rapid.Bool().Draw(rt, "clear "+a.Name)
			switch {
			case typed == before:
			case a.ReadOnly, typed == "" && (a.Required || !e.Clear[a.Name]), typed == "x" && a.Type == "integer":
				wrong = append(wrong, a.Name)
			case typed == "":
				want[a.Name] = json.RawMessage("null")
			case a.Type == "integer":
				want[a.Name] = json.RawMessage(typed)
			default:
				want[a.Name] = encoded(t, typed)
			}
		}
		e.Want["credentials"], e.Want["login2"] = "smuggled", "smuggled"
		out, err := changed(all, was, e)
		delete(e.Want, "credentials")
		switch {
		case len(wrong) > 0:
			if err == nil || len(out) > 0 || !hasAll(err.Fields, wrong) {
				rt.Fatalf("%v: want problems %v, got %v, sent %v", e, wrong, err, out)
			}
		case err == nil && !reflect.DeepEqual(out, want), err != nil && len(want) > 0 && len(err.Fields) == 0:
			rt.Fatalf("%v: sent %s, want %s (%v)", e, out, want, err)
		}
		if out["credentials"] != nil || out["login2"] != nil {
			rt.Fatalf("smuggled: %s", out)
		}
	})
}

func hasAll(problems map[string]string, names []string) bool {
	for _, name := range names {
		if problems[name] == "" {
			return false
		}
	}
	return true
}

// Without a schema the value tells the kind of an attribute, so that it is sent as
// what it was.
func TestKindsWithoutASchema(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.SampledFrom(attributeTypes()[:7]).Draw(rt, "attribute")
		raw := encoded(t, value(rt, a, "value"))
		got := attributes(okta.ProfileSchema{}, okta.Profile{"own": raw})
		if len(got) != 1 || got[0].Name != "own" {
			rt.Fatalf("%+v", got)
		}
		if string(raw) == `""` {
			return
		}
		back, problem := fieldValue(got[0], fieldText(raw))
		if problem != "" || !same(t, raw, back) {
			rt.Fatalf("%s is taken for %s of %s: %s (%s)", raw, got[0].Type, got[0].Items, back, problem)
		}
	})
}

// A schema leaves no attribute out that the person has beside it, and doubles none.
func TestAttributesBesideTheSchema(t *testing.T) {
	s := okta.ProfileSchema{Attributes: []okta.Attribute{{Name: "b", Type: "number"}, {Name: "a", Type: "string"}}}
	got := attributes(s, okta.Profile{"z": encoded(t, true), "a": encoded(t, "x"), "c": encoded(t, []int{1})})
	var names []string
	for _, a := range got {
		names = append(names, a.Name+":"+a.Type)
	}
	if want := []string{"b:number", "a:string", "c:array", "z:boolean"}; !slices.Equal(names, want) || len(s.Attributes) != 2 {
		t.Errorf("%v, want %v", names, want)
	}
}

func TestFieldProblems(t *testing.T) {
	for _, tt := range []struct {
		a    okta.Attribute
		text string
		says string
	}{
		{okta.Attribute{Type: "integer"}, "5.5", "whole number"},
		{okta.Attribute{Type: "integer"}, "1e3", "whole number"},
		{okta.Attribute{Type: "integer"}, "99999999999999999999", "whole number"},
		{okta.Attribute{Type: "integer"}, "007", "number"},
		{okta.Attribute{Type: "integer"}, "+7", "number"},
		{okta.Attribute{Type: "number"}, "NaN", "number"},
		{okta.Attribute{Type: "number"}, "null", "number"},
		{okta.Attribute{Type: "number"}, `"5"`, "number"},
		{okta.Attribute{Type: "number"}, "5,5", "number"},
		{okta.Attribute{Type: "number"}, "1 2", "number"},
		{okta.Attribute{Type: "number"}, "{}", "number"},
		{okta.Attribute{Type: "boolean"}, "yes", "yes or no"},
		{okta.Attribute{Type: "boolean"}, "TRUE", "yes or no"},
		{okta.Attribute{Type: "array", Items: "integer"}, "1\nx", "Each line"},
		{okta.Attribute{Type: "string", Enum: []string{"a", "b"}}, "c", "a, b"},
		{okta.Attribute{Type: "array", Items: "string", Enum: []string{"a", "b"}}, "a\nc", "a, b"},
		{okta.Attribute{Type: "string", MaxLength: 3}, "äöüß", "3 characters"},
	} {
		if raw, problem := fieldValue(tt.a, tt.text); !strings.Contains(problem, tt.says) {
			t.Errorf("%+v takes %q as %s (%s)", tt.a, tt.text, raw, problem)
		}
	}
	if raw, problem := fieldValue(okta.Attribute{Type: "string", MaxLength: 4}, "äöüß"); problem != "" || !same(t, raw, encoded(t, "äöüß")) {
		t.Errorf("four letters: %s (%s)", raw, problem)
	}
}

// Whatever is typed becomes JSON of the attribute's own kind, or a sentence.
func FuzzFieldValue(f *testing.F) {
	for i, text := range []string{"", "a", "true", "-0", "1e9", " 1", "[1]", "a\nb", `"`, "\x00", "\u2028", "null", "{}", "\xff", "1]", "1,2"} {
		f.Add(uint8(i), text) //nolint:gosec // sixteen seeds
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		a := attributeTypes()[int(kind)%len(attributeTypes())]
		raw, problem := fieldValue(a, text)
		if problem != "" {
			if raw != nil || !strings.HasSuffix(problem, ".") {
				t.Fatalf("%+v %q: %s and %q", a, text, raw, problem)
			}
			return
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%+v %q: %s: %v", a, text, raw, err)
		}
		if got := jsonKind(v); got != map[string]string{"integer": "number"}[a.Type]+strings.TrimPrefix(a.Type, "integer") {
			t.Fatalf("%+v %q: %s is a %s", a, text, raw, got)
		}
		if a.Type == "string" && utf8.ValidString(text) && fieldText(raw) != formText(text) {
			t.Fatalf("%q became %q", text, fieldText(raw))
		}
		again, problem := fieldValue(a, fieldText(raw))
		if problem != "" || !same(t, raw, again) {
			t.Fatalf("%+v %q: %s, then %s (%s)", a, text, raw, again, problem)
		}
	})
}

func jsonKind(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []any:
		return "array"
	}
	return fmt.Sprintf("%T", v)
}

// What a replacement changes and what it removes are told apart; the order and
// the white space of JSON are no difference.
func TestCompare(t *testing.T) {
	was := okta.Profile{"a": encoded(t, "x"), "b": json.RawMessage(`[1, 2]`), "c": json.RawMessage("null"), "d": encoded(t, 4)}
	for _, tt := range []struct{ body, changes, removed string }{
		{`{"d":4,"b":[1,2],"a":"x"}`, "", ""},
		{`{"a":"y","b":[1,2],"d":4}`, "a", ""},
		{`{"a":"x","b":[2,1],"d":4,"e":true}`, "b e", ""},
		{`{"a":"x"}`, "", "b d"},
		{`{"a":"x","b":[1,2],"d":null}`, "", "d"},
		{`{"a":"x","b":[1,2],"d":4,"e":null}`, "", ""},
	} {
		var want okta.Profile
		if err := json.Unmarshal([]byte(tt.body), &want); err != nil {
			t.Fatal(err)
		}
		changes, removed := compare(maps.Clone(was), want)
		if strings.Join(changes, " ") != tt.changes || strings.Join(removed, " ") != tt.removed {
			t.Errorf("%s: changes %v, removes %v", tt.body, changes, removed)
		}
	}
}

// A list whose values do not fit on lines of their own is not taken apart by an
// edit of another line: it comes through whole, or the form says why not.
func TestValuesThatLinesCannotHold(t *testing.T) {
	all := []okta.Attribute{{Name: "skills", Type: "array", Items: "string"}}
	for _, kept := range []string{"two\nlines", " spaced ", ""} {
		now := okta.Profile{"skills": encoded(t, []string{"one", kept})}
		typed := fieldText(now["skills"]) + "\nthree"
		out, err := changed(all, now, Edit{Want: map[string]string{"skills": typed}})
		if err == nil && !same(t, out["skills"], encoded(t, []string{"one", kept, "three"})) {
			t.Errorf("%q: sent %s", kept, out["skills"])
		}
	}
}
