package oktasim

import "net/http"

// clearSessions serves ClearUserSessions, from any status and also where there
// is nothing to clear. Devices are forgotten unless the caller says otherwise.
func (o *Org) clearSessions(c *call, p *person) (answer, error) {
	p.sessions = 0
	if c.flag("oauthTokens", false) {
		p.tokens = 0
	}
	if c.flag("forgetDevices", true) {
		p.devices = 0
	}
	return answer{status: http.StatusNoContent}, nil
}
