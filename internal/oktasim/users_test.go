package oktasim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGetUserByEveryName(t *testing.T) {
	o := small(t)
	ann, _ := o.ByLogin("ann.vo@brightwater.example")
	for _, name := range []string{ann.ID, "ann.vo@brightwater.example", "ann.vo%40brightwater.example", "ANN.VO@brightwater.example", "ann.vo", ann.ID + "/"} {
		if r := get(t, o, userPath(name, "")).wantCode(200); r.text("id") != ann.ID {
			t.Errorf("%s is %s", name, r.text("id"))
		}
	}
	for _, name := range []string{"nobody", "00u000000000000000000", strings.ToLower(ann.ID), "ann.vo%2F", "ann.vo%3F"} {
		r := get(t, o, userPath(name, ""))
		r.wantError(404, "E0000007")
		plain, _ := url.PathUnescape(name)
		if want := "Not found: Resource not found: " + plain + " (User)"; r.text("errorSummary") != want {
			t.Errorf("%q, want %q", r.text("errorSummary"), want)
		}
	}
}

func TestShortNameOfTwoIsNobody(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	o.SetProfile(id, "login", "ann.vo@other.example")
	get(t, o, userPath("ann.vo", "")).wantError(404, "E0000007")
	if r := get(t, o, userPath("ann.vo@other.example", "")).wantCode(200); r.text("id") != id {
		t.Error("the new login leads elsewhere")
	}
}

func TestALoginWithASlashIsFoundByIDAlone(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	o.SetProfile(id, "login", "a/b@other.example")
	get(t, o, userPath("a%2Fb@other.example", "")).wantError(404, "E0000007")
	get(t, o, userPath(id, "")).wantCode(200)
}

func TestMeIsTheOwnerAndOnlyWhenRead(t *testing.T) {
	o := small(t)
	if r := get(t, o, "/api/v1/users/me").wantCode(200); r.text("id") != o.TokenOwner() || r.text("profile/lastName") != "Service" {
		t.Errorf("me is %s", r.body)
	}
	get(t, o, "/api/v1/users/me/groups").wantError(404, "E0000007")
	post(t, o, "/api/v1/users/me/lifecycle/suspend").wantError(404, "E0000007")
}

func TestUserHasTheRecordedShape(t *testing.T) {
	o := small(t)
	r := get(t, o, userPath(o.FirstWith(staged).ID, "")).wantCode(200)
	want := strings.Fields("id status created activated statusChanged lastLogin lastUpdated passwordChanged type profile credentials _links")
	if got := keys(t, r.body); !slices.Equal(got, want) {
		t.Errorf("keys %v", got)
	}
	top := r.decoded().(map[string]any)
	for _, name := range []string{"activated", "statusChanged", "lastLogin", "passwordChanged"} {
		if v, there := top[name]; !there || v != nil {
			t.Errorf("%s is %v, there %v; want null", name, v, there)
		}
	}
	if created := r.text("created"); !strings.HasSuffix(created, ".000Z") || len(created) != len(stamp) {
		t.Errorf("created %q", created)
	}
}

func TestCredentials(t *testing.T) {
	o := small(t)
	seen := map[bool]bool{}
	for _, p := range o.people {
		c := get(t, o, userPath(p.id, "")).at("credentials").(map[string]any)
		question, _ := c["recovery_question"].(map[string]any)
		if (c["password"] != nil) != p.password || (question != nil) != (p.question != "") || question != nil && question["question"] != p.question {
			t.Errorf("%s: %v", p.status, c)
		}
		if email := c["emails"].([]any)[0].(map[string]any); email["value"] != p.profile.text("email") || email["type"] != "PRIMARY" {
			t.Errorf("%v", email)
		}
		seen[p.question != ""] = true
	}
	if len(seen) != 2 {
		t.Error("recovery questions: all or none")
	}
}

// Two properties of a profile are always there; others only when set.
func TestNullAndAbsentInProfiles(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	o.SetProfile(id, "mobilePhone", nil)
	o.SetProfile(id, "secondEmail", nil)
	o.SetProfile(id, "title", nil)
	o.SetProfile(id, "shoeSize", 44)
	o.SetProfile(id, "tags", []any{"a", 7.0})
	o.SetProfile(id, "nickName", `<script>"`)
	p := get(t, o, userPath(id, "")).at("profile").(map[string]any)
	for _, name := range []string{"mobilePhone", "secondEmail"} {
		if v, there := p[name]; !there || v != nil {
			t.Errorf("%s: %v, there %v", name, v, there)
		}
	}
	if _, there := p["title"]; there {
		t.Error("an unset property is there")
	}
	if p["shoeSize"] != 44.0 || p["nickName"] != `<script>"` || p["tags"].([]any)[1] != 7.0 {
		t.Errorf("%v", p)
	}
}

