package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

// begun is a review that somebody began, of which everything is as the form has it but
// for set, and its path.
func begun(t *testing.T, c *testkit.Client, query string, set url.Values) string {
	t.Helper()
	f := c.Get("/reviews/new" + query).Form("/reviews")
	for name, v := range set {
		f.Values[name] = v
	}
	got := c.Post(f.Action, f.Values)
	if got.Status != http.StatusSeeOther {
		t.Fatalf("a review cannot be begun: %d %s", got.Status, short(got))
	}
	return got.Header.Get("Location")
}

// byTwo is a review of all report administrators by an owner and a second one.
func byTwo(t *testing.T, k *testkit.Kit, owner *testkit.Client) string {
	t.Helper()
	staff := k.Org.Staff()
	return begun(t, owner, "", url.Values{"by": {"named"}, "reviewer": {staff["owner"], staff["second"]}})
}

// item is the form of the first item that the client decides.
func item(t *testing.T, c *testkit.Client, path string) *testkit.Form {
	t.Helper()
	for _, f := range c.Get(path).Forms() {
		if strings.Contains(f.Action, "/items/") {
			return &f
		}
	}
	t.Fatalf("%s asks nothing of them", path)
	return nil
}

func verdict(f *testkit.Form, v, note string) url.Values {
	out := url.Values{"verdict": {v}, "note": {note}}
	for name, values := range f.Values {
		if out.Get(name) == "" && name != "verdict" {
			out[name] = values
		}
	}
	return out
}

// Who only reads begins nothing, hands nothing on and closes nothing; a refusal has its
// row.
func TestWhoRunsReviews(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	path := begun(t, k.As("owner"), "", nil)
	for _, tier := range []string{"helpdesk", "auditor"} {
		c := k.As(tier)
		if got := c.Get("/reviews"); got.Status != http.StatusOK || got.Has("Begin a review") || !got.Has("All roles") {
			t.Errorf("%s reads %d %s", tier, got.Status, short(got))
		}
		for _, door := range []string{"/reviews", path + "/close", path + "/stop", path + "/reassign", path + "/again"} {
			before := len(k.Acts(audit.Filter{Acts: true, Limit: 1000}))
			got := c.Post(door, url.Values{"note": {"let me in"}, "name": {"Mine"}, "item": {"1"}, "to": {"ann"}})
			rows := k.Acts(audit.Filter{Acts: true, Limit: 1000})
			if got.Status != http.StatusForbidden || len(rows) != before+1 || rows[0].Phase != audit.PhaseRefused || !strings.HasPrefix(rows[0].Action, "review.") {
				t.Errorf("%s at %s: %d, %d rows, %+v: %s", tier, door, got.Status, len(rows)-before, rows[0].Row, short(got))
			}
		}
	}
	if got := k.As("auditor").Get(path + "/items"); got.Status != http.StatusOK || !got.Has("undecided") {
		t.Errorf("an auditor reads %d", got.Status)
	}
}

// Only who is asked decides, with the item as they saw it; the refused attempt has its
// row, and what was typed stays.
func TestDecideInAReview(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner, second := k.As("owner"), k.As("second")
	path := byTwo(t, k, owner)
	f := item(t, owner, path)
	if got := second.Post(f.Action, verdict(f, "keep", "")); got.Status != http.StatusForbidden || !got.Has("Thandi Mokoena decides on this.") {
		t.Errorf("somebody else decides: %d %s", got.Status, short(got))
	}
	if a := k.Acts(audit.Filter{Acts: true})[0]; a.Phase != audit.PhaseRefused || a.Detail != "review.reviewer" {
		t.Errorf("recorded %+v", a.Row)
	}
	if got := owner.Post(f.Action, verdict(f, "revoke", "")); got.Status != http.StatusUnprocessableEntity || !got.Has("Give a reason") {
		t.Errorf("without a reason: %d %s", got.Status, short(got))
	}
	if got := owner.Post(f.Action, verdict(f, "revoke", "has left the team")); got.Status != http.StatusSeeOther {
		t.Errorf("decided: %d %s", got.Status, short(got))
	}
	if got := owner.Post(f.Action, verdict(f, "keep", "")); got.Status != http.StatusConflict || !got.Has("decided to revoke") {
		t.Errorf("with an old version: %d %s", got.Status, short(got))
	}
	if got := owner.Get(path + "?show=revoke"); !got.Has("has left the team") || !got.Has("1 to be revoked") {
		t.Errorf("the page reads %s", short(got))
	}
}

// The script is told what the item is now, also where somebody was quicker.
func TestDecideByScript(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	path := byTwo(t, k, owner)
	f := item(t, owner, path)
	asks := func(v url.Values) *testkit.Page {
		return owner.Do(http.MethodPost, f.Action, v, http.Header{"Origin": {"http://" + testkit.Host}, "Sec-Fetch-Site": {"same-origin"}, "Accept": {"application/json"}})
	}
	if got := asks(verdict(f, "keep", "")); got.Status != http.StatusOK || !strings.Contains(got.Body, `"version":2,"verdict":"keep"`) || strings.Contains(got.Body, "problem") {
		t.Errorf("decided: %d %s", got.Status, got.Body)
	}
	if got := asks(verdict(f, "skip", "")); got.Status != http.StatusConflict || !strings.Contains(got.Body, `"version":2,"verdict":"keep"`) || !strings.Contains(got.Body, "decided to keep") {
		t.Errorf("too late: %d %s", got.Status, got.Body)
	}
	foreign := owner.Do(http.MethodPost, f.Action, verdict(f, "skip", ""), http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}, "Accept": {"application/json"}})
	if foreign.Status != http.StatusForbidden || strings.Contains(foreign.Body, `"version"`) {
		t.Errorf("from elsewhere: %d %s", foreign.Status, foreign.Body)
	}
}
