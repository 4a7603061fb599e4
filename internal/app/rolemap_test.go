package app

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
)

// A console that has just been started fills its role map by itself, as itself, and the
// record says so.
func TestMapFills(t *testing.T) {
	t.Parallel()
	a, org, err := NewDemo(t.Context(), DemoOptions{Org: oktasim.Options{People: 300}, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { a.Work(ctx) })
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for s := (rolemap.State{}); s.AsOf.IsZero(); <-tick.C {
		if s, err = a.Map.State(ctx); err != nil {
			t.Fatal(err)
		}
	}
	all, err := a.Map.At(t.Context(), time.Time{})
	if err != nil || len(all) != len(org.Held()) {
		t.Errorf("%d assignments of %d, %v", len(all), len(org.Held()), err)
	}
	cancel()
	work.Wait()
	acts, err := a.Record.Acts(t.Context(), audit.Filter{Action: "roles.walk"})
	if err != nil || len(acts) == 0 || slices.ContainsFunc(acts, func(r audit.Act) bool {
		return r.ActorID != string(desk.Mapper) || r.ActorRole != string(desk.Mapper) || r.ActorName != "Keydesk, the role map" || r.Class != string(desk.Reading)
	}) {
		t.Errorf("%+v %v", acts, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
