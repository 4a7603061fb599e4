package oktasim

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Secrets are what only the person knows, sealed: no answer, snapshot or dump
// can show them. An empty seal fits nothing.
type secrets struct {
	password, answer string
	before           []string // seals of earlier passwords, the newest first
}

// keeps is how many passwords, the present one among them, a strict change
// does not take again.
const keeps = 4

// seal is salted with the person and the kind of secret.
func (p *person) seal(kind, secret string) string {
	sum := sha256.Sum256([]byte(p.id + "\x00" + kind + "\x00" + secret))
	return string(sum[:])
}

func (p *person) knows(password string) bool {
	return p.password && p.secrets.password == p.seal("password", password)
}

// answers compares without regard to case and to blanks around.
func (p *person) answers(answer string) bool {
	return p.question != "" && p.secrets.answer == p.seal("answer", normal(answer))
}

func normal(answer string) string { return strings.ToLower(strings.TrimSpace(answer)) }

func (p *person) setPassword(password string, now time.Time) {
	p.setSeal(p.seal("password", password), now)
}

func (p *person) setSeal(seal string, now time.Time) {
	if old := p.secrets.password; old != "" {
		p.secrets.before = append([]string{old}, p.secrets.before...)
		p.secrets.before = p.secrets.before[:min(len(p.secrets.before), keeps-1)]
	}
	p.password, p.passwordChanged, p.lastUpdated = true, now, now
	p.secrets.password = seal
}

func (p *person) setAnswer(question, answer string) {
	p.question, p.secrets.answer = question, p.seal("answer", normal(answer))
}

// used reports whether password is one of the last ones.
func (p *person) used(password string) bool {
	seal := p.seal("password", password)
	return seal == p.secrets.password || slices.Contains(p.secrets.before, seal)
}

// foundSecrets gives a person of the seed the documented password and answer.
func (p *person) foundSecrets() {
	if p.password && p.secrets.password == "" {
		p.secrets.password = p.seal("password", "Brightwater-"+p.profile.text("employeeNumber"))
	}
	if p.question != "" && p.secrets.answer == "" {
		p.secrets.answer = p.seal("answer", "blue")
	}
}

// The words of the password policy, as Okta's errors have them.
const (
	flawPolicy = "Password requirements were not met. Password requirements: at least 8 characters, " +
		"a lowercase letter, an uppercase letter, a number, no parts of your username."
	flawCommon = "This password was found in a list of commonly used passwords. Please try another password."
	flawUsed   = "Password has been used too recently"
)

// passwordFlaw says what the policy has against a password for p, "" if nothing.
func (p *person) passwordFlaw(password string, strict bool) string {
	name, _, _ := strings.Cut(strings.ToLower(p.login()), "@")
	has := func(is func(rune) bool) bool { return strings.ContainsFunc(password, is) }
	switch {
	case slices.Contains(common(), strings.ToLower(password)):
		return flawCommon
	case utf8.RuneCountInString(password) < 8, !has(unicode.IsLower), !has(unicode.IsUpper), !has(unicode.IsDigit),
		len(name) >= 4 && strings.Contains(strings.ToLower(password), name): // shorter names are in too many words
		return flawPolicy
	case strict && p.used(password):
		return flawUsed
	}
	return ""
}

// common are passwords that would pass but for everybody having them.
func common() []string {
	return []string{
		"password1", "password12", "password123", "passw0rd", "p@ssw0rd", "p@ssword1", "welcome1", "welcome123", "qwerty123",
		"qwerty12", "abc12345", "letmein1", "iloveyou1", "sunshine1", "football1", "baseball1", "princess1", "trustno1", "changeme1",
	}
}

// answerFlaw says what is wrong with an answer to a question, "" if nothing.
func answerFlaw(question, answer string) string {
	answer = normal(answer)
	switch {
	case utf8.RuneCountInString(answer) < 4:
		return "The security question answer must be at least 4 characters in length"
	case strings.Contains(strings.ToLower(question), answer):
		return "The security question answer must not be part of the question"
	}
	return ""
}

// CheckPassword reports whether password is what the person signs in with.
func (o *Org) CheckPassword(id, password string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	i, ok := o.byID[id]
	return ok && o.people[i].knows(password)
}

// CheckAnswer reports whether answer is the one to the person's recovery
// question.
func (o *Org) CheckAnswer(id, answer string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	i, ok := o.byID[id]
	return ok && o.people[i].answers(answer)
}

// appendBelongings writes what a snapshot has to see beside the person's own
// answer; of secrets only the seals.
func (p *person) appendBelongings(b []byte) []byte {
	var list []string
	for _, a := range p.apps {
		list = append(list, a.id)
	}
	for _, in := range p.idps {
		list = append(list, in.id)
	}
	for _, l := range p.bonds {
		list = append(list, l.name, l.primary)
	}
	b = encode(b, list)
	b = encode(b, p.blocked)
	for _, seal := range append([]string{p.secrets.password, p.secrets.answer}, p.secrets.before...) {
		b = append(b, seal...)
	}
	return b
}
