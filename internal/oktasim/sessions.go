package oktasim

import "net/http"

func sessionsRoutes() []route {
	return []route{changing("ClearUserSessions", "DELETE", under+"/sessions", (*Org).clearSessions)}
}

// clearSessions serves ClearUserSessions, from any status and also where there
// is nothing to clear. Devices are forgotten unless the caller says otherwise.
func (o *Org) clearSessions(c *call, p *person) (answer, error) {
	p.sessions = 0
	if c.flag("oauthTokens", false) {
		p.refresh = nil
	}
	if c.flag("forgetDevices", true) {
		p.devices = 0
	}
	return answer{status: http.StatusNoContent}, nil
}
