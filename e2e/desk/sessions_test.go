package desk

import (
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/desk"
)

// Sessions end with or without what keeps people signed in beside them: tokens
// and remembered devices.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	const tokens, devices = "Revoke OAuth and refresh tokens too", "Forget remembered devices too"
	for i, c := range []struct {
		name            string
		choose          []string
		tokens, devices bool // still there afterwards
		chosen          string
	}{
		{"as proposed", nil, true, false, "oauth_tokens=false forget_devices=true"},
		{"with tokens", []string{tokens}, false, false, "oauth_tokens=true forget_devices=true"},
		{"without devices", []string{devices}, true, true, "oauth_tokens=false forget_devices=false"},
		{"with tokens, without devices", []string{tokens, devices}, false, true, "oauth_tokens=true forget_devices=false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := v.With(t)
			p := v.Ordinary(8)[4+i]
			v.NextCall(p)
			v.Org.Reset()
			v.Act("End sessions", console.Why{Reason: "Left a laptop in the train", Choose: c.choose})
			v.See("Okta ended the person's sessions.", "Left a laptop in the train")
			now := v.Now(p)
			if now.Sessions != 0 || now.Tokens > 0 != c.tokens || now.Devices > 0 != c.devices {
				t.Errorf("left: %d sessions, %d tokens, %d devices", now.Sessions, now.Tokens, now.Devices)
			}
			sentOnce(t, v, "ClearUserSessions")
			done(t, v, p, "clear_sessions", "Left a laptop in the train", "ACTIVE")
			if got := v.Row(p).Params; got != c.chosen {
				t.Errorf("the record says %q", got)
			}
		})
	}
}

// There is no status in which Okta would not end sessions.
func TestSessionsEndFromEveryStatus(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	people := v.Ordinary(len(desk.Statuses()))
	for i, from := range desk.Statuses() {
		t.Run(desk.StatusWord(from), func(t *testing.T) {
			v, p := v.With(t), people[i]
			v.Org.SetStatus(p.ID, string(from))
			v.NextCall(p)
			v.Org.Reset()
			v.Act("End sessions", console.Why{})
			v.See("Okta ended the person's sessions.")
			v.ShowsStatus(string(from))
			status(t, v, p, string(from))
			sentOnce(t, v, "ClearUserSessions")
			done(t, v, p, "clear_sessions", console.Reason, string(from))
		})
	}
}
