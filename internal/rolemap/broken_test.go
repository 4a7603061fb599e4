package rolemap_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
)

// Who is a person that Okta refuses to tell about keeps what was known, and is named;
// where it refuses for everybody the walk stops and says why.
func TestRefusals(t *testing.T) {
	k := small(t)
	walk(t, k.Map)
	before := equals(t, k.Map, k.Org)
	k.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Times: 1, Status: http.StatusForbidden}})
	walk(t, k.Map)
	after, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil || len(sum.Unread) != 1 || len(after) != len(before) || sum.Unread[0].Problem == "" {
		t.Errorf("%+v %v", sum.Unread, err)
	}
	k.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Status: http.StatusForbidden}})
	err = k.Map.Walk(t.Context())
	s, serr := k.Map.State(t.Context())
	if err == nil || serr != nil || !s.Running() || s.Walk.Problem == "" || s.Walk.Done != 0 {
		t.Errorf("%v %+v %v", err, s, serr)
	}
	k.Org.Faults(nil)
	if w := walk(t, k.Map); w.Problem != "" {
		t.Errorf("%+v", w)
	}
	equals(t, k.Map, k.Org)
}

// One person of whom Okta tells nothing that can be used holds up nobody.
func TestOneIsBroken(t *testing.T) {
	w := &refuser{}
	k := small(t, func(rt http.RoundTripper) http.RoundTripper { w.RoundTripper = rt; return w })
	id := k.Org.LimitedAdmin("HELP_DESK_ADMIN").ID
	w.path.Store("/api/v1/users/" + id + "/roles")
	walk(t, k.Map)
	_, sum, err := k.Map.Now(t.Context(), rolemap.Filter{})
	if err != nil || len(sum.Unread) != 1 || sum.Unread[0].ID.String() != id || len(of(t, k, id)) > 0 {
		t.Errorf("%+v %v", sum.Unread, err)
	}
	w.path.Store("")
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// Several of whom Okta tells nothing that can be used hold a walk up for an hour, since it
// may be Okta; where it tells about the others then, it goes on without them.
func TestSomeAreBroken(t *testing.T) {
	w := &refuser{}
	k := small(t, func(rt http.RoundTripper) http.RoundTripper { w.RoundTripper = rt; return w })
	w.path.Store("/roles")
	if err := k.Map.Walk(t.Context()); err == nil {
		t.Fatal("nobody's roles could be read")
	}
	if err := k.Map.Walk(t.Context()); err == nil {
		t.Fatal("nobody's roles could be read the second time")
	}
	k.Advance(time.Hour)
	if err := k.Map.Walk(t.Context()); err == nil {
		t.Fatal("nobody's roles could be read after an hour")
	}
	w.path.Store("")
	walk(t, k.Map)
	var broken []string
	for _, h := range k.Org.Held() {
		if path := "/api/v1/users/" + h.Person + "/roles"; len(broken) < 4 && !slices.Contains(broken, path) {
			broken = append(broken, path)
		}
	}
	w.path.Store(strings.Join(broken, " "))
	if err := k.Map.Walk(t.Context()); err == nil {
		t.Error("four could not be read, and nothing is said")
	}
	k.Advance(59 * time.Minute)
	if err := k.Map.Walk(t.Context()); err == nil {
		t.Error("four could not be read for most of an hour, and nothing is said")
	}
	k.Advance(time.Minute)
	walk(t, k.Map)
	if _, sum, err := k.Map.Now(t.Context(), rolemap.Filter{}); err != nil || len(sum.Unread) != len(broken) {
		t.Errorf("%+v %v", sum.Unread, err)
	}
	w.path.Store("")
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// A walk that stood still until Okta does not take its place in the list any more, or
// until the clock was put back, comes to its end all the same.
func TestWalkOfAnotherTime(t *testing.T) {
	w := &refuser{}
	k := small(t, func(rt http.RoundTripper) http.RoundTripper { w.RoundTripper = rt; return w })
	k.Org.Faults([]oktasim.Fault{{Operation: "ListRoleHolders", Status: http.StatusForbidden}})
	walk(t, k.Map)
	if _, err := k.Store.W.ExecContext(t.Context(), `update role_walk set ended_at = 0, page = 'a place of long ago', started_at = $1`, k.Now().Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	walk(t, k.Map)
	equals(t, k.Map, k.Org)
}

// refuser answers some paths, a space between two, or all that end in one, with what is
// no answer.
type refuser struct {
	http.RoundTripper
	path atomic.Value
}

func (w *refuser) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.RoundTripper.RoundTrip(r)
	paths, _ := w.path.Load().(string)
	for _, path := range strings.Fields(paths) {
		if err == nil && strings.HasSuffix(r.URL.Path, path) {
			_ = resp.Body.Close()
			resp.Body = io.NopCloser(strings.NewReader("<html>"))
		}
	}
	return resp, err
}
