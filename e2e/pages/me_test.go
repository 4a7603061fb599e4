package pages

import (
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// The menu leads to what one may do: in both themes, on a telephone, for every tier.
func TestWhatIMayDo(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	for _, who := range []string{"auditor", "helpdesk", "owner"} {
		v := c.Enter(t, who, browser.Options{Width: 390, Height: 844, Touch: true})
		v.Role("button", "").Having(v.Staff(who).FirstName).Click()
		v.Link("What you may do").Click()
		v.Heading("What you may do").Shown()
		v.See("Your roles", "Besides")
		v.Axe()
		fits(t, v)
		v.Picture("zz-me-phone-" + who)
	}
	v := c.Enter(t, "helpdesk", wide)
	v.Open("/me")
	v.See("Unlock", "0 of 1000 in the last hour", "Ask a member of Keydesk Admins or Keydesk Owners.")
	v.Axe()
	v.Picture("zz-me")
}
