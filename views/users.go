package views

import "keydesk/internal/desk"

// foundWords counts what a page of results shows, and no more than that: Okta
// does not say how many there are in all.
func foundWords(r desk.Results) string {
	n := len(r.People)
	switch {
	case n == 0:
		return "Nobody found"
	case r.Next != "" && r.Query.After != "":
		return plural(n, "more person", "more people") + "; the list goes on"
	case r.Next != "":
		return "The first " + plural(n, "person", "people") + "; the list goes on"
	case r.Query.After != "":
		return plural(n, "more person", "more people") + "; the list ends here"
	default:
		return plural(n, "person", "people") + " found"
	}
}

// nobodyWords repeats what was looked for, so that a slip of the finger shows.
func nobodyWords(q desk.Query) string {
	words := "Okta knows nobody"
	if q.Text != "" {
		words += " whose name, login, e-mail or id begins with “" + q.Text + "”"
	}
	if q.Status != "" {
		words += " in the status " + StatusLook(q.Status).Word
	}
	return words + "."
}
