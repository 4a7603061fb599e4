package views

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// reviewed is a review with everything that one can have to say.
func (x fixture) reviewed(s review.State) review.Review {
	v := review.Review{ID: "abcdefghijkl", Owner: review.Person{ID: "00u1", Name: x.say("Thandi")}, State: s, Closer: review.Person{Name: x.say("Paul")}, Closed: now, Sealed: s == review.Closed, Again: []review.Repeat{{By: review.Person{Name: x.say("Dana")}, At: now}}}
	v.Plan = review.Plan{Name: x.say("Autumn"), Due: now.Add(day), Scope: review.Scope{Role: "SUPER_ADMIN", Department: x.say("IT"), Changed: true}, Reasons: []review.Verdict{review.Revoke, review.Skip}}
	v.Count = review.Count{All: 9, Keep: 3, Revoke: 2, Skip: 1, Carried: 1, Nobody: 1, Done: 1, Left: 1}
	return v
}

func (x fixture) evidence() review.Evidence {
	p := review.Person{ID: annID, Name: x.say("Ann Vo"), Login: x.say("ann.vo@brightwater.example")}
	return review.Evidence{
		Person: review.Subject{Person: p, Status: "ACTIVE", Department: x.say("IT"), LastSignIn: "2026-11-20T09:00:00Z", Factors: 1},
		Role:   review.Role{ID: "ra1", Type: "CUSTOM", Label: x.say("Reader"), ResourceSet: x.say("set"), How: "GROUP", Through: x.say("Admins")},
		Reach:  review.Everything, Words: x.say("everything"), Targets: []review.Target{{Kind: "group", ID: "00g1", Label: x.say("Berlin")}}, Since: "2020-01-01T00:00:00Z", By: x.say("Dana"),
		ReadAt: "2026-11-24T00:00:00Z", Marks: []review.Mark{{Name: "wide", Label: x.say("everything"), Why: x.say("No limit is set.")}}, Two: true, Problem: x.say("Okta refused."),
		Last: &review.Last{Name: x.say("Summer"), Verdict: "keep", By: x.say("Paul"), At: "2026-06-01T00:00:00Z"}, Changed: []string{x.say("It reaches more.")},
	}
}

// verdicts are an item of each kind.
func (x fixture) verdicts() []ReviewItem {
	one := review.Item{Review: "abcdefghijkl", Evidence: x.evidence(), Reviewer: review.Person{ID: "00u1", Name: x.say("Thandi")}, Fallback: x.say("Nobody is named."), Version: 1, By: review.Person{Name: x.say("Thandi")}, At: now, Note: x.say("left"), Seq: 7}
	all := []ReviewItem{{Item: one, Since: []string{x.say("It is gone.")}, Problem: x.say("Paul decided."), Fresh: "/reviews/abcdefghijkl", Typed: x.say("why")}, {Item: one}, {Item: one}, {Item: one}, {Item: one}, {Item: one}}
	for n, v := range []review.Verdict{"", review.Keep, review.Revoke, review.Skip, review.Keep, ""} {
		all[n].N, all[n].Verdict = n+1, v
	}
	all[2].Outcome = review.Outcome{End: desk.EndDrift, Why: x.say("It is another."), Ask: x.say("an owner"), Seq: 8}
	all[4].Carried = x.say("Summer")
	all[5].Asking, all[5].Reviewer = true, review.Person{}
	return all
}

func (x fixture) reviewProps(s review.State) ReviewProps {
	n := x.notice()
	n.Retry = ""
	return ReviewProps{
		Ends: []review.Item{x.verdicts()[2].Item}, Review: x.reviewed(s), Mine: review.Count{All: 5, Keep: 1, Carried: 1}, Items: x.verdicts(), Show: review.ShowUndecided, Next: 6, MayRun: true, Notice: &n, Export: x.no(),
		Runs: []review.Pace{{Reviewer: review.Person{ID: "00u1", Name: x.say("Thandi")}, Count: review.Count{All: 5}, Decided: 30, Median: time.Second, Streak: 30, Quick: 20}, {}},
	}
}

// forecast is of a close with something of everything.
func (x fixture) forecast() review.Forecast {
	left := review.Foretold{Item: x.verdicts()[3].Item, Why: x.say("It takes two."), Ask: x.say("An owner has to press it.")}
	return review.Forecast{Count: x.reviewed(review.Open).Count, Shown: "7-abc", Take: []review.Item{x.verdicts()[2].Item}, Left: []review.Foretold{left}, Ticket: true}
}

// reviewPages are the pages of reviews in the states that differ in markup.
func (x fixture) reviewPages() map[string]templ.Component {
	f, n := x.frame(), x.notice()
	f.Nav, f.ToReview, n.Retry = "reviews", 3, ""
	open, done := x.reviewProps(review.Open), x.reviewProps(review.Closed)
	done.Export = yes()
	none := ReviewProps{Review: x.reviewed(review.Stopped), Show: review.ShowUndecided}
	all := map[string]templ.Component{
		"reviews":                Reviews(f, ReviewsProps{Reviews: []review.Review{open.Review, done.Review, none.Review, x.reviewed(review.Closing)}, Mine: map[string]int{"abcdefghijkl": 4}, MayRun: true}),
		"reviews, none":          Reviews(f, ReviewsProps{MayRun: true}),
		"reviews, none, reader":  Reviews(f, ReviewsProps{}),
		"review":                 Review(f, open),
		"review, done":           Review(f, done),
		"review, nothing":        Review(f, none),
		"review, being done":     Review(f, x.reviewProps(review.Closing)),
		"review, all":            ReviewItems(f, ReviewItemsProps{ReviewProps: open, Query: review.Query{Text: x.say("ann"), Reviewer: "00u1"}, Typed: x.say("paul")}),
		"review, all done":       ReviewItems(f, ReviewItemsProps{ReviewProps: done}),
		"review, to be closed":   ReviewClose(f, ReviewCloseProps{Review: open.Review, Forecast: x.forecast(), Since: map[int][]string{3: {x.say("It is gone.")}}, Ticket: x.say("INC-3"), Field: "undecided", Problem: x.say("Say that it is meant.")}),
		"review, nothing to do":  ReviewClose(f, ReviewCloseProps{Review: open.Review, Notice: &n}),
		"review, new":            NewReview(f, x.newReview()),
		"review, new, with none": NewReview(f, NewReviewProps{By: "me", Notice: &n}),
	}
	return all
}