func TestLinksSayWhatIsAllowedNow(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for status, want := range map[string]string{
		staged:          "schema activate self resetFactors type",
		provisioned:     "suspend schema resetPassword reactivate self resetFactors type deactivate",
		active:          "suspend schema resetPassword forgotPassword expirePassword changeRecoveryQuestion self resetFactors type changePassword deactivate",
		passwordExpired: "suspend schema resetPassword forgotPassword expirePassword changeRecoveryQuestion self resetFactors type changePassword deactivate",
		recovery:        "schema resetPassword reactivate self resetFactors type deactivate",
		lockedOut:       "schema unlock resetPassword self resetFactors type deactivate",
		suspended:       "schema unsuspend self resetFactors type deactivate",
		deprovisioned:   "schema activate self resetFactors type delete",
	} {
		o.SetStatus(id, status)
		r := get(t, o, userPath(id, ""))
		_, raw, _ := strings.Cut(string(r.body), `"_links":`)
		if got := keys(t, []byte(raw)); strings.Join(got, " ") != want {
			t.Errorf("%s: %v", status, got)
		}
		for rel, l := range r.at("_links").(map[string]any) {
			method, has := l.(map[string]any)["method"]
			if plain := rel == "self" || rel == "schema" || rel == "type"; plain == has {
				t.Errorf("%s: %s has method %v", status, rel, method)
			}
		}
	}
}

// Every offered lifecycle link works when it is followed.
func TestOfferedLinksWork(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), Limit: 10_000})
	id := o.FirstWith(active).ID
	for _, status := range statuses() {
		o.SetStatus(id, status)
		for rel, l := range get(t, o, userPath(id, "")).at("_links").(map[string]any) {
			address := l.(map[string]any)["href"].(string)
			if !strings.Contains(address, "/lifecycle/") {
				continue
			}
			o.SetStatus(id, status)
			r := post(t, o, strings.TrimPrefix(address, "https://brightwater.okta.example"))
			if r.code != 200 {
				t.Errorf("%s offers %s and answers %d", status, rel, r.code)
			}
		}
	}
}

func TestETagCoversTheProfileAlone(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	tag := func() string { return get(t, o, userPath(id, "")).head.Get("ETag") }
	first := tag()
	if len(first) != 68 || !strings.HasPrefix(first, `W/"`) {
		t.Fatalf("ETag %s", first)
	}
	post(t, o, userPath(id, "/lifecycle/suspend"))
	if tag() != first {
		t.Error("the ETag changed with the status")
	}
	o.SetProfile(id, "title", "Poet")
	if tag() == first {
		t.Error("the ETag did not change with the profile")
	}
}

func TestLinksFollowTheRequestAndNoForwardedHeader(t *testing.T) {
	o := small(t)
	r := request(o, "GET", "/api/v1/users?limit=1")
	r.Host = "login.example:8443"
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("X-Forwarded-Proto", "gopher")
	got := send(t, o, r)
	if want := "https://login.example:8443/api/v1/users/"; !strings.HasPrefix(got.text("0/_links/self/href"), want) {
		t.Errorf("%s", got.body)
	}
	for _, line := range got.head["Link"] {
		if !strings.HasPrefix(line, "<https://login.example:8443/") {
			t.Errorf("Link: %s", line)
		}
	}
}

func TestListsShowOnlySelfLinks(t *testing.T) {
	o := small(t)
	for _, u := range get(t, o, "/api/v1/users").decoded().([]any) {
		if links := u.(map[string]any)["_links"].(map[string]any); len(links) != 1 || links["self"] == nil {
			t.Fatalf("%v", links)
		}
	}
}

func TestWhoIsInWhichList(t *testing.T) {
	o := small(t)
	gone := o.FirstWith(deprovisioned)
	for target, in := range map[string]bool{
		"/api/v1/users": false,
		"/api/v1/users?q=" + url.QueryEscape(gone.FirstName):                   false,
		"/api/v1/users?filter=" + url.QueryEscape(`status eq "DEPROVISIONED"`): true,
		search(`status eq "deprovisioned"`):                                    true,
		search(`id eq "` + gone.ID + `"`):                                      true,
	} {
		if got := slices.Contains(get(t, o, target).wantCode(200).ids(), gone.ID); got != in {
			t.Errorf("%s: deprovisioned person there: %v", target, got)
		}
	}
}

