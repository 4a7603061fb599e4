package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"keydesk/internal/oktasim"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
	"keydesk/internal/testkit"
)

// The walk of the role map over a large organisation, by the program as it is shipped:
// its calls, and the most memory that it ever held; and what it takes to show the map.
func BenchmarkRoleMap(b *testing.B) {
	org := oktasim.New(oktasim.Options{People: 100_000, Admins: 2_000, Limit: 10_000_000})
	p := testkit.RunFor(b, testkit.Build(b), org, nil, "KEYDESK_ROLEMAP_SHARE=80")
	db, err := store.OpenForReading(b.Context(), p.Place)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	m := rolemap.New(db, nil, time.Now, nil)
	s := walked(b, m)
	figures.set(figure{name: "role map, 100,000 people and 2,000 administrators: calls of a walk", middle: strconv.FormatInt(s.Walk.Calls, 10)})
	size(b, "role map: the most memory that serve held in it", status(b, p.Pid(), "VmHWM:"), 60<<20, "MiB")
	var shown samples
	for b.Loop() {
		from := time.Now()
		if all, _, err := m.Now(context.Background(), rolemap.Filter{Sort: "risk", Group: "role"}); err != nil || len(all) < 2_000 {
			b.Fatal(len(all), err)
		}
		shown = append(shown, time.Since(from))
	}
	shown.report(b, "role map: 2,198 assignments read, sorted and grouped", 100*time.Millisecond)
}

// walked waits for the end of the first walk.
func walked(b *testing.B, m *rolemap.Map) rolemap.State {
	b.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(2 * time.Minute); ; <-tick.C {
		s, err := m.State(b.Context())
		if err != nil || time.Now().After(until) {
			b.Fatalf("%+v %v", s, err)
		}
		if !s.First.IsZero() {
			return s
		}
	}
}

// status is a line of what Linux says of a process, in bytes.
func status(b *testing.B, pid int, name string) int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatalf("memory is read from /proc, which Linux has: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, name); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(kb), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return n << 10
		}
	}
	b.Fatalf("/proc says nothing of %s", name)
	return 0
}
