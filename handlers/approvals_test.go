package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
	"keydesk/views"
)

// decision is the form with which the client decides the first request that waits
// for them, with a reason.
func decision(t *testing.T, c *testkit.Client, verb string) *testkit.Form {
	t.Helper()
	f := c.Get("/approvals").FormOf("/approvals/:request/" + verb)
	if f == nil {
		t.Fatalf("nothing waits to %s", verb)
	}
	f.Values.Set("note", "spoke to her on the other line")
	return f
}

// approving has one ask with a form and returns the form with which the other approves.
func approving(t *testing.T, asks, approves *testkit.Client, f *testkit.Form) *testkit.Form {
	t.Helper()
	if got := asks.Post(f.Action, f.Values); got.Status != http.StatusOK || !got.Has("It waits for approval") {
		t.Fatalf("%s cannot be asked for: %d %s", f.Action, got.Status, short(got))
	}
	return decision(t, approves, "approve")
}

// protected is a form of an owner's about a Super Administrator.
func protected(t *testing.T, k *testkit.Kit, owner *testkit.Client, path string) (oktasim.Person, *testkit.Form) {
	t.Helper()
	p := k.Org.AdminWith("SUPER_ADMIN")
	return p, form(t, owner, p.ID, path)
}

// What takes two: nothing is sent before a second owner agrees, nobody else and
// nobody twice can, and the record names both.
func TestSecondOwner(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, second := k.As("owner"), k.As("second")
	p, f := protected(t, k, owner, "/lifecycle/suspend")
	k.Org.Reset()
	yes := approving(t, owner, second, f)
	if writes(k) != 0 {
		t.Errorf("asking sent %v", k.Calls())
	}
	if again := owner.Post(f.Action, f.Values); again.Status != http.StatusConflict || !again.Has("This was asked for already") {
		t.Errorf("asked twice: %d %s", again.Status, short(again))
	}
	for who, rule := range map[string]string{"owner": "second.self", "admin": "second.role", "helpdesk": "second.role", "auditor": "second.role"} {
		got := k.As(who).Post(yes.Action, yes.Values)
		if got.Status != http.StatusForbidden || !strings.Contains(got.Body, rule) || writes(k) != 0 {
			t.Errorf("%s approves: %d, %v: %s", who, got.Status, k.Calls(), short(got))
		}
		if a := k.Acts(audit.Filter{Target: p.ID, Acts: true})[0]; a.Phase != audit.PhaseRefused || a.Detail != rule {
			t.Errorf("%s: recorded %+v", who, a.Row)
		}
	}
	if got := second.Post(yes.Action, yes.Values); got.Status != http.StatusOK || !got.Has("Okta suspended the account") || sent(k, "SuspendUser") != 1 || writes(k) != 1 {
		t.Errorf("approved: %d, %v: %s", got.Status, k.Calls(), short(got))
	}
	if got := second.Post(yes.Action, yes.Values); got.Status != http.StatusNotFound || writes(k) != 1 {
		t.Errorf("approved twice: %d, %v", got.Status, k.Calls())
	}
	bothNamed(t, k, p)
	if page := owner.Get("/approvals"); !page.Has("approved by Paul Ferrant") || !page.Has("Okta suspended the account") {
		t.Errorf("the one who asked reads %s", page.Text())
	}
}

// bothNamed holds the record to who asked, who approved, and what was done.
func bothNamed(t *testing.T, k *testkit.Kit, p oktasim.Person) {
	t.Helper()
	var got []string
	for _, a := range slices.Backward(k.Acts(audit.Filter{Target: p.ID})) {
		if a.Action == "suspend" && a.Phase != audit.PhaseRefused {
			got = append(got, a.ActorName+": "+string(a.Phase)+" "+a.Detail)
		}
	}
	if len(got) != 3 || got[0] != "Thandi Mokoena: event asked for approval: second.owner" || !strings.HasPrefix(got[1], "Paul Ferrant: event approved request ") ||
		!strings.HasPrefix(got[2], "Thandi Mokoena: intent approved by Paul Ferrant (") {
		t.Errorf("recorded %q", got)
	}
}

