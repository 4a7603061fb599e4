package pages

import (
	"net/http"
	"testing"
	"time"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// looks asserts that the page as it stands is good in both themes and on a
// telephone.
func looks(t *testing.T, v *console.Visit) {
	t.Helper()
	v.Axe()
	if err := v.SetViewportSize(390, 844); err != nil {
		t.Fatal(err)
	}
	fits(t, v)
	if err := v.SetViewportSize(wide.Width, wide.Height); err != nil {
		t.Fatal(err)
	}
}

// The pages below the rooms, which only links lead to.
func TestLooksOfSingleThings(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "admin", wide)
	v.NextCall(v.Org.Heavy())
	v.Tab("Sign-ins")
	v.Go(v.Link("archive.000"))
	v.Heading("Consent").Shown()
	looks(t, v)
	v.Go(v.Link("Sign-ins").At(-1))
	v.Go(v.Link("Pocket Mail"))
	v.Go(v.Link("More tokens"))
	looks(t, v)
	v.Go(v.Role("link", "").Having("oar").At(0))
	v.Heading("Refresh token").Shown()
	looks(t, v)
}

// What is wrong with a form that stands in a page.
func TestLooksOfProblemsInForms(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "admin", wide)
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Profile")
	v.Expect(http.StatusUnprocessableEntity, "/users/*/profile")
	v.Expect(http.StatusConflict, "/users/*/profile")
	v.Field("Title").Fill("")
	v.Field("Reason").Fill(console.Reason)
	v.Button("Save").Click()
	v.See("This clears the value.")
	looks(t, v)
	v.Org.Advance(2 * time.Second)
	v.Org.SetProfile(p.ID, "title", "Theirs")
	v.Field("Title").Fill("Mine")
	v.Button("Save").Click()
	v.See("You typed")
	looks(t, v)
	v.Link("People").Click()
	v.Go(v.Link("New person"))
	v.Expect(http.StatusUnprocessableEntity, "/users")
	for _, name := range []string{"First name required", "Last name required", "Reason"} {
		v.Field(name).Fill("Nell")
	}
	for _, name := range []string{"Username required", "Primary email required"} {
		v.Field(name).Fill(p.Login)
	}
	v.Button("Create").Click()
	v.See("already exists")
	looks(t, v)
	v.Field("Make a first password and show it once").Click()
	v.Field("Username required").Fill("nell@brightwater.example")
	v.Button("Create").Click()
	v.Reveal("first password")
	looks(t, v)
}

// A panel that failed, one that is switched off, and the end of a counter.
func TestLooksOfWhatIsMissing(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", wide)
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Org.Faults([]oktasim.Fault{
		{Operation: "ListUserIdentityProviders", Status: http.StatusServiceUnavailable},
		{Operation: "ListLinkedObjectDefinitions", Status: http.StatusForbidden},
		{Operation: "GetUserSchema", Status: http.StatusForbidden},
	})
	v.Tab("Access")
	v.See("Okta answered with an error (503).")
	looks(t, v)
	v.Tab("Links")
	v.See("okta.linkedObjects.read")
	looks(t, v)
	v.Tab("Profile")
	v.See("okta.schemas.read")
	looks(t, v)
	v.Org.Reset()
	v.Tab("Overview")
	counter(t, v)
	v.Expect(http.StatusUnprocessableEntity, "/counter/change_password")
	typed(v, "wrong", "Nine-lanterns-77", "Nine-lanterns-78")
	v.See("The two new passwords differ.")
	looks(t, v)
	v.Expect(http.StatusConflict, "/counter/change_password")
	typed(v, "wrong", "Nine-lanterns-77", "Nine-lanterns-77")
	v.See("Give the device back.")
	looks(t, v)
}

// counter opens the counter for a new password from the page of a person.
func counter(t *testing.T, v *console.Visit) {
	t.Helper()
	if !v.Offered("Change password") {
		t.Fatal("the counter is not offered")
	}
	console.Why{}.Fill(v.Opens(v.Button("Change password"), "change_password"))
	v.Confirms("change_password")
	v.See("opened this page for you")
}

// typed is what the person types there.
func typed(v *console.Visit, old, want, again string) {
	v.Field("Your present password").Fill(old)
	v.Field("Your new password").Fill(want)
	v.Field("The new password once more").Fill(again)
	v.Button("Change my password").Click()
}

// Without script the counter is a form like any other, and as final.
func TestCounterWithoutScript(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "helpdesk", browser.Options{NoScript: true})
	for _, p := range v.Ordinary(80) {
		number, _ := p.Profile["employeeNumber"].(string)
		old := "Brightwater-" + number
		if !v.Org.CheckPassword(p.ID, old) {
			continue
		}
		v.NextCall(p)
		counter(t, v)
		typed(v, old, "Nine-lanterns-77", "Nine-lanterns-77")
		v.See("Okta changed the password.", "Give the device back.")
		if !v.Org.CheckPassword(p.ID, "Nine-lanterns-77") {
			t.Error("the new password is not the account's")
		}
		v.Page.Open("/users")
		v.Heading("Who are you today?").Shown()
		return
	}
	t.Fatal("nobody's password is known")
}
