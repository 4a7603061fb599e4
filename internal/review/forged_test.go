package review_test

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// everyKind is a closed review with some of everything that one can hold: a revoke that
// will be done, one that will be left, a keep, one that is carried forward, an item that
// is skipped and one that nobody decided on.
func everyKind(t testing.TB) (*kit, review.Review) {
	t.Helper()
	k := newKit(t)
	k.only(k.Org.AdminWith("REPORT_ADMIN"), k.Org.AdminWith("READ_ONLY_ADMIN"), k.Org.AdminWith("SUPER_ADMIN"), k.Org.LimitedAdmin("HELP_DESK_ADMIN"), k.Org.GroupAdmin("APP_ADMIN"), k.Org.GroupAdmin("USER_ADMIN"))
	owner := k.staff("owner")
	decide := func(v review.Review, by map[string]review.Verdict) {
		for _, i := range k.items(v, review.Query{}) {
			if verdict := by[i.Evidence.Role.Type]; verdict != "" && i.Carried == "" {
				k.decide(i, verdict)
			}
		}
	}
	summer := k.startPlan(review.Plan{Name: "Summer review", Due: k.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	decide(summer, map[string]review.Verdict{"HELP_DESK_ADMIN": review.Keep})
	k.carry(summer, owner)
	k.Advance(24 * time.Hour)
	v := k.startPlan(review.Plan{Name: "Autumn review", Due: k.Now().Add(7 * 24 * time.Hour), Carry: 60 * 24 * time.Hour, Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	decide(v, map[string]review.Verdict{"REPORT_ADMIN": review.Revoke, "SUPER_ADMIN": review.Revoke, "READ_ONLY_ADMIN": review.Keep, "APP_ADMIN": review.Skip})
	k.Advance(time.Minute)
	v, err := k.Close(t.Context(), k.staff("owner"), v.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	return k, v
}

// exec changes the database as somebody does who can write it.
func (k *kit) exec(sql ...string) {
	k.t.Helper()
	for _, s := range sql {
		if _, err := k.Store.W.ExecContext(k.t.Context(), s); err != nil {
			k.t.Fatal(s, err)
		}
	}
}

// cutBeforeTheSeal carries a review out, and leaves it as if the console had been cut
// off just before it sealed it.
func (k *kit) cutBeforeTheSeal(v review.Review) {
	k.t.Helper()
	k.toTheEnd()
	k.exec(`delete from record where action = 'review.sealed' and seq = (select max(seq) from record)`, `update review set manifest = '' where id = '`+v.ID+`'`,
		`delete from review_snapshot where which <> 'after' and review = '`+v.ID+`'`)
}

// forgeries are what somebody makes of a closed review in the database; $ stands for it.
func forgeries() map[string][]string {
	const item = `update review_item set `
	return map[string][]string{
		"handed to another":              {`update review_item set reviewer_name = 'The Auditor' where review = $`},
		"left, shown as done":            {item + `outcome = 'done' where review = $ and outcome = 'left'`},
		"left, shown as done, no row":    {item + `outcome = 'done', why = 'Okta removed the role.', ask = '', outcome_seq = 0 where review = $ and outcome = 'left'`},
		"done, shown as drift":           {item + `outcome = 'drift' where review = $ and outcome = 'done'`},
		"another row of the outcome":     {item + `outcome_seq = seq where review = $ and outcome = 'done'`},
		"another's row of the outcome":   {item + `outcome_seq = (select max(outcome_seq) from review_item o where o.review = review_item.review and o.outcome = 'left') where review = $ and outcome = 'done'`},
		"another moment of the outcome":  {item + `outcome_at = outcome_at - 86400000 where review = $ and outcome = 'done'`},
		"another reason for the outcome": {item + `why = 'Okta removed the role.', ask = '' where review = $ and outcome = 'left'`},
		"a revoke without an end":        {item + `outcome = '', why = '', ask = '', outcome_seq = 0, outcome_at = 0 where review = $ and outcome = 'left'`},
		"a keep with an end":             {item + `outcome = 'done' where review = $ and verdict = 'keep'`},
		"another decision":               {item + `verdict = 'skip' where review = $ and verdict = 'keep'`},
		"no decision":                    {item + `verdict = '' where review = $ and verdict = 'keep'`},
		"decided by nobody":              {item + `verdict = 'keep' where review = $ and verdict = ''`},
		"another reason":                 {item + `note = 'never mind' where review = $ and verdict = 'keep'`},
		"another's name":                 {item + `decider_name = 'Grace Somebody' where review = $ and verdict = 'revoke'`},
		"another's id":                   {item + `decider_id = '00uSomebodyElse00000' where review = $ and verdict = 'keep'`},
		"decided at another time":        {item + `decided_at = decided_at - 86400000 where review = $ and verdict = 'keep'`},
		"kept that nobody decided": {item + `verdict = 'keep', carried = 'Summer review', decider_name = 'The Auditors', decider_id = 'x', decided_at = 1700000000000, note = 'needed'
			where review = $ and verdict = ''`},
		"carried forward from elsewhere": {item + `carried = 'Spring review' where review = $ and carried <> ''`},
		"carried forward no longer":      {item + `verdict = '', note = '', decider = '', decider_id = '', decider_name = '', decided_at = 0, seq = 0, carried = '', word_mac = '' where review = $ and carried <> ''`},
		"every decision left out": {
			`update review set first_seq = (select max(seq) from record where action = 'review.closed') where id = $`,
			item + `verdict = '', note = '', decider = '', decider_id = '', decider_name = '', decided_at = 0, seq = 0, carried = '', word_mac = '', outcome = '', why = '', ask = '', outcome_seq = 0, outcome_at = 0 where review = $`,
		},
		"an item left out":          {`delete from review_item where review = $ and verdict = ''`},
		"a decided item left out":   {`delete from review_item where review = $ and verdict = 'keep'`},
		"less than it reaches":      {item + `evidence = replace(replace(evidence, '"everything"', '"limited"'), 'SUPER_ADMIN', 'REPORT_ADMIN') where review = $ and verdict = 'revoke'`},
		"another person":            {item + `evidence = replace(evidence, '"factors"', '"x"') where review = $ and verdict = ''`},
		"another assignment":        {item + `key = key || 'x' where review = $ and verdict = ''`},
		"owned by another":          {`update review set owner_name = 'Grace Somebody' where id = $`},
		"owned by another id":       {`update review set owner_id = '00uSomebodyElse00000' where id = $`},
		"of something else":         {`update review set plan = replace(plan, '"scope":{}', '"scope":{"role":"SUPER_ADMIN"}') where id = $`},
		"under another name":        {`update review set name = 'Another review' where id = $`},
		"begun at another time":     {`update review set started_at = started_at - 86400000 where id = $`},
		"of a map of another time":  {`update review set as_of = as_of - 86400000 where id = $`},
		"due at another time":       {`update review set due_at = due_at + 86400000 where id = $`},
		"closed by another":         {`update review set closer = replace(closer, 'Thandi', 'Grace') where id = $`},
		"closed at another time":    {`update review set closed_at = closed_at - 86400000 where id = $`},
		"ended at another time":     {`update review set ended_at = ended_at + 86400000 where id = $`},
		"carried out by another":    {`insert into review_again (review, n, at, who, mac) select id, 1, closed_at, closer, close_mac from review where id = $`},
		"nothing held afterwards":   {`update review_snapshot set body = '[]' where which = 'after' and review = $`},
		"something held afterwards": {`update review_snapshot set body = replace(body, 'READ_ONLY_ADMIN', 'SUPER_ADMIN') where which = 'after' and review = $`},
	}
}

// What somebody who can write the database makes of a review before its seal is not
// sealed: there is a row that says so, a sentence on the page, no bundle, and it is not
// tried again and again.
func TestChangedBeforeTheSeal(t *testing.T) {
	for name, sql := range part(forgeries(), 8) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, v := everyKind(t)
			k.cutBeforeTheSeal(v)
			for _, s := range sql {
				k.exec(strings.ReplaceAll(s, "$", "'"+v.ID+"'"))
			}
			k.notSealed(v, "review.changed")
		})
	}
	t.Run("nothing", func(t *testing.T) {
		k, v := everyKind(t)
		k.cutBeforeTheSeal(v)
		k.toTheEnd()
		k.verified(k.bundle(v))
	})
}

// notSealed carries a review out, and asserts that it ended without a bundle for a reason.
func (k *kit) notSealed(v review.Review, why string) {
	k.t.Helper()
	for range 3 {
		k.toTheEnd()
	}
	rows := k.Acts(audit.Filter{Action: "review.unsealed"})
	if len(rows) != 1 || !strings.HasPrefix(rows[0].Detail, why+":") {
		k.t.Errorf("the record has %+v", rows)
	}
	got, err := k.Reviews.Get(k.t.Context(), k.staff("owner"), v.ID)
	if err != nil || got.State != review.Closed || got.Sealed || got.NotSealed() == "" {
		k.t.Errorf("it is %s, sealed %v: %q, %v", got.State, got.Sealed, got.NotSealed(), err)
	}
	var de *desk.Error
	err = k.Bundle(k.t.Context(), k.staff("auditor"), v.ID, func(string) io.Writer { return io.Discard })
	if !errors.As(err, &de) || de.Msg != got.NotSealed() {
		k.t.Errorf("the bundle: %v", err)
	}
}

// What was made of it while its revokes were carried out is not sealed either, and no
// later review rests on it.
func TestChangedBeforeTheEnd(t *testing.T) {
	for name, sql := range map[string][]string{
		"shown as done before it is": {`update review_item set outcome = 'done', why = 'Okta removed the role.', outcome_at = 1 where verdict = 'revoke' and outcome = ''`},
		"kept that nobody decided":   {`update review_item set verdict = 'keep', decider_name = 'The Auditors' where verdict = ''`},
		"owned by another":           {`update review set owner_name = 'Grace Somebody' where id = $`},
		"a decision left out":        {`update review_item set verdict = '', word_mac = '' where verdict = 'keep' and carried = ''`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, v := everyKind(t)
			for _, s := range sql {
				k.exec(strings.ReplaceAll(s, "$", "'"+v.ID+"'"))
			}
			k.proven = nil
			k.notSealed(v, "review.changed")
			if strings.Contains(name, "nobody") && len(k.proven) > 0 {
				t.Errorf("the map was told that %q were reviewed", k.proven)
			}
		})
	}
}

// What was sealed is sealed once: whoever takes the manifest away does not have the
// review sealed anew, as it is in the database then.
func TestSealedOnce(t *testing.T) {
	k, v := sealed(t)
	sealings := k.Acts(audit.Filter{Action: "review.sealed"})
	if len(sealings) != 1 || !strings.Contains(sealings[0].Params, "sha256=") || !strings.Contains(sealings[0].Params, v.ID) {
		t.Fatalf("the record has %+v", sealings)
	}
	k.exec(`update review set manifest = ''`)
	k.notSealed(v, "review.changed")
}

// part is a long table, of which the race detector, which is slow, gets every n-th case;
// all of them run without it.
func part[V any](table map[string]V, n int) map[string]V {
	if !testing.Short() {
		return table
	}
	out := map[string]V{}
	for i, name := range slices.Sorted(maps.Keys(table)) {
		if i%n == 0 {
			out[name] = table[name]
		}
	}
	return out
}
