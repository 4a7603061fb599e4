package handlers_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/review"
	"keydesk/internal/testkit"
)

// carryOut does what the console does beside requests, until every revoke has its end.
func carryOut(t *testing.T, k *testkit.Kit) {
	t.Helper()
	for range 100 {
		wait, err := k.Reviews.CarryOut(t.Context())
		if err == nil {
			err = k.Map.Reread(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			return
		}
		k.Advance(wait)
	}
	t.Fatal("the review does not end")
}

// numberOf is the number of the item about somebody, as the list of all items has it.
func numberOf(t *testing.T, c *testkit.Client, path, who string) string {
	t.Helper()
	got := c.Get(path + "/items?q=" + url.QueryEscape(who))
	found := regexp.MustCompile(`id="item-(\d+)"`).FindStringSubmatch(got.Body)
	if found == nil {
		t.Fatalf("no item mentions %s: %s", who, short(got))
	}
	return found[1]
}

// closes is the form of the page of a close, with the box ticked.
func closes(page *testkit.Page) url.Values {
	f := page.Form("/close")
	f.Values.Set("undecided", "true")
	return f.Values
}

// Two decide, one closes: what is undecided has to be meant, roles are taken away once,
// and who may not export the record gets no evidence.
func TestTwoReviewers(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner, second := k.As("owner"), k.As("second")
	path := byTwo(t, k, owner)
	leaver := k.Org.AdminWith("REPORT_ADMIN")
	n := numberOf(t, owner, path, leaver.Login)
	door := path + "/items/" + n
	if got := owner.Post(door, url.Values{"verdict": {"revoke"}, "version": {"1"}, "note": {"has left the team"}}); got.Status == http.StatusForbidden {
		got = second.Post(door, url.Values{"verdict": {"revoke"}, "version": {"1"}, "note": {"has left the team"}})
		if got.Status != http.StatusSeeOther {
			t.Fatalf("neither decides: %d %s", got.Status, short(got))
		}
	}
	if got := owner.Post(path+"/close", url.Values{}); got.Status != http.StatusUnprocessableEntity || !got.Has("24 undecided items stay as they are when the review is closed. Tick that this is meant, or wait.") {
		t.Errorf("closed with undecided items: %d %s", got.Status, short(got))
	}
	if got := owner.Post(path+"/bundle", url.Values{}); got.Status != http.StatusConflict {
		t.Errorf("evidence before there is any: %d", got.Status)
	}
	k.Org.Reset()
	page := owner.Get(path + "/close")
	if got := owner.Post(path+"/close", closes(page)); got.Status != http.StatusSeeOther {
		t.Fatalf("not closed: %d %s", got.Status, short(got))
	}
	if got := second.Post(path+"/close", closes(page)); got.Status != http.StatusConflict || !got.Has("not open any more") {
		t.Errorf("closed twice: %d %s", got.Status, short(got))
	}
	carryOut(t, k)
	if sent(k, "RemoveRoleFromUser") != 1 || writes(k) != 1 {
		t.Errorf("sent %v", k.Calls())
	}
	if got := k.As("helpdesk").Post(path+"/bundle", url.Values{}); got.Status != http.StatusForbidden {
		t.Errorf("helpdesk takes the evidence away: %d", got.Status)
	}
	command := regexp.MustCompile(`keydesk review verify (keydesk-review-[a-z0-9]+\.zip) --key ([A-Za-z0-9+/=]+)`).FindStringSubmatch(k.As("auditor").Get(path).Text())
	if command == nil {
		t.Fatal("the page does not say how the evidence is checked")
	}
	got := k.As("auditor").Post(path+"/bundle", url.Values{})
	found, err := review.Verify(strings.NewReader(got.Body), int64(len(got.Body)), command[2:])
	if err != nil || len(found.Faults) > 0 || !found.Trusted || !strings.Contains(got.Header.Get("Content-Disposition"), command[1]) || !bytes.HasPrefix([]byte(got.Header.Get("Content-Disposition")), []byte("attachment; filename=\"keydesk-review-")) {
		t.Errorf("%v %+v %v", err, found.Faults, got.Header)
	}
	if a := k.Acts(audit.Filter{Action: "review.exported"}); len(a) != 3 { // two were refused
		t.Errorf("%d rows of evidence taken away", len(a))
	}
}

// Nobody decides on their own roles, whatever a page says and whoever handed it on.
func TestNoSelfReview(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	me, _ := k.Org.Person(k.Org.Staff()["owner"])
	k.Org.GrantRole(me.ID, "REPORT_ADMIN")
	if err := k.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := k.As("owner")
	path := begun(t, owner, "?role=REPORT_ADMIN", nil)
	n := numberOf(t, owner, path, me.Login)
	got := owner.Post(path+"/items/"+n, url.Values{"verdict": {"keep"}, "version": {"1"}})
	if got.Status != http.StatusForbidden || !got.Has("Nobody decides on their own roles.") {
		t.Errorf("%d %s", got.Status, short(got))
	}
	if a := k.Acts(audit.Filter{Acts: true})[0]; a.Phase != audit.PhaseRefused || a.Detail != "review.self" {
		t.Errorf("recorded %+v", a.Row)
	}
	if got := owner.Post(path+"/reassign", url.Values{"item": {n}, "to": {me.Login}}); got.Status != http.StatusForbidden || !got.Has("would decide on their own roles") {
		t.Errorf("handed to whom it is about: %d %s", got.Status, short(got))
	}
	second, _ := k.Org.Person(k.Org.Staff()["second"])
	if got := owner.Post(path+"/reassign", url.Values{"item": {n}, "to": {second.Login}}); got.Status != http.StatusOK || !got.Has("1 now wait for Paul Ferrant.") {
		t.Errorf("handed on: %d %s", got.Status, short(got))
	}
	if got := k.As("second").Get("/reviews"); !got.Has("Decide 1") || !got.Has("1 to review") {
		t.Errorf("the one who has it now reads %s", short(got))
	}
}

// To revoke what takes two asks for a fresh sign-in, and what was typed is kept over it.
func TestReviewAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	path := begun(t, owner, "?role=SUPER_ADMIN", nil)
	f := item(t, owner, path)
	wait(k, 20*time.Minute, owner)
	got := owner.Post(f.Action, verdict(f, "revoke", "has left the company"))
	if got.Status != http.StatusForbidden || linkNamed(got, again) == "" || !strings.Contains(got.Body, "has left the company") {
		t.Fatalf("%d %s", got.Status, short(got))
	}
	got = signInAs(t, owner, linkNamed(got, again), "owner")
	if !got.Has("You have signed in again. Nothing was decided yet") || !strings.Contains(got.Body, `value="has left the company"`) {
		t.Fatalf("back from it: %d at %s: %s", got.Status, got.Path, short(got))
	}
	f = item(t, owner, path)
	if got := owner.Post(f.Action, verdict(f, "revoke", "has left the company")); got.Status != http.StatusSeeOther {
		t.Errorf("decided: %d %s", got.Status, short(got))
	}
}

