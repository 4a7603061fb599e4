package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/store"
)

const (
	// giveUp is how long a revoke is tried that Okta does not take, or of which nobody
	// can tell whether it happened.
	giveUp = time.Hour
	// mapLags is how long the end of a review waits for the map to read those again
	// whose roles were taken.
	mapLags = 2 * time.Minute
	idle    = 5 * time.Second
)

// CarryOut goes on with every review that was closed, as far as it gets now, and
// returns when there is more to do; 0: there is nothing. Of several processes one works
// on a review at a time; it may be cut off anywhere, and goes on from there.
func (r *Reviews) CarryOut(ctx context.Context) (time.Duration, error) {
	due, err := all(ctx, r.db.R, scanReview, `select `+reviewColumns+` from review where state = 'closing' or state = 'closed' and manifest = '' and unsealed = '' order by closed_at, id`)
	if err != nil {
		return idle, err
	}
	var next time.Duration
	for _, v := range due {
		wait, verr := r.carryOut(ctx, v)
		if verr != nil {
			err, wait = errors.Join(err, fmt.Errorf("review %s: %w", v.ID, verr)), idle
		}
		if wait > 0 && (next == 0 || wait < next) {
			next = wait
		}
	}
	return next, err
}

func (r *Reviews) carryOut(ctx context.Context, v Review) (time.Duration, error) {
	if !r.busy.TryLock() { // where there is one process, its lease holds nobody off
		return idle, nil
	}
	defer r.busy.Unlock()
	lease, ok, err := r.db.TryLease(ctx, "review "+v.ID)
	if !ok || err != nil {
		return idle, err
	}
	defer lease.End()
	if v, err = r.get(ctx, r.db.R, closed, v.ID); err != nil { // another process may have been quicker
		return idle, err
	}
	if v.State == Closing {
		if wait, err := r.revokes(ctx, v, lease); wait > 0 || err != nil {
			return wait, err
		}
		if wait, err := r.end(ctx, v, lease); wait > 0 || err != nil {
			return wait, err
		}
	}
	err = r.seal(ctx, v.ID, lease)
	if errors.Is(err, errOnceMore) {
		return time.Millisecond, nil
	}
	return 0, err
}

// revokesAtOnce is how many revokes of one review are tried before what else there is to
// do gets its turn.
const revokesAtOnce = 50

// revokes carries out what is due, and returns how long the next one has to wait; 0:
// each has its end.
func (r *Reviews) revokes(ctx context.Context, v Review, lease *store.Lease) (next time.Duration, err error) {
	items, err := r.itemsOf(ctx, v.ID)
	if err != nil {
		return 0, err
	}
	soonest := func(wait time.Duration) {
		if wait > 0 && (next == 0 || wait < next) {
			next = wait
		}
	}
	var due []Item
	for _, i := range items {
		if i.Verdict != Revoke || i.Outcome.End != "" {
			continue
		}
		if wait := i.NotBefore.Sub(r.now()); wait > 0 {
			soonest(wait)
		} else {
			due = append(due, i)
		}
	}
	if len(due) == 0 {
		return next, nil
	}
	said, err := r.said(ctx, v, items)
	for n, i := range due {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return 0, err
		}
		if n == revokesAtOnce {
			return time.Millisecond, nil
		}
		var wait time.Duration
		wait, err = r.one(ctx, v, i, said[i.N] == i.Seq, lease)
		soonest(wait)
	}
	return next, err
}

// said is the row of the last decision on each item, as the record has it: who has the
// database alone can bring back rows of items that the console wrote earlier. It is
// empty where the review is not being closed as somebody closed it: by them, at that
// moment, with these decisions, and not once more after it had ended.
func (r *Reviews) said(ctx context.Context, v Review, items []Item) (map[int]int64, error) {
	last := map[desk.Action]map[int]int64{}
	for _, a := range []desk.Action{closed, ended, decided, undone} {
		acts, err := r.events(ctx, v, a)
		if err != nil {
			return nil, err
		}
		last[a] = map[int]int64{}
		for _, act := range acts {
			n, _ := strconv.Atoi(word(act.Params, "item")) // a row that names none is about the review
			if last[a][n] == 0 {
				last[a][n] = act.Seq
			}
		}
	}
	if !r.meant(v, items) || last[closed][0] <= last[ended][0] {
		return nil, nil
	}
	for n, seq := range last[undone] {
		if seq > last[decided][n] {
			delete(last[decided], n)
		}
	}
	return last[decided], nil
}

