package oktasim

import (
	"encoding/json"
	"strings"
)

// What a person is made of on the way in. Members that a client posts back from
// an answer, such as id, status and _links, are left unread, and so is realmId:
// there are no realms here.
type userBody struct {
	Profile     map[string]any
	Credentials *credentialsBody
	GroupIDs    []string `json:"groupIds"`
	Type        *struct{ ID string }
}

type credentialsBody struct {
	Password *passwordBody
	Question *questionBody `json:"recovery_question"`
	Provider *struct{ Type, Name string }
}

type questionBody struct{ Question, Answer string }

// A passwordBody holds one of three kinds of password, or none: Okta takes an
// empty object for no password (recorded).
type passwordBody struct {
	Value string
	Hash  *struct{ Algorithm, Value string }
	Hook  *struct{ Type string }
}

func (p *passwordBody) empty() bool {
	return p == nil || p.Value == "" && p.Hash == nil && p.Hook == nil
}

// foreign is a password made elsewhere, which nobody here has seen.
func (p *passwordBody) foreign() bool { return p.Hash != nil || p.Hook != nil }

func (p *passwordBody) check() string {
	algorithms := "BCRYPT SHA-512 SHA-256 SHA-1 MD5 PBKDF2"
	switch h := p.Hash; {
	case h != nil && (h.Value == "" || h.Algorithm == "" || !strings.Contains(algorithms, strings.ToUpper(h.Algorithm))):
		return "The hash is not valid"
	case p.Hook != nil && p.Hook.Type != "default":
		return "The hook type must be default"
	}
	return ""
}

// decode reads a body into its parts. A body that is no object, or has a member
// of a wrong kind, is not well-formed in Okta's eyes.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil || string(c.body) == "null" {
		return errBody()
	}
	return nil
}

func (c *call) userBody() (userBody, error) {
	var b userBody
	if err := c.decode(&b); err != nil {
		return b, err
	}
	if b.Credentials == nil {
		b.Credentials = &credentialsBody{}
	}
	return b, nil
}
