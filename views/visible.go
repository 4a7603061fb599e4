package views

import (
	"fmt"
	"strings"
	"unicode"
)

// visible writes out what would hide, turn around or break a line of the record: an
// auditor sees that it is there. Joiners stay; scripts and emoji need them.
func visible(s string) string {
	odd := func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) && r != '\u200c' && r != '\u200d'
	}
	if !strings.ContainsFunc(s, odd) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if odd(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