// one carries out one revoke, and keeps how it ended or when it is tried again.
func (r *Reviews) one(ctx context.Context, v Review, i Item, sound bool, lease *store.Lease) (time.Duration, error) {
	first := i.Outcome.At
	if first.IsZero() {
		first = r.moment()
	}
	o, res, err := r.revoke(ctx, v, i, sound)
	if err == nil && res.After > 0 && r.now().Sub(first) > giveUp {
		res.Why, res.After = res.Why+" It was tried for an hour, and is not tried any more.", 0
		if res.End == desk.EndAgain {
			res, err = r.desk.GiveUp(ctx, o, res.Why)
		}
	}
	if err != nil {
		return 0, err
	}
	i.Outcome, i.NotBefore = Outcome{res.End, res.Why, res.Ask, res.Seq, r.moment()}, time.Time{}
	if res.After > 0 {
		i.Outcome = Outcome{Why: res.Why + " It is tried again.", At: first}
		i.NotBefore = r.moment().Add(res.After)
		if res.End == desk.EndAgain && res.Seq > 0 { // that one was sent
			i.Attempt++
		}
	}
	err = r.guarded(ctx, lease, func(ctx context.Context, tx *sql.Tx) error { return putItem(ctx, tx, i) })
	return res.After, err
}

// revoke has the desk do it; sound says that it is what was decided last and closed.
func (r *Reviews) revoke(ctx context.Context, v Review, i Item, sound bool) (desk.Order, desk.Revoked, error) {
	o, wrong := order(v, i)
	if !sound || i.Seq == 0 || wrong != nil || !r.ours(i) {
		res, err := r.unsound(ctx, v, i)
		return o, res, err
	}
	res, err := r.desk.Revoke(okta.Background(ctx), o)
	return o, res, err
}

// unsound is the end of a revoke that nobody can hold against the record.
func (r *Reviews) unsound(ctx context.Context, v Review, i Item) (desk.Revoked, error) {
	row := about(r.row(self(), closed, v.Plan.Name, words{Review: v.ID, Item: i.N}), i)
	res := desk.Revoked{End: desk.EndRefused, Why: notOurs + " Nothing was sent.", Ask: askKeepers}
	row.Detail = "review.changed"
	begins, err := r.record.Begins(ctx)
	if err != nil {
		return desk.Revoked{}, err
	}
	if begins.After(i.At) && r.ours(i) {
		res.Why, res.Ask = "The row in which this was decided was cut off from the record for its age, so nobody can tell whether it was the last word. Nothing was sent.", "Decide it anew, in another review."
		row.Detail = "review.cut"
	} else {
		r.log.ErrorContext(ctx, "an item of a review is not as this console wrote it; somebody else writes in the database, or replicas have different keys", "review", v.ID, "item", i.N)
	}
	res.Seq, err = r.record.Add(ctx, row)
	return res, err
}

// order is what a revoke has the desk do, on whose word.
func order(v Review, i Item) (desk.Order, error) {
	word := v.word()
	closer, err1 := actor(word.who)
	decider, err2 := actor(i.decider)
	person, err3 := okta.ParseUserID(i.Evidence.Person.ID)
	role, err4 := okta.ParseRoleID(i.Evidence.Role.ID)
	e := i.Evidence
	return desk.Order{
		Review: v.ID, Name: v.Plan.Name, Item: i.N, Attempt: i.Attempt + 1, Person: person, Login: e.Person.Login,
		Role: e.role(role), Through: e.Role.Through, Limits: e.limits(), Known: e.known(), Note: i.Note, Ticket: v.Ticket,
		Decided: desk.Said{Who: decider, At: i.At}, Closed: desk.Said{Who: closer, At: word.At},
	}, errors.Join(err1, err2, err3, err4)
}

