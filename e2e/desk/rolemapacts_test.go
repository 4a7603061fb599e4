package desk

import (
	"net/url"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
)

// counted has the browser count presses of the mouse over all pages of a visit.
func counted(t *testing.T, v *console.Visit) (clicks func() int) {
	t.Helper()
	script := `addEventListener('pointerdown', () => { sessionStorage.clicks = 1 + Number(sessionStorage.clicks || 0) }, true)`
	if err := v.AddInitScript(playwright.Script{Content: &script}); err != nil {
		t.Fatal(err)
	}
	v.Again()
	v.Ready()
	return func() int {
		n, err := v.Evaluate(`(() => { const n = Number(sessionStorage.clicks || 0); sessionStorage.clicks = 0; return n })()`)
		if err != nil {
			t.Fatal(err)
		}
		count, _ := n.(int)
		return count
	}
}

// From the map a role limited to a group is granted in six clicks, its limit is
// swapped in four and it is taken away in three; the way back leads to the map as it
// was, which shows each change, and who made it.
func TestRoleMapGrantSwapRevoke(t *testing.T) {
	t.Parallel()
	v := atMap(t, "admin", browser.Options{Width: 1360, Height: 900})
	p := v.Org.AdminWith("REPORT_ADMIN")
	v.Page.Open("/roles?q=" + p.Login)
	clicks := counted(t, v)

	v.Facing(p)
	v.Go(row(v, p).Link(console.Name(p)))
	v.Go(v.Link("Assign a role"))
	v.Go(v.Link("Help Desk Administrator All groups, or those it is limited to"))
	v.Field("Find groups by name").Fill("Supp")
	v.Field("Find groups by name").Press("Enter")
	v.Go(v.Link("Add Support"))
	d := v.Opens(v.Button("Assign Help Desk Administrator"), "roles.assign")
	console.Why{}.Fill(d)
	v.Confirms("roles.assign")
	v.See("Okta assigned the role.")
	if n := clicks(); n > 6 {
		t.Errorf("to grant took %d clicks", n)
	}

	back := func() {
		if err := v.Kit.Map.Reread(t.Context()); err != nil { // which the console does within seconds
			t.Fatal(err)
		}
		v.Go(v.Link("Role map"))
		v.At("/roles?q=" + url.QueryEscape(p.Login))
		clicks()
	}
	back()
	line := row(v, p).Having("Help Desk Administrator")
	line.See("Support", "by "+console.Name(v.Staff("admin")))
	v.Go(line.Link("Limit Help Desk Administrator of " + console.Name(p)))
	search(v, "groups", "Finance")
	d = v.Opens(v.Line("Finance").Button("Add"), "targets.add_group")
	d.Text("Swap: take Support away afterwards").At(-1).Click()
	d.Field("Reason").Fill(console.Reason)
	v.Confirms("targets.add_group")
	v.See("It took Support away after that.")
	if n := clicks(); n > 4 {
		t.Errorf("to swap took %d clicks", n)
	}

	back()
	line.See("Finance")
	v.Go(line.Link("Remove Help Desk Administrator of " + console.Name(p)))
	v.Press(v.Button("Remove role"), "roles.remove", console.Why{})
	v.See("Okta removed the role.")
	if n := clicks(); n > 4 {
		t.Errorf("to revoke took %d clicks", n)
	}

	back()
	line.Hidden()
	v.Go(v.Link("What changed"))
	v.See("Granted", "Reach changed", "Taken away")
	v.Role("row", "").Having("Reach changed").See("Support", "Finance")
	v.Picture("role-changes")
}

// Two people and two moments side by side.
func TestRoleMapCompares(t *testing.T) {
	t.Parallel()
	c := console.Serve(t).Mapped(t)
	one, two := c.Kit.Org.LimitedAdmin("HELP_DESK_ADMIN"), c.Kit.Org.AdminWith("SUPER_ADMIN")
	c.Kit.Org.GrantRole(two.ID, "HELP_DESK_ADMIN")
	c.Kit.Org.GrantRole(one.ID, "REPORT_ADMIN")
	c.Kit.Advance(3 * time.Second)
	if err := c.Kit.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := c.Enter(t, "auditor", browser.Options{Width: 1360, Height: 900})
	v.Page.Open("/roles")
	v.Go(v.Link("Compare"))
	v.Field("One person").Fill(console.Name(one))
	v.Field("And another").Fill(two.Login)
	v.Button("Compare people").Click()
	v.See("Only "+console.Name(one), "Only "+console.Name(two), "Both hold it, with another reach or in another way: 1", "not held")
	v.Role("row", "").Having("Help Desk Administrator").See("Everything: every group and everybody in it", c.Kit.Org.RoleTargets(one.ID, "HELP_DESK_ADMIN")[0])
	v.Picture("role-compare")

	v.Go(v.Role("link", "").Having("today").At(-1))
	v.See("New since today", "Report Administrator", "assignments are the same at both moments.")
	v.Role("row", "").Having(console.Name(one)).See("not held")
	v.Go(v.Link("Role map"))
	v.Go(v.Link("What changed"))
	v.See("Granted", "not known here")
}
