package review

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

const (
	pause = 5 * time.Minute // longer than this is no time that somebody took for a decision
	quick = 2 * time.Second // less than this is no look at anything
)

// stepped is one decision.
type stepped struct {
	by      string
	verdict Verdict
	looked  bool
	at      time.Time
}

// Pace is how every reviewer of a review decides, for whoever runs reviews.
func (r *Reviews) Pace(ctx context.Context, who desk.Actor, id string) ([]Pace, error) {
	if err := r.may(ctx, who, seen, r.desk.MayRunReviews(who)); err != nil {
		return nil, err
	}
	out, err := r.pace(ctx, id)
	return out, unreadable(seen, err)
}

func (r *Reviews) pace(ctx context.Context, id string) ([]Pace, error) {
	each, err := all(ctx, r.db.R, scanCount, `select reviewer, max(reviewer_name), `+counts+` from review_item where review = $1 group by reviewer order by 2, 1`, id)
	if err != nil {
		return nil, err
	}
	steps, err := all(ctx, r.db.R, func(rows *sql.Rows) (s stepped, err error) {
		var looked int
		var ms int64
		err = rows.Scan(&s.by, &s.verdict, &looked, &ms)
		s.looked, s.at = looked > 0, store.Moment(ms)
		return s, err
	}, `select by_id, verdict, looked, at from review_step where review = $1 order by seq`, id)
	by := map[string][]stepped{}
	for _, s := range steps {
		by[s.by] = append(by[s.by], s)
	}
	out := make([]Pace, len(each))
	for i, c := range each {
		out[i] = paceOf(by[c.of])
		out[i].Reviewer, out[i].Count = Person{ID: c.of, Name: c.name}, c.Count
	}
	return out, err
}

// paceOf measures the decisions of one person, in their order.
func paceOf(steps []stepped) (p Pace) {
	var took []time.Duration
	streak := 0
	var before time.Time
	for _, s := range steps {
		if s.verdict == "" { // taking something back is no decision
			before = s.at
			continue
		}
		p.Decided++
		if gap := s.at.Sub(before); !before.IsZero() && gap <= pause {
			took = append(took, gap)
			p.Quick += flag(gap < quick)
		}
		before = s.at
		if s.verdict == Keep && !s.looked {
			streak++
		} else {
			streak = 0
		}
		p.Streak = max(p.Streak, streak)
	}
	if slices.Sort(took); len(took) > 0 {
		p.Median = (took[(len(took)-1)/2] + took[len(took)/2]) / 2
	}
	return p
}
