// Package desk holds the journeys: what an operator does all day, clicked through
// in Chromium. Each begins at the first page after signing in, finds what a person
// would find, and looks at three things: the organisation, the record, the words.
package desk

import (
	"os"
	"slices"
	"strings"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// covers asserts that the journey so far made the organisation do an operation.
func covers(t *testing.T, v *console.Visit, ops ...string) {
	t.Helper()
	for _, op := range ops {
		if v.Calls(op) == 0 {
			t.Errorf("%s was not called: %v", op, v.Kit.Calls())
		}
	}
}

// sentOnce asserts that one change alone went to the organisation, and which.
func sentOnce(t *testing.T, v *console.Visit, op string) {
	t.Helper()
	if v.Calls(op) != 1 || v.Writes() != 1 {
		t.Errorf("%d changes were sent, %s %d times: %v", v.Writes(), op, v.Calls(op), v.Kit.Calls())
	}
}

// nothingSent asserts that the organisation was asked to change nothing.
func nothingSent(t *testing.T, v *console.Visit) {
	t.Helper()
	if n := v.Writes(); n != 0 {
		t.Errorf("%d changes were sent: %v", n, v.Kit.Calls())
	}
}

// done asserts that the newest act on a person says who did what, why, and how it
// ended, with Okta's own request id.
func done(t *testing.T, v *console.Visit, p oktasim.Person, action, reason, after string) {
	t.Helper()
	a := v.Kit.Acts(audit.Filter{Target: p.ID, Acts: true})[0]
	if a.Phase != audit.PhaseIntent || a.Action != action || a.Reason != reason || a.Target != p.Login || a.ActorName == "" ||
		a.End == nil || a.End.Result != audit.Done || a.End.After != after || !requests(a.End.RequestID) {
		t.Errorf("the record says %+v, end %+v", a.Row, a.End)
	}
}

// requests reports whether a row names the requests to Okta that it is about.
func requests(ids string) bool {
	all := strings.Fields(ids)
	return len(all) > 0 && !slices.ContainsFunc(all, func(id string) bool { return len(id) != 32 })
}

// refused asserts that the newest row on a person is a refusal by a rule.
func refused(t *testing.T, v *console.Visit, p oktasim.Person, action, rule string) {
	t.Helper()
	if a := v.Row(p); a.Phase != audit.PhaseRefused || a.Action != action || a.Detail != rule {
		t.Errorf("the record says %+v", a.Row)
	}
}

// status asserts in which status the organisation has a person.
func status(t *testing.T, v *console.Visit, p oktasim.Person, want string) {
	t.Helper()
	if got := v.Now(p).Status; got != want {
		t.Errorf("%s is %s, want %s", p.Login, got, want)
	}
}
