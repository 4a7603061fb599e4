package review_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/review"
)

// pressed has somebody carry out what was left at an unlucky moment: once the review is
// closed and not sealed, when the process that seals it looks at its clock.
func (k *kit) pressed(v review.Review, pressed *int) *review.Reviews {
	others := k.Reviews
	second := k.staff("second")
	return k.by(func() time.Time {
		var state string
		if err := k.Store.R.QueryRowContext(k.t.Context(), `select state from review where id = '`+v.ID+`' and manifest = ''`).Scan(&state); err != nil || state != string(review.Closed) || *pressed > 0 {
			return k.Now()
		}
		*pressed++
		second.AuthTime = k.Now()
		if _, err := others.Again(k.t.Context(), second, v.ID); err != nil {
			k.t.Error(err)
		}
		return k.Now()
	}, k.Record)
}

// What was left may be carried out once more while the review is being sealed: it is
// sealed when that has ended, and what was sealed meanwhile was nothing.
func TestAgainWhileItIsSealed(t *testing.T) {
	k, v := everyKind(t)
	n := 0
	k.Reviews = k.pressed(v, &n)
	k.finish(v)
	if k.verified(k.bundle(v)); n != 1 || len(k.Acts(audit.Filter{Action: "review.sealed"})) != 2 {
		t.Errorf("pressed %d times; %d were sealed, the review before it among them", n, len(k.Acts(audit.Filter{Action: "review.sealed"})))
	}
}

// Nor is what was begun once more lost where there will be no seal.
func TestAgainWhileItIsNotSealed(t *testing.T) {
	k, v := everyKind(t)
	n := 0
	k.Reviews = k.pressed(v, &n)
	k.exec(`update record set reason = 'never mind' where action = 'review.decided' and params like '%` + v.ID + `%'`)
	k.toTheEnd()
	for _, i := range k.items(v, review.Query{Show: review.ShowRevoke}) {
		if i.Outcome.End == "" {
			t.Errorf("item %d of a closed review has no end", i.N)
		}
	}
	if n != 1 {
		t.Errorf("pressed %d times", n)
	}
}

// Where the rows of a review were cut off for their age after it was sealed, that is
// what is said, and nobody is suspected.
func TestCutOffAfterTheSeal(t *testing.T) {
	k, v := everyKind(t)
	v = k.finish(v)
	k.Advance(400 * 24 * time.Hour)
	if err := k.Desk.SignedIn(t.Context(), k.staff("owner")); err != nil {
		t.Fatal(err)
	}
	row := k.Desk.Row(desk.Reviews(desk.Actor{}), "record.cut")
	if n, err := k.Record.Trim(t.Context(), k.seal, k.Now().Add(-time.Hour), nil, row); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	var de *desk.Error
	if err := k.Bundle(t.Context(), k.staff("auditor"), v.ID, func(string) io.Writer { return io.Discard }); !errors.As(err, &de) || de.Kind != desk.Gone {
		t.Errorf("it says %v", err)
	}
}

// Of two replicas one may have a clock that is behind: what is decided there right after
// the start is carried out all the same.
func TestClockBehind(t *testing.T) {
	k := newKit(t)
	p := k.Org.AdminWith("REPORT_ADMIN")
	k.only(p)
	owner := k.staff("owner")
	v := k.start(owner)
	behind := func() time.Time { return k.Now().Add(-time.Minute) }
	ahead, record := k.Reviews, audit.New(k.Store, behind)
	if err := record.SignedBy(k.seal, ""); err != nil {
		t.Fatal(err)
	}
	k.Reviews = k.by(behind, record)
	k.decide(k.items(v, review.Query{})[0], review.Revoke)
	if _, err := k.Close(t.Context(), owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.Reviews = ahead
	if v = k.finish(v); v.Count.Done != 1 {
		t.Errorf("%+v", k.items(v, review.Query{})[0].Outcome)
	}
	k.verified(k.bundle(v))
}
