package views

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// Glyph names one of the icons.
type Glyph string

// Look is how a thing is told apart at a glance: by word, colour and icon, so
// that no one of them has to carry the meaning alone.
type Look struct {
	Word  string
	Tone  string // class of the colour; empty for neutral
	Glyph Glyph
}

// StatusLook gives a person's status in the words of Okta's own console. A
// status that nobody here knows is shown as Okta sent it.
func StatusLook(s okta.Status) Look {
	switch s {
	case okta.Active:
		return Look{"Active", "ok", "circle-check"}
	case okta.Staged:
		return Look{"Staged", "info", "hourglass"}
	case okta.Provisioned:
		return Look{"Pending user action", "info", "hourglass"}
	case okta.Recovery:
		return Look{"Password reset", "warn", "key-round"}
	case okta.PasswordExpired:
		return Look{"Password expired", "warn", "key-round"}
	case okta.LockedOut:
		return Look{"Locked out", "bad", "lock"}
	case okta.Suspended:
		return Look{"Suspended", "held", "pause"}
	case okta.Deprovisioned:
		return Look{"Deactivated", "off", "circle-x"}
	case "":
		return Look{"No status", "", "circle-question-mark"}
	default:
		return Look{string(s), "", "circle-question-mark"}
	}
}

// ResultLook says how an act of the record ended.
func ResultLook(a audit.Act) Look {
	if a.Phase == audit.PhaseRefused {
		return Look{"refused", "held", "ban"}
	}
	if a.Phase == audit.PhaseEvent {
		return Look{"noted", "", "info"}
	}
	result := audit.Unknown
	if a.End != nil {
		result = a.End.Result
	}
	switch result {
	case audit.Done:
		return Look{"done", "ok", "circle-check"}
	case audit.Failed:
		return Look{"failed", "bad", "circle-x"}
	case audit.Settled:
		return Look{"looked up", "warn", "search"}
	case audit.Unknown:
		return Look{"unknown", "warn", "circle-question-mark"}
	default:
		return Look{string(result), "", "circle-question-mark"}
	}
}

// toneGlyph is the icon of a notice.
func toneGlyph(tone string) Glyph {
	switch tone {
	case "ok":
		return "circle-check"
	case "bad":
		return "circle-alert"
	default:
		return "triangle-alert"
	}
}

// actionGlyph is the icon on an action's button.
func actionGlyph(a desk.Action) Glyph {
	switch a {
	case "unlock":
		return "lock-open"
	case "activate", "reactivate":
		return "send"
	case "unsuspend":
		return "play"
	case "suspend":
		return "pause"
	case "users.erase":
		return "trash-2"
	case "forgot_password":
		return "send"
	case "change_recovery_question", "forgot_password_recovery_question":
		return "circle-question-mark"
	case "deactivate":
		return "user-x"
	case "expire_password":
		return "timer"
	case "reset_factors", "factors.reset":
		return "smartphone"
	case "clear_sessions":
		return "power"
	default:
		return "key-round"
	}
}

// actionTitle is the name of an action in the record; one that is no row of
// the catalogue, such as a sign-in, is shown as it was written.
func actionTitle(action string) string {
	switch action {
	case "record.read":
		return "Looked at the record"
	case "staff.sessions":
		return "Looked at colleagues' sessions"
	case "review.started":
		return "Began a review"
	case "review.decided":
		return "Decided in a review"
	case "review.undone":
		return "Took a decision in a review back"
	case "review.reassigned":
		return "Handed items of a review on"
	case "review.closed":
		return "Closed a review"
	case "review.stopped":
		return "Stopped a review"
	case "roles.map":
		return "Looked at the role map"
	case "roles.walk":
		return "Role map read"
	case "limit.alert":
		return "Half of a limit used"
	case "alert.reading":
		return "Very many pages opened"
	}
	for _, s := range desk.Catalog() {
		if string(s.Action) == action {
			return s.Title
		}
	}
	return sentence(strings.NewReplacer("_", " ", ".", " ").Replace(action))
}

// changes lists the catalogue's actions that change something, for the filter
// of the record.
func changes() []desk.Spec {
	var out []desk.Spec
	for _, s := range desk.Catalog() {
		if s.Risk != desk.Reading {
			out = append(out, s)
		}
	}
	return out
}

// confirm is the heading of an action's dialog and the word on its button.
func confirm(s desk.Spec, name string) string { return strings.Replace(s.Confirm, "%s", name, 1) }

// menuTitle is an action's name where a head over it says the rest.
func menuTitle(s desk.Spec) string { return strings.TrimSuffix(s.Title, " at the counter") }

// tierWords names the actor's roles in the console, highest first.
func tierWords(a desk.Actor) string {
	words := map[desk.Role]string{desk.Owner: "Owner", desk.Admin: "Admin", desk.Helpdesk: "Helpdesk", desk.Auditor: "Auditor"}
	var out []string
	for _, r := range []desk.Role{desk.Owner, desk.Admin, desk.Helpdesk, desk.Auditor} {
		for _, has := range a.Roles {
			if tier, scope := has.Parts(); tier == r && scope != "" {
				out = append(out, words[r]+" in "+scope)
			} else if tier == r {
				out = append(out, words[r])
			}
		}
	}
	if len(out) == 0 {
		return "No console role"
	}
	return strings.Join(out, ", ")
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '@' || r == '.' })
	if len(words) == 0 {
		return "?"
	}
	out := firstLetter(words[0])
	if len(words) > 1 {
		out += firstLetter(words[len(words)-1])
	}
	return out
}

func firstLetter(s string) string {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}

// callName is what a sentence calls a person: the first name, else all there is.
func callName(u okta.User) string {
	if first := strings.TrimSpace(u.Profile.FirstName()); first != "" {
		return first
	}
	return u.Name()
}

// work is title, department and place, as far as they are known.
func work(p okta.Profile) string {
	return joined(", ", p.Text("title"), p.Text("department"), p.Text("city"))
}

func joined(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// sentence begins s with a capital letter.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// askSentence turns "a member of Keydesk Admins" into what the agent should do;
// a whole sentence is left as it is.
func askSentence(who string) string {
	who = strings.TrimSuffix(strings.TrimSpace(who), ".")
	if who == "" || unicode.IsUpper([]rune(who)[0]) { // a sentence of its own
		return who + strings.Repeat(".", min(len(who), 1))
	}
	return "Ask " + who + "."
}

// ended puts a full stop where s has none: another sentence follows.
func ended(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?:") {
		return s
	}
	return s + "."
}

// beforeAt is what stands before the last @ of s; all of it where there is none.
func beforeAt(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i]
	}
	return s
}

// plural writes "1 person", "2 people".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// text is a JSON string's value; other kinds are shown as JSON.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
