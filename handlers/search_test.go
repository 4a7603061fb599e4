package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keydesk/internal/audit"
	"keydesk/internal/testkit"
)

func search(c *testkit.Client, text string) *testkit.Page {
	return c.Get("/users?" + url.Values{"q": {text}}.Encode())
}

// However a caller's name is typed, one call finds them.
func TestWaysToFindAnn(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	ann, _ := k.Org.ByLogin("ann.vo@brightwater.example")
	for _, text := range []string{
		"Ann Vo", "ann vo", "Vo, Ann", "vo,ann", "Vo Ann", "  Ann   Vo ", "Ann V", "Vo, A", "Vo,", "ann.vo@brightwater.example", "ann.vo", "Ann", "Vo", ann.ID, " " + ann.ID + " ",
	} {
		k.Org.Reset()
		got := search(c, text)
		if got.Status != http.StatusOK || !strings.Contains(got.Body, "/users/"+ann.ID) || len(k.Org.Log()) != 1 {
			t.Errorf("%q: %d, %d calls: %s", text, got.Status, len(k.Org.Log()), got.Text())
		}
	}
	for _, text := range []string{"Nobody Atall", "00u1111111111111111x", "Ánn Vo", "nn Vo"} {
		got := search(c, text)
		if got.Status != http.StatusOK || !got.Has("Nobody found") || strings.Contains(got.Body, "/users/"+ann.ID) {
			t.Errorf("%q: %d %s", text, got.Status, got.Text())
		}
	}
}

// Names of several words are split in every way there is.
func TestNamesOfSeveralWords(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	k.Org.SetProfile(p.ID, "firstName", "Anna Maria")
	k.Org.SetProfile(p.ID, "lastName", "de Vries")
	for _, text := range []string{"Anna Maria de Vries", "de Vries, Anna Maria", "de vries anna", "Anna Maria de", "anna de vries"} {
		if got := search(c, text); !strings.Contains(got.Body, p.ID) {
			t.Errorf("%q does not find her", text)
		}
	}
}

// What is typed never becomes part of the expression's grammar, and nothing
// typed makes the console fail.
func TestHostileSearches(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	ann, _ := k.Org.ByLogin("ann.vo@brightwater.example")
	for _, text := range []string{
		`" or status eq "ACTIVE`, `\" or profile.login pr or profile.login eq \"`, `ann" or id pr or "`, `\`, `\\`, `"`, `'`, "*", "%", "_", `a) or (status eq "ACTIVE"`,
		"<script>alert(1)</script>", "{{7*7}}", "${7*7}", "../../groups", "\x00", "a\r\nX-Evil: 1", "\u202eann", strings.Repeat("a", 101), strings.Repeat("a", 5000), "😀", "é", ",", " , ", ", ,",
	} {
		got := search(c, text)
		if got.Status >= 500 || got.Header.Get("X-Evil") != "" || strings.Contains(got.Body, "/users/"+ann.ID) || strings.Contains(got.Body, "<script>alert") {
			t.Errorf("%q: %d %s", text, got.Status, got.Text())
		}
		if got.Status == http.StatusUnprocessableEntity && !got.Has("Okta cannot search for that") {
			t.Errorf("%q is refused without words: %s", text, got.Text())
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "typed")
		if got := search(c, text); got.Status >= 500 {
			rt.Fatalf("%q: %d", text, got.Status)
		}
	})
}

func TestStatusFilter(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	locked := 0
	for _, p := range k.Org.People() {
		if p.Status == "LOCKED_OUT" {
			locked++
		}
	}
	got := c.Get("/users?status=LOCKED_OUT")
	if n := strings.Count(got.Body, `class="hit"`); n != min(locked, 25) {
		t.Errorf("%d of %d locked out people: %s", n, locked, got.Text())
	}
	if got := c.Get("/users?q=Ann+Vo&status=SUSPENDED"); !got.Has("Nobody found") || !got.Has("Search every status") {
		t.Error(got.Text())
	}
	if got := c.Get("/users?status=FROZEN"); got.Status != http.StatusUnprocessableEntity || !got.Has("There is no such status") {
		t.Errorf("%d %s", got.Status, got.Text())
	}
	if got := c.Get("/users?q=a&after=%27"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a made-up page: %d", got.Status)
	}
}

