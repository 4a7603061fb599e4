package okta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLinks(t *testing.T) {
	const self, next = "https://x.okta.com/api/v1/users?limit=2", "https://x.okta.com/api/v1/users?after=00u1&limit=2"
	both := map[string]string{"self": self, "next": next}
	for name, c := range map[string]struct {
		lines []string
		want  map[string]string
	}{
		"none":           {nil, map[string]string{}},
		"a line each":    {[]string{"<" + self + `>; rel="self"`, "<" + next + `>; rel="next"`}, both},
		"joined":         {[]string{"<" + self + `>; rel="self", <` + next + `>; rel="next"`}, both},
		"joined tightly": {[]string{"<" + self + `>;rel=self,<` + next + `>;rel=next`}, both},
		"case and order": {[]string{"<" + self + `>; title="a, b; c"; REL="Self"`, "<" + next + `>;x;  rel = next `}, both},
		"two in one":     {[]string{"<" + self + `>; rel="self next"`}, map[string]string{"self": self, "next": self}},
		"the first wins": {[]string{"<" + next + `>; rel="next", <https://y>; rel="next"`, `<https://z>; rel=next`}, map[string]string{"next": next}},
		"comma inside":   {[]string{`<https://x/?search=a,b;c>; rel="next"`}, map[string]string{"next": "https://x/?search=a,b;c"}},
		"escaped quote":  {[]string{`<https://x>; title="a\", <https://evil>; rel=\"next"; rel="self"`}, map[string]string{"self": "https://x"}},
		"no rel":         {[]string{`<https://x>`}, map[string]string{}},
		"second rel":     {[]string{`<https://x>; rel="self"; rel="next"`}, map[string]string{"self": "https://x"}},
		"broken":         {[]string{`<https://x; rel="next"`, `rel="next"`, `>`, `<>; rel="next"`, ``, `,,;`}, map[string]string{}},
	} {
		if d := cmp.Diff(c.want, parseLinks(c.lines)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func FuzzParseLink(f *testing.F) {
	for _, s := range []string{
		`<https://x/?after=1>; rel="next"`, `<https://x>; rel="self", <https://x/?after=1>; rel="next"`, `<`, `<>`, `"`, `\`, `<a>;rel`, `<a>;rel="\"`, `<a>;;,rel=next`,
	} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, line, after string) {
		for rel, link := range parseLinks([]string{line}) {
			if rel == "" || link == "" || !strings.Contains(line, link) {
				t.Errorf("%q gave %q: %q", line, rel, link)
			}
		}
		if c, err := nextCursor(parseLinks([]string{line})["next"], Cursor{}); err == nil && !c.IsZero() {
			if _, err := ParseCursor(c.String()); err != nil {
				t.Errorf("%q gave the cursor %q", line, c)
			}
		}
		if _, err := ParseCursor(after); err != nil {
			return
		}
		link := fmt.Sprintf(`<https://x/api?limit=1>; rel="self", <https://x/api?%s>; rel="next"`, url.Values{"after": {after}}.Encode())
		if c, err := nextCursor(parseLinks([]string{link})["next"], Cursor{}); err != nil || c.String() != after {
			t.Errorf("%q came back as %q, %v", after, c, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "200u1", "PGESc2kTeIBR-Ci8bp3dHGtww1", "a b", "a&search=x", "é", "\x00", strings.Repeat("a", 513)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil {
			if !c.IsZero() {
				t.Errorf("%q was refused and gave %q", s, c)
			}
			return
		}
		if c.String() != s || c.IsZero() || len(s) > maxCursor || strings.ContainsAny(s, " \t\r\n\x00") {
			t.Errorf("took %q", s)
		}
	})
}

// pages serves n people, size a page, in either form of the Link header.
func pages(t *testing.T, n, size int, joined bool) *Client {
	t.Helper()
	return client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("after"))
		people := []json.RawMessage{}
		for i := from; i < min(from+size, n); i++ {
			people = append(people, json.RawMessage(person(fmt.Sprintf("00u%017d", i))))
		}
		links := []string{`<https://custom.example/api/v1/users?limit=1>; rel="self"`}
		if from+size <= n { // a full last page still has a next one, which is empty
			links = append(links, fmt.Sprintf(`<https://custom.example/api/v1/users?after=%d&limit=1>; rel="next"`, from+size))
		}
		if joined {
			links = []string{strings.Join(links, ", ")}
		}
		w.Header()["Link"] = links
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(people)
	}))
}

func TestAll(t *testing.T) {
	for _, joined := range []bool{false, true} {
		for _, n := range []int{0, 1, 4, 6, 7} {
			i := 0
			for u, err := range pages(t, n, 3, joined).Users.All(t.Context(), UserQuery{}) {
				if want := fmt.Sprintf("00u%017d", i); err != nil || u.ID.String() != want {
					t.Fatalf("%d: %v, %v", i, u.ID, err)
				}
				i++
			}
			if i != n {
				t.Errorf("%d of %d", i, n)
			}
		}
	}
}

// TestAllFrom: it goes on from a cursor, and stops when the caller does.
func TestAllFrom(t *testing.T) {
	var ids []string
	for u, err := range pages(t, 9, 3, false).Users.All(t.Context(), UserQuery{After: Cursor{"3"}}) {
		if err != nil {
			t.Fatal(err)
		}
		if ids = append(ids, u.ID.String()); len(ids) == 4 {
			break
		}
	}
	if len(ids) != 4 || ids[0] != fmt.Sprintf("00u%017d", 3) {
		t.Error(ids)
	}
}

// TestPageError: a page that fails is an error, and not the end of the list.
func TestPageError(t *testing.T) {
	cl := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := says(200, `[`+person(annID)+`]`, `Link: <https://x?after=2>; rel="next"`)
		if r.URL.Query().Get("after") == "2" {
			h = says(400, `{"errorCode":"E0000031"}`)
		}
		h(w, r)
	}))
	n := 0
	var last error
	for _, last = range cl.Users.All(t.Context(), UserQuery{}) {
		n++
	}
	if e, ok := asError(last); n != 2 || !ok || e.Code != "E0000031" {
		t.Error(n, last)
	}
	if groups, err := cl.Access.Groups(t.Context(), ann); err == nil || groups != nil {
		t.Error(groups, err)
	}
}
