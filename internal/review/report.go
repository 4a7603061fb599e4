package review

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"

	"keydesk/internal/audit"
)

//go:embed report.gohtml
var reportText string

// reportData is what the report shows.
type reportData struct {
	decisionsFile

	Due     string
	Revokes []decisionFile
	Part    audit.Part
}

// reportOf is report.html: it stands alone, and needs nothing but a browser.
func reportOf(c content, p audit.Part) ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{"seconds": seconds, "when": when, "plural": plural}).Parse(reportText)
	if err != nil {
		return nil, err
	}
	data := reportData{decisionsFile: c.review, Due: stamp(c.review.Review.Plan.Due), Part: p}
	data.Revokes = slices.DeleteFunc(slices.Clone(c.review.Decisions), func(d decisionFile) bool { return d.Verdict != Revoke })
	var b bytes.Buffer
	err = t.Execute(&b, data)
	return b.Bytes(), err
}

// plural is a number with the words for one and for many.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// seconds are milliseconds as a person reads them.
func seconds(ms int64) string {
	if ms == 0 {
		return "not known"
	}
	return fmt.Sprintf("%.1f s", float64(ms)/1000)
}

// when is a moment as a person reads it.
func when(stamped string) string {
	if t := moment(stamped); !t.IsZero() {
		return t.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	return "not known"
}
