package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// inBerlin is a policy in which the console's helpdesk, admins and auditors count
// for Berlin alone: by group, or by attribute.
func inBerlin(byGroup bool) *desk.Policy {
	p := desk.DemoPolicy()
	p.Scopes = map[string]desk.Scope{"berlin": {Says: "the people in Berlin", Groups: []string{"Berlin Office"}}}
	if !byGroup {
		p.Scopes["berlin"] = desk.Scope{Says: "the people in Berlin", Attribute: "city", Values: []string{"berlin", "Atlantis"}}
	}
	for r, rule := range p.Roles {
		if r != desk.Owner {
			rule.Groups = []desk.Grant{{Group: rule.Groups[0].Group, Scope: "berlin"}}
			p.Roles[r] = rule
		}
	}
	return &p
}

// nobodysID has the form of an id and is nobody's.
const nobodysID = "00uNobodyHasThisId00"

// apart is one ordinary person in Berlin and one elsewhere.
func apart(t *testing.T, k *testkit.Kit) (in, out oktasim.Person) {
	t.Helper()
	for _, p := range ordinary(t, k, 80) {
		if slices.Contains(p.Groups, "Berlin Office") {
			in = p
		} else if p.Links["manager"] != "" {
			out = p
		}
	}
	return in, out
}

var (
	ofOneAnswer = regexp.MustCompile(`\b[A-Z2-7]{10}\b`) // the error's id
	ofARow      = regexp.MustCompile(`Row [\d,]+ of the record|/audit\?before=\d+[^"]*`)
)

// shape is an answer without what is never twice the same.
func shape(p *testkit.Page, id string) string {
	h := p.Header.Clone()
	h.Del("Date")
	body := ofOneAnswer.ReplaceAllString(p.Body, "~")
	if p.Status == http.StatusForbidden { // refused whoever it is about, with a row of its own
		h.Del("Content-Length")
		body = ofARow.ReplaceAllString(body, "~")
	}
	return strings.ReplaceAll(fmt.Sprintf("%d %v\n%s", p.Status, h, body), id, "ID")
}

// differs is where two texts part, or nothing.
func differs(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%q and %q", a[max(0, i-40):min(len(a), i+80)], b[max(0, i-40):min(len(b), i+80)])
		}
	}
	if len(a) != len(b) {
		return "one is longer"
	}
	return ""
}

// Somebody outside an operator's scope does not exist: every route, plain and by
// script, with the button of somebody else, answers as for an id that is nobody's,
// reads nothing of the person but what tells the scope, and changes nothing.
func TestOutsideTheScopeIsNobody(t *testing.T) {
	t.Parallel()
	for _, byGroup := range []bool{true, false} {
		k := testkit.New(t, testkit.Options{Policy: inBerlin(byGroup)})
		in, out := apart(t, k)
		for _, who := range []string{"helpdesk", "admin", "auditor"} {
			c := k.As(who)
			form := url.Values{"note": {"called in"}, "token": {"x.y"}, "to": {out.ID}}
			if f := c.Get("/users/" + in.ID).Form("/lifecycle/suspend"); f != nil {
				form.Set("token", f.Values.Get("token"))
			} else if who != "auditor" {
				t.Fatalf("%s has no button for somebody in Berlin: %s", who, c.Get("/users/"+in.ID).Text())
			}
			before := k.Org.Snapshot()
			k.Org.Reset()
			tried := 0
			there, nowhere := doors(k, out.ID), doors(k, nobodysID)
			for i, r := range k.Front.Routes() {
				if !strings.Contains(r.Path, ":id") || r.Counter {
					continue
				}
				tried++
				for _, htmx := range []bool{false, true} {
					c.HTMX = htmx
					a, b := knock(c, there[i].Method, there[i].Path, form), knock(c, nowhere[i].Method, nowhere[i].Path, form)
					if d := differs(shape(a, out.ID), shape(b, nobodysID)); d != "" {
						t.Errorf("%s %s %s (htmx %t) differs: %s", who, r.Method, r.Path, htmx, d)
					}
					if may := k.Desk.Policy().May(desk.Actor{Roles: []desk.Role{desk.Role(who)}}, r.Perm); may && (a.Status != http.StatusNotFound || ofARow.MatchString(a.Text())) {
						t.Errorf("%s %s %s (htmx %t): %d %s", who, r.Method, r.Path, htmx, a.Status, a.Text())
					}
				}
			}
			c.HTMX = false
			for op, n := range k.Calls() {
				if op != "GetUser" && op != "ListUserGroups" {
					t.Errorf("%s: %d times %s", who, n, op)
				}
			}
			if k.Org.Snapshot() != before || tried < 40 {
				t.Errorf("%s: something was changed, or only %d routes were tried", who, tried)
			}
		}
	}
}

