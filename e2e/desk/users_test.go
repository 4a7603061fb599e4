package desk

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// Ann is found while typing, by whatever the caller or the ticket calls her.
func TestFindAnn(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	ann := v.Ann()
	for _, typed := range []string{"Ann Vo", "Vo, Ann", "vo ann", "ann v", "ann.vo@", "ANN.VO@brightwater.example", ann.ID} {
		t.Run(typed, func(t *testing.T) {
			v := v.With(t)
			v.Home()
			v.Org.Reset()
			v.Search().Type(typed)
			v.Link("Ann Vo").Click()
			v.Heading("Ann Vo").Shown()
			v.See("Ann is locked out after too many wrong passwords.", "Told by Okta", ann.Login, "Support engineer")
			v.ShowsStatus("LOCKED_OUT")
			if typed == ann.ID {
				covers(t, v, "GetUser")
			} else {
				covers(t, v, "ListUsers", "GetUser")
			}
			nothingSent(t, v)
		})
	}
}

// The first page has the focus in the search field; arrows walk the results and
// Enter opens one.
func TestWalkTheResults(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Focused()
	v.Search().Type("an")
	v.At("/users?q=an")
	v.Link("Ann Vo").Shown()
	hits := v.Role("table", "").Role("link", "")
	n, err := hits.Count()
	if err != nil || n < 3 {
		t.Fatalf("%d people found, %v", n, err)
	}
	for _, step := range []struct {
		key string
		at  int // 0 is the search field
	}{
		{"ArrowDown", 1}, {"ArrowDown", 2}, {"ArrowUp", 1}, {"ArrowUp", 0}, {"ArrowUp", 0}, {"ArrowDown", 1}, {"j", 2}, {"k", 1},
	} {
		v.Key(step.key)
		if step.at == 0 {
			v.Search().Focused()
		} else {
			hits.At(step.at - 1).Focused()
		}
	}
	for range n + 3 { // past the end stands the last
		v.Key("ArrowDown")
	}
	hits.At(n - 1).Focused()
	for i := n - 1; hits.At(i).Words() != "Ann Vo"; i-- {
		v.Key("ArrowUp")
	}
	v.Key("Enter")
	v.Heading("Ann Vo").Shown()
}

// A single hit needs no arrow.
func TestEnterOpensTheOnlyHit(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Type("ann.vo@brightwater.example")
	v.At("/users?q=ann.vo%40brightwater.example")
	v.See("1 person found")
	v.Key("Enter")
	v.Heading("Ann Vo").Shown()
}

// Who is locked out now is one click away, and every status another.
func TestByStatus(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Role("link", "").Having("Locked out now").Click()
	v.Link("Ann Vo").Shown()
	v.At("/users?status=LOCKED_OUT")
	onlyStatus(t, v, "Locked out")
	v.Search().Type("an") // the status stays
	v.At("/users?q=an&status=LOCKED_OUT")
	onlyStatus(t, v, "Locked out")
	v.Link("Ann Vo").Shown()
	filter := v.Role("navigation", "Filter by status")
	filter.Link("Active").Click()
	v.At("/users?q=an&status=ACTIVE")
	onlyStatus(t, v, "Active")
	v.Search().Holds("an")
	filter.Link("All").Click()
	v.Link("Ann Vo").Shown()
	covers(t, v, "ListUsers")
}

// onlyStatus asserts that the list shows people, and those of one status alone.
func onlyStatus(t *testing.T, v *console.Visit, word string) {
	t.Helper()
	v.Role("table", "").Shown()
	rows, err := v.Role("table", "").Role("row", "").AllInnerTexts()
	if err != nil || len(rows) < 2 {
		t.Fatalf("rows %q, %v", rows, err)
	}
	for _, row := range rows[1:] {
		if !strings.Contains(row, word) {
			t.Errorf("%q is not %s", row, word)
		}
	}
}

