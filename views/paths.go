package views

import (
	"net/url"
	"strconv"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// The paths without a variable part.
const (
	HomePath   = "/"
	UsersPath  = "/users"
	AuditPath  = "/audit"
	LoginPath  = "/auth/login"
	LogoutPath = "/auth/logout"
	ThemePath  = "/theme"
)

// UsersURL is the page that answers q.
func UsersURL(q desk.Query) string {
	return query(UsersPath, "q", q.Text, "status", string(q.Status), "after", q.After)
}

// UserURL is a person's page.
func UserURL(id okta.UserID) string { return UsersPath + "/" + url.PathEscape(id.String()) }

// ActionURL is where the dialog of an action is sent.
func ActionURL(id okta.UserID, a desk.Action) string {
	if a == "clear_sessions" {
		return UserURL(id) + "/sessions/clear"
	}
	return UserURL(id) + "/lifecycle/" + url.PathEscape(string(a))
}

// AuditURL is the page of the record that f describes.
func AuditURL(f audit.Filter) string {
	return query(AuditPath, "q", f.Text, "actor", f.Actor, "target", f.Target, "action", f.Action, "before", number(f.Before))
}

// RecordURL is the page of the record that begins with row seq.
func RecordURL(seq int64) string {
	return AuditURL(audit.Filter{Before: seq + 1}) + "#" + rowID(seq)
}

// LoginURL is the way to sign in and back to a page of the console.
func LoginURL(returnTo string) string { return query(LoginPath, "return_to", localPath(returnTo)) }

// OktaURL is the person's page in Okta's own console; empty where that is
// not known.
func (l Links) OktaURL(id okta.UserID) string {
	if l.OktaAdmin == "" || id.IsZero() {
		return ""
	}
	return strings.TrimRight(l.OktaAdmin, "/") + "/admin/user/profile/view/" + url.PathEscape(id.String())
}

// TicketURL is the page of a ticket; empty where tickets are not linked.
func (l Links) TicketURL(ticket string) string {
	number := url.PathEscape(ticket)
	switch {
	case l.Ticket == "" || ticket == "":
		return ""
	case strings.Contains(l.Ticket, "%s"):
		return strings.ReplaceAll(l.Ticket, "%s", number)
	default:
		return l.Ticket + number
	}
}

// telURL is a telephone number as a link; empty when s holds too few digits
// to be one.
func telURL(s string) string {
	dial := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
	if len(dial) < 5 {
		return ""
	}
	return "tel:" + dial
}

// pagePath is the page to go back to from here: the person, when here is the
// address of one of the person's actions.
func pagePath(here string) string {
	here = localPath(here)
	rest, ok := strings.CutPrefix(here, UsersPath+"/")
	if id, _, nested := strings.Cut(rest, "/"); ok && nested {
		return UsersPath + "/" + id
	}
	return here
}

// localPath returns s where it is a path of this console, else the first page.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return HomePath
	}
	return s
}

// query appends the pairs that have a value.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func rowID(seq int64) string { return "row-" + strconv.FormatInt(seq, 10) }
