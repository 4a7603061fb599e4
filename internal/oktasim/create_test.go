package oktasim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const newcomer = `"login":"new.comer@brightwater.example","email":"new.comer@brightwater.example","firstName":"New","lastName":"Comer"`

// create sends a body whose profile is newcomer and more.
func create(t *testing.T, o *Org, query, profile, rest string) reply {
	t.Helper()
	return sendBody(t, o, "POST", "/api/v1/users"+query, `{"profile":{`+newcomer+profile+`}`+rest+`}`)
}

const withPassword = `,"credentials":{"password":{"value":"Harbour7Lights"}}`

func TestCreateUserByParameters(t *testing.T) {
	for name, c := range map[string]struct{ query, rest, status, provider string }{
		"plain":                {"", "", provisioned, "OKTA"},
		"empty password":       {"", `,"credentials":{"password":{}}`, provisioned, "OKTA"},
		"empty value":          {"", `,"credentials":{"password":{"value":""}}`, provisioned, "OKTA"},
		"password":             {"", withPassword, active, "OKTA"},
		"asked for":            {"?activate=true", withPassword, active, "OKTA"},
		"not activated":        {"?activate=false", withPassword, staged, "OKTA"},
		"capital False":        {"?activate=False", "", staged, "OKTA"},
		"change at sign-in":    {"?nextLogin=changePassword", withPassword, passwordExpired, "OKTA"},
		"federated":            {"?provider=true", `,"credentials":{"provider":{"type":"FEDERATION","name":"FEDERATION"}}`, active, "FEDERATION"},
		"social":               {"?provider=true", `,"credentials":{"provider":{"type":"SOCIAL"}}`, active, "SOCIAL"},
		"provider not meant":   {"", `,"credentials":{"provider":{"type":"FEDERATION","name":"FEDERATION"}}`, provisioned, "OKTA"},
		"hash":                 {"?activate=false", `,"credentials":{"password":{"hash":{"algorithm":"BCRYPT","workFactor":10,"salt":"x","value":"y"}}}`, staged, "IMPORT"},
		"hook":                 {"", `,"credentials":{"password":{"hook":{"type":"default"}}}`, active, "IMPORT"},
		"members of an answer": {"", `,"id":"00u","status":"ACTIVE","_links":{},"realmId":"guo1"`, provisioned, "OKTA"},
	} {
		o := small(t)
		r := create(t, o, c.query, "", c.rest).wantCode(200)
		if r.text("status") != c.status || r.text("credentials/provider/type") != c.provider {
			t.Errorf("%s: %s", name, r.body)
		}
		if r.head.Get("ETag") != "" { // not recorded
			t.Errorf("%s: an ETag", name)
		}
		if again := get(t, o, userPath(r.text("id"), "")).wantCode(200); string(again.body) != string(r.body) {
			t.Errorf("%s: read as %s, created as %s", name, again.body, r.body)
		}
	}
}

func TestCreateUserRefuses(t *testing.T) {
	o := small(t)
	many := strings.Repeat(`"00g",`, 20) + `"00g"`
	for name, c := range map[string]struct {
		query, profile, rest string
		status               int
		code, what           string
		causes               []string
	}{
		"stranger": {"", `,"shoe":1,"hat":2`, "", 400, "E0000001", "newUser", []string{
			"Property name 'hat' is not defined in profile", "Property name 'shoe' is not defined in profile",
		}},
		"login taken":      {"", `,"login":"ANN.VO@brightwater.example"`, "", 400, "E0000001", "login", []string{"login: " + flawTaken}},
		"no address":       {"", `,"login":"nobody","email":"none@"`, "", 400, "E0000001", "login", []string{"login: " + flawLogin, "email: " + flawPattern}},
		"no name":          {"", `,"firstName":" "`, "", 400, "E0000001", "firstName", []string{"firstName: " + flawBlank}},
		"wrong kind":       {"", `,"vip":"yes"`, "", 400, "E0000001", "vip", []string{"vip: The value must be of type boolean"}},
		"weak password":    {"", "", `,"credentials":{"password":{"value":"weak"}}`, 400, "E0000001", "password", []string{"password: " + flawPolicy}},
		"common password":  {"", "", `,"credentials":{"password":{"value":"Password1"}}`, 400, "E0000001", "password", []string{"password: " + flawCommon}},
		"login as such":    {"", "", `,"credentials":{"password":{"value":"X1new.comer"}}`, 400, "E0000001", "password", []string{"password: " + flawPolicy}},
		"short answer":     {"", "", `,"credentials":{"recovery_question":{"question":"Why?","answer":"so"}}`, 400, "E0000001", "answer", []string{"answer: The security question answer must be at least 4 characters in length"}},
		"answer alone":     {"", "", `,"credentials":{"recovery_question":{"answer":"because"}}`, 400, "E0000001", "question", []string{"question: " + flawBlank}},
		"no hash":          {"", "", `,"credentials":{"password":{"hash":{"algorithm":"ROT13","value":"x"}}}`, 400, "E0000001", "password", []string{"password: The hash is not valid"}},
		"another hook":     {"", "", `,"credentials":{"password":{"hook":{"type":"mine"}}}`, 400, "E0000001", "password", []string{"password: The hook type must be default"}},
		"next without":     {"?nextLogin=changePassword", "", "", 400, "E0000124", "", nil},
		"next inactive":    {"?nextLogin=changePassword&activate=false", "", withPassword, 400, "E0000125", "", nil},
		"next what":        {"?nextLogin=soon", "", withPassword, 400, "E0000001", "nextLogin", []string{"nextLogin: The field has an invalid value"}},
		"another type":     {"", "", `,"type":{"id":"oty1"}`, 400, "E0000001", "type", []string{"type: The field has an invalid value"}},
		"no such provider": {"?provider=true", "", `,"credentials":{"provider":{"type":"PIGEON"}}`, 400, "E0000001", "provider", []string{"provider: The field has an invalid value"}},
		"federated with password": {"?provider=true", "", `,"credentials":{"provider":{"type":"FEDERATION"},"password":{"value":"Harbour7Lights"}}`, 400, "E0000001", "password", []string{
			"password: Password is not allowed for users of this provider",
		}},
		"unknown group": {"", "", `,"groupIds":["00g0"]`, 404, "E0000007", "", nil},
		"everyone":      {"", "", `,"groupIds":["` + o.everyone.id + `"]`, 400, "E0000001", "groupIds", []string{"groupIds: Membership of Everyone cannot be changed"}},
		"many groups":   {"", "", `,"groupIds":[` + many + `]`, 400, "E0000001", "groupIds", []string{"groupIds: No more than 20 groups are allowed"}},
	} {
		before := o.Snapshot()
		r := create(t, o, c.query, c.profile, c.rest)
		t.Run(name, func(t *testing.T) {
			reply{t, r.code, r.head, r.body}.wantError(c.status, c.code, c.causes...)
		})
		if want := "Api validation failed: " + c.what; c.what != "" && r.text("errorSummary") != want {
			t.Errorf("%s: %q, want %q", name, r.text("errorSummary"), want)
		}
		if o.Snapshot() != before || len(o.People()) != 120 {
			t.Errorf("%s was refused and changed something", name)
		}
	}
}

