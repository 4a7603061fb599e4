package desk

import (
	"net/http"
	"testing"
	"time"

	"keydesk/e2e/console"
	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

const unlocking = "/users/*/lifecycle/unlock"

// While Okta is slow the dialog says what it waits for, and the button cannot be
// pressed again.
func TestOktaSlow(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Org.Reset()
	v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Delay: 3 * time.Second}})
	v.Act("Unlock", console.Why{})
	v.See("Waiting for Okta…")
	sending := v.Dialog("Unlock Ann Vo").Button("Sending…")
	if off, err := sending.IsDisabled(); err != nil || !off {
		t.Errorf("the button can be pressed again, %v", err)
	}
	v.See("Okta unlocked the account.")
	v.Gone("Waiting for Okta…")
	status(t, v, v.Ann(), "ACTIVE")
	sentOnce(t, v, "UnlockUser")
	done(t, v, v.Ann(), "unlock", console.Reason, "ACTIVE")
}

// While Okta is down the pages say so, what was looked for is kept, and trying
// again is a click.
func TestOktaDown(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Expect(http.StatusBadGateway, "/users")
	v.Expect(http.StatusBadGateway, "/users/*")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListUsers", Status: 503, Body: "html"}, {Operation: "GetUser", Drop: "before"}})
	v.Search().Type("Ann Vo")
	v.See("Okta could not be asked.", "Okta answered with an error (503).", "Nothing was changed.", "Error id")
	v.Search().Holds("Ann Vo")
	v.Org.Faults([]oktasim.Fault{{Operation: "GetUser", Drop: "before"}})
	v.Search().Press("Enter")
	v.Link("Ann Vo").Click()
	v.Heading("Okta could not be asked").Shown()
	v.See("Okta did not answer. Nothing was changed.")
	v.Org.Reset()
	v.Link("Try again").Click()
	v.Heading("Ann Vo").Shown()
}

// A change that Okta refuses by its own error is not claimed to be done.
func TestOktaRefusesAChange(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Status: http.StatusForbidden}})
	v.Expect(http.StatusBadGateway, unlocking)
	v.Act("Unlock", console.Why{})
	v.See("Okta did not do it.", "lacks okta.users.manage", "Error id")
	v.ShowsStatus("LOCKED_OUT")
	status(t, v, v.Ann(), "LOCKED_OUT")
	if a := v.Row(v.Ann()); a.End == nil || a.End.Result != audit.Failed || a.End.Detail != "E0000006" {
		t.Errorf("the record says %+v", a)
	}
}

// A used-up rate limit is told with the time to wait, which runs down.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk", testkit.Options{OktaReads: 2 * time.Second})
	v.Find("Ann Vo")
	v.Org.Reset()
	v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Limit: "rate"}})
	v.Expect(http.StatusServiceUnavailable, unlocking)
	v.Act("Unlock", console.Why{Reason: "Waits on the line", Ticket: "INC-9"})
	v.See("Okta asks for a pause.", "rate limit is used up", "Try again in ")
	status(t, v, v.Ann(), "LOCKED_OUT")
	v.Org.Reset()
	v.See("You can try again now.")
	v.Button("Try again").Click()
	d := v.Dialog("Unlock Ann Vo")
	d.Field("Reason").Holds("Waits on the line")
	d.Field("Ticket optional").Holds("INC-9")
	v.Confirm("Unlock")
	v.See("Okta unlocked the account.")
	sentOnce(t, v, "UnlockUser")
	done(t, v, v.Ann(), "unlock", "Waits on the line", "ACTIVE")
}

// A change without an answer: the page says that it may have happened, what the
// account looks like now, and offers only what still makes sense.
func TestUnsure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ drop, says, after string }{
		"it happened": {"after-act", "Ann Vo's status is Active (Locked out before)", "ACTIVE"},
		"it did not":  {"after-read", "Ann Vo's status is still Locked out", "LOCKED_OUT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := console.Open(t, "helpdesk")
			v.Find("Ann Vo")
			v.Org.Reset()
			v.Org.Faults([]oktasim.Fault{{Operation: "UnlockUser", Drop: c.drop}})
			v.Expect(http.StatusBadGateway, unlocking)
			v.Act("Unlock", console.Why{})
			v.See("The outcome is unknown.", "Okta did not answer.", c.says)
			v.ShowsStatus(c.after)
			status(t, v, v.Ann(), c.after)
			if v.Writes() != 1 {
				t.Errorf("sent %d times", v.Writes())
			}
			if a := v.Row(v.Ann()); a.End == nil || a.End.Result != audit.Settled || a.End.After != c.after {
				t.Errorf("the record says %+v", a)
			}
			v.Link("Record").Click()
			v.See("looked up")
		})
	}
}

