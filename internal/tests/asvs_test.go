package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// demand is a row of docs/ASVS.md, or what the standard says of one: its id and level.
type demand struct{ id, level, verdict, where string }

const (
	met        = "met"
	notMet     = "not met"
	asvsPage   = "docs/ASVS.md"
	asvsRow    = `(?m)^\| (\d+\.\d+\.\d+) \| ([123]) \| [^|]+ \| (met|not met|not applicable) \| ([^|]+) \|$`
	asvsCount  = `(?m)^\| (met|not applicable|not met) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$`
	unmetTitle = "## What is not met"
)

// docs/ASVS.md answers every requirement of levels 1 and 2 once, under its chapter;
// what it says is met names what does it, and that exists; its counts and its list
// of what is not met are those of its rows.
func TestASVS(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, asvsPage))
	if err != nil {
		t.Fatal(err)
	}
	standard, err := os.ReadFile(filepath.Join("testdata", "asvs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	rows := demands(string(page))
	report(t, asvsFaults(string(standard), string(page), rows))
	report(t, countFaults(string(page), rows))
	for _, r := range rows {
		if r.verdict == met && len(namesIn(r.where)) == 0 {
			t.Errorf("%s is met, and nothing is named that does it", r.id)
		}
	}
	report(t, newPlaces(t).missing(asvsPage, string(page)))
}

func TestASVSBites(t *testing.T) {
	const standard = "1.1.1 2\n1.2.1 1\n"
	good := "## V1 Text\n\n| 1.1.1 | 2 | decode once | met | `main.go` |\n| 1.2.1 | 1 | encode | not applicable | none |\n"
	if f := asvsFaults(standard, good, demands(good)); len(f) != 0 {
		t.Error(f)
	}
	for name, bad := range map[string]string{
		"missing":     strings.Replace(good, "| 1.2.1 |", "| 1.2.1, |", 1),
		"twice":       good + "| 1.2.1 | 1 | encode | not applicable | none |\n",
		"level":       strings.Replace(good, "| 1.1.1 | 2", "| 1.1.1 | 1", 1),
		"unknown":     good + "| 1.9.1 | 1 | encode | not applicable | none |\n",
		"a word else": strings.Replace(good, "| met |", "| nearly |", 1),
		"chapter":     strings.Replace(good, "## V1", "## V2", 1),
	} {
		if len(asvsFaults(standard, bad, demands(bad))) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
}

func demands(page string) (rows []demand) {
	for _, m := range regexp.MustCompile(asvsRow).FindAllStringSubmatch(page, -1) {
		rows = append(rows, demand{m[1], m[2], m[3], m[4]})
	}
	return rows
}

// asvsFaults compares the rows with the standard, in its order.
func asvsFaults(standard, page string, rows []demand) (faults []string) {
	var want, got []string
	for line := range strings.Lines(standard) {
		if !strings.HasPrefix(line, "#") {
			want = append(want, strings.TrimSpace(line))
		}
	}
	for _, r := range rows {
		got = append(got, r.id+" "+r.level)
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			faults = append(faults, w+" (id and level) has no row of its form")
		}
	}
	if !slices.Equal(want, got) {
		faults = append(faults, fmt.Sprintf("%d rows, in the order of the standard there are %d", len(got), len(want)))
	}
	for chapter := range strings.SplitSeq(page, "\n## ") {
		for _, r := range demands(chapter) {
			if n, _, _ := strings.Cut(r.id, "."); !strings.HasPrefix(strings.TrimPrefix(chapter, "## "), "V"+n+" ") {
				faults = append(faults, r.id+" stands in another chapter")
			}
		}
	}
	return faults
}

// countFaults compares the top of the page with its rows.
func countFaults(page string, rows []demand) (faults []string) {
	want := map[string][4]int{}
	for _, r := range rows {
		n := want[r.verdict]
		n[r.level[0]-'1']++
		n[3]++
		want[r.verdict] = n
	}
	for _, m := range regexp.MustCompile(asvsCount).FindAllStringSubmatch(page, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+2])
		}
		if n != want[m[1]] {
			faults = append(faults, fmt.Sprintf("the top counts %v of %q, the rows are %v", n, m[1], want[m[1]]))
		}
		delete(want, m[1])
	}
	if len(want) > 0 {
		faults = append(faults, fmt.Sprintf("the top does not count %v", want))
	}
	_, list, _ := strings.Cut(page, unmetTitle)
	list, _, _ = strings.Cut(list, "\n## ")
	listed := map[string]int{}
	for _, id := range regexp.MustCompile(`\b\d+\.\d+\.\d+\b`).FindAllString(list, -1) {
		listed[id]++
	}
	for _, r := range rows {
		due := 0
		if r.verdict == notMet {
			due = 1
		}
		if listed[r.id] != due {
			faults = append(faults, fmt.Sprintf("%s is %s, and stands %d times in the list of what is not met", r.id, r.verdict, listed[r.id]))
		}
	}
	return faults
}
