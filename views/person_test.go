package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func texts(nodes []*html.Node) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, words(n))
	}
	return out
}

func children(n *html.Node, tag string) []*html.Node {
	return all(n, func(c *html.Node) bool { return c.Data == tag && c.Parent == n })
}

func TestActionsOfPerson(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, Person(x.frame(), PersonProps{Person: x.person()}))
	acts := one(t, root, byClass("acts"))
	if got := texts(children(acts, "button")); !slices.Equal(got, []string{"Unlock", "Reset password", "Suspend", "More"}) {
		t.Errorf("beside the name: %q", got)
	}
	main := all(acts, byClass("btn-main"))
	if len(main) != 1 || words(main[0]) != "Unlock" {
		t.Errorf("primary: %q", texts(main))
	}
	menu := one(t, root, byID("more-actions"))
	if got := texts(all(menu, tagged("button", "h2"))); !slices.Equal(got, []string{"End sessions", "Deactivate", "At the counter", "Change password", "For good", "Erase"}) {
		t.Errorf("in the menu: %q", got)
	}
	refusal := one(t, menu, byClass("refusal"))
	if got := texts(all(refusal, tagged("li"))); !slices.Equal(got, []string{"Unsuspend", "Activate"}) {
		t.Errorf("refused: %q", got)
	}
	if got := words(refusal); !strings.Contains(got, "She is not suspended. Ask a member of Keydesk Admins. Rule state.active") {
		t.Errorf("refused because: %q", got)
	}
}

func TestNothingAllowed(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.person()
	for i := range p.Offers {
		p.Offers[i].Decision = desk.Decision{Rule: "protected.admins", Why: "She holds a role."}
	}
	p.FactorOffers[0].Decision = p.Offers[0].Decision
	p.Guard, p.GuardAsk, p.GuardRule = "She holds a role.", "an owner", "protected.admins"
	root := parse(t, Person(x.frame(), PersonProps{Person: p}))
	if got := texts(children(one(t, root, byClass("acts")), "button")); !slices.Equal(got, []string{"Actions"}) {
		t.Errorf("beside the name: %q", got)
	}
	if n := len(all(one(t, root, byID("more-actions")), byClass("refusal"))); n != 1 {
		t.Errorf("one reason is given %d times", n)
	}
	if len(all(root, byClass("act"))) != 0 {
		t.Error("there is a dialog for what is refused")
	}
	if got := words(one(t, root, byClass("note-guard"))); got != "Protected account. She holds a role. Ask an owner. Rule protected.admins" {
		t.Errorf("banner: %q", got)
	}
}

func TestDialogs(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := PersonProps{Person: x.person(), Tab: Tab{Form: Form{Action: "reset_password", Note: "forgot it", Ticket: "INC-7"}}}
	root := parse(t, PersonBody(x.frame(), p))
	for _, o := range allowed(p.Person.Offers) {
		t.Run(string(o.Spec.Action), func(t *testing.T) {
			t.Parallel()
			d := one(t, root, byID(dialogID(o)))
			form := one(t, d, tagged("form"))
			want := ActionURL(p.Person.User.ID, o.Spec.Action, o.On)
			_, swaps := lookup(form, "hx-post")
			if attr(form, "action") != want || attr(form, "method") != "post" || swaps == atCounter(o.Spec.Action) || swaps && (attr(form, "hx-post") != want || attr(form, "hx-target") != "#person") {
				t.Errorf("form %v", form.Attr)
			}
			if token := one(t, form, named("token")); attr(token, "value") != o.Token || attr(token, "type") != "hidden" {
				t.Errorf("token %v", token.Attr)
			}
			if _, open := lookup(d, "open"); open {
				t.Error("the dialog is open")
			}
			checkDialog(t, d, o)
		})
	}
	erase := one(t, root, byID(dialogOf("users.erase", desk.Object{})))
	if typed := one(t, erase, named("typed")); attr(typed, "value") != "" || !strings.Contains(words(erase), "Type the login, login , to confirm") {
		t.Errorf("to erase: %q", words(erase))
	}
	kept := one(t, root, byID(dialogOf("reset_password", desk.Object{})))
	if attr(one(t, kept, named("note")), "value") != "forgot it" || attr(one(t, kept, named("ticket")), "value") != "INC-7" {
		t.Error("what was typed is lost")
	}
	if attr(one(t, one(t, root, byID(dialogOf("suspend", desk.Object{}))), named("note")), "value") != "" {
		t.Error("what was typed for one action stands in another")
	}
}

func named(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "name") == name }
}