func TestQ(t *testing.T) {
	o := New(Options{Start: begin()})
	r := get(t, o, "/api/v1/users?q=A").wantCode(200)
	if len(r.ids()) != 10 || r.head["Link"] != nil {
		t.Errorf("%d people, Link %v", len(r.ids()), r.head["Link"])
	}
	if n := len(get(t, o, "/api/v1/users?q=a&limit=25").ids()); n != 25 {
		t.Errorf("limit 25: %d people", n)
	}
	ann, _ := o.ByLogin("ann.vo@brightwater.example")
	for _, q := range []string{"Ann", "ann.vo@", "ANN.VO@BRIGHT"} {
		if !slices.Contains(get(t, o, "/api/v1/users?limit=200&q="+url.QueryEscape(q)).ids(), ann.ID) {
			t.Errorf("q=%s does not find Ann Vo", q)
		}
	}
	for _, q := range []string{"nn", "Ann Vo", "brightwater"} {
		if slices.Contains(get(t, o, "/api/v1/users?limit=200&q="+url.QueryEscape(q)).ids(), ann.ID) {
			t.Errorf("q=%s finds Ann Vo", q)
		}
	}
}

func TestQueriesThatExcludeEachOther(t *testing.T) {
	o := small(t)
	get(t, o, "/api/v1/users?q=a&filter="+url.QueryEscape(`status eq "ACTIVE"`)).wantError(400, "E0000033")
	get(t, o, search(`status eq "ACTIVE"`, "q", "a")).wantError(400, "E0000031", "search cannot be combined with q or filter")
	get(t, o, "/api/v1/users?limit=none").wantError(400, "E0000001", "limit: must be a positive number")
}

func TestSorting(t *testing.T) {
	o := small(t)
	names := func(order string) []string {
		var got []string
		for _, u := range get(t, o, search(`profile.lastName pr`, "sortBy", "profile.lastName", "sortOrder", order)).decoded().([]any) {
			got = append(got, strings.ToLower(u.(map[string]any)["profile"].(map[string]any)["lastName"].(string)))
		}
		return got
	}
	up, down := names("asc"), names("desc")
	if !slices.IsSorted(up) || len(up) != 120 {
		t.Errorf("%d names, %v", len(up), up)
	}
	slices.Reverse(down)
	if !slices.Equal(up, down) {
		t.Error("descending is not ascending backwards")
	}
	get(t, o, search(`status pr`, "sortBy", "profile.shoeSize")).wantError(400, "E0000031", "unknown attribute 'profile.shoeSize'")
}

func TestSelfLinkEchoesWhatCounts(t *testing.T) {
	o := small(t)
	for target, want := range map[string]string{
		"/api/v1/users":            "/api/v1/users?limit=200",
		"/api/v1/users?limit=1000": "/api/v1/users?limit=200",
		"/api/v1/users?limit=5":    "/api/v1/users?limit=5",
		"/api/v1/users?filter=" + url.QueryEscape(`status eq "ACTIVE"`): "/api/v1/users?limit=200&filter=status+eq+%22ACTIVE%22",
		search(`id pr`, "sortOrder", "0"):                               "/api/v1/users?limit=200&search=id+pr",
		search(`id pr`, "sortBy", "id", "sortOrder", "desc"):            "/api/v1/users?limit=200&search=id+pr&sortBy=id&sortOrder=desc",
	} {
		if got := get(t, o, target).wantCode(200).rel("self"); got != want {
			t.Errorf("%s: self %s, want %s", target, got, want)
		}
	}
}

func TestSearchLags(t *testing.T) {
	o := New(Options{People: 60, Start: begin(), IndexDelay: time.Second})
	ann, _ := o.ByLogin("ann.vo@brightwater.example")
	locked := search(`status eq "LOCKED_OUT" and profile.lastName eq "Vo"`)
	before := get(t, o, locked).ids()
	post(t, o, userPath(ann.ID, "/lifecycle/unlock")).wantCode(http.StatusOK)
	o.SetProfile(ann.ID, "title", "Poet")
	if got := get(t, o, locked).ids(); !slices.Equal(got, before) {
		t.Errorf("search sees the change at once: %v", got)
	}
	if got := get(t, o, userPath(ann.ID, "")).text("status"); got != active {
		t.Errorf("reading by id lags: %s", got)
	}
	if got := get(t, o, "/api/v1/users?filter="+url.QueryEscape(`status eq "LOCKED_OUT" and profile.lastName eq "Vo"`)).ids(); slices.Contains(got, ann.ID) {
		t.Error("filter lags")
	}
	o.Advance(2 * time.Second)
	if got := get(t, o, locked).ids(); slices.Contains(got, ann.ID) {
		t.Errorf("search never catches up: %v", got)
	}
}
