package desk

import (
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// atMap is somebody of the staff who looks at the role map.
func atMap(t *testing.T, person string, o browser.Options) *console.Visit {
	t.Helper()
	v := console.Serve(t).Mapped(t).Enter(t, person, o)
	v.Link("Roles").Click()
	v.Heading("Role map").Shown()
	v.Ready()
	return v
}

// row is what the map shows of somebody.
func row(v *console.Visit, p oktasim.Person) browser.Part {
	return v.Role("row", "").Having(p.Login)
}

// An auditor sees everything, narrows it by a choice, a risk, words and a target,
// sorts and groups it; each step stands in the address, and the browser's Back leads
// to the step before.
func TestRoleMapSeeAllAndFilter(t *testing.T) {
	t.Parallel()
	v := atMap(t, "auditor", browser.Options{Width: 1360, Height: 900})
	limited, super := v.Org.LimitedAdmin("HELP_DESK_ADMIN"), v.Org.AdminWith("SUPER_ADMIN")
	v.See("Read today", "Everything: the whole organisation")
	row(v, limited).See("directly", v.Org.RoleTargets(limited.ID, "HELP_DESK_ADMIN")[0], "never")
	row(v, super).See("Everything: the whole organisation")
	v.Field("Reach").Choose("Limited to targets")
	row(v, super).Hidden()
	row(v, limited).Shown()
	v.At("/roles?reach=limited")
	v.Back()
	row(v, super).Shown()
	v.At("/roles")
	v.Field("Contains").Fill(limited.Login)
	v.Field("Contains").Press("Enter")
	row(v, super).Hidden()
	v.See("1 assignment of 1 person, of ")
	v.Go(v.Link(v.Org.RoleTargets(limited.ID, "HELP_DESK_ADMIN")[0]))
	v.See("Only with ")
	v.Page.Open("/roles")
	v.Go(v.Link("Since"))
	v.At("/roles?sort=since")
	v.Go(v.Link("Since"))
	v.At("/roles?desc=1&sort=since")
	v.Link("Super Administrator").Click()
	v.At("/roles?desc=1&role=SUPER_ADMIN&sort=since")
	row(v, limited).Hidden()
	v.Text("More filters, and grouping").Click()
	v.Field("Group by").Choose("Group held through")
	v.See("Directly")
	v.Page.Open("/roles")
	v.Link("No factor 2").Click()
	v.At("/roles?mark=nofactor")
	marks := v.Role("table", "").At(0).Role("group", "").At(0)
	marks.Text("no factor").Click()
	marks.See("No second factor is enrolled: the password alone opens the role.")
	if n, err := v.Locator("td.do .btn-danger").Count(); err != nil || n > 0 {
		t.Errorf("an auditor is offered to change: %d %v", n, err)
	}
	nothingSent(t, v)
}

// Whoever waits for the first reading sees how far it is, and then the map, without
// asking again; that the page asks by itself does not count as a use of the session.
func TestRoleMapIsFollowed(t *testing.T) {
	t.Parallel()
	reach := make(chan struct{})
	c := console.Serve(t, testkit.Options{Replicas: 1, Wrap: func(okta http.RoundTripper) http.RoundTripper {
		return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/factors") {
				<-reach
			}
			return okta.RoundTrip(r)
		})
	}})
	v := c.Enter(t, "owner", desktop)
	walked := make(chan error, 1)
	go func() { walked <- c.Kit.Map.Walk(t.Context()) }()
	v.Page.Open("/roles")
	v.See("The map is being read for the first time", "read so far")
	v.Axe()
	reach <- struct{}{}
	close(reach)
	if err := <-walked; err != nil {
		t.Fatal(err)
	}
	v.See("Read today", "Everything: the whole organisation")
}

// What a telephone folds away stays open once somebody opened it, while the page follows
// a reading.
func TestRoleMapKeepsWhatIsOpen(t *testing.T) {
	t.Parallel()
	var held atomic.Bool
	reach := make(chan struct{})
	c := console.Serve(t, testkit.Options{Replicas: 1, Wrap: func(okta http.RoundTripper) http.RoundTripper {
		return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if held.Load() && strings.HasSuffix(r.URL.Path, "/factors") {
				<-reach
			}
			return okta.RoundTrip(r)
		})
	}}).Mapped(t)
	v := c.Enter(t, "owner", browser.Options{Width: 390, Height: 844, Touch: true})
	held.Store(true)
	walked := make(chan error, 1)
	go func() { walked <- c.Kit.Map.Walk(t.Context()) }()
	for s, err := c.Kit.Map.State(t.Context()); err != nil || !s.Running(); s, err = c.Kit.Map.State(t.Context()) {
		runtime.Gosched()
	}
	v.Page.Open("/roles")
	v.See("A new reading is under way.")
	bars := v.Link("Super Administrator")
	bars.Hidden()
	v.Text("By role").Click()
	bars.Shown()
	if _, err := v.Evaluate(`new Promise(done => document.addEventListener("htmx:after:swap", () => done(true), { once: true }))`); err != nil {
		t.Fatal(err)
	}
	bars.Shown()
	close(reach)
	if err := <-walked; err != nil {
		t.Fatal(err)
	}
}

// Without script the map is narrowed by its button.
func TestRoleMapWithoutScript(t *testing.T) {
	t.Parallel()
	v := atMap(t, "auditor", browser.Options{NoScript: true})
	super := v.Org.AdminWith("SUPER_ADMIN")
	v.Field("Reach").Choose("Limited to targets")
	v.Button("Show").Click()
	v.See("3 limited")
	row(v, super).Hidden()
	v.Go(v.Link("Person"))
	v.At("/roles?desc=1&reach=limited&sort=person")
}
