package desk

import (
	"testing"
	"time"
)

// Who reads more than a person does is told from who does not, each minute anew.
func TestPace(t *testing.T) {
	var p pace
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for n := range 2 * paced {
		if got := p.hurried(now.Add(time.Duration(n)*100*time.Millisecond), "a"); got != (n >= paced) {
			t.Fatalf("after %d in a minute: %v", n, got)
		}
	}
	if p.hurried(now, "b") || p.hurried(now.Add(time.Minute), "a") {
		t.Error("somebody else, or a minute later, is hurried too")
	}
}
