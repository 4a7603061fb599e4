package views

import (
	"slices"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// ReviewsProps is what the list of reviews shows.
type ReviewsProps struct {
	Reviews []review.Review
	Mine    map[string]int // what waits for the reader, by review
	MayRun  bool
}

// ReviewItem is an item as a page shows it.
type ReviewItem struct {
	review.Item
	Since   []string // what differs in Okta by now
	Problem string   // why a decision on it was not taken
	Fresh   string   // where a fresh sign-in is asked for: the page to come back to
	Draft   string   // the name under which what was typed is kept over it
	Typed   string   // the reason that was typed for it
	Never   string   // why no review takes a role from the account
}

// ReviewProps is what the page of a review shows to somebody who decides in it.
type ReviewProps struct {
	review.Review
	Mine   review.Count // of the reader's items
	Items  []ReviewItem
	Show   review.Show
	Next   int // the number of the last item, where there are more; 0: there are none
	After  int // the number before the first item
	Me     review.Person
	MayRun bool
	Runs   []review.Pace // for who runs reviews
	Ends   []review.Item // the revokes of a review that is closed, as many as a page shows
	Export desk.Decision
	Key    string // the public key that the sealed evidence verifies with
	Notice *Notice
}

// verifyCommand checks the sealed evidence of a review.
func (p ReviewProps) verifyCommand() string {
	return "keydesk review verify " + p.BundleName() + " --key " + p.Key
}

// ReviewItemsProps is what the list of all items shows.
type ReviewItemsProps struct {
	ReviewProps
	Query review.Query
	Typed string // who was named to hand items to
}

// ReviewCloseProps is what the page before a close shows.
type ReviewCloseProps struct {
	review.Review
	Forecast review.Forecast
	Since    map[int][]string // what differs by now, by item
	Notice   *Notice

	Ticket    string // as typed
	Undecided bool   // as ticked
	Field     string // that Problem is about
	Problem   string
}

func (p ReviewCloseProps) wrong(field string) bool { return p.Problem != "" && p.Field == field }

// NewReviewProps is what the form of a new review shows.
type NewReviewProps struct {
	review.Choices
	Plan       review.Plan
	Preview    review.Preview
	By         string // "me", "named", "manager" or "roles"
	Split      bool   // Preview says who would decide how much
	Others     string // logins as typed
	Owners     map[string]string
	Fallback   string
	Days       string         // of decisions that are carried forward
	Colleagues []review.Share // who is signed in, by role
	Field      string
	Problem    string
	Notice     *Notice
}

func (p NewReviewProps) ticked(v review.Verdict) bool { return slices.Contains(p.Plan.Reasons, v) }

func (p NewReviewProps) named(id string) bool {
	return slices.ContainsFunc(p.Plan.Reviewers.Named, func(n review.Person) bool { return n.ID == id })
}

func (p NewReviewProps) wrong(field string) bool { return p.Problem != "" && p.Field == field }

// atField reports whether the problem is about a field that the form has, and stands
// there.
func (p NewReviewProps) atField() bool {
	role, is := strings.CutPrefix(p.Field, "owner.")
	if is {
		return slices.ContainsFunc(p.Roles, func(r review.Named) bool { return r.Value == role })
	}
	return slices.Contains([]string{"name", "due", "others", "owners", "carry", "fallback"}, p.Field)
}

// runFirst reports whether the whole review stands above what the reader decides: as
// long as they have something to decide, that comes first.
func (p ReviewProps) runFirst() bool { return p.State != review.Open || p.Mine.Undecided() == 0 }

// verdictWords say who decided, when and why.
func verdictWords(c Clock, i review.Item) string {
	switch {
	case i.Verdict == "" && i.Asking:
		return "Who decides is still looked up."
	case i.Verdict == "":
		return ""
	case i.Carried != "":
		return "kept by " + i.By.Name + " " + c.Phrase(i.At) + " in " + i.Carried
	}
	words := "by " + i.By.Name + " " + c.Phrase(i.At)
	if i.Note != "" {
		words += ": " + i.Note
	}
	return words
}

// shows are the parts of the reader's items that can be shown: once decisions are final
// nothing waits for one.
func (p ReviewProps) shows() []shows {
	if p.State != review.Open {
		return mineShows()[1:]
	}
	return mineShows()
}
