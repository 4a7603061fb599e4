package views

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

var now = time.Date(2026, 11, 24, 9, 53, 12, 0, time.UTC)

const annID = "00u1f8c2jkQ4vZx0d697"

// plain is what the fixture writes when a test does not want something worse.
func plain(s string) string { return s }

// fixture builds every kind of props; say turns each text that comes from
// outside into what the test wants to see there.
type fixture struct{ say func(string) string }

func (x fixture) frame() Frame {
	return Frame{
		Title: x.say("Ann Vo"), Nav: "users", Demo: true, Here: "/users/" + annID,
		Actor: &desk.Actor{ID: x.say("issuer 00u9"), Name: x.say("Dana Kim"), Email: x.say("dana.kim@brightwater.example"), Roles: []desk.Role{desk.Helpdesk}},
		Clock: Clock{Now: now}, Query: desk.Query{Text: x.say("ann")},
		Links: Links{Ticket: "https://tickets.example/", OktaAdmin: "https://brightwater-admin.okta.com"},
	}
}

func (x fixture) profile() okta.Profile {
	p := okta.Profile{}
	for _, name := range []string{
		"firstName", "lastName", "login", "email", "secondEmail", "title", "department", "city",
		"manager", "managerId", "employeeNumber", "timezone",
	} {
		p[name], _ = json.Marshal(x.say(name))
	}
	p["mobilePhone"] = json.RawMessage(`"+49 30 5550 0118"`)
	return p
}

func (x fixture) user(s okta.Status) okta.User {
	u := okta.User{ID: id(okta.ParseUserID, annID), Status: s, StatusChanged: now.Add(-12 * time.Minute), PasswordChanged: now.AddDate(0, 0, -43), Created: now.AddDate(-3, 0, 0), Profile: x.profile()}
	u.Credentials.Provider = okta.Provider{Type: "SOCIAL", Name: x.say("a provider")}
	u.TransitioningTo = okta.Active
	return u
}

func (x fixture) offer(a desk.Action, d desk.Decision) desk.Offer {
	for _, s := range desk.Catalog() {
		if s.Action == a {
			return desk.Offer{Spec: s, Decision: d, Token: "token-" + string(a), Effects: []string{x.say("It takes effect at once.")}}
		}
	}
	panic("no action " + a)
}

// id reads an id that a test wrote itself.
func id[T any](parse func(string) (T, error), s string) T {
	v, err := parse(s)
	if err != nil {
		panic(err)
	}
	return v
}

func yes() desk.Decision { return desk.Decision{Allowed: true} }

// no is a refusal that has something to say.
func (x fixture) no() desk.Decision {
	return desk.Decision{Rule: "protected.admins", Why: x.say("She holds a role."), Ask: x.say("an owner")}
}

// on is an offer about a part of the person.
func (x fixture) on(a desk.Action, about desk.Object, d desk.Decision) desk.Offer {
	o := x.offer(a, d)
	o.On = about
	return o
}

func (x fixture) offers() []desk.Offer {
	no := desk.Decision{Rule: "state.active", Why: x.say("She is not suspended."), Ask: x.say("a member of Keydesk Admins")}
	unlock, reset := x.offer("unlock", yes()), x.offer("reset_password", yes())
	unlock.Likely = true
	reset.Choices = []desk.Choice{
		{Name: "send_email", Label: x.say("Mail the link"), Hint: x.say("To her address."), Other: x.say("Show it here"), On: true},
		{Name: "revoke_sessions", Label: x.say("End her sessions"), Hint: x.say("Everywhere.")},
	}
	return []desk.Offer{
		unlock, reset, x.offer("suspend", yes()), x.offer("clear_sessions", yes()), x.offer("deactivate", yes()), x.offer("change_password", yes()), x.offer("users.erase", yes()),
		x.offer("unsuspend", no), x.offer("activate", no),
	}
}

