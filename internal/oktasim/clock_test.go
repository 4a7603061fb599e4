package oktasim

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock(time.Date(2031, 1, 1, 12, 0, 0, 0, time.FixedZone("", 7200)))
		want := time.Date(2031, 1, 1, 10, 0, 0, 0, time.UTC)
		if got := c.now(); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%v, want %v", got, want)
		}
		c.advance(time.Minute)
		c.advance(time.Minute)
		<-time.After(time.Second)
		if got := c.now(); !got.Equal(want.Add(2*time.Minute + time.Second)) {
			t.Errorf("%v", got)
		}
	})
}
