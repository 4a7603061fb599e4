package views

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestPeopleFound(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	q := desk.Query{Text: "ann", Status: okta.LockedOut}
	root := parse(t, UsersMain(x.frame(), UsersProps{
		Results:  desk.Results{Query: q, Asked: true, People: []okta.User{x.user(okta.LockedOut)}, Next: "c"},
		Statuses: []okta.Status{okta.LockedOut, okta.Active},
	}))
	if got := words(one(t, root, tagged("tbody"))); got != "firstName lastName login Locked out title, department never" {
		t.Errorf("row %q", got)
	}
	if hit := one(t, root, byClass("hit")); attr(hit, "href") != "/users/"+annID {
		t.Errorf("hit %v", hit.Attr)
	}
	var chips []string
	for _, c := range all(root, byClass("chip")) {
		chips = append(chips, words(c)+" "+attr(c, "href")+attr(c, "aria-current"))
	}
	want := []string{"All /users?q=ann", "Locked out /users?q=ann&status=LOCKED_OUTtrue", "Active /users?q=ann&status=ACTIVE"}
	if !slices.Equal(chips, want) {
		t.Errorf("filters %q", chips)
	}
	if filter := one(t, root, byID("filter")); attr(filter, "value") != "LOCKED_OUT" || attr(filter, "form") != "search" {
		t.Errorf("the search does not keep the status: %v", filter.Attr)
	}
	more := one(t, root, func(n *html.Node) bool { return n.Data == "a" && words(n) == "More people" })
	if attr(more, "href") != "/users?after=c&q=ann&status=LOCKED_OUT" {
		t.Errorf("more: %s", attr(more, "href"))
	}
}

func TestNobodyFound(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	got := words(parse(t, UsersMain(x.frame(), UsersProps{Results: desk.Results{Asked: true, Query: desk.Query{Text: "zoe", Status: okta.Active}}})))
	for _, want := range []string{"begins with “zoe” in the status Active.", "Search every status", "Accents count", "last seconds may be missing", "An id finds at once"} {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %q in %q", want, got)
		}
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, Home(x.frame(), HomeProps{Recent: x.acts()}))
	doors := all(root, byClass("door"))
	if len(doors) == 0 || attr(doors[0], "href") != "/users?status=LOCKED_OUT" || !strings.HasPrefix(words(doors[0]), "Locked out now") {
		t.Error("those locked out now are not the first door")
	}
	if got := len(all(root, byClass("bead"))); got != len(x.acts()) {
		t.Errorf("%d acts are told", got)
	}
	unmapped := x.frame()
	unmapped.Actor.Unmapped = "No login is dana@."
	if got := words(parse(t, Home(unmapped, HomeProps{}))); !strings.Contains(got, "You can look, but change nothing. No login is dana@.") {
		t.Error("the actor is not told why nothing will work")
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	f := x.frame()
	p := AuditProps{Acts: x.acts(), Next: 900, Filter: audit.Filter{Text: "ann", Action: "unlock", Target: annID, Actor: f.Actor.ID}}
	root := parse(t, AuditMain(f, p))
	row := one(t, root, byID("row-1042"))
	for _, want := range []string{
		"today 09:51 (2 min ago) Dana Kim helpdesk Unlock ann.vo Mistyped it INC-1 done", "Row 1042 3f9a12c4d5e6", "Okta's request id Zx0d697",
		"Address 10.0.0.1", "Chosen send_email=true", "Okta's answer HTTP 200", "Status Locked out Active",
	} {
		if !strings.Contains(words(row), want) {
			t.Errorf("nowhere: %q in %q", want, words(row))
		}
	}
	if link := one(t, row, byClass("ticket")); attr(link, "href") != "https://tickets.example/INC-1" {
		t.Errorf("ticket %v", link.Attr)
	}
	older := one(t, root, func(n *html.Node) bool { return n.Data == "a" && words(n) == "Older rows" })
	if got := attr(older, "href"); !strings.Contains(got, "before=900") || !strings.Contains(got, "q=ann") || !strings.Contains(got, "target="+annID) {
		t.Errorf("older: %s", got)
	}
	if got := words(one(t, root, byClass("sieve"))); !strings.Contains(got, "Only mine Only ann.vo") {
		t.Errorf("filter %q", got)
	}
	if chosen := one(t, root, func(n *html.Node) bool { _, ok := lookup(n, "selected"); return ok }); attr(chosen, "value") != "unlock" {
		t.Errorf("chosen %v", chosen.Attr)
	}
}

