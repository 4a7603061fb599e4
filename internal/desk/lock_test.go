package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// However many come, only so many are through at once for one key, keys do not
// wait for each other, and nothing is left behind.
func TestTurns(t *testing.T) {
	for _, atOnce := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			tt := turns[string]{atOnce: atOnce}
			var through, most atomic.Int64
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					leave, err := tt.enter(t.Context(), "ann")
					if err != nil {
						t.Error(err)
						return
					}
					defer leave()
					if n := through.Add(1); n > most.Load() {
						most.Store(n)
					}
					<-time.After(time.Second)
					through.Add(-1)
				})
			}
			synctest.Wait()
			if leave, ok := tt.tryEnter("ann"); ok {
				leave()
				t.Error("one more is through")
			}
			if leave, ok := tt.tryEnter("bob"); !ok {
				t.Error("another key waits")
			} else {
				leave()
			}
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if _, err := tt.enter(ctx, "ann"); err == nil {
				t.Error("a wait outlived its context")
			}
			all.Wait()
			if most.Load() != int64(atOnce) || len(tt.now) != 0 {
				t.Errorf("%d at once, %d keys left", most.Load(), len(tt.now))
			}
		})
	}
}
