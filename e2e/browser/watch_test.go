package browser

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const conflict = "Failed to load resource: the server responded with a status of 409 (Conflict)"

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(w *watch)
		want    []string
	}{
		"nothing": {func(*watch) {}, nil},
		"script error": {
			func(w *watch) { w.console("Uncaught thing", "http://127.0.0.1:1/static/app.js") },
			[]string{"console error: Uncaught thing (http://127.0.0.1:1/static/app.js)"},
		},
		"page error": {func(w *watch) { w.pageError(errors.New("x is not a function")) }, []string{"page error: x is not a function"}},
		"undeclared status": {
			func(w *watch) { w.console(conflict, "http://127.0.0.1:1/users/1") },
			[]string{"console error: " + conflict + " (http://127.0.0.1:1/users/1)"},
		},
		"declared status": {func(w *watch) {
			mustExpect(t, w, 409, "/users/*/lifecycle/unlock")
			w.console(conflict, "http://127.0.0.1:1/users/00u1/lifecycle/unlock?x=1")
			w.console(conflict, "http://127.0.0.1:1/users/00u2/lifecycle/unlock")
		}, nil},
		"declared afterwards": {func(w *watch) {
			w.console(conflict, "http://127.0.0.1:1/users")
			mustExpect(t, w, 409, "/users")
		}, nil},
		"declared, but at another path": {func(w *watch) {
			mustExpect(t, w, 409, "/users")
			w.console(conflict, "http://127.0.0.1:1/users/1")
		}, []string{
			"console error: " + conflict + " (http://127.0.0.1:1/users/1)",
			"declared but did not happen: 409 from /users",
		}},
		"declared, but another status": {func(w *watch) {
			mustExpect(t, w, 404, "/users")
			w.console(conflict, "http://127.0.0.1:1/users")
		}, []string{
			"console error: " + conflict + " (http://127.0.0.1:1/users)",
			"declared but did not happen: 404 from /users",
		}},
		"a declaration covers no script error": {func(w *watch) {
			mustExpect(t, w, 409, "/users")
			w.console(conflict, "http://127.0.0.1:1/users")
			w.console("409 of our own", "http://127.0.0.1:1/users")
		}, []string{"console error: 409 of our own (http://127.0.0.1:1/users)"}},
		"no answer": {func(w *watch) {
			mustExpect(t, w, 0, "/users")
			w.console("Failed to load resource: net::ERR_CONNECTION_REFUSED", "http://127.0.0.1:1/users")
		}, nil},
		"no answer, declared in vain": {
			func(w *watch) { mustExpect(t, w, 0, "/users") },
			[]string{"declared but did not happen: no answer from /users"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &watch{}
			c.happens(w)
			if diff := cmp.Diff(c.want, w.verdict()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func mustExpect(t *testing.T, w *watch, status int, pattern string) {
	t.Helper()
	if err := w.expect(status, pattern); err != nil {
		t.Fatal(err)
	}
}

func TestExpectRefusesABrokenPattern(t *testing.T) {
	if err := new(watch).expect(404, "/users/[x"); err == nil {
		t.Error("no error")
	}
}

func TestRequestsStayHere(t *testing.T) {
	for address, stays := range map[string]bool{
		"http://127.0.0.1:8080/users":     true,
		"http://127.9.9.9/":               true,
		"http://[::1]:8080/":              true,
		"http://localhost/":               true,
		"http://app.localhost:1/":         true,
		"ws://127.0.0.1:8080/":            true,
		"about:blank":                     true,
		"data:text/plain,x":               true,
		"blob:http://127.0.0.1/1":         true,
		"http://127.0.0.1.example.com/":   false,
		"http://localhost.example.com/":   false,
		"http://192.168.0.1/":             false,
		"https://fonts.example.com/a.css": false,
		"wss://example.com/":              false,
		"http://%zz/":                     false,
	} {
		w := &watch{}
		w.request(address)
		if got := len(w.verdict()) == 0; got != stays {
			t.Errorf("%s: stays %v, want %v", address, got, stays)
		}
	}
}
