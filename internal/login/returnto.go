package login

import (
	"net/url"
	"strings"
)

const maxReturnTo = 512

// LocalPath reports whether s may be sent to a browser as the place to go next:
// a path of this console, with or without a query, that every browser
// understands as such and that is not part of signing in or out.
func LocalPath(s string) bool {
	if len(s) > maxReturnTo || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e || s[i] == '\\' {
			return false
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	return plainPath(u.Path) && u.Path != "/auth" && !strings.HasPrefix(u.Path, "/auth/")
}

// plainPath looks at the decoded path once more as somebody who decodes again
// or treats a backslash as a slash would see it.
func plainPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.Contains(p, "//") || strings.ContainsAny(p, `\%`) {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." || part == "." {
			return false
		}
	}
	return !strings.ContainsFunc(p, func(r rune) bool { return r < 0x20 || r == 0x7f || r == 0xfffd })
}

func returnTo(s string) string {
	if LocalPath(s) {
		return s
	}
	return "/"
}
