package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func ask(method, target, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"app.css":                       "text/css; charset=utf-8",
		"app.js":                        "text/javascript; charset=utf-8",
		"reviews.css":                   "text/css; charset=utf-8",
		"review.js":                     "text/javascript; charset=utf-8",
		"htmx.min.js":                   "text/javascript; charset=utf-8",
		"favicon.svg":                   "image/svg+xml; charset=utf-8",
		"inter-latin-wght-normal.woff2": "font/woff2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := ask(http.MethodGet, Href(name), "")
			content := plain.Body.Bytes()
			checkHead(t, plain, kind, len(content))
			sum := sha256.Sum256(content)
			if !strings.Contains(Href(name), "."+hex.EncodeToString(sum[:5])+".") {
				t.Errorf("%s does not carry the hash of what it gives", Href(name))
			}
			checkZipped(t, name, kind, content)
			if head := ask(http.MethodHead, Href(name), ""); head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(len(content)) {
				t.Error("HEAD is not GET without a body")
			}
		})
	}
	if len(assets) != 7 {
		t.Errorf("%d files are served", len(assets))
	}
}

func checkHead(t *testing.T, r *httptest.ResponseRecorder, kind string, size int) {
	t.Helper()
	want := map[string]string{"Content-Type": kind, "Cache-Control": "public, max-age=31536000, immutable", "Content-Length": strconv.Itoa(size)}
	for name, value := range want {
		if got := r.Header().Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if r.Code != http.StatusOK {
		t.Errorf("status %d", r.Code)
	}
}

func checkZipped(t *testing.T, name, kind string, content []byte) {
	t.Helper()
	r := ask(http.MethodGet, Href(name), "br, gzip")
	sent := r.Body.Bytes()
	checkHead(t, r, kind, len(sent))
	if strings.HasPrefix(kind, "font/") {
		if r.Header().Get("Content-Encoding") != "" || r.Header().Get("Vary") != "" || !bytes.Equal(sent, content) {
			t.Error("the font is compressed twice")
		}
		return
	}
	if r.Header().Get("Content-Encoding") != "gzip" || r.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("head %v", r.Header())
	}
	z, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, content) {
		t.Errorf("compressed it is something else (%v)", err)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/static/", "/static/app.css", "/static/embed.go", "/static/vendor/README.md", "/static/css/tokens.css",
		"/static/../static/app.css", "/static/app.0000000000.css", "/static/%2e%2e/go.mod", Href("app.css") + "/", "/app.css",
	} {
		if r := ask(http.MethodGet, target, ""); r.Code != http.StatusNotFound || r.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: %d %s", target, r.Code, r.Header().Get("Cache-Control"))
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if r := ask(method, Href("app.css"), ""); r.Code != http.StatusMethodNotAllowed || r.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, r.Code)
		}
	}
}

func TestHrefOfNothing(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a file that does not exist has an address")
		}
	}()
	Href("app.cs")
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "br,gzip": true, "gzip;q=1": true,
		"gzip;q=0": false, "gzip; q=0.000": false, "gzip;q=0.001": true, "identity": false, "xgzip": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := AcceptsGzip(r); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// What others wrote is what the table says, and the table says all of it.
func TestVendor(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([\w.-]+) \|.*\| ([0-9a-f]{64}) \|$`).FindAllStringSubmatch(string(table), -1) {
		listed[m[1]] = m[2]
	}
	files, err := filepath.Glob("vendor/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "README.md") || strings.HasSuffix(name, "-LICENSE.txt") {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if listed[filepath.Base(name)] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not the file of the table", name)
		}
		delete(listed, filepath.Base(name))
	}
	if len(listed) != 0 {
		t.Errorf("in the table, but not there: %v", listed)
	}
}

// The style sheet is whole, asks nobody else for anything, and finds its font.
func TestStyleSheet(t *testing.T) {
	t.Parallel()
	sheet := ask(http.MethodGet, Href("app.css"), "").Body.String()
	sources := regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(sheet, -1)
	if len(sources) != 1 {
		t.Fatalf("addresses: %v", sources)
	}
	if font := Prefix + strings.Trim(sources[0][1], `"`); font != Href("inter-latin-wght-normal.woff2") {
		t.Errorf("the font is %s", font)
	}
	if strings.Contains(sheet, "@import") || strings.Contains(sheet, "!important") {
		t.Error("the sheet imports, or shouts")
	}
	for _, layer := range []string{"tokens", "base", "parts", "forms", "frame", "pages"} {
		if !strings.Contains(sheet, "@layer "+layer+" {") {
			t.Errorf("no layer %s", layer)
		}
	}
	if open, shut := strings.Count(sheet, "{"), strings.Count(sheet, "}"); open != shut {
		t.Errorf("%d braces open, %d close", open, shut)
	}
}

// Every name of a colour or a space that is used is one of the tokens.
func TestTokens(t *testing.T) {
	t.Parallel()
	sheet := string(styleSheet())
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*(--[a-z0-9-]+):`).FindAllStringSubmatch(sheet, -1) {
		defined[m[1]] = true
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(sheet, -1) {
		if used[m[1]] = true; !defined[m[1]] {
			t.Errorf("%s is not defined", m[1])
		}
	}
	for name := range defined {
		if !used[name] {
			t.Errorf("%s is never used", name)
		}
	}
}

// Our script makes no markup out of text and evaluates nothing; that htmx may
// is decided in one place.
func TestScript(t *testing.T) {
	t.Parallel()
	script := string(read("app.js"))
	for _, banned := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage", "sessionStorage", "document.cookie", "http://", "https://"} {
		if strings.Contains(script, banned) {
			t.Errorf("the script has %s", banned)
		}
	}
	if n := strings.Count(script, "createPolicy("); n != 1 || !strings.Contains(script, `createPolicy("htmx"`) {
		t.Errorf("%d policies", n)
	}
}

// What a first visit fetches beside the page, compressed, and what the pages of reviews
// fetch more.
func TestWeight(t *testing.T) {
	t.Parallel()
	first, reviews := 0, 0
	for name, a := range assets {
		sum := &first
		if strings.HasPrefix(name, "review") {
			sum = &reviews
		}
		if *sum += len(a.zipped); a.zipped == nil {
			*sum += len(a.body)
		}
	}
	if limit := 76 << 10; first > limit {
		t.Errorf("%d bytes, over %d", first, limit)
	}
	if limit := 6 << 10; reviews > limit {
		t.Errorf("%d bytes more for reviews, over %d", reviews, limit)
	}
	t.Logf("%d bytes at first, %d more for reviews", first, reviews)
}

// What is left out for browsers says nothing: a string that looks like a comment
// stays.
func TestLean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, comment, want string }{
		{"a {\n  b: c;\n}\n\n  /* why\n     so */\n", cssComment, "a {\nb: c;\n}\n"},
		{"x(\"https://y\");\n  // why\n  z(); // how\n", jsComment, "x(\"https://y\");\nz(); // how\n"},
	} {
		if got := string(lean([]byte(c.source), c.comment)); got != c.want {
			t.Errorf("%q became %q, want %q", c.source, got, c.want)
		}
	}
}
