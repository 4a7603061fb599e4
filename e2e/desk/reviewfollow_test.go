package desk

import (
	"strings"
	"testing"

	"keydesk/internal/oktasim"
)

// Whoever has closed a review sees its revokes end one by one without asking, and what
// has the focus meanwhile keeps it.
func TestReviewFollowed(t *testing.T) {
	t.Parallel()
	c := mapped(t)
	v := c.Enter(t, "owner", desktop)
	first, second := v.Org.AdminWith("REPORT_ADMIN"), v.Org.LimitedAdmin("HELP_DESK_ADMIN")
	begin(v, "Everything")
	path := strings.Split(v.Path(), "?")[0]
	decideAll(t, v, path, first, second)
	v.Link("Close the review…").Click()
	v.Button("Close it and take 2 roles away").Click()
	v.See("0 of 2 revokes have ended.")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListGroupTargetsForRole", Status: 500, Body: "json"}})
	if _, err := c.Kit.Reviews.CarryOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.See("1 of 2 revokes have ended.", "role removed", "It is tried again.")
	focus := func(what string) bool {
		is, err := v.Evaluate(what)
		if err != nil {
			t.Fatal(err)
		}
		return is == true
	}
	if !focus(`(() => { const a = document.querySelector('#review-end td a'); a.focus(); return document.activeElement === a })()`) {
		t.Fatal("no row is linked")
	}
	v.Org.Faults(nil)
	carryOut(t, c)
	v.See("2 roles were taken away.")
	if !focus(`document.activeElement.matches('#review-end td a')`) {
		t.Error("what had the focus has lost it")
	}
}