// A page that shows what is no longer true changes nothing: it shows the person
// as they are now and keeps what was typed for a second look.
func TestStalePage(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	d := v.Ask("Suspend")
	console.Why{Reason: "Stolen laptop", Ticket: "INC-77"}.Fill(d)
	v.Org.Advance(time.Second)
	v.Org.SetProfile(p.ID, "title", "Director of everything")
	v.Org.Reset()
	v.Expect(http.StatusConflict, "/users/*/lifecycle/suspend")
	v.Confirm("Suspend")
	v.See("Nothing was done.", "was changed after this page was shown. Nothing was sent.", "Director of everything")
	nothingSent(t, v)
	status(t, v, p, "ACTIVE")
	refused(t, v, p, "suspend", "stale")
	v.Button("Try again").Click()
	d.Field("Reason").Holds("Stolen laptop")
	d.Field("Ticket optional").Holds("INC-77")
	v.Confirm("Suspend")
	v.See("Okta suspended the account.")
	sentOnce(t, v, "SuspendUser")
	done(t, v, p, "suspend", "Stolen laptop", "SUSPENDED")
}

// Somebody else was faster: the button is for a status that is past.
func TestStatusChangedUnderneath(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	ann := v.Ann()
	v.Find("Ann Vo")
	d := v.Ask("Unlock")
	console.Why{}.Fill(d)
	v.Org.SetStatus(ann.ID, "SUSPENDED")
	v.Org.Reset()
	v.Expect(http.StatusConflict, unlocking)
	v.Confirm("Unlock")
	v.See("Ann Vo has changed since this page was shown: Locked out then, Suspended now. Nothing was sent.")
	v.ShowsStatus("SUSPENDED")
	if v.Button("Try again").Visible() {
		t.Error("it is offered to try what cannot be done")
	}
	nothingSent(t, v)
	refused(t, v, ann, "unlock", "stale")
}

// A double click is one act.
func TestDoubleClick(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Org.Reset()
	d := v.Ask("Unlock")
	console.Why{}.Fill(d)
	if err := v.ConfirmButton("Unlock").Dblclick(); err != nil {
		t.Fatal(err)
	}
	v.See("Okta unlocked the account.")
	sentOnce(t, v, "UnlockUser")
	if n := len(v.Acts(v.Ann())); n != 1 {
		t.Errorf("%d acts are recorded", n)
	}
}

// Without a record nothing happens; reading goes on.
func TestRecordClosed(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	if _, err := v.Kit.Store.W.ExecContext(t.Context(), `alter table record rename to away`); err != nil {
		t.Fatal(err)
	}
	v.Org.Reset()
	v.Expect(http.StatusServiceUnavailable, unlocking)
	v.Act("Unlock", console.Why{Reason: "Waits on the line"})
	v.See("Changes are closed.", "The record cannot be written right now, so nothing was sent to Okta.", "Reading still works.")
	nothingSent(t, v)
	status(t, v, v.Ann(), "LOCKED_OUT")
	v.Search().Fill("dana.kim@")
	v.Link("Dana Kim").Click()
	v.See("The record could not be read.", "Nobody changes their own account from here.")
	if _, err := v.Kit.Store.W.ExecContext(t.Context(), `alter table away rename to record`); err != nil {
		t.Fatal(err)
	}
	v.Find("Ann Vo")
	v.Act("Unlock", console.Why{})
	v.See("Okta unlocked the account.")
	done(t, v, v.Ann(), "unlock", console.Reason, "ACTIVE")
}

// The browser stops what it can see is missing before anything is sent; the
// dialog stays as it was.
func TestReasonIsAskedFor(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Find("Ann Vo")
	v.Org.Reset()
	d := v.Ask("Unlock")
	d.Field("Reason").Focused()
	v.Confirm("Unlock")
	d.Field("Reason").Focused()
	d.Shown()
	v.Expect(http.StatusUnprocessableEntity, unlocking)
	d.Field("Reason").Fill("  a  ")
	d.Field("Ticket optional").Fill("INC-5")
	v.Confirm("Unlock")
	d.See("Give a reason of three letters or more")
	d.Field("Ticket optional").Holds("INC-5")
	nothingSent(t, v)
	d.Field("Reason").Fill("Called in")
	v.Confirm("Unlock")
	v.See("Okta unlocked the account.")
	d.Hidden()
	sentOnce(t, v, "UnlockUser")
	if n := len(v.Acts(v.Ann())); n != 1 {
		t.Errorf("%d acts are recorded", n)
	}
}
