package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// erasing is the form that erases somebody who is deactivated.
func erasing(t *testing.T, k *testkit.Kit, c *testkit.Client, p oktasim.Person) *testkit.Form {
	t.Helper()
	k.Org.SetStatus(p.ID, "DEPROVISIONED")
	f := form(t, c, p.ID, "/erase")
	f.Values.Set("typed", p.Login)
	k.Org.Reset()
	return f
}

// Only who types out the login erases; what was typed wrong is told at the field.
func TestEraseNeedsTheLogin(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	for _, htmx := range []bool{true, false} {
		c := k.As("admin")
		for _, typed := range []string{"", p.Login + "x", strings.ToUpper(p.Login), strings.Split(p.Login, "@")[0], p.ID} {
			c.HTMX = false
			f := erasing(t, k, c, p)
			f.Values.Set("typed", typed)
			c.HTMX = htmx
			turnedDown(t, k, typed, c.Post(f.Action, f.Values), http.StatusUnprocessableEntity, "exactly. Nothing was sent.")
		}
	}
	if acts := k.Acts(audit.Filter{Target: p.ID, Acts: true}); len(acts) != 0 {
		t.Errorf("recorded %+v", acts)
	}
	c := k.As("admin")
	f := erasing(t, k, c, p)
	f.Values.Set("typed", " "+p.Login+" ")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK || !got.Has("It waits for approval") || writes(k) != 0 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
	other := k.As("owner")
	yes := decision(t, other, "approve")
	if got := other.Post(yes.Action, yes.Values); got.Status != http.StatusOK || !got.Has("Okta erased the account") || sent(k, "DeactivateOrDeleteUser") != 1 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
	if _, there := k.Org.Person(p.ID); there {
		t.Error("the account is there")
	}
}

// Somebody who was activated between page and click is not touched: of an active
// account the same call would be a deactivation.
func TestEraseSpareTheLiving(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	for i, status := range []string{"ACTIVE", "STAGED", "PROVISIONED", "SUSPENDED"} {
		p := ordinary(t, k, 4)[0]
		f := erasing(t, k, c, p)
		k.Org.SetStatus(p.ID, status)
		turnedDown(t, k, status, c.Post(f.Action, f.Values), http.StatusConflict, "Nothing was sent")
		if now, _ := k.Org.Person(p.ID); now.Status != status {
			t.Errorf("%s became %s", status, now.Status)
		}
		if c.Get("/users/"+p.ID).Form("/erase") != nil {
			t.Errorf("%s: erasing is offered (%d)", status, i)
		}
		f = erasing(t, k, c, p)
		c.Post(f.Action, f.Values)
		k.Org.SetStatus(p.ID, status)
		other := k.As("owner")
		yes := decision(t, other, "approve")
		turnedDown(t, k, status+", when it is approved", other.Post(yes.Action, yes.Values), http.StatusConflict, "Nothing was sent")
		k.Org.SetStatus(p.ID, "DEPROVISIONED")
	}
}

// An erasure is sent once, however its answer is lost; that the account is gone
// then is the answer.
func TestEraseOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  oktasim.Fault
		status int
		gone   bool
		result audit.Result
	}{
		"dropped after it acted":  {oktasim.Fault{Drop: "after-act"}, 200, true, audit.Settled},
		"dropped before it acted": {oktasim.Fault{Drop: "after-read"}, 502, false, audit.Settled},
		"bad gateway":             {oktasim.Fault{Status: 502, Body: "html"}, 502, false, audit.Settled},
		"rate limit":              {oktasim.Fault{Limit: "rate", Times: 1}, 503, false, audit.Failed},
	} {
		k := testkit.New(t)
		c := k.As("admin")
		p := ordinary(t, k, 1)[0]
		owner := k.As("owner")
		f := approving(t, owner, c, erasing(t, k, owner, p))
		tt.fault.Operation = "DeactivateOrDeleteUser"
		k.Org.Faults([]oktasim.Fault{tt.fault})
		got := c.Post(f.Action, f.Values)
		if _, there := k.Org.Person(p.ID); got.Status != tt.status || there == tt.gone || sent(k, "DeactivateOrDeleteUser") != 1 {
			t.Errorf("%s: %d, there %t, %v: %s", name, got.Status, there, k.Calls(), short(got))
		}
		if a := onlyAct(t, k, p.ID, "users.erase"); a.End == nil || a.End.Result != tt.result || a.Target != p.Login {
			t.Errorf("%s: recorded %+v", name, a.End)
		}
		again := c.Post(f.Action, f.Values)
		if again.Status == http.StatusOK || sent(k, "DeactivateOrDeleteUser") != 1 {
			t.Errorf("%s, pressed again: %d, %v", name, again.Status, k.Calls())
		}
	}
}
