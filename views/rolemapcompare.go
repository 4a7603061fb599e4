package views

import (
	"strconv"
	"time"

	"keydesk/internal/rolemap"
)

// The paths of what the map tells of two people, of two moments, and of what changed.
const (
	ComparePath = "/roles/compare"
	ChangesPath = "/roles/changes"
)

// listedMost is how many rows one part of these pages has at most.
const listedMost = 200

// Side is one of two people, as far as what was typed tells who.
type Side struct {
	Typed  string
	Person rolemap.Person   // zero: nobody yet
	Among  []rolemap.Person // who it may be
}

// Found reports whether it is known who is meant.
func (s Side) Found() bool { return !s.Person.ID.IsZero() }

// Moments are from when until when something is looked at.
type Moments struct {
	From, To time.Time // zero To: now
	Problem  string    // why To cannot be used
	First    time.Time // of moments before it the map knows nothing for certain; zero: of none
	Walks    []rolemap.Walk
}

// CompareProps is what the page of a comparison shows.
type CompareProps struct {
	A, B    Side
	Moments Moments
	Text    string // narrows the comparison of two moments
	Dates   bool   // two moments are compared
	Done    bool   // there is something compared
	Found   rolemap.Comparison
}

// ChangesProps is what the page of changes shows.
type ChangesProps struct {
	Moments Moments
	Changes []rolemap.Change
}

// CompareURL is the comparison of two people, by their ids or as they were typed.
func CompareURL(a, b string) string { return query(ComparePath, "a", a, "b", b) }

// SinceURL is one of the pages with another beginning.
func SinceURL(path string, c Clock, from time.Time) string {
	return query(path, "from", c.field(from))
}

// field is a moment as a form's field has it: to the second, and never before it.
func (c Clock) field(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.in(t.Add(time.Second - 1)).Format("2006-01-02T15:04:05")
}

// compareRow is one role, on one side or on both.
type compareRow struct {
	Who         rolemap.Assignment
	Left, Right []rolemap.Assignment // none or one
}

// comparePart are rows that belong together.
type comparePart struct {
	Title string
	Rows  []compareRow
	More  int
}

// sides are what the two columns are called.
func sides(f Frame, p CompareProps) (left, right string) {
	if !p.Dates {
		return holderName(p.A.Person), holderName(p.B.Person)
	}
	left, right = f.Clock.date(p.Moments.From), "now"
	if !p.Moments.To.IsZero() {
		right = f.Clock.date(p.Moments.To)
	}
	return left, right
}

// compareParts are the parts of a comparison that hold something.
func compareParts(f Frame, p CompareProps) (out []comparePart) {
	left, right := sides(f, p)
	one := func(a rolemap.Assignment) []rolemap.Assignment { return []rolemap.Assignment{a} }
	add := func(title string, n int, row func(i int) compareRow) {
		part := comparePart{Title: title + ": " + strconv.Itoa(n), More: max(0, n-listedMost)}
		for i := range min(n, listedMost) {
			part.Rows = append(part.Rows, row(i))
		}
		if n > 0 {
			out = append(out, part)
		}
	}
	c, differ := p.Found, "Both hold it, with another reach or in another way"
	if p.Dates {
		differ = "Changed in between"
	}
	onlyLeft, onlyRight := "Only "+left, "Only "+right
	if p.Dates {
		onlyLeft, onlyRight = "Gone since "+left, "New since "+left
	}
	add(onlyLeft, len(c.Left), func(i int) compareRow { return compareRow{Who: c.Left[i], Left: one(c.Left[i])} })
	add(onlyRight, len(c.Right), func(i int) compareRow { return compareRow{Who: c.Right[i], Right: one(c.Right[i])} })
	add(differ, len(c.Differ), func(i int) compareRow {
		return compareRow{c.Differ[i].Right, one(c.Differ[i].Left), one(c.Differ[i].Right)}
	})
	if p.Dates {
		return out // what did not change is most of it, and tells nothing
	}
	add("Both hold it alike", len(c.Same), func(i int) compareRow { return compareRow{c.Same[i].Right, one(c.Same[i].Left), one(c.Same[i].Right)} })
	return out
}

// changeLook is what happened, at a glance.
func changeLook(k rolemap.ChangeKind) Look {
	switch k {
	case rolemap.Granted:
		return Look{"Granted", "info", "user-plus"}
	case rolemap.Taken:
		return Look{"Taken away", "off", "user-x"}
	case rolemap.Retargeted:
		return Look{"Reach changed", "warn", "arrow-right"}
	}
	return Look{string(k), "", "circle-question-mark"}
}

// tooEarly reports whether the map was not yet kept at that moment.
func (m Moments) tooEarly() bool { return m.First.IsZero() || m.From.Before(m.First) }