func knock(c *testkit.Client, method, path string, form url.Values) *testkit.Page {
	if method == http.MethodGet {
		return c.Get(path)
	}
	return c.Post(path, form)
}

// That somebody else is changing the person just now does not show either.
func TestATurnOutsideTheScope(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	_, out := apart(t, k)
	c, owner := k.As("helpdesk"), k.As("owner")
	f := form(t, owner, out.ID, "/lifecycle/suspend")
	begun, release, done := make(chan struct{}), make(chan struct{}), make(chan int)
	k.Org.Hook("SuspendUser", func(string) { close(begun); <-release })
	go func() { done <- owner.Answers(t.Context(), f.Action, f.Values) }()
	<-begun
	got := c.Post("/users/"+out.ID+"/lifecycle/suspend", url.Values{"note": {"let me in"}, "token": {"x.y"}})
	close(release)
	if got.Status != http.StatusNotFound {
		t.Errorf("%d: %s", got.Status, got.Text())
	}
	if status := <-done; status != http.StatusOK {
		t.Errorf("the change: %d", status)
	}
}

// Lists, the record and what waits show nobody who is outside.
func TestListsWithinTheScope(t *testing.T) {
	t.Parallel()
	for _, byGroup := range []bool{true, false} {
		k := testkit.New(t, testkit.Options{Policy: inBerlin(byGroup)})
		in, out := apart(t, k)
		owner := k.As("owner")
		for _, p := range []oktasim.Person{in, out} { // acts of somebody whose reach is wide
			f := form(t, owner, p.ID, "/lifecycle/suspend")
			owner.Post(f.Action, f.Values)
			k.Org.SetStatus(p.ID, "DEPROVISIONED")
			f = form(t, owner, p.ID, "/erase")
			f.Values.Set("typed", p.Login)
			if got := owner.Post(f.Action, f.Values); !got.Has("It waits for approval") {
				t.Fatal(got.Text())
			}
			k.Org.SetStatus(p.ID, "ACTIVE")
		}
		k.Org.Advance(time.Minute)
		for _, who := range []string{"helpdesk", "admin", "auditor"} {
			c := k.As(who)
			for _, path := range []string{
				"/users?q=" + out.Login, "/users?q=" + out.ID, "/users?q=" + url.QueryEscape(out.FirstName+" "+out.LastName), "/users?q=" + url.QueryEscape(out.LastName+", "+out.FirstName),
				"/users?status=ACTIVE", "/roles", "/audit", "/audit?target=" + out.ID, "/audit?q=" + out.Login, "/approvals", "/",
				"/users/" + in.ID, "/users/" + in.ID + "/links",
			} {
				got := c.Get(path)
				text := strings.ReplaceAll(got.Text(), strings.TrimPrefix(path, "/users?q="), "")
				if got.Status != http.StatusOK || strings.Contains(strings.ReplaceAll(got.Body, out.Login+`"`, ""), out.Login+"<") || strings.Contains(text, out.FirstName+" "+out.LastName) && !strings.Contains(path, "q=") {
					t.Errorf("%s %s (by group %t) shows %s: %d %s", who, path, byGroup, out.Login, got.Status, got.Text())
				}
			}
			if got := c.Get("/users?q=" + in.Login); !got.Has(in.FirstName + " " + in.LastName) {
				t.Errorf("%s does not find %s (by group %t): %s", who, in.Login, byGroup, got.Text())
			}
			if got := c.Get("/audit?target=" + in.ID); who != "helpdesk" && !got.Has(in.Login) {
				t.Errorf("%s does not see the record of %s: %s", who, in.Login, got.Text())
			}
			if n := len(everyHit(c, "/users?status=ACTIVE")); n == 0 || n > 40 {
				t.Errorf("%s finds %d people (by group %t)", who, n, byGroup)
			}
		}
		c := k.As("admin")
		decide := c.Get("/approvals").FormOf("/approvals/:request/approve")
		if decide == nil {
			t.Fatalf("an admin cannot decide about Berlin: %s", c.Get("/approvals").Text())
		}
		decide.Values.Set("note", "seen her manager's mail")
		k.Org.Reset()
		if got := c.Post(decide.Action, decide.Values); got.Status == http.StatusForbidden || got.Has("scope.") {
			t.Errorf("an admin's word does not count in Berlin: %d %s", got.Status, got.Text())
		}
	}
}

