package desk

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// tokenLife is how long a page's buttons work before it must be read again.
const tokenLife = 15 * time.Minute

// staffHolds is how long what a page saw of somebody's groups counts. After it
// the groups are read again before a change.
const staffHolds = time.Minute

// shown is what an operator had before their eyes when an action was offered.
// It travels in the action's one-time token: signed, and worth nothing in
// another session, for another action, on another person or object.
type shown struct {
	Nonce   string      `json:"n"`
	Status  okta.Status `json:"s"`
	Updated int64       `json:"u"` // the person's lastUpdated, Unix milliseconds
	Staff   Role        `json:"t,omitempty"`
	Known   bool        `json:"k,omitempty"` // whether the groups, and so Staff, could be read
	Read    int64       `json:"r"`           // when the groups were read, Unix milliseconds
	State   string      `json:"o,omitempty"` // the object as it was shown, in the words of its room
	Issued  int64       `json:"i"`           // Unix milliseconds
}

var (
	errForged  = errors.New("the token is not one that this page was given")
	errExpired = errors.New("the token has expired")
)

// issue signs a token for one action of one actor on one object of a person, as
// it was shown. Two pages never get the same.
func (d *Desk) issue(who Actor, a Action, u okta.User, on Standing, about Object, state string) string {
	s := shown{rand.Text(), u.Status, u.LastUpdated.UnixMilli(), on.Staff, on.StaffKnown, on.StaffRead.UnixMilli(), state, d.now().UnixMilli()}
	body, _ := json.Marshal(s) // strings and numbers alone: it cannot fail
	return encode(body) + "." + encode(d.mac(who, a, u.ID, about, body))
}

// open checks a token and returns what it says was shown. An expired token is
// returned with errExpired.
func (d *Desk) open(who Actor, a Action, id okta.UserID, about Object, token string) (shown, error) {
	var s shown
	head, tail, _ := strings.Cut(token, ".")
	body, err1 := base64.RawURLEncoding.Strict().DecodeString(head)
	sum, err2 := base64.RawURLEncoding.Strict().DecodeString(tail)
	if err1 != nil || err2 != nil || !hmac.Equal(sum, d.mac(who, a, id, about, body)) || json.Unmarshal(body, &s) != nil {
		return shown{}, errForged
	}
	if d.now().Sub(time.UnixMilli(s.Issued)) > tokenLife {
		return s, errExpired
	}
	return s, nil
}

func (d *Desk) mac(who Actor, a Action, id okta.UserID, about Object, body []byte) []byte {
	h := hmac.New(sha256.New, d.key)
	for _, part := range []string{"action token", who.ID, who.Session, string(a), id.String(), about.String(), string(body)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
