package desk

import (
	"fmt"

	"keydesk/internal/okta"
)

// StatusWord is an Okta status as Okta's own console writes it; a status that
// is not known is returned as it came.
func StatusWord(s okta.Status) string {
	switch s {
	case okta.Staged:
		return "Staged"
	case okta.Provisioned:
		return "Pending user action"
	case okta.Active:
		return "Active"
	case okta.Recovery:
		return "Password reset"
	case okta.PasswordExpired:
		return "Password expired"
	case okta.LockedOut:
		return "Locked out"
	case okta.Suspended:
		return "Suspended"
	case okta.Deprovisioned:
		return "Deactivated"
	}
	return string(s)
}

// cause answers "why can't they sign in?" from the status, which is Okta's own
// word, or says that the account is no hindrance and what to look at next.
func cause(u okta.User) Cause {
	who := u.Profile.FirstName()
	if who == "" {
		who = u.Name()
	}
	switch u.Status {
	case okta.LockedOut:
		if p := u.Credentials.Provider; p.Type == "ACTIVE_DIRECTORY" || p.Type == "LDAP" {
			return Cause{Why: who + " is locked out after too many wrong passwords.", Next: "The password is kept by " + p.Name + "; Okta may refuse to unlock it, so unlock it there.", Source: Told}
		}
		return Cause{Why: who + " is locked out after too many wrong passwords.", Next: "Unlock the account. If the password is forgotten, reset it instead: that unlocks too.", Source: Told}
	case okta.Suspended:
		return Cause{Why: who + "'s account is suspended: somebody stopped it on purpose.", Next: "Find out why before you end the suspension; the record may say who did it.", Source: Told}
	case okta.Deprovisioned:
		return Cause{Why: who + "'s account is deactivated, as it is for people who left.", Next: "Activating it is for whoever decides that the person is back.", Source: Told}
	case okta.Staged:
		return Cause{Why: who + "'s account was created and never activated.", Next: "Activate it; the person then sets a password.", Source: Told}
	case okta.Provisioned:
		return Cause{Why: who + " was invited and has not finished setting the account up.", Next: "Resend the activation link.", Source: Told}
	case okta.Recovery:
		return Cause{Why: who + "'s password was reset and no new one is set yet.", Next: "Ask whether the reset mail arrived; otherwise reset again.", Source: Told}
	case okta.PasswordExpired:
		return Cause{Why: who + "'s password has expired or is temporary.", Next: "Signing in once asks for a new one. If the old one is forgotten, reset it.", Source: Told}
	case okta.Active:
		return activeCause(who, u)
	}
	return Cause{Why: fmt.Sprintf("Okta says the status is %q, which this console does not know.", u.Status), Next: "Look in Okta's own console.", Source: Unknown}
}

// keptElsewhere reports whether another system checks the password. An imported
// one is checked by Okta.
func keptElsewhere(u okta.User) bool {
	switch u.Credentials.Provider.Type {
	case "", "OKTA", "IMPORT":
		return false
	}
	return true
}

// activeCause is about somebody whom the account does not stop.
func activeCause(who string, u okta.User) Cause {
	c := Cause{CanSignIn: true, Source: Inferred}
	switch {
	case keptElsewhere(u):
		c.Why = who + "'s password is kept outside Okta (" + u.Credentials.Provider.Name + ")."
		c.Next = "A forgotten or locked password is mended there, not here."
	case u.LastLogin.IsZero():
		c.Why = "Nothing in the account stops " + who + ", who has never signed in so far."
		c.Next = "Check the login and whether the activation mail arrived; a reset sends a new link."
	default:
		c.Why = "Nothing in the account stops " + who + " from signing in."
		c.Next = "Ask what the screen says: a forgotten password, a lost factor or a policy looks like this."
	}
	return c
}

// Statuses are the statuses that people can be filtered by, the ones that bring
// people to the phone first.
func Statuses() []okta.Status {
	return []okta.Status{okta.LockedOut, okta.PasswordExpired, okta.Recovery, okta.Suspended, okta.Provisioned, okta.Staged, okta.Active, okta.Deprovisioned}
}