// The page says what the chain proves, and no more; who may read all of it takes it
// away from here, and sees where it was sent.
func TestRecordSaysWhatItProves(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	got := words(parse(t, AuditMain(x.frame(), AuditProps{OwnOnly: true})))
	for _, want := range []string{"the newest is signed: nothing is yet", "keydesk audit verify finds a row that was changed, taken out or moved", "Your own acts", "Nothing is recorded here yet.", "Times are in"} {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %q in %q", want, got)
		}
	}
	for _, not := range []string{"Only mine", "Operator", "Take it away"} {
		if strings.Contains(got, not) {
			t.Errorf("who sees only their own is offered %q", not)
		}
	}
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	p := AuditProps{Filter: audit.Filter{Who: "dana", Result: "refused", From: from, To: from.AddDate(0, 0, 30)}, State: desk.RecordState{
		All: true, Signed: audit.Checkpoint{Seq: 1200, At: from, Key: "PUBLIC"}, Sent: []audit.Cursor{{Sink: "webhook", Seq: 1100, Problem: "it answered with status 500"}},
	}}
	root := parse(t, AuditMain(x.frame(), p))
	got = words(root)
	for _, want := range []string{"up to row 1200", "No row of the record matches.", "The rows that match", "PUBLIC", "Sent to webhook", "Nothing arrives: it answered with status 500."} {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %q in %q", want, got)
		}
	}
	out := one(t, root, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == ExportPath })
	fields := map[string]string{}
	for _, in := range all(out, func(n *html.Node) bool { return n.Data == "input" }) {
		fields[attr(in, "name")] = attr(in, "value")
	}
	if fmt.Sprint(fields) != "map[from:2026-11-01 result:refused to:2026-11-30 who:dana]" {
		t.Errorf("the export asks for %v", fields)
	}
}

func TestProblemPages(t *testing.T) {
	t.Parallel()
	f := fixture{plain}.frame()
	f.Here = "/users/" + annID + "/lifecycle/unlock"
	out := f
	out.Actor = nil
	for _, c := range []struct {
		name  string
		frame Frame
		p     Problem
		has   []string
		links []string
	}{
		{"throttled", f, Problem{429, Notice{Title: "Pause", RetryAfter: 34 * time.Second}}, []string{"Try again in 34 s."}, []string{"/users/" + annID, "/"}},
		{"down", f, Problem{503, Notice{Title: "Down", ErrorID: "e-1"}}, []string{"Down", "Error id e-1"}, []string{"/users/" + annID, "/"}},
		{"refused", f, Problem{403, Notice{Title: "No", Rule: "r.1", Ask: "an owner", Seq: 9}}, []string{"Ask an owner.", "Rule r.1", "Row 9 of the record"}, []string{"/"}},
		{"not found", f, Problem{404, Notice{Title: "Nobody", Next: "Search for the name."}}, []string{"Search for the name."}, []string{"/"}},
		{"signed out", out, Problem{400, Notice{Title: "Failed"}}, []string{"Sign in"}, []string{"/auth/login?return_to=%2F"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			main := one(t, parse(t, ProblemPage(c.frame, c.p)), byID("main"))
			for _, want := range c.has {
				if !strings.Contains(words(main), want) {
					t.Errorf("nowhere: %q in %q", want, words(main))
				}
			}
			var links []string
			for _, a := range all(one(t, main, byClass("ways")), tagged("a")) {
				links = append(links, attr(a, "href"))
			}
			if !slices.Equal(links, c.links) {
				t.Errorf("ways on: %q", links)
			}
		})
	}
	for _, status := range []int{400, 401, 403, 404, 410, 429, 500, 502, 503, 504} {
		if strings.Contains(source(t, Icon(problemGlyph(status))), `x="4" y="4" width="16"`) {
			t.Errorf("%d has no icon", status)
		}
	}
}

func TestSignedOut(t *testing.T) {
	t.Parallel()
	f := fixture{plain}.frame()
	f.Actor = nil
	for end, want := range map[string]string{"https://issuer.example/logout?a=1&b=2": "https://issuer.example/logout?a=1&b=2", "javascript:alert(1)": "about:invalid#TemplFailedSanitizationURL", "": ""} {
		var got string
		for _, a := range all(parse(t, SignedOut(f, end)), tagged("a")) {
			if words(a) == "Sign out everywhere" {
				got = attr(a, "href")
			}
		}
		if got != want {
			t.Errorf("%q leads to %q", end, got)
		}
	}
}
