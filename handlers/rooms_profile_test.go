package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"keydesk/internal/audit"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// furnished gives somebody an attribute of every kind, also such as the schema
// says nothing of.
func furnished(k *testkit.Kit, id string) {
	for name, v := range map[string]any{
		"vip": true, "badgeNumber": 4711.5, "startDate": "2020-02-29", "skills": []any{"Go, or \"golang\"", "<b>ships</b>", "日本語"},
		"weeklyHours": 37.5, "holidayDays": 28, "floors": []any{1.0, 2.0, 13.0}, "dayHours": []any{8.0, 7.25}, "workplace": "remote",
		"postalAddress": "Quay 7\nNorth Dock\n", "title": "Clerk", "middleName": " spaced  out ", "division": "a&amp;b",
	} {
		k.Org.SetProfile(id, name, v)
	}
}

// Only what was edited is sent, bound to what was read; everything else stays as
// it is, byte for byte.
func TestOnlyWhatWasEdited(t *testing.T) {
	t.Parallel()
	k, w := wired(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	furnished(k, p.ID)
	before := profileOf(t, k, p.ID)
	f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
	f.Values.Set("want.title", "Keeper of keys")
	w.changes()
	got := c.Post(f.Action, f.Values)
	sent := w.changes()
	if got.Status != http.StatusOK || len(sent) != 1 || sent[0].Body != `{"profile":{"title":"Keeper of keys"}}` || sent[0].IfMatch == "" || sent[0].Method != http.MethodPost {
		t.Errorf("%d, sent %+v: %s", got.Status, sent, short(got))
	}
	after := profileOf(t, k, p.ID)
	before["title"] = json.RawMessage(`"Keeper of keys"`)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("was %s\nis %s", before, after)
	}
	a := onlyAct(t, k, p.ID, "users.update")
	if !strings.Contains(a.Params, "changed=title") || strings.Contains(fmt.Sprint(a), "Keeper") {
		t.Errorf("recorded %+v", a)
	}
}

