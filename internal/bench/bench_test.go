// Package bench measures what docs/PERFORMANCE.md promises: how much the console
// adds to the calls that a page needs, what its pages weigh, how soon it is
// ready, and what it takes of a machine. Nothing here fails for being slow; the
// table at the end shows each figure beside its goal.
//
//	make bench
package bench

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestMain(m *testing.M) {
	code := m.Run()
	figures.write(os.Stdout)
	os.Exit(code)
}

// figures collects what the benchmarks find, in the order in which they ran.
var figures table

// A figure is one line of the table. Of what varies, it is the median that is
// held against the goal.
type figure struct{ name, middle, high, goal string }

type table []figure

// set adds a figure. A benchmark may run more than once; its last run counts.
func (t *table) set(f figure) {
	if i := slices.IndexFunc(*t, func(old figure) bool { return old.name == f.name }); i >= 0 {
		(*t)[i] = f
		return
	}
	*t = append(*t, f)
}

// write prints the table as Markdown, ready for the document.
func (t *table) write(w io.Writer) {
	if len(*t) == 0 {
		return
	}
	lines := append([]figure{{"figure", "measured", "95th percentile", "goal"}, {"-", "-", "-", "-"}}, *t...)
	name, middle, high, top := 0, 0, 0, 0
	for _, f := range lines {
		name, middle = max(name, utf8.RuneCountInString(f.name)), max(middle, len(f.middle))
		high, top = max(high, len(f.high)), max(top, len(f.goal))
	}
	for i, f := range lines {
		if i == 1 {
			_, _ = fmt.Fprintf(w, "|-%s-|-%s:|-%s:|-%s:|\n", dashes(name), dashes(middle), dashes(high), dashes(top))
			continue
		}
		_, _ = fmt.Fprintf(w, "| %-*s | %*s | %*s | %*s |\n", name, f.name, middle, f.middle, high, f.high, top, f.goal)
	}
}

func dashes(n int) string { return strings.Repeat("-", n) }

// samples are repeated measurements of one thing.
type samples []time.Duration

// at is the sample below which the share q of all samples lies.
func (s samples) at(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(q*float64(len(s))), len(s)-1)]
}

// report gives the samples to the benchmark's own output and to the table.
func (s samples) report(b *testing.B, name string, goal time.Duration) {
	b.Helper()
	middle, high := s.at(0.5), s.at(0.95)
	b.ReportMetric(ms(middle), "ms-median")
	b.ReportMetric(ms(high), "ms-p95")
	f := figure{name: name, middle: fmt.Sprintf("%.1f ms", ms(middle)), high: fmt.Sprintf("%.1f ms", ms(high))}
	if goal > 0 {
		f.goal = fmt.Sprintf("%g ms", ms(goal))
	}
	figures.set(f)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// size reports an amount of bytes, where every run gives the same.
func size(b *testing.B, name string, bytes, goal int, unit string) {
	b.Helper()
	per := map[string]float64{"KiB": 1 << 10, "MiB": 1 << 20}[unit]
	b.ReportMetric(float64(bytes)/per, unit)
	figures.set(figure{name: name, middle: fmt.Sprintf("%.1f %s", float64(bytes)/per, unit), goal: fmt.Sprintf("%g %s", float64(goal)/per, unit)})
}

func TestSamples(t *testing.T) {
	t.Parallel()
	var s samples
	for i := range 100 {
		s = append(s, time.Duration(100-i))
	}
	if got := [...]time.Duration{s.at(0), s.at(0.5), s.at(0.95), s.at(1), samples(nil).at(0.5), s[:1].at(0.95)}; got != [...]time.Duration{1, 51, 96, 100, 0, 100} {
		t.Errorf("%v", got)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	var tab table
	tab.write(&got)
	tab.set(figure{"page", "9.0 ms", "9.9 ms", "2 ms"})
	tab.set(figure{name: "binary", middle: "17.2 MiB", goal: "25 MiB"})
	tab.set(figure{"page", "1.0 ms", "1.2 ms", "2 ms"})
	tab.write(&got)
	want := `
| figure | measured | 95th percentile |   goal |
|--------|---------:|----------------:|-------:|
| page   |   1.0 ms |          1.2 ms |   2 ms |
| binary | 17.2 MiB |                 | 25 MiB |
`
	if got.String() != want[1:] {
		t.Errorf("the table is\n%s", got.String())
	}
}