func (x fixture) newReview() NewReviewProps {
	return NewReviewProps{
		Choices: review.Choices{Roles: []review.Named{{Value: "SUPER_ADMIN", Label: x.say("Super"), Items: 3}, {Value: x.say("Reader"), Label: x.say("Reader"), Items: 1}}, Departments: []review.Named{{Value: x.say("IT"), Label: x.say("IT"), Items: 1}}, AsOf: now},
		Plan:    x.reviewed(review.Open).Plan, Preview: review.Preview{Items: 4, People: 3, Carried: 1}, By: "named", Others: x.say("paul"), Owners: map[string]string{"SUPER_ADMIN": x.say("dana")}, Fallback: x.say("ann"), Days: "90",
		Colleagues: []review.Share{{Reviewer: review.Person{ID: "00u1", Name: x.say("Thandi")}, Role: "owner"}}, Field: "fallback", Problem: x.say("Nobody is found."),
	}
}

// Where the sealed evidence is downloaded it says how it is checked, ready to be copied.
func TestReviewSealed(t *testing.T) {
	t.Parallel()
	p := (fixture{plain}).reviewProps(review.Closed)
	p.Export, p.Key = desk.Decision{Allowed: true}, "PUBLIC"
	root := parse(t, Review((fixture{plain}).frame(), p))
	if got := words(one(t, root, byID("verify"))); got != "keydesk review verify keydesk-review-abcdefghijkl-2.zip --key PUBLIC" {
		t.Errorf("the command is %s", got)
	}
	one(t, root, func(n *html.Node) bool { return attr(n, "data-copy") == "verify" })
	if got := words(root); !strings.Contains(got, "What was left was carried out again by Dana") {
		t.Errorf("it does not say who had it carried out again: %s", got)
	}
}

// What speaks for and against an assignment stands beside the buttons, in sentences.
func TestReviewItem(t *testing.T) {
	t.Parallel()
	root := parse(t, Review((fixture{plain}).frame(), (fixture{plain}).reviewProps(review.Open)))
	first := one(t, root, byID("item-1"))
	for _, want := range []string{
		"Ann Vo Reader", "Everything", "Last sign-in 20 Nov 09:00 (4 days ago)", "since 1 Jan 2020 (6 years ago), through the group Admins", "kept by Paul 1 Jun", "No limit is set.",
		"It reaches more.", "Since the review began: It is gone.", "Paul decided.", "Group Berlin", "Keep", "Revoke", "Skip",
	} {
		if got := words(first); !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if _, apart := lookup(one(t, root, byID("item-5")), "class"); !apart || !byClass("item-carried")(one(t, root, byID("item-5"))) {
		t.Error("what is carried forward does not stand apart")
	}
	// Enter in the field of the reason must not choose the first of the buttons.
	buttons := all(first, func(n *html.Node) bool { return n.Data == "button" })
	if _, off := lookup(buttons[0], "disabled"); !off {
		t.Error("Enter in the field of a reason decides")
	}
}

// Once the decisions are final there is nothing to press.
func TestReviewDone(t *testing.T) {
	t.Parallel()
	root := parse(t, Review((fixture{plain}).frame(), (fixture{plain}).reviewProps(review.Closed)))
	if n := len(all(root, byClass("decide"))); n != 0 {
		t.Errorf("%d forms decide", n)
	}
	if got := words(one(t, root, byID("item-3"))); !strings.Contains(got, "not carried out: not as decided It is another. Ask an owner.") {
		t.Errorf("what came of the revoke is %q", got)
	}
}

// How far a review is, and at what pace, is said in plain words.
func TestReviewWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		progressWords(review.Count{All: 13}):                                             "0 of 13 decided",
		progressWords(review.Count{All: 13, Keep: 8, Carried: 2, Revoke: 4, Skip: 1}):    "13 of 13 decided: 8 kept, 2 of them carried forward, 4 to be revoked, 1 skipped",
		paceWords(review.Pace{}):                                                         "has not begun",
		paceWords(review.Pace{Decided: 3, Median: 3 * time.Second, Quick: 1, Streak: 2}): "3 decisions, mostly 3 seconds for each, 1 of them in less than 2 seconds, up to 2 kept in a row without opening the evidence",
		shortly(300 * time.Millisecond):                                                  "less than a second",
		shortly(3 * time.Minute):                                                         "3 minutes",
		carriedWords(6):                                                                  ", 6 of them carried forward",
		reasonLabel(review.Plan{}):                                                       "Reason (as you like)",
		reasonLabel(review.Plan{Reasons: []review.Verdict{review.Revoke, review.Skip}}):  "Reason (needed to revoke, skip)",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	parts := one(t, parse(t, Review((fixture{plain}).frame(), (fixture{plain}).reviewProps(review.Open))), byClass("filter"))
	if got := words(parts); got != "To decide 4 To be revoked 0 Kept 1 Skipped 0 Of them carried forward 1 All 5" {
		t.Errorf("the parts are %q", got)
	}
}
