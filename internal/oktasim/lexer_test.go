package oktasim

import (
	"slices"
	"testing"
)

func TestLexer(t *testing.T) {
	word := func(s string) token { return token{tokenWord, s} }
	str := func(s string) token { return token{tokenString, s} }
	open, shut := token{tokenOpen, "("}, token{tokenClose, ")"}
	for text, want := range map[string][]token{
		"":                      nil,
		" \t\r\n":               nil,
		"status":                {word("status")},
		"a  eq\t\"b\"":          {word("a"), word("eq"), str("b")},
		"(a)":                   {open, word("a"), shut},
		"((":                    {open, open},
		`a"b"c`:                 {word("a"), str("b"), word("c")},
		`""`:                    {str("")},
		`"a b (c)"`:             {str("a b (c)")},
		`"\"" "\\"`:             {str(`"`), str(`\`)},
		`"é漢"`:                  {str("é漢")},
		`-1.5 true`:             {word("-1.5"), word("true")},
		"\"line\nbreak\u00a0\"": {str("line\nbreak\u00a0")},
		"a\u00a0b":              {word("a\u00a0b")}, // only plain spaces divide
	} {
		l := lexer{text}
		var got []token
		for {
			tok, err := l.next()
			if err != nil {
				t.Errorf("%q: %v", text, err)
				break
			}
			if tok.kind == tokenEnd {
				break
			}
			got = append(got, tok)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestLexerRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`"`:      "a string does not end",
		`"abc`:   "a string does not end",
		`"\`:     "unknown escape in a string",
		`"\"`:    "a string does not end",
		`"\n"`:   "unknown escape in a string",
		`"\u00"`: "unknown escape in a string",
	} {
		l := lexer{text}
		if tok, err := l.next(); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v", text, tok, err)
		}
	}
}

// An error names a word and never repeats a value: that may be a person's name.
func TestTokensInErrors(t *testing.T) {
	for want, tok := range map[string]token{
		"the end": {},
		"a value": {tokenString, "secret"},
		"'ne'":    {tokenWord, "ne"},
		"'('":     {tokenOpen, "("},
	} {
		if tok.String() != want {
			t.Errorf("%v, want %s", tok, want)
		}
	}
}
