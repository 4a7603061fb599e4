package views

import (
	"strconv"
	"time"
)

const day = 24 * time.Hour

func (c Clock) in(t time.Time) time.Time {
	if c.Zone == nil {
		return t.UTC()
	}
	return t.In(c.Zone)
}

// Phrase tells t the way people say it: "today 09:41 (12 min ago)".
func (c Clock) Phrase(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return c.date(t) + " (" + c.Age(t) + ")"
}

// day is the day alone, with the year where it is another one.
func (c Clock) day(t time.Time) string {
	local := c.in(t)
	if local.Year() == c.in(c.Now).Year() {
		return local.Format("2 Jan")
	}
	return local.Format("2 Jan 2006")
}

// date is the day, in words where it is near, with the year where it is another
// one and the time of day as long as that may still matter.
func (c Clock) date(t time.Time) string {
	local := c.in(t)
	switch c.daysSince(t) {
	case 0:
		return local.Format("today 15:04")
	case 1:
		return local.Format("yesterday 15:04")
	case -1:
		return local.Format("tomorrow 15:04")
	}
	layout := "2 Jan"
	if local.Year() != c.in(c.Now).Year() {
		layout += " 2006"
	}
	if c.Now.Sub(t).Abs() < 30*day {
		layout += " 15:04"
	}
	return local.Format(layout)
}

// hour is the time of day.
func (c Clock) hour(t time.Time) string { return c.in(t).Format("15:04") }

// Age is the distance of t from now in its largest unit.
func (c Clock) Age(t time.Time) string {
	d := c.Now.Sub(t)
	if d < 0 {
		return "in " + c.length(-d, -c.daysSince(t))
	}
	if d < time.Minute {
		return "just now"
	}
	return c.length(d, c.daysSince(t)) + " ago"
}

// length puts hours aside for calendar days as soon as that is clearer: what
// was the day before yesterday is "2 days" whatever the hour.
func (c Clock) length(d time.Duration, days int) string {
	switch {
	case d < time.Minute:
		return "a moment"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < day || days < 2:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case days < 60:
		return strconv.Itoa(days) + " days"
	case days < 730:
		return strconv.Itoa(days/30) + " months"
	default:
		return strconv.Itoa(days/365) + " years"
	}
}

// Stamp is t in full, for whoever needs the second and the zone.
func (c Clock) Stamp(t time.Time) string {
	return c.in(t).Format("Monday 2 January 2006, 15:04:05 MST (-07:00)")
}

// daysSince counts the midnights between t and now, in the clock's zone.
func (c Clock) daysSince(t time.Time) int {
	return int(midnight(c.in(c.Now)).Sub(midnight(c.in(t))) / day)
}

// midnight is t's date as a moment of UTC, so that days all have 24 hours.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// stamp is a moment as browsers and scripts read it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// seconds rounds up, so that nobody is told to come back too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
