package desk

import (
	"context"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Role is what an operator is in the console. Rights add up; the highest role
// is the operator's rank.
type Role string

// The roles of the console, lowest first. Who holds none may see nothing.
const (
	Auditor  Role = "auditor"
	Helpdesk Role = "helpdesk"
	Admin    Role = "admin"
	Owner    Role = "owner"
)

// Actor is the operator on whose behalf something is done. The console's own
// credential is far more powerful; every decision rests on the actor alone.
type Actor struct {
	ID       string      // issuer and subject: who the issuer says this is
	OktaID   okta.UserID `json:",omitzero"` // who that is in Okta; zero when nobody could be found
	Unmapped string      // why OktaID is zero, as a sentence
	Email    string
	Name     string
	Roles    []Role
	AuthTime time.Time // when the issuer last saw proof of who they are
	Session  string    // names the sign-in session in tokens and in the record; not its secret
	Address  string    // the client's network address
	Word     []Actor   `json:"-"` // of one of the console's own actors: the operators on whose word it acts

	// Groups asks the issuer for the actor's groups as they are now; told is false
	// where it cannot say. Nil: it cannot be asked.
	Groups func(context.Context) (names []string, told bool, err error) `json:"-"`
}

// Reason is why an operator acts; it goes into the record.
type Reason struct {
	Ticket string // the number of the case, optional
	Note   string // a sentence, required for every change
}

// UserOpts is what an action on a person may be told; each action reads what it
// has a use for.
type UserOpts struct {
	Reason
	Token string `json:"-"` // the offer's one-time token
	On    Object // what of the person it is about, as it was offered

	SendEmail      bool // mail the link to the person instead of showing it
	RevokeSessions bool // end the person's sessions as well
	OAuthTokens    bool // revoke OAuth tokens and refresh tokens as well
	ForgetDevices  bool // forget the person's remembered devices as well
	Swap           bool // take the only other limit of a role away afterwards

	Typed   string    // the login, typed out, of an account that is to be erased
	Confirm bool      // what is lost by it was read and is meant
	Scope   RoleScope // of a role that is to be assigned
	Typing  `json:"-"`

	approved *approved // set while a second person's approval is carried out
}

// Typing is what the person at the counter typed; it is passed on and never kept.
type Typing struct {
	Old, New okta.Secret // passwords
	Question string
	Answer   okta.Secret
}

// NewTyping hides what was typed at once.
func NewTyping(oldPassword, newPassword, question, answer string) Typing {
	return Typing{okta.NewSecret(oldPassword), okta.NewSecret(newPassword), question, okta.NewSecret(answer)}
}

// RoleScope is what a role to be assigned is limited to: nothing of either kind
// means everything.
type RoleScope struct {
	Groups []okta.GroupID
	Apps   []AppTarget
}

// AppTarget is an app that a role may be limited to: all of its instances, or one.
type AppTarget struct {
	App      okta.AppName
	Instance okta.AppID `json:",omitzero"` // zero: every instance
}

// Object names what of a person a change is about. The zero Object is the person;
// members that an action has no use for are zero.
type Object struct {
	Type     okta.RoleType `json:",omitzero" record:"type,public"`
	Role     okta.RoleID   `json:",omitzero" record:"role,public"`
	Group    okta.GroupID  `json:",omitzero" record:"group,public"`
	App      okta.AppName  `json:",omitzero" record:"app,public"`
	Instance okta.AppID    `json:",omitzero" record:"instance,public"`
	Client   okta.ClientID `json:",omitzero" record:"client,public"`
	Grant    okta.GrantID  `json:",omitzero" record:"grant,public"`
	Token    okta.TokenID  `json:",omitzero" record:"token,public"`
	Factor   okta.FactorID `json:",omitzero" record:"factor,public"`
	Link     okta.LinkName `json:",omitzero" record:"link,public"`
	To       okta.UserID   `json:",omitzero" record:"to,personal"` // the person at the other end of a link
}

// String is the object as the record keeps it, "name=id" words in a fixed order.
// Equal objects have equal strings.
func (o Object) String() string { return audit.Words(nil, o) }

// Outcome is what an action leaves in the actor's hands.
type Outcome struct {
	Label  string    // what Okta confirmed, as a sentence
	Once   Once      // a temporary password or link, to be shown once; mostly zero
	Person Person    // the person as Okta shows them after the action
	Seq    int64     // the row of the record
	Until  time.Time // nothing was done: it waits for a second person, at most until then
	But    string    // what of it was left undone, as a sentence; mostly empty

	yield okta.Secret // what Okta gave, until it is sealed
}

// Source says how much a sentence about a person can be relied on.
type Source string

// The three sources: Okta's own word, a conclusion from it, and neither.
const (
	Told     Source = "told by Okta"
	Inferred Source = "inferred"
	Unknown  Source = "unknown"
)

// Cause answers "why can't she sign in?" from what Okta says of the person.
type Cause struct {
	CanSignIn bool
	Why       string // one sentence
	Next      string // what to do about it, one sentence; may be empty
	Source    Source
}

// Decision is the answer to "may this actor do this to that person now?".
type Decision struct {
	Allowed bool
	Second  Role   // the lowest role of somebody else who has to approve first; empty: nobody
	Rule    string // name of the rule that decided, such as "protected.admins"
	Why     string // the refusal as a sentence; empty when allowed
	Ask     string // whom to ask; may be empty
}

// Offer is one action as the page shows it for one person.
type Offer struct {
	Spec     Spec
	On       Object // what of the person it is about; zero for the person
	Decision Decision
	Likely   bool     // the one action that this person most likely needs
	Token    string   // one-time; empty when not allowed
	Proof    bool     // a fresh sign-in is needed first
	Effects  []string // what will happen, a sentence each
	Choices  []Choice // what the operator decides in the dialog
	NoReason bool     // it may be done without saying why
	Ticket   bool     // it takes the number of a ticket
}

// Choice is a decision inside an action's dialog: a check box, or with two
// options a pair of radio buttons. Name is the form field; its value is "true" or absent/"false".
type Choice struct {
	Name  string // "send_email", "revoke_sessions", "oauth_tokens", "forget_devices"
	Label string
	Hint  string
	Other string // label of the opposite; empty for a check box
	On    bool   // what is chosen at first
}

// Read is a part of a page that Okta may refuse or fail to give.
type Read[T any] struct {
	Value T
	Err   *Error
	Kept  bool // not read again: the page keeps what it shows
}

// Person is everything a person's page shows, read at one moment.
type Person struct {
	User      okta.User
	Groups    Read[[]okta.Group]
	Roles     Read[[]okta.Role]
	Factors   Read[[]okta.Factor]
	Kind      TargetKind
	Guard     string // why the account is protected from this actor, as a sentence; empty when it is not
	GuardAsk  string // whom to ask about a protected account
	GuardRule string // the rule that protects it
	Cause     Cause
	Offers    []Offer // the allowed first, the likely one at their head
	ReadAt    time.Time

	FactorOffers []Offer // to reset one factor, in the order of Factors
}

// Whole is the person for a page that is drawn anew: it has nothing to keep, so
// what was not read again is said to be that.
func (p Person) Whole() Person {
	missing := &Error{Kind: Upstream, Msg: "They were not read again."}
	if p.Groups.Kept {
		p.Groups = Read[[]okta.Group]{Err: missing}
	}
	if p.Factors.Kept {
		p.Factors = Read[[]okta.Factor]{Err: missing}
	}
	return p
}

// Query is what an operator looks for.
type Query struct {
	Text   string
	Status okta.Status // "" for every status
	After  string      // cursor of a further page
}

// Results is a page of people found.
type Results struct {
	Query  Query
	People []okta.User
	Next   string // cursor of the next page; empty at the end
	Asked  bool   // false when there was nothing to look for
}