// checkDialog holds a dialog to the four questions, in their order, and to its
// button: a verb, red for what takes away, and never the first to have the focus.
func checkDialog(t *testing.T, d *html.Node, o desk.Offer) {
	heading := confirm(o.Spec, "firstName lastName")
	if got := words(one(t, d, tagged("h2"))); got != heading {
		t.Errorf("heading %q", got)
	}
	if got := words(d); !strings.HasPrefix(got, heading+" login Locked out What will happen "+o.Effects[0]) {
		t.Errorf("it reads %q", got)
	}
	submit := one(t, d, func(n *html.Node) bool { return n.Data == "button" && attr(n, "type") == "submit" })
	if words(submit) != heading || byClass("btn-bad")(submit) != (o.Spec.Risk == desk.Destructive) {
		t.Errorf("button %q %v", words(submit), submit.Attr)
	}
	focused := one(t, d, func(n *html.Node) bool { _, ok := lookup(n, "autofocus"); return ok })
	if attr(focused, "name") != "note" || attr(focused, "minlength") != "3" || attr(focused, "maxlength") != "500" {
		t.Errorf("the focus is on %v", focused.Attr)
	}
	if _, required := lookup(focused, "required"); !required {
		t.Error("the reason may be left out")
	}
	ticket := one(t, d, named("ticket"))
	if _, required := lookup(ticket, "required"); required || attr(ticket, "maxlength") != "60" {
		t.Errorf("ticket %v", ticket.Attr)
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	d := one(t, parse(t, PersonBody(x.frame(), PersonProps{Person: x.person()})), byID(dialogOf("reset_password", desk.Object{})))
	var got []string
	for _, n := range all(d, func(n *html.Node) bool { return attr(n, "type") == "radio" || attr(n, "type") == "checkbox" }) {
		line := attr(n, "type") + " " + attr(n, "name") + "=" + attr(n, "value")
		if _, on := lookup(n, "checked"); on {
			line += " on"
		}
		got = append(got, line)
	}
	if want := []string{"radio send_email=true on", "radio send_email=false", "checkbox revoke_sessions=true"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Without script the page comes back with the dialog open and its field marked.
func TestProblemInPage(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := PersonProps{Person: x.person(), Tab: Tab{Form: Form{Action: "suspend", Note: "x", Field: "note", Problem: "Give a reason."}}}
	d := one(t, parse(t, Person(x.frame(), p)), byID(dialogOf("suspend", desk.Object{})))
	if _, open := lookup(d, "open"); !open {
		t.Error("the dialog is closed")
	}
	note := one(t, d, named("note"))
	if attr(note, "aria-invalid") != "true" || !strings.Contains(attr(note, "aria-describedby"), ProblemID("suspend", desk.Object{})) {
		t.Errorf("field %v", note.Attr)
	}
	if got := words(one(t, d, byID(ProblemID("suspend", desk.Object{})))); got != "Give a reason." {
		t.Errorf("problem %q", got)
	}
}

func TestPanelsOfPerson(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	full := x.person()
	broken := PersonProps{Person: full, HistoryErr: true}
	broken.Person.Groups = desk.Read[[]okta.Group]{Err: x.failed()}
	broken.Person.Roles = desk.Read[[]okta.Role]{Err: x.failed()}
	broken.Person.Factors = desk.Read[[]okta.Factor]{Err: x.failed()}
	many := full
	many.Groups.Value = make([]okta.Group, groupsAtHand+2)
	for _, c := range []struct {
		name  string
		props PersonProps
		has   []string
	}{
		{"full", PersonProps{Person: full, History: x.acts()}, []string{
			"Why firstName cannot sign in She is locked out. Unlock her. Told by Okta", "Locked out since today 09:41 (12 min ago)", "Last sign-in never", "Password set 12 Oct (43 days ago)",
			"On its way to Active", "Password kept by SOCIAL a provider", "Okta id " + annID, "Open in Okta", "Mobile +49 30 5550 0118", "Manager manager",
			"Group Administrator INACTIVE through Berlin Contractors Salesforce", "Odd LOAN not known here", "Berlin from an app", "odd Pixel 9 ODD never", "Unlock done Mistyped it Dana Kim",
		}},
		{"empty", PersonProps{Person: desk.Person{User: x.user(okta.Active), Cause: desk.Cause{CanSignIn: true}}}, []string{
			"firstName can sign in", "Administrator roles None, neither directly nor through a group.", "Groups In no group.", "Factors No factor is enrolled.", "History Nobody has done anything to this account from here.",
		}},
		{"broken", broken, []string{
			"Factors Okta does not let the console read this. The console's credential lacks the permission okta.factors.read. Try again in 1 s. Try again",
			"Until they can be read, the account counts as protected.", "The record could not be read.",
		}},
		{"kept", keptProps(x), []string{"Factors Not read again after the last action. Read it now", "Groups Not read again after the last action. Read it now"}},
		{"many groups", PersonProps{Person: many}, []string{"All 14 groups"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := words(parse(t, PersonBody(x.frame(), c.props)))
			for _, want := range c.has {
				if !strings.Contains(got, want) {
					t.Errorf("nowhere: %q", want)
				}
			}
		})
	}
}

func keptProps(x fixture) PersonProps {
	p := PersonProps{Person: x.person()}
	p.Person.Groups = desk.Read[[]okta.Group]{Kept: true}
	p.Person.Factors = desk.Read[[]okta.Factor]{Kept: true}
	return p
}

// What was not read again is kept as the page shows it, which needs the same id
// on both sides.
func TestKeptPanels(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	before := parse(t, PersonBody(x.frame(), PersonProps{Person: x.person()}))
	after := parse(t, PersonBody(x.frame(), keptProps(x)))
	for _, id := range []string{"groups", "factors"} {
		one(t, before, byID(id))
		if attr(one(t, after, byID(id)), "hx-preserve") != "true" {
			t.Errorf("%s are not kept", id)
		}
	}
	if n := len(all(before, func(n *html.Node) bool { _, ok := lookup(n, "hx-preserve"); return ok })); n != 0 {
		t.Errorf("%d panels are kept although they were read", n)
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	n := x.notice()
	p := PersonProps{Person: x.person(), Tab: Tab{Notice: &n}}
	p.Person.Guard = "She holds a role."
	root := parse(t, PersonBody(x.frame(), p))
	note := one(t, root, byClass("note"))
	want := "Okta did not answer. It may have happened. Look again. Ask an owner. Show the temporary password It can be shown once, until 09:58, on this page alone. Try again in 34 s. Rule protected.admins Error id e-7f21 Row 1042 of the record Try again"
	if got := words(note); got != want {
		t.Errorf("it reads\n%q, want\n%q", got, want)
	}
	if _, focus := lookup(note, "autofocus"); !focus || attr(note, "tabindex") != "-1" {
		t.Error("it does not get the focus")
	}
	if retry := one(t, note, func(n *html.Node) bool { return attr(n, "command") == "show-modal" }); attr(retry, "commandfor") != dialogOf("unlock", desk.Object{}) {
		t.Errorf("again: %v", retry.Attr)
	}
	p.Person.Offers = nil
	if strings.Contains(words(one(t, parse(t, PersonBody(x.frame(), p)), byClass("note"))), "Row 1042 of the record Try again") {
		t.Error("it offers again what is not allowed any more")
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	toast := parse(t, Toast(Notice{Tone: "ok", Title: "Unlocked.", Text: "Ann is Active.", Seq: 7}))
	if got := words(one(t, toast, byClass("toast-ok"))); got != "Unlocked. Ann is Active. Row 7 of the record" {
		t.Errorf("toast %q", got)
	}
	if strings.Contains(source(t, NoticePart(x.frame(), Notice{Title: "Down", RetryAfter: time.Second})), "facts") {
		t.Error("a notice without facts has a line for them")
	}
	if got := source(t, Partial("#toasts", "innerHTML")); !strings.HasPrefix(got, `<hx-partial hx-target="#toasts" hx-swap="innerHTML">`) || !strings.HasSuffix(got, `</hx-partial>`) {
		t.Errorf("partial %s", got)
	}
}

// What answers a request is the very part that the page embeds.
func TestPartsAreThePages(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	f := x.frame()
	person, users := PersonProps{Person: x.person()}, UsersProps{Results: desk.Results{Asked: true, People: []okta.User{x.user(okta.Active)}}}
	record := AuditProps{Acts: x.acts(), Filter: audit.Filter{Action: "unlock"}}
	problem := Problem{503, x.notice()}
	for name, c := range map[string][2]string{
		"person":  {source(t, Person(f, person)), source(t, PersonBody(f, person))},
		"users":   {source(t, Users(f, users)), source(t, UsersMain(f, users))},
		"record":  {source(t, Audit(f, record)), source(t, AuditMain(f, record))},
		"problem": {source(t, ProblemPage(f, problem)), source(t, ProblemMain(f, problem))},
	} {
		if !strings.Contains(c[0], c[1]) || !strings.HasPrefix(c[0], "<!doctype html>") || strings.Contains(c[1], "<html") {
			t.Errorf("%s: the part is not what the page embeds", name)
		}
	}
}
