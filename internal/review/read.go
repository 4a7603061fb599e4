package review

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

const counts = `count(*), coalesce(sum(case when verdict = 'keep' then 1 else 0 end), 0), coalesce(sum(case when verdict = 'revoke' then 1 else 0 end), 0),
	coalesce(sum(case when verdict = 'skip' then 1 else 0 end), 0), coalesce(sum(case when carried <> '' then 1 else 0 end), 0),
	coalesce(sum(case when reviewer = '' then 1 else 0 end), 0), coalesce(sum(case when outcome in ('done', 'gone') then 1 else 0 end), 0),
	coalesce(sum(case when outcome in ('drift', 'left', 'refused', 'unsure', 'given_up') then 1 else 0 end), 0)`

// counted is a Count of something that has a name.
type counted struct {
	of, name string
	Count
}

func scanCount(rows *sql.Rows) (c counted, err error) {
	return c, rows.Scan(&c.of, &c.name, &c.All, &c.Keep, &c.Revoke, &c.Skip, &c.Carried, &c.Nobody, &c.Done, &c.Left)
}

// listed are the reviews of a list: whatever is under way, and a hundred that are over.
const listed = `(state in ('open', 'closing') or id in (select id from review where state in ('closed', 'stopped') order by started_at desc, id limit 100))`

// List is what is under way, then a hundred reviews that are over, the newest first.
func (r *Reviews) List(ctx context.Context, who desk.Actor) ([]Review, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return nil, err
	}
	list, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where `+listed+` order by case state when 'open' then 0 when 'closing' then 1 else 2 end, started_at desc, id`)
	if err != nil {
		return nil, unreadable(seen, err)
	}
	each, err := all(ctx, r.db.R, scanCount, `select review, '', `+counts+` from review_item where review in (select id from review where `+listed+`) group by review`)
	by := map[string]Count{}
	for _, c := range each {
		by[c.of] = c.Count
	}
	for i := range list {
		list[i].Count = by[list[i].ID]
	}
	return list, unreadable(seen, err)
}

// Get is one review with how far it is.
func (r *Reviews) Get(ctx context.Context, who desk.Actor, id string) (Review, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return Review{}, err
	}
	v, err := r.get(ctx, r.db.R, seen, id)
	if err == nil {
		r.shown(ctx, who, v)
	}
	return v, unreadable(seen, err)
}

// Progress is Get for a page that asks again and again: the look has its row already.
func (r *Reviews) Progress(ctx context.Context, who desk.Actor, id string) (Review, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return Review{}, err
	}
	v, err := r.get(ctx, r.db.R, seen, id)
	return v, unreadable(seen, err)
}

// get is a review with its count.
func (r *Reviews) get(ctx context.Context, on store.Querier, does desk.Action, id string) (Review, error) {
	v, err := reviewRow(ctx, on, does, id)
	if err == nil && v.State == Filling {
		err = gone(does)
	}
	if err != nil {
		return v, err
	}
	c, err := all(ctx, on, scanCount, `select review, '', `+counts+` from review_item where review = $1 group by review`, id)
	if len(c) > 0 {
		v.Count = c[0].Count
	}
	if err == nil {
		v.Again, err = repeats(ctx, on, id)
	}
	return v, err
}

// Show narrows a list of items.
type Show string

// What can be shown of a review.
const (
	ShowAll       Show = ""
	ShowUndecided Show = "undecided"
	ShowKeep      Show = "keep"
	ShowRevoke    Show = "revoke"
	ShowSkip      Show = "skip"
	ShowCarried   Show = "carried"
	ShowNobody    Show = "nobody" // handed to nobody
	ShowLeft      Show = "left"   // revokes that did not end as wanted
)

// Query asks for items of a review.
type Query struct {
	Review   string
	Reviewer string // only of this person, by id
	Show     Show
	Text     string // in the person's name or login, or the role
	After    int    // only items with a higher number
	Limit    int    // 0: all of them
}

func (q Query) where() (string, []any) {
	conds, args := []string{"review = $1", "n > $2"}, []any{q.Review, min(q.After, math.MaxInt32)}
	add := func(cond string, v any) {
		args = append(args, v)
		conds = append(conds, strings.ReplaceAll(cond, "$", fmt.Sprintf("$%d", len(args))))
	}
	if q.Reviewer != "" {
		add("reviewer = $", q.Reviewer)
	}
	switch q.Show {
	case ShowUndecided:
		add("verdict = $", "")
	case ShowKeep, ShowRevoke, ShowSkip:
		add("verdict = $", string(q.Show))
	case ShowCarried:
		add("carried <> $", "")
	case ShowNobody:
		add("reviewer = $", "")
	case ShowLeft:
		conds = append(conds, "outcome in ('drift', 'left', 'refused', 'unsure', 'given_up')")
	}
	return strings.Join(conds, " and "), args
}

// Items are items of a review in their order.
func (r *Reviews) Items(ctx context.Context, who desk.Actor, q Query) ([]Item, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return nil, err
	}
	where, args := q.where()
	limit := ""
	if q.Limit > 0 && q.Text == "" {
		args = append(args, q.Limit)
		limit = fmt.Sprintf(" limit $%d", len(args))
	}
	//nolint:gosec // where holds constants and placeholders alone
	items, err := all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where `+where+` order by n`+limit, args...)
	if err != nil {
		return nil, unreadable(seen, err)
	}
	if q.Text == "" {
		return items, nil
	}
	var out []Item
	for _, i := range items {
		if i.mentions(strings.ToLower(q.Text)) && (q.Limit == 0 || len(out) < q.Limit) {
			out = append(out, i)
		}
	}
	return out, nil
}

