package review

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/store"
)

// Repeat is somebody who had what was left carried out again, and when. The close of
// the review stays what it was.
type Repeat struct {
	By Person
	At time.Time

	who, mac string
}

// repeats are those of a review in their order.
func repeats(ctx context.Context, on store.Querier, id string) ([]Repeat, error) {
	return all(ctx, on, func(rows *sql.Rows) (a Repeat, err error) {
		var at int64
		err = rows.Scan(&at, &a.who, &a.mac)
		a.At = store.Moment(at)
		if who, e := actor(a.who); e == nil {
			a.By = me(who)
		}
		return a, err
	}, `select at, who, mac from review_again where review = $1 order by n`, id)
}

// repeat writes on whose word what was left is carried out once more.
func (r *Reviews) repeat(ctx context.Context, tx *sql.Tx, v *Review, who desk.Actor) error {
	a := Repeat{By: me(who), At: r.moment(), who: kept(who)}
	n := len(v.Again) + 1
	a.mac = r.repeatMac(v.ID, n, a)
	_, err := tx.ExecContext(ctx, `insert into review_again (review, n, at, who, mac) values ($1, $2, $3, $4, $5)`, v.ID, n, store.Milli(a.At), a.who, a.mac)
	if err != nil {
		return err
	}
	v.State, v.Sealed, v.Again = Closing, false, append(v.Again, a)
	_, err = tx.ExecContext(ctx, `update review set state = 'closing', manifest = '', unsealed = '' where id = $1`, v.ID)
	return err
}

func (r *Reviews) repeatMac(id string, n int, a Repeat) string {
	return store.Mac(r.key, "review again", id, strconv.Itoa(n), a.who, strconv.FormatInt(store.Milli(a.At), 10))
}

// word is on whose word revokes are carried out now: of who closed the review, or of who
// had it done last once more.
func (r Review) word() Repeat {
	if n := len(r.Again); n > 0 {
		return r.Again[n-1]
	}
	return Repeat{r.Closer, r.Closed, r.closer, r.closeMac}
}

// meant reports whether the console wrote down who closed the review, of what, and who
// had what was left carried out again.
func (r *Reviews) meant(v Review, items []Item) bool {
	for n, a := range v.Again {
		if !store.SameMac(a.mac, r.repeatMac(v.ID, n+1, a)) {
			return false
		}
	}
	return store.SameMac(v.closeMac, r.closeMacOf(v, items))
}
