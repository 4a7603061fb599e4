package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"keydesk/internal/desk"
	"keydesk/internal/testkit"
)

// planned sends the form of a new review with some fields changed.
func planned(t *testing.T, c *testkit.Client, set url.Values) *testkit.Page {
	t.Helper()
	f := c.Get("/reviews/new").Form("/reviews")
	for name, v := range set {
		f.Values[name] = v
	}
	return c.Post(f.Action, f.Values)
}

// Reviewers that somebody named are never passed over because another way to decide is
// chosen: the form says so, with what was typed, and nothing is begun.
func TestNamedReviewersAreNotPassedOver(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	k.As("second")
	second, _ := k.Org.Person(k.Org.Staff()["second"])
	for name, set := range map[string]url.Values{
		"ticked":    {"reviewer": {second.ID}},
		"written":   {"others": {second.Login}},
		"by a role": {"owner.SUPER_ADMIN": {second.Login}},
	} {
		got := planned(t, owner, set)
		if got.Status != http.StatusUnprocessableEntity || !got.Has("It is chosen now: look, then start.") {
			t.Errorf("%s: %d %s", name, got.Status, short(got))
			continue
		}
		f := got.Form("/reviews")
		want := map[bool]string{true: "roles", false: "named"}[name == "by a role"]
		if by := f.Values.Get("by"); by != want {
			t.Errorf("%s: %s is chosen", name, by)
		}
		for field, v := range set {
			if !slices.Equal(f.Values[field], v) {
				t.Errorf("%s: %s is %q now", name, field, f.Values[field])
			}
		}
		if got := owner.Post(f.Action, f.Values); got.Status != http.StatusSeeOther {
			t.Errorf("%s, looked at: %d %s", name, got.Status, short(got))
		}
	}
}

// A name means somebody where one person has it whole, and else nobody: whom it might
// mean is said. Names hold spaces, so only commas and new lines part them.
func TestWhomAReviewerNameMeans(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	second, _ := k.Org.Person(k.Org.Staff()["second"])
	name := second.FirstName + " " + second.LastName
	for text, says := range map[string]string{
		second.FirstName:               "Write the login of whom you mean: ",
		"nobody.here":                  "Nobody has the login, e-mail address or full name “nobody.here”.",
		name + ", nobody.here":         "Nobody has the login, e-mail address or full name “nobody.here”.",
		second.Login + "\nno.such.one": "“no.such.one”",
	} {
		if got := planned(t, owner, url.Values{"by": {"named"}, "others": {text}}); got.Status != http.StatusUnprocessableEntity || !got.Has(says) {
			t.Errorf("%q: %d %s", text, got.Status, short(got))
		}
	}
	for _, text := range []string{strings.ToUpper(second.Login), name, second.Email} {
		got := planned(t, owner, url.Values{"by": {"named"}, "others": {text}, "split": {"true"}})
		if got.Status != http.StatusOK || !got.Has(name+" , Owner: ") && !got.Has(name+", Owner: ") {
			t.Errorf("%q: %d %s", text, got.Status, short(got))
		}
	}
	if got := owner.Get("/reviews"); !got.Has("No review yet") {
		t.Errorf("something was begun: %s", short(got))
	}
}

// Before it starts a review says who would decide how much of it, as what, and where a
// helpdesk agent would decide on administrators.
func TestWhoDecidesHowMuch(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	helpdesk, _ := k.Org.Person(k.Org.Staff()["helpdesk"])
	second, _ := k.Org.Person(k.Org.Staff()["second"])
	got := planned(t, owner, url.Values{"by": {"named"}, "others": {second.Login + ", " + helpdesk.Login}, "split": {"true"}})
	if got.Status != http.StatusOK || !got.Has("Helpdesk: ") || !got.Has("A helpdesk agent would decide on what administrators hold.") || !got.Has("Owner: ") {
		t.Errorf("%d %s", got.Status, short(got))
	}
	if got := owner.Post("/reviews", got.Form("/reviews").Values); got.Status != http.StatusSeeOther {
		t.Errorf("started from there: %d %s", got.Status, short(got))
	}
}

// However often one name stands in a form, and whatever roles it names, few calls go to
// Okta.
func TestManyNamesInOneForm(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	me, _ := k.Org.Person(k.Org.Staff()["second"])
	many := url.Values{"by": {"roles"}}
	for i := range 300 {
		many.Set("owner.X"+strconv.Itoa(i), me.Login)
	}
	var logins []string
	for i := range 400 {
		logins = append(logins, fmt.Sprintf("person%d@brightwater.example", i))
	}
	for name, tt := range map[string]struct {
		set    url.Values
		status int
	}{
		"one login":   {url.Values{"by": {"named"}, "others": {strings.Repeat(me.Login+",", 400)}}, http.StatusSeeOther},
		"many logins": {url.Values{"by": {"named"}, "others": {strings.Join(logins, ",")}}, http.StatusUnprocessableEntity},
		"no roles":    {many, http.StatusUnprocessableEntity},
	} {
		f := owner.Get("/reviews/new").Form("/reviews")
		for n, v := range tt.set {
			f.Values[n] = v
		}
		k.Org.Reset()
		got := owner.Post(f.Action, f.Values)
		if n := len(k.Org.Log()); got.Status != tt.status || n > 10 {
			t.Errorf("%s: %d, %d calls: %s", name, got.Status, n, short(got))
		}
	}
}

