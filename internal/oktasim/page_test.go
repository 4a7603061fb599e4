package oktasim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// walk follows next from target to the end and returns every id, page by page.
func walk(t *testing.T, o *Org, target string) [][]string {
	t.Helper()
	var pages [][]string
	for target != "" {
		if len(pages) > 1000 {
			t.Fatal("the pages do not end")
		}
		r := get(t, o, target).wantCode(200)
		pages = append(pages, r.ids())
		target = r.rel("next")
	}
	return pages
}

// However the list is asked for and cut, walking it gives everybody once and in
// the order of one big page.
func TestWalkingYieldsEachOnce(t *testing.T) {
	kind := New(Options{People: 90, Start: begin(), Limit: 1 << 30})
	rapid.Check(t, func(rt *rapid.T) {
		query := url.Values{}
		switch rapid.IntRange(0, 2).Draw(rt, "kind") {
		case 1:
			query.Set("filter", rapid.SampledFrom([]string{`status eq "ACTIVE"`, `status eq "STAGED" or status eq "DEPROVISIONED"`}).Draw(rt, "filter"))
		case 2:
			query.Set("search", rapid.SampledFrom([]string{`id pr`, `profile.mobilePhone pr`, `profile.lastName eq "none"`}).Draw(rt, "search"))
			if by := rapid.SampledFrom([]string{"", "profile.lastName", "profile.badgeNumber", "created", "profile.vip", "status"}).Draw(rt, "by"); by != "" {
				query.Set("sortBy", by)
				query.Set("sortOrder", rapid.SampledFrom([]string{"asc", "desc"}).Draw(rt, "order"))
			}
		}
		whole := get(t, kind, "/api/v1/users?"+query.Encode()).wantCode(200).ids()
		limit := rapid.IntRange(1, 200).Draw(rt, "limit")
		query.Set("limit", strconv.Itoa(limit))
		pages := walk(t, kind, "/api/v1/users?"+query.Encode())
		if got := slices.Concat(pages...); !slices.Equal(got, whole) {
			rt.Fatalf("%v: walked %d, whole %d", query, len(got), len(whole))
		}
		for i, page := range pages {
			if len(page) > limit || i > 0 && len(page) == 0 {
				rt.Fatalf("page %d of %d has %d", i, len(pages), len(page))
			}
		}
	})
}

func TestCursorsAreOpaqueButBelongToTheirList(t *testing.T) {
	o := small(t)
	cursor := func(target string) string {
		next, err := url.Parse(get(t, o, target).rel("next"))
		if err != nil {
			t.Fatal(err)
		}
		return next.Query().Get("after")
	}
	plain, searched := cursor("/api/v1/users?limit=1"), cursor(search("id pr", "limit", "1"))
	if plain == searched {
		t.Errorf("both lists have the cursor %s", plain)
	}
	for _, target := range []string{
		"/api/v1/users?after=" + searched,
		"/api/v1/users?after=mock_cursor",
		search("id pr", "after", plain),
		search("id pr", "after", "00u000000000000000000"),
		userPath(o.TokenOwner(), "/groups?after=00g000000000000000000"),
	} {
		get(t, o, target).wantError(400, "E0000031", "Invalid cursor.")
	}
}

func TestNobodyIsSkippedWhenTheListShrinks(t *testing.T) {
	o := small(t)
	list := search(`status eq "ACTIVE"`)
	all := get(t, o, list).ids()
	first := get(t, o, search(`status eq "ACTIVE"`, "limit", "3"))
	for _, id := range all[1:3] { // among them the one the cursor names
		o.SetStatus(id, suspended)
	}
	rest := get(t, o, strings.Replace(first.rel("next"), "limit=3", "limit=200", 1)).ids()
	if !slices.Equal(rest, all[3:]) {
		t.Errorf("the walk goes on with %v, want %v", rest[:2], all[3:5])
	}
}

func TestTwoLinkLinesOneForEachRelation(t *testing.T) {
	o := small(t)
	lines := get(t, o, "/api/v1/users?limit=1").head["Link"]
	if len(lines) != 2 || !strings.HasSuffix(lines[0], `rel="self"`) || !strings.HasSuffix(lines[1], `rel="next"`) {
		t.Errorf("%q", lines)
	}
}

func TestHref(t *testing.T) {
	for want, got := range map[string]string{
		"/x":                  href("/x"),
		"/x?b=1":              href("/x", pair{"a", ""}, pair{"b", "1"}),
		"/x?a=1&b=2":          href("/x", pair{"a", "1"}, pair{"b", "2"}),
		"/x?s=a+eq+%22%26%22": href("/x", pair{"s", `a eq "&"`}),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestLimits(t *testing.T) {
	for given, want := range map[string]int{"": 50, "1": 1, "199": 199, "200": 200, "201": 200, "100000": 200, "0": -1, "-1": -1, "ten": -1, "1.5": -1} {
		c := &call{query: url.Values{"limit": {given}}}
		got, err := c.limitOf(50)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("limit=%s: %d, want %d", given, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	kind, hard := New(Options{People: 50}), New(Options{People: 50, Unkind: true})
	five := []int{1, 2, 3, 4, 5}
	for _, c := range []struct {
		org   *Org
		list  []int
		limit int
		page  int
		more  bool
	}{
		{kind, five, 3, 3, true},
		{kind, five, 5, 5, false},
		{kind, five, 9, 5, false},
		{kind, nil, 9, 0, false},
		{hard, five, 9, 2, true},
		{hard, five[:2], 9, 2, true}, // full, and nothing follows
		{hard, five[:1], 9, 1, false},
		{hard, five, 1, 1, true},
		{hard, nil, 9, 0, false},
	} {
		page, more := cut(c.org, c.list, c.limit, 2)
		if len(page) != c.page || more != c.more {
			t.Errorf("%d of %d, unkind %v: %d, %v", c.limit, len(c.list), c.org == hard, len(page), more)
		}
	}
}