func (x fixture) person() desk.Person {
	p := desk.Person{User: x.user(okta.LockedOut), Kind: desk.GroupAdmin, ReadAt: now, Offers: x.offers()}
	p.Cause = desk.Cause{Why: x.say("She is locked out."), Next: x.say("Unlock her."), Source: desk.Told}
	p.Groups.Value = []okta.Group{{ID: id(okta.ParseGroupID, "00g1"), Type: "APP_GROUP", Name: x.say("Berlin"), Description: x.say("The office")}}
	p.Roles.Value = []okta.Role{
		{Label: x.say("Group Administrator"), Status: x.say("INACTIVE"), AssignmentType: "GROUP", AssigneeID: "00g1", Targets: okta.Targets{Groups: []okta.Group{{Name: x.say("Contractors")}}, Apps: []okta.TargetApp{{Label: x.say("Salesforce")}}}},
		{Label: x.say("Odd"), Type: "ODD", AssignmentType: x.say("LOAN")},
	}
	name, _ := json.Marshal(x.say("Pixel 9"))
	factor := id(okta.ParseFactorID, "opf3hkfocI4JTLAju0g4")
	p.Factors.Value = []okta.Factor{{ID: factor, Type: x.say("odd"), Status: x.say("ODD"), Profile: map[string]json.RawMessage{"name": name}}}
	p.FactorOffers = []desk.Offer{x.offer("factors.reset", yes())}
	p.FactorOffers[0].On = desk.Object{Factor: factor}
	return p
}

// act is one act of the record, with an outcome where result says one.
func (x fixture) act(phase audit.Phase, result audit.Result) audit.Act {
	a := audit.Act{Row: audit.Row{
		Seq: 1042, At: now.Add(-2 * time.Minute), Phase: phase, ActorID: x.say("issuer 00u9"), ActorName: x.say("Dana Kim"), ActorRole: x.say("helpdesk"),
		Action: "unlock", Op: x.say("UnlockUser"), TargetID: annID, Target: x.say("ann.vo"), Reason: x.say("Mistyped it"), Ticket: x.say("INC-1"),
		Params: x.say("send_email=true"), Detail: x.say("protected.admins"), Address: x.say("10.0.0.1"), Session: x.say("s1"), Class: x.say("restoring"), Hash: "3f9a12c4d5e6f708", Prev: "00",
	}}
	if result != "" {
		a.End = &audit.Row{Seq: 1043, At: now, Result: result, Status: 200, RequestID: x.say("Zx0d697"), Detail: x.say("found"), Before: x.say("LOCKED_OUT"), After: x.say("ACTIVE"), Hash: "aa"}
	}
	return a
}

func (x fixture) state() desk.RecordState {
	return desk.RecordState{All: true, Signed: audit.Checkpoint{Seq: 1040, At: now, Key: "key"}, Sent: []audit.Cursor{{Sink: "webhook", Seq: 9, At: now, Problem: x.say("no answer")}}}
}

func (x fixture) acts() []audit.Act {
	acts := []audit.Act{
		x.act(audit.PhaseIntent, audit.Done), x.act(audit.PhaseIntent, ""), x.act(audit.PhaseRefused, ""),
		x.act(audit.PhaseIntent, audit.Failed), x.act(audit.PhaseEvent, ""),
	}
	for i := range acts {
		acts[i].Seq -= int64(2 * i)
	}
	return acts
}

func (x fixture) notice() Notice {
	return Notice{
		Tone: "warn", Title: x.say("Okta did not answer."), Text: x.say("It may have happened."), Next: x.say("Look again."),
		Rule: x.say("protected.admins"), Ask: x.say("an owner"), ErrorID: x.say("e-7f21"), Seq: 1042, RetryAfter: 34 * time.Second,
		Retry: "unlock", Once: desk.Once{Handle: okta.NewSecret(x.say("handle")), What: x.say("temporary password"), Until: now.Add(5 * time.Minute)},
	}
}

