package views

import (
	"slices"

	"keydesk/internal/desk"
)

// shown is how many actions stand beside the name; more would make none of
// them the obvious one.
const shown = 3

// allowed keeps the offers that the actor may use, in the desk's order.
func allowed(all []desk.Offer) []desk.Offer {
	var out []desk.Offer
	for _, o := range all {
		if o.Decision.Allowed {
			out = append(out, o)
		}
	}
	return out
}

// inView are the actions beside the name.
func inView(all []desk.Offer) []desk.Offer {
	out := allowed(all)
	return out[:min(shown, len(out))]
}

// inMenu are those that the menu holds.
func inMenu(all []desk.Offer) []desk.Offer {
	out := allowed(all)
	return out[min(shown, len(out)):]
}

// refusal is one reason with all the actions that it stands in the way of.
type refusal struct {
	Titles         []string
	Why, Ask, Rule string
}

// refusals says each reason once, in the order of the offers.
func refusals(all []desk.Offer) []refusal {
	var out []refusal
	for _, o := range all {
		if !o.Decision.Allowed {
			out = addRefusal(out, o)
		}
	}
	return out
}

func addRefusal(to []refusal, o desk.Offer) []refusal {
	d := o.Decision
	for i, r := range to {
		if r.Why == d.Why && r.Ask == d.Ask && r.Rule == d.Rule {
			to[i].Titles = append(r.Titles, o.Spec.Title)
			return to
		}
	}
	return append(to, refusal{[]string{o.Spec.Title}, d.Why, d.Ask, d.Rule})
}

func dialogID(a desk.Action) string { return "dialog-" + string(a) }

func problemID(a desk.Action) string { return "problem-" + string(a) }

// confirmClass is red for what takes something away; it is never the button
// that has the focus first.
func confirmClass(s desk.Spec) string {
	if s.Risk == desk.Destructive {
		return "btn-bad"
	}
	return "btn-main"
}

// notice is the page's notice; it offers to try again only what the person's
// fresh state still allows, as there is a dialog for nothing else.
func (p PersonProps) notice() Notice {
	n := *p.Notice
	if !slices.ContainsFunc(allowed(p.Person.Offers), func(o desk.Offer) bool { return o.Spec.Action == n.Retry }) {
		n.Retry = ""
	}
	return n
}

// of keeps what was typed for action a and drops what was meant for another.
func (f Form) of(a desk.Action) Form {
	if f.Action != a {
		return Form{}
	}
	return f
}

// wrong reports whether the dialog of a has to say what is wrong with it.
func (f Form) wrong(a desk.Action) bool { return f.Action == a && f.Problem != "" }
