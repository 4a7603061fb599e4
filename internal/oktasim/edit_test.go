package oktasim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func edit(t *testing.T, o *Org, method, id, body string) reply {
	t.Helper()
	return sendBody(t, o, method, userPath(id, ""), body)
}

func TestMergeLeavesTheRestAndNullClears(t *testing.T) {
	o := small(t)
	before := o.FirstWith(active)
	o.Advance(time.Minute)
	r := edit(t, o, "POST", before.ID, `{"profile":{"title":"Poet","city":null,"mobilePhone":null,"floors":[3],"nickName":""}}`).wantCode(200)
	after, _ := o.Person(before.ID)
	want := maps.Clone(before.Profile)
	delete(want, "city")
	maps.Copy(want, map[string]any{"title": "Poet", "mobilePhone": nil, "floors": []any{3.0}, "nickName": ""})
	if fmt.Sprint(after.Profile) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", after.Profile, want)
	}
	if after.Status != before.Status || r.text("lastUpdated") != begin().Add(time.Minute).Format(stamp) {
		t.Errorf("%s", r.body)
	}
	if keys := r.at("_links").(map[string]any); keys["deactivate"] == nil {
		t.Error("the answer has not the links of a single person")
	}
}

func TestReplaceClearsWhatIsNotNamed(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	edit(t, o, "PUT", id, `{"profile":{`+newcomer+`,"postalAddress":null}}`).wantCode(200)
	p, _ := o.Person(id)
	if len(p.Profile) != 6 || p.Login != "new.comer@brightwater.example" || p.Profile["mobilePhone"] != nil {
		t.Errorf("%v", p.Profile)
	}
	if r := edit(t, o, "PUT", id, `{"profile":{"title":"x"}}`); r.code != 400 {
		t.Errorf("without a login: %d", r.code)
	}
	if again, _ := o.Person(id); fmt.Sprint(again) != fmt.Sprint(p) {
		t.Error("a refused edit changed something")
	}
}

func TestABodyOfCredentialsAloneLeavesTheProfile(t *testing.T) {
	for _, method := range []string{"POST", "PUT"} {
		o := small(t)
		before := o.FirstWith(active)
		edit(t, o, method, before.ID, `{"credentials":{"password":{"value":"Harbour7Lights"},"recovery_question":{"question":"Far away?","answer":" The Sea "}}}`).wantCode(200)
		after, _ := o.Person(before.ID)
		if fmt.Sprint(after.Profile) != fmt.Sprint(before.Profile) || after.Question != "Far away?" {
			t.Errorf("%s: %v", method, after)
		}
		if !o.CheckPassword(before.ID, "Harbour7Lights") || !o.CheckAnswer(before.ID, "the sea") || o.CheckAnswer(before.ID, "the lake") {
			t.Errorf("%s: the credentials are others", method)
		}
	}
}

// What was read can be sent back: nothing changes but the date.
func TestWhatWasReadCanBeSentBack(t *testing.T) {
	o := New(Options{People: 120, Start: begin(), Limit: 1 << 30})
	for _, p := range o.People() {
		if p.Status == deprovisioned {
			continue
		}
		r := get(t, o, userPath(p.ID, ""))
		for _, method := range []string{"POST", "PUT"} {
			edit(t, o, method, p.ID, string(r.body)).wantCode(200)
			if tag := get(t, o, userPath(p.ID, "")).head.Get("ETag"); tag != r.head.Get("ETag") {
				t.Errorf("%s %s changed the profile", method, p.Login)
			}
		}
	}
}

