package desk

import "keydesk/internal/okta"

// AccessPage is what a person can reach.
type AccessPage struct {
	Person Person
	Apps   Read[[]okta.AppLink]
	IDPs   Read[[]okta.IdentityProvider]
}

// LinkQuery is what the page of linked people is asked for.
type LinkQuery struct {
	Name okta.LinkName // the relationship that somebody is searched for, or one asked for by name
	Text string        // who is searched for
}

// LinksPage is how a person is linked to others.
type LinksPage struct {
	Person Person
	Query  LinkQuery
	Kinds  Read[[]LinkKind] // one for each relationship that the organisation defined
	Found  Read[[]Candidate]
}

// LinkKind is one relationship of a person in both directions.
type LinkKind struct {
	Def        okta.LinkDefinition
	Primary    Read[[]okta.User] // whom the person has as, say, manager: at most one
	Associated Read[[]okta.User] // who has the person as that
	Set        Decision          // whether the actor may link the person at all
	Remove     Offer
}

// Candidate is somebody whom the person may be linked to.
type Candidate struct {
	User okta.User
	Set  Offer
}

// RolesPage is which admin roles a person holds, and over what.
type RolesPage struct {
	Person Person
	Held   []HeldRole
	Assign Decision // whether the actor may assign any
}

// HeldRole is one assignment. Okta's role ids are not unique: a direct one and one
// held through a group may share theirs.
type HeldRole struct {
	Role    okta.Role
	Through string // name of the group that it is held through; empty when held directly
	Targets Read[[]Target]
}

// Target is one thing that a role is, or may be, limited to.
type Target struct {
	Label  string
	Note   string // what tells it from others of that name
	On     Object
	Offers []Offer // what may be done with it; none where the page is only read
}

// RolePage is one admin role of a person.
type RolePage struct {
	Person  Person
	Role    okta.Role
	Through string
	Targets Read[[]Target]
	Text    string         // what is searched for among groups or apps
	Found   Read[[]Target] // groups or apps that the role may be limited to
	AllApps Offer          // for a role over apps that is limited
	Remove  Offer
}

// RoleChoice is a role that is being put together.
type RoleChoice struct {
	Type  okta.RoleType // empty: not chosen yet
	Scope RoleScope
	Text  string // what is searched for among groups or apps
}

// AssignPage is a role on its way to a person.
type AssignPage struct {
	Person Person
	Choice RoleChoice
	Types  []RoleOption
	Chosen []Target
	Found  Read[[]Target]
	Assign Offer
}

// RoleOption is a type of role, and whether the actor may assign it.
type RoleOption struct {
	Type     okta.RoleType
	Decision Decision
}

// SignInsPage is what keeps a person signed in.
type SignInsPage struct {
	Person    Person
	Clients   Read[[]okta.OAuthClient]
	Grants    Read[okta.Page[okta.Grant]]
	Blocks    Read[[]okta.Block]
	Events    Read[[]okta.LogEvent]
	Clear     Offer // end sessions
	RevokeAll Offer // every consent
}

// ClientPage is what one client holds of a person.
type ClientPage struct {
	Person       Person
	Client       okta.OAuthClient
	Grants       Read[okta.Page[okta.Grant]]
	Tokens       Read[okta.Page[okta.RefreshToken]]
	RevokeGrants Offer
	RevokeTokens Offer
}

// GrantPage is one consent of a person.
type GrantPage struct {
	Person Person
	Grant  okta.Grant
	Revoke Offer
}

// TokenPage is one refresh token of a person.
type TokenPage struct {
	Person Person
	Token  okta.RefreshToken
	Revoke Offer
}
