package oktasim

import (
	"net/http"
	"slices"
)

func credentialsRoutes() []route {
	post := func(name, act string, serve func(*Org, *call, *person) (answer, error)) route {
		return changing(name, "POST", under+"/credentials/"+act, serve)
	}
	return []route{
		post("ChangePassword", "change_password", (*Org).changePassword),
		post("ChangeRecoveryQuestion", "change_recovery_question", (*Org).changeQuestion),
		post("ForgotPassword", "forgot_password", (*Org).forgotPassword),
		post("ForgotPasswordSetNewPassword", "forgot_password_recovery_question", (*Org).recoverPassword),
	}
}

// These four are the person's own acts: each asks for something only the
// person knows, but for the mail of forgotPassword.

// changePassword serves ChangePassword. Who had to choose a new password is
// ACTIVE afterwards: documented for RECOVERY, chosen for PASSWORD_EXPIRED.
func (o *Org) changePassword(c *call, p *person) (answer, error) {
	var b struct {
		OldPassword, NewPassword struct{ Value string }
		RevokeSessions           bool
	}
	if err := c.decode(&b); err != nil {
		return answer{}, err
	}
	if !p.password || !slices.Contains([]string{staged, active, passwordExpired, recovery}, p.status) {
		return answer{}, errChangePassword()
	}
	if !p.knows(b.OldPassword.Value) {
		return answer{}, errCredentials("Old Password is not correct")
	}
	if err := p.choose(c, b.NewPassword.Value, c.flag("strict", false)); err != nil {
		return answer{}, err
	}
	if b.RevokeSessions {
		p.sessions = 0
	}
	return p.credentialsAnswer()
}

// choose sets a password of the person's own choice.
func (p *person) choose(c *call, password string, strict bool) error {
	if text := p.passwordFlaw(password, strict); text != "" {
		return errCredentials(text)
	}
	p.setPassword(password, c.now)
	if p.status != staged {
		p.setStatus(active, c.now)
	}
	return nil
}

// changeQuestion serves ChangeRecoveryQuestion. From PASSWORD_EXPIRED it is
// offered by the links of real people and left out by the reference: the links
// are followed, as everywhere here.
func (o *Org) changeQuestion(c *call, p *person) (answer, error) {
	var b struct {
		Password struct{ Value string }
		Question questionBody `json:"recovery_question"`
	}
	if err := c.decode(&b); err != nil {
		return answer{}, err
	}
	if !p.password || !slices.Contains([]string{staged, active, passwordExpired, recovery}, p.status) {
		return answer{}, errChangeQuestion()
	}
	if !p.knows(b.Password.Value) {
		return answer{}, errCredentials("Password is not correct")
	}
	if b.Question.Question == "" {
		return answer{}, flaws{{"question", flawBlank}}.err()
	}
	if text := answerFlaw(b.Question.Question, b.Question.Answer); text != "" {
		return answer{}, errCredentials(text)
	}
	p.setAnswer(b.Question.Question, b.Question.Answer)
	p.lastUpdated = c.now
	return p.credentialsAnswer()
}

// forgotPassword serves ForgotPassword, which sends a mail and changes nothing.
// With the body of recoverPassword it does that one's work: an older SDK sends
// it here. PASSWORD_EXPIRED people carry the link, but were refused when it was
// tried on a real organisation.
func (o *Org) forgotPassword(c *call, p *person) (answer, error) {
	var b struct {
		Question *questionBody `json:"recovery_question"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&b); err != nil {
			return answer{}, err
		}
	}
	if b.Question != nil {
		return o.recoverPassword(c, p)
	}
	if err := p.mayForget(); err != nil {
		return answer{}, err
	}
	if c.flag("sendEmail", true) {
		return done()
	}
	url := c.base + "/signin/reset-password/" + o.rnd.text(base62, 20)
	return answer{status: http.StatusOK, body: object{{"resetPasswordUrl", url}}}, nil
}

func (p *person) mayForget() error {
	switch {
	case p.provider.kind != "OKTA" && p.provider.kind != "IMPORT":
		return errReset().because("Forgot password is not supported for the user's login type")
	case p.status != active || !p.password:
		return errForgot()
	}
	return nil
}

// recoverPassword serves ForgotPasswordSetNewPassword. That somebody without a
// question is refused in the words of errForgot is chosen.
func (o *Org) recoverPassword(c *call, p *person) (answer, error) {
	var b struct {
		Password struct{ Value string }
		Question questionBody `json:"recovery_question"`
	}
	if err := c.decode(&b); err != nil {
		return answer{}, err
	}
	if err := p.mayForget(); err != nil {
		return answer{}, err
	}
	if p.question == "" {
		return answer{}, errForgot()
	}
	if !p.answers(b.Question.Answer) {
		return answer{}, errAnswer()
	}
	if err := p.choose(c, b.Password.Value, false); err != nil {
		return answer{}, err
	}
	return p.credentialsAnswer()
}

// credentialsAnswer shows credentials without the addresses that a person has
// there (recorded).
func (p *person) credentialsAnswer() (answer, error) {
	shown := slices.DeleteFunc(p.credentials(), func(m member) bool { return m.name == "emails" })
	return answer{status: http.StatusOK, body: shown}, nil
}
