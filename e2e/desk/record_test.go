package desk

import (
	"fmt"
	"net/http"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/testkit"
)

// What one did is in the record at once: a toast leads to the row, and the row
// says who, what, whom, why and how it ended.
func TestToastLeadsToTheRow(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk", testkit.Options{Ticket: "https://tickets.keydesk.invalid/browse/%s"})
	v.Find("Ann Vo")
	v.Act("Unlock", console.Why{Reason: "Mistyped it after her holiday", Ticket: "INC-4711"})
	v.See("Okta unlocked the account.")
	row := v.Row(v.Ann())
	v.Role("status", "").Having("Okta unlocked").Role("link", "").Click()
	v.Heading("Record").Shown()
	v.See("Dana Kim", "Unlock", "ann.vo@", "Mistyped it after her holiday", "done")
	if address, err := v.Link("INC-4711").GetAttribute("href"); err != nil || address != "https://tickets.keydesk.invalid/browse/INC-4711" {
		t.Errorf("the ticket leads to %q, %v", address, err)
	}
	v.Text(fmt.Sprintf("Row %d", row.Seq)).Click()
	v.See(row.End.RequestID, row.Hash[:12], "restoring")
}

// The helpdesk sees its own acts, the auditor everybody's.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	dana := c.Enter(t, "helpdesk", browser.Options{})
	omar := c.Enter(t, "admin", browser.Options{})
	people := dana.Ordinary(2)
	dana.NextCall(people[0])
	dana.Act("Suspend", console.Why{Reason: "Stolen laptop", Ticket: "INC-1"})
	dana.See("Okta suspended the account.")
	omar.NextCall(people[1])
	omar.Act("Suspend", console.Why{Reason: "Long absence", Ticket: "HR-2"})
	omar.See("Okta suspended the account.")

	dana.Link("Record").Click()
	dana.See("Your own acts", "Stolen laptop")
	dana.Gone("Long absence", "Only mine")
	dana.NextCall(people[1]) // on the person's page a colleague's act is told
	dana.See("Long absence", "Omar Reyes")

	omar.Link("Record").Click()
	omar.See("Stolen laptop", "Long absence", "Dana Kim")
	omar.Field("Only mine").Click()
	omar.Button("Search").Click()
	omar.Gone("Stolen laptop")
	omar.See("Long absence")

	ingrid := c.Enter(t, "auditor", browser.Options{})
	ingrid.Link("Record").Click()
	ingrid.See("Stolen laptop", "Long absence", "keydesk audit verify")
	for _, text := range []string{"stolen", "INC-1", people[0].Login, ingrid.Row(people[0]).End.RequestID} {
		ingrid.Field("Contains").Fill(text)
		ingrid.Button("Search").Click()
		ingrid.Gone("Long absence")
		ingrid.See("Stolen laptop")
	}
	ingrid.Field("Contains").Fill("no such words")
	ingrid.Field("Contains").Press("Enter")
	ingrid.See("No row of the record matches.")
	ingrid.Link("Show all of them").Click()
	ingrid.See("Stolen laptop", "Long absence")
}

// Searched by more than words, taken away as a file, and followed from a person's page.
func TestRecordIsSearchedAndTaken(t *testing.T) {
	t.Parallel()
	c := console.Serve(t)
	dana := c.Enter(t, "helpdesk", browser.Options{})
	p := dana.Ordinary(1)[0]
	dana.NextCall(p)
	dana.Act("Suspend", console.Why{Reason: "Stolen laptop", Ticket: "INC-1"})
	dana.See("Okta suspended the account.")
	dana.Link("All of it").Click()
	dana.Heading("What was done from here").Shown()
	dana.See("Stolen laptop", "Dana Kim")
	dana.Axe()
	dana.Picture("history")

	ingrid := c.Enter(t, "auditor", browser.Options{})
	ingrid.Link("Record").Click()
	ingrid.Text("More to search by").Click()
	ingrid.Field("Operator").Fill("dana")
	ingrid.Field("Class").Choose("Destructive")
	ingrid.Field("Result").Choose("Done")
	ingrid.Button("Search").Click()
	ingrid.See("Stolen laptop", "The rows that match", "Times are in UTC")
	ingrid.Axe()
	ingrid.Picture("record-searched")
	ingrid.Field("Result").Choose("Refused")
	ingrid.Button("Search").Click()
	ingrid.See("No row of the record matches.")
}

// Searched by action, and more rows than a page holds.
func TestRecordByActionAndPage(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "auditor")
	agent := v.Kit.As("helpdesk")
	people := v.Ordinary(30)
	for _, p := range people {
		for range 2 { // a reason too short never reaches the record
			page := agent.Get("/users/" + p.ID)
			f := page.Form("/sessions/clear")
			f.Values.Set("note", "Clean-up of "+p.LastName)
			if got := agent.Post(f.Action, f.Values); got.Status != http.StatusOK {
				t.Fatalf("%d %s", got.Status, got.Text())
			}
		}
	}
	v.Link("Record").Click()
	v.Link("Older rows").Click()
	v.See("Clean-up of " + people[0].LastName)
	v.Gone("Clean-up of "+people[29].LastName, "Older rows")
	v.Field("Action").Choose("Suspend")
	v.Button("Search").Click()
	v.See("No row of the record matches.")
}
