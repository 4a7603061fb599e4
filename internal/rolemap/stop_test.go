package rolemap_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

// A walk that is stopped at any call goes on where it was and comes to the same end,
// also by a process that remembers nothing of it.
func TestStoppedAnywhere(t *testing.T) {
	w := &ways{}
	k := small(t, func(rt http.RoundTripper) http.RoundTripper { w.RoundTripper = rt; return w })
	whole := walk(t, k.Map)
	rnd := rand.New(rand.NewPCG(11, uint64(time.Now().UnixNano()))) //nolint:gosec // where to stop is no secret
	for range 6 {
		for stops := 0; ; stops++ {
			m := rolemap.New(k.Store, k.Desk, k.Now, slog.New(slog.DiscardHandler))
			ctx, cancel := context.WithCancel(t.Context())
			w.do = cancel
			w.at.Store(w.calls.Load() + 1 + rnd.Int64N(whole.Calls/2))
			err := m.Walk(ctx)
			cancel()
			w.at.Store(0)
			if err == nil {
				break
			}
			if stops > 100 {
				t.Fatalf("it never ends: %v", err)
			}
		}
		got := equals(t, k.Map, k.Org)
		s, err := k.Map.State(t.Context())
		if err != nil || s.Running() {
			t.Fatalf("%+v %v", s, err)
		}
		if extra := s.Walk.Calls - whole.Calls; extra < 0 || extra > 40*40 {
			t.Errorf("%d calls, of one piece %d", s.Walk.Calls, whole.Calls)
		}
		k.Org.TakeRole(ofDirect(got, okta.HelpDeskAdmin), string(okta.HelpDeskAdmin)) // so that the next one has something to find
	}
}

// Killed as a process at thirty instants of its walks, the map comes to the same end,
// and a walk that was cut off goes on where it was.
func TestKilledWhileWalking(t *testing.T) {
	org := oktasim.New(oktasim.Options{People: 600, Admins: 120, Limit: 10_000_000})
	srv := httptest.NewServer(org)
	defer srv.Close()
	c := testkit.Child{Org: org, URL: srv.URL, Place: storetest.Place(t)}
	rnd := rand.New(rand.NewPCG(12, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	reads := []string{"ListRoleHolders", "ListAssignedRolesForUser", "GetUser", "ListGroupRoles", "ListGroupTargetsForRole"}
	kills, walks := 0, 0
	for kills < 30 {
		if c.Run(t, reads, 1+rnd.IntN(40), time.Duration(rnd.IntN(3000))*time.Microsecond) {
			walks++
			org.TakeRole(directAdmin(t, org), "HELP_DESK_ADMIN") // so that the next one has something to find
			continue
		}
		kills++
	}
	c.Run(t, nil, -1, 0)
	b, err := testkit.OpenBare(t.Context(), c.Place, c.URL, org.Token())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Store.Close() }()
	equals(t, mapOf(b), org)
	t.Logf("killed %d times in %d walks", kills, walks+1)
	if walks > kills {
		t.Error("hardly a walk was cut off: the test shows nothing")
	}
}

// directAdmin is somebody who holds the help desk role by themselves.
func directAdmin(t *testing.T, org *oktasim.Org) string {
	t.Helper()
	for _, h := range org.Held() {
		if h.How == "USER" && h.Type == "HELP_DESK_ADMIN" {
			return h.Person
		}
	}
	t.Fatal("nobody holds it")
	return ""
}

// Of several replicas one walks. One that stood still until another may have taken over
// writes nothing of what it read.
func TestOneOfTwoWalks(t *testing.T) {
	if !storetest.Postgres(t) {
		return
	}
	w := &ways{}
	k := testkit.New(t, testkit.Options{
		Org: oktasim.Options{People: 300, Admins: 80, Limit: 10_000_000}, Replicas: 2, Place: storetest.Database(t),
		Wrap: func(rt http.RoundTripper) http.RoundTripper { w.RoundTripper = rt; return w },
	})
	one, other := k.Replicas[0].Map, k.Replicas[1].Map
	w.do = func() {
		before := w.calls.Load()
		if err := other.Walk(t.Context()); err != nil || w.calls.Load() != before {
			t.Errorf("the other walks too: %v", err)
		}
	}
	w.at.Store(20)
	whole := walk(t, one)
	w.do = func() {
		if _, err := k.Store.W.ExecContext(t.Context(), `update lease set fence = fence + 1, holder = 'another', ends_at = 0 where name = 'role map'`); err != nil {
			t.Error(err)
		}
	}
	w.at.Store(w.calls.Load() + whole.Calls/2)
	if err := one.Walk(t.Context()); !errors.Is(err, store.ErrLost) {
		t.Errorf("a walk whose lease was lost: %v", err)
	}
	walk(t, other)
	equals(t, one, k.Org)
}

func ofDirect(all []rolemap.Assignment, t okta.RoleType) string {
	for _, a := range all {
		if a.Type == t && a.Direct() {
			return a.Person.ID.String()
		}
	}
	return ""
}
