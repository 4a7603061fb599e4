package desk

import (
	"encoding/json"
	"slices"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// stopwatch notes, for each key after which another item has the focus, how long it
// took from the key until that was drawn.
const stopwatch = `(() => {
	let at = 0
	window.took = []
	addEventListener('keydown', () => { at = performance.now() }, true)
	document.addEventListener('focusin', e => {
		if (!at || !e.target.matches('.item')) return
		const from = at
		at = 0
		requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - from)))
	})
})()`

// BenchmarkReviewKeys decides on 100 items by keyboard, every fifth with a reason, while
// requests go out beside it, and prints the time from a key to the next item.
func BenchmarkReviewKeys(b *testing.B) {
	c := console.Serve(b, testkit.Options{Org: oktasim.Options{People: 2000, Admins: 200}})
	if err := c.Kit.Map.Walk(b.Context()); err != nil {
		b.Fatal(err)
	}
	v := c.Enter(b, "owner", desktop)
	for b.Loop() {
		begin(v, "Everything")
		if _, err := v.Evaluate(stopwatch); err != nil {
			b.Fatal(err)
		}
		for n := range 99 {
			k := "k"
			if n%5 == 4 {
				k = "r"
			}
			key(b, v, k)
		}
	}
	raw, err := v.Evaluate(`JSON.stringify(took)`)
	if err != nil {
		b.Fatal(err)
	}
	var took []float64
	if err := json.Unmarshal([]byte(raw.(string)), &took); err != nil || len(took) == 0 {
		b.Fatal(raw, err)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms-median")
	b.ReportMetric(took[len(took)*95/100], "ms-95th")
	b.Logf("from a key to the next item: %.1f ms at the median, %.1f ms at the 95th percentile, %d keys; the goal is 100 ms at the median", took[len(took)/2], took[len(took)*95/100], len(took))
}
