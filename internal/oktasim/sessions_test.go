package oktasim

import "testing"

func TestClearSessions(t *testing.T) {
	for query, left := range map[string]struct{ tokens, devices bool }{
		"":                                      {true, false},
		"?oauthTokens=true":                     {false, false},
		"?forgetDevices=false":                  {true, true},
		"?forgetDevices=False":                  {true, true},
		"?oauthTokens=false":                    {true, false},
		"?oauthTokens=TRUE&forgetDevices=false": {false, true},
	} {
		o := small(t)
		var p Person
		for _, p = range o.People() {
			if p.Sessions > 0 && p.Tokens > 0 && p.Devices > 0 && len(p.Roles) == 0 {
				break
			}
		}
		r := call1(t, o, "DELETE", userPath(p.ID, "/sessions"+query)).wantCode(204)
		after, _ := o.Person(p.ID)
		if after.Sessions != 0 || (after.Tokens > 0) != left.tokens || (after.Devices > 0) != left.devices || len(r.body) != 0 {
			t.Errorf("%q: %+v", query, after)
		}
		if after.Status != p.Status {
			t.Errorf("%q: now %s", query, after.Status)
		}
	}
}

func TestClearSessionsFromEveryStatus(t *testing.T) {
	o := small(t)
	for _, status := range statuses() {
		id := o.FirstWith(status).ID
		call1(t, o, "DELETE", userPath(id, "/sessions")).wantCode(204)
		call1(t, o, "DELETE", userPath(id, "/sessions")).wantCode(204) // nothing left is fine
	}
	call1(t, o, "DELETE", userPath("nobody", "/sessions")).wantError(404, "E0000007")
}
