package okta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func since() time.Time { return time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) }

// TestFind: as many as were asked for, of those that fit, and an end to looking.
func TestFind(t *testing.T) {
	calls := 0
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		body := fmt.Sprintf(`[{"id":"0oa%da","status":"INACTIVE"},{"id":"0oa%db","status":"ACTIVE"}]`, calls, calls)
		says(200, body, fmt.Sprintf(`Link: <https://x/y?after=%d>; rel="next"`, calls))(w, r)
	}))
	for _, want := range []struct{ limit, found, calls int }{{1, 1, 1}, {2, 2, 2}, {50, 3, 3}, {0, 1, 1}} {
		calls = 0
		apps, err := c.Apps.Find(t.Context(), "wiki", want.limit)
		if err != nil || len(apps) != want.found || calls != want.calls || apps[0].ID.String() != "0oa1b" {
			t.Errorf("%+v: %+v in %d calls, %v", want, apps, calls, err)
		}
	}
	if _, err := c.Groups.Find(t.Context(), "a\x00", 3); !isErr(err, ErrBadQuery) {
		t.Error(err)
	}
	if _, err := client(t, says(200, `[{"id":"0oaOther"}]`)).Groups.Find(t.Context(), "", 3); err != nil {
		t.Error(err)
	}
	if _, err := client(t, says(200, `{"id":"00gOther"}`)).Groups.Get(t.Context(), aGroup); err == nil {
		t.Error("another group was taken")
	}
	if _, err := client(t, says(200, `{"id":"0oaOther"}`)).Apps.Get(t.Context(), anApp); err == nil {
		t.Error("another app was taken")
	}
}

func TestRoleHolders(t *testing.T) {
	c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("after") == "2" {
			says(200, `{"value":[{"id":"`+bobID+`"}],"_links":{}}`)(w, r)
			return
		}
		says(200, `{"value":[{"id":"`+annID+`"}],"_links":{"next":{"href":"https://x/y?after=2"}}}`)(w, r)
	}))
	var all []UserID
	for id, err := range c.Admins.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	if len(all) != 2 || all[0] != ann || all[1] != bob {
		t.Error(all)
	}
	for _, body := range []string{
		`{}`, `[]`, `null`, `{"value":null}`, `{"value":[{}]}`, `{"value":[null]}`, `{"value":[{"id":"00g"}]}`, `{"value":[],"_links":{"next":{"href":"https://x/y"}}}`,
		`{"value":[],"_links":{"next":{"href":"https://x/y?after=7"}}}`,
	} {
		if p, err := client(t, says(200, body)).Admins.List(t.Context(), Cursor{"7"}, 0); err == nil {
			t.Errorf("%s: %+v", body, p)
		}
	}
}

func TestLinkedPeople(t *testing.T) {
	to := func(href string) string { return `{"_links":{"self":{"href":"` + href + `"}}}` }
	good := `[` + to("https://x.okta.com/api/v1/users/"+bobID) + `,` + to("/api/v1/users/"+annID+"?a#b") + `]`
	if ids, err := client(t, says(200, good)).Links.List(t.Context(), ann, aLink); err != nil || len(ids) != 2 || ids[0] != bob || ids[1] != ann {
		t.Error(ids, err)
	}
	for _, body := range []string{`[{}]`, `[null]`, `[` + to("") + `]`, `[` + to("https://x/api/v1/users/me") + `]`, `[` + to("https://x/"+bobID+"/y") + `]`, `null`, `{}`} {
		if ids, err := client(t, says(200, body)).Links.List(t.Context(), ann, aLink); err == nil {
			t.Errorf("%s: %v", body, ids)
		}
	}
}

func TestLog(t *testing.T) {
	body := `[{"published":"2026-11-24T10:00:00.123Z","eventType":"user.session.start","displayMessage":"in","outcome":{"result":"SUCCESS","reason":null},
		"actor":{"id":"x","alternateId":"ann@brightwater.example","displayName":null},"client":{"ipAddress":"198.51.100.7"},"target":[{"id":"00u1","type":"User"}]},{"client":null,"actor":{"id":"x"}}]`
	events, err := client(t, says(200, body, `Link: <https://x/y?after=1>; rel="next"`)).Logs.About(t.Context(), ann, since(), 2)
	want := LogEvent{
		Published: time.Date(2026, 11, 24, 10, 0, 0, 123e6, time.UTC), Type: "user.session.start", Message: "in",
		Outcome: "SUCCESS", Actor: "ann@brightwater.example", Client: "198.51.100.7", About: []LogAbout{{"00u1", "User"}},
	}
	if err != nil || len(events) != 2 || !reflect.DeepEqual(events[0], want) || !reflect.DeepEqual(events[1], LogEvent{Actor: "x"}) {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestSchema(t *testing.T) {
	body := `{"definitions":{"custom":{"required":["zone"],"properties":{
			"zone":{"title":"Zone","type":"string","enum":["A",1,true,null],"mutability":"READ_ONLY","description":"where"},
			"badge":{"type":"integer"},
			"skills":{"title":"Skills","type":"array","items":{"type":"string","enum":["weld"]}}}},
		"base":{"required":["login"],"properties":{"login":{"title":"Username","type":"string","maxLength":100},"email":{"type":"string","required":true}}}}}`
	s, err := client(t, says(200, body)).Schema.Profile(t.Context())
	want := `[{login Username string  true false false [] 100 } {email email string  true false false [] 0 } ` +
		`{zone Zone string  true true true [A 1 true ] 0 where} {badge badge integer  false true false [] 0 } {skills Skills array string false true false [weld] 0 }]`
	if got := fmt.Sprint(s.Attributes); err != nil || got != want {
		t.Errorf("%s\nnot\n%s\n%v", got, want, err)
	}
	for _, body := range []string{`{}`, `[]`, `{"definitions":{"base":{"properties":{}}}}`, `{"definitions":{"base":{"properties":[]}}}`, `{"definitions":{"base":{"properties":{"a":7}}}}`} {
		if s, err := client(t, says(200, body)).Schema.Profile(t.Context()); err == nil {
			t.Errorf("%s: %+v", body, s)
		}
	}
	if s, err := client(t, says(200, `{"definitions":{"base":{"properties":{"a":{}}},"custom":{"properties":null}}}`)).Schema.Profile(t.Context()); err != nil || len(s.Attributes) != 1 {
		t.Error(s, err)
	}
}

// FuzzProperties: the members are those that a map would have, in the order in
// which they are written.
func FuzzProperties(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `[]`, `{"b":{},"a":{"type":"string"}}`, `{"a":{},"a":{}}`, `{"":{},"":{}}`, `{"a":null}`, `{"a":{"items":{"enum":[1,[]]}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var ps, again properties
		if json.Unmarshal(b, &ps) != nil {
			return
		}
		var members map[string]any
		if err := json.Unmarshal(b, &members); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		var written []string
		for _, p := range ps {
			name, _ := json.Marshal(p.name)
			written = append(written, string(name)+":{}")
			if _, ok := members[p.name]; !ok {
				t.Errorf("%s: %q is not in it", b, p.name)
			}
		}
		if err := json.Unmarshal([]byte("{"+strings.Join(written, ",")+"}"), &again); err != nil || len(again) != len(ps) || len(members) > len(ps) {
			t.Fatalf("%s: %d of %d members came back, %v", b, len(again), len(members), err)
		}
		for i := range again {
			if again[i].name != ps[i].name {
				t.Errorf("%s: %q came back as %q", b, ps[i].name, again[i].name)
			}
		}
	})
}
