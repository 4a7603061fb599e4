package views

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources reads the files that match; there are always some.
func sources(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(names), err)
	}
	out := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

func forbid(t *testing.T, files map[string]string, banned map[string]string) {
	t.Helper()
	for why, pattern := range banned {
		re := regexp.MustCompile(pattern)
		for name, text := range files {
			if found := re.FindString(text); found != "" {
				t.Errorf("%s: %q (%s)", name, found, why)
			}
		}
	}
}

// What would let text become markup, code or an address is not written at all.
func TestBannedInTemplates(t *testing.T) {
	t.Parallel()
	forbid(t, sources(t, "*.templ"), map[string]string{
		"raw markup":             `templ\.Raw|templ\.JS|JSExpression|JSUnsafeFuncCall|@templ\.`,
		"an address unchecked":   `SafeURL|formaction|srcdoc`,
		"spread attributes":      `<[^>]*\{\s*\w+\.\.\.\s*\}[^>]*>`,
		"an inline script":       `(?s)<script[^>]*>[^<]`,
		"a handler attribute":    `\s(on[a-z]+|hx-on[:a-z-]*)\s*=`,
		"an evaluated value":     `js:|javascript:|hx-vals|hx-trigger="[^"]*\[`,
		"an inline style":        `<style|\sstyle\s*=|templ\.CSS|\bcss\s+\w+\(`,
		"a request elsewhere":    `\shx-(get|post)=\{\s*([a-oq-z]|p[^a])`,
		"another kind of change": `\shx-(put|patch|delete)`,
		"a form elsewhere":       `\saction=\{\s*[^A-Z\s]`,
	})
}

// Every href is the answer of a function of paths.go or static, or a local that
// was assigned from one.
func TestAddressesComeFromPaths(t *testing.T) {
	t.Parallel()
	made := regexp.MustCompile(`^(static\.Href\(|[A-Z][A-Za-z]+(URL|Path)\(|CounterPath\(|pagePath\(|[A-Z][A-Za-z]+Path$|(url|href|endSession)$)`)
	href := regexp.MustCompile(`\s(?:href|src|action|hx-get|hx-post)=\{\s*(.*?)\s*\}(?:\s|>|/)`)
	url := regexp.MustCompile(`url := (\S+)`)
	for name, text := range sources(t, "*.templ") {
		for _, m := range href.FindAllStringSubmatch(text, -1) {
			if !made.MatchString(m[1]) {
				t.Errorf("%s: an address is made of %s", name, m[1])
			}
		}
		for _, m := range url.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "l.TicketURL(") && !strings.HasPrefix(m[1], "f.Links.OktaURL(") && !strings.HasPrefix(m[1], "telURL(") {
				t.Errorf("%s: url is %s", name, m[1])
			}
		}
	}
}

func TestBannedInGeneratedCode(t *testing.T) {
	t.Parallel()
	forbid(t, sources(t, "*_templ.go"), map[string]string{
		"raw markup":           `templ\.Raw\(|templ\.JS|ScriptContent`,
		"an address unchecked": `templ\.SafeURL\(`,
		"spread attributes":    `RenderAttributes`,
		"an inline style":      `SanitizeStyle|SanitizeCSS|ComponentCSSClass|ConstantCSSClass`,
	})
}

// Version 4 of htmx is not version 2: these would be ignored in silence.
func TestNothingOfOlderHtmx(t *testing.T) {
	t.Parallel()
	files := sources(t, "*.templ")
	for name, text := range sources(t, "../static/app.js") {
		files[name] = text
	}
	forbid(t, files, map[string]string{
		"extensions by attribute":   `hx-ext\b|hx-sse=|sse-swap|sse-connect|hx-ws\b|ws-connect`,
		"renamed attributes":        `hx-disabled-elt|hx-disinherit|hx-vars|hx-params|hx-prompt|hx-history\b|hx-request\b`,
		"events in camel case":      `htmx:[a-z]+[A-Z]`,
		"the old prefix":            `data-hx-`,
		"settings that are gone":    `allowEval|selfRequestsOnly|historyCacheSize|includeIndicatorStyles|responseHandling`,
		"inheritance without a say": `<(body|main|section|div)[^>]*\shx-(target|swap|headers|include|indicator)=`,
	})
}

// The help on keys and the script that listens to them say the same.
func TestKeys(t *testing.T) {
	t.Parallel()
	script := sources(t, "../static/app.js")["../static/app.js"] + sources(t, "../static/review.js")["../static/review.js"]
	listens := map[string]string{"/": `"/": `, "?": `"?": `, "↓": "ArrowDown", "↑": "ArrowUp", "Enter": `"Enter"`, "1": `[1-6]`, "6": `[1-6]`, "g": `"g"`, "v": `v: visit("reviews")`, "k": `k: verdict("keep")`, "s": `s: verdict("skip")`, "e": `e: evidence`, "h": `h: visit("home")`, "u": `u: visit("users")`, "r": `r: visit("roles")`, "a": `a: visit("audit")`}
	if n := len(tabList()); n != 6 {
		t.Errorf("the digits 1 to 6 lead to %d pages", n)
	}
	for _, k := range keyList() {
		for _, name := range k.Keys {
			if name == "Esc" {
				continue // the browser's own
			}
			if needle, ok := listens[name]; !ok || !strings.Contains(script, needle) {
				t.Errorf("nothing listens to %s", name)
			}
		}
	}
}

// An icon that does not exist would be drawn as a square.
func TestIcons(t *testing.T) {
	t.Parallel()
	drawn := sources(t, "icons.templ")["icons.templ"]
	asked := regexp.MustCompile(`@Icon\("([a-z-]+)"\)`)
	for name, text := range sources(t, "*.templ") {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(drawn, `case "`+m[1]+`":`) {
				t.Errorf("%s: no icon %q", name, m[1])
			}
		}
	}
	for name, page := range (fixture{plain}).pages() {
		if strings.Contains(source(t, page), `<rect x="4" y="4" width="16" height="16"></rect></svg>`) {
			t.Errorf("%s: an icon is missing", name)
		}
	}
}
