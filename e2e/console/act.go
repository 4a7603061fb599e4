package console

import (
	"cmp"
	"strings"

	"keydesk/e2e/browser"
	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
)

// Why is what an operator enters into an action's dialog.
type Why struct {
	Reason string   // empty: an ordinary one
	Ticket string   // optional
	Choose []string // the words of the choices to click
}

// Reason is what operators here write who give no other.
const Reason = "Called in and was called back"

// Reveal asks for what the last act yielded, and returns it.
func (v *Visit) Reveal(what string) string {
	v.t.Helper()
	v.Button("Show the " + what).Click()
	v.See("Shown once. It is not kept anywhere.")
	return strings.TrimSpace(v.Role("code", "").At(0).Words())
}

// Home goes to the first page by its link.
func (v *Visit) Home() {
	v.t.Helper()
	v.Link("Home").Click()
	v.Heading("Who is calling?").Shown()
	v.Ready()
}

// Ready waits until the page's script listens, which a machine under load can put
// off until long after the page is there to be read.
func (v *Visit) Ready() {
	v.t.Helper()
	if v.silent {
		return
	}
	_, err := v.Evaluate(`new Promise(done => {
		const look = () => document.readyState === 'complete' ? setTimeout(done) : setTimeout(look, 10)
		look()
	})`)
	if err != nil {
		v.t.Fatal(err)
	}
}

// Search is the console's one search field.
func (v *Visit) Search() browser.Part { return v.Role("searchbox", "Find a person") }

// Find types a name into the search field and opens the person of that name.
func (v *Visit) Find(name string) {
	v.t.Helper()
	v.FindBy(name, name)
}

// FindBy types text into the search field and opens the person of that name.
func (v *Visit) FindBy(text, name string) {
	v.t.Helper()
	v.Search().Fill(text)
	if v.silent {
		v.Search().Press("Enter")
	}
	v.Link(name).Click()
	v.Heading(name).Shown()
	v.Ready()
	v.name = name
}

// Facing says whose page is open, where a link other than the search led there.
func (v *Visit) Facing(p oktasim.Person) { v.name = Name(p) }

// NextCall opens the page of whom the caller says to be, from wherever the last
// call ended.
func (v *Visit) NextCall(p oktasim.Person) {
	v.t.Helper()
	v.FindBy(p.Login, Name(p))
}

// Offered reports whether the page has a button for an action, beside the name or
// under More, which it leaves open.
func (v *Visit) Offered(title string) bool {
	v.t.Helper()
	if v.Button(title).Visible() {
		return true
	}
	v.More()
	return v.Button(title).Visible()
}

// More opens the menu that holds the other actions and what stands in their way.
func (v *Visit) More() {
	v.t.Helper()
	if more := v.Button("More"); more.Visible() {
		more.Click()
		return
	}
	v.Button("Actions").Click()
}

// Ask opens the dialog of an action and returns it.
func (v *Visit) Ask(title string) browser.Part {
	v.t.Helper()
	if !v.Offered(title) {
		v.t.Fatalf("%s is not offered for %s", title, v.name)
	}
	v.Button(title).Click()
	d := v.Dialog(v.confirm(title))
	d.Shown()
	return d
}

// Fill fills an action's dialog in.
func (w Why) Fill(d browser.Part) {
	for _, words := range w.Choose {
		d.Text(words).At(-1).Click() // the first may be the legend
	}
	d.Field("Reason").Fill(cmp.Or(w.Reason, Reason))
	if w.Ticket != "" {
		d.Field("Ticket optional").Fill(w.Ticket)
	}
}

// Act opens the dialog of an action, fills it in and confirms. The button that
// confirms repeats what will be done to whom.
func (v *Visit) Act(title string, why Why) {
	v.t.Helper()
	d := v.Ask(title)
	why.Fill(d)
	v.Confirm(title)
}

// Confirm presses the button of the dialog that stands open.
func (v *Visit) Confirm(title string) {
	v.t.Helper()
	v.ConfirmButton(title).Click()
}

// ConfirmButton is the button of the dialog that stands open.
func (v *Visit) ConfirmButton(title string) browser.Part {
	v.t.Helper()
	words := v.confirm(title)
	return v.Dialog(words).Button(words)
}

// confirm is what the dialog of an action says about the person: its heading,
// and the words of its button.
func (v *Visit) confirm(title string) string {
	v.t.Helper()
	for _, s := range desk.Catalog() {
		if s.Title == title {
			return strings.Replace(s.Confirm, "%s", v.name, 1)
		}
	}
	v.t.Fatalf("there is no action %q", title)
	return ""
}

// ShowsStatus waits until the page of the person says that they are in status.
func (v *Visit) ShowsStatus(status string) {
	v.t.Helper()
	v.Role("region", v.name).See(desk.StatusWord(okta.Status(status)) + " since")
}

// Acts are the acts on a person in the record, newest first.
func (v *Visit) Acts(p oktasim.Person) []audit.Act {
	v.t.Helper()
	return v.Kit.Acts(audit.Filter{Target: p.ID})
}

// Row is the newest act on a person in the record.
func (v *Visit) Row(p oktasim.Person) audit.Act {
	v.t.Helper()
	acts := v.Acts(p)
	if len(acts) == 0 {
		v.t.Fatalf("the record holds nothing on %s", p.Login)
	}
	return acts[0]
}

// Calls counts the calls of an operation that the organisation answered well
// since its log was last forgotten.
func (v *Visit) Calls(op string) (n int) {
	for _, e := range v.Org.Log() {
		if e.Operation == op && e.Status >= 200 && e.Status < 300 {
			n++
		}
	}
	return n
}

// Writes counts the calls since then that would change something, whatever
// became of them.
func (v *Visit) Writes() (n int) {
	for _, e := range v.Org.Log() {
		if e.Method != "GET" {
			n++
		}
	}
	return n
}
