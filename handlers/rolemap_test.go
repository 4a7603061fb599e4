package handlers_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// mapped is a console whose role map has been read.
func mapped(t *testing.T, o ...testkit.Options) *testkit.Kit {
	t.Helper()
	k := testkit.New(t, o...)
	walk(t, k)
	return k
}

func walk(t *testing.T, k *testkit.Kit) {
	t.Helper()
	if err := k.Map.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whoever may read people sees the whole map, changes nothing by it, and leaves a row;
// the list that was there before leads to it.
func TestRoleMap(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	limited, super := k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.GroupAdmin("SUPER_ADMIN")
	for _, tier := range []string{"auditor", "helpdesk", "admin", "owner"} {
		c := k.As(tier)
		k.Org.Reset()
		got := c.Get("/roles")
		for _, want := range []string{"Read today", "assignments of", limited.FirstName + " " + limited.LastName, super.Login, "Everything: the whole organisation", "directly", "through ", "Everything in scope", "Take it away"} {
			if got.Status != http.StatusOK || !got.Has(want) {
				t.Errorf("%s: %d, nowhere: %q", tier, got.Status, want)
			}
		}
		if n := len(k.Org.Log()); n != 0 {
			t.Errorf("%s: the map is read from Okta: %d calls", tier, n)
		}
		if changes := tier == "admin" || tier == "owner"; changes != strings.Contains(got.Body, ">Remove</a>") {
			t.Errorf("%s is offered to remove: %t", tier, !changes)
		}
		if moved := c.Get("/admins"); moved.Header.Get("Location") != "/roles" {
			t.Errorf("%s: /admins leads to %q", tier, moved.Header.Get("Location"))
		}
	}
	if rows := k.Acts(audit.Filter{Action: "roles.map"}); len(rows) != 4 || rows[0].Detail != "the role map shown" {
		t.Errorf("%d rows: %+v", len(rows), rows)
	}
	got := k.As("visitor").Get("/roles")
	if got.Status != http.StatusForbidden || got.Has(limited.Login) {
		t.Errorf("a visitor: %d", got.Status)
	}
}

// Every filter, order and group stands in the address, and what is none is refused.
func TestRoleMapIsNarrowed(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	c := k.As("auditor")
	p := k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	name, group := p.FirstName+" "+p.LastName, k.Org.RoleTargets(p.ID, "HELP_DESK_ADMIN")[0]
	super := k.Org.AdminWith("SUPER_ADMIN")
	for query, want := range map[string][2]string{ // who is there, and who is not
		"q=" + url.QueryEscape(name):                {p.Login, super.Login},
		"role=SUPER_ADMIN":                          {super.Login, p.Login},
		"reach=limited":                             {p.Login, super.Login},
		"reach=everything&how=USER":                 {super.Login, p.Login},
		"mark=everything":                           {super.Login, p.Login},
		"target=" + k.Org.GroupID(group):            {p.Login, super.Login},
		"person=" + p.ID:                            {p.Login, super.Login},
		"status=SUSPENDED":                          {"No assignment matches", p.Login},
		"q=zzzz":                                    {"No assignment matches", p.Login},
		"group=reach&sort=role&desc=1&q=" + p.Login: {"Limited", super.Login},
	} {
		for _, htmx := range []bool{false, true} {
			c.HTMX = htmx
			got := c.Get("/roles?" + query)
			if got.Status != 200 || !got.Has(want[0]) || got.Has(want[1]) {
				t.Errorf("%s (htmx %t): %d, %q %t, %q %t", query, htmx, got.Status, want[0], got.Has(want[0]), want[1], got.Has(want[1]))
			}
			if whole := strings.Contains(got.Body, "<html"); whole == htmx || htmx && got.Header.Get("HX-Push-Url") == "" {
				t.Errorf("%s (htmx %t): whole page %t, address %q", query, htmx, whole, got.Header.Get("HX-Push-Url"))
			}
		}
	}
	c.HTMX = false
	for _, query := range []string{"sort=x", "group=x", "reach=x", "mark=x", "how=LOAN", "person=%00", "q=%ff", "role=" + strings.Repeat("x", 300)} {
		if got := c.Get("/roles?" + query); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, got.Status)
		}
	}
	for _, query := range []string{"page=-1", "page=99", "page=x"} {
		if got := c.Get("/roles?" + query); got.Status != 200 || !got.Has(p.Login) {
			t.Errorf("%s: %d", query, got.Status)
		}
	}
}