// A reviewer who cannot be named is said at the field of theirs.
func TestReviewerProblemsAtTheirField(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	stranger := ordinary(t, k, 1)[0].Login
	for field, set := range map[string]url.Values{
		"others":            {"by": {"named"}, "others": {stranger}},
		"fallback":          {"fallback": {stranger}},
		"owner.SUPER_ADMIN": {"by": {"roles"}, "owner.SUPER_ADMIN": {stranger}},
	} {
		got := planned(t, owner, set)
		_, after, found := strings.Cut(got.Body, `name="`+field+`"`)
		if !found || got.Status != http.StatusUnprocessableEntity || strings.Count(got.Body, `id="plan-problem"`) != 1 || !strings.Contains(after[:min(len(after), 1200)], "has no role in this console") {
			t.Errorf("%s: %d %s", field, got.Status, short(got))
		}
	}
}

// To press the button twice begins one review, and leads there.
func TestBegunByADoubleClick(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	f := owner.Get("/reviews/new").Form("/reviews")
	one, two := owner.Post(f.Action, f.Values), owner.Post(f.Action, f.Values)
	if to := one.Header.Get("Location"); one.Status != http.StatusSeeOther || two.Status != http.StatusSeeOther || to == "" || two.Header.Get("Location") != to {
		t.Errorf("%d %q, then %d %q", one.Status, one.Header.Get("Location"), two.Status, two.Header.Get("Location"))
	}
	if n := strings.Count(owner.Get("/reviews").Body, `class="hit"`); n != 1 {
		t.Errorf("%d reviews", n)
	}
}

// Numbers that no item has meet nothing, whatever the database takes for a number.
func TestNumbersOfNoItem(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	path := begun(t, owner, "", nil)
	const large = "9999999999"
	for _, page := range []string{path, path + "/items"} {
		if got := owner.Get(page + "?after=" + large); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", page, got.Status, short(got))
		}
	}
	for door, v := range map[string]url.Values{
		"/items/" + large: {"verdict": {"keep"}, "version": {"1"}},
		"/items/1":        {"verdict": {"keep"}, "version": {large}},
		"/reassign":       {"item": {large}, "to": {"ann"}},
	} {
		if got := owner.Post(path+door, v); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", door, got.Status, short(got))
		}
	}
}

// Nothing is handed to somebody whose role counts for a part of the people alone: they
// could not decide on it.
func TestNotHandedToAScope(t *testing.T) {
	t.Parallel()
	k := testkit.New(t, testkit.Options{Policy: inBerlin(true)})
	walk(t, k)
	owner := k.As("owner")
	path := begun(t, owner, "", nil)
	scoped, _ := k.Org.Person(k.Org.Staff()["helpdesk"])
	k.As("helpdesk")
	got := owner.Post(path+"/reassign", url.Values{"item": {"1"}, "to": {scoped.Login}})
	if got.Status != http.StatusUnprocessableEntity || !got.Has("counts for a part of the people alone") {
		t.Errorf("%d %s", got.Status, short(got))
	}
}

// Who decides without script comes back to the page they were on.
func TestDecidingKeepsThePage(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	path := begun(t, owner, "", nil)
	page := owner.Get(path + "?show=all&after=3")
	for _, f := range page.Forms() {
		if strings.HasSuffix(f.Action, "/items/4") {
			if got := owner.Post(f.Action, verdict(&f, "keep", "")); !strings.HasSuffix(got.Header.Get("Location"), "?after=3&show=all") {
				t.Errorf("it leads to %q", got.Header.Get("Location"))
			}
			return
		}
	}
	t.Errorf("item 4 is not there: %s", short(page))
}

// The first page says what waits in reviews, and what was done in them.
func TestHomeKnowsOfReviews(t *testing.T) {
	t.Parallel()
	k := mapped(t)
	owner := k.As("owner")
	path := begun(t, owner, "", nil)
	f := item(t, owner, path)
	owner.Post(f.Action, verdict(f, "keep", ""))
	if got := owner.Get("/"); !got.Has("roles wait for your decision") || !got.Has("Began a review") || !got.Has("Decided in a review") || got.Has("You have done nothing yet") {
		t.Errorf("%s", got.Text())
	}
	if got := k.As("second").Get("/"); got.Has("for your decision") || got.Has("Began a review") {
		t.Errorf("somebody else: %s", got.Text())
	}
}

// What a revoke cannot do is said on the item, before anybody decides.
func TestWhatARevokeCannotDoIsSaidFirst(t *testing.T) {
	t.Parallel()
	p := desk.DemoPolicy()
	k := testkit.New(t, testkit.Options{Policy: &p})
	emergency := k.Org.AdminWith("REPORT_ADMIN")
	p.BreakGlass = []string{emergency.Login}
	k = testkit.New(t, testkit.Options{Policy: &p})
	walk(t, k)
	owner := k.As("owner")
	got := owner.Get(begun(t, owner, "", nil))
	for _, want := range []string{
		"Cannot be taken from the person here: it is held through the group ", "To revoke it takes two people: ", "It is an emergency account, so no role is taken from it here.",
	} {
		if !got.Has(want) {
			t.Errorf("%q is not said", want)
		}
	}
}