func (x fixture) revealed() desk.Revealed {
	return desk.Revealed{What: "reset link", Name: x.say("Ann Vo"), Person: id(okta.ParseUserID, annID), Value: okta.NewSecret(x.say("s3cret-w0rd"))}
}

func (x fixture) failed() *desk.Error {
	return &desk.Error{Msg: x.say("Okta does not let the console read this."), Scope: x.say("okta.factors.read"), RetryAfter: time.Second}
}

// pages is every whole page, in the states that differ in markup.
func (x fixture) pages() map[string]templ.Component {
	f, n := x.frame(), x.notice()
	full := PersonProps{Person: x.person(), Tab: Tab{&n, Form{Action: "suspend", Note: x.say("x"), Ticket: x.say("INC"), Field: "note", Problem: x.say("Give a reason.")}}, History: x.acts()}
	broken := PersonProps{Person: x.person(), HistoryErr: true}
	broken.Person.Groups = desk.Read[[]okta.Group]{Err: x.failed()}
	broken.Person.Roles = desk.Read[[]okta.Role]{Err: x.failed()}
	broken.Person.Factors = desk.Read[[]okta.Factor]{Err: x.failed()}
	broken.Person.Guard, broken.Person.GuardAsk = x.say("She holds a role."), x.say("an owner")
	empty := PersonProps{Person: desk.Person{User: x.user(okta.Active), Cause: desk.Cause{CanSignIn: true, Why: x.say("Active.")}}}
	found := desk.Results{Query: f.Query, Asked: true, People: []okta.User{x.user(okta.Active), x.user("ON_HOLD")}, Next: x.say("cursor")}
	statuses := []okta.Status{okta.LockedOut, okta.Active}
	nobody, out := f, f
	nobody.Actor = &desk.Actor{Name: x.say("Noah Fischer")}
	out.Actor = nil
	lost := f
	lost.Actor = &desk.Actor{Name: x.say("Dana"), Unmapped: x.say("No such login."), Roles: []desk.Role{desk.Owner}}
	all := map[string]templ.Component{
		"home":             Home(f, HomeProps{Recent: x.acts()}),
		"home, unmapped":   Home(lost, HomeProps{}),
		"users":            Users(f, UsersProps{Results: found, Statuses: statuses}),
		"users, nothing":   Users(f, UsersProps{Results: desk.Results{Query: desk.Query{Text: x.say("zoe"), Status: okta.Active}, Asked: true}, Statuses: statuses}),
		"users, not asked": Users(f, UsersProps{Statuses: statuses}),
		"users, problem":   Users(f, UsersProps{Problem: &Notice{Tone: "bad", Title: x.say("Down")}}),
		"person":           Person(f, full),
		"person, broken":   Person(f, broken),
		"person, kept":     Person(f, keptProps(x)),
		"person, empty":    Person(f, empty),
		"me":               Me(f, x.me()),
		"me, nothing":      Me(lost, desk.MePage{Policy: x.say("default")}),
		"audit":            Audit(f, AuditProps{Acts: x.acts(), Next: 7, Filter: audit.Filter{Text: x.say("ann"), Who: x.say("dana"), Target: annID}, State: x.state()}),
		"history":          Timeline(f, TimelineProps{TimelinePage: desk.TimelinePage{Person: desk.Person{User: full.Person.User, Kind: full.Person.Kind}, Acts: x.acts(), Next: 7}}),
		"audit, nothing":   Audit(f, AuditProps{OwnOnly: true}),
		"audit, problem":   Audit(f, AuditProps{Problem: &Notice{Tone: "bad", Text: x.say("Closed")}}),
		"problem":          ProblemPage(f, Problem{429, Notice{Tone: "warn", Title: x.say("Pause"), Text: x.say("t"), Next: x.say("n"), Ask: x.say("a"), ErrorID: x.say("e"), RetryAfter: time.Second}}),
		"no role":          ProblemPage(nobody, Problem{403, Notice{Tone: "bad", Title: x.say("No role")}}),
		"sign-in failed":   ProblemPage(out, Problem{400, Notice{Tone: "bad", Title: x.say("Failed")}}),
		"signed out":       SignedOut(out, "https://issuer.example/logout"),
	}
	for _, more := range []map[string]templ.Component{x.rooms(), x.rolePages(), x.formPages(), x.counterPages(), x.mapPages(), x.reviewPages(), x.comparePages()} {
		maps.Copy(all, more)
	}
	return all
}

