package views

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/review"
)

// StateLook says where a review stands.
func StateLook(v review.Review, c Clock) Look {
	switch v.State {
	case review.Open:
		if v.Plan.Due.Before(c.Now) {
			return Look{"overdue", "bad", "triangle-alert"}
		}
		return Look{"open", "info", "play"}
	case review.Closing:
		return Look{"being carried out", "warn", "hourglass"}
	case review.Closed:
		if v.Count.Left > 0 {
			return Look{"closed, something is left", "warn", "triangle-alert"}
		}
		return Look{"closed", "ok", "circle-check"}
	case review.Stopped:
		return Look{"stopped", "held", "ban"}
	case review.Filling:
	}
	return Look{string(v.State), "", "hourglass"}
}

// VerdictLook says what was decided.
func VerdictLook(i review.Item) Look {
	switch {
	case i.Carried != "":
		return Look{"kept, carried forward", "ok", "circle-check"}
	case i.Verdict == review.Keep:
		return Look{"keep", "ok", "circle-check"}
	case i.Verdict == review.Revoke:
		return Look{"revoke", "bad", "circle-x"}
	case i.Verdict == review.Skip:
		return Look{"skipped", "held", "circle-question-mark"}
	}
	return Look{"undecided", "", "hourglass"}
}

// verdictLooks are all that an item may show; which of them, the style sheet says.
func verdictLooks() []struct {
	Is   string
	Look Look
} {
	return []struct {
		Is   string
		Look Look
	}{
		{"keep", VerdictLook(review.Item{Verdict: review.Keep})},
		{"revoke", VerdictLook(review.Item{Verdict: review.Revoke})},
		{"skip", VerdictLook(review.Item{Verdict: review.Skip})},
		{"carried", VerdictLook(review.Item{Carried: "x"})},
	}
}

// endLook says how a revoke ended.
func endLook(i review.Item) Look {
	switch i.Outcome.End {
	case desk.EndDone:
		return Look{"role removed", "ok", "circle-check"}
	case desk.EndGone:
		return Look{"gone already", "ok", "circle-check"}
	case desk.EndDrift:
		return Look{"not carried out: not as decided", "warn", "triangle-alert"}
	case desk.EndLeft:
		return Look{"not carried out", "warn", "ban"}
	case desk.EndRefused:
		return Look{"Okta refused", "bad", "circle-x"}
	case desk.EndGivenUp:
		return Look{"given up", "bad", "circle-x"}
	case desk.EndUnsure:
		return Look{"not known", "bad", "circle-question-mark"}
	case desk.EndAgain:
	}
	return Look{"waits", "", "hourglass"}
}

// stampOf reads a moment of the evidence; what cannot be read is the zero moment.
func stampOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// heldSince says since when somebody has a role, and who gave it.
func heldSince(c Clock, e review.Evidence) string {
	since := "since a day that is not known"
	if t := stampOf(e.Since); !t.IsZero() {
		since = "since " + c.Phrase(t)
	}
	if e.Role.Through != "" {
		return since + ", through the group " + e.Role.Through
	}
	if e.By != "" {
		return since + ", given by " + e.By
	}
	return since
}

func lastWords(c Clock, l *review.Last) string {
	if l == nil {
		return "never reviewed before"
	}
	word := map[string]string{"keep": "kept", "revoke": "revoked"}[l.Verdict]
	return word + " by " + l.By + " " + c.Phrase(stampOf(l.At)) + " in " + l.Name
}

func enrolled(n int) string {
	switch n {
	case -1:
		return "not read"
	case 0:
		return "none"
	}
	return plural(n, "factor", "factors")
}

// reasons are the verdicts that take a sentence why, for the script.
func reasons(p review.Plan) string {
	var out []string
	for _, v := range p.Reasons {
		out = append(out, string(v))
	}
	return strings.Join(out, " ")
}

func accountWord(s string) string { return desk.StatusWord(okta.Status(s)) }

// decidedOf is how many items are decided.
func decidedOf(c review.Count) string { return strconv.Itoa(c.All - c.Undecided()) }

// progressWords are how far a review is, or somebody in it.
func progressWords(c review.Count) string {
	decided := fmt.Sprintf("%d of %d decided", c.All-c.Undecided(), c.All)
	var words []string
	for _, w := range []struct {
		n    int
		word string
	}{{c.Keep, "kept"}, {c.Carried, "of them carried forward"}, {c.Revoke, "to be revoked"}, {c.Skip, "skipped"}} {
		if w.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", w.n, w.word))
		}
	}
	if len(words) == 0 {
		return decided
	}
	return decided + ": " + strings.Join(words, ", ")
}

// dueWords says how long is left.
func dueWords(c Clock, v review.Review) string { return "due " + c.Phrase(v.Plan.Due) }

