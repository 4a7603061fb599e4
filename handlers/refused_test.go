package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

// refusals are the rows of refusals in the record, the newest first.
func refusals(k *testkit.Kit) []audit.Act {
	return k.Acts(audit.Filter{Result: string(audit.PhaseRefused), Limit: 10_000})
}

// Every way to be turned away leaves one row, with its rule and who it was; nothing
// that is no refusal leaves any.
func TestEveryRefusalHasOneRow(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	helpdesk, admin, auditor, visitor, nobody := k.As("helpdesk"), k.As("admin"), k.As("auditor"), k.As("visitor"), k.Anonymous()
	suspend := form(t, helpdesk, p.ID, "/lifecycle/suspend")
	boss := k.Org.Staff()["owner"]
	here := http.Header{"Origin": {"http://" + testkit.Host}, "Sec-Fetch-Site": {"same-origin"}}
	away := http.Header{"Origin": {"https://elsewhere.example"}, "Sec-Fetch-Site": {"cross-site"}}
	with := func(v url.Values, name, value string) url.Values {
		out := url.Values{}
		for k, all := range v {
			out[k] = all
		}
		out.Set(name, value)
		return out
	}
	script := func(c *testkit.Client, h http.Header) http.Header {
		out := h.Clone()
		out.Set("HX-Request", "true")
		return out
	}
	for _, tt := range []struct {
		name   string
		do     func() *testkit.Page
		status int
		rule   string // "" expects no row
		who    string
	}{
		{"a page that is there", func() *testkit.Page { return helpdesk.Get("/users/" + p.ID) }, 200, "", ""},
		{"an id that is nobody's", func() *testkit.Page { return helpdesk.Get("/users/00uNOBODYNOBODYNOBOD") }, 404, "not found", "helpdesk"},
		{"an id that is none", func() *testkit.Page { return helpdesk.Get("/users/..%2f") }, 404, "not found", "helpdesk"},
		{"a tab of nobody", func() *testkit.Page { return helpdesk.Get("/users/00uNOBODYNOBODYNOBOD/roles") }, 404, "not found", "helpdesk"},
		{"no role in the console", func() *testkit.Page { return visitor.Get("/users") }, 403, "console.none", "visitor"},
		{"a page for others", func() *testkit.Page { return helpdesk.Post("/approvals/AAAA/approve", url.Values{"note": {"because"}}) }, 403, "permission.approvals.act", "helpdesk"},
		{"a request that is gone", func() *testkit.Page { return admin.Post("/approvals/AAAA/approve", url.Values{"note": {"because"}}) }, 404, "not found", "admin"},
		{"who changes nothing", func() *testkit.Page { return auditor.Post(suspend.Action, suspend.Values) }, 403, "permission.lifecycle.act", "auditor"},
		{"a forged button", func() *testkit.Page { return helpdesk.Post(suspend.Action, with(suspend.Values, "token", "forged")) }, 403, "token", "helpdesk"},
		{"somebody protected", func() *testkit.Page {
			return helpdesk.Post("/users/"+boss+"/lifecycle/suspend", with(suspend.Values, "token", "x"))
		}, 403, "token", "helpdesk"},
		{"what was mistyped", func() *testkit.Page { return helpdesk.Post(suspend.Action, with(suspend.Values, "note", "")) }, 422, "", ""},
		{"another site", func() *testkit.Page { return helpdesk.Do("POST", suspend.Action, suspend.Values, away) }, 403, "request.origin", "helpdesk"},
		{"from nowhere", func() *testkit.Page { return helpdesk.Do("POST", suspend.Action, suspend.Values, nil) }, 403, "request.origin", "helpdesk"},
		{"another site, a stranger", func() *testkit.Page { return nobody.Do("POST", suspend.Action, suspend.Values, away) }, 403, "request.origin", ""},
		{"no session, a page", func() *testkit.Page { return nobody.Get("/users") }, 303, "", ""},
		{"no session, a change", func() *testkit.Page { return nobody.Post(suspend.Action, suspend.Values) }, 401, "request.session", ""},
		{"no session, a change by script", func() *testkit.Page { return nobody.Do("POST", suspend.Action, suspend.Values, script(nobody, here)) }, 401, "request.session", ""},
		{"another name of the console", func() *testkit.Page {
			return helpdesk.Do("GET", "/users", nil, http.Header{"Host": {"rebound.example"}})
		}, 421, "request.host", ""},
		{"a sign-in that nobody began", func() *testkit.Page { return nobody.Get("/auth/callback?state=x&code=y") }, 400, "sign_in.refused", ""},
		{"a page that does not exist", func() *testkit.Page { return helpdesk.Get("/favicon.ico") }, 404, "", ""},
		{"something to show that is not", func() *testkit.Page { return helpdesk.Post("/once", url.Values{"handle": {"x"}}) }, 404, "once.unknown", "helpdesk"},
	} {
		before := len(refusals(k))
		got := tt.do()
		after := refusals(k)
		want := 1
		if tt.rule == "" {
			want = 0
		}
		if got.Status != tt.status || len(after)-before != want {
			t.Errorf("%s: status %d, want %d; %d rows, want %d", tt.name, got.Status, tt.status, len(after)-before, want)
			continue
		}
		if want == 0 {
			continue
		}
		a := after[0]
		if a.Detail != tt.rule || a.Address == "" || (a.ActorID == "") != (tt.who == "") {
			t.Errorf("%s: rule %q, want %q; by %q from %q", tt.name, a.Detail, tt.rule, a.ActorName, a.Address)
		}
		if tt.rule == "not found" && strings.Contains(got.Body, fmt.Sprintf("ow %d", a.Seq)) {
			t.Errorf("%s: the page names the row", tt.name)
		}
	}
	if rep, err := k.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// Who is somebody and who is nobody cannot be told from what a refusal says of its row.
func TestRefusalOfAPageNamesNoRow(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	one := c.Get("/users/00uNOBODYNOBODYNOBOD")
	two := c.Get("/users/00uNOBODYNOBODYNOBOX")
	strip := func(p *testkit.Page) string {
		_, id, _ := strings.Cut(p.Text(), "Error id")
		return strings.ReplaceAll(p.Text(), id, "")
	}
	if one.Status != 404 || strip(one) != strip(two) {
		t.Errorf("%q and %q differ", strip(one), strip(two))
	}
}

// What only few should look at has a row for each look.
func TestSensitiveViewsHaveRows(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	p := ordinary(t, k, 1)[0]
	c := k.As("admin")
	for _, tt := range []struct {
		path string
		want []string
	}{
		{"/users/" + p.ID, nil},
		{"/users/" + p.ID + "/profile", nil},
		{"/users/" + p.ID + "/raw", []string{"whole profile shown"}},
		{"/users/" + p.ID + "/roles", []string{"no admin role shown"}},
		{"/users/" + p.ID + "/sign-ins", []string{"consents and clients shown"}},
		{"/roles", []string{"the role map shown"}},
	} {
		var before int64
		if all := k.Acts(audit.Filter{Limit: 1}); len(all) > 0 {
			before = all[0].Seq
		}
		if got := c.Get(tt.path); got.Status != 200 {
			t.Errorf("%s: %d", tt.path, got.Status)
		}
		var said []string
		for _, a := range k.Acts(audit.Filter{}) {
			if a.Seq > before {
				said = append(said, a.Detail)
			}
		}
		if fmt.Sprint(said) != fmt.Sprint(tt.want) {
			t.Errorf("%s: rows %q, want %q", tt.path, said, tt.want)
		}
	}
}
