package review

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/rolemap"
	"keydesk/internal/store"
)

// freeze is what the map holds now of a plan's scope, as items: with what was decided
// of it the last time, with who is to decide, and carried forward where that may be.
func (r *Reviews) freeze(ctx context.Context, who desk.Actor, p Plan) ([]Item, error) {
	held, err := r.held(ctx)
	if err != nil {
		return nil, err
	}
	before, err := r.lastDecisions(ctx)
	if err != nil {
		return nil, err
	}
	two := map[okta.UserID]bool{}
	for _, a := range held {
		two[a.Person.ID] = two[a.Person.ID] || desk.TakesTwo(a.Type)
	}
	var items []Item
	for _, a := range held {
		i := Item{Key: a.Key(), Evidence: evidenceOf(a), Version: 1}
		i.Evidence.Two = two[a.Person.ID]
		was, known := before[i.Key]
		if known {
			i.recall(was)
		}
		if !p.Scope.fits(i.Evidence, known) {
			continue
		}
		if known && p.Carry > 0 {
			i.carry(was, p, r.now().Add(-p.Carry).UnixMilli())
		}
		items = append(items, i)
	}
	slices.SortFunc(items, func(a, b Item) int { return byPerson(a.Evidence, b.Evidence) })
	share(items, p.Reviewers, me(who))
	return items, nil
}

// fits reports whether an assignment is in the scope; known says that it was reviewed
// before. What was last decided to be anything but kept, and is still held, counts as
// changed: it did not become what was decided.
func (s Scope) fits(e Evidence, known bool) bool {
	if s.Role != "" && e.Role.Named() != s.Role || s.Department != "" && e.Person.Department != s.Department {
		return false
	}
	changed, risky := !known || len(e.Changed) > 0 || e.Last != nil && e.Last.Verdict != string(Keep), len(e.Marks) > 0
	return !s.Changed && !s.Risky || s.Changed && changed || s.Risky && risky
}

// lastWord is the last decision on an assignment in a review that ended, with that
// review's name.
type lastWord struct {
	Item
	review string
}

// lastDecisions are the last decisions on every assignment, by key. The review they
// stand in may be under way again, where what was left is carried out once more.
func (r *Reviews) lastDecisions(ctx context.Context) (map[string]lastWord, error) {
	found, err := all(ctx, r.db.R, func(rows *sql.Rows) (w lastWord, err error) {
		w.Item, err = scanItemAnd(rows, &w.review)
		return w, err
	}, `select `+itemColumns+`, of_name from (select l.review as of_review, l.n as of_n, v.name as of_name from review_last l join review v on v.id = l.review) as l
		join review_item on review = of_review and n = of_n`)
	out := map[string]lastWord{}
	for _, w := range found {
		if r.ours(w.Item) {
			out[w.Key] = w
		}
	}
	return out, err
}

// recall puts beside an assignment what was decided of it, and what changed since.
func (i *Item) recall(was lastWord) {
	i.Evidence.Last = &Last{was.Review, was.review, string(was.Verdict), was.By.Name, stamp(was.At)}
	i.Evidence.Changed = i.Evidence.since(was.Evidence)
}

// carry takes the last decision over, where it was to keep, nothing has changed since,
// and it was decided after a moment: carried on it stays as old as it is.
func (i *Item) carry(was lastWord, p Plan, after int64) {
	if was.Verdict != Keep || len(i.Evidence.Changed) > 0 || store.Milli(was.At) < after || i.Evidence.asksAlways() || p.NeedsReason(Keep) && was.Note == "" {
		return
	}
	i.Verdict, i.Note, i.decider, i.By, i.At, i.Seq = Keep, was.Note, was.decider, was.By, was.At, was.Seq
	i.Carried = cmp.Or(was.Carried, was.review)
	i.Evidence.Carried = &Carried{i.Carried, i.Note, i.By, stamp(i.At), i.Seq}
}

// asksAlways reports whether somebody has to look each time: where nobody here can see
// how far the role goes, so that it may have changed, and where the account should not
// hold a role at all or nothing but a password guards it.
func (e Evidence) asksAlways() bool {
	seen := e.Problem == "" && (e.Reach == Everything || e.Reach == Limited)
	return !seen || slices.ContainsFunc(e.Marks, func(m Mark) bool { return m.Name == string(rolemap.Gone) || m.Name == string(rolemap.NoFactor) })
}

// share says who decides on each item: who answers for the role, else the manager,
// else those who are named, divided by person, else the fallback, who is the owner
// where none is named. Nobody is asked about themselves.
func share(items []Item, rule Rule, owner Person) {
	turn := map[string]int{}
	for n := range items {
		i := &items[n]
		i.N = n + 1
		about := i.Evidence.Person.ID
		if _, ok := turn[about]; !ok {
			turn[about] = len(turn)
		}
		named, answers := rule.Roles[i.Evidence.Role.Named()]
		switch {
		case answers:
		case rule.Manager != "" && i.Verdict == "": // what is carried forward needs nobody's decision
			i.Asking = true
			continue
		case len(rule.Named) > 0:
			named = rule.Named[turn[about]%len(rule.Named)]
		}
		i.give(named, rule, owner, "")
	}
}

// give hands an item to who the rule names, or to the next who may.
func (i *Item) give(named Person, rule Rule, owner Person, why string) {
	about := i.Evidence.Person.ID
	i.Asking, i.Fallback = false, why
	if named.ID == about && about != "" {
		i.Fallback = "Nobody decides on their own roles."
	}
	others := append([]Person{named, rule.Fallback}, rule.Named...)
	for _, p := range append(others, owner) {
		if p.ID != "" && p.ID != about {
			i.Reviewer = p
			return
		}
	}
	i.Reviewer, i.Fallback = Person{}, "Nobody decides on their own roles, and nobody else is named. Hand it to somebody."
}