// A request is bound to what was true when it was made.
func TestApprovalOfWhatChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		between func(k *testkit.Kit, p oktasim.Person)
		status  int
		says    string
	}{
		"the account changed":        {func(k *testkit.Kit, p oktasim.Person) { k.Org.SetStatus(p.ID, "LOCKED_OUT") }, http.StatusConflict, "has changed since"},
		"half an hour":               {func(k *testkit.Kit, _ oktasim.Person) { k.Advance(30*time.Minute + time.Second) }, http.StatusNotFound, "Nothing waits under this address"},
		"who asked was suspended":    {func(k *testkit.Kit, _ oktasim.Person) { k.Org.SetStatus(k.Org.Staff()["owner"], "SUSPENDED") }, http.StatusForbidden, "is Suspended in Okta"},
		"who approves was suspended": {func(k *testkit.Kit, _ oktasim.Person) { k.Org.SetStatus(k.Org.Staff()["second"], "SUSPENDED") }, http.StatusForbidden, "is Suspended in Okta"},
		"the roles are unreadable": {func(k *testkit.Kit, _ oktasim.Person) {
			k.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Status: 500}})
		}, http.StatusForbidden, "cannot be read right now"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := testkit.New(t)
			owner, second := k.As("owner"), k.As("second")
			p, f := protected(t, k, owner, "/sessions/clear")
			yes := approving(t, owner, second, f)
			k.Org.Reset()
			if tt.between(k, p); tt.status == http.StatusNotFound {
				second = k.As("second") // the session ran out as well
				k.Org.Reset()
			}
			got := second.Post(yes.Action, yes.Values)
			if got.Status != tt.status || !got.Has(tt.says) || writes(k) != 0 {
				t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
			}
		})
	}
}

// Somebody who becomes an administrator after an admin asked is out of reach of
// another admin's word.
func TestApprovalOfWhoBecameAnAdmin(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	admin, owner := k.As("admin"), k.As("owner")
	p := ordinary(t, k, 1)[0]
	yes := approving(t, admin, owner, erasing(t, k, admin, p))
	k.Org.GrantRole(p.ID, "SUPER_ADMIN")
	k.Org.Reset()
	got := owner.Post(yes.Action, yes.Values)
	if got.Status != http.StatusConflict && got.Status != http.StatusForbidden || writes(k) != 0 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
}

// A decision needs a reason; what was typed stays. Declining and withdrawing send
// nothing and end the wait.
func TestDeclineAndWithdraw(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, second := k.As("owner"), k.As("second")
	p, f := protected(t, k, owner, "/sessions/clear")
	yes := approving(t, owner, second, f)
	no := decision(t, second, "decline")
	var input string
	if err := k.Store.R.QueryRowContext(t.Context(), `select input from approval`).Scan(&input); err != nil {
		t.Fatal(err)
	}
	k.Org.Reset()
	for _, form := range []*testkit.Form{yes, no} {
		form.Values.Set("note", "no")
		if got := second.Post(form.Action, form.Values); got.Status != http.StatusUnprocessableEntity || !got.Has("Give a reason of three letters or more") || !strings.Contains(got.Body, `value="no"`) {
			t.Errorf("%s: %d %s", form.Action, got.Status, short(got))
		}
	}
	no.Values.Set("note", "she is on leave")
	if got := second.Post(no.Action, no.Values); got.Status != http.StatusOK || !got.Has("Nothing was sent to Okta.") || !got.Has("she is on leave") {
		t.Errorf("declined: %d %s", got.Status, short(got))
	}
	yes.Values.Set("note", "she is back")
	if got := second.Post(yes.Action, yes.Values); got.Status != http.StatusNotFound {
		t.Errorf("approved after that: %d", got.Status)
	}
	if _, err := k.Store.W.ExecContext(t.Context(), `update approval set state = 'waiting', input = $1`, input); err != nil { // put back by whoever has the database
		t.Fatal(err)
	}
	if got := second.Post(yes.Action, yes.Values); got.Status != http.StatusConflict || writes(k) != 0 {
		t.Errorf("approved what was declined: %d, %v: %s", got.Status, k.Calls(), short(got))
	}
	approving(t, owner, second, form(t, owner, p.ID, "/sessions/clear"))
	back := owner.Get("/approvals").FormOf("/approvals/:request/withdraw")
	if got := second.Post(back.Action, back.Values); got.Status != http.StatusForbidden || !got.Has("Only who asked for it withdraws it.") {
		t.Errorf("withdrawn by another: %d %s", got.Status, short(got))
	}
	if got := owner.Post(back.Action, back.Values); got.Status != http.StatusOK || !got.Has("Nothing waits.") {
		t.Errorf("withdrawn: %d %s", got.Status, short(got))
	}
	if writes(k) != 0 {
		t.Errorf("sent %v", k.Calls())
	}
}

// A role that reaches everything is granted on an owner's word, by whoever asks.
func TestGrantOnAnOwnersWord(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	admin, owner := k.As("admin"), k.As("owner")
	p := ordinary(t, k, 1)[0]
	f := formAt(t, admin, "/users/"+p.ID+"/roles/new?type=SUPER_ADMIN", "/roles/new/SUPER_ADMIN")
	k.Org.Reset()
	yes := approving(t, admin, owner, f)
	if writes(k) != 0 {
		t.Errorf("asking sent %v", k.Calls())
	}
	if got := owner.Post(yes.Action, yes.Values); got.Status != http.StatusOK || sent(k, "AssignRoleToUser") != 1 || writes(k) != 1 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
	if now, _ := k.Org.Person(p.ID); !slices.Contains(now.Roles, "SUPER_ADMIN") {
		t.Errorf("holds %v", now.Roles)
	}
}

