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
	HomePath      = "/"
	UsersPath     = "/users"
	NewPersonPath = "/users/new"
	AdminsPath    = "/admins" // now MapPath
	ApprovalsPath = "/approvals"
	OncePath      = "/once"
	AuditPath     = "/audit"
	ExportPath    = "/audit/export"
	LoginPath     = "/auth/login"
	LogoutPath    = "/auth/logout"
	FreshPath     = "/auth/fresh"
	ThemePath     = "/theme"

	CounterPage  = "/counter"       // the person types here; nothing else is open then
	CounterAlive = "/counter/alive" // a key was pressed
)

// CounterPath is where what the person typed for an action is sent.
func CounterPath(a desk.Action) string { return CounterPage + "/" + url.PathEscape(string(a)) }

// UsersURL is the page that answers q.
func UsersURL(q desk.Query) string {
	return query(UsersPath, "q", q.Text, "status", string(q.Status), "after", q.After)
}

// UserURL is a person's page.
func UserURL(id okta.UserID) string { return UsersPath + "/" + url.PathEscape(id.String()) }

// The pages of a person, below UserURL.
const (
	AccessPath  = "/access"
	RolesPath   = "/roles"
	AssignPath  = "/roles/new"
	SignInsPath = "/sign-ins"
	LinksPath   = "/links"
	ProfilePath = "/profile"
	RawPath     = "/raw"
	HistoryPath = "/history"
)

// PageURL is one of the pages of a person, by its path below UserURL. The pairs
// are names and values of its query.
func PageURL(id okta.UserID, page string, pairs ...string) string {
	return query(UserURL(id)+page, pairs...)
}

// AdminsURL is a page of the holders of admin roles.
func AdminsURL(after string) string { return query(MapPath, "after", after) }

// RoleURL is the page of one assignment of a role; held tells apart those that
// share their id.
func RoleURL(id okta.UserID, role okta.RoleID, held, text string) string {
	return query(UserURL(id)+RolesPath+"/"+url.PathEscape(role.String()), "held", held, "q", text)
}

// AssignURL is the page on which a role is put together, with what is chosen
// so far.
func AssignURL(id okta.UserID, c desk.RoleChoice) string {
	v := url.Values{}
	for _, g := range c.Scope.Groups {
		v.Add("group", g.String())
	}
	for _, a := range c.Scope.Apps {
		v.Add("app", a.String())
	}
	return encoded(UserURL(id)+AssignPath, v, "type", string(c.Type), "q", c.Text)
}

// ClientURL is the page of what a client holds of a person.
func ClientURL(id okta.UserID, client okta.ClientID) string {
	return UserURL(id) + "/clients/" + url.PathEscape(client.String())
}

// ClientPageURL is that page further down its lists.
func ClientPageURL(id okta.UserID, client okta.ClientID, at desk.ClientCursors) string {
	return query(ClientURL(id, client), "grants", at.Grants, "tokens", at.Tokens)
}

// TokenURL is the page of a refresh token.
func TokenURL(id okta.UserID, client okta.ClientID, token okta.TokenID) string {
	return ClientURL(id, client) + "/tokens/" + url.PathEscape(token.String())
}

// GrantURL is the page of a consent.
func GrantURL(id okta.UserID, grant okta.GrantID) string {
	return UserURL(id) + "/grants/" + url.PathEscape(grant.String())
}

// ActionPath is where the dialog of an action is sent, with a :name for the person
// and for each part of what the action is about. Handlers listen there.
func ActionPath(a desk.Action) string {
	const user, role, client = "/users/:id", "/users/:id/roles/:role", "/users/:id/clients/:client"
	switch a {
	case "users.create":
		return UsersPath
	case "users.update":
		return user + ProfilePath
	case "users.replace":
		return user + RawPath
	case "users.erase":
		return user + "/erase"
	case "forgot_password":
		return user + "/credentials/forgot_password"
	case "change_password", "change_recovery_question", "forgot_password_recovery_question":
		return user + "/counter/" + string(a)
	case "links.set":
		return user + "/links/:link/set/:to"
	case "links.remove":
		return user + "/links/:link/remove/:to"
	case "roles.assign":
		return user + "/roles/new/:type"
	case "roles.remove":
		return role + "/remove"
	case "targets.add_group":
		return role + "/groups/:group/add"
	case "targets.remove_group":
		return role + "/groups/:group/remove"
	case "targets.add_all_apps":
		return role + "/apps"
	case "targets.add_app":
		return role + "/apps/:app/add"
	case "targets.remove_app":
		return role + "/apps/:app/remove"
	case "targets.add_instance":
		return role + "/apps/:app/:instance/add"
	case "targets.remove_instance":
		return role + "/apps/:app/:instance/remove"
	case "grants.revoke":
		return user + "/grants/:grant/revoke"
	case "grants.revoke_all":
		return user + "/grants/revoke"
	case "grants.revoke_client":
		return client + "/grants/revoke"
	case "sessions.revoke_token":
		return client + "/tokens/:token/revoke"
	case "sessions.revoke_tokens":
		return client + "/tokens/revoke"
	case "clear_sessions":
		return user + "/sessions/clear"
	case "factors.reset":
		return user + "/factors/:factor/reset"
	}
	return user + "/lifecycle/" + url.PathEscape(string(a))
}

