package desk

// Action names one thing that can be done through the desk.
type Action string

// Perm is a right that roles carry.
type Perm string

// The permissions of the rooms furnished so far.
const (
	ReadUsers     Perm = "users.read"
	ActLifecycle  Perm = "lifecycle.act"
	ActSessions   Perm = "sessions.act"
	ReadRecord    Perm = "record.read"
	ReadOwnRecord Perm = "record.own"
)

// Risk is the class of an operation: what harm it does in the wrong hands.
type Risk string

// The classes, after the threats they stand for.
const (
	Reading     Risk = "reading"
	Restoring   Risk = "restoring"
	Destructive Risk = "destructive"
	Takeover    Risk = "takeover"
	Privilege   Risk = "privilege"
)

// Spec is the row of one operation in the catalogue.
type Spec struct {
	Action  Action
	Op      string // name of the operation in Okta's User API
	Room    string
	Perm    Perm
	Risk    Risk
	Title   string // the button: a verb
	Confirm string // the dialog's heading, a verb with %s for the person's name
}

// TargetKind says what kind of account a person's is, for the rank that a
// change to it needs.
type TargetKind string

// The kinds of target, as far as they can be told apart.
const (
	Plain        TargetKind = "person without a role"
	LimitedAdmin TargetKind = "admin limited by targets"
	LesserAdmin  TargetKind = "holder of a lesser role"
	OrgAdmin     TargetKind = "organization administrator"
	SuperAdmin   TargetKind = "super administrator"
	GroupAdmin   TargetKind = "admin through a group"
	CustomAdmin  TargetKind = "holder of a custom or unknown role"
	StaffSame    TargetKind = "console staff of the same tier"
	StaffHigher  TargetKind = "console staff of a higher tier"
	Untouchable  TargetKind = "the credential's owner or a break-glass account"
	Self         TargetKind = "oneself"
)

// Catalog lists every operation that the desk offers, in room order.
func Catalog() []Spec {
	return []Spec{
		{"users.list", "ListUsers", "users", ReadUsers, Reading, "Find people", ""},
		{"users.get", "GetUser", "users", ReadUsers, Reading, "Show a person", ""},
		{"activate", "ActivateUser", "lifecycle", ActLifecycle, Takeover, "Activate", "Activate %s"},
		{"deactivate", "DeactivateUser", "lifecycle", ActLifecycle, Destructive, "Deactivate", "Deactivate %s"},
		{"reactivate", "ReactivateUser", "lifecycle", ActLifecycle, Takeover, "Resend activation", "Resend activation to %s"},
		{"suspend", "SuspendUser", "lifecycle", ActLifecycle, Destructive, "Suspend", "Suspend %s"},
		{"unsuspend", "UnsuspendUser", "lifecycle", ActLifecycle, Restoring, "Unsuspend", "Unsuspend %s"},
		{"unlock", "UnlockUser", "lifecycle", ActLifecycle, Restoring, "Unlock", "Unlock %s"},
		{"reset_password", "ResetPassword", "lifecycle", ActLifecycle, Takeover, "Reset password", "Reset the password of %s"},
		{"expire_password", "ExpirePassword", "lifecycle", ActLifecycle, Takeover, "Expire password", "Expire the password of %s"},
		{"expire_password_with_temp_password", "ExpirePasswordAndGetTemporaryPassword", "lifecycle", ActLifecycle, Takeover, "Temporary password", "Set a temporary password for %s"},
		{"reset_factors", "ResetFactors", "lifecycle", ActLifecycle, Takeover, "Reset factors", "Reset the factors of %s"},
		{"access.groups", "ListUserGroups", "access", ReadUsers, Reading, "Show groups", ""},
		{"roles.list", "ListAssignedRolesForUser", "roles", ReadUsers, Reading, "Show admin roles", ""},
		{"clear_sessions", "ClearUserSessions", "sessions", ActSessions, Destructive, "End sessions", "End the sessions of %s"},
	}
}

// spec is the catalogue's row of an action; the zero Spec for one outside it.
func spec(a Action) Spec {
	for _, s := range Catalog() {
		if s.Action == a {
			return s
		}
	}
	return Spec{Action: a, Risk: Reading, Perm: ReadUsers}
}

// SpecOf is the catalogue's row of an action, and whether there is one.
func SpecOf(a Action) (Spec, bool) {
	s := spec(a)
	return s, s.Op != ""
}
