package views

import (
	"fmt"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
)

// MePath is the page of what an operator may do.
const MePath = "/me"

// classTitle names a class of operations.
func classTitle(r desk.Risk) string {
	switch r {
	case desk.Restoring:
		return "Let people back in"
	case desk.Takeover:
		return "Change how people sign in"
	case desk.Destructive:
		return "Take something away"
	}
	return "Hand out power"
}

// classLead says what a class is about.
func classLead(r desk.Risk) string {
	switch r {
	case desk.Restoring:
		return "What undoes a lock or a suspension."
	case desk.Takeover:
		return "In the wrong hands each of these gives the account away: be sure who asks."
	case desk.Destructive:
		return "Some of it cannot be undone."
	}
	return "Roles, what they reach, and who answers for whom."
}

func quotaWords(q audit.Quota) string {
	return fmt.Sprintf("%d of %d in the last %s", q.Used, q.Most, strings.Replace(q.Word(), "day", "24 hours", 1))
}

// fullTitle is an operation's name where no page around it says the rest.
func fullTitle(s desk.Spec) string {
	if s.Room == "targets" || s.Outside() {
		return strings.Replace(s.Confirm, " of %s", "", 1)
	}
	return s.Title
}

// takenByAll is what each operation of a class takes.
func takenByAll(c desk.MayClass) desk.MayDo {
	all := c.May[0]
	for _, m := range c.May {
		all.Reason, all.Ticket, all.Second = all.Reason && m.Reason, all.Ticket && m.Ticket, all.Second && m.Second
		if m.Fresh != all.Fresh {
			all.Fresh = 0
		}
	}
	return all
}

// takesWords says what each operation of a class takes.
func takesWords(all desk.MayDo) string {
	var parts []string
	if all.Reason {
		parts = append(parts, "a reason")
	}
	if all.Ticket {
		parts = append(parts, "the number of a ticket")
	}
	if all.Fresh > 0 {
		parts = append(parts, fmt.Sprintf("a sign-in of the last %d minutes", int(all.Fresh.Minutes())))
	}
	if all.Second {
		parts = append(parts, "a second person")
	}
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return "Each takes " + parts[0] + "."
	default:
		return "Each takes " + strings.Join(parts[:n-1], ", ") + " and " + parts[n-1] + "."
	}
}

// takes is what an operation takes beside what all of its class do.
func takes(m, all desk.MayDo) string {
	var out []string
	if m.Reason && !all.Reason {
		out = append(out, "reason")
	}
	if m.Ticket && !all.Ticket {
		out = append(out, "ticket")
	}
	if m.Fresh > 0 && m.Fresh != all.Fresh {
		out = append(out, fmt.Sprintf("signed in within %d minutes", int(m.Fresh.Minutes())))
	}
	if m.Second && !all.Second {
		out = append(out, "second person")
	}
	return strings.Join(out, ", ")
}

func roleTitle(r desk.Role) string {
	s := string(r)
	if s == "" {
		return "None"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func reachWords(h desk.Held) string {
	if h.Scope != "" {
		return "for " + h.Scope + " alone"
	}
	return "for everybody"
}