func TestEditsRefuse(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	gone := o.FirstWith(deprovisioned).ID
	ann, _ := o.ByLogin("ann.vo@brightwater.example")
	for body, c := range map[string]struct {
		field  string
		causes []string
	}{
		`{"profile":{"shoe":1}}`:                             {"user", []string{"Property name 'shoe' is not defined in profile"}},
		`{"profile":{"login":"ann.vo@brightwater.example"}}`: {"login", []string{"login: " + flawTaken}},
		`{"profile":{"firstName":null}}`:                     {"firstName", []string{"firstName: " + flawBlank}},
		`{"profile":{"email":"x","floors":[1.5]}}`:           {"floors", []string{"floors: The value must be an array of type integer", "email: " + flawPattern}},
		`{"type":{"id":"oty0"}}`:                             {"type", []string{"type: The field has an invalid value"}},
		`{"credentials":{"password":{"value":"x"}}}`:         {"password", []string{"password: " + flawPolicy}},
		`{"credentials":{"password":{"hash":{"algorithm":"MD5","value":"x"}}}}`: {"password", []string{
			"password: A hashed password can be set for staged users only",
		}},
	} {
		r := edit(t, o, "POST", id, body)
		r.wantError(400, "E0000001", c.causes...)
		if !strings.HasSuffix(r.text("errorSummary"), ": "+c.field) {
			t.Errorf("%s: %s", body, r.text("errorSummary"))
		}
	}
	for _, method := range []string{"POST", "PUT"} {
		edit(t, o, method, gone, `{}`).wantError(404, "E0000007")
		edit(t, o, method, id, ``).wantError(400, "E0000003")
	}
	edit(t, o, "POST", ann.ID, `{"profile":{"login":"Ann.Vo@brightwater.example"}}`).wantCode(200) // her own, in another case
}

func TestIfMatch(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	tag := get(t, o, userPath(id, "")).head.Get("ETag")
	with := func(method, header, body string) reply {
		r := requestWith(o, method, userPath(id, ""), body)
		r.Header.Set("If-Match", header)
		return send(t, o, r)
	}
	for _, header := range []string{tag, "*", `W/"0", ` + tag} {
		with("POST", header, `{}`).wantCode(200)
	}
	for _, method := range []string{"POST", "PUT"} {
		for _, header := range []string{`W/"0"`, strings.TrimPrefix(tag, "W/"), ""} {
			with(method, header, `{}`).wantError(412, "E0000231")
		}
	}
	with("POST", tag, `{"profile":{"title":"Poet"}}`).wantCode(200)
	with("POST", tag, `{"profile":{"title":"Bard"}}`).wantError(412, "E0000231")
	if p, _ := o.Person(id); p.Title != "Poet" {
		t.Errorf("the title is %s", p.Title)
	}
}

// An edit never moves anybody to another status, whatever it brings.
func TestEditsKeepTheStatus(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for _, status := range statuses()[:7] {
		o.SetStatus(id, status)
		for _, method := range []string{"POST", "PUT"} {
			if r := edit(t, o, method, id, `{"credentials":{"password":{"value":"Harbour7Lights"}}}`).wantCode(200); r.text("status") != status {
				t.Errorf("%s in %s: now %s", method, status, r.text("status"))
			}
		}
	}
}

func TestStrictRemembersPasswords(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	set := func(n int, query string) reply {
		return sendBody(t, o, "POST", userPath(id, query), fmt.Sprintf(`{"credentials":{"password":{"value":"Harbour7Lights%d"}}}`, n))
	}
	for n := range 5 {
		set(n, "?strict=true").wantCode(200)
	}
	for n, want := range []int{200, 400, 400, 400, 400} {
		now := *o.people[o.byID[id]]
		if r := set(n, "?strict=true"); r.code != want {
			t.Errorf("password %d: %d", n, r.code)
		} else if want == 400 {
			r.wantError(400, "E0000001", "password: "+flawUsed)
		}
		o.change(id, func(p *person, _ time.Time) { *p = now })
	}
	set(4, "").wantCode(200)
}

func TestDeletingTakesTwoCalls(t *testing.T) {
	for _, status := range statuses() {
		o := small(t)
		p := o.FirstWith(status)
		if status != deprovisioned {
			call1(t, o, "DELETE", userPath(p.ID, "?sendEmail=true")).wantCode(204)
			if now, _ := o.Person(p.ID); now.Status != deprovisioned || now.AppLinks+now.Sessions+now.Tokens+now.Grants != 0 {
				t.Errorf("%s: %+v", status, now)
			}
		}
		call1(t, o, "DELETE", userPath(p.ID, "")).wantCode(204)
		get(t, o, userPath(p.ID, "")).wantError(404, "E0000007")
		call1(t, o, "DELETE", userPath(p.ID, "")).wantError(404, "E0000007")
	}
}

