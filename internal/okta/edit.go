package okta

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// NewUser is a person to be made. Provider and Password may be zero.
type NewUser struct {
	Profile           Profile // with a login and an email at least
	Password          Secret
	Provider          Provider
	ChangeAtNextLogin bool // the password is good for one sign-in
	Activate          bool // else the person is STAGED
	Groups            []GroupID
}

const maxNewGroups = 20

var (
	errNoLogin  = errors.New("a person without a login")
	errGroups   = errors.New("a person can be made in 20 groups at most")
	errNothing  = errors.New("no attribute is named")
	errETag     = errors.New("not an ETag")
	errNewLogin = errors.New("the answer is about another login")
)

type newUserBody struct {
	Profile     Profile        `json:"profile"`
	Credentials newCredentials `json:"credentials,omitzero"`
	Groups      []GroupID      `json:"groupIds,omitempty"`
}

type newCredentials struct {
	Password *valued  `json:"password,omitempty"`
	Provider Provider `json:"provider,omitzero"`
}

// Create makes a person (CreateUser). A login that somebody has already, an
// attribute that the organisation does not have and a password that its policy
// does not take are E0000001 or E0000080 with the causes.
func (s *Users) Create(ctx context.Context, n NewUser) (User, error) {
	r := request{op: createUser, query: flag("activate", n.Activate), body: n.body()}
	switch {
	case n.Profile.Login() == "":
		return User{}, &Error{Op: string(r.op), Err: errNoLogin}
	case len(n.Groups) > maxNewGroups:
		return User{}, &Error{Op: string(r.op), Err: errGroups}
	}
	if n.Provider != (Provider{}) {
		r.query.Set("provider", strconv.FormatBool(true))
	}
	if n.ChangeAtNextLogin {
		r.query.Set("nextLogin", "changePassword")
	}
	return s.client.personWho(ctx, r, func(u User) error {
		if !strings.EqualFold(u.Profile.Login(), n.Profile.Login()) {
			return errNewLogin
		}
		return nil
	})
}

func (n NewUser) body() newUserBody {
	b := newUserBody{Profile: n.Profile, Groups: n.Groups}
	b.Credentials.Provider = n.Provider
	if !n.Password.IsZero() {
		b.Credentials.Password = valueOf(n.Password)
	}
	return b
}

// Update changes the attributes that profile names (PartialUpdateUser) and leaves
// the others; null takes one away. With an etag, which User.ETag gives, a person
// who has changed since is an error that IsStale. Not for DEPROVISIONED people:
// they are not found.
func (s *Users) Update(ctx context.Context, id UserID, profile Profile, etag string) (User, error) {
	return s.edit(ctx, on(id, partialUpdateUser, nil), profile, etag)
}

// Replace makes profile the person's attributes (UpdateUser): those that it does
// not name are taken away. Otherwise it is as Update.
func (s *Users) Replace(ctx context.Context, id UserID, profile Profile, etag string) (User, error) {
	return s.edit(ctx, on(id, updateUser, nil), profile, etag)
}

func (s *Users) edit(ctx context.Context, r request, profile Profile, etag string) (User, error) {
	switch {
	case len(profile) == 0:
		return User{}, &Error{Op: string(r.op), Err: errNothing}
	case len(etag) > maxCursor || !allOf(etag, visible):
		return User{}, &Error{Op: string(r.op), Err: errETag}
	}
	r.etag = etag
	return s.client.user(ctx, r.with(map[string]Profile{"profile": profile}))
}

// Erase is two operations under one name (DeactivateOrDeleteUser): who is
// DEPROVISIONED is gone for good, everybody else becomes DEPROVISIONED. So the
// caller must have read the status. No mail is sent.
func (s *Users) Erase(ctx context.Context, id UserID) error {
	return s.client.run(ctx, on(id, deactivateOrDeleteUser, flag("sendEmail", false)))
}

// Block keeps a person out who is not locked out altogether.
type Block struct {
	Type      string `json:"type"`      // such as DEVICE_BASED
	AppliesTo string `json:"appliesTo"` // ANY_DEVICES or UNKNOWN_DEVICES
}

// Blocks reads what keeps the person out (listUserBlocks of Okta's users API).
// Where the organisation lacks the feature the error IsFeatureOff.
func (s *Users) Blocks(ctx context.Context, id UserID) ([]Block, error) {
	return whole[Block](ctx, s.client, on(id, listUserBlocks, nil))
}

const idsAtOnce = 25 // in one search; the address stays under 2,000 characters

// ByIDs reads the people of ids, in their order (ListUsers). Who is not found is
// left out, and being a search it may miss who was made a moment ago.
func (s *Users) ByIDs(ctx context.Context, ids []UserID) ([]User, error) {
	found := map[UserID]User{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		any := make([]Expr, len(some))
		for i, id := range some {
			any[i] = Eq(AttrID, Value{id.String()})
		}
		for u, err := range s.All(ctx, UserQuery{Search: Or(any...)}) {
			if err != nil {
				return nil, err
			}
			found[u.ID] = u
		}
	}
	var people []User
	for _, id := range ids {
		if u, ok := found[id]; ok {
			people = append(people, u)
			delete(found, id)
		}
	}
	return people, nil
}
