package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// newForm is the form for somebody new, filled in.
func newForm(t *testing.T, c *testkit.Client, login string) *testkit.Form {
	t.Helper()
	f := formAt(t, c, "/users/new", "/users")
	fillNew(f, login)
	return f
}

func fillNew(f *testkit.Form, login string) {
	for name, v := range map[string]string{"firstName": "Nell", "lastName": "Abara", "login": login, "email": login, "title": "Clerk <b>", "skills": "one\r\ntwo"} {
		f.Values.Set("want."+name, v)
	}
}

// A login that is taken is told at its field, with everything typed kept; another
// one then goes through.
func TestCreateTakenLogin(t *testing.T) {
	t.Parallel()
	for _, htmx := range []bool{false, true} {
		k := testkit.New(t)
		c := k.As("admin")
		taken := ordinary(t, k, 1)[0]
		f := newForm(t, c, taken.Login)
		f.Values.Set("want.email", "nell@brightwater.example")
		f.Values.Set("activate", "false")
		f.Values.Set("password", "true")
		f.Values.Add("group", k.Org.GroupID("Support"))
		c.HTMX = htmx
		got := c.Post(f.Action, f.Values)
		again := reasoned(got, "/users")
		if got.Status != http.StatusUnprocessableEntity || again == nil || !got.Has("An object with this field already exists") {
			t.Fatalf("htmx %t: %d %s", htmx, got.Status, short(got))
		}
		if !strings.Contains(got.Body, `id="want-login-problem"`) {
			t.Error("the problem is not at the field")
		}
		for name := range f.Values {
			if name != "token" && again.Values.Get(name) != f.Values.Get(name) && strings.ReplaceAll(f.Values.Get(name), "\r\n", "\n") != again.Values.Get(name) {
				t.Errorf("%s: %q is lost: %q", name, f.Values.Get(name), again.Values.Get(name))
			}
		}
		again.Values.Set("want.login", "nell.abara@brightwater.example")
		if got := c.Post(again.Action, again.Values); got.Status != http.StatusOK {
			t.Errorf("another login: %d %s", got.Status, short(got))
		}
		p, ok := k.Org.ByLogin("nell.abara@brightwater.example")
		if !ok || p.Status != "STAGED" || p.Title != "Clerk <b>" || fmt.Sprint(p.Profile["skills"]) != "[one two]" || strings.Join(p.Groups, ",") != "Everyone,Support" {
			t.Errorf("%+v", p)
		}
	}
}

// Whom a group would make an administrator, or a colleague, only those can put
// into it that could make them one.
func TestCreateIntoGroups(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, tt := range []struct{ who, group, rule string }{
		{"admin", "Support", ""},
		{"admin", "Okta Group Administrators", "second.reach"}, // alone nobody gives a role that reaches this console
		{"admin", "Okta App Owners", "second.reach"},
		{"admin", "Okta Break Glass", "protected.admins"},
		{"owner", "Okta Break Glass", "second.owner"},
		{"admin", "Keydesk Admins", "protected.staff"},
		{"admin", "Keydesk Owners", "protected.staff"},
		{"admin", "Keydesk Helpdesk", "protected.staff"}, // with limits of its own
		{"owner", "Keydesk Helpdesk", ""},
		{"owner", "Keydesk Admins", "second.staff"}, // who makes a second person is two alone
		{"owner", "Keydesk Owners", "second.staff"},
	} {
		c := k.As(tt.who)
		login := fmt.Sprintf("nell%d@brightwater.example", i)
		f := newForm(t, c, login)
		f.Values["group"] = []string{k.Org.GroupID("Support"), k.Org.GroupID(tt.group)}
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		if _, made := k.Org.ByLogin(login); made != (tt.rule == "") || made != (writes(k) == 1) || tt.rule != "" && (got.Status != http.StatusForbidden || !got.Has(tt.rule) || !got.Has(tt.group)) {
			t.Errorf("%s into %s: %d, made %t: %s", tt.who, tt.group, got.Status, made, short(got))
		}
		if again := reasoned(got, "/users"); tt.rule != "" && (again == nil || again.Values.Get("want.login") != login) {
			t.Errorf("%s into %s: what was typed is lost", tt.who, tt.group)
		}
		if a := newest(t, k, "users.create"); tt.rule != "" && (a.Phase != audit.PhaseRefused || a.Detail != tt.rule || a.Target != login) {
			t.Errorf("%s into %s: recorded %+v", tt.who, tt.group, a)
		}
	}
}

