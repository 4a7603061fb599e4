package oktasim

import (
	"net/http"
	"slices"
	"strings"
)

// mergeUser serves PartialUpdateUser: properties that are not named stay, and
// null clears one.
func (o *Org) mergeUser(c *call, p *person) (answer, error) {
	b, err := o.edit(c, p)
	if err != nil {
		return answer{}, err
	}
	if err := append(o.schema.checkGiven(b.Profile), o.taken(b.Profile, p.id)...).err(); err != nil {
		return answer{}, err
	}
	for _, a := range o.schema {
		if value, sent := b.Profile[a.name]; sent {
			p.profile = p.profile.with(a.name, value)
		}
	}
	return o.edited(c, p, b)
}

// replaceUser serves UpdateUser: properties that are not named are cleared. A
// body without a profile leaves the profile alone (recorded).
func (o *Org) replaceUser(c *call, p *person) (answer, error) {
	b, err := o.edit(c, p)
	if err != nil {
		return answer{}, err
	}
	if b.Profile != nil {
		if err := append(o.schema.checkAll(b.Profile), o.taken(b.Profile, p.id)...).err(); err != nil {
			return answer{}, err
		}
		p.profile = o.schema.whole(b.Profile)
	}
	return o.edited(c, p, b)
}

// edit reads an edit and refuses what no edit may do. Okta's option to edit
// deactivated people is off here: it says they are not there.
func (o *Org) edit(c *call, p *person) (userBody, error) {
	if p.status == deprovisioned {
		return userBody{}, errNotFound(c.user, "User")
	}
	b, err := c.userBody()
	if err == nil && !o.matching(c, p) {
		err = errConflict()
	}
	if err == nil {
		err = o.checkType(b)
	}
	if err == nil {
		err = o.schema.strangers("user", b.Profile)
	}
	return b, err
}

// matching compares If-Match with the ETag of what is here. One that names
// several tags, or any, is met as HTTP has it.
func (o *Org) matching(c *call, p *person) bool {
	header := c.r.Header.Values("If-Match")
	if len(header) == 0 {
		return true
	}
	tag := o.etag(p)
	return slices.ContainsFunc(strings.Split(strings.Join(header, ","), ","), func(s string) bool {
		s = strings.TrimSpace(s)
		return s == tag || s == "*"
	})
}

// edited takes the credentials of an edit. The status stays, also where a
// password is set for somebody who waits for one (not established).
func (o *Org) edited(c *call, p *person, b userBody) (answer, error) {
	if b.Credentials.Password != nil && b.Credentials.Password.foreign() && p.status != staged {
		return answer{}, errInvalid("password", "password: A hashed password can be set for staged users only")
	}
	if err := p.take(c, b.Credentials); err != nil {
		return answer{}, err
	}
	p.lastUpdated = c.now
	return answer{status: http.StatusOK, body: o.fullUser(c, p)}, nil
}

// take sets a password and a question as an administrator may, without knowing
// the old ones. A question without an answer is one posted back from an answer.
func (p *person) take(c *call, cred *credentialsBody) error {
	if given := cred.Password; !given.empty() {
		text := given.check()
		if text == "" && !given.foreign() {
			text = p.passwordFlaw(given.Value, c.flag("strict", false))
		}
		if text == "" && p.elsewhere() {
			text = "Password is not allowed for users of this provider"
		}
		if text != "" {
			return flaws{{"password", text}}.err()
		}
		p.setGiven(c, given)
	}
	if q := cred.Question; q != nil && q.Answer != "" {
		if q.Question == "" {
			return flaws{{"question", flawBlank}}.err()
		}
		if text := answerFlaw(q.Question, q.Answer); text != "" {
			return flaws{{"answer", text}}.err()
		}
		p.setAnswer(q.Question, q.Answer)
	}
	return nil
}

// setGiven: of a hash or a hook nobody here knows the password, so none fits.
func (p *person) setGiven(c *call, given *passwordBody) {
	if !given.foreign() {
		p.setPassword(given.Value, c.now)
		return
	}
	p.setSeal("foreign", c.now)
	p.provider = provider{"IMPORT", "IMPORT"}
}

// deleteUser serves DeactivateOrDeleteUser: the first call deactivates, the
// second erases.
func (o *Org) deleteUser(c *call, p *person) (answer, error) {
	if p.status == deprovisioned {
		p.gone = true
		for _, g := range p.groups {
			g.members = c.now
		}
		return answer{status: http.StatusNoContent}, nil
	}
	_, err := o.deactivate(c, p)
	return answer{status: http.StatusNoContent}, err
}
