package oktasim

import (
	"net/http"
	"slices"
)

func lifecycleRoutes() []route {
	post := func(name, act string, serve func(*Org, *call, *person) (answer, error)) route {
		return changing(name, "POST", under+"/lifecycle/"+act, serve)
	}
	return []route{
		post("ActivateUser", "activate", (*Org).activate),
		post("ReactivateUser", "reactivate", (*Org).reactivate),
		post("DeactivateUser", "deactivate", (*Org).deactivate),
		post("SuspendUser", "suspend", (*Org).suspend),
		post("UnsuspendUser", "unsuspend", (*Org).unsuspend),
		post("UnlockUser", "unlock", (*Org).unlock),
		post("ExpirePassword", "expire_password", (*Org).expirePassword),
		post("ExpirePasswordAndGetTemporaryPassword", "expire_password_with_temp_password", (*Org).temporaryPassword),
		post("ResetPassword", "reset_password", (*Org).resetPassword),
		post("ResetFactors", "reset_factors", (*Org).resetFactors),
	}
}

// The ten lifecycle acts. Each gets a copy of the person; an error leaves the
// person alone. What is refused from which status follows recordings first,
// then Okta's reference; "?" marks what neither establishes.

func done() (answer, error) { return answer{status: http.StatusOK, body: object{}}, nil }

// activate takes STAGED and DEPROVISIONED. A person with a password becomes
// ACTIVE at once; a deactivated one has lost theirs.
func (o *Org) activate(c *call, p *person) (answer, error) {
	if p.status != staged && p.status != deprovisioned {
		return answer{}, errAlreadyActive() // ? for all but ACTIVE
	}
	status := provisioned
	if p.password {
		status = active
	}
	p.setStatus(status, c.now)
	p.activated = c.now
	return o.activationLink(c, c.flag("sendEmail", true))
}

// reactivate sends PROVISIONED and RECOVERY people their link again.
func (o *Org) reactivate(c *call, p *person) (answer, error) {
	if p.status != provisioned && p.status != recovery {
		return answer{}, errStatus()
	}
	return o.activationLink(c, c.flag("sendEmail", false))
}

func (o *Org) activationLink(c *call, mailed bool) (answer, error) {
	if mailed {
		return done()
	}
	token := o.rnd.text(base62, 20)
	return answer{status: http.StatusOK, body: object{
		{"activationUrl", c.base + "/tokens/" + token + "/verify"}, {"activationToken", token},
	}}, nil
}

// deactivate takes everybody but those it was done to: for them, Okta says the
// person is not there.
func (o *Org) deactivate(c *call, p *person) (answer, error) {
	if p.status == deprovisioned {
		return answer{}, errNotFound(p.id, "User")
	}
	p.setStatus(deprovisioned, c.now)
	p.password, p.sessions, p.devices = false, 0, 0
	p.consents, p.refresh = nil, nil
	p.secrets.password, p.apps = "", nil
	return done()
}

// suspend follows the links that real people carry: they offer it to
// PROVISIONED and PASSWORD_EXPIRED too, while the reference names ACTIVE alone.
func (o *Org) suspend(c *call, p *person) (answer, error) {
	if !slices.Contains([]string{active, provisioned, passwordExpired}, p.status) {
		return answer{}, errInvalid("suspendUser", "Cannot suspend a user that is not active")
	}
	p.setStatus(suspended, c.now)
	p.sessions = 0
	return done()
}

func (o *Org) unsuspend(c *call, p *person) (answer, error) {
	if p.status != suspended {
		return answer{}, errInvalid("suspendUser", "Cannot unsuspend a user that is not suspended")
	}
	p.setStatus(active, c.now)
	return done()
}

// unlock leaves accounts alone that a directory locks.
func (o *Org) unlock(c *call, p *person) (answer, error) {
	if p.status == active && p.blocked {
		p.blocked = false
		return done()
	}
	if p.status != lockedOut {
		return answer{}, errUnlock().because("The user is not locked out.")
	}
	if p.provider.kind == "ACTIVE_DIRECTORY" || p.provider.kind == "LDAP" {
		return answer{}, errUnlock() // documented as not supported; the code is not (?)
	}
	p.setStatus(active, c.now)
	p.blocked = false
	return done()
}

// expirePassword answers the person; in its old form, with a parameter, it does
// the work of temporaryPassword.
func (o *Org) expirePassword(c *call, p *person) (answer, error) {
	if c.flag("tempPassword", false) {
		return o.temporaryPassword(c, p)
	}
	if err := expire(c, p); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: o.fullUser(c, p)}, nil
}

func (o *Org) temporaryPassword(c *call, p *person) (answer, error) {
	if err := expire(c, p); err != nil {
		return answer{}, err
	}
	temporary := o.temporary()
	p.setPassword(temporary, c.now)
	if c.flag("revokeSessions", false) {
		p.sessions = 0
	}
	return answer{status: http.StatusOK, body: object{{"tempPassword", temporary}}}, nil
}

// expire wants a password. Everything but ACTIVE and PASSWORD_EXPIRED is
// refused: documented for some of the rest, chosen for RECOVERY and LOCKED_OUT.
func expire(c *call, p *person) error {
	if !p.password || p.status != active && p.status != passwordExpired {
		return errStatus()
	}
	p.setStatus(passwordExpired, c.now)
	return nil
}

// temporary is twelve characters with at least one of each kind that a usual
// password policy asks for.
func (o *Org) temporary() string {
	digit, upper, lower := base62[:10], base62[10:36], base62[36:]
	return o.rnd.text(upper, 1) + o.rnd.text(digit, 1) + o.rnd.text(lower, 2) + o.rnd.text(digit, 1) +
		o.rnd.text(lower, 1) + o.rnd.text(upper, 1) + o.rnd.text(base62, 5)
}

// resetPassword puts into RECOVERY whoever could still use a link.
func (o *Org) resetPassword(c *call, p *person) (answer, error) {
	if slices.Contains([]string{staged, suspended, deprovisioned}, p.status) {
		return answer{}, errReset()
	}
	p.setStatus(recovery, c.now)
	if c.flag("revokeSessions", false) {
		p.sessions = 0
	}
	if c.flag("sendEmail", true) {
		return done()
	}
	url := c.base + "/reset_password/" + o.rnd.text(base62, 20)
	return answer{status: http.StatusOK, body: object{{"resetPasswordUrl", url}}}, nil
}

// resetFactors takes every status, and people without factors.
func (o *Org) resetFactors(_ *call, p *person) (answer, error) {
	p.factors = nil
	return done()
}
