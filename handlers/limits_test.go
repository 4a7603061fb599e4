package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// One operator does as much of a class in an hour as the policy says, over all of
// their sessions; one more is refused, stands in the record, and says when it opens.
// Half of it raises an alert, once.
func TestLimits(t *testing.T) {
	t.Parallel()
	p := desk.DemoPolicy()
	p.Limits = map[desk.Risk]desk.Limit{desk.Takeover: {Hour: 10, Day: 13}}
	k := testkit.New(t, testkit.Options{Policy: &p})
	sessions := []*testkit.Client{k.As("helpdesk"), k.As("helpdesk")}
	people := ordinary(t, k, 16)
	k.Org.Reset()
	n := 0
	reset := func() *testkit.Page {
		c, id := sessions[n%2], people[n].ID
		n++
		f := form(t, c, id, "/lifecycle/reset_factors")
		return c.Post(f.Action, f.Values)
	}
	for range 10 {
		if got := reset(); got.Status != http.StatusOK {
			t.Fatalf("the %d. reset: %d %s", n, got.Status, got.Text())
		}
	}
	got := reset()
	if got.Status != http.StatusTooManyRequests || !got.Has("limit.takeover.hour") || !got.Has("It opens again in 60 minutes") || writes(k) != 10 {
		t.Errorf("the 11.: %d, %d writes: %s", got.Status, writes(k), got.Text())
	}
	acts := k.Acts(audit.Filter{Action: "reset_factors", Target: people[10].ID})
	if len(acts) != 1 || acts[0].Phase != audit.PhaseRefused || acts[0].Detail != "limit.takeover.hour" {
		t.Errorf("recorded %+v", acts)
	}
	if got := sessions[0].Post("/users/"+people[11].ID+"/lifecycle/suspend", form(t, sessions[0], people[11].ID, "/lifecycle/suspend").Values); got.Status != http.StatusOK {
		t.Errorf("another class: %d %s", got.Status, got.Text())
	}
	alerts := k.Acts(audit.Filter{Action: "limit.alert"})
	if len(alerts) != 2 || !strings.Contains(alerts[1].Detail, "5 of 10 takeover acts within the hour") || !strings.Contains(alerts[0].Detail, "7 of 13 takeover acts within the day") {
		t.Errorf("alerts %+v", alerts)
	}
	k.Advance(65 * time.Minute)
	sessions[0], sessions[1] = k.As("helpdesk"), k.As("helpdesk") // the sign-ins have to be fresh, too
	for range 3 {
		if got := reset(); got.Status != http.StatusOK {
			t.Errorf("an hour later: %d %s", got.Status, got.Text())
		}
	}
	if got := reset(); got.Status != http.StatusTooManyRequests || !got.Has("limit.takeover.day") || !got.Has("It opens again in 23 hours") {
		t.Errorf("the day's limit: %d %s", got.Status, got.Text())
	}
}

// Who may not see what an act yields has it mailed, and gets no temporary password.
func TestWithoutSecrets(t *testing.T) {
	t.Parallel()
	p := desk.DemoPolicy()
	rule := p.Roles[desk.Helpdesk]
	rule.Except = []desk.Word{desk.Word(desk.ShowSecrets)}
	p.Roles[desk.Helpdesk] = rule
	k := testkit.New(t, testkit.Options{Policy: &p})
	c := k.As("helpdesk")
	id := ordinary(t, k, 1)[0].ID
	page := c.Get("/users/" + id)
	if page.Has("Show me the link once") || page.Form("/lifecycle/expire_password_with_temp_password") != nil {
		t.Errorf("what cannot be seen is offered: %s", page.Text())
	}
	f := form(t, c, id, "/lifecycle/reset_password")
	f.Values.Set("send_email", "false")
	k.Org.Reset()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusForbidden || writes(k) != 0 || !got.Has("permission.secrets.show") {
		t.Errorf("%d, %d writes: %s", got.Status, writes(k), got.Text())
	}
	f = form(t, c, id, "/lifecycle/reset_password")
	f.Values.Set("send_email", "true")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK || writes(k) != 1 {
		t.Errorf("mailed: %d, %d writes: %s", got.Status, writes(k), got.Text())
	}
}
