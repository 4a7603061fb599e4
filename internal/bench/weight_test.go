package bench

import (
	"bytes"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/testkit"
)

const (
	firstGoal = 90 << 10
	nextGoal  = 15 << 10
)

// How much goes over the wire, headers included, to a browser that takes gzip:
// on the first visit with everything that a page draws in, later the page alone,
// since the rest is kept for ever.
func BenchmarkWeight(b *testing.B) {
	r := newRig(b, 0)
	r.fill(b, 60)
	agent, auditor := r.Client, r.As("auditor")
	person := "/users/" + r.Org.FirstWith("LOCKED_OUT").ID
	for _, c := range []struct {
		name, path, sentence string
		as                   *testkit.Client // who sees most there
		partial              bool
	}{
		{"home", "/", "home", agent, false},
		{"person", person, "person", agent, false},
		{"search", "/users?q=&status=ACTIVE", "search, 25 rows, page", agent, false},
		{"typing", "/users?q=&status=ACTIVE", "search, 25 rows, while typing", agent, true},
		{"record", "/audit", "the record, 50 acts", auditor, false},
	} {
		c.as.HTMX = c.partial
		page := weigh(b, c.as, c.path)
		if !c.partial {
			first := page
			for _, file := range drawnIn(b, c.as, c.path) {
				first += weigh(b, c.as, file)
			}
			b.Run("first/"+c.name, func(b *testing.B) { size(b, "weight of a first visit: "+c.sentence, first, firstGoal, "KiB") })
		}
		b.Run("next/"+c.name, func(b *testing.B) { size(b, "weight of a next page: "+c.sentence, page, nextGoal, "KiB") })
	}
}

// weigh counts the bytes of an answer as HTTP/1.1 sends them.
func weigh(b *testing.B, c *testkit.Client, path string) int {
	b.Helper()
	p := c.Do(http.MethodGet, path, nil, zipped())
	if p.Status != http.StatusOK {
		b.Fatalf("%s: %d", path, p.Status)
	}
	var head bytes.Buffer
	if err := p.Header.Write(&head); err != nil {
		b.Fatal(err)
	}
	return len("HTTP/1.1 200 OK\r\n\r\n") + head.Len() + len(p.Body)
}

// drawnIn lists the files that a page makes a browser fetch, each once: those
// that it names, and those that its style sheets name.
func drawnIn(b *testing.B, c *testkit.Client, page string) (files []string) {
	b.Helper()
	seen := map[string]bool{}
	add := func(file string) {
		if file != "" && !seen[file] {
			seen[file] = true
			files = append(files, file)
		}
	}
	inSheet := regexp.MustCompile(`url\(["']?([^"')]+)`)
	for n := range c.Get(page).Root().Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "script" || n.Data == "img":
			src, _ := testkit.Attr(n, "src")
			add(src)
		case n.Data == "link":
			href, _ := testkit.Attr(n, "href")
			add(href)
			if rel, _ := testkit.Attr(n, "rel"); rel == "stylesheet" {
				for _, m := range inSheet.FindAllStringSubmatch(c.Get(href).Body, -1) {
					add(path.Join(path.Dir(href), m[1]))
				}
			}
		}
	}
	if len(files) < 5 {
		b.Fatal("a page draws in style sheet, two scripts, font and icon, found only " + strconv.Itoa(len(files)))
	}
	return files
}
