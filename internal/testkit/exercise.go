package testkit

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/oktasim"
	"keydesk/views"
)

// Exercise is one change made ready to be sent: somebody in the state that it
// needs, and the form as the page gave it, filled in.
type Exercise struct {
	Action desk.Action
	Person oktasim.Person // zero where there is nobody yet
	Page   string         // where the form stands
	Form   *Form
	Actor  string // in whose name the record keeps it
}

// Changes are the catalogue's actions that change something, in its order.
func Changes() []desk.Spec {
	return slices.DeleteFunc(desk.Catalog(), func(s desk.Spec) bool { return s.Risk == desk.Reading })
}

// AtCounter reports whether the person types for the action, and the session is
// over after it.
func AtCounter(a desk.Action) bool { return desk.CounterActions()[a] != nil }

// TakesTwo reports whether somebody else has to approve the action, whoever it is on.
func TakesTwo(a desk.Action) bool {
	s, _ := desk.SpecOf(a)
	return desk.DemoPolicy().TakesTwo(s)
}

// Exercise makes an action ready for c, who is an admin's, on somebody on whom
// nothing was exercised before. For a counter's action the form is the person's
// own: c can do nothing else from then on.
func (k *Kit) Exercise(c *Client, a desk.Action) Exercise {
	k.t.Helper()
	e := Exercise{Action: a, Actor: "Omar Reyes"}
	if a != "users.create" {
		e.Person = k.somebody(a)
	}
	e.Page = k.Prepare(a, e.Person)
	if TakesTwo(a) {
		return k.asked(c, e)
	}
	e.Form = c.Get(e.Page).FormOf(views.ActionPath(a))
	if e.Form == nil {
		k.t.Fatalf("%s is not offered on %s", a, e.Page)
	}
	e.Form.Values.Set("note", "called in, knows her employee number")
	e.Form.Values.Set("ticket", "INC-4711")
	if AtCounter(a) {
		if got := c.Post(e.Form.Action, e.Form.Values); got.Status != http.StatusSeeOther {
			k.t.Fatalf("%s: the counter does not open: %d %s", a, got.Status, got.Text())
		}
		e.Page = views.CounterPage
		e.Form = c.Get(e.Page).FormOf(views.CounterPath(a))
	}
	k.Fill(e)
	return e
}

// asked has an owner ask for the exercise: the form is that of c, who approves.
func (k *Kit) asked(c *Client, e Exercise) Exercise {
	k.t.Helper()
	owner := k.As("owner")
	f := owner.Get(e.Page).FormOf(views.ActionPath(e.Action))
	if f == nil {
		k.t.Fatalf("%s is not offered on %s", e.Action, e.Page)
	}
	e.Form, e.Actor = f, "Thandi Mokoena"
	f.Values.Set("note", "asked for by her manager")
	f.Values.Set("ticket", "INC-4711")
	k.Fill(e)
	if got := owner.Post(f.Action, f.Values); got.Status != http.StatusOK || !got.Has("It waits for approval") {
		k.t.Fatalf("%s cannot be asked for: %d %s", e.Action, got.Status, got.Text())
	}
	e.Page = views.ApprovalsPath
	waiting := c.Get(e.Page).FormsOf(views.ApprovalsPath + "/:request/approve")
	if len(waiting) == 0 {
		k.t.Fatalf("%s waits for nobody", e.Action)
	}
	e.Form = &waiting[len(waiting)-1]
	e.Form.Values.Set("note", "seen her manager's mail")
	return e
}

// FormOf returns the first form that is sent to an address of this shape, in which
// :name stands for anything, or nil.
func (p *Page) FormOf(shape string) *Form {
	p.t.Helper()
	if all := p.FormsOf(shape); len(all) > 0 {
		return &all[0]
	}
	return nil
}

// FormsOf are all of them.
func (p *Page) FormsOf(shape string) (out []Form) {
	p.t.Helper()
	is := regexp.MustCompile("^" + regexp.MustCompile(`:[a-z]+`).ReplaceAllString(shape, `[^/]+`) + "$")
	for _, f := range p.Forms() {
		if path, _, _ := strings.Cut(f.Action, "?"); f.Method == "post" && is.MatchString(path) {
			out = append(out, f)
		}
	}
	return out
}

// somebody is a person on whom the action can be done and nothing was yet.
func (k *Kit) somebody(a desk.Action) oktasim.Person {
	k.t.Helper()
	for _, p := range k.Org.People() {
		staff := slices.ContainsFunc(p.Groups, func(g string) bool { return strings.HasPrefix(g, "Keydesk ") })
		ordinary := p.Status == "ACTIVE" && len(p.Roles) == 0 && !staff && p.Factors > 0 && p.Provider == "OKTA"
		k.mu.Lock()
		used := k.used[p.ID]
		k.mu.Unlock()
		if ordinary && !used && k.Fits(a, p) {
			k.mu.Lock()
			k.used[p.ID] = true
			k.mu.Unlock()
			return p
		}
	}
	k.t.Fatalf("nobody is left for %s", a)
	return oktasim.Person{}
}

// Fits reports whether somebody has what an action is about.
func (k *Kit) Fits(a desk.Action, p oktasim.Person) bool {
	s, _ := desk.SpecOf(a)
	switch {
	case s.Room == "grants":
		return p.Grants > 0
	case s.Room == "sessions" && a != "clear_sessions":
		return p.Tokens > 0
	case a == "change_recovery_question" || a == "change_password":
		return k.password(p) != ""
	case a == "forgot_password_recovery_question":
		return p.Question != ""
	case a == "links.remove":
		return p.Links["manager"] != ""
	}
	return true
}

// password is what a seeded person signs in with.
func (k *Kit) password(p oktasim.Person) string {
	number, _ := p.Profile["employeeNumber"].(string)
	if guess := "Brightwater-" + number; k.Org.CheckPassword(p.ID, guess) {
		return guess
	}
	return ""
}

// From is a status from which an action is lawful.
func From(a desk.Action) string {
	switch a {
	case "activate":
		return "STAGED"
	case "reactivate":
		return "PROVISIONED"
	case "unsuspend":
		return "SUSPENDED"
	case "unlock":
		return "LOCKED_OUT"
	case "users.erase":
		return "DEPROVISIONED"
	}
	return "ACTIVE"
}
