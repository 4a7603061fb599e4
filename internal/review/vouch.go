package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"keydesk/internal/store"
)

// startMacOf is over who began a review, of what, when, and with which row.
func (r *Reviews) startMacOf(v Review) string {
	ints := []string{}
	for _, n := range []int64{store.Milli(v.AsOf), store.Milli(v.Started), store.Milli(v.Plan.Due), v.First} {
		ints = append(ints, strconv.FormatInt(n, 10))
	}
	return store.Mac(r.key, append([]string{"review start", v.ID, v.Plan.Name, v.plan, v.Owner.ID, v.Owner.Name}, ints...)...)
}

// endMacOf is over how every revoke ended, and what the map held then.
func (r *Reviews) endMacOf(v Review, items []Item, after string) string {
	fields := []string{"review end", v.ID, strconv.FormatInt(store.Milli(v.Ended), 10), strconv.Itoa(len(v.Again)), after}
	for _, i := range items {
		o := i.Outcome
		fields = append(fields, strconv.Itoa(i.N), string(o.End), o.Why, o.Ask, strconv.FormatInt(o.Seq, 10), strconv.FormatInt(store.Milli(o.At), 10))
	}
	return store.Mac(r.key, fields...)
}

// tampered says what of a closed review and its items the console did not write so;
// empty: it wrote all of it. What is left out, or is as it once was, shows against the
// record alone.
func (r *Reviews) tampered(v Review, items []Item) string {
	switch {
	case !store.SameMac(v.startMac, r.startMacOf(v)):
		return "who began it, of what or when is not as it was written"
	case !r.meant(v, items):
		return "who closed it or carried it out again is not as it was written"
	}
	for _, i := range items {
		if !r.ours(i) {
			return fmt.Sprintf("item %d is not as it was written", i.N)
		}
	}
	return ""
}

// itemsOf are all items of a review in their order.
func (r *Reviews) itemsOf(ctx context.Context, id string) ([]Item, error) {
	return all(ctx, r.db.R, scanItem, `select `+itemColumns+` from review_item where review = $1 order by n`, id)
}

// frozen writes a plan as it is kept, and returns the hash of all evidence, which stands
// in the row that begins the review: what was reviewed is bound to the record by it.
func frozen(v *Review, items []Item) (string, error) {
	plan, err := json.Marshal(v.Plan)
	if err != nil {
		return "", err
	}
	v.plan = string(plan)
	lines := make([]line, len(items))
	for n, i := range items {
		b, err := json.Marshal(i.Evidence)
		if err != nil {
			return "", err
		}
		lines[n] = line{i.Key, b}
	}
	return hashOf(lines), nil
}

// line is a piece of evidence, by the key of what it is of.
type line struct {
	key  string
	text []byte
}

func hashOf(lines []line) string {
	h := sha256.New()
	for _, l := range lines {
		_, _ = fmt.Fprintf(h, "%q %s\n", l.key, l.text) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// digestOf is the hash of what the map held afterwards, which stands in the row with
// which the review ended.
func digestOf(held []Evidence) (string, error) {
	lines := make([]line, len(held))
	for n, e := range held {
		b, err := json.Marshal(e)
		if err != nil {
			return "", err
		}
		lines[n] = line{text: b}
	}
	return hashOf(lines), nil
}