// ActionURL is where the dialog of an offer is sent.
func ActionURL(id okta.UserID, a desk.Action, on desk.Object) string {
	parts := strings.Split(ActionPath(a), "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = url.PathEscape(partOf(id, on, name))
		}
	}
	return strings.Join(parts, "/")
}

func partOf(id okta.UserID, on desk.Object, name string) string {
	switch name {
	case "id":
		return id.String()
	case "type":
		return string(on.Type)
	case "role":
		return on.Role.String()
	case "group":
		return on.Group.String()
	case "app":
		return on.App.String()
	case "instance":
		return on.Instance.String()
	case "client":
		return on.Client.String()
	case "grant":
		return on.Grant.String()
	case "token":
		return on.Token.String()
	case "factor":
		return on.Factor.String()
	case "link":
		return on.Link.String()
	}
	return on.To.String()
}

// RecordURL is the page of the record that begins with row seq.
func RecordURL(seq int64) string {
	return AuditURL(audit.Filter{Before: seq + 1}) + "#" + rowID(seq)
}

// RequestURL is where a decision on a request is sent.
func RequestURL(w desk.Waiting, verb string) string {
	return ApprovalsPath + "/" + url.PathEscape(w.ID) + "/" + verb
}

// WaitingURL is a request among all that wait.
func WaitingURL(w desk.Waiting) string { return ApprovalsPath + "#" + requestID(w) }

// LoginURL is the way to sign in and back to a page of the console.
func LoginURL(returnTo string) string { return query(LoginPath, "return_to", localPath(returnTo)) }

// AgainParam names, in the address of a page that is come back to after a fresh
// sign-in, what was typed there before.
const AgainParam = "again"

// FreshURL is the way to sign in anew and back to the page that is at here, or that
// an action there was started on, with what was kept under a name.
func FreshURL(here, draft string) string {
	back := pagePath(here)
	path, old, _ := strings.Cut(back, "?")
	v, err := url.ParseQuery(old)
	if err != nil {
		v = url.Values{}
	}
	if v.Del(AgainParam); draft != "" {
		v.Set(AgainParam, draft)
	}
	return query(FreshPath, "return_to", localPath(path+"?"+v.Encode()))
}

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

// pagePath is the page to go back to from here: the nearest page of the person,
// when here is the address of one of the person's actions.
func pagePath(here string) string {
	here = localPath(here)
	path, _, _ := strings.Cut(here, "?")
	rest, ok := strings.CutPrefix(path, UsersPath+"/")
	if !ok {
		return here
	}
	parts := strings.Split(rest, "/")
	n := pageParts(parts[1:])
	if n == len(parts)-1 {
		return here
	}
	return UsersPath + "/" + strings.Join(parts[:n+1], "/")
}

// pageParts says how many parts of a path below a person's lead to a page.
func pageParts(parts []string) int {
	n := len(parts)
	if n == 0 {
		return 0
	}
	switch "/" + parts[0] {
	case AccessPath, SignInsPath, LinksPath, ProfilePath, RawPath, HistoryPath:
		return 1
	case RolesPath:
		return min(n, 2)
	case "/clients":
		if n == 4 && parts[2] == "tokens" && parts[3] != "revoke" {
			return 4
		}
		return min(n, 2) &^ 1
	case "/grants":
		if n == 2 && parts[1] != "revoke" {
			return 2
		}
	}
	return 0
}

// localPath returns s where it is a path of this console, else the first page.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return HomePath
	}
	return s
}

// query appends the pairs that have a value.
func query(path string, pairs ...string) string { return encoded(path, url.Values{}, pairs...) }

// encoded is path with v and the pairs that have a value.
func encoded(path string, v url.Values, pairs ...string) string {
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
