package desk

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/audit"
)

var desktop = browser.Options{Width: 1360, Height: 900}

// mapped is a console whose role map has been read.
func mapped(t *testing.T) *console.Console {
	t.Helper()
	c := console.Serve(t)
	if err := c.Kit.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// begin starts a review in three clicks from the list: begin, what it is about, start.
func begin(v *console.Visit, about string) {
	v.Home()
	v.Link("Reviews").Click()
	v.Link("Begin a review").At(0).Click()
	v.Link(about).Click()
	v.Button("Start the review").Click()
	v.See("by everybody")
	v.Ready()
}

// carryOut does what the console does beside requests, until every revoke has its end.
func carryOut(t *testing.T, c *console.Console) {
	t.Helper()
	for range 100 {
		wait, err := c.Kit.Reviews.CarryOut(t.Context())
		if err == nil {
			err = c.Kit.Map.Reread(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			return
		}
		c.Kit.Advance(wait)
	}
	t.Fatal("the review does not end")
}

// focused is the number of the item that has the focus; empty: none has.
func focused(t *testing.T, v *console.Visit) string {
	t.Helper()
	n, err := v.Evaluate(`document.activeElement.closest('.item')?.dataset.n ?? ''`)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n)
}

// gate holds requests back until it is opened.
type gate struct {
	mu   sync.Mutex
	held []playwright.Route
}

func (g *gate) hold(r playwright.Route) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = append(g.held, r)
}

// open lets go what was held, and says how much that was.
func (g *gate) open(t *testing.T) int {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.held {
		if err := r.Continue(); err != nil {
			t.Fatal(err)
		}
	}
	return len(g.held)
}

// key decides on the item that has the focus, with a reason where one is asked for.
func key(t testing.TB, v *console.Visit, k string) {
	t.Helper()
	v.Key(k)
	if k == "r" {
		if err := v.Keyboard().Type("has left the team"); err != nil {
			t.Fatal(err)
		}
		v.Key("Enter")
	}
}

// decidedRows waits until the record holds so many decisions.
func decidedRows(t *testing.T, c *console.Console, want int) {
	t.Helper()
	got := 0
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if got = len(c.Kit.Acts(audit.Filter{Action: "review.decided", Limit: 500})); got == want {
			return
		}
	}
	t.Fatalf("%d decisions are recorded, want %d", got, want)
}

// After each key the next item has the focus, while no request has been answered: all
// of them are held back here. When they are let go, every decision is there.
func TestReviewByKeysAlone(t *testing.T) {
	t.Parallel()
	c := mapped(t)
	v := c.Enter(t, "owner", desktop)
	begin(v, "Everything")
	v.Axe()
	v.Picture("review")
	g := &gate{}
	if err := v.Route("**/items/*", g.hold); err != nil {
		t.Fatal(err)
	}
	keys := strings.Fields("k k s k r")
	for n := range 20 {
		at, k := focused(t, v), keys[n%len(keys)]
		key(t, v, k)
		if now := focused(t, v); now == at || now == "" {
			t.Fatalf("after %s on item %s the focus is on %q", k, at, now)
		}
	}
	v.See("20 of")
	if n := len(c.Kit.Acts(audit.Filter{Action: "review.decided"})); n != 0 {
		t.Errorf("%d requests got through", n)
	}
	g.open(t)
	if err := v.Unroute("**/items/*"); err != nil {
		t.Fatal(err)
	}
	decidedRows(t, c, 20)
	v.Key("ArrowUp")
	v.Key("u")
	v.See("19 of")
	v.Again()
	v.See("19 of")
	v.Axe()
	v.Picture("review-half")
}
