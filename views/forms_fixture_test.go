package views

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/a-h/templ"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// oneLine keeps a text from making the field another one, which a text with
// breaks does on purpose.
func (x fixture) oneLine(s string) string { return strings.ReplaceAll(x.say(s), "\n", " ") }

// fields are one of each kind, in the states that differ.
func (x fixture) fields() []desk.Field {
	base := func(name, kind string) okta.Attribute {
		return okta.Attribute{Name: name, Title: x.say(name + " title"), Type: kind}
	}
	custom := func(name, kind string) okta.Attribute {
		a := base(name, kind)
		a.Custom, a.Description = true, x.say(name+" is ours")
		return a
	}
	login := base("login", "string")
	login.Required = true
	badge, size, tags := custom(x.oneLine("badge"), "string"), custom("size", "string"), custom("tags", "array")
	badge.ReadOnly = true
	size.Enum, tags.Enum = []string{x.say("S"), x.say("M")}, []string{x.say("a"), x.say("b")}
	return []desk.Field{
		{Attr: base("firstName", "string"), Was: x.oneLine("Ann"), Set: true, Want: x.oneLine("Anne")},
		{Attr: login, Recovery: true, Was: x.oneLine("ann"), Set: true, Want: "", Problem: x.say("This cannot be empty.")},
		{Attr: base("secondEmail", "string"), Recovery: true, Was: x.oneLine("a@b.example"), Set: true, Problem: x.say("This clears the value.")},
		{Attr: base("title", "string"), Was: x.oneLine("Clerk"), Set: true, Want: x.oneLine("Nurse"), Theirs: true},
		{Attr: base("nickName", "string")},
		{Attr: base("postalAddress", "string"), Was: "a\nb", Set: true, Want: "a\nb"},
		{Attr: base("odd", "number"), Was: "1.5", Set: true, Want: "1.5"},
		{Attr: badge, Was: x.say("7"), Set: true, Want: x.say("7")},
		{Attr: size, Was: x.say("XL"), Set: true, Want: x.say("S")},
		{Attr: tags, Was: x.say("a"), Set: true, Want: x.say("b"), Problem: x.say("Each line: no.")},
		{Attr: custom("remote", "boolean"), Was: "true", Set: true, Want: "false"},
		{Attr: custom("floor", "integer")},
	}
}

func (x fixture) profilePage(d desk.Decision) desk.ProfilePage {
	raw, _ := json.MarshalIndent(map[string]string{"login": x.say("ann")}, "", "  ")
	p := desk.ProfilePage{Person: x.bare(), Fields: x.fields(), Raw: string(raw), Edit: x.offer("users.update", d), Replace: x.offer("users.replace", d)}
	return p
}

func (x fixture) newPage() desk.NewPersonPage {
	return desk.NewPersonPage{
		Fields: x.fields(), Schema: x.failed(), Chosen: []desk.Target{x.group("Berlin")}, Text: x.say("ber"),
		Found: targets(x.group("Bern")), Create: x.offer("users.create", yes()),
	}
}

func (x fixture) formPages() map[string]templ.Component {
	f, n := x.frame(), x.notice()
	typed := func(a desk.Action, field string) Form {
		return Form{Action: a, Note: x.say("why"), Ticket: x.say("INC-2"), Field: field, Problem: x.say("Another look.")}
	}
	noSchema := x.profilePage(yes())
	noSchema.Schema = x.failed()
	values := desk.NewPerson{Activate: true, Password: true, Change: true, Provider: okta.Provider{Type: "LDAP", Name: x.say("corp")}}
	empty := desk.NewPersonPage{Fields: x.fields()[:1], Text: x.say("zz"), Create: x.offer("users.create", yes())}
	unread, refused := x.newPage(), x.newPage()
	unread.Found, refused.Create.Decision = x.unread(), x.no()
	return map[string]templ.Component{
		"profile":            Profile(f, ProfileProps{Tab: Tab{Notice: &n, Form: typed("users.update", "note")}, ProfilePage: x.profilePage(yes()), Clear: map[string]bool{"secondEmail": true}}),
		"profile, no schema": Profile(f, ProfileProps{ProfilePage: noSchema}),
		"profile, refused":   Profile(f, ProfileProps{ProfilePage: x.profilePage(x.no())}),
		"raw":                Raw(f, RawProps{Tab: Tab{Form: typed("users.replace", "confirm")}, ProfilePage: x.profilePage(yes()), Typed: x.say("{}"), Confirm: true}),
		"raw, refused":       Raw(f, RawProps{ProfilePage: x.profilePage(x.no())}),
		"new":                NewPerson(f, NewPersonProps{Tab: Tab{Notice: &n, Form: typed("users.create", "note")}, NewPersonPage: x.newPage(), Values: values}),
		"new, empty":         NewPerson(f, NewPersonProps{NewPersonPage: empty}),
		"new, unread":        NewPerson(f, NewPersonProps{NewPersonPage: unread}),
		"new, refused":       NewPerson(f, NewPersonProps{NewPersonPage: refused}),
	}
}

func (x fixture) counter(a desk.Action) CounterProps {
	return CounterProps{Spec: x.offer(a, yes()).Spec, Name: x.say("Ann Vo"), Agent: x.say("Dana Kim"), Seconds: 120}
}

func (x fixture) counterPages() map[string]templ.Component {
	wrong, asked := x.counter("change_password"), x.counter("forgot_password_recovery_question")
	wrong.Field, wrong.Problem = "again", x.say("The two new passwords differ.")
	asked.Question = x.say("First pet?")
	return map[string]templ.Component{
		"counter, password": Counter(x.frame(), wrong),
		"counter, question": Counter(x.frame(), x.counter("change_recovery_question")),
		"counter, answer":   Counter(x.frame(), asked),
		"counter, end":      CounterEnd(x.frame(), CounterDone{Notice{Tone: "ok", Title: x.say("Changed"), Text: x.say("Okta changed the password."), Next: x.say("Sign in."), Ask: x.say("an owner"), ErrorID: x.say("e1"), RetryAfter: time.Second}}),
	}
}