// Walking the pages shows everybody once.
func TestPages(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	seen := map[string]int{}
	for page := c.Get("/users?status=ACTIVE"); ; {
		next := ""
		for n := range page.Root().Descendants() {
			href, _ := testkit.Attr(n, "href")
			if class, _ := testkit.Attr(n, "class"); class == "hit" {
				seen[href]++
			}
			if strings.Contains(href, "after=") {
				next = href
			}
		}
		if next == "" {
			break
		}
		page = c.Get(next)
	}
	active := 0
	for _, p := range k.Org.People() {
		if p.Status == "ACTIVE" {
			active++
		}
	}
	if len(seen) != active {
		t.Errorf("%d people on all pages, %d are active", len(seen), active)
	}
	for href, n := range seen {
		if n != 1 {
			t.Errorf("%s stands on %d pages", href, n)
		}
	}
}

// Script asks for the part that changes, and the address bar follows the search.
func TestPartialAnswers(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	c.HTMX = true
	for from, header := range map[string]string{"http://127.0.0.1:8080/": "HX-Push-Url", "http://127.0.0.1:8080/users?q=a": "HX-Replace-Url"} {
		got := c.Do(http.MethodGet, "/users?q=ann", nil, http.Header{"Hx-Current-Url": {from}})
		if got.Header.Get(header) != "/users?q=ann" || strings.Contains(got.Body, "<html") {
			t.Errorf("from %s: %v", from, got.Header)
		}
	}
	restored := c.Do(http.MethodGet, "/users?q=ann", nil, http.Header{"Hx-History-Restore-Request": {"true"}})
	if !strings.Contains(restored.Body, "<html") {
		t.Error("the history gets a part instead of a page")
	}
}

// The record shows an agent their own acts and nobody else's, an auditor all.
func TestRecordIsScoped(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	people := ordinary(t, k, 2)
	for i, who := range []string{"helpdesk", "admin"} {
		c := k.As(who)
		f := form(t, c, people[i].ID, "/sessions/clear")
		if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
			t.Fatal(got.Status)
		}
	}
	omar := k.Acts(audit.Filter{Target: people[1].ID})[0].ActorID
	for _, tt := range []struct {
		who, query string
		sees       [2]bool
	}{
		{"helpdesk", "", [2]bool{true, false}},
		{"helpdesk", "?actor=" + url.QueryEscape(omar), [2]bool{true, false}},
		{"helpdesk", "?target=" + people[1].ID, [2]bool{false, false}},
		{"auditor", "", [2]bool{true, true}},
		{"auditor", "?actor=" + url.QueryEscape(omar), [2]bool{false, true}},
		{"auditor", "?q=" + url.QueryEscape(people[0].Login), [2]bool{true, false}},
		{"owner", "?q=inc-4711", [2]bool{true, true}},
		{"admin", "?action=suspend", [2]bool{false, false}},
	} {
		page := k.As(tt.who).Get("/audit" + tt.query)
		for i, p := range people {
			if strings.Contains(page.Body, "/users/"+p.ID) != tt.sees[i] {
				t.Errorf("%s at %s: sees %s %t", tt.who, tt.query, p.Login, !tt.sees[i])
			}
		}
	}
}

// An answer takes the place of what an earlier one said: its toast goes too.
func TestToastsGoWithTheNextAnswer(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	f := form(t, c, ordinary(t, k, 1)[0].ID, "/lifecycle/suspend")
	c.HTMX = true
	for _, want := range []struct {
		status int
		toast  bool
	}{{http.StatusOK, true}, {http.StatusConflict, false}} {
		got := c.Post(f.Action, f.Values)
		_, toasts, ok := strings.Cut(got.Body, `hx-target="#toasts"`)
		if got.Status != want.status || !ok || strings.Contains(toasts, "Okta suspended") != want.toast {
			t.Errorf("%d, toasts %q", got.Status, toasts)
		}
	}
}
