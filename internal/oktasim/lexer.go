package oktasim

import (
	"fmt"
	"strings"
)

// The words of an expression: what stands between spaces, strings, and the two
// parentheses.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenOpen
	tokenClose
)

type token struct {
	kind tokenKind
	text string // of a string, without quotes and escapes
}

// String is how an error names the token. It leaves values out: they may be
// anything, and the error travels on.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenString:
		return "a value"
	}
	return "'" + t.text + "'"
}

// A lexer hands out the tokens of an expression, one at a time.
type lexer struct{ rest string }

func (l *lexer) next() (token, error) {
	l.rest = strings.TrimLeft(l.rest, " \t\r\n")
	if l.rest == "" {
		return token{}, nil
	}
	switch l.rest[0] {
	case '(':
		return l.take(tokenOpen, 1), nil
	case ')':
		return l.take(tokenClose, 1), nil
	case '"':
		return l.str()
	}
	n := strings.IndexAny(l.rest, " \t\r\n()\"")
	if n < 0 {
		n = len(l.rest)
	}
	return l.take(tokenWord, n), nil
}

func (l *lexer) take(kind tokenKind, n int) token {
	t := token{kind, l.rest[:n]}
	l.rest = l.rest[n:]
	return t
}

// str reads a quoted string; a backslash may stand before a quote or another
// backslash, and before nothing else.
func (l *lexer) str() (token, error) {
	var b strings.Builder
	for i := 1; i < len(l.rest); i++ {
		switch ch := l.rest[i]; ch {
		case '"':
			l.rest = l.rest[i+1:]
			return token{tokenString, b.String()}, nil
		case '\\':
			i++
			if i == len(l.rest) || l.rest[i] != '"' && l.rest[i] != '\\' {
				return token{}, fmt.Errorf("unknown escape in a string")
			}
			b.WriteByte(l.rest[i])
		default:
			b.WriteByte(ch)
		}
	}
	return token{}, fmt.Errorf("a string does not end")
}