// A group that cannot be read is closed, and so is one whose roles cannot be.
func TestCreateIntoUnreadableGroups(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	for _, fault := range []oktasim.Fault{
		{Operation: "GetGroup", Status: 403},
		{Operation: "GetGroup", Status: 404},
		{Operation: "ListGroupRoles", Status: 403},
		{Operation: "ListGroupRoles", Status: 404},
		{Operation: "ListGroupRoles", Status: 200, Body: "html"},
		{Operation: "ListGroupRoles", Drop: "after-read"},
	} {
		f := newForm(t, c, "nell@brightwater.example")
		f.Values.Set("group", k.Org.GroupID("Support"))
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{fault})
		turnedDown(t, k, fmt.Sprint(fault), c.Post(f.Action, f.Values), http.StatusForbidden, "protected.unreadable")
	}
}

// The first password is shown in one answer and nowhere else, and works.
func TestCreateFirstPassword(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	for i, tt := range []struct {
		activate, change, htmx bool
		status                 string
	}{{true, false, false, "ACTIVE"}, {true, true, true, "PASSWORD_EXPIRED"}, {false, false, false, "STAGED"}, {false, true, true, "STAGED"}} {
		c := k.As("admin")
		login := fmt.Sprintf("nell%d@brightwater.example", i)
		f := newForm(t, c, login)
		f.Values.Set("activate", fmt.Sprint(tt.activate))
		f.Values.Set("change", fmt.Sprint(tt.change))
		f.Values.Set("password", "true")
		c.HTMX = tt.htmx
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusOK {
			t.Fatalf("%+v: %d %s", tt, got.Status, short(got))
		}
		secret := onceShown(t, c, got)
		p, _ := k.Org.ByLogin(login)
		if p.Status != tt.status || !k.Org.CheckPassword(p.ID, secret) {
			t.Errorf("%+v: %s, the password works: %t", tt, p.Status, k.Org.CheckPassword(p.ID, secret))
		}
		again := c.Post(f.Action, f.Values)
		c.HTMX = false
		if pages := again.Body + c.Get("/users/"+p.ID).Body + c.Get("/users/"+p.ID+"/raw").Body + c.Get("/audit").Body + c.Get("/users/new").Body; strings.Contains(pages, secret) {
			t.Errorf("%+v: a second page shows the password", tt)
		}
		nowhere(t, k, secret)
	}
	for _, activate := range []string{"true", "false"} {
		c := k.As("admin")
		f := newForm(t, c, "late."+activate+"@brightwater.example")
		f.Values.Set("activate", activate)
		f.Values.Del("password")
		got := c.Post(f.Action, f.Values)
		p, _ := k.Org.ByLogin("late." + activate + "@brightwater.example")
		if want := map[string]string{"true": "PROVISIONED", "false": "STAGED"}[activate]; got.Status != http.StatusOK || p.Status != want || strings.Contains(got.Body, `id="shown-once"`) {
			t.Errorf("without a password, activate %s: %d %s", activate, got.Status, p.Status)
		}
	}
}

// Looking for a group sends nothing, and neither that nor too many groups loses
// what was typed.
func TestCreateKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	support := k.Org.GroupID("Support")
	many := []string{}
	for i := range 21 {
		many = append(many, fmt.Sprintf("00g%017d", i))
	}
	for name, change := range map[string]func(*testkit.Form){
		"find":            func(f *testkit.Form) { f.Values.Set("find", "true"); f.Values.Set("q", "Supp") },
		"too many groups": func(f *testkit.Form) { f.Values["group"] = many },
	} {
		f := newForm(t, c, "nell@brightwater.example")
		change(f)
		k.Org.Reset()
		got := c.Post(f.Action, f.Values)
		again := got.FormOf("/users")
		if writes(k) != 0 || again == nil || again.Values.Get("want.login") != "nell@brightwater.example" || again.Values.Get("note") == "" || name == "find" && !strings.Contains(got.Body, support) {
			t.Errorf("%s: %d, %d writes: %s", name, got.Status, writes(k), short(got))
		}
	}
}