// Each kind of attribute can be edited and is sent as what it is.
func TestEveryKindIsEdited(t *testing.T) {
	t.Parallel()
	k, w := wired(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	furnished(k, p.ID)
	for name, tt := range map[string]struct{ typed, sent string }{
		"vip": {"false", "false"}, "badgeNumber": {"4712", "4712"}, "skills": {"one\r\n\r\n two words \r\nthree", `["one","two words","three"]`},
		"holidayDays": {"30", "30"}, "weeklyHours": {"20.5", "20.5"}, "floors": {"3", "[3]"}, "dayHours": {"1.5\n2", "[1.5,2]"},
		"workplace": {"office", `"office"`}, "postalAddress": {"Quay 8\r\nSouth", `"Quay 8\nSouth"`}, "middleName": {"Zoë <i>", `"Zoë <i>"`},
	} {
		f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
		f.Values.Set("want."+name, tt.typed)
		w.changes()
		got := c.Post(f.Action, f.Values)
		var body struct{ Profile map[string]json.RawMessage }
		sent := w.changes()
		if got.Status != http.StatusOK || len(sent) != 1 || json.Unmarshal([]byte(sent[0].Body), &body) != nil || len(body.Profile) != 1 {
			t.Fatalf("%s: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		var want, is any
		if json.Unmarshal([]byte(tt.sent), &want) != nil || json.Unmarshal(body.Profile[name], &is) != nil || !reflect.DeepEqual(want, is) {
			t.Errorf("%s: sent %s, want %s", name, body.Profile[name], tt.sent)
		}
		k.Advance(1e9)
	}
}

// A field that was emptied asks whether that is meant; without the tick nothing is
// sent and nothing typed is lost.
func TestClearingNeedsTheTick(t *testing.T) {
	t.Parallel()
	k, w := wired(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	furnished(k, p.ID)
	for name, empty := range map[string]string{"title": "", "skills": "", "vip": "", "holidayDays": ""} {
		f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
		f.Values.Set("want."+name, empty)
		f.Values.Set("want.division", "Night shift")
		w.changes()
		got := c.Post(f.Action, f.Values)
		again := reasoned(got, "/profile")
		if sent := w.changes(); got.Status != http.StatusUnprocessableEntity || len(sent) != 0 || !got.Has("This clears the value.") ||
			again == nil || again.Values.Get("want.division") != "Night shift" || again.Values.Get("want."+name) != "" || again.Values.Get("clear."+name) == "true" {
			t.Fatalf("%s: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		if !strings.Contains(got.Body, `name="clear.`+name+`"`) {
			t.Errorf("%s: the page does not ask", name)
		}
		again.Values.Set("clear."+name, "true")
		again.Values.Set("want.division", f.Values.Get("was.division"))
		got = c.Post(again.Action, again.Values)
		if sent := w.changes(); got.Status != http.StatusOK || len(sent) != 1 || sent[0].Body != `{"profile":{"`+name+`":null}}` {
			t.Errorf("%s, with the tick: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		if now, _ := k.Org.Person(p.ID); now.Profile[name] != nil {
			t.Errorf("%s is still %v", name, now.Profile[name])
		}
		k.Advance(1e9)
	}
}

// Somebody else's change between page and save: nothing is sent, both values are
// there, what was typed is kept, and a second save goes through.
func TestEditConflict(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]string{"another attribute": "division", "the same attribute": "title"} {
		k, w := wired(t)
		c := k.As("helpdesk")
		p := ordinary(t, k, 1)[0]
		furnished(k, p.ID)
		f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
		f.Values.Set("want.title", "Keeper of keys")
		k.Advance(1e9)
		k.Org.SetProfile(p.ID, other, "Harbour master")
		w.changes()
		got := c.Post(f.Action, f.Values)
		again := reasoned(got, "/profile")
		if sent := w.changes(); got.Status != http.StatusConflict || len(sent) != 0 || again == nil {
			t.Fatalf("%s: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		if again.Values.Get("want.title") != "Keeper of keys" || again.Values.Get("was."+other) != "Harbour master" ||
			!got.Has("Somebody else has changed this") || !got.Has("Harbour master") || other == "title" && !got.Has("You typed") {
			t.Errorf("%s: %v: %s", name, again.Values, short(got))
		}
		got = c.Post(again.Action, again.Values)
		if sent := w.changes(); got.Status != http.StatusOK || len(sent) != 1 || sent[0].Body != `{"profile":{"title":"Keeper of keys"}}` {
			t.Errorf("%s, saved again: %d, sent %+v: %s", name, got.Status, sent, short(got))
		}
		if now, _ := k.Org.Person(p.ID); now.Title != "Keeper of keys" || other != "title" && now.Profile[other] != "Harbour master" {
			t.Errorf("%s: %v", name, now.Profile)
		}
	}
}

// A change in the very moment of saving is noticed by Okta itself: nothing of it
// is overwritten, and the record says that it was refused.
func TestEditInTheSameMoment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ op, page string }{{"PartialUpdateUser", "/profile"}, {"UpdateUser", "/raw"}} {
		k, w := wired(t)
		c := k.As("admin")
		p := ordinary(t, k, 1)[0]
		f := formAt(t, c, "/users/"+p.ID+tt.page, tt.page)
		f.Values.Set("want.title", "Keeper of keys")
		f.Values.Set("profile", strings.Replace(f.Values.Get("profile"), `"firstName": "`, `"firstName": "Xenia `, 1))
		k.Org.Hook(tt.op, func(id string) { k.Org.Advance(1e9); k.Org.SetProfile(id, "title", "Harbour master") })
		w.changes()
		got := c.Post(f.Action, f.Values)
		if sent := w.changes(); got.Status != http.StatusConflict || len(sent) != 1 || sent[0].IfMatch == "" || !got.Has("at the same moment. Nothing was saved") {
			t.Errorf("%s: %d, sent %+v: %s", tt.op, got.Status, sent, short(got))
		}
		if now, _ := k.Org.Person(p.ID); now.Title != "Harbour master" || strings.HasPrefix(now.FirstName, "Xenia") {
			t.Errorf("%s: overwritten: %v", tt.op, now.Profile)
		}
		if acts := k.Acts(audit.Filter{Target: p.ID, Acts: true}); len(acts) != 1 || acts[0].End == nil || acts[0].End.Result != audit.Failed {
			t.Errorf("%s: recorded %+v", tt.op, acts)
		}
		if again := got.Form(tt.page); again == nil || !strings.Contains(again.Values.Get("want.title")+again.Values.Get("profile"), "Keeper") && !strings.Contains(again.Values.Get("profile"), "Xenia") {
			t.Errorf("%s: what was typed is lost", tt.op)
		}
		k.Org.Hook(tt.op, nil)
	}
}

// Whatever fields a form claims to have, nothing but attributes is sent.
func TestNothingIsSmuggled(t *testing.T) {
	t.Parallel()
	k, w := wired(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	smuggled := []string{"want.credentials", "want.password", "want.login2", "want.", "credentials", "credentials.password", "profile", "want.profile", "want.id", "want.status", "want.groupIds", "want.type", "want.realmId"}
	f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
	for _, name := range smuggled {
		f.Values.Set(name, `{"password":{"value":"Nine-lanterns-77"}}`)
		f.Values.Set("clear."+name, "true")
	}
	w.changes()
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusUnprocessableEntity || len(w.changes()) != 0 {
		t.Errorf("alone: %d %s", got.Status, short(got))
	}
	f.Values.Set("want.title", "Keeper of keys")
	got := c.Post(f.Action, f.Values)
	if sent := w.changes(); len(sent) > 1 || len(sent) == 1 && sent[0].Body != `{"profile":{"title":"Keeper of keys"}}` {
		t.Errorf("beside another: %d, sent %+v", got.Status, sent)
	}
	if k.Org.CheckPassword(p.ID, "Nine-lanterns-77") {
		t.Error("a password was set")
	}
}

// To edit a profile is to be able to take it over: an administrator's is closed to
// the helpdesk, the e-mail address alone too.
func TestEditIsATakeover(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	c := k.As("helpdesk")
	free := ordinary(t, k, 2)
	f := formAt(t, c, "/users/"+free[0].ID+"/profile", "/profile")
	f.Values.Set("want.email", "nell@brightwater.example")
	if got := c.Post(f.Action, f.Values); got.Status != http.StatusOK {
		t.Errorf("an ordinary person: %d %s", got.Status, short(got))
	}
	for _, p := range []oktasim.Person{k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("SUPER_ADMIN"), k.Org.GroupAdmin("USER_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN")} {
		page := c.Get("/users/" + p.ID + "/profile")
		if page.Form("/profile") != nil || !page.Has("Ask") && !page.Has("own console") {
			t.Errorf("%s: the form is there: %s", p.Login, short(page))
		}
		f.Action = "/users/" + p.ID + "/profile"
		k.Org.Reset()
		turnedDown(t, k, p.Login, c.Post(f.Action, f.Values), http.StatusForbidden, "Nothing was sent")
	}
	f = formAt(t, c, "/users/"+free[1].ID+"/profile", "/profile")
	f.Values.Set("want.email", "nell2@brightwater.example")
	k.Org.GrantRole(free[1].ID, "HELP_DESK_ADMIN")
	k.Org.Reset()
	turnedDown(t, k, "a role gained after the page", c.Post(f.Action, f.Values), http.StatusForbidden, "protected.admins")
}

// Where the schema cannot be read when somebody saves, nothing that was typed is
// dropped without a word.
func TestSaveWithoutTheSchema(t *testing.T) {
	t.Parallel()
	k, w := wired(t)
	c := k.As("helpdesk")
	p := ordinary(t, k, 1)[0]
	k.Org.SetProfile(p.ID, "nickName", nil)
	f := formAt(t, c, "/users/"+p.ID+"/profile", "/profile")
	f.Values.Set("want.nickName", "Nelly") // not set so far: the profile says nothing of it
	f.Values.Set("want.title", "Keeper of keys")
	k.Org.Reset()
	k.Org.Faults([]oktasim.Fault{{Operation: "GetUserSchema", Status: 403}})
	w.changes()
	got := c.Post(f.Action, f.Values)
	sent := w.changes()
	switch {
	case len(sent) == 0 && got.Status != http.StatusOK && strings.Contains(got.Body, "Nelly"):
	case len(sent) == 1 && strings.Contains(sent[0].Body, "Nelly"):
	default:
		t.Errorf("%d, sent %+v, the nickname is lost: %s", got.Status, sent, short(got))
	}
}
