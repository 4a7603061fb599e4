package desk

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/app"
	"keydesk/internal/config"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
)

// on is whose item has the focus; empty: none has.
func on(t *testing.T, v *console.Visit) string {
	t.Helper()
	name, err := v.Evaluate(`document.activeElement.closest('.item')?.querySelector('h2').textContent ?? ''`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(name.(string))
}

// decideAll keeps everything that a reviewer is asked but the roles of some people.
func decideAll(t *testing.T, v *console.Visit, path string, revoke ...oktasim.Person) {
	t.Helper()
	v.Page.Open(path)
	v.Ready()
	for n := 0; ; n++ {
		who := on(t, v)
		if who == "" {
			break
		}
		if n > 100 {
			t.Fatalf("it does not go on from %q", who)
		}
		k := "k"
		if slices.ContainsFunc(revoke, func(p oktasim.Person) bool { return strings.HasPrefix(who, console.Name(p)) }) {
			k = "r"
		}
		key(t, v, k)
	}
	v.Link("All of yours is decided: go on").Click()
	v.Heading("You have decided everything").Shown()
}

// save presses a button that gives a file away, and returns where it is kept.
func save(t *testing.T, v *console.Visit, button browser.Part) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bundle.zip")
	d, err := v.ExpectDownload(func() error { return button.Locator.Click() })
	if err == nil {
		err = d.SaveAs(file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A review by two people, from its start to evidence that anybody can check. While it
// runs one of those who are to lose a role is limited anew behind its back: the page
// says so before the close, and the close leaves it.
func TestReviewByTwo(t *testing.T) {
	t.Parallel()
	c := mapped(t)
	v, second := c.Enter(t, "owner", desktop), c.Enter(t, "second", desktop)
	leaver, limited := v.Org.AdminWith("REPORT_ADMIN"), v.Org.LimitedAdmin("HELP_DESK_ADMIN")
	v.Link("Reviews").Click()
	v.See("No review yet", "nothing happens in Okta")
	v.Axe()
	v.Link("Begin a review").At(0).Click()
	v.Text("People I name").Click()
	v.Field("Thandi Mokoena, owner").Click()
	v.Field("Others, by login").Fill(second.Staff("second").Login)
	v.Axe()
	v.Picture("review-new")
	v.Button("Start the review").Click()
	v.See("by everybody")
	path := strings.Split(v.Path(), "?")[0]
	decideAll(t, v, path, leaver, limited)
	second.Home()
	second.Role("link", "").Having("to review").Click()
	second.Link("All roles, " + c.Kit.Now().UTC().Format("2 January 2006")).Click()
	decideAll(t, second, path, leaver, limited)

	v.Org.LimitRole(limited.ID, "HELP_DESK_ADMIN", "Sales")
	id, err := okta.ParseUserID(limited.ID)
	if err == nil {
		err = c.Kit.Map.Refresh(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	v.Page.Open(path)
	v.See("25 of 25 decided")
	v.Axe()
	v.Link("Close the review…").Click()
	v.See("Keydesk takes 1 role away", "1 revoke takes nothing away", "It reaches Sales now")
	v.Axe()
	v.Picture("review-close")
	v.Button("Close it and take 1 role away").Click()
	v.See("of 2 revokes have ended")
	v.Axe()
	carryOut(t, c)
	v.Again()
	v.See("1 role was taken away", "1 revoke was not carried out")
	v.Picture("review-done")
	if got := v.Now(leaver).Roles; len(got) != 0 {
		t.Errorf("the one who was to lose the role holds %v", got)
	}
	if got := v.Now(limited).Roles; !slices.Equal(got, []string{"HELP_DESK_ADMIN"}) {
		t.Errorf("the one whose role changed holds %v", got)
	}
	v.Link("see why").Click()
	v.See("not carried out: not as decided", "Sales")
	v.Axe()
	v.Picture("review-left")
	v.Page.Open(path)
	verified(t, save(t, v, v.Button("Download the sealed evidence")))
}

// verified holds the evidence to what it says of itself, and to nothing less.
func verified(t *testing.T, file string) {
	t.Helper()
	var said bytes.Buffer
	if err := app.VerifyReview(config.ReviewVerify{File: file}, &said); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(b, []byte("has left the team"))
	b[i]++
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	if err := app.VerifyReview(config.ReviewVerify{File: file}, &said); !errors.Is(err, app.ErrTampered) || !strings.Contains(said.String(), ".") {
		t.Errorf("changed it is taken for whole: %v %s", err, said.String())
	}
}

// What does not get through comes back with words, and what somebody else decided
// meanwhile is shown as theirs.
func TestReviewThatComesBack(t *testing.T) {
	t.Parallel()
	c := mapped(t)
	v, elsewhere := c.Enter(t, "owner", desktop), c.Enter(t, "owner", desktop)
	begin(v, "Everything")
	first := focused(t, v)
	elsewhere.Page.Open(v.Path())
	elsewhere.Ready()
	v.Expect(0, "/reviews/*/items/*")
	v.Expect(http.StatusConflict, "/reviews/*/items/*")
	if err := v.Route("**/items/*", func(r playwright.Route) { _ = r.Abort() }); err != nil {
		t.Fatal(err)
	}
	v.Key("k")
	v.See("No answer came. Decide again: to send it twice does no harm.", "0 of 25 decided")
	v.Axe()
	if focused(t, v) == first {
		t.Error("the focus is taken back to what failed")
	}
	if err := v.Unroute("**/items/*"); err != nil {
		t.Fatal(err)
	}
	elsewhere.Key("s")
	decidedRows(t, c, 1)
	v.Key("ArrowUp")
	v.Key("k")
	v.See("decided to skip", "1 of 25 decided")
	if got, err := v.Evaluate(`document.querySelector('#item-` + first + `').dataset.verdict`); err != nil || got != "skip" {
		t.Errorf("the item shows %v, %v", got, err)
	}
}

// Without script every decision is a form that is sent.
func TestReviewWithoutScript(t *testing.T) {
	t.Parallel()
	c := mapped(t)
	v := c.Enter(t, "owner", browser.Options{NoScript: true})
	v.Link("Reviews").Click()
	v.Link("Begin a review").At(0).Click()
	v.Link("Report Administrator").Click()
	v.Button("Start the review").Click()
	v.Expect(http.StatusUnprocessableEntity, "/reviews/*/items/*")
	v.Role("button", "").Having("Revoke").At(0).Click()
	v.See("Give a reason")
	v.Field("Reason (needed to revoke)").At(0).Fill("has left the team")
	v.Role("button", "").Having("Revoke").At(0).Click()
	v.See("1 to be revoked")
	v.Go(v.Link("To be revoked 1"))
	v.Role("button", "").Having("Undo").At(0).Click()
	v.See("0 of")
}
