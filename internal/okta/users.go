package okta

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"
)

// Users is the room of people: finding and reading them.
type Users service

// List reads a page of people (ListUsers). A query that cannot be sent is
// refused with an *Error that is ErrBadQuery; an expression or cursor that Okta
// does not take with E0000031.
func (s *Users) List(ctx context.Context, q UserQuery) (Page[User], error) {
	v, err := q.values()
	if err != nil {
		return Page[User]{}, &Error{Op: string(listUsers), Err: err}
	}
	return page(ctx, s.client, request{op: listUsers, query: v}, q.After, func(u User) error {
		if u.ID.IsZero() {
			return ErrBadID
		}
		return nil
	})
}

// All reads people page by page as they are asked for, from q.After on. After
// an error, which is that of List or says that the list does not end, it ends.
func (s *Users) All(ctx context.Context, q UserQuery) iter.Seq2[User, error] {
	first := q.After
	return every(listUsers, func(at Cursor) (Page[User], error) {
		if q.After = at; at.IsZero() {
			q.After = first
		}
		return s.List(ctx, q)
	})
}

// Get reads one person (GetUser), as Okta has them at this moment. An unknown
// id is an error that IsNotFound.
func (s *Users) Get(ctx context.Context, id UserID) (User, error) {
	return s.client.user(ctx, on(id, getUser, nil))
}

// Me reads the owner of the credential (GetUser of "me").
func (s *Users) Me(ctx context.Context) (User, error) {
	return s.client.user(ctx, request{op: getUser, ids: []segment{me}})
}

var errOtherPerson = errors.New("the answer is about another person")

// user makes a call that answers with a person, and insists that it is the one
// who was asked about: everything after it acts on that answer.
func (c *Client) user(ctx context.Context, r request) (User, error) {
	return c.personWho(ctx, r, func(u User) error {
		if asked := r.ids[0]; asked != me && asked != u.ID.segment() {
			return errOtherPerson
		}
		return nil
	})
}

// personWho makes a call that answers with a person who is the right one.
func (c *Client) personWho(ctx context.Context, r request, right func(User) error) (User, error) {
	u, a, err := one(ctx, c, r, func(u User) error {
		if u.ID.IsZero() {
			return ErrBadID
		}
		return right(u)
	})
	if err == nil {
		u.ETag = a.header.Get("ETag")
	}
	return u, err
}

// Status is where a person stands in Okta's life cycle. One that Okta adds in
// future is kept as it is and not Known.
type Status string

// The statuses.
const (
	Staged          Status = "STAGED"
	Provisioned     Status = "PROVISIONED"
	Active          Status = "ACTIVE"
	Recovery        Status = "RECOVERY"
	PasswordExpired Status = "PASSWORD_EXPIRED"
	LockedOut       Status = "LOCKED_OUT"
	Suspended       Status = "SUSPENDED"
	Deprovisioned   Status = "DEPROVISIONED"
)

// Known reports whether s is a status that the console understands.
func (s Status) Known() bool {
	switch s {
	case Staged, Provisioned, Active, Recovery, PasswordExpired, LockedOut, Suspended, Deprovisioned:
		return true
	}
	return false
}

// User is a person, and never one without an id, whom nothing could be done for.
// Times are zero where Okta says null. In lists Links holds "self" alone, so
// Allows is about people who were read one by one. It has no decoder of its own:
// in a list of 200 that would have every person scanned two times more.
type User struct {
	ID              UserID      `json:"id"`
	Status          Status      `json:"status"`
	Created         time.Time   `json:"created,omitzero"`
	Activated       time.Time   `json:"activated,omitzero"`
	StatusChanged   time.Time   `json:"statusChanged,omitzero"`
	LastLogin       time.Time   `json:"lastLogin,omitzero"`
	LastUpdated     time.Time   `json:"lastUpdated,omitzero"`
	PasswordChanged time.Time   `json:"passwordChanged,omitzero"`
	TransitioningTo Status      `json:"transitioningToStatus,omitempty"`
	RealmID         string      `json:"realmId,omitempty"` // only where realms exist
	Type            UserType    `json:"type,omitzero"`
	Profile         Profile     `json:"profile"`
	Credentials     Credentials `json:"credentials"`
	Links           Links       `json:"_links,omitzero"`
	ETag            string      `json:"-"` // of Get alone; covers profile and type, not the status
}

// Name is what to call the person: first and last name, else login, else id.
func (u User) Name() string {
	name := strings.TrimSpace(u.Profile.FirstName() + " " + u.Profile.LastName())
	return cmp.Or(name, u.Profile.Login(), u.ID.String())
}

// Allows reports whether Okta offers the action rel, such as "suspend", for the
// person as they are.
func (u User) Allows(rel string) bool { return u.Links.Has(rel) }

// UserType names the kind of person that Okta counts somebody as.
type UserType struct {
	ID string `json:"id"`
}

// Profile holds a person's attributes, those that the organisation defined
// among them, exactly as Okta wrote them. What it holds may be anything that
// somebody typed.
type Profile map[string]json.RawMessage

// Text returns an attribute that is a text, a number or a truth value as text;
// "" when it is something else, null or not there.
func (p Profile) Text(name string) string { return textOf(p[name]) }

func textOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	case 'n', '[', '{':
		return ""
	}
	return string(raw)
}

// FirstName returns the attribute firstName.
func (p Profile) FirstName() string { return p.Text("firstName") }

// LastName returns the attribute lastName.
func (p Profile) LastName() string { return p.Text("lastName") }

// Login returns the name that the person signs in with.
func (p Profile) Login() string { return p.Text("login") }

// Email returns the primary address.
func (p Profile) Email() string { return p.Text("email") }

// SecondEmail returns the address for recovery.
func (p Profile) SecondEmail() string { return p.Text("secondEmail") }

// MobilePhone returns the attribute mobilePhone.
func (p Profile) MobilePhone() string { return p.Text("mobilePhone") }

// Credentials says how a person signs in. It never holds a password or an
// answer.
type Credentials struct {
	Password         *struct{}         `json:"password,omitempty"` // nil: has none
	RecoveryQuestion RecoveryQuestion  `json:"recovery_question,omitzero"`
	Provider         Provider          `json:"provider,omitzero"`
	Emails           []CredentialEmail `json:"emails,omitzero"` // in some organisations only
}

// HasPassword reports whether Okta holds a password for the person.
func (c Credentials) HasPassword() bool { return c.Password != nil }

// RecoveryQuestion is what a person is asked who forgot the password.
type RecoveryQuestion struct {
	Question string `json:"question"`
}

// Provider is who checks the person's password: OKTA, or a directory.
type Provider struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// CredentialEmail is an address that recovery mails may go to.
type CredentialEmail struct {
	Value  string `json:"value"`
	Status string `json:"status"`
	Type   string `json:"type"` // PRIMARY or SECONDARY
}

// Links is the _links of an answer: what leads on from it. The addresses are
// Okta's word and are not followed or shown; paths are built from ids.
type Links map[string]json.RawMessage

// Has reports whether there is a link of the relation rel.
func (l Links) Has(rel string) bool {
	_, ok := l[rel]
	return ok
}
