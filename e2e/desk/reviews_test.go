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
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

var desktop = browser.Options{Width: 1360, Height: 900}

// mapped is a console whose role map has been read.
func mapped(t *testing.T, opts ...testkit.Options) *console.Console {
	t.Helper()
	c := console.Serve(t, opts...)
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

// A hundred decisions by keys alone. After each the next item has the focus, at the end
// of a page the way to the next one, while no request has been answered: all of them are
// held back here. When they are let go, every decision is there.
func TestReviewByKeysAlone(t *testing.T) {
	t.Parallel()
	c := mapped(t, testkit.Options{Org: oktasim.Options{People: 2000, Admins: 200}})
	v := c.Enter(t, "owner", desktop)
	begin(v, "Everything")
	v.Axe()
	v.Picture("review")
	g := &gate{}
	if err := v.Route("**/items/*", g.hold); err != nil {
		t.Fatal(err)
	}
	keys := strings.Fields("k k s k r")
	for n := range 100 {
		at, k := focused(t, v), keys[n%len(keys)]
		key(t, v, k)
		if now := focused(t, v); now == at || now == "" && n < 99 {
			t.Fatalf("after %s on item %s, the %dth, the focus is on %q", k, at, n+1, now)
		}
	}
	v.See("100 of")
	if n := len(c.Kit.Acts(audit.Filter{Action: "review.decided"})); n != 0 {
		t.Errorf("%d requests got through", n)
	}
	if held := g.open(t); held != 100 {
		t.Errorf("%d requests were held back", held)
	}
	if err := v.Unroute("**/items/*"); err != nil {
		t.Fatal(err)
	}
	decidedRows(t, c, 100)
	v.Key("ArrowUp")
	v.Key("u")
	v.See("99 of")
	v.Again()
	v.See("99 of")
	v.Axe()
	v.Picture("review-half")
	decidedRows(t, c, 100)
	v.Link("More of them").At(0).Click()
	v.Ready()
	if focused(t, v) == "" {
		t.Error("on the next page no item has the focus")
	}
}
