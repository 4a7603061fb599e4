package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keydesk/internal/review"
)

// How somebody decides is told as it was: the time between two decisions with pauses
// left out, keeps in a row without a look, and those too quick to be one. What was
// taken back is no decision; the next one is measured from it.
func TestPace(t *testing.T) {
	for name, tt := range map[string]struct {
		steps                         string // seconds after the one before, and what was done
		decided, streak, quick, share int
		median                        time.Duration
	}{
		"nothing":              {"", 0, 0, 0, 0, 0},
		"one":                  {"0 keep", 1, 1, 0, 0, 0},
		"even":                 {"0 keep, 10 keep, 20 keep", 3, 3, 0, 0, 15 * time.Second},
		"odd":                  {"0 keep, 10 keep, 20 keep, 60 keep", 4, 4, 0, 0, 20 * time.Second},
		"a pause":              {"0 keep, 290 keep, 301 keep", 3, 3, 0, 0, 290 * time.Second},
		"quick":                {"0 keep, 0 keep, 3 keep, 0 revoke", 4, 3, 2, 50, 0},
		"a look ends a streak": {"0 keep, 9 keep, 9 look, 9 keep", 4, 2, 0, 0, 9 * time.Second},
		"a revoke ends it too": {"0 keep, 9 revoke, 9 keep, 9 keep, 9 keep", 5, 3, 0, 0, 9 * time.Second},
		"taken back":           {"0 keep, 1 undo, 8 keep", 2, 2, 0, 0, 8 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			r, owner := k.crowded(10), k.staff("owner")
			v, err := r.Start(t.Context(), owner, review.Plan{Name: "Pace", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
			if err != nil {
				t.Fatal(err)
			}
			k.steps(r, v, tt.steps)
			got, err := r.Pace(t.Context(), owner, v.ID)
			if err != nil || len(got) != 1 {
				t.Fatalf("%+v %v", got, err)
			}
			p := got[0] // the clock runs on beside the steps
			if p.Decided != tt.decided || p.Streak != tt.streak || p.Quick != tt.quick || p.QuickShare() != tt.share || p.Median.Round(time.Second) != tt.median {
				t.Errorf("%+v, %d %% quick", p, p.QuickShare())
			}
		})
	}
}

// steps decides on one item after the other, as the owner.
func (k *kit) steps(r *review.Reviews, v review.Review, steps string) {
	k.t.Helper()
	owner := k.staff("owner")
	items, err := r.Items(k.t.Context(), owner, review.Query{Review: v.ID})
	if err != nil {
		k.t.Fatal(err)
	}
	n := 0
	for step := range strings.SplitSeq(steps, ", ") {
		var after int
		var does string
		if _, err := fmt.Sscan(step, &after, &does); err != nil {
			return // no steps
		}
		k.Advance(time.Duration(after) * time.Second)
		verdict := map[string]review.Verdict{"keep": review.Keep, "look": review.Keep, "revoke": review.Revoke}[does]
		if verdict == "" { // the last one is taken back
			n--
		}
		i := items[n]
		if items[n], err = r.Decide(k.t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: verdict, Note: "seen to it", Looked: does == "look"}); err != nil {
			k.t.Fatal(err)
		}
		if verdict != "" {
			n++
		}
	}
}
