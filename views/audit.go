package views

import (
	"strconv"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
)

// AuditURL is the page of the record that f describes.
func AuditURL(f audit.Filter) string {
	return query(AuditPath, append(filterFields(f), "before", number(f.Before))...)
}

// filterFields are the fields of the record's form, names and values in turn, as they
// were filled in.
func filterFields(f audit.Filter) []string {
	return []string{
		"q", f.Text, "who", f.Who, "actor", f.Actor, "target", f.Target, "action", f.Action, "result", f.Result, "class", f.Class,
		"from", dateField(f.From), "to", untilField(f.To),
	}
}

// dateField is a day as a form's field has it.
func dateField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// untilField is the day before a moment that no longer belongs to what is looked for.
func untilField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return dateField(t.AddDate(0, 0, -1))
}

// older is the filter of the next page.
func older(p AuditProps) audit.Filter {
	f := p.Filter
	f.Before = p.Next
	return f
}

// targetName names the person that the record is narrowed to: by login, where
// a row on the page tells it.
func targetName(p AuditProps) string {
	for _, a := range p.Acts {
		if a.TargetID == p.Filter.Target && a.Target != "" {
			return a.Target
		}
	}
	return p.Filter.Target
}

// detail is what an auditor wants to see of an act, beside its line.
func detail(a audit.Act) []labelled {
	note := "Refused by"
	if a.Phase == audit.PhaseEvent {
		note = "Noted"
	}
	end := audit.Row{}
	if a.End != nil {
		end = *a.End
	}
	return filled([]labelled{
		{"Operator", a.ActorID},
		{"Address", a.Address},
		{"Session", a.Session},
		{"Operation", a.Op},
		{"Class", a.Class},
		{"Person's id", a.TargetID},
		{"Chosen", a.Params},
		{note, a.Detail},
		{"Found", end.Detail},
		{"Okta's answer", httpStatus(end.Status)},
		{"Okta's request id", end.RequestID},
		{"Policy", a.Policy},
		{"Outcome's row", number(end.Seq)},
	})
}

func filled(all []labelled) []labelled {
	var out []labelled
	for _, l := range all {
		if l.Value != "" {
			l.Value = visible(l.Value)
			out = append(out, l)
		}
	}
	return out
}

func httpStatus(code int) string {
	if code == 0 {
		return ""
	}
	return "HTTP " + strconv.Itoa(code)
}

// short is the beginning of a hash, enough to compare two by eye.
func short(hash string) string { return hash[:min(12, len(hash))] }

// option is one choice of a list.
type option struct{ Value, Name string }

// results are the ends that the record can be searched for.
func results() []option {
	names := map[string]string{string(audit.Settled): "looked up", string(audit.PhaseEvent): "noted"}
	var out []option
	for _, r := range audit.Results() {
		name := names[r]
		if name == "" {
			name = r
		}
		out = append(out, option{r, sentence(name)})
	}
	return out
}

// classes are the classes of what can be done.
func classes() []option {
	var out []option
	for _, r := range []desk.Risk{desk.Restoring, desk.Destructive, desk.Takeover, desk.Privilege, desk.Reading} {
		out = append(out, option{string(r), sentence(string(r))})
	}
	return out
}

// more reports whether the record is searched for something that stands under the
// fold of the form.
func more(f audit.Filter) bool {
	return f.Who != "" || f.Result != "" || f.Class != "" || !f.From.IsZero() || !f.To.IsZero()
}

// carried are the fields of the filter that have a value, for a form that passes them on.
func carried(f audit.Filter) (out []option) {
	fields := filterFields(f)
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] != "" {
			out = append(out, option{fields[i], fields[i+1]})
		}
	}
	return out
}

// zone is the time zone in which pages show times.
func (c Clock) zone() string {
	if c.Zone == nil {
		return "UTC"
	}
	return c.Zone.String()
}
