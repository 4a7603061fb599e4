package oktasim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An expr is a parsed expression of search or filter: either a comparison, or
// "and" or "or" over at least two others.
type expr struct {
	op    string // lower case: and, or, eq, sw, co, pr, gt, ge, lt, le
	attr  string // of a comparison
	value any    // of a comparison: string, float64 or bool; nil with pr
	kids  []expr // of and, or
}

const (
	opAnd = "and"
	opOr  = "or"
	opPr  = "pr"

	deepest = 50  // parentheses
	longest = 100 // comparisons
)

// parse reads the grammar that both search and filter share:
//
//	or         = and { "or" and }
//	and        = term { "and" term }
//	term       = "(" or ")" | comparison
//	comparison = attribute "pr" | attribute operator value
//	value      = string | number | "true" | "false"
//
// Operators are known in any case, attributes only in their own. Which
// operator fits which attribute is decided later, in compile.
func parse(s string) (expr, error) {
	p := &parser{lex: lexer{s}}
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	e, err := p.list(opOr)
	if err == nil && p.tok.kind != tokenEnd {
		err = fmt.Errorf("unexpected %v", p.tok)
	}
	return e, err
}

type parser struct {
	lex   lexer
	tok   token
	depth int
	count int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

// list reads one level of precedence: "or" over "and" over terms.
func (p *parser) list(op string) (expr, error) {
	item := p.term
	if op == opOr {
		item = func() (expr, error) { return p.list(opAnd) }
	}
	first, err := item()
	kids := []expr{first}
	for err == nil && p.tok.kind == tokenWord && strings.EqualFold(p.tok.text, op) {
		var next expr
		if err = p.advance(); err == nil {
			next, err = item()
			kids = append(kids, next)
		}
	}
	if len(kids) == 1 {
		return first, err
	}
	return expr{op: op, kids: kids}, err
}

func (p *parser) term() (expr, error) {
	switch p.tok.kind {
	case tokenOpen:
		return p.nested()
	case tokenWord:
		return p.comparison()
	}
	return expr{}, fmt.Errorf("expected an attribute, found %v", p.tok)
}

func (p *parser) nested() (expr, error) {
	if p.depth++; p.depth > deepest {
		return expr{}, fmt.Errorf("too many parentheses")
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	e, err := p.list(opOr)
	if err != nil {
		return expr{}, err
	}
	if p.tok.kind != tokenClose {
		return expr{}, fmt.Errorf("expected ')', found %v", p.tok)
	}
	return e, p.advance()
}

var attribute = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$`)

func (p *parser) comparison() (expr, error) {
	if p.count++; p.count > longest {
		return expr{}, fmt.Errorf("too many comparisons")
	}
	attr := p.tok.text
	if !attribute.MatchString(attr) {
		return expr{}, fmt.Errorf("%v is no attribute", p.tok)
	}
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	op := strings.ToLower(p.tok.text)
	if p.tok.kind != tokenWord || !slices.Contains([]string{"eq", "sw", "co", opPr, "gt", "ge", "lt", "le"}, op) {
		return expr{}, fmt.Errorf("unsupported operator %v", p.tok)
	}
	if err := p.advance(); err != nil || op == opPr {
		return expr{op: op, attr: attr}, err
	}
	value, err := p.tok.value()
	if err != nil {
		return expr{}, err
	}
	return expr{op: op, attr: attr, value: value}, p.advance()
}

func (t token) value() (any, error) {
	if t.kind == tokenString {
		return t.text, nil
	}
	if t.kind == tokenWord {
		switch strings.ToLower(t.text) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		if number.MatchString(t.text) {
			return strconv.ParseFloat(t.text, 64)
		}
	}
	return nil, fmt.Errorf("expected a value, found %v", t)
}

var number = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,9})?$`)

// String writes the expression so that parse reads it back.
func (e expr) String() string {
	switch e.op {
	case opAnd, opOr:
		parts := make([]string, len(e.kids))
		for i, k := range e.kids {
			parts[i] = k.String()
			if len(k.kids) > 0 {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, " "+e.op+" ")
	case opPr:
		return e.attr + " pr"
	}
	if s, ok := e.value.(string); ok {
		return e.attr + " " + e.op + ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return e.attr + " " + e.op + " " + string(encode(nil, e.value))
}
