package oktasim

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// outline lists what a JSON text is made of: one line for each value that holds
// no other, its path and its kind, in the order written, each line once.
func outline(t *testing.T, raw []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	var lines []string
	add := func(path, kind string) {
		if line := strings.TrimPrefix(path, ".") + " " + kind; !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	var walk func(path string)
	walk = func(path string) {
		tok, err := d.Token()
		if err != nil {
			t.Fatalf("no JSON: %v: %.200s", err, raw)
		}
		switch v := tok.(type) {
		case json.Delim:
			if !d.More() {
				add(path, map[json.Delim]string{'{': "{}", '[': "[]"}[v])
			}
			for d.More() {
				if v == '[' {
					walk(path + "[]")
					continue
				}
				name, _ := d.Token()
				walk(path + "." + name.(string))
			}
			_, _ = d.Token()
		case string:
			add(path, "string")
		case bool:
			add(path, "boolean")
		case float64:
			add(path, "number")
		case nil:
			add(path, "null")
		}
	}
	walk("")
	return lines
}

// testdata/shapes.txt holds the shapes that decide whether a client of Okta's
// works: a request, its status, and the outline of its body, one paragraph
// each. {ACTIVE} stands for an ordinary person in that status, {CUSTOM} for the
// holder of that role, {LIMITED:APP_ADMIN} for one with targets, {HEAVY} for the
// person with much of everything and {CLIENT} for their OAuth client; what lies under a profile is left out. A line that ends
// in a question mark is not there for everybody, one that begins with ">" is the
// body of the request.
func TestShapes(t *testing.T) {
	data, err := os.ReadFile("testdata/shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	o := New(Options{Start: begin()})
	for _, paragraph := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
		head, want, _ := strings.Cut(paragraph, "\n")
		method, rest, _ := strings.Cut(head, " ")
		target, status, _ := strings.Cut(rest, " ")
		body, shape, _ := strings.Cut(want, "\n")
		body, has := strings.CutPrefix(body, "> ")
		if has {
			want = shape
		} else {
			body = ""
		}
		r := send(t, o, requestWith(o, method, fillIn(o, target), body)).wantCode(int(status[0]-'0')*100 + int(status[1]-'0')*10 + int(status[2]-'0'))
		compareLines(t, head, withoutProfile(outline(t, r.body)), strings.Split(want, "\n"))
	}
}

// compareLines wants the lines in their order, but for the optional ones.
func compareLines(t *testing.T, head string, got, want []string) {
	t.Helper()
	for _, line := range want {
		line, optional := strings.CutSuffix(line, " ?")
		switch {
		case len(got) > 0 && got[0] == line:
			got = got[1:]
		case !optional:
			t.Errorf("%s: want %q, got %q", head, line, got)
			return
		}
	}
	if len(got) > 0 {
		t.Errorf("%s: too much: %q", head, got)
	}
}

func fillIn(o *Org, target string) string {
	before, rest, ok := strings.Cut(target, "{")
	if !ok {
		return target
	}
	name, after, _ := strings.Cut(rest, "}")
	after = fillIn(o, after)
	limited, isLimited := strings.CutPrefix(name, "LIMITED:")
	switch {
	case slices.Contains(statuses(), name):
		return before + o.FirstWith(name).ID + after
	case isLimited:
		return before + o.LimitedAdmin(limited).ID + after
	case name == "HEAVY":
		return before + o.Heavy().ID + after
	case name == "CLIENT":
		return before + o.ClientsOf(o.Heavy().ID)[0] + after
	case name == "APP":
		return before + o.AppID("Salesforce") + after
	}
	return before + o.AdminWith(name).ID + after
}

func withoutProfile(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, "profile.") })
}
