package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/testkit"
)

// hostile are texts that are no id and no name of anything in Okta.
func hostile() []string {
	return []string{
		"..", ".", "%2e%2e", "..%2F..%2Fgroups", "x%2Flifecycle%2Fsuspend", "x%3Factivate=true", "x%23", "x%00", "x%0a", "%20", "x%5C..", "'%20or%201=1",
		"\u0661", "x%C3%A9", strings.Repeat("a", 500),
	}
}

// No parameter of any door takes what is no id or name of its kind: nothing of it
// reaches Okta. Where what is left is the address of another door, that one says
// so; what is there and not known is not found.
func TestHostileParameters(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("owner")
	c.Get("/users/" + ordinary(t, k, 1)[0].ID)
	n := 0
	for i, good := range doors(k, "00u1111111111111111x") {
		shape := strings.Split(k.Front.Routes()[i].Path, "/")
		for at, part := range shape {
			if !strings.HasPrefix(part, ":") {
				continue
			}
			for _, text := range hostile() {
				parts := strings.Split(good.Path, "/")
				parts[at] = text
				n++
				k.Org.Reset()
				got := ask(c, good.Method, strings.Join(parts, "/"))
				if got.Status != http.StatusNotFound && got.Status != http.StatusMethodNotAllowed && got.Status != http.StatusBadRequest {
					t.Errorf("%s %s: %d", good.Method, strings.Join(parts, "/"), got.Status)
				}
				if calls := len(k.Org.Log()); calls != 0 {
					t.Errorf("%s %s: %d calls reached Okta: %v", good.Method, strings.Join(parts, "/"), calls, k.Calls())
				}
			}
		}
	}
	if n < 1000 {
		t.Errorf("%d addresses were tried", n)
	}
}

func ask(c *testkit.Client, method, path string) *testkit.Page {
	if method == http.MethodGet {
		return c.Get(path)
	}
	return c.Post(path, url.Values{"note": {"a reason"}, "token": {"x.y"}})
}
