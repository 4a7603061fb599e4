package views

import (
	"strconv"

	"keydesk/internal/audit"
)

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
		{"Hash", a.Hash},
		{"Hash before", a.Prev},
		{"Outcome's row", number(end.Seq)},
		{"Outcome's hash", end.Hash},
	})
}

func filled(all []labelled) []labelled {
	var out []labelled
	for _, l := range all {
		if l.Value != "" {
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
