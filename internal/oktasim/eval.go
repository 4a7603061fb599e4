package oktasim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A match is a compiled expression.
type match func(*person) bool

// A dialect is what search and filter do not share.
type dialect struct {
	fold  bool // values are compared without regard to case
	allow func(attr, op string) error
}

// searching knows every property of a person's profile and is case insensitive.
func (o *Org) searching() dialect {
	return dialect{fold: true, allow: func(attr, op string) error {
		name, inProfile := strings.CutPrefix(attr, "profile.")
		switch {
		case inProfile && !o.schema.has(name):
			return fmt.Errorf("unknown attribute '%s'", attr)
		case !inProfile && !slices.Contains([]string{"id", "status", "created", "activated", "statusChanged", "lastUpdated", "type.id"}, attr):
			return fmt.Errorf("unknown attribute '%s'", attr)
		case op == "co" && !slices.Contains([]string{"profile.firstName", "profile.lastName", "profile.email", "profile.login"}, attr):
			return fmt.Errorf("operator 'co' is not supported for '%s'", attr)
		}
		return nil
	}}
}

// filtering knows a few attributes, equality, and case.
func filtering() dialect {
	return dialect{allow: func(attr, op string) error {
		equal := []string{"id", "status", "profile.login", "profile.email", "profile.firstName", "profile.lastName"}
		switch {
		case attr == "lastUpdated" && slices.Contains([]string{"eq", "gt", "ge", "lt", "le"}, op):
			return nil
		case attr == "lastUpdated" || slices.Contains(equal, attr) && op != "eq":
			return fmt.Errorf("operator '%s' is not supported for '%s'", op, attr)
		case !slices.Contains(equal, attr):
			return fmt.Errorf("unknown attribute '%s'", attr)
		}
		return nil
	}}
}

// compile turns an expression into a function, once for a whole scan.
func (o *Org) compile(e expr, d dialect) (match, error) {
	if e.op != opAnd && e.op != opOr {
		return o.compileComparison(e, d)
	}
	kids := make([]match, len(e.kids))
	for i, k := range e.kids {
		m, err := o.compile(k, d)
		if err != nil {
			return nil, err
		}
		kids[i] = m
	}
	all := e.op == opAnd
	return func(p *person) bool {
		for _, m := range kids {
			if m(p) != all {
				return !all
			}
		}
		return all
	}, nil
}

func (o *Org) compileComparison(e expr, d dialect) (match, error) {
	if err := d.allow(e.attr, e.op); err != nil {
		return nil, err
	}
	if id, text := e.value.(string); text && e.attr == "id" && e.op == "eq" {
		return func(p *person) bool { return sameID(p.id, id, d.fold) }, nil
	}
	get := o.getter(e.attr)
	if e.op == opPr {
		return func(p *person) bool { return present(get(p)) }, nil
	}
	test, err := tester(e, d.fold)
	if err != nil {
		return nil, err
	}
	return func(p *person) bool {
		v := get(p)
		if list, ok := v.([]any); ok {
			return slices.ContainsFunc(list, test) // an array matches by any element
		}
		return test(v)
	}, nil
}

// sameID compares ids as texts are compared, quickly: a search by many ids looks at
// everybody for each. They differ near their ends.
func sameID(a, b string, fold bool) bool {
	if !fold || len(a) != len(b) {
		return a == b
	}
	for i := len(a) - 1; i >= 0; i-- {
		if a[i] != b[i] && (a[i]|0x20 != b[i]|0x20 || a[i]|0x20 < 'a' || a[i]|0x20 > 'z') {
			return false
		}
	}
	return true
}

// present: an empty string and an empty list are values, a null date is none.
func present(v any) bool {
	if t, ok := v.(time.Time); ok {
		return !t.IsZero()
	}
	return v != nil
}

// getter resolves an attribute once, so that a scan over many people does not.
func (o *Org) getter(attr string) func(*person) any {
	switch attr {
	case "id":
		return func(p *person) any { return p.id }
	case "status":
		return func(p *person) any { return p.status }
	case "type.id":
		return func(*person) any { return o.typeID }
	case "created":
		return func(p *person) any { return p.created }
	case "activated":
		return func(p *person) any { return p.activated }
	case "statusChanged":
		return func(p *person) any { return p.statusChanged }
	case "lastUpdated":
		return func(p *person) any { return p.lastUpdated }
	}
	name := strings.TrimPrefix(attr, "profile.")
	return func(p *person) any { return p.profile.get(name) }
}

// tester compiles the right side of a comparison: a predicate over one value.
func tester(e expr, fold bool) (func(any) bool, error) {
	switch want := e.value.(type) {
	case bool:
		if e.op != "eq" {
			return nil, fmt.Errorf("operator '%s' is not supported for a boolean", e.op)
		}
		return func(v any) bool { return v == any(want) }, nil
	case float64:
		return numberTester(e.op, want)
	}
	want, _ := e.value.(string)
	if isTime(e.attr) {
		return timeTester(e.op, want)
	}
	return textTester(e.op, want, fold), nil
}

func isTime(attr string) bool {
	return slices.Contains([]string{"created", "activated", "statusChanged", "lastUpdated"}, attr)
}

// ordered reads the sign of a comparison as the operator wants it.
func ordered(op string, sign int) bool {
	switch op {
	case "eq":
		return sign == 0
	case "gt":
		return sign > 0
	case "ge":
		return sign >= 0
	case "lt":
		return sign < 0
	}
	return sign <= 0
}

func numberTester(op string, want float64) (func(any) bool, error) {
	if op == "sw" || op == "co" {
		return nil, fmt.Errorf("operator '%s' is not supported for a number", op)
	}
	return func(v any) bool {
		n, ok := v.(float64)
		return ok && ordered(op, cmp.Compare(n, want))
	}, nil
}

// timeTester compares whole seconds: answers show no others, so what a caller
// read must be equal to what it asks for.
func timeTester(op, want string) (func(any) bool, error) {
	t, err := time.Parse(time.RFC3339, want)
	if err != nil {
		return nil, fmt.Errorf("'%s' is no date", want)
	}
	if op == "sw" || op == "co" {
		return nil, fmt.Errorf("operator '%s' is not supported for a date", op)
	}
	return func(v any) bool {
		is, ok := v.(time.Time)
		return ok && !is.IsZero() && ordered(op, is.Truncate(time.Second).Compare(t))
	}, nil
}

// textTester folds case letter by letter and nothing else: é is not e, which is
// what makes people with accents hard to find in Okta.
func textTester(op, want string, fold bool) func(any) bool {
	same := func(a, b string) bool { return a == b }
	lower := func(s string) string { return s }
	if fold {
		same, lower = strings.EqualFold, strings.ToLower
	}
	runes, low := utf8.RuneCountInString(want), lower(want)
	return func(v any) bool {
		s, ok := v.(string)
		if !ok {
			return false
		}
		switch op {
		case "eq":
			return same(s, want)
		case "sw":
			return same(firstRunes(s, runes), want)
		case "co":
			return strings.Contains(lower(s), low)
		}
		return ordered(op, strings.Compare(lower(s), low))
	}
}

// firstRunes cuts by letters, not bytes: folding may change how many bytes a
// letter takes.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