// parts is what is sent without a page around it.
func (x fixture) parts() map[string]templ.Component {
	f := x.frame()
	return map[string]templ.Component{
		"toast":   Toast(x.notice()),
		"notice":  NoticePart(f, x.notice()),
		"once":    OnceCard(x.revealed()),
		"problem": DialogProblem(f, Form{Problem: x.say("Give a reason.")}),
	}
}

func source(t testing.TB, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t testing.TB, c templ.Component) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(source(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// all returns the elements for which match holds, in the page's order.
func all(root *html.Node, match func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			out = append(out, n)
		}
	}
	return out
}

func tagged(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		for _, name := range names {
			if n.Data == name {
				return true
			}
		}
		return false
	}
}

func byID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "id") == id }
}

func byClass(class string) func(*html.Node) bool {
	return func(n *html.Node) bool { return strings.Contains(" "+attr(n, "class")+" ", " "+class+" ") }
}

// one is the only element that matches.
func one(t testing.TB, root *html.Node, match func(*html.Node) bool) *html.Node {
	t.Helper()
	found := all(root, match)
	if len(found) != 1 {
		t.Fatalf("%d elements match, want 1", len(found))
	}
	return found[0]
}

func attr(n *html.Node, name string) string {
	v, _ := lookup(n, name)
	return v
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// words is the text under n with the white space of a browser, where all but a
// few elements stand apart from their neighbours.
func words(n *html.Node) string {
	var b strings.Builder
	write(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func write(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	apart := n.Type == html.ElementNode && !tagged("a", "code", "strong", "wbr")(n)
	if apart {
		b.WriteByte(' ')
	}
	for c := range n.ChildNodes() {
		write(b, c)
	}
	if apart {
		b.WriteByte(' ')
	}
}

// me is what somebody may do who holds a role everywhere and one in a scope.
func (x fixture) me() desk.MePage {
	unlock, _ := desk.SpecOf("unlock")
	erase, _ := desk.SpecOf("users.erase")
	return desk.MePage{
		Policy: x.say("3f2a91"), Reach: x.say("the people in Berlin"),
		Held: []desk.Held{{Role: desk.Helpdesk, Groups: []string{x.say("Desk"), x.say("Other desk")}, Scope: x.say("the people in Berlin")}, {Role: desk.Auditor, Groups: []string{x.say("Security")}}},
		Classes: []desk.MayClass{
			{Risk: desk.Restoring, May: []desk.MayDo{{Spec: unlock}}},
			{Risk: desk.Destructive, May: []desk.MayDo{{Spec: unlock, Reason: true, Ticket: true, Fresh: time.Minute, Second: true}, {Spec: erase}}, Limits: []audit.Quota{{Class: "destructive", Window: time.Hour, Most: 50, Used: 3}, {Window: 24 * time.Hour, Most: 60}}},
			{Risk: desk.Takeover, May: []desk.MayDo{{Spec: unlock, Reason: true, Ticket: true, Fresh: time.Minute, Second: true}}},
			{Risk: desk.Privilege, May: []desk.MayDo{{Spec: unlock, Reason: true, Fresh: time.Minute}}},
		},
		Not: []desk.MayNot{{Ask: x.say("Ask an owner."), Specs: []desk.Spec{erase}}},
	}
}
