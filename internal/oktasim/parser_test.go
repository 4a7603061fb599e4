package oktasim

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	is := func(attr, op string, v any) expr { return expr{op: op, attr: attr, value: v} }
	for text, want := range map[string]expr{
		`status eq "ACTIVE"`:               is("status", "eq", "ACTIVE"),
		`  status   EQ "ACTIVE" `:          is("status", "eq", "ACTIVE"),
		`profile.email pr`:                 is("profile.email", "pr", nil),
		`profile.n gt 3`:                   is("profile.n", "gt", 3.0),
		`profile.n le -3.5`:                is("profile.n", "le", -3.5),
		`profile.b eq TRUE`:                is("profile.b", "eq", true),
		`profile.s eq ""`:                  is("profile.s", "eq", ""),
		`profile.s eq "a \"b\" \\ (c) or"`: is("profile.s", "eq", `a "b" \ (c) or`),
		`(id pr)`:                          is("id", "pr", nil),
		`id pr and status pr or created pr`: {op: "or", kids: []expr{
			{op: "and", kids: []expr{is("id", "pr", nil), is("status", "pr", nil)}}, is("created", "pr", nil),
		}},
		`id pr And (status pr OR created pr)`: {op: "and", kids: []expr{
			is("id", "pr", nil), {op: "or", kids: []expr{is("status", "pr", nil), is("created", "pr", nil)}},
		}},
	} {
		got, err := parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                        "expected an attribute, found the end",
		`status`:                  "unsupported operator the end",
		`status ne "ACTIVE"`:      "unsupported operator 'ne'",
		`status ew "E"`:           "unsupported operator 'ew'",
		`status eq`:               "expected a value, found the end",
		`status eq ACTIVE`:        "expected a value, found 'ACTIVE'",
		`status eq "ACTIVE`:       "a string does not end",
		`status eq "a\n"`:         "unknown escape in a string",
		`status eq "a" status eq`: "unexpected 'status'",
		`status eq "a" and`:       "expected an attribute, found the end",
		`(status pr`:              "expected ')', found the end",
		`status pr)`:              "unexpected ')'",
		`()`:                      "expected an attribute, found ')'",
		`not (status pr)`:         "unsupported operator '('",
		`"status" eq "a"`:         "expected an attribute, found a value",
		`profile. eq "a"`:         "'profile.' is no attribute",
		`profile.näme eq "a"`:     "'profile.näme' is no attribute",
		`profile.n eq 1e9`:        "expected a value, found '1e9'",
		strings.Repeat(`(`, 60):   "too many parentheses",
		strings.Repeat(`id pr or `, 101) + `id pr`: "too many comparisons",
	} {
		if _, err := parse(text); err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
}

// Depth is what is limited, not the number of parentheses.
func TestManyParenthesesSideBySide(t *testing.T) {
	text := strings.Repeat("(id pr) and ", deepest+5) + "(id pr)"
	if e, err := parse(text); err != nil || len(e.kids) != deepest+6 {
		t.Errorf("%v", err)
	}
}

// drawExpr draws a tree that parse can produce.
func drawExpr(t *rapid.T, depth int) expr {
	if depth > 0 && rapid.Bool().Draw(t, "nested") {
		op := rapid.SampledFrom([]string{opAnd, opOr}).Draw(t, "op")
		kids := make([]expr, rapid.IntRange(2, 3).Draw(t, "kids"))
		for i := range kids {
			kids[i] = drawExpr(t, depth-1)
		}
		return expr{op: op, kids: kids}
	}
	attr := rapid.StringMatching(`[a-z][A-Za-z0-9_]{0,5}(\.[a-z][A-Za-z0-9_]{0,5})?`).Draw(t, "attr")
	op := rapid.SampledFrom([]string{"eq", "sw", "co", "pr", "gt", "ge", "lt", "le"}).Draw(t, "op")
	if op == opPr {
		return expr{op: op, attr: attr}
	}
	value := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return strings.ToValidUTF8(s, "?") }),
		rapid.Map(rapid.IntRange(-1e6, 1e6), func(n int) any { return float64(n) / 4 }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	).Draw(t, "value")
	return expr{op: op, attr: attr, value: value}
}

func TestPrintedExpressionsParseBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawExpr(t, 3)
		got, err := parse(want.String())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: %v, %v", want, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`status eq "ACTIVE"`, `(profile.a co "x" or profile.b pr) and created gt "2020-01-01T00:00:00.000Z"`,
		`profile.n ge -1.5`, `a eq "\"\\"`, `((`, `a eq "`, "a\teq\n\"\x00\"", `profile.x sw "é"`,
	} {
		f.Add(s)
	}
	o := New(Options{People: 50, Start: begin()})
	p := o.people[0]
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parse(s)
		if err != nil {
			return
		}
		again, err := parse(e.String())
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%q prints as %q, which is %v, %v", s, e, again, err)
		}
		for _, d := range []dialect{o.searching(), filtering()} {
			if m, err := o.compile(e, d); err == nil {
				m(p)
			}
		}
	})
}
