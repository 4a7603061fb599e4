package handlers_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// promoting is a way to the organisation on which somebody becomes an administrator
// while a change of them is under way.
type promoting struct {
	next http.RoundTripper
	org  *oktasim.Org
	id   atomic.Pointer[string]
}

// RoundTrip implements http.RoundTripper.
func (p *promoting) RoundTrip(r *http.Request) (*http.Response, error) {
	if id := p.id.Load(); id != nil && r.Method != http.MethodGet && p.id.CompareAndSwap(id, nil) {
		p.org.GrantRole(*id, "SUPER_ADMIN")
	}
	return p.next.RoundTrip(r)
}

// Whoever becomes an administrator between the decision and the change is flagged:
// on the page, in the record and in the log; nobody else is.
func TestRoleGainedMeanwhile(t *testing.T) {
	t.Parallel()
	w := &promoting{}
	k := testkit.New(t, testkit.Options{Wrap: func(next http.RoundTripper) http.RoundTripper { w.next = next; return w }})
	w.org = k.Org
	for _, s := range testkit.Changes() {
		if s.Risk != "takeover" && s.Risk != "privilege" || s.Action == "users.create" {
			continue
		}
		for _, meanwhile := range []bool{false, true} {
			c := k.As("admin")
			e := k.Exercise(c, s.Action)
			if meanwhile {
				w.id.Store(&e.Person.ID)
			}
			got := c.Post(e.Form.Action, e.Form.Values)
			a := newest(t, k, s.Action)
			if got.Status != http.StatusOK || got.Has("gained an admin role: Super Administrator") != meanwhile || a.End == nil ||
				strings.Contains(a.End.Detail, "role.gained: Super Administrator") != meanwhile {
				t.Errorf("%s, meanwhile %t: %d, recorded %+v: %s", s.Action, meanwhile, got.Status, a.End, short(got))
			}
		}
	}
}
