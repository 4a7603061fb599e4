package okta

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrBadQuery says that a query was refused before it was sent.
var ErrBadQuery = errors.New("okta: bad query")

// UserQuery says which people to list. Okta gives 200 a page, with Q 10. Lists
// without Search or Filter leave out deprovisioned people. Search lags behind
// changes, mostly by less than a second; reading by id does not.
type UserQuery struct {
	Q          string // beginning of a first name, last name or e-mail; gives one page
	Search     Expr   // any attribute; not sensitive to case, but to accents
	Filter     Expr   // Eq on status, id, login, e-mail or names; sensitive to case; not with Q
	Limit      int    // 1 to 200; 0 is Okta's default
	After      Cursor // from the page before, with the rest of the query unchanged
	SortBy     Attr   // only with Search
	Descending bool   // only with SortBy
}

const maxLimit = 200

// values is the query as it is sent, without After.
func (q UserQuery) values() (url.Values, error) {
	v := url.Values{}
	if q.Q != "" {
		text, err := ParseValue(q.Q)
		if err != nil {
			return nil, err
		}
		v.Set("q", text.text)
	}
	for name, e := range map[string]Expr{"search": q.Search, "filter": q.Filter} {
		if e.err != nil {
			return nil, e.err
		}
		if !e.IsZero() {
			v.Set(name, e.text)
		}
	}
	return v, q.shape(v)
}

// shape adds how many and in which order.
func (q UserQuery) shape(v url.Values) error {
	if q.Limit < 0 || q.Limit > maxLimit || q.SortBy != "" && !q.SortBy.valid() {
		return fmt.Errorf("%w: limit or order", ErrBadQuery)
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.SortBy == "" {
		return nil
	}
	v.Set("sortBy", string(q.SortBy))
	v.Set("sortOrder", "asc")
	if q.Descending {
		v.Set("sortOrder", "desc")
	}
	return nil
}

// Attr is the name of an attribute, in Okta's case.
type Attr string

// The attributes that people are looked for by.
const (
	AttrID         Attr = "id"
	AttrStatus     Attr = "status"
	AttrLogin      Attr = "profile.login"
	AttrEmail      Attr = "profile.email"
	AttrFirstName  Attr = "profile.firstName"
	AttrLastName   Attr = "profile.lastName"
	AttrDepartment Attr = "profile.department"
)

func (a Attr) valid() bool {
	return a != "" && alphanumeric(a[0]) && allOf(string(a), func(c byte) bool {
		return alphanumeric(c) || c == '.' || c == '_'
	})
}

// Value is a text that can stand in a search expression.
type Value struct{ text string }

const maxValue = 100

// ParseValue takes what somebody typed. It refuses, with ErrBadQuery, nothing
// at all, more than 100 characters, control characters, and what Okta does not
// support: characters of four bytes.
func ParseValue(s string) (Value, error) {
	bad := strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r > 0xFFFF })
	if s == "" || bad || !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxValue {
		return Value{}, fmt.Errorf("%w: a text that cannot be looked for", ErrBadQuery)
	}
	return Value{s}, nil
}

// String returns the text as it was typed.
func (v Value) String() string { return v.text }

// Expr is a search expression. Only the functions here make one, so what a user
// typed stays inside its quotes. The zero value asks for nothing.
type Expr struct {
	text string
	or   bool // its outermost operator is or
	err  error
}

// Eq asks for people whose attribute is v, or for a list has v.
func Eq(a Attr, v Value) Expr { return compare(a, "eq", v) }

// StartsWith asks for people whose attribute begins with v.
func StartsWith(a Attr, v Value) Expr { return compare(a, "sw", v) }

// And asks for what every one of exprs asks for. Zero ones are left out.
func And(exprs ...Expr) Expr { return join("and", exprs) }

// Or asks for what any one of exprs asks for. Zero ones are left out.
func Or(exprs ...Expr) Expr { return join("or", exprs) }

// IsZero reports whether e asks for nothing.
func (e Expr) IsZero() bool { return e.text == "" && e.err == nil }

// String returns the expression in Okta's grammar.
func (e Expr) String() string { return e.text }

// compare makes an expression that carries its own error, so that a mistake
// never turns into a wider search: the call that gets it is refused.
func compare(a Attr, operator string, v Value) Expr {
	if !a.valid() || v.text == "" {
		return Expr{err: fmt.Errorf("%w: comparison without attribute or value", ErrBadQuery)}
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v.text)
	return Expr{text: string(a) + " " + operator + ` "` + quoted + `"`}
}

func join(operator string, exprs []Expr) Expr {
	var kept []Expr
	for _, e := range exprs {
		if e.err != nil {
			return Expr{err: e.err}
		}
		if !e.IsZero() {
			kept = append(kept, e)
		}
	}
	if len(kept) == 1 {
		return kept[0]
	}
	texts := make([]string, len(kept))
	for i, e := range kept {
		texts[i] = e.text
		if e.or && operator == "and" { // and binds more tightly
			texts[i] = "(" + e.text + ")"
		}
	}
	return Expr{text: strings.Join(texts, " "+operator+" "), or: operator == "or" && len(kept) > 1}
}