// The page after a creation claims nothing that was not read: not to script, and
// not where Okta cannot be asked any more.
func TestCreateClaimsNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string][]oktasim.Fault{"script": nil, "whole page": {{Operation: "ListUserGroups", Status: 503}, {Operation: "ListAssignedRolesForUser", Status: 503}}} {
		var k *testkit.Kit
		k = testkit.New(t, testkit.Options{OktaReads: 500 * time.Millisecond, Wrap: func(way http.RoundTripper) http.RoundTripper {
			return testkit.RoundTrip(func(r *http.Request) (*http.Response, error) {
				resp, err := way.RoundTrip(r)
				if r.Method == http.MethodPost && r.URL.Path == "/api/v1/users" {
					k.Org.Faults(fault)
				}
				return resp, err
			})
		}})
		c := k.As("admin")
		f := newForm(t, c, "nell@brightwater.example")
		f.Values.Set("group", k.Org.GroupID("Support"))
		c.HTMX = name == "script"
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusOK || got.Has("In no group") || fault != nil && got.Has("None, neither directly") {
			t.Errorf("%s: %d %s", name, got.Status, short(got))
		}
	}
}

// Whoever opens the page of somebody new sees there who made the account, and why.
func TestCreateIsInTheHistory(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	f := newForm(t, c, "nell@brightwater.example")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Fatalf("%d %s", got.Status, short(got))
	}
	p, _ := k.Org.ByLogin("nell@brightwater.example")
	if page := c.Get("/users/" + p.ID); !page.Has("knows her employee number") {
		t.Errorf("the history has no creation: %s", page.Text())
	}
	if acts := k.Acts(audit.Filter{Target: p.ID, Acts: true}); len(acts) != 1 || acts[0].Action != "users.create" {
		t.Errorf("about the new account the record has %+v", acts)
	}
}

// A creation whose answer is lost is unsure; later the record says what became of
// it, and whose account it is.
func TestCreateCutOff(t *testing.T) {
	t.Parallel()
	for _, drop := range []string{"after-act", "after-read"} {
		k := testkit.New(t)
		c := k.As("admin")
		f := newForm(t, c, "nell@brightwater.example")
		k.Org.Reset()
		k.Org.Faults([]oktasim.Fault{{Operation: "CreateUser", Drop: drop}})
		got := c.Post(f.Action, f.Values)
		if got.Status != http.StatusBadGateway || writes(k) != 1 || !got.Has("The account may have been created") || reasoned(got, "/users").Values.Get("want.firstName") != "Nell" {
			t.Errorf("%s: %d, %d writes: %s", drop, got.Status, writes(k), short(got))
		}
		k.Org.Reset()
		if again := c.Post(f.Action, f.Values); again.Status == http.StatusOK || writes(k) != 0 {
			t.Errorf("%s: pressed again: %d, %d writes", drop, again.Status, writes(k))
		}
		if a := newest(t, k, "users.create"); a.End == nil || a.End.Result != audit.Unknown {
			t.Errorf("%s: recorded %+v", drop, a.End)
		}
		k.Advance(2 * time.Minute)
		if err := k.Desk.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		made, ok := k.Org.ByLogin("nell@brightwater.example")
		a := newest(t, k, "users.create")
		if a.End == nil || a.End.Result != audit.Settled || a.End.TargetID != made.ID || ok != strings.Contains(a.End.Detail, "the account was created") || ok != (drop == "after-act") {
			t.Errorf("%s: made %t, settled as %+v", drop, ok, a.End)
		}
	}
}

// An account that had the login before is not taken for the one that was to be made.
func TestCreateCutOffOnATakenLogin(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	taken := ordinary(t, k, 1)[0]
	f := newForm(t, c, taken.Login)
	k.Org.Reset()
	k.Org.Faults([]oktasim.Fault{{Operation: "CreateUser", Drop: "after-read"}})
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusBadGateway {
		t.Fatalf("%d %s", got.Status, short(got))
	}
	k.Org.Reset()
	k.Advance(2 * time.Minute)
	if err := k.Desk.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := newest(t, k, "users.create"); a.End == nil || a.End.Result != audit.Settled || a.End.TargetID == taken.ID || strings.Contains(a.End.Detail, "was created") {
		t.Errorf("somebody's old account is recorded as made: %+v", a.End)
	}
}