func (i Item) mentions(text string) bool {
	e := i.Evidence
	return strings.Contains(strings.ToLower(strings.Join([]string{e.Person.Name, e.Person.Login, e.Person.Department, e.Role.Label, e.Role.Through, e.Words}, "\n")), text)
}

// Item is one item of a review, with the review.
func (r *Reviews) Item(ctx context.Context, who desk.Actor, id string, n int) (Review, Item, error) {
	if err := r.may(ctx, who, seen, r.desk.MayReview(who)); err != nil {
		return Review{}, Item{}, err
	}
	v, i, err := r.both(ctx, r.db.R, seen, id, n)
	return v, i, unreadable(seen, err)
}

// Task is what waits for somebody in one review.
type Task struct {
	Review Review
	Left   int
}

// Tasks are the open reviews in which somebody has something to decide, the soonest
// due first. Who may not review has none.
func (r *Reviews) Tasks(ctx context.Context, who desk.Actor) ([]Task, error) {
	if !r.desk.MayReview(who).Allowed {
		return nil, nil
	}
	open, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where state = 'open' order by due_at, id`)
	if err != nil || len(open) == 0 {
		return nil, unreadable(seen, err)
	}
	left, err := all(ctx, r.db.R, scanCount, `select review, '', `+counts+` from review_item where reviewer = $1 and verdict = '' group by review`, who.OktaID.String())
	by := map[string]int{}
	for _, c := range left {
		by[c.of] = c.All
	}
	var out []Task
	for _, v := range open {
		if by[v.ID] > 0 {
			out = append(out, Task{v, by[v.ID]})
		}
	}
	return out, unreadable(seen, err)
}

// Pace is how somebody decides in a review.
type Pace struct {
	Reviewer Person // zero: what is handed to nobody
	Count    Count
	Decided  int           // decisions, those that were changed among them
	Median   time.Duration // between two decisions, pauses left out; 0: not known
	Streak   int           // the longest run of keeps without opening the evidence
	Quick    int           // decisions within two seconds of the one before
}

// QuickShare is the part of the decisions that came within two seconds, in per cent.
func (p Pace) QuickShare() int {
	if p.Decided == 0 {
		return 0
	}
	return p.Quick * 100 / p.Decided
}
