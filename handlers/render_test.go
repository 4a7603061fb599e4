package handlers_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"keydesk/internal/testkit"
)

// A page comes compressed to a browser that takes that, and is the same page;
// everybody else's comes as it is.
func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	take := func(accept string) *testkit.Page {
		return c.Do(http.MethodGet, "/users?q=&status=LOCKED_OUT", nil, http.Header{"Accept-Encoding": {accept}})
	}
	plain := take("identity")
	if plain.Header.Get("Content-Encoding") != "" || !strings.Contains(plain.Body, "</html>") {
		t.Fatalf("%v %.80q", plain.Header, plain.Body)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			zipped := take("br, gzip")
			if zipped.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(zipped.Header.Get("Vary"), "Accept-Encoding,") ||
				len(zipped.Body) > len(plain.Body)/2 {
				t.Errorf("%v, %d of %d bytes", zipped.Header, len(zipped.Body), len(plain.Body))
				return
			}
			if got := unzip(t, zipped.Body); got != plain.Body {
				t.Errorf("another page: %.200q", got)
			}
		})
	}
	all.Wait()
	if refused := take("gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
		t.Errorf("%v", refused.Header)
	}
}

func unzip(t *testing.T, s string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Error(err)
		return ""
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
