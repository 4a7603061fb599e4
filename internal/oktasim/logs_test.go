package oktasim

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// logged asks for events with parameters in pairs.
func logged(t *testing.T, o *Org, params ...string) reply {
	t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	return get(t, o, "/api/v1/logs?"+v.Encode()).wantCode(200)
}

func eventTypes(t *testing.T, r reply) []string {
	t.Helper()
	var all []string
	for _, e := range r.decoded().([]any) {
		all = append(all, e.(map[string]any)["eventType"].(string))
	}
	return all
}

func TestWhyAnnIsLockedOut(t *testing.T) {
	o := small(t)
	ann, _ := o.ByLogin("ann.vo@brightwater.example")
	r := logged(t, o, "filter", `target.id eq "`+ann.ID+`"`)
	want := append(slices.Repeat([]string{"user.session.start"}, 5), "user.account.lock")
	if got := eventTypes(t, r); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if r.text("0/outcome/result") != "FAILURE" || r.text("0/outcome/reason") != "INVALID_CREDENTIALS" || r.text("0/severity") != "WARN" ||
		r.text("0/actor/alternateId") != ann.Login || r.text("0/target/0/displayName") != "Ann Vo" {
		t.Errorf("%s", r.body)
	}
	if last := logged(t, o, "filter", `actor.id eq "`+ann.ID+`"`, "sortOrder", "DESCENDING", "limit", "1"); last.text("0/published") !=
		get(t, o, userPath(ann.ID, "")).text("statusChanged") {
		t.Errorf("locked out %s", last.body)
	}
}

// Every change is written down, who made it and to whom; refusals and reads are
// not.
func TestChangesAreWrittenDown(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	about := []string{"filter", `target.id eq "` + p.ID + `"`}
	post(t, o, userPath(p.ID, "/lifecycle/unlock")).wantCode(403)
	get(t, o, userPath(p.ID, "/factors"))
	if got := eventTypes(t, logged(t, o, about...)); len(got) != 0 {
		t.Errorf("%v", got)
	}
	post(t, o, userPath(p.ID, "/lifecycle/suspend")).wantCode(200)
	edit(t, o, "POST", p.ID, `{"profile":{"firstName":"Poet"}}`).wantCode(200)
	for range 2 {
		call1(t, o, "DELETE", userPath(p.ID, "")).wantCode(204)
	}
	r := logged(t, o, about...)
	want := []string{"user.lifecycle.suspend", "user.account.update_profile", "user.lifecycle.deactivate", "user.lifecycle.delete.initiated"}
	if got := eventTypes(t, r); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if r.text("0/actor/id") != o.TokenOwner() || r.text("0/target/0/alternateId") != p.Login || r.text("0/outcome/result") != "SUCCESS" || r.at("0/outcome/reason") != nil {
		t.Errorf("%s", r.body)
	}
}

func TestEveryChangingOperationHasAName(t *testing.T) {
	known := 0
	for _, op := range Operations() {
		kind, message := eventOf(op.Name, &person{})
		if kind == "" || message == "" {
			t.Errorf("%s: %q %q", op.Name, kind, message)
		}
		if op.Method != "GET" && kind != "user.account.update" {
			known++
		}
	}
	if known < 20 {
		t.Errorf("only %d changes have a name of their own", known)
	}
}

