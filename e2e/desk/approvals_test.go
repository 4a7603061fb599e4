package desk

import (
	"slices"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// approve decides the one request that waits, as somebody who sees it in the rail.
func approve(t *testing.T, v *console.Visit, what, done string) {
	t.Helper()
	v.Link("Approvals 1 to decide").Click()
	v.Heading(what).Shown()
	v.Axe()
	v.Button("Approve").Click()
	d := v.Dialog("Approve and do it")
	v.Axe()
	d.See(what, "Everything is read and decided again first.")
	d.Field("Reason").Fill("seen the leaver's form")
	d.Button("Approve and do it").Click()
	v.See(done)
	v.Axe()
}

// A role that reaches everything takes two: an admin asks, sees that it waits, and
// cannot approve it; an owner reads what will happen, declines once and approves
// once; the admin reads how it ended.
func TestTwoForARole(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	v, owner := c.Enter(t, "admin", browser.Options{}), c.Enter(t, "owner", browser.Options{})
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	for _, end := range []string{"decline", "approve"} {
		v.Tab("Roles")
		v.Go(v.Link("Assign a role"))
		v.Go(v.Link("Super Administrator The whole organisation"))
		d := v.Opens(v.Button("Assign Super Administrator"), "roles.assign")
		d.See("It reaches the whole organisation.", "an owner who did not ask for it has to approve", "Until then nothing is sent to Okta")
		console.Why{}.Fill(d)
		d.Button("Ask for approval").Click()
		v.See("It waits for approval.")
		nothingSent(t, v)
		v.Go(v.Link("See what waits for approval"))
		v.See("Assign the role to "+console.Name(p), "Asked by", "Omar Reyes", console.Reason)
		if v.Button("Approve").Visible() {
			t.Error("the one who asked may approve")
		}
		owner.Home()
		if end == "approve" {
			approve(t, owner, "Assign the role to "+console.Name(p), "Okta assigned the role.")
		} else {
			decline(owner)
		}
		v.Again()
		v.See("Decided lately", end+"d by Thandi Mokoena")
		v.NextCall(p)
	}
	sentOnce(t, v, "AssignRoleToUser")
	if got := v.Now(p).Roles; !slices.Equal(got, []string{"SUPER_ADMIN"}) {
		t.Errorf("the person holds %v", got)
	}
}

func decline(v *console.Visit) {
	v.Link("Approvals 1 to decide").Click()
	v.Button("Decline").Click()
	d := v.Dialog("Decline")
	d.Field("Reason").Fill("ask her manager first")
	d.Button("Decline").Click()
	v.See("Nothing was sent to Okta.", "ask her manager first")
}
