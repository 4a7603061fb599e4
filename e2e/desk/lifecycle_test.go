package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
)

// An action as an operator sees it, and what the organisation makes of it.
type action struct {
	title string
	name  string // in the record
	op    string
	says  string            // what the page says afterwards
	to    map[string]string // status before -> after, where it is lawful
	only  string            // where it is not: the statuses that the page names
}

func lifecycle() []action {
	const any = "Staged, Pending user action, Active, Password reset, Password expired, Locked out or Suspended"
	return []action{
		{
			"Activate", "activate", "ActivateUser", "Okta activated the account and mails the link.",
			map[string]string{"STAGED": "ACTIVE", "DEPROVISIONED": "PROVISIONED"},
			"Staged or Deactivated",
		},
		{
			"Deactivate", "deactivate", "DeactivateUser", "Okta deactivated the account.",
			to("DEPROVISIONED", "STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED"), any,
		},
		{
			"Resend activation", "reactivate", "ReactivateUser", "Okta made a new activation link and mails the link.",
			map[string]string{"PROVISIONED": "PROVISIONED", "RECOVERY": "RECOVERY"},
			"Pending user action or Password reset",
		},
		{
			"Suspend", "suspend", "SuspendUser", "Okta suspended the account.",
			to("SUSPENDED", "ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED"), "Active",
		},
		{
			"Unsuspend", "unsuspend", "UnsuspendUser", "Okta ended the suspension.",
			to("ACTIVE", "SUSPENDED"), "Suspended",
		},
		{
			"Unlock", "unlock", "UnlockUser", "Okta unlocked the account.",
			to("ACTIVE", "LOCKED_OUT"), "Locked out",
		},
		{
			"Reset password", "reset_password", "ResetPassword", "Okta reset the password and mails the link.",
			to("RECOVERY", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"),
			"Pending user action, Active, Password reset, Password expired or Locked out",
		},
		{
			"Expire password", "expire_password", "ExpirePassword", "Okta expired the password.",
			to("PASSWORD_EXPIRED", "ACTIVE", "PASSWORD_EXPIRED"), "Active or Password expired",
		},
		{
			"Temporary password", "expire_password_with_temp_password", "ExpirePasswordAndGetTemporaryPassword", "Okta set a temporary password.",
			to("PASSWORD_EXPIRED", "ACTIVE", "PASSWORD_EXPIRED"), "Active or Password expired",
		},
		{
			"Reset factors", "reset_factors", "ResetFactors", "Okta reset the factors.",
			same("STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED"), any,
		},
	}
}

func to(status string, from ...string) map[string]string {
	m := map[string]string{}
	for _, s := range from {
		m[s] = status
	}
	return m
}

func same(statuses ...string) map[string]string {
	m := map[string]string{}
	for _, s := range statuses {
		m[s] = s
	}
	return m
}

// Each of the ten actions from each of the eight statuses: where Okta allows it
// it is clicked through, and elsewhere the page says why not. One call after the
// other at one desk, as on any working day.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	for _, a := range lifecycle() {
		t.Run(a.title, func(t *testing.T) {
			t.Parallel()
			v := console.Open(t, "helpdesk")
			people := v.Ordinary(len(desk.Statuses()))
			for i, from := range desk.Statuses() {
				t.Run("from "+desk.StatusWord(from), func(t *testing.T) {
					v := v.With(t)
					v.Org.SetStatus(people[i].ID, string(from))
					v.NextCall(people[i])
					v.Org.Reset()
					if after, lawful := a.to[string(from)]; lawful {
						clickedThrough(t, v, a, people[i], after)
					} else {
						explained(t, v, a, from)
					}
				})
			}
		})
	}
}

func clickedThrough(t *testing.T, v *console.Visit, a action, p oktasim.Person, after string) {
	t.Helper()
	reason := fmt.Sprintf("%s for %s, who was called back", a.title, p.FirstName)
	v.Act(a.title, console.Why{Reason: reason, Ticket: "INC-4711"})
	v.See(a.says, reason, "INC-4711")
	v.ShowsStatus(after)
	status(t, v, p, after)
	sentOnce(t, v, a.op)
	done(t, v, p, a.name, reason, after)
}

// explained asserts that an action is refused in words: under More stands its
// name, which statuses Okta allows it for, and which one this is.
func explained(t *testing.T, v *console.Visit, a action, from okta.Status) {
	t.Helper()
	if v.Offered(a.title) {
		t.Errorf("%s is offered", a.title)
	}
	if names, err := v.Role("listitem", "").AllInnerTexts(); err != nil || !slices.Contains(names, a.title) {
		t.Errorf("%s is not among what is named: %q, %v", a.title, names, err)
	}
	v.See(fmt.Sprintf("Okta allows this only for accounts that are %s; this one is %s.", a.only, desk.StatusWord(from)))
	nothingSent(t, v)
}

// What an action will do, and to whom, is said before it is done.
func TestEffectsAreToldBefore(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	d := v.Ask("Reset password")
	d.See("What will happen", "The old password stops working; the account waits for a new one.", "ann.vo@brightwater.example", "Locked out")
	d.Button("Cancel").Click()
	d.Hidden()
	if words := v.Ask("Deactivate").Words(); !strings.Contains(words, "removes Ann from every app") {
		t.Errorf("the dialog says %q", words)
	}
	nothingSent(t, v)
}
