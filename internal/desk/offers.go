package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// dress adds to a guarded person what their first page shows beside: why they
// cannot sign in, and what the one who looks may do.
func (d *Desk) dress(who Actor, p *Person, on Standing) {
	p.Cause = cause(p.User)
	likely := likelyAction(p.User)
	for _, s := range catalog {
		if s.ofPerson() {
			o := d.offer(who, p.User, on, s.Action, Object{}, "")
			o.Likely = s.Action == likely
			if s.Action == "users.erase" {
				o.Effects = append(lost(*p), o.Effects...)
			}
			p.Offers = append(p.Offers, o)
		}
	}
	slices.SortStableFunc(p.Offers, func(a, b Offer) int { return place(a) - place(b) })
}

// ofPerson reports whether the action is about the person and needs nothing but a
// dialog: it is offered beside their name.
func (s Spec) ofPerson() bool {
	return s.Risk != Reading && (s.Room == "lifecycle" || s.Room == "credentials" || s.Action == "clear_sessions" || s.Action == "users.erase")
}

// guard says what kind of account it is, and to whoever may change people
// whether this one is open to them.
func (d *Desk) guard(who Actor, p *Person, on Standing) {
	p.Kind = on.kind(who)
	if !d.policy.mayChange(who) {
		return
	}
	dec := decideMapped(who)
	if dec.Allowed && !d.policy.mayChange(counted(who, on)) {
		dec = d.policy.decideScope(who, Spec{Perm: ActLifecycle}, on)
	}
	if dec.Allowed {
		dec = d.policy.decideTarget(who, on)
	}
	p.Guard, p.GuardAsk, p.GuardRule = dec.Why, dec.Ask, dec.Rule
}

// offer is one action on one object of a person, as it stands now. The rules are
// what the room itself has to say; state is what the page shows of the object.
func (d *Desk) offer(who Actor, u okta.User, on Standing, a Action, about Object, state string, rules ...Decision) Offer {
	s := spec(a)
	o := Offer{Spec: s, On: about, Effects: effects(a, u), Choices: choices(a), NoReason: !d.policy.NeedsReason(s), Ticket: d.policy.NeedsTicket(s), Decision: Decision{Allowed: true}}
	for _, dec := range append([]Decision{d.policy.decide(who, s, on), stateRule(a, u)}, rules...) {
		if !dec.Allowed {
			o.Decision = dec
			return o
		}
		o.Decision = o.Decision.stricter(dec)
	}
	if o.Decision.Second != "" && mailable(a) { // whoever approves would see the link
		o.Choices = slices.DeleteFunc(o.Choices, func(c Choice) bool { return c.Name == sendEmail })
		o.Effects = append(o.Effects, "The link is mailed. Nobody here sees it, since two have a hand in this.")
	}
	for i := range o.Choices {
		if o.Choices[i].Name == sendEmail && !d.policy.May(who, ShowSecrets) {
			o.Choices[i].Other = "" // nothing to choose: it is mailed
		}
	}
	o.Proof = !d.Proven(who, s, 0)
	o.Token = d.issue(who, a, u, on, about, state)
	return o
}

// place sorts offers: the likely action first, then what is allowed in the order
// in which calls ask for it, then what is not allowed.
func place(o Offer) int {
	n := slices.Index([]Action{
		"unlock", "unsuspend", "activate", "reset_password", "suspend", "clear_sessions", "expire_password_with_temp_password",
		"reactivate", "reset_factors", "expire_password", "forgot_password", "change_password", "change_recovery_question", "forgot_password_recovery_question",
		"deactivate", "users.erase",
	}, o.Spec.Action)
	switch {
	case !o.Decision.Allowed:
		return n + 100
	case o.Likely:
		return -1
	}
	return n
}

// likelyAction is what somebody in this state most often calls for; none where
// the password is kept elsewhere.
func likelyAction(u okta.User) Action {
	switch u.Status {
	case okta.LockedOut:
		return "unlock"
	case okta.Suspended:
		return "unsuspend"
	case okta.Staged, okta.Deprovisioned:
		return "activate"
	case okta.Provisioned:
		return "reactivate"
	}
	if keptElsewhere(u) {
		return ""
	}
	return "reset_password"
}