// Who is erased is nowhere any more, and everybody else is where they were.
func TestErasedPeopleAreNowhere(t *testing.T) {
	o := New(Options{People: 120, Start: begin(), Limit: 1 << 30})
	head, _ := o.ByLogin("yasmin.el-sayed@brightwater.example")
	team := get(t, o, userPath(head.ID, "/linkedObjects/subordinate")).decoded().([]any)
	if len(team) == 0 {
		t.Fatal("nobody reports to the head of Engineering")
	}
	others := slices.DeleteFunc(o.People(), func(p Person) bool { return p.ID == head.ID })
	for range 2 {
		call1(t, o, "DELETE", userPath(head.ID, "")).wantCode(204)
	}
	for _, target := range []string{"/api/v1/users?limit=200", search("id pr", "limit", "200"), "/api/v1/users?q=yasmin"} {
		if slices.Contains(get(t, o, target).ids(), head.ID) {
			t.Errorf("%s lists somebody erased", target)
		}
	}
	get(t, o, userPath("yasmin.el-sayed", "")).wantError(404, "E0000007")
	if len(o.People()) != len(others) {
		t.Errorf("%d people left of %d", len(o.People()), len(others))
	}
	for _, p := range others {
		now, ok := o.Person(p.ID)
		if byLogin, _ := o.ByLogin(p.Login); !ok || byLogin.ID != p.ID || now.Login != p.Login || now.Links["manager"] == head.ID {
			t.Errorf("%s: %+v", p.Login, now)
		}
	}
}

func TestErasedPeopleLingerInSearch(t *testing.T) {
	o := New(Options{People: 60, Start: begin(), IndexDelay: time.Second})
	id := o.FirstWith(deprovisioned).ID
	call1(t, o, "DELETE", userPath(id, "")).wantCode(204)
	if !slices.Contains(get(t, o, search(`status eq "DEPROVISIONED"`)).ids(), id) {
		t.Error("the index forgot at once")
	}
	o.Advance(2 * time.Second)
	if slices.Contains(get(t, o, search(`status eq "DEPROVISIONED"`)).ids(), id) {
		t.Error("the index never forgets")
	}
}

func TestACursorOutlivesItsPerson(t *testing.T) {
	o := small(t)
	first := get(t, o, search("id pr", "limit", "20"))
	ids := first.ids()
	last := ids[len(ids)-1]
	for range 2 {
		call1(t, o, "DELETE", userPath(last, "")).wantCode(204)
	}
	rest := get(t, o, first.rel("next")).wantCode(200).ids()
	if want := o.people[19].id; rest[0] != want {
		t.Errorf("goes on with %s, want %s", rest[0], want)
	}
}

func TestErasedBetweenAuthorityAndEffect(t *testing.T) {
	for operation, method := range map[string]string{"GetUser": "GET", "PartialUpdateUser": "POST"} {
		o := small(t)
		id := o.FirstWith(deprovisioned).ID
		o.Hook(operation, func(id string) { call1(t, o, "DELETE", userPath(id, "")).wantCode(204) })
		sendBody(t, o, method, userPath(id, ""), "{}").wantError(404, "E0000007")
	}
}

func TestProfilesOfAnswersAreJSON(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	r := edit(t, o, "POST", id, `{"profile":{"nickName":"<b>\"\u2028","badgeNumber":12.5,"skills":["a","b"],"vip":false}}`).wantCode(200)
	var u struct{ Profile map[string]any }
	if err := json.Unmarshal(r.body, &u); err != nil || u.Profile["badgeNumber"] != 12.5 || u.Profile["nickName"] != "<b>\"\u2028" {
		t.Errorf("%v: %v", err, u.Profile)
	}
}