// paceWords say how somebody decides, for whoever runs the review.
func paceWords(p review.Pace) string {
	if p.Decided == 0 {
		return "has not begun"
	}
	words := []string{plural(p.Decided, "decision", "decisions")}
	if p.Median > 0 {
		words = append(words, "mostly "+shortly(p.Median)+" for each")
	}
	if p.Quick > 0 {
		words = append(words, strconv.Itoa(p.Quick)+" of them in less than 2 seconds")
	}
	if p.Streak > 1 {
		words = append(words, fmt.Sprintf("up to %d kept in a row without opening the evidence", p.Streak))
	}
	return strings.Join(words, ", ")
}

// shortly is a short while in words.
func shortly(d time.Duration) string {
	switch n := int(d.Round(time.Second) / time.Second); {
	case n < 1:
		return "less than a second"
	case n < 120:
		return plural(n, "second", "seconds")
	default:
		return plural(n/60, "minute", "minutes")
	}
}

// hasty reports whether somebody's pace deserves a look.
func hasty(p review.Pace) bool { return p.Streak >= 25 || p.Decided >= 10 && p.QuickShare() >= 50 }

func unclaimed(p review.Person) string {
	if p.ID == "" {
		return "nobody yet"
	}
	return p.Name
}

// shows are the parts of a review that can be shown, with their words.
type shows struct {
	Show review.Show
	Word string
}

func mineShows() []shows {
	return []shows{{review.ShowUndecided, "To decide"}, {review.ShowRevoke, "To be revoked"}, {review.ShowKeep, "Kept"}, {review.ShowSkip, "Skipped"}, {review.ShowCarried, "Of them carried forward"}, {ShowWhole, "All"}}
}

func allShows() []shows {
	return append(mineShows(), shows{review.ShowNobody, "Nobody decides"}, shows{review.ShowLeft, "Not carried out"})
}

// tally is how many items a part has.
func tally(c review.Count, s review.Show) int {
	return map[review.Show]int{
		review.ShowUndecided: c.Undecided(), review.ShowRevoke: c.Revoke, review.ShowKeep: c.Keep, review.ShowSkip: c.Skip, review.ShowCarried: c.Carried,
		review.ShowNobody: c.Nobody, review.ShowLeft: c.Left, ShowWhole: c.All,
	}[s]
}

// itemName is an item in a few words, for who hears the page.
func itemName(i review.Item) string { return i.Evidence.Role.Label + " of " + i.Evidence.Person.Name }

// lateWords say of an item before it is decided what a revoke of it would come to, where
// that is not simply that the role goes.
func lateWords(i ReviewItem) string {
	switch {
	case i.Never != "":
		return "Cannot be revoked: " + i.Never
	case !i.Evidence.Role.Direct():
		return "Cannot be taken from the person here: it is held through the group " + i.Evidence.Role.Through + ". Change the group in Okta’s own console."
	case i.Evidence.Two:
		return "To revoke it takes two people: somebody other than whoever decides it has to close the review."
	}
	return ""
}

// ShowWhole asks for all of it where a page shows a part unless it is asked.
const ShowWhole review.Show = "all"

// VerdictWords are those of VerdictLook and of who decided, for the script.
func VerdictWords(c Clock, i review.Item) (word, words string) {
	return VerdictLook(i).Word, verdictWords(c, i)
}

func noteOf(i ReviewItem) string {
	if i.Typed != "" {
		return i.Typed
	}
	return i.Note
}

// reasonLabel says of the field of a reason for which decisions it is needed.
func reasonLabel(p review.Plan) string {
	if len(p.Reasons) == 0 {
		return "Reason (as you like)"
	}
	var words []string
	for _, v := range p.Reasons {
		words = append(words, string(v))
	}
	return "Reason (needed to " + strings.Join(words, ", ") + ")"
}

func boolWord(b bool) string { return strconv.FormatBool(b) }

// carriedWords say how much of it is carried forward, behind how much it is.
func carriedWords(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them carried forward", n)
}

func closeWords(f review.Forecast) string {
	if len(f.Take) == 0 {
		return "Close the review"
	}
	return "Close it and take " + plural(len(f.Take), "role", "roles") + " away"
}

// endedWords say how far the revokes are.
func endedWords(c review.Count) string {
	return fmt.Sprintf("%d of %s ended.", c.Done+c.Left, plural(c.Revoke, "revoke has", "revokes have"))
}

func takenWords(c review.Count) string {
	if c.Done == 0 {
		return "No role was taken away."
	}
	return plural(c.Done, "role was", "roles were") + " taken away."
}

func closeClass(f review.Forecast) string {
	if len(f.Take) == 0 {
		return "btn-main"
	}
	return "btn-bad"
}

// planID is the id of a field of a new review; names of custom roles may hold anything.
func planID(name string) string {
	if role, is := strings.CutPrefix(name, "owner."); is {
		sum := sha256.Sum256([]byte(role))
		name = "owner-" + hex.EncodeToString(sum[:4])
	}
	return "plan-" + name
}
