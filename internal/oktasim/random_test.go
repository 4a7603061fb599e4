package oktasim

import (
	"strings"
	"testing"
	"time"
)

func TestASeedIsASequence(t *testing.T) {
	a, b, c := newRandom(7), newRandom(7), newRandom(8)
	same := 0
	for range 1000 {
		x := a.next()
		if x != b.next() {
			t.Fatal("one seed, two sequences")
		}
		if x == c.next() {
			same++
		}
	}
	if same > 0 {
		t.Errorf("two seeds agree %d times", same)
	}
}

// The numbers are of every size about equally often: the shares of the company
// rest on it.
func TestBelow(t *testing.T) {
	r := newRandom(1)
	var count [10]int
	for range 10_000 {
		count[r.below(10)]++
	}
	for n, k := range count {
		if k < 850 || k > 1150 {
			t.Errorf("%d came %d times", n, k)
		}
	}
	if r.below(1) != 0 || r.below(0) != 0 {
		t.Error("nothing below one but zero")
	}
	hits := 0
	for range 10_000 {
		if r.chance(30) {
			hits++
		}
	}
	if hits < 2800 || hits > 3200 {
		t.Errorf("30 %% is %d of 10000", hits)
	}
}

func TestSpanIsWholeSecondsBelow(t *testing.T) {
	r := newRandom(1)
	for range 1000 {
		if d := r.span(time.Minute); d < 0 || d >= time.Minute || d%time.Second != 0 {
			t.Fatalf("%v", d)
		}
	}
	if r.span(0) != 0 || r.span(time.Millisecond) != 0 {
		t.Error("nothing to choose from and not zero")
	}
}

func TestIDsGrow(t *testing.T) {
	g := ids{rnd: newRandom(3)}
	last := ""
	for range 50_000 {
		id := g.next("00u")
		if len(id) != 20 || id <= last || !strings.HasSuffix(id, cell) {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}