// Nobody sees a link or a password of an account that takes two: the link is
// mailed, whatever the form says, and what can only be shown is closed, as is what
// somebody would have to wait for at the counter.
func TestNoSecretBetweenTwo(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, second := k.As("owner"), k.As("second")
	p, f := protected(t, k, owner, "/lifecycle/reset_password")
	f.Values.Set("send_email", "false")
	yes := approving(t, owner, second, f)
	got := second.Post(yes.Action, yes.Values)
	if got.Status != http.StatusOK || !got.Has("mails the link") || got.Form(views.OncePath) != nil {
		t.Errorf("%d %s", got.Status, short(got))
	}
	if a := newest(t, k, "reset_password"); !strings.Contains(a.Params, "send_email=true") || !strings.Contains(a.Params, "request=") {
		t.Errorf("recorded %q", a.Params)
	}
	page := owner.Get("/users/" + p.ID)
	for _, path := range []string{"/lifecycle/expire_password_with_temp_password", "/counter/change_password"} {
		if page.Form(path) != nil {
			t.Errorf("%s is offered", path)
		}
	}
	if !page.Has("This cannot wait for that") {
		t.Error("the page does not say why")
	}
}

// A profile that takes two is saved as it was typed, and what was typed is
// forgotten when it is decided.
func TestEditOnASecondOwnersWord(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner, second := k.As("owner"), k.As("second")
	p := k.Org.AdminWith("SUPER_ADMIN")
	f := formAt(t, owner, "/users/"+p.ID+"/profile", "/profile")
	f.Values.Set("want.title", "Keeper of keys")
	yes := approving(t, owner, second, f)
	if got := second.Post(yes.Action, yes.Values); got.Status != http.StatusOK || sent(k, "PartialUpdateUser") != 1 {
		t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
	}
	if now, _ := k.Org.Person(p.ID); now.Profile["title"] != "Keeper of keys" {
		t.Errorf("the title is %v", now.Profile["title"])
	}
	var kept int
	if err := k.Store.R.QueryRowContext(t.Context(), `select count(*) from approval where input <> ''`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d requests keep what was typed (%v)", kept, err)
	}
}

// What is changed in the database between the asking and the approval is not done:
// neither what was asked for, nor in whose name, nor about whom.
func TestRequestOfAnothersMaking(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"what": `input = replace(input, 'right@', 'thief@')`, "whose": `actor = replace(actor, 'Thandi', 'Another')`,
		"about whom": `target_id = '00u1f8c2jkQ4vZx0d698'`, "shown": `effects = '[]'`, "until": `expires_at = expires_at + 60000`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := testkit.New(t)
			owner, second := k.As("owner"), k.As("second")
			p := k.Org.AdminWith("SUPER_ADMIN")
			f := formAt(t, owner, "/users/"+p.ID+"/profile", "/profile")
			f.Values.Set("note", "she moved to the other domain")
			f.Values.Set("want.email", "right@keydesk.example")
			yes := approving(t, owner, second, f)
			if _, err := k.Store.W.ExecContext(t.Context(), `update approval set `+change); err != nil { //nolint:gosec // constants above
				t.Fatal(err)
			}
			k.Org.Reset()
			got := second.Post(yes.Action, yes.Values)
			if got.Status != http.StatusConflict || !got.Has("It has to be asked for anew") || writes(k) != 0 {
				t.Errorf("%d, %v: %s", got.Status, k.Calls(), short(got))
			}
			if a := k.Acts(audit.Filter{Action: "users.update"}); len(a) == 0 || a[0].Phase != audit.PhaseRefused || a[0].Detail != "second.changed" {
				t.Errorf("recorded %+v", a)
			}
			if !strings.Contains(k.Logs.String(), "is not as this console wrote it") {
				t.Error("nothing in the log")
			}
		})
	}
}

// Nobody buries those who approve under requests.
func TestFewRequestsWait(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	owner := k.As("owner")
	p, _ := protected(t, k, owner, "/lifecycle/suspend")
	for n := range 51 {
		f := form(t, owner, p.ID, "/lifecycle/suspend")
		got := owner.Post(f.Action, f.Values)
		if waits := n < 50; got.Has("It waits for approval") != waits || (got.Status == http.StatusForbidden) == waits {
			t.Fatalf("request %d: %d %s", n+1, got.Status, short(got))
		}
	}
	if a := k.Acts(audit.Filter{Target: p.ID, Acts: true})[0]; a.Phase != audit.PhaseRefused || a.Detail != "second.many" || writes(k) != 0 {
		t.Errorf("%+v, %v", a.Row, k.Calls())
	}
}