// A form that is not whole begins nothing, says what is wrong, and keeps what was typed.
func TestBeginReviewMistyped(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	for name, tt := range map[string]struct {
		set  url.Values
		says string
	}{
		"no name":       {url.Values{"name": {" "}}, "Give the review a name"},
		"no day":        {url.Values{"due": {"soon"}}, "Write the day"},
		"a day gone by": {url.Values{"due": {"2020-01-01"}}, "due after now"},
		"nobody named":  {url.Values{"by": {"named"}}, "Tick or write who decides"},
		"an unknown":    {url.Values{"by": {"named"}, "others": {"nobody.of.this.name"}}, "Nobody has the login"},
		"no colleague":  {url.Values{"by": {"named"}, "others": {ordinary(t, k, 1)[0].Login}}, "has no role in this console"},
		"carry":         {url.Values{"carry": {"a year"}}, "number of days"},
		"nothing fits":  {url.Values{"department": {"Nowhere"}}, "nothing to review"},
	} {
		f := owner.Get("/reviews/new").Form("/reviews")
		f.Values.Set("fallback", "")
		for n, v := range tt.set {
			f.Values[n] = v
		}
		if got := owner.Post(f.Action, f.Values); got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusConflict || !got.Has(tt.says) {
			t.Errorf("%s: %d %s", name, got.Status, short(got))
		}
	}
	if got := owner.Get("/reviews"); !got.Has("No review yet") {
		t.Errorf("something was begun: %s", short(got))
	}
}
