package review

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// sumOf is a sum over what is decided of every item, those too of which nothing is: which
// verdict, and in which row of the record. That an item is handed on changes nothing of
// it. The items have to be in their order, and all of them.
func sumOf(items []Item) string {
	h := sha256.New()
	for _, i := range items {
		_, _ = fmt.Fprintf(h, "%d %s %d\n", i.N, i.Verdict, i.Seq) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// stand is what is decided in a review, without the evidence: each item's number, whom
// it is about, the verdict and its row.
func stand(ctx context.Context, on store.Querier, id string) ([]Item, error) {
	return all(ctx, on, func(rows *sql.Rows) (i Item, err error) {
		return i, rows.Scan(&i.N, &i.Evidence.Person.ID, &i.Verdict, &i.Seq)
	}, `select n, person_id, verdict, seq from review_item where review = $1 order by n`, id)
}

// shownOf is what a page says that it shows, for the close that is pressed on it: the
// decisions, and the last row of the record that changed one.
func (r *Reviews) shownOf(ctx context.Context, on store.Querier, id string, items []Item) (string, error) {
	last, err := all(ctx, on, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) }, `select coalesce(max(seq), 0) from review_step where review = $1`, id)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(last[0], 10) + "-" + sumOf(items), nil
}

// asShown refuses to close what is not what the page showed, and says what changed since:
// a close is somebody's word on what they read, and the second person's where it takes
// two.
func (r *Reviews) asShown(ctx context.Context, on store.Querier, v Review, items []Item, shown string) error {
	at, is, _ := strings.Cut(shown, "-")
	if is == sumOf(items) && countOf(items).Undecided() == v.Count.Undecided() { // else the row would have other numbers
		return nil
	}
	since, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return fault(desk.Conflict, closed, "What would be closed is not what the page showed. Nothing was closed. Look again, then close.")
	}
	changed, err := all(ctx, on, scanItem, `select `+itemColumns+` from review_item i where review = $1 and exists (select 1 from review_step s where s.review = i.review and s.n = i.n and s.seq > $2) order by n`, v.ID, since)
	if err != nil {
		return err
	}
	return fault(desk.Conflict, closed, "Decisions changed after this page was shown"+changes(changed)+". Nothing was closed. Look again, then close.")
}

// maxChanges is how many changes a sentence names.
const maxChanges = 5

func changes(items []Item) string {
	slices.SortStableFunc(items, func(a, b Item) int { return flag(b.Verdict == Revoke) - flag(a.Verdict == Revoke) })
	var out []string
	for _, i := range items {
		what := "the decision on " + i.Evidence.Person.Name + ", " + i.Evidence.Role.Label + ", was taken back"
		if i.Verdict != "" {
			what = fmt.Sprintf("%s decided to %s %s of %s", i.By.Name, i.Verdict, i.Evidence.Role.Label, i.Evidence.Person.Name)
		}
		if out = append(out, what); len(out) == maxChanges && len(items) > maxChanges+1 {
			out = append(out, fmt.Sprintf("and %d more", len(items)-maxChanges))
			break
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, "; ")
}