// What is shown is taken away as a file: guarded, one row for each assignment, after
// the record says so.
func TestRoleMapIsTakenAway(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	c := k.As("auditor")
	all := c.Post("/roles.json", url.Values{"q": {""}})
	var whole struct {
		AsOf        string `json:"as_of"`
		Assignments []struct {
			Person struct{ Login string }
			Reach  string
		}
	}
	if err := json.Unmarshal([]byte(all.Body), &whole); err != nil || all.Status != 200 || whole.AsOf == "" || len(whole.Assignments) < 20 {
		t.Fatalf("%d %v: %+v", all.Status, err, whole)
	}
	part := c.Post("/roles.csv", url.Values{"reach": {"limited"}, "sort": {"role"}})
	rows, err := csv.NewReader(strings.NewReader(part.Body)).ReadAll()
	limited := 0
	for _, a := range whole.Assignments {
		if a.Reach == "limited" {
			limited++
		}
	}
	if err != nil || len(rows) != limited+1 || !strings.Contains(part.Header.Get("Content-Disposition"), `attachment; filename="keydesk-roles-`) {
		t.Errorf("%d rows of %d: %v %v", len(rows), limited, err, part.Header)
	}
	taken := k.Acts(audit.Filter{Action: "roles.export"})
	if len(taken) != 2 || taken[0].Detail != "as csv" || taken[0].Params != "reach=limited" {
		t.Errorf("recorded %+v", taken)
	}
	if got := k.As("visitor").Post("/roles.csv", nil); got.Status != http.StatusForbidden || strings.Contains(got.Body, "role_id") {
		t.Errorf("a visitor: %d", got.Status)
	}
	rename(t, k, "record", "gone")
	if got := c.Post("/roles.csv", nil); got.Status == http.StatusOK || strings.Contains(got.Body, "role_id") {
		t.Errorf("without a record: %d", got.Status)
	}
	rename(t, k, "gone", "record")
}

// For whom only some people are there, the map is not: they have the list of those
// within their reach, and no file.
func TestRoleMapWithinAScope(t *testing.T) {
	t.Parallel()
	k := mapped(t, testkit.Options{Policy: inBerlin(true)})
	for _, who := range []string{"admin", "auditor"} {
		c := k.As(who)
		got := c.Get("/roles")
		if got.Status != 200 || !got.Has("the role map is about everybody") || got.Has("Take it away") || strings.Contains(got.Body, `class="bars"`) {
			t.Errorf("%s: %d %s", who, got.Status, got.Text())
		}
		if got := c.Post("/roles.csv", nil); got.Status != http.StatusForbidden || strings.Contains(got.Body, "role_id") {
			t.Errorf("%s takes it away: %d", who, got.Status)
		}
	}
	refused := k.Acts(audit.Filter{Action: "roles.export", Result: "refused"})
	if len(refused) != 2 || refused[0].Class != string(desk.Reading) {
		t.Errorf("%d refusals: %+v", len(refused), refused)
	}
}

// A map that was not read says so, and one that is being read how far it is.
func TestRoleMapBeforeItIsRead(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("admin")
	if got := c.Get("/roles"); got.Status != 200 || !got.Has("Nothing is read yet.") || got.Has("Nobody holds") || got.Has("Take it away") {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	if got := c.Post("/roles.json", nil); !strings.Contains(got.Body, `"assignments": []`) || strings.Contains(got.Body, "as_of") {
		t.Errorf("an export of nothing: %s", got.Body)
	}
}

// The pages of somebody's roles lead back to the map as it was left, for whoever may
// see it, and nowhere else.
func TestBackToTheMap(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	c := k.As("admin")
	p := k.Org.LimitedAdmin("HELP_DESK_ADMIN")
	page := "/users/" + p.ID + "/roles"
	back := `>Role map</a>`
	if strings.Contains(c.Get(page).Body, back) {
		t.Error("there is a way back to where nobody was")
	}
	c.Get("/roles?reach=limited&q=help")
	for _, path := range []string{page, page + "/new"} {
		if got := c.Get(path); !strings.Contains(got.Body, fmt.Sprintf(`<a href="/roles?q=help&amp;reach=limited"%s`, back)) {
			t.Errorf("%s: no way back", path)
		}
	}
	for _, value := range []string{"https://evil.example", "sort=%2F%2Fevil", "%zz", "q=" + strings.Repeat("x", 900)} {
		got := c.Do(http.MethodGet, page, nil, http.Header{"Cookie": {"keydesk=" + c.Cookie("keydesk") + "; keydesk-map=" + value}})
		if strings.Contains(got.Body, "evil") {
			t.Errorf("%s: leads away", value)
		}
	}
}

// What the map shows is reviewed from there by whoever may begin reviews.
func TestReviewFromTheMap(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	for query, want := range map[string]string{"": "", "?role=SUPER_ADMIN": "role=SUPER_ADMIN", "?mark=everything": "risky=1"} {
		page := k.As("owner").Get("/roles" + query)
		if !strings.Contains(page.Body, `href="`+strings.TrimSuffix("/reviews/new?"+want, "?")+`"`) {
			t.Errorf("%q: no way to a review: %s", query, short(page))
		}
	}
	if page := k.As("auditor").Get("/roles"); strings.Contains(page.Body, "/reviews/new") {
		t.Error("an auditor is led to what they may not")
	}
}