// everyHit walks a list to its end.
func everyHit(c *testkit.Client, path string) (links []string) {
	hit := regexp.MustCompile(`class="hit" href="([^"]+)"`)
	more := regexp.MustCompile(`href="(/users\?[^"]*after=[^"]*)"`)
	for path != "" {
		body := c.Get(path).Body
		for _, m := range hit.FindAllStringSubmatch(body, -1) {
			links = append(links, m[1])
		}
		path = ""
		if m := more.FindStringSubmatch(body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	return links
}

// A request about somebody outside can be decided by nobody whose reach ends before.
func TestDecidingOutside(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	_, out := apart(t, k)
	owner, admin := k.As("owner"), k.As("admin")
	k.Org.SetStatus(out.ID, "DEPROVISIONED")
	f := form(t, owner, out.ID, "/erase")
	f.Values.Set("typed", out.Login)
	owner.Post(f.Action, f.Values)
	decide := k.As("second").Get("/approvals").FormOf("/approvals/:request/approve")
	if decide == nil {
		t.Fatal("nothing waits")
	}
	unknown := "/approvals/AAAABBBBCCCCDDDDEEEEFFFFGG/approve"
	note := url.Values{"note": {"seen it"}}
	a, b := admin.Post(decide.Action, note), admin.Post(unknown, note)
	id := strings.Split(decide.Action, "/")[2]
	if d := differs(shape(a, id), shape(b, "AAAABBBBCCCCDDDDEEEEFFFFGG")); d != "" || a.Status != http.StatusNotFound {
		t.Errorf("%d: %s", a.Status, d)
	}
}

// Who leaves the scope after the page was shown is gone at the next press; who joins
// it is there at once, and in lists after five minutes at most.
func TestLeavingTheScope(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(false)})
	c := k.As("helpdesk")
	in, out := apart(t, k)
	f := form(t, c, in.ID, "/lifecycle/suspend")
	k.Okta(http.MethodPost, "/api/v1/users/"+in.ID, []byte(`{"profile":{"city":"Osaka"}}`))
	k.Okta(http.MethodPost, "/api/v1/users/"+out.ID, []byte(`{"profile":{"city":"Atlantis"}}`))
	k.Org.Reset()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusNotFound || writes(k) != 0 {
		t.Errorf("left: %d %s", got.Status, got.Text())
	}
	if got := c.Get("/users/" + out.ID); got.Status != http.StatusOK {
		t.Errorf("joined: %d %s", got.Status, got.Text())
	}
	acts := k.Acts(audit.Filter{Target: in.ID})
	if len(acts) == 0 || acts[0].Detail != "nobody" || acts[0].Phase != audit.PhaseRefused {
		t.Errorf("recorded %+v", acts)
	}
}

// Rows that are left out make room for older ones.
func TestTheRecordWithinTheScope(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	in, out := apart(t, k)
	owner := k.As("owner")
	act := func(id string) {
		f := form(t, owner, id, "/sessions/clear")
		if got := owner.Post(f.Action, f.Values); got.Status != http.StatusOK {
			t.Fatal(got.Text())
		}
	}
	act(in.ID)
	for range 60 {
		act(out.ID)
	}
	if got := k.As("auditor").Get("/audit"); !strings.Contains(got.Body, in.ID) || strings.Contains(got.Body, out.ID) {
		t.Errorf("%s", got.Text())
	}
}

// A scope by group follows its members within five minutes in lists, and at once
// everywhere else.
func TestMembersAreFiveMinutesOld(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	c := k.As("helpdesk")
	_, out := apart(t, k)
	search := "/users?q=" + out.Login
	if c.Get(search).Form("") != nil && c.Get(search).Has(out.LastName+"@") {
		t.Fatal("found outside")
	}
	k.Org.JoinGroup(out.ID, "Berlin Office")
	if got := c.Get("/users/" + out.ID); got.Status != http.StatusOK {
		t.Errorf("a page is not read afresh: %d", got.Status)
	}
	k.Advance(5*time.Minute + time.Second)
	if len(everyHit(c, search)) != 1 {
		t.Errorf("a list is older than five minutes: %s", c.Get(search).Text())
	}
}

// Within a scope nobody does what reaches beyond it, or takes over a colleague.
func TestReachOfAScope(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	c := k.As("admin")
	in, _ := apart(t, k)
	if got := c.Get("/users/" + in.ID + "/roles"); !got.Has("the people in Berlin") || got.Status != http.StatusOK {
		t.Errorf("roles: %s", got.Text())
	}
	if got := c.Get("/users/new"); got.FormOf("/users/create") != nil || !got.Has("this reaches further") {
		t.Errorf("making people: %d %s", got.Status, got.Text())
	}
	k.Org.JoinGroup(in.ID, "Keydesk Auditors")
	if got := c.Get("/users/" + in.ID); got.Form("/lifecycle/suspend") != nil || !got.Has("protected.staff") {
		t.Errorf("a colleague: %s", got.Text())
	}
}