// The search is in the address: reload, Back and Forward keep it.
func TestSearchIsKept(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Type("Ann Vo")
	v.Link("Ann Vo").Shown()
	const address = "/users?q=Ann+Vo"
	v.At(address)
	v.Again()
	v.Search().Holds("Ann Vo")
	v.Link("Ann Vo").Click()
	v.Heading("Ann Vo").Shown()
	v.Back()
	v.At(address)
	v.Search().Holds("Ann Vo")
	v.Link("Ann Vo").Shown()
	v.Back() // one entry for all that was typed
	v.Heading("Who is calling?").Shown()
	v.Search().Holds("")
}

// Nobody found is no dead end: the page says what Okta's search cannot find.
func TestNobodyFound(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Search().Type("Xqzzy Nobody")
	v.Heading("Nobody found").Shown()
	v.See("begins with “Xqzzy Nobody”", "Accents count", "Only beginnings are found", "in the last seconds")
	v.Home()
	v.Role("link", "").Having("Locked out now").Click()
	v.Link("Ann Vo").Shown()
	v.Search().Type("dana.kim@")
	v.See("in the status Locked out")
	v.Link("Search every status").Click()
	v.Link("Dana Kim").Shown()
}

// A result can be opened while the next search is still on its way, or not even
// begun: that is no failure.
func TestOpenWhileSearching(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	for _, wait := range []bool{false, true} {
		v.Home()
		v.Search().Fill("Ann")
		v.Link("Ann Vo").Shown()
		v.Org.Reset()
		v.Org.Faults([]oktasim.Fault{{Operation: "ListUsers", Delay: 2 * time.Second}, {Operation: "GetUser", Delay: 300 * time.Millisecond}})
		v.Search().Fill("Ann V")
		for wait && len(v.Org.Log()) == 0 {
			runtime.Gosched()
		}
		v.Link("Ann Vo").Click()
		v.Heading("Ann Vo").Shown()
		v.Org.Reset()
	}
}

// What is typed is text, whatever it looks like, and what Okta cannot search for
// is said.
func TestHostileText(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Expect(http.StatusUnprocessableEntity, "/users")
	for _, text := range []string{
		`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, `" or profile.login pr or "`, `') or 1=1 --`, `\"\\`, `{{7*7}} ${7*7} %s`, `javascript:alert(1)`, `../../users`,
	} {
		v.Search().Fill(text)
		v.See("begins with “" + text + "”")
		v.Heading("Nobody found").Shown()
		v.Search().Holds(text)
		v.Again()
		v.Search().Holds(text)
		v.See("begins with “" + text + "”")
	}
	v.Search().Fill("\U0001F980 crab")
	v.See("Okta cannot search for that")
	v.Search().Fill("Ann Vo")
	v.Link("Ann Vo").Shown()
	nothingSent(t, v)
}

// Names of people are text too.
func TestHostileName(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Ordinary(1)[0]
	const evil = `<b onclick="x">Bobby</b> "Tables"`
	v.Org.SetProfile(p.ID, "firstName", evil)
	v.Org.SetProfile(p.ID, "title", `</td><script>alert(1)</script>`)
	v.FindBy(p.Login, evil+" "+p.LastName)
	v.See(`</td><script>alert(1)</script>`)
	v.Act("Suspend", console.Why{})
	v.See("Okta suspended the account.")
	status(t, v, p, "SUSPENDED")
	done(t, v, p, "suspend", console.Reason, "SUSPENDED")
}

// A long list goes on, page by page, and nobody is on two of them.
func TestNextPage(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Link("People").Click()
	v.Role("navigation", "Filter by status").Link("Active").Click()
	v.See("The first 25 people; the list goes on")
	seen := map[string]bool{}
	for range 3 {
		logins, err := v.Role("table", "").Role("row", "").AllInnerTexts()
		if err != nil || len(logins) != 26 {
			t.Fatalf("%d rows, %v", len(logins)-1, err)
		}
		for _, row := range logins[1:] {
			if seen[row] {
				t.Errorf("%q is there twice", row)
			}
			seen[row] = true
		}
		before := v.Path()
		v.Link("More people").Click()
		v.See("25 more people; the list goes on")
		if v.Path() == before {
			t.Error("the address stayed the same")
		}
		v.Again()
		v.See("25 more people; the list goes on")
	}
	v.Back()
	v.See("the list goes on")
}