// lawful are the statuses in which Okta's documentation allows an action, and
// the link that a person carries where Okta allows it beyond that.
func lawful(a Action) (statuses []okta.Status, link string) {
	all := []okta.Status{okta.Staged, okta.Provisioned, okta.Active, okta.Recovery, okta.PasswordExpired, okta.LockedOut, okta.Suspended}
	switch a {
	case "activate":
		return []okta.Status{okta.Staged, okta.Deprovisioned}, "activate"
	case "reactivate":
		return []okta.Status{okta.Provisioned, okta.Recovery}, "reactivate"
	case "deactivate":
		return all, "deactivate"
	case "suspend":
		return []okta.Status{okta.Active}, "suspend"
	case "unsuspend":
		return []okta.Status{okta.Suspended}, "unsuspend"
	case "unlock":
		return []okta.Status{okta.LockedOut}, "unlock"
	case "reset_password":
		return []okta.Status{okta.Provisioned, okta.Active, okta.Recovery, okta.PasswordExpired, okta.LockedOut}, "resetPassword"
	case "expire_password", "expire_password_with_temp_password":
		return []okta.Status{okta.Active, okta.PasswordExpired}, "expirePassword"
	case "reset_factors":
		return all, "resetFactors"
	case "forgot_password", "forgot_password_recovery_question":
		return []okta.Status{okta.Active}, "forgotPassword"
	case "change_password":
		return []okta.Status{okta.Staged, okta.Active, okta.PasswordExpired, okta.Recovery}, "changePassword"
	case "change_recovery_question":
		return []okta.Status{okta.Staged, okta.Active, okta.Recovery}, "changeRecoveryQuestion"
	case "users.update", "users.replace":
		return all, ""
	case "users.erase":
		return []okta.Status{okta.Deprovisioned}, "" // whatever link there is: in another status it deactivates
	}
	return append(all, okta.Deprovisioned), ""
}

// Lawful are the statuses in which Okta's documentation allows an action.
func Lawful(a Action) []okta.Status {
	statuses, _ := lawful(a)
	return statuses
}

// stateRule says whether Okta allows the action in the status that the person
// has. A status that this console does not know allows nothing.
func stateRule(a Action, u okta.User) Decision {
	statuses, link := lawful(a)
	switch {
	case !u.Status.Known():
		return refuse("state.unknown", fmt.Sprintf("Okta says the status is %q, which this console does not know; nothing is changed in it.", u.Status), "Use Okta's own console.")
	case slices.Contains(withPassword(), a) && !u.Credentials.HasPassword():
		return refuse("state.password", "Okta holds no password for "+u.Name()+" that could be changed.", "")
	case a == "forgot_password_recovery_question" && u.Credentials.RecoveryQuestion.Question == "":
		return refuse("state.question", u.Name()+" has set no recovery question.", "")
	case slices.Contains(statuses, u.Status) || link != "" && u.Allows(link):
		return Decision{Allowed: true}
	}
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = StatusWord(s)
	}
	return refuse("state", fmt.Sprintf("Okta allows this only for accounts that are %s; this one is %s.", list(words), StatusWord(u.Status)), "")
}

// withPassword are the actions that a person without a password of Okta's has no
// use for.
func withPassword() []Action {
	return []Action{"change_password", "change_recovery_question", "forgot_password_recovery_question"}
}

// sendEmail is the choice between a link that is mailed and one that is shown.
const sendEmail = "send_email"

// mailable reports whether an action makes such a link.
func mailable(a Action) bool {
	return slices.ContainsFunc(choices(a), func(c Choice) bool { return c.Name == sendEmail })
}

// choices are what an operator decides in an action's dialog.
func choices(a Action) []Choice {
	mail := Choice{Name: sendEmail, Label: "Mail the link to the person", Other: "Show me the link once", On: true}
	revoke := Choice{Name: "revoke_sessions", Label: "End all sessions too", Hint: "Choose this when somebody else may be signed in."}
	switch a {
	case "activate", "reactivate":
		return []Choice{mail}
	case "reset_password":
		return []Choice{mail, revoke}
	case "expire_password_with_temp_password":
		return []Choice{revoke}
	case "clear_sessions":
		return []Choice{
			{Name: "oauth_tokens", Label: "Revoke OAuth and refresh tokens too", Hint: "Signs apps out that stay signed in by a token."},
			{Name: "forget_devices", Label: "Forget remembered devices too", Hint: "Devices are asked for a factor again.", On: true},
		}
	}
	return nil
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d minutes", int(d.Minutes())) }
