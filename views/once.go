package views

import (
	"strings"
	"unicode"
)

// Spoken is one sign of a password and how it is said on the telephone.
type Spoken struct{ Sign, Word string }

// alphabet is the spelling alphabet of ICAO and ITU, a word for each letter.
const alphabet = `Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar
	Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu`

const numerals = "zero one two three four five six seven eight nine"

// Aloud spells s, so that it can be read out: capitals are called capitals.
func Aloud(s string) []Spoken {
	var out []Spoken
	for _, r := range s {
		out = append(out, Spoken{string(r), word(r)})
	}
	return out
}

func word(r rune) string {
	letters, digits := strings.Fields(alphabet), strings.Fields(numerals)
	switch {
	case 'A' <= r && r <= 'Z':
		return "capital " + letters[r-'A']
	case 'a' <= r && r <= 'z':
		return "small " + strings.ToLower(letters[r-'a'])
	case '0' <= r && r <= '9':
		return digits[r-'0']
	}
	if name := nameOf(r); name != "" {
		return name
	}
	if unicode.IsUpper(r) {
		return "capital letter"
	}
	return "sign"
}

// nameOf is the name of a sign on the keyboard, or "".
func nameOf(r rune) string {
	names := map[rune]string{
		'-': "dash", '_': "underscore", '.': "dot", ',': "comma", ':': "colon", ';': "semicolon", '!': "exclamation mark", '?': "question mark", '@': "at sign", '#': "hash", '$': "dollar",
		'%': "percent", '^': "caret", '&': "ampersand", '*': "star", '(': "open bracket", ')': "close bracket", '[': "open square bracket", ']': "close square bracket", '{': "open brace",
		'}': "close brace", '+': "plus", '=': "equals", '/': "slash", '\\': "backslash", '|': "bar", '<': "less than", '>': "greater than", '~': "tilde", '"': "double quote", '\'': "apostrophe",
		'`': "backtick", ' ': "space",
	}
	return names[r]
}

// isPassword tells what is read out from what is only ever copied.
func isPassword(what string) bool { return strings.HasSuffix(what, "password") }
