package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/okta"
)

// dress adds to a person what depends on who looks: whether the account is
// protected from them, why the person cannot sign in, and what may be done.
func (d *Desk) dress(who Actor, p *Person, on Standing) {
	p.Kind = on.kind(who)
	p.Cause = cause(p.User)
	likely := likelyAction(p.User)
	for _, s := range Catalog() {
		if s.Risk == Reading {
			continue
		}
		o := Offer{Spec: s, Decision: decide(who, s, on), Likely: s.Action == likely, Effects: effects(s.Action, p.User), Choices: choices(s.Action)}
		if o.Decision.Allowed {
			o.Decision = stateRule(s.Action, p.User)
		} else if o.Decision.Rule != "permission."+string(s.Perm) {
			p.Guard, p.GuardAsk, p.GuardRule = o.Decision.Why, o.Decision.Ask, o.Decision.Rule
		}
		if o.Decision.Allowed {
			o.Token = d.issue(who, s.Action, p.User, on)
		}
		p.Offers = append(p.Offers, o)
	}
	slices.SortStableFunc(p.Offers, func(a, b Offer) int { return place(a) - place(b) })
}

// place sorts offers: the likely action first, then what is allowed in the order
// in which calls ask for it, then what is not allowed.
func place(o Offer) int {
	n := slices.Index([]Action{
		"unlock", "unsuspend", "activate", "reset_password", "suspend", "clear_sessions", "expire_password_with_temp_password",
		"reactivate", "reset_factors", "expire_password", "deactivate",
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
	}
	return append(all, okta.Deprovisioned), ""
}

// stateRule says whether Okta allows the action in the status that the person
// has. A status that this console does not know allows nothing.
func stateRule(a Action, u okta.User) Decision {
	statuses, link := lawful(a)
	switch {
	case !u.Status.Known():
		return refuse("state.unknown", fmt.Sprintf("Okta says the status is %q, which this console does not know; nothing is changed in it.", u.Status), "Use Okta's own console.")
	case slices.Contains(statuses, u.Status) || link != "" && u.Allows(link):
		return Decision{Allowed: true}
	}
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = StatusWord(s)
	}
	return refuse("state", fmt.Sprintf("Okta allows this only for accounts that are %s; this one is %s.", list(words), StatusWord(u.Status)), "")
}

// effects are the sentences of an action's dialog: what will happen.
func effects(a Action, u okta.User) []string {
	first := u.Profile.FirstName()
	if first == "" {
		first = u.Name()
	}
	mail := u.Profile.Email()
	switch a {
	case "activate":
		return []string{"The account becomes usable; " + first + " finishes the set-up with a link.", "The link goes to " + mail + ", or is shown to you once."}
	case "reactivate":
		return []string{"Okta makes a new activation link; an older one stops working.", "The link goes to " + mail + ", or is shown to you once."}
	case "deactivate":
		return []string{"Okta removes " + first + " from every app and ends every session.", "Activating later starts the account anew: app assignments that were removed do not come back by themselves."}
	case "suspend":
		return []string{first + " is signed out and cannot sign in until somebody ends the suspension.", "Groups, apps and factors stay. It can be undone with Unsuspend."}
	case "unsuspend":
		return []string{first + " can sign in again with the same password and factors.", "If the suspension was a containment, it ends here."}
	case "unlock":
		return []string{first + " can try to sign in again.", "The password does not change. Too many wrong tries lock the account again."}
	case "reset_password":
		return []string{"The old password stops working; the account waits for a new one.", "The link goes to " + mail + ", or is shown to you once."}
	case "expire_password":
		return []string{first + " must choose a new password at the next sign-in.", "The old password is needed once more for that."}
	case "expire_password_with_temp_password":
		return []string{"The old password stops working; a temporary one is shown to you once.", first + " must replace it at the next sign-in."}
	case "reset_factors":
		return []string{"Every enrolled factor is removed; it cannot be undone.", first + " enrolls again at the next sign-in. Whoever has the password then needs nothing else."}
	case "clear_sessions":
		return []string{first + " is signed out of Okta everywhere and has to sign in again.", "Apps with sessions of their own may stay open until those end."}
	}
	return nil
}

// choices are what an operator decides in an action's dialog.
func choices(a Action) []Choice {
	mail := Choice{Name: "send_email", Label: "Mail the link to the person", Other: "Show me the link once", On: true}
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

// words are the choices as the record keeps them.
func (o UserOpts) words(a Action) string {
	on := map[string]bool{"send_email": o.SendEmail, "revoke_sessions": o.RevokeSessions, "oauth_tokens": o.OAuthTokens, "forget_devices": o.ForgetDevices}
	var out []string
	for _, c := range choices(a) {
		out = append(out, fmt.Sprintf("%s=%t", c.Name, on[c.Name]))
	}
	return strings.Join(out, " ")
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d minutes", int(d.Minutes())) }
