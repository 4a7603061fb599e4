package views

import (
	"testing"
	"time"
)

func TestPhrase(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CET", 3600)
	at := func(s string) time.Time {
		m, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		name, moment, want string
		zone               *time.Location
	}{
		{"just now", "2026-11-24T09:52:50Z", "today 09:52 (just now)", nil},
		{"minutes", "2026-11-24T09:41:12Z", "today 09:41 (12 min ago)", nil},
		{"in a zone", "2026-11-24T09:41:12Z", "today 10:41 (12 min ago)", berlin},
		{"hours", "2026-11-24T06:53:12Z", "today 06:53 (3 h ago)", nil},
		{"yesterday, few hours", "2026-11-23T23:53:12Z", "yesterday 23:53 (10 h ago)", nil},
		{"yesterday there, today here", "2026-11-23T23:53:12Z", "today 00:53 (10 h ago)", berlin},
		{"yesterday, many hours", "2026-11-23T01:53:12Z", "yesterday 01:53 (32 h ago)", nil},
		{"two days by the calendar", "2026-11-22T23:00:00Z", "22 Nov 23:00 (2 days ago)", nil},
		{"days", "2026-11-21T17:03:00Z", "21 Nov 17:03 (3 days ago)", nil},
		{"over a month", "2026-10-12T09:53:12Z", "12 Oct (43 days ago)", nil},
		{"months", "2026-06-24T09:53:12Z", "24 Jun (5 months ago)", nil},
		{"another year", "2025-06-24T09:53:12Z", "24 Jun 2025 (17 months ago)", nil},
		{"years", "2023-09-19T09:53:12Z", "19 Sep 2023 (3 years ago)", nil},
		{"a clock that is behind", "2026-11-24T09:53:40Z", "today 09:53 (in a moment)", nil},
		{"to come", "2026-11-24T10:05:12Z", "today 10:05 (in 12 min)", nil},
		{"tomorrow", "2026-11-25T09:53:12Z", "tomorrow 09:53 (in 24 h)", nil},
		{"later", "2026-11-29T09:53:12Z", "29 Nov 09:53 (in 5 days)", nil},
		{"before 1970", "1960-01-01T00:00:00Z", "1 Jan 1960 (66 years ago)", nil},
	} {
		clock := Clock{Now: now, Zone: c.zone}
		if got := words(parse(t, when(clock, at(c.moment)))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The hour that a change of summer time leaves out is no day less.
func TestDaysAcrossSummerTime(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	clock := Clock{Now: time.Date(2026, 3, 30, 0, 30, 0, 0, zone), Zone: zone}
	if got := words(parse(t, when(clock, time.Date(2026, 3, 28, 12, 0, 0, 0, zone)))); got != "28 Mar 12:00 (2 days ago)" {
		t.Error(got)
	}
}

func TestStamps(t *testing.T) {
	t.Parallel()
	clock := Clock{Now: now, Zone: time.FixedZone("CET", 3600)}
	element := one(t, parse(t, when(clock, now)), tagged("time"))
	if got := attr(element, "title"); got != "Tuesday 24 November 2026, 10:53:12 CET (+01:00)" {
		t.Errorf("title %q", got)
	}
	if got := attr(element, "datetime"); got != "2026-11-24T09:53:12.000Z" {
		t.Errorf("datetime %q", got)
	}
	for d, want := range map[time.Duration]string{0: "0", time.Millisecond: "1", time.Second: "1", 33500 * time.Millisecond: "34"} {
		if got := seconds(d); got != want {
			t.Errorf("%v are %q seconds", d, got)
		}
	}
	place := one(t, parse(t, countdown(clock, 34*time.Second)), byClass("countdown"))
	if attr(place, "data-until") != "2026-11-24T09:53:46.000Z" || attr(place, "data-now") != "2026-11-24T09:53:12.000Z" || words(place) != "Try again in 34 s." {
		t.Errorf("countdown %v %q", place.Attr, words(place))
	}
}
