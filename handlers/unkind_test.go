package handlers_test

import (
	"net/http"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// An organisation that is as awkward as Okta may be (small pages, strange key
// orders, unknown fields, a search that lags, calls refused for their rate) is
// one that the console works with: every page stands, and every change is
// either done or told as not done.
func TestUnkindOrganisation(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Org: oktasim.Options{Unkind: true, Seed: 7}})
	c := k.As("helpdesk")
	seen, done := 0, 0
	for i, p := range ordinary(t, k, 24) {
		page := c.Get("/users/" + p.ID)
		switch page.Status {
		case http.StatusOK:
		case http.StatusServiceUnavailable: // a rate limit that was not to be waited out
			continue
		default:
			t.Fatalf("%d %s", page.Status, page.Text())
		}
		seen++
		for _, g := range p.Groups {
			if !page.Has(g) && !page.Has("could not be read") && !page.Has("rate limit") {
				t.Errorf("the page of %s lacks group %s", p.Login, g)
			}
		}
		path := []string{"/lifecycle/suspend", "/sessions/clear", "/lifecycle/expire_password"}[i%3]
		f := page.Form(path)
		if f == nil {
			continue // the roles or groups could not be read: closed
		}
		f.Values.Set("note", "called in")
		answer := c.Post(f.Action, f.Values)
		acts := k.Acts(audit.Filter{Target: p.ID, Acts: true})
		switch {
		case answer.Status == http.StatusOK && len(acts) == 1 && acts[0].End != nil && acts[0].End.Result == audit.Done:
			done++
		case answer.Status != http.StatusOK && answer.Status != http.StatusInternalServerError:
		default:
			t.Errorf("%s: %d, recorded %+v", path, answer.Status, acts)
		}
	}
	if seen < 18 || done < 14 {
		t.Errorf("%d pages, %d changes of 24", seen, done)
	}
	for _, q := range []string{"a", "vo", "de", "zz"} {
		if got := search(c, q); got.Status >= 500 && got.Status != http.StatusServiceUnavailable {
			t.Errorf("search %q: %d", q, got.Status)
		}
	}
}
