// Package static holds the files that browsers fetch: the style sheet, the
// console's script, the icon, and under vendor/ what others wrote.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Prefix is the path under which Handler answers.
const Prefix = "/static/"

// The comments that lean leaves out: in scripts only those that have their line to
// themselves, since elsewhere // may be part of an address.
const (
	cssComment = `(?s)/\*.*?\*/`
	jsComment  = `(?m)^[ \t]*//.*$`
)

//go:embed css/*.css app.js review.js favicon.svg vendor/htmx.min.js vendor/inter-latin-wght-normal.woff2
var files embed.FS

// An asset is one file as it goes over the wire. Its path carries a hash of its
// bytes, so a browser may keep it for ever and still never has an old one.
type asset struct {
	path   string
	kind   string
	body   []byte
	zipped []byte // nil where compressing gains nothing
}

// assets is filled once, before main runs, and only read from then on.
var assets = load()

func load() map[string]asset {
	font := newAsset("inter-latin-wght-normal.woff2", "font/woff2", read("vendor/inter-latin-wght-normal.woff2"))
	sheet := bytes.ReplaceAll(styleSheet(), []byte("inter-latin-wght-normal.woff2"), []byte(path.Base(font.path)))
	return map[string]asset{
		"inter-latin-wght-normal.woff2": font,
		"app.css":                       newAsset("app.css", "text/css; charset=utf-8", sheet),
		"app.js":                        newAsset("app.js", "text/javascript; charset=utf-8", lean(read("app.js"), jsComment)),
		"reviews.css":                   newAsset("reviews.css", "text/css; charset=utf-8", lean(read("css/reviews.css"), cssComment)),
		"review.js":                     newAsset("review.js", "text/javascript; charset=utf-8", lean(read("review.js"), jsComment)),
		"htmx.min.js":                   newAsset("htmx.min.js", "text/javascript; charset=utf-8", read("vendor/htmx.min.js")),
		"favicon.svg":                   newAsset("favicon.svg", "image/svg+xml; charset=utf-8", read("favicon.svg")),
	}
}

// styleSheet joins the sheets in the order of their layers.
func styleSheet() []byte {
	var all [][]byte
	for _, name := range []string{"tokens", "base", "parts", "forms", "frame", "pages"} {
		all = append(all, read("css/"+name+".css"))
	}
	return lean(bytes.Join(all, []byte("\n")), cssComment)
}

// lean leaves out comments and indentation, which browsers have no use for: a
// tenth of a first visit's own bytes.
func lean(source []byte, comment string) []byte {
	source = regexp.MustCompile(comment).ReplaceAll(source, nil)
	return regexp.MustCompile(`\n\s*`).ReplaceAll(source, []byte("\n"))
}

// read panics for a file that was not compiled in: the build is broken then.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

func newAsset(name, kind string, body []byte) asset {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	return asset{path: Prefix + hashed, kind: kind, body: body, zipped: zip(kind, body)}
}

// zip compresses text. Fonts are compressed already.
func zip(kind string, body []byte) []byte {
	if strings.HasPrefix(kind, "font/") {
		return nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err = w.Write(body); err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Href is the address of a file by its plain name, such as "app.css". It panics
// for a name that there is none of, which every test of a page would find.
func Href(name string) string {
	a, ok := assets[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.path
}

// Handler serves the files under the addresses that Href gives, and nothing
// else: an address without the hash is not found.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := at(r.URL.Path)
		switch {
		case !ok:
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		default:
			a.serve(w, r)
		}
	})
}

// at finds a file by its address; there are too few of them for an index.
func at(address string) (asset, bool) {
	for _, a := range assets {
		if a.path == address {
			return a, true
		}
	}
	return asset{}, false
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := a.body
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if AcceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a browser that went away is nobody's error
	}
}

// AcceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): a weight of
// nothing means no.
func AcceptsGzip(r *http.Request) bool {
	accepted := strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",")
	return slices.ContainsFunc(accepted, func(s string) bool {
		name, weight, _ := strings.Cut(strings.ReplaceAll(s, " ", ""), ";")
		return strings.EqualFold(name, "gzip") && strings.TrimRight(weight, "0.") != "q="
	})
}