func TestCreateUserWantsAnObject(t *testing.T) {
	o := small(t)
	for _, body := range []string{"", "null", "[]", `"x"`, `{"profile":[]}`, `{"groupIds":"x"}`, `{"credentials":{"password":"x"}}`} {
		sendBody(t, o, "POST", "/api/v1/users", body).wantError(400, "E0000003")
	}
	sendBody(t, o, "POST", "/api/v1/users", "{}").
		wantError(400, "E0000001", "firstName: "+flawBlank, "login: "+flawBlank, "email: "+flawBlank)
}

// Whoever was created is found by everything that finds people.
func TestCreatedPeopleAreEverywhere(t *testing.T) {
	o := small(t)
	sales, oncall := o.groups["Sales"], o.groups["On call"]
	r := create(t, o, "", `,"vip":true,"floors":[1,2],"nickName":"N"`, fmt.Sprintf(`,"groupIds":[%q,%q,%q]`+withPassword, sales.id, oncall.id, sales.id)).wantCode(200)
	id := r.text("id")
	if id <= o.people[len(o.people)-2].id || len(id) != 20 {
		t.Errorf("id %s does not grow", id)
	}
	for _, target := range []string{
		"/api/v1/users?limit=200", "/api/v1/users?q=new", search(`profile.login eq "new.comer@brightwater.example"`), search("profile.floors eq 2 and profile.vip eq true"),
	} {
		if !slices.Contains(get(t, o, target).ids(), id) {
			t.Errorf("%s does not list the new one", target)
		}
	}
	if got := get(t, o, userPath("new.comer", "")).text("id"); got != id {
		t.Errorf("by the short name: %s", got)
	}
	p, _ := o.ByLogin("NEW.COMER@brightwater.example")
	if p.ID != id || !slices.Equal(p.Groups, []string{"Everyone", "Sales", "On call"}) || p.AppLinks != 0 || p.Profile["nickName"] != "N" {
		t.Errorf("%+v", p)
	}
	if !o.CheckPassword(id, "Harbour7Lights") || o.CheckPassword(id, "harbour7lights") {
		t.Error("the password is another")
	}
	if sales.members != o.groups["On call"].members || sales.members.Before(begin()) {
		t.Error("the groups do not know of their new member")
	}
}

func TestCreatedPeopleShowUpLateInSearch(t *testing.T) {
	o := New(Options{People: 50, Start: begin(), IndexDelay: time.Second})
	id := create(t, o, "", "", "").wantCode(200).text("id")
	target := search(`profile.firstName eq "New"`)
	if found := get(t, o, target).ids(); len(found) != 0 {
		t.Errorf("found at once: %v", found)
	}
	get(t, o, userPath(id, "")).wantCode(200)
	o.Advance(2 * time.Second)
	if found := get(t, o, target).ids(); !slices.Equal(found, []string{id}) {
		t.Errorf("found later: %v", found)
	}
}

func TestALoginIsFreeAgainOnceErased(t *testing.T) {
	o := small(t)
	first := create(t, o, "", "", "").wantCode(200).text("id")
	create(t, o, "", "", "").wantCode(400)
	for range 2 {
		call1(t, o, "DELETE", userPath(first, "")).wantCode(204)
	}
	if second := create(t, o, "", "", "").wantCode(200).text("id"); second == first {
		t.Error("an id was given out twice")
	}
}
