package rolemap

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"keydesk/internal/audit"
)

// Format is what an export is written as.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// export is the map as JSON.
type export struct {
	AsOf        time.Time    `json:"as_of,omitzero"` // when the last whole walk ended
	Assignments []Assignment `json:"assignments"`
}

// Write writes assignments, one row or object for each.
func Write(w io.Writer, as Format, asOf time.Time, all []Assignment) error {
	if as == CSV {
		return writeCSV(w, all)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if all == nil {
		all = []Assignment{}
	}
	return e.Encode(export{asOf, all})
}

// sheet are the columns of the CSV.
func sheet() []string {
	return []string{
		"person", "login", "name", "status", "department", "last_login", "factors", "role_id", "type", "role", "definition", "resource_set", "how", "through",
		"reach", "targets", "since", "by", "granted_outside_keydesk", "reviewed", "reviewed_by", "in_the_map_since", "read_at", "risks",
	}
}

func (a Assignment) cells() []string {
	factors, targets, risks := "", make([]string, len(a.Targets)), make([]string, len(a.Marks))
	if a.Person.Factors >= 0 {
		factors = strconv.Itoa(a.Person.Factors)
	}
	for i, t := range a.Targets {
		targets[i] = t.Label + " (" + string(t.Kind) + " " + t.ID + ")"
	}
	for i, m := range a.Marks {
		risks[i] = string(m.Name)
	}
	reach := string(a.Reach)
	if a.Reach == Unknown {
		reach = "unknown"
	}
	p := a.Person
	return []string{
		p.ID.String(), p.Login, p.Name, string(p.Status), p.Department, day(p.LastLogin), factors, a.Role.String(), string(a.Type), a.Label, a.Definition, a.ResourceSet, a.How, a.Through,
		reach, strings.Join(targets, "; "), day(a.Since), a.By, strconv.FormatBool(a.Outside), day(a.Reviewed), a.ReviewedBy, day(a.From), day(p.ReadAt), strings.Join(risks, " "),
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func writeCSV(w io.Writer, all []Assignment) error {
	out := csv.NewWriter(w)
	err := out.Write(sheet())
	for _, a := range all {
		cells := a.cells()
		for i := range cells {
			cells[i] = audit.Guard(cells[i])
		}
		err = errors.Join(err, out.Write(cells))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}
