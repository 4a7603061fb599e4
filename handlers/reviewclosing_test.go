package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// decides has somebody decide on the item about a person, as it is now.
func decides(t *testing.T, c *testkit.Client, path string, p oktasim.Person, verdict string) {
	t.Helper()
	door := path + "/items/" + numberOf(t, c, path, p.Login)
	for _, f := range c.Get(path + "?show=all").Forms() {
		if f.Action == door {
			f.Values.Set("verdict", verdict)
			f.Values.Set("note", "has left the team")
			if got := c.Post(door, f.Values); got.Status != http.StatusSeeOther {
				t.Fatalf("not decided: %d %s", got.Status, short(got))
			}
			return
		}
	}
	t.Fatalf("%s is not asked about %s", path, p.Login)
}

// The page names by name who loses a role and who does not, with why; what is pressed on
// it closes what it showed and nothing else, and where that has changed says what.
func TestCloseIsWhatThePageSays(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner, second := k.As("owner"), k.As("second")
	path := begun(t, second, "", nil)
	shown, victim, grouped := k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("SUPER_ADMIN"), k.Org.GroupAdmin("APP_ADMIN")
	decides(t, second, path, shown, "revoke")
	decides(t, second, path, grouped, "revoke")
	page := owner.Get(path + "/close")
	for _, want := range []string{"Keydesk takes 1 role away", "1 revoke takes nothing away if you close it", "Close it and take 1 role away", "Will not be taken away", grouped.Login, "through Okta App Owners", shown.Login, "undecided items stay as they are. I mean that.", "Stop the review"} {
		if !page.Has(want) {
			t.Errorf("nowhere: %q in %s", want, page.Text())
		}
	}
	if page.Has(victim.Login) {
		t.Error("somebody is named who keeps their role")
	}
	decides(t, second, path, victim, "revoke")
	decides(t, second, path, shown, "keep")
	got := owner.Post(path+"/close", closes(page))
	for _, want := range []string{"Decisions changed after this page was shown", "Paul Ferrant decided to revoke Super Administrator of " + victim.FirstName, "decided to keep Report Administrator of", "Nothing was closed.", "Close it and take 1 role away"} {
		if got.Status != http.StatusConflict || !got.Has(want) {
			t.Errorf("%d, nowhere: %q in %s", got.Status, want, got.Text())
		}
	}
	if got := owner.Get(path); !got.Has("Stop it…") || !strings.Contains(got.Body, path+`/close#stop`) {
		t.Error("the review's page does not lead to stopping it")
	}
	if got := owner.Post(path+"/close", closes(got)); got.Status != http.StatusSeeOther {
		t.Errorf("not closed on the new page: %d %s", got.Status, short(got))
	}
	under := owner.Get(path + "/progress")
	if !under.Has("0 of 2 revokes have ended.") || !under.Has(victim.Login) || !under.Has(grouped.Login) || under.Has(shown.Login) {
		t.Errorf("while it is carried out: %s", under.Text())
	}
	carryOut(t, k)
	done := owner.Get(path)
	end := regexp.MustCompile(`(?s)<article[^>]*id="review-end".*?</article>`).FindString(done.Body)
	for _, want := range []string{"1 role was taken away.", victim.Login, "role removed", grouped.Login, "not carried out", "Use Okta"} {
		if !strings.Contains(end, want) {
			t.Errorf("when it is closed: %q is not in %s", want, end)
		}
	}
}

// A box that is not ticked has the focus when the page comes back, and what was typed is
// there still; a ticket is asked for where the policy asks for one.
func TestCloseFormComesBack(t *testing.T) {
	t.Parallel()
	p := desk.DemoPolicy()
	p.Require.Ticket = []desk.Word{"roles.remove"}
	k := mapped(t, testkit.Options{Policy: &p})
	owner := k.As("owner")
	path := begun(t, owner, "", nil)
	decides(t, owner, path, k.Org.AdminWith("REPORT_ADMIN"), "revoke")
	f := owner.Get(path + "/close").Form("/close")
	f.Values.Set("ticket", "INC-9")
	f.Values.Del("undecided")
	got := owner.Post(f.Action, f.Values)
	box := regexp.MustCompile(`<input[^>]*name="undecided"[^>]*>`).FindString(got.Body)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(box, "autofocus") || !strings.Contains(box, "required") || !strings.Contains(got.Body, `value="INC-9"`) {
		t.Errorf("%d %s", got.Status, box)
	}
	f.Values.Set("undecided", "true")
	f.Values.Set("ticket", "")
	got = owner.Post(f.Action, f.Values)
	field := regexp.MustCompile(`<input[^>]*name="ticket"[^>]*>`).FindString(got.Body)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(field, "autofocus") || !got.Has("Give the number of the ticket") {
		t.Errorf("%d %s", got.Status, field)
	}
	if got := owner.Post(path+"/stop", url.Values{"note": {"x"}}); got.Status != http.StatusUnprocessableEntity || !got.Has("Give a reason of three letters or more") {
		t.Errorf("stopped without a reason: %d %s", got.Status, short(got))
	}
	f.Values.Set("ticket", "INC-9")
	if got := owner.Post(f.Action, f.Values); got.Status != http.StatusSeeOther {
		t.Errorf("not closed: %d %s", got.Status, short(got))
	}
}