func TestLogQueries(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	o.Advance(time.Hour)
	post(t, o, userPath(p.ID, "/lifecycle/suspend")).wantCode(200)
	at := func(d time.Duration) string { return begin().Add(d).Format(time.RFC3339) }
	for name, c := range map[string]struct {
		params []string
		some   bool
	}{
		"type":               {[]string{"filter", `eventType eq "user.lifecycle.suspend"`}, true},
		"beginning":          {[]string{"filter", `eventType sw "user.lifecycle"`}, true},
		"two":                {[]string{"filter", `eventType eq "user.lifecycle.suspend" and outcome.result eq "FAILURE"`}, false},
		"either":             {[]string{"filter", `eventType eq "x" or target.id eq "` + p.ID + `"`}, true},
		"words":              {[]string{"q", "SUSPEND " + strings.ToLower(p.LastName)}, true},
		"a word too many":    {[]string{"q", "suspend zeppelin"}, false},
		"since":              {[]string{"since", at(30 * time.Minute), "q", "suspend"}, true},
		"since too late":     {[]string{"since", at(2 * time.Hour)}, false},
		"until":              {[]string{"until", at(2 * time.Hour), "q", "suspend"}, true},
		"until too early":    {[]string{"until", at(30 * time.Minute), "q", "suspend"}, false},
		"more than a week":   {[]string{"since", at(-9 * day)}, true},
		"of the other order": {[]string{"sortOrder", "DESCENDING", "limit", "1", "filter", `severity eq "INFO"`}, true},
	} {
		if got := len(eventTypes(t, logged(t, o, c.params...))); (got > 0) != c.some {
			t.Errorf("%s: %d events", name, got)
		}
	}
	for _, query := range []string{"limit=0", "since=yesterday", "until=x"} {
		get(t, o, "/api/v1/logs?"+query).wantCode(400)
	}
	for _, query := range []string{"filter=who+eq+%22x%22", "filter=eventType", "filter=eventType+gt+%22a%22", "after=x", "after=-1"} {
		if r := get(t, o, "/api/v1/logs?"+query); r.code != 400 || r.text("errorCode") != "E0000031" {
			t.Errorf("%s: %d %s", query, r.code, r.body)
		}
	}
}

// A poller follows next for ever: it sees every event once, in order, and those
// that come later.
func TestPollingNeverEnds(t *testing.T) {
	o := New(Options{People: 300, Start: begin(), Limit: 1 << 30})
	var seen []string
	target := "/api/v1/logs?limit=4"
	for range 40 {
		r := get(t, o, target).wantCode(200)
		for _, e := range r.decoded().([]any) {
			seen = append(seen, e.(map[string]any)["uuid"].(string))
		}
		if target = r.rel("next"); target == "" || r.rel("self") == "" {
			t.Fatalf("no next page: %v", r.head)
		}
	}
	if len(seen) != len(o.events.list) || len(seen) != len(lineSet(seen)) {
		t.Errorf("%d events seen, there are %d", len(seen), len(o.events.list))
	}
	id := o.FirstWith(active).ID
	post(t, o, userPath(id, "/lifecycle/suspend")).wantCode(200)
	if got := eventTypes(t, get(t, o, target)); !slices.Equal(got, []string{"user.lifecycle.suspend"}) {
		t.Errorf("then came %v", got)
	}
}

func TestAnEmptyLogCanBePolled(t *testing.T) {
	o := small(t)
	o.events = events{}
	r := get(t, o, "/api/v1/logs").wantCode(200)
	post(t, o, userPath(o.FirstWith(active).ID, "/lifecycle/suspend")).wantCode(200)
	if got := eventTypes(t, get(t, o, r.rel("next"))); string(r.body) != "[]" || len(got) != 1 {
		t.Errorf("%s, then %v", r.body, got)
	}
}

// Both orders page through the same events.
func TestLogOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e events
		n := rapid.IntRange(0, 30).Draw(t, "events")
		for range n {
			e.add(event{})
		}
		cursor := rapid.IntRange(1, 31).Draw(t, "cursor")
		older, _ := e.after(fmt.Sprint(cursor), true)
		newer, _ := e.after(fmt.Sprint(cursor), false)
		if here := boolInt(cursor <= n); len(older)+len(newer)+here != n {
			t.Fatalf("%d older, %d newer of %d", len(older), len(newer), n)
		}
		for i, v := range older {
			if v.seq != min(n, cursor-1)-i {
				t.Fatalf("older: %v", older)
			}
		}
		for i, v := range newer {
			if v.seq != cursor+1+i {
				t.Fatalf("newer: %v", newer)
			}
		}
	})
}

func TestTheLogIsBounded(t *testing.T) {
	var e events
	for range 5 * eventsKept {
		e.add(event{})
	}
	if n := len(e.list); n < eventsKept || n > 2*eventsKept || e.list[n-1].seq != 5*eventsKept {
		t.Errorf("%d events, the last is %d", n, e.list[n-1].seq)
	}
}
