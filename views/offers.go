package views

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

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

// inView are the actions beside the name. What cannot be brought back never is.
func inView(all []desk.Offer) []desk.Offer {
	out := allowed(all)
	out = out[:min(shown, len(out))]
	if i := slices.IndexFunc(out, final); i >= 0 {
		out = out[:i]
	}
	return out
}

// final reports whether nobody can undo the action, Okta included.
func final(o desk.Offer) bool { return o.Spec.Action == "users.erase" }

// menuGroup is a part of the menu under a head of its own.
type menuGroup struct {
	Title  string // empty: needs no head
	Offers []desk.Offer
}

// inMenu are the actions that the menu holds: those for the phone, those for
// which the person has come to the counter, and what is final.
func inMenu(all []desk.Offer) []menuGroup {
	groups := []menuGroup{{}, {Title: "At the counter"}, {Title: "For good"}}
	for _, o := range allowed(all)[len(inView(all)):] {
		g := &groups[0]
		switch {
		case atCounter(o.Spec.Action):
			g = &groups[1]
		case final(o):
			g = &groups[2]
		}
		g.Offers = append(g.Offers, o)
	}
	return slices.DeleteFunc(groups, func(g menuGroup) bool { return len(g.Offers) == 0 })
}

// atCounter reports whether the person types for themselves, on a page that is
// opened for nothing else.
func atCounter(a desk.Action) bool {
	return a == "change_password" || a == "change_recovery_question" || a == "forgot_password_recovery_question"
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
			if !slices.Contains(r.Titles, o.Spec.Title) {
				to[i].Titles = append(r.Titles, o.Spec.Title)
			}
			return to
		}
	}
	return append(to, refusal{[]string{o.Spec.Title}, d.Why, d.Ask, d.Rule})
}

// alike reports whether all offers of a list are refused for one reason, which is
// then said once and not in every row.
func alike(all []desk.Offer) bool {
	return len(all) > 1 && len(allowed(all)) == 0 && len(refusals(all)) == 1
}

// offerKey names the dialog of an action on one object among those of a page. It
// holds nothing that a selector would have to escape.
func offerKey(a desk.Action, on desk.Object) string {
	key := strings.ReplaceAll(string(a), ".", "-")
	if about := on.String(); about != "" {
		sum := sha256.Sum256([]byte(about))
		key += "-" + hex.EncodeToString(sum[:4])
	}
	return key
}

// dialogOf is the id of the dialog of an action on one object.
func dialogOf(a desk.Action, on desk.Object) string { return "dialog-" + offerKey(a, on) }

// dialogID is the id of an offer's dialog.
func dialogID(o desk.Offer) string { return dialogOf(o.Spec.Action, o.On) }

// ProblemID is the id of the place in which a dialog says what is wrong with it.
func ProblemID(a desk.Action, on desk.Object) string { return "problem-" + offerKey(a, on) }

// confirmClass is red for what takes something away at once; it is never the
// button that has the focus first.
func confirmClass(o desk.Offer) string {
	if o.Spec.Risk == desk.Destructive && o.Decision.Second == "" {
		return "btn-bad"
	}
	return "btn-main"
}

// offering lets a notice offer to try again only what the page still has a dialog
// for: the offers that it is given, as far as they are allowed.
func (t Tab) offering(all ...desk.Offer) Tab {
	if t.Notice == nil || slices.ContainsFunc(allowed(all), func(o desk.Offer) bool {
		return o.Spec.Action == t.Notice.Retry && o.On == t.Notice.RetryOn
	}) {
		return t
	}
	n := *t.Notice
	n.Retry = ""
	t.Notice = &n
	return t
}

// of keeps what was typed for o and drops what was meant for another.
func (f Form) of(o desk.Offer) Form {
	if f.Action != o.Spec.Action || f.On != o.On {
		return Form{}
	}
	return f
}

// wrong reports whether the dialog of o has to say what is wrong with it.
func (f Form) wrong(o desk.Offer) bool { return f.of(o).Problem != "" }

// open reports whether the dialog of o stands open in the page.
func (f Form) open(o desk.Offer) bool { return f.wrong(o) || f.of(o).Again }

// chosen is a choice as it was made before a fresh sign-in.
func (f Form) chosen(c desk.Choice) desk.Choice {
	if f.Again {
		c.On = f.Chosen.Get(c.Name) == "true"
	}
	return c
}

// faulty reports whether the field of that name is the one at fault.
func (f Form) faulty(name string) bool { return f.Problem != "" && f.Field == name }
