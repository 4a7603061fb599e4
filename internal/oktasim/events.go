package oktasim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An event is one line of the system log.
type event struct {
	seq           int
	at            time.Time
	kind, message string
	result        string // SUCCESS or FAILURE
	reason        string
	actor, target party
	into          party // the group that somebody joined or left, which is a target too; zero: none
}

// A party is who did something, or whom it was done to, as they were then.
type party struct{ kind, id, login, name string }

func (p *person) party() party { return party{"User", p.id, p.login(), p.display()} }

// Events are the newest lines of the system log, oldest first. Org.mu guards
// them.
type events struct {
	seq  int
	list []event
}

const eventsKept = 5000

func (e *events) add(v event) {
	e.seq++
	v.seq = e.seq
	if len(e.list) >= 2*eventsKept {
		e.list = slices.Delete(e.list, 0, eventsKept)
	}
	e.list = append(e.list, v)
}

// note writes down that a call changed a person. The token's owner did it, or
// the service app that called.
func (e *events) note(o *Org, c *call, p *person) {
	kind, message := eventOf(c.route.Name, p)
	v := event{at: c.now, kind: kind, message: message, result: "SUCCESS", target: p.party()}
	if owner := o.find(o.owner); c.client != "" {
		v.actor = party{"PublicClientApp", c.client, c.client, c.client}
	} else if owner != nil {
		v.actor = owner.party()
	}
	e.add(v)
}

// membership writes down that somebody joined a group or left it, in Okta's own console
// say.
func (e *events) membership(p *person, g *group, joined bool, at time.Time) {
	v := event{at: at, kind: "group.user_membership.remove", message: "Remove user from group membership", result: "SUCCESS", target: p.party(), into: party{"UserGroup", g.id, g.name, g.name}}
	if joined {
		v.kind, v.message = "group.user_membership.add", "Add user to group membership"
	}
	v.actor = party{"SystemPrincipal", "unknown", "system@okta.com", "Okta System"}
	e.add(v)
}

// eventOf names what an operation did. Operations without a name of Okta's that
// is known are written down as a change of the account.
func eventOf(operation string, p *person) (kind, message string) {
	if operation == "DeactivateOrDeleteUser" && p.gone {
		return "user.lifecycle.delete.initiated", "Delete Okta user initiated"
	}
	for _, e := range []struct{ operation, kind, message string }{
		{"CreateUser", "user.lifecycle.create", "Create Okta user"},
		{"PartialUpdateUser", "user.account.update_profile", "Update user profile for Okta"},
		{"UpdateUser", "user.account.update_profile", "Update user profile for Okta"},
		{"DeactivateOrDeleteUser", "user.lifecycle.deactivate", "Deactivate Okta user"},
		{"DeactivateUser", "user.lifecycle.deactivate", "Deactivate Okta user"},
		{"ActivateUser", "user.lifecycle.activate", "Activate Okta user"},
		{"ReactivateUser", "user.lifecycle.reactivate", "Reactivate Okta user"},
		{"SuspendUser", "user.lifecycle.suspend", "Suspend Okta user"},
		{"UnsuspendUser", "user.lifecycle.unsuspend", "Unsuspend Okta user"},
		{"UnlockUser", "user.account.unlock", "Unlock user account"},
		{"ExpirePassword", "user.account.expire_password", "Expire user password"},
		{"ExpirePasswordAndGetTemporaryPassword", "user.account.expire_password", "Expire user password"},
		{"ResetPassword", "user.account.reset_password", "User reset password for Okta"},
		{"ForgotPassword", "user.account.reset_password", "User reset password for Okta"},
		{"ChangePassword", "user.account.update_password", "User update password for Okta"},
		{"ForgotPasswordSetNewPassword", "user.account.update_password", "User update password for Okta"},
		{"ResetFactors", "user.mfa.factor.reset_all", "Reset all factors for user"},
		{"UnenrollFactor", "user.mfa.factor.deactivate", "Reset factor for user"},
		{"ClearUserSessions", "user.session.clear", "Clear user session"},
		{"AssignRoleToUser", "user.account.privilege.grant", "Grant user privilege"},
		{"RemoveRoleFromUser", "user.account.privilege.revoke", "Revoke user privilege"},
	} {
		if e.operation == operation {
			return e.kind, e.message
		}
	}
	return "user.account.update", operation
}

// foundEvents writes the sign-ins that locked people out.
func (s *seeder) foundEvents() {
	var all []event
	for _, p := range s.org.people {
		if p.status != lockedOut {
			continue
		}
		who := p.party()
		for i := range 5 {
			all = append(all, event{
				at: p.statusChanged.Add(time.Duration(i-5) * 20 * time.Second), kind: "user.session.start", message: "User login to Okta",
				result: "FAILURE", reason: "INVALID_CREDENTIALS", actor: who, target: who,
			})
		}
		all = append(all, event{
			at: p.statusChanged, kind: "user.account.lock", message: "Max sign in attempts exceeded",
			result: "FAILURE", reason: "LOCKED_OUT", actor: who, target: who,
		})
	}
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.actor.id, b.actor.id)) })
	for _, e := range all {
		s.org.events.add(e)
	}
}

// uuid is the same for the same line of the same company.
func (e event) uuid(seed uint64) string {
	a := mix(seed ^ mix(uint64(e.seq))) //nolint:gosec // a count is never negative
	b := mix(a)
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}
