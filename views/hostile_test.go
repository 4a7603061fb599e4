package views

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// payloads are texts that become markup, code or an address wherever somebody
// forgot what text is.
func payloads() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`' autofocus onfocus='alert(1)`,
		`</title></textarea><svg/onload=alert(1)>`,
		`javascript:alert(1)`,
		`&lt;b&gt; &amp;amp; &#60;i&#62;`,
		`<!--`, `]]>`, `--><b>`,
		`${alert(1)} {{alert(1)}} {% x %}`,
		`<hx-partial hx-target="body"><b>x</b></hx-partial>`,
		`x" hx-on:click="alert(1)`,
		`//evil.example/x@y.example`, `\\evil.example`,
		"line\nbreak\ttab\u2028\u202eright to left",
	}
}

// Whatever the texts are, the elements and attributes stay the same, and every
// text can be read as it is.
func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, payload := range payloads() {
		t.Run(payload, func(t *testing.T) {
			t.Parallel()
			checkHostile(t, payload)
		})
	}
}

func checkHostile(t *testing.T, payload string) {
	bad := fixture{func(string) string { return payload }}
	good := fixture{func(string) string { return "x" }}
	for name, page := range everything(bad) {
		got, want := parse(t, page), parse(t, everything(good)[name])
		if g, w := skeleton(got), skeleton(want); !slices.Equal(g, w) {
			t.Errorf("%s: the text made other elements", name)
		}
		if n := strings.Count(readable(got), payload); n < strings.Count(readable(want), "x")/50 || n == 0 && name != "audit, nothing" {
			t.Errorf("%s: the text cannot be read", name)
		}
		checkPolicy(t, got)
		if !strings.HasPrefix(name, "part ") {
			checkAddresses(t, got)
		}
	}
}

func everything(x fixture) map[string]templ.Component {
	all := x.pages()
	for name, part := range x.parts() {
		all["part "+name] = part
	}
	return all
}

// skeleton is the page without its texts: elements, and the names of their
// attributes.
func skeleton(root *html.Node) []string {
	var out []string
	for _, n := range all(root, func(*html.Node) bool { return true }) {
		line := n.Data
		for _, a := range n.Attr {
			line += " " + a.Key
		}
		out = append(out, line)
	}
	return out
}

// readable is every text and attribute of the page.
func readable(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for _, a := range n.Attr {
			b.WriteString(a.Val + "\n")
		}
	}
	return b.String()
}

func FuzzText(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p)
	}
	texts := []string{"person", "users", "audit", "access", "links, searched", "sign-ins", "client", "grant", "token"} // these show every kind of text
	want := map[string][]string{}
	for _, name := range texts {
		want[name] = skeleton(parse(f, fixture{func(string) string { return "x" }}.pages()[name]))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") {
			return // parsers replace these
		}
		s = "x" + s + "x" // so that no text counts as an empty one
		pages := fixture{func(string) string { return s }}.pages()
		for _, name := range texts {
			if !slices.Equal(skeleton(parse(t, pages[name])), want[name]) {
				t.Errorf("%s: the text made other elements", name)
			}
		}
	})
}

// The secret is shown where it is meant to be, once, and nowhere else: not spelled
// in one piece, and not beside the button that would show it.
func TestSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	const secret = "s3cret-w0rd"
	card := x.parts()["once"]
	if n := strings.Count(source(t, card), secret); n != 1 {
		t.Errorf("the secret stands %d times in its place", n)
	}
	place := one(t, parse(t, card), byID("once"))
	if words(place) != secret || !strings.Contains(words(place.Parent), "Shown once. It is not kept anywhere.") {
		t.Errorf("around the secret stands %q", words(place.Parent))
	}
	one(t, parse(t, card), func(n *html.Node) bool { return attr(n, "data-copy") == "once" })
	ask := one(t, parse(t, x.pages()["person"]), byID("shown-once"))
	if attr(ask, "method") != "post" || attr(ask, "action") != OncePath {
		t.Error("the button does not post")
	}
	for _, handle := range []string{"toast", "problem", "once"} {
		if strings.Contains(source(t, x.parts()[handle]), "handle") {
			t.Errorf("%s holds the handle", handle)
		}
	}
}

func TestAloud(t *testing.T) {
	t.Parallel()
	var said []string
	for _, s := range Aloud("Ab0-é") {
		said = append(said, s.Sign+" "+s.Word)
	}
	want := []string{"A capital Alfa", "b small bravo", "0 zero", "- dash", "é sign"}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	for r := rune(33); r < 127; r++ {
		if w := word(r); w == "sign" || w == "" {
			t.Errorf("%q has no name", r)
		}
	}
	seen := map[string]bool{}
	for r := rune(32); r < 127; r++ {
		if seen[word(r)] {
			t.Errorf("%q is called like another", r)
		}
		seen[word(r)] = true
	}
}
