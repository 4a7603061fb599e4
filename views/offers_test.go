package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// A dialog's name can stand in an id and in a selector, and two objects never
// share one.
func TestOfferKeys(t *testing.T) {
	t.Parallel()
	const safe = "abcdefghijklmnopqrstuvwxyz0123456789_-"
	seen := map[string]string{}
	for _, s := range desk.Catalog() {
		for _, on := range []desk.Object{{}, {Grant: id(okta.ParseGrantID, "oag1")}, {Grant: id(okta.ParseGrantID, "oag2")}, {Token: id(okta.ParseTokenID, "oag1")}} {
			key, what := offerKey(s.Action, on), string(s.Action)+" "+on.String()
			if strings.Trim(key, safe) != "" {
				t.Errorf("%s has the key %q", what, key)
			}
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s share the key %s", what, other, key)
			}
			seen[key] = what
		}
	}
	o := desk.Offer{Spec: desk.Spec{Action: "grants.revoke"}, On: desk.Object{Grant: id(okta.ParseGrantID, "oag1")}}
	if dialogID(o) != "dialog-grants-revoke-"+ProblemID(o.Spec.Action, o.On)[len("problem-grants-revoke-"):] {
		t.Errorf("dialog %s, problem %s", dialogID(o), ProblemID(o.Spec.Action, o.On))
	}
	if got := ProblemID("unlock", desk.Object{}); got != "problem-unlock" {
		t.Errorf("without an object: %s", got)
	}
}

// What was typed for one object must not stand in the dialog of another.
func TestFormIsForItsObject(t *testing.T) {
	t.Parallel()
	one, two := desk.Object{Grant: id(okta.ParseGrantID, "oag1")}, desk.Object{Grant: id(okta.ParseGrantID, "oag2")}
	f := Form{Action: "grants.revoke", On: one, Note: "typed", Field: "note", Problem: "Give a reason."}
	mine := desk.Offer{Spec: desk.Spec{Action: "grants.revoke"}, On: one}
	for name, o := range map[string]desk.Offer{"another object": {Spec: mine.Spec, On: two}, "another action": {Spec: desk.Spec{Action: "unlock"}, On: one}, "the person": {Spec: mine.Spec}} {
		if f.of(o).Note != "" || f.wrong(o) {
			t.Errorf("%s takes over what was typed", name)
		}
	}
	if f.of(mine).Note != "typed" || !f.wrong(mine) || !f.faulty("note") || f.faulty("ticket") {
		t.Error("what was typed is lost")
	}
}

// Every offer is somewhere: as a button beside the name or in the menu, or with
// its refusal; none is in two places.
func TestEveryOfferHasAPlace(t *testing.T) {
	t.Parallel()
	catalog := desk.Catalog()
	rapid.Check(t, func(t *rapid.T) {
		var offers []desk.Offer
		for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(catalog), 0, 20, func(s desk.Spec) desk.Action { return s.Action }).Draw(t, "offers") {
			allowed := rapid.Bool().Draw(t, "allowed")
			why := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "why")
			offers = append(offers, desk.Offer{Spec: s, Decision: desk.Decision{Allowed: allowed, Why: why}})
		}
		var got []string
		for _, o := range inView(offers) {
			if final(o) {
				t.Errorf("%s is beside the name", o.Spec.Action)
			}
			got = append(got, string(o.Spec.Action))
		}
		for _, g := range inMenu(offers) {
			for _, o := range g.Offers {
				got = append(got, string(o.Spec.Action))
			}
		}
		var want []string
		for _, o := range allowed(offers) {
			want = append(want, string(o.Spec.Action))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("buttons %q, offers %q", got, want)
		}
		if refused := len(offers) - len(want); (refused > 0) != (len(refusals(offers)) > 0) || len(refusals(offers)) > 2 {
			t.Errorf("%d offers are refused for %d reasons", refused, len(refusals(offers)))
		}
	})
}

func TestOfferButton(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	open := parse(t, offerButton(x.offer("clear_sessions", yes())))
	if b := one(t, open, tagged("button")); words(b) != "End sessions" || attr(b, "commandfor") != "dialog-clear_sessions" || !byClass("btn-danger")(b) {
		t.Errorf("button %q %v", words(b), b.Attr)
	}
	closed := parse(t, offerButton(x.offer("clear_sessions", x.no())))
	if got := words(one(t, closed, byClass("refused"))); got != "End sessions She holds a role. Ask an owner. Rule protected.admins" || len(all(closed, tagged("button"))) != 0 {
		t.Errorf("refused: %q", got)
	}
	if got := source(t, offerButton(desk.Offer{})); got != "" {
		t.Errorf("nothing is offered, and there stands %s", got)
	}
}

// A reason that all rows share is said once, under them.
func TestSharedRefusal(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.person()
	p.Factors.Value = slices.Repeat(p.Factors.Value, 3)
	p.FactorOffers = slices.Repeat([]desk.Offer{x.offer("factors.reset", x.no())}, 3)
	panel := one(t, parse(t, PersonBody(x.frame(), PersonProps{Person: p})), byID("factors"))
	if n := strings.Count(words(panel), "She holds a role."); n != 1 || len(all(panel, byClass("refused"))) != 0 {
		t.Errorf("the reason is given %d times", n)
	}
	p.FactorOffers[1] = x.offer("factors.reset", desk.Decision{Why: "Another reason."})
	panel = one(t, parse(t, PersonBody(x.frame(), PersonProps{Person: p})), byID("factors"))
	if n := len(all(panel, byClass("refused"))); n != 3 {
		t.Errorf("of three rows with two reasons %d say theirs", n)
	}
}

// A notice leads back to a dialog of the page and to no other.
func TestRetry(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.grantPage(yes())
	p.Notice = &Notice{Title: "Okta did not answer.", Retry: "grants.revoke", RetryOn: p.Revoke.On}
	again := func(p GrantProps) []string {
		var out []string
		for _, b := range all(parse(t, GrantBody(x.frame(), p)), func(n *html.Node) bool { return attr(n, "commandfor") == dialogID(p.Revoke) && words(n) == "Try again" }) {
			out = append(out, words(b))
		}
		return out
	}
	if len(again(p)) != 1 {
		t.Error("the way back is missing")
	}
	p.Revoke.Decision = x.no()
	if len(again(p)) != 0 {
		t.Error("it leads back to what is refused")
	}
	p.Revoke.Decision = yes()
	p.Notice.RetryOn = desk.Object{Grant: id(okta.ParseGrantID, "other")}
	if root := source(t, GrantBody(x.frame(), p)); strings.Contains(root, "Try again") {
		t.Error("it leads to the dialog of another consent")
	}
	if p.Notice.Retry == "" {
		t.Error("the handler's own notice was changed")
	}
}
