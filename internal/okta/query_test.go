package okta

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// val is a Value that the test knows to be good.
func val(t testing.TB, s string) Value {
	t.Helper()
	v, err := ParseValue(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestExpr(t *testing.T) {
	a, b := Eq(AttrFirstName, val(t, "Ann")), StartsWith(AttrLastName, val(t, "Vo"))
	for want, e := range map[string]Expr{
		``:                               And(Expr{}, Or()),
		`profile.firstName eq "Ann"`:     And(a, Expr{}),
		`profile.lastName sw "Vo"`:       Or(Expr{}, b),
		`status eq "LOCKED_OUT"`:         Eq(AttrStatus, val(t, string(LockedOut))),
		`profile.login eq "a\"b\\c d'e"`: Eq(AttrLogin, val(t, `a"b\c d'e`)),
		`profile.firstName eq "Ann" and profile.lastName sw "Vo"`:                                                               And(a, b),
		`profile.firstName eq "Ann" or profile.lastName sw "Vo"`:                                                                Or(a, b),
		`(profile.firstName eq "Ann" or profile.lastName sw "Vo") and profile.firstName eq "Ann"`:                               And(Or(a, b), a),
		`profile.firstName eq "Ann" or profile.firstName eq "Ann" and profile.lastName sw "Vo"`:                                 Or(a, And(a, b)),
		`(profile.firstName eq "Ann" or profile.lastName sw "Vo") and (profile.lastName sw "Vo" or profile.firstName eq "Ann")`: And(Or(a, b), Or(b, a)),
		`profile.firstName eq "Ann" and profile.lastName sw "Vo" and profile.firstName eq "Ann"`:                                And(And(a, b), a),
	} {
		if e.String() != want || e.IsZero() != (want == "") {
			t.Errorf("%s\n%s", e, want)
		}
	}
}

// TestBadExpr: a mistake in an expression refuses the whole list; it never
// turns into a list of more people.
func TestBadExpr(t *testing.T) {
	good := Eq(AttrLogin, val(t, "x"))
	var got []seen
	cl := client(t, record(&got, says(200, `[]`)))
	for name, q := range map[string]UserQuery{
		"no value":      {Search: Eq(AttrLogin, Value{})},
		"no attribute":  {Search: Eq("", val(t, "x"))},
		"two in one":    {Search: Eq(`id eq "1" or status`, val(t, "x"))},
		"inside and":    {Search: And(good, Eq(AttrLogin, Value{}))},
		"inside or":     {Filter: Or(good, And(Eq("a b", val(t, "x"))))},
		"bad order":     {SortBy: "id desc"},
		"limit":         {Limit: 201},
		"negative":      {Limit: -1},
		"line break":    {Q: "a\nb"},
		"four bytes":    {Q: "🙂"},
		"101 of them":   {Q: strings.Repeat("ü", 101)},
		"not UTF-8":     {Q: "\xff"},
		"escape":        {Q: "\x1b[31m"},
		"not one value": {Q: "\u0085"},
	} {
		_, err := cl.Users.List(t.Context(), q)
		if e, ok := asError(err); !ok || e.Op != "ListUsers" || !isErr(err, ErrBadQuery) {
			t.Errorf("%s: %v", name, err)
		}
		for _, err := range cl.Users.All(t.Context(), q) {
			if !isErr(err, ErrBadQuery) {
				t.Errorf("%s: all: %v", name, err)
			}
		}
	}
	if len(got) > 0 {
		t.Errorf("sent %+v", got)
	}
}

// reading is a second, independent reading of Okta's grammar, as far as the
// client writes it: it splits an expression at its operators and undoes quotes.
type reading struct{ values, rest []string }

func read(t rapid.TB, s string) reading {
	t.Helper()
	var r reading
	for {
		before, after, ok := strings.Cut(s, `"`)
		r.rest = append(r.rest, before)
		if !ok {
			return r
		}
		var value strings.Builder
		i := 0
		for ; i < len(after) && after[i] != '"'; i++ {
			if after[i] == '\\' {
				i++
			}
			if i < len(after) {
				value.WriteByte(after[i])
			}
		}
		if i >= len(after) {
			t.Fatalf("a quote is never closed: %s", s)
		}
		r.values, s = append(r.values, value.String()), after[i+1:]
	}
}

func TestExprKeepsValuesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`"\ ab()üeqor,%&'=`)), 1, 100, -1)
		texts := rapid.SliceOfN(text, 1, 5).Draw(t, "texts")
		exprs := make([]Expr, len(texts))
		var names []string
		for i, s := range texts {
			v, err := ParseValue(s)
			if err != nil {
				t.Fatal(err)
			}
			exprs[i] = Eq(AttrLogin, v)
			names = append(names, "profile.login eq ")
		}
		r := read(t, And(exprs...).String())
		if strings.Join(r.values, "\x00") != strings.Join(texts, "\x00") {
			t.Fatalf("%q became %q", texts, r.values)
		}
		if got := strings.Join(r.rest, ""); got != strings.Join(names, " and ") {
			t.Fatalf("outside the quotes: %q", got)
		}
	})
}

func FuzzExpr(f *testing.F) {
	for _, s := range []string{"Ann", `"`, `\`, `\"`, `" or status eq "ACTIVE`, `a\\`, "Vở", "\u2028", "('", "\x00", "🙂", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseValue(s)
		if err != nil {
			if s != "" && len(s) <= maxValue && allOf(s, visible) {
				t.Errorf("refused %q", s)
			}
			return
		}
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x00") {
			t.Errorf("took %q", s)
		}
		r := read(t, StartsWith(AttrEmail, v).String())
		if len(r.values) != 1 || r.values[0] != s || r.rest[0] != "profile.email sw " || r.rest[1] != "" {
			t.Errorf("%q became %+v", s, r)
		}
	})
}
