package views

import (
	"net/url"
	"strings"

	"keydesk/internal/desk"
)

// StaffPath is the page of the browsers in which staff are signed in.
const StaffPath = "/sessions"

// SessionPath says how long the session goes on, and with POST makes it longer.
const SessionPath = "/auth/session"

// SignedInPath is the page on which a sign-in in a tab of its own ends.
const SignedInPath = "/signed-in"

// StaffProps is what that page shows.
type StaffProps struct {
	Sessions []desk.StaffSession
	Told     bool // the operator's roles are asked for again while they are signed in
	Notice   *Notice
}

// SessionURL is where a session is ended.
func SessionURL(s desk.StaffSession) string {
	return StaffPath + "/" + url.PathEscape(s.Who.Session) + "/end"
}

// OthersURL is where all of one's own sessions but this one are ended.
func OthersURL() string { return StaffPath + "/end-others" }

func (p StaffProps) own() (out []desk.StaffSession) {
	for _, s := range p.Sessions {
		if s.Mine {
			out = append(out, s)
		}
	}
	return out
}

func (p StaffProps) colleagues() []desk.StaffSession { return p.Sessions[len(p.own()):] }

// browserWords names a browser and its system from what it says it is: the first
// that fits of each, since every browser also says that it is the others.
func browserWords(agent string) string {
	return joined(" on ", marked(agent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"FxiOS/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}, "A browser"), marked(agent, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}, ""))
}

func marked(agent string, marks [][2]string, other string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return other
}
