package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

// suspended are people whom the helpdesk suspended, each for a reason of its own.
func suspended(t *testing.T, k *testkit.Kit, n int) []string {
	t.Helper()
	c := k.As("helpdesk")
	var ids []string
	for i, p := range ordinary(t, k, n) {
		f := form(t, c, p.ID, "/lifecycle/suspend")
		f.Values.Set("note", fmt.Sprintf("reason number %d", i))
		f.Values.Set("ticket", "=HYPERLINK(1)")
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Text())
		}
		ids = append(ids, p.ID)
	}
	return ids
}

// Who reads all of the record takes it away as a file: whole, or what was searched
// for; that is recorded before, and nobody else does.
func TestExport(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	suspended(t, k, 3)
	auditor := k.As("auditor")
	key, err := audit.LoadKey(t.TempDir() + "/k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Record.Sign(t.Context(), key, true); err != nil {
		t.Fatal(err)
	}
	whole := auditor.Post("/audit/export", url.Values{"format": {"jsonl"}})
	rep, err := audit.VerifyExport(strings.NewReader(whole.Body), audit.Trust{Keys: []string{key.Public()}})
	if whole.Status != 200 || !strings.Contains(whole.Header.Get("Content-Disposition"), ".jsonl") || err != nil || len(rep.Faults) > 0 || rep.Part || rep.Signed.Seq == 0 {
		t.Fatalf("%d %v: %+v %v", whole.Status, whole.Header, rep, err)
	}
	if cut := whole.Body[:strings.LastIndex(strings.TrimSpace(whole.Body), "\n")]; true {
		if rep, _ := audit.VerifyExport(strings.NewReader(cut), audit.Trust{}); len(rep.Faults) == 0 {
			t.Error("an export that broke off passes")
		}
	}
	part := auditor.Post("/audit/export", url.Values{"format": {"csv"}, "action": {"suspend"}, "q": {"number 1"}})
	rows, err := csv.NewReader(strings.NewReader(part.Body)).ReadAll()
	if err != nil || len(rows) != 3 || part.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%q %v", part.Body, err)
	}
	if cell := rows[1][15]; cell != "'=HYPERLINK(1)" {
		t.Errorf("the ticket is %q", cell)
	}
	taken := k.Acts(audit.Filter{Action: "record.export"})
	if len(taken) != 2 || taken[0].Params != `text="number 1" action=suspend` || taken[0].Detail != "as csv" || !strings.Contains(whole.Body, `"action":"record.export"`) {
		t.Errorf("recorded %+v", taken)
	}
	for _, who := range []string{"helpdesk", "visitor"} {
		got := k.As(who).Post("/audit/export", url.Values{"format": {"jsonl"}})
		if got.Status != http.StatusForbidden || strings.Contains(got.Body, "prev") {
			t.Errorf("%s: %d", who, got.Status)
		}
	}
	rename(t, k, "record", "gone")
	if got := auditor.Post("/audit/export", nil); got.Status == http.StatusOK {
		t.Errorf("without a record: %d %s", got.Status, got.Body)
	}
	rename(t, k, "gone", "record")
}

// Every filter finds what it says, and stands in the address.
func TestRecordIsSearched(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	ids := suspended(t, k, 2)
	c := k.As("admin")
	c.Get("/users/00uNOBODYNOBODYNOBOD")
	today, tomorrow := k.Now().UTC().Format(time.DateOnly), k.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	for query, want := range map[string][2]string{ // what is there, and what is not
		"q=number+1":                            {"number 1", "number 0"},
		"who=dana":                              {"number 0", "00uNOBODY"},
		"target=" + ids[0]:                      {"number 0", "number 1"},
		"action=suspend&result=done":            {"number 1", "00uNOBODY"},
		"result=refused":                        {"00uNOBODY", "number 0"},
		"class=destructive":                     {"number 0", "00uNOBODY"},
		"class=reading&result=refused":          {"00uNOBODY", "number 0"},
		"from=" + today + "&to=" + today:        {"number 0", "No row of the record matches"},
		"from=" + tomorrow + "&action=suspend":  {"No row of the record matches", "number 0"},
		"result=unknown":                        {"No row of the record matches", "number 0"},
		"result=event&action=sign_in&who=solbe": {"No row of the record matches", "number 0"},
	} {
		got := c.Get("/audit?" + query)
		if got.Status != 200 || !strings.Contains(got.Body, want[0]) || strings.Contains(got.Body, want[1]) {
			t.Errorf("%s: %d, %q %t, %q %t", query, got.Status, want[0], strings.Contains(got.Body, want[0]), want[1], strings.Contains(got.Body, want[1]))
		}
	}
	for _, query := range []string{"from=yesterday", "to=2026-13-01", "from=0000-01-01", "result=x", "who=" + strings.Repeat("x", 300), "target=%00", "action=%ff"} {
		if got := c.Get("/audit?" + query); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, got.Status)
		}
	}
}

// A person's timeline says what was done to them, by whom, and how it ended.
func TestTimeline(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	id := suspended(t, k, 1)[0]
	c := k.As("helpdesk")
	for range 50 {
		c.Post("/users/"+id+"/lifecycle/suspend", url.Values{"token": {"forged"}, "note": {"because"}})
	}
	first := c.Get("/users/" + id + "/history")
	if first.Status != 200 || strings.Count(first.Body, "bead-held") != 40 || !first.Has("Older") || first.Has("reason number 0") || !first.Has("Dana Kim") {
		t.Errorf("%d, %d refusals: %s", first.Status, strings.Count(first.Body, "bead-held"), first.Text())
	}
	_, older, _ := strings.Cut(first.Body, `/history?before=`)
	older, _, _ = strings.Cut(older, `"`)
	if second := c.Get("/users/" + id + "/history?before=" + older); !second.Has("reason number 0") || second.Has("Older") {
		t.Errorf("older: %s", second.Text())
	}
	if got := k.As("visitor").Get("/users/" + id + "/history"); got.Status != http.StatusForbidden {
		t.Errorf("a visitor: %d", got.Status)
	}
}

// Who reads what others did, or where they are signed in, is in the record: once a day
// for each thing that is looked for, and one's own acts are nobody's business.
func TestReadersOfTheRecordAreRecorded(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Replicas: 1}) // each process keeps what it has noted
	auditor, admin, agent := k.As("auditor"), k.As("admin"), k.As("helpdesk")
	for range 2 {
		auditor.Get("/audit")
		auditor.Get("/audit?q=locked")
		admin.Get("/sessions")
		agent.Get("/audit")
		agent.Get("/sessions")
	}
	var got []string
	for _, a := range k.Acts(audit.Filter{}) {
		if a.Action == "record.read" || a.Action == "staff.sessions" {
			got = append(got, a.ActorRole+" "+a.Action+": "+a.Detail)
		}
	}
	slices.Sort(got)
	want := []string{"admin staff.sessions: the sessions of colleagues shown", "auditor record.read: the record shown", "auditor record.read: the record shown text=locked"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