// role is the role as the desk knows one.
func (e Evidence) role(id okta.RoleID) okta.Role {
	return okta.Role{
		ID: id, Type: okta.RoleType(e.Role.Type), Label: e.Role.Label, AssignmentType: e.Role.How, AssigneeID: e.Role.Assignee, Created: moment(e.Since),
		Role: e.Role.Definition, ResourceSet: e.Role.ResourceSet,
	}
}

// known reports whether what the role is limited to could be read.
func (e Evidence) known() bool { return e.Reach == Everything || e.Reach == Limited }

// end writes what the map shows afterwards, tells it what was reviewed, and closes the
// review. It waits a while for the map to have read everybody again. A review that is
// not as the console wrote it ends without that.
func (r *Reviews) end(ctx context.Context, v Review, lease *store.Lease) (time.Duration, error) {
	items, err := r.itemsOf(ctx, v.ID)
	if err != nil {
		return 0, err
	}
	if what := r.tampered(v, items); what != "" {
		return 0, r.unseal(ctx, v, lease, noSealChanged, what)
	}
	after, stale, err := r.after(ctx, v, items)
	if err != nil {
		return 0, err
	}
	if stale && r.now().Sub(lastEnd(v, items)) < mapLags {
		return time.Second, nil
	}
	if v.Ended.IsZero() { // to carry out once more is not to look once more
		if err := r.proven(ctx, looked(v, items)); err != nil {
			return 0, err
		}
	}
	err = r.guarded(ctx, lease, func(ctx context.Context, tx *sql.Tx) error { return remember(ctx, tx, v.ID, after, items) })
	if err != nil {
		return 0, err
	}
	sum, err := digestOf(after)
	if err != nil {
		return 0, err
	}
	row := r.row(self(), ended, v.Plan.Name, words{Review: v.ID, Items: len(items), Revokes: v.Count.Revoke, Ends: endWords(endsOf(items)), SHA256: sum})
	row.Reason = "closed by " + v.Closer.Name
	_, err = r.record.Along(ctx, row, func(ctx context.Context, tx *sql.Tx, _ int64) error {
		if err := lease.Keep(ctx, tx); err != nil {
			return err
		}
		v.Ended = r.moment()
		res, err := tx.ExecContext(ctx, `update review set state = 'closed', ended_at = $1, end_mac = $2 where id = $3 and state = 'closing'`, store.Milli(v.Ended), r.endMacOf(v, items, sum), v.ID)
		return store.MetOne(res, err, over(ended))
	})
	return 0, err
}

// lastEnd is when the last revoke ended, or when it was last begun to carry them out:
// the map needs a while from then on to have read again whose roles were taken.
func lastEnd(v Review, items []Item) time.Time {
	last := v.word().At
	for _, i := range items {
		if i.Outcome.At.After(last) {
			last = i.Outcome.At
		}
	}
	return last
}

func endsOf(items []Item) map[desk.Ending]int {
	ends := map[desk.Ending]int{}
	for _, i := range items {
		ends[i.Outcome.End]++
	}
	return ends
}

func endWords(ends map[desk.Ending]int) (out []string) {
	for _, e := range []desk.Ending{desk.EndDone, desk.EndGone, desk.EndDrift, desk.EndLeft, desk.EndRefused, desk.EndUnsure, desk.EndGivenUp} {
		if ends[e] > 0 {
			out = append(out, fmt.Sprintf("%s:%d", e, ends[e]))
		}
	}
	return out
}

// after is what the map holds now of the people of a review, wherever they work now, of
// the role that it was about; stale says that somebody of them is about to be read again.
func (r *Reviews) after(ctx context.Context, v Review, items []Item) (out []Evidence, stale bool, err error) {
	held, err := r.held(ctx)
	if err != nil {
		return nil, false, err
	}
	people := map[string]bool{}
	for _, i := range items {
		people[i.Evidence.Person.ID] = true
	}
	scope := Scope{Role: v.Plan.Scope.Role}
	for _, a := range held {
		e := evidenceOf(a)
		if people[e.Person.ID] && scope.fits(e, true) {
			out = append(out, e)
			stale = stale || a.Person.Stale
		}
	}
	slices.SortFunc(out, byPerson)
	return out, stale, nil
}
