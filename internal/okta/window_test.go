package okta

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWindowNeverOverdraws: whatever the order in which places are taken and
// answers come back, and whoever else uses the window, no more calls go out
// than it holds, the background never touches the reserve as we know it, and
// what is known to be gone does not come back.
func TestWindowNeverOverdraws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 60).Draw(t, "limit")
		reset := time.Now().Add(windowSpan)
		w := &window{Window: Window{Limit: limit, Remaining: limit, Reset: reset}, heard: true}
		taken, left, lowest := 0, limit, limit
		var answers []int
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				share := rapid.SampledFrom([]int{0, 1, 25, backgroundShare}).Draw(t, "share")
				before := w.Remaining
				if w.place(share) > 0 {
					return
				}
				if share > 0 && before <= limit*(100-share)/100 {
					t.Fatalf("the background, with a share of %d per cent, took one of the last %d of %d", share, before, limit)
				}
				taken++
				left = max(left-1, 0)
				answers = append(answers, left)
			},
			"somebody else": func(*rapid.T) { left = max(left-1, 0) },
			"answer": func(t *rapid.T) {
				if len(answers) == 0 {
					return
				}
				i := rapid.IntRange(0, len(answers)-1).Draw(t, "which")
				late := time.Duration(rapid.IntRange(-9, 9).Draw(t, "late")) * time.Second
				lowest = min(lowest, answers[i])
				w.update(Window{Limit: limit, Remaining: answers[i], Reset: reset.Add(late)}, false)
				answers = append(answers[:i], answers[i+1:]...)
			},
			"": func(t *rapid.T) {
				if w.Remaining < 0 || w.Remaining > limit-taken || w.Remaining > lowest || taken > limit {
					t.Fatalf("%d remain of %d with %d taken; an answer said %d", w.Remaining, limit, taken, lowest)
				}
			},
		})
	})
}

// TestWindowsAreSorted, and one that Okta told nothing of is not shown.
func TestWindowsAreSorted(t *testing.T) {
	c := client(t, says(200, `[]`, "X-Rate-Limit-Limit: 50", "X-Rate-Limit-Remaining: 49", "X-Rate-Limit-Reset: 99"))
	for range 2 {
		_, _ = c.Roles.List(t.Context(), ann)
		_, _ = c.Access.Groups(t.Context(), ann)
	}
	silent := client(t, says(200, `[]`))
	_, _ = silent.Roles.List(t.Context(), ann)
	got := c.Windows()
	if len(got) != 2 || got[0].Bucket >= got[1].Bucket || got[0].Limit != 50 || len(silent.Windows()) != 0 {
		t.Errorf("%+v, %+v", got, silent.Windows())
	}
}
