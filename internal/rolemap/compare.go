package rolemap

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// Pair is one role on both sides of a comparison.
type Pair struct{ Left, Right Assignment }

// Comparison is what two people hold, or the organisation at two moments.
type Comparison struct {
	Left, Right []Assignment // only here, only there
	Differ      []Pair       // on both sides, reaching something else or held in another way
	Same        []Pair
}

// ComparePeople holds what two people have side by side. Roles are the same where
// their type is, and of custom ones the definition and the resource set.
func (m *Map) ComparePeople(ctx context.Context, a, b okta.UserID) (c Comparison, err error) {
	left, err := m.Of(ctx, a)
	if err != nil {
		return c, err
	}
	right, err := m.Of(ctx, b)
	if err != nil {
		return c, err
	}
	kind := func(a Assignment) string { return string(a.Type) + "/" + a.Definition + "/" + a.ResourceSet }
	same := func(a, b Assignment) bool {
		return a.Reach == b.Reach && slices.Equal(a.Targets, b.Targets) && a.How == b.How && (a.Direct() || a.Assignee == b.Assignee)
	}
	return compared(left, right, kind, same), nil
}

// CompareDates holds the map at two moments side by side; the zero time is the
// present. The filter narrows both.
func (m *Map) CompareDates(ctx context.Context, from, to time.Time, f Filter) (c Comparison, err error) {
	left, err := m.At(ctx, from)
	if err != nil {
		return c, err
	}
	right, err := m.At(ctx, to)
	if err != nil {
		return c, err
	}
	out := func(a Assignment) bool { return !f.fits(a) }
	return compared(slices.DeleteFunc(left, out), slices.DeleteFunc(right, out), Assignment.Key, func(a, b Assignment) bool { return a.Print() == b.Print() }), nil
}

// compared pairs what is of one kind, what is the same before what differs.
func compared(left, right []Assignment, kind func(Assignment) string, same func(a, b Assignment) bool) (c Comparison) {
	by := map[string][]Assignment{}
	for _, a := range right {
		by[kind(a)] = append(by[kind(a)], a)
	}
	take := func(a Assignment, fits func(a, b Assignment) bool) (Pair, bool) {
		all := by[kind(a)]
		i := slices.IndexFunc(all, func(b Assignment) bool { return fits(a, b) })
		if i < 0 {
			return Pair{}, false
		}
		p := Pair{a, all[i]}
		by[kind(a)] = slices.Delete(all, i, i+1)
		return p, true
	}
	var rest []Assignment
	for _, a := range left {
		if p, ok := take(a, same); ok {
			c.Same = append(c.Same, p)
		} else {
			rest = append(rest, a)
		}
	}
	for _, a := range rest {
		if p, ok := take(a, func(a, b Assignment) bool { return true }); ok {
			c.Differ = append(c.Differ, p)
		} else {
			c.Left = append(c.Left, a)
		}
	}
	for _, all := range by {
		c.Right = append(c.Right, all...)
	}
	slices.SortFunc(c.Right, func(a, b Assignment) int {
		return cmp.Or(strings.Compare(nameKey(a), nameKey(b)), strings.Compare(a.Key(), b.Key()))
	})
	slices.SortFunc(c.Left, func(a, b Assignment) int {
		return cmp.Or(strings.Compare(nameKey(a), nameKey(b)), strings.Compare(a.Key(), b.Key()))
	})
	return c
}
