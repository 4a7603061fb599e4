package desk

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keydesk/internal/audit"
)

// Refusals do not fill the disk, and none is lost: each has a row or is counted in one.
func TestRefusalsAreBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s refusals
		now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
		rows, counted, asked := map[string]int{}, 0, 0
		note := func(r *audit.Row) {
			if r != nil {
				n := 0
				for digit := range strings.SplitSeq(strings.SplitN(r.Detail, " ", 2)[0], "") {
					n = n*10 + int(digit[0]-'0')
				}
				counted += n
			}
		}
		for range rapid.IntRange(1, 30).Draw(rt, "bursts") {
			who := rapid.SampledFrom([]string{"a", "b", ""}).Draw(rt, "who")
			address := rapid.StringMatching(`10\.0\.0\.[0-9]`).Draw(rt, "address")
			for range rapid.IntRange(1, 400).Draw(rt, "times") {
				asked++
				one, more := s.take(audit.Row{ActorID: who, Address: address, Detail: "not found"}, now)
				if note(more); one {
					rows[who]++
				}
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "seconds")) * time.Second)
		}
		for _, r := range s.counted(now) {
			note(&r)
		}
		if total := rows["a"] + rows["b"] + rows[""] + counted; total != asked {
			rt.Fatalf("%d refusals, %d rows and %d counted", asked, total-counted, counted)
		}
		for who, n := range rows {
			if n > refusalsAtOnce+int(30*30*time.Second/refusalsAgain) {
				rt.Fatalf("%q has %d rows", who, n)
			}
		}
	})
}

// Many addresses do not reset what an operator, or strangers together, have left.
func TestRefusalsByManyAddresses(t *testing.T) {
	var s refusals
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for range refusalsAtOnce + 5 {
		s.take(audit.Row{ActorID: "a"}, now)
	}
	rows := 0
	for i := range 3 * maxBounds {
		if one, _ := s.take(audit.Row{Address: time.Duration(i).String()}, now); one {
			rows++
		}
	}
	if one, _ := s.take(audit.Row{ActorID: "a"}, now); one || rows > refusalsAtOnce || len(s.of) > maxBounds+2 {
		t.Errorf("operator %t, strangers %d rows, %d bounds are kept", one, rows, len(s.of))
	}
}

// What is counted and has no row names whose accounts were to be taken over.
func TestCountedTakeoversAreNamed(t *testing.T) {
	var s refusals
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for range refusalsAtOnce {
		s.take(audit.Row{ActorID: "a", Detail: "not found"}, now)
	}
	for i := range 2 * maxWhom {
		s.take(audit.Row{ActorID: "a", Detail: "protected.admins", Class: string(Takeover), TargetID: "00u" + strconv.Itoa(i)}, now)
		s.take(audit.Row{ActorID: "a", Detail: "stale", Class: string(Restoring), TargetID: "00x"}, now)
	}
	rows := s.counted(now)
	if len(rows) != 1 || !strings.Contains(rows[0].Detail, " 00u0 00u1 ") || strings.Contains(rows[0].Detail, "00x") || len(strings.Fields(rows[0].Detail)) > maxWhom+30 {
		t.Errorf("%+v", rows)
	}
}
