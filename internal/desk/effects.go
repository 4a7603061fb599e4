package desk

import (
	"strconv"
	"strings"

	"keydesk/internal/okta"
)

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
	case "users.erase":
		return []string{"Okta forgets " + first + " for good: profile, group memberships, app assignments, factors, roles and links.", "The login becomes free. Nothing of it can be brought back."}
	}
	return accessEffects(a, first, mail)
}

// lost says what goes with an account, as far as it was read.
func lost(p Person) (out []string) {
	for _, part := range []struct {
		n         int
		one, many string
		unread    bool
	}{
		{len(p.Groups.Value), "group membership", "group memberships", p.Groups.Err != nil},
		{len(p.Roles.Value), "admin role", "admin roles", p.Roles.Err != nil},
		{len(p.Factors.Value), "enrolled factor", "enrolled factors", p.Factors.Err != nil || p.Factors.Kept},
	} {
		switch {
		case part.unread:
			out = append(out, "its "+part.many)
		case part.n == 1:
			out = append(out, "1 "+part.one)
		case part.n > 1:
			out = append(out, strconv.Itoa(part.n)+" "+part.many)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return []string{"With the account go " + strings.Join(out, ", ") + ", and every app assignment, consent, token and link."}
}

// accessEffects are the sentences of the rooms beside the lifecycle.
func accessEffects(a Action, first, mail string) []string {
	switch a {
	case "forgot_password":
		return []string{"Okta mails a recovery link to " + mail + ".", "The present password works until the link is used."}
	case "change_password":
		return []string{"A page opens for " + first + " to type in, here at the counter. Until you sign in again this session can do nothing else.", "The old password is needed. You do not learn either."}
	case "change_recovery_question":
		return []string{"A page opens for " + first + " to type in, here at the counter. Until you sign in again this session can do nothing else.", "The password is needed. You do not learn it, nor the answer."}
	case "forgot_password_recovery_question":
		return []string{"A page opens for " + first + " to type in, here at the counter. Until you sign in again this session can do nothing else.", "With the right answer Okta takes the new password. You learn neither."}
	case "users.create":
		return []string{"The account is made with what is typed here; Okta mails an activation link if it is to be active and has no password.", "Whoever holds a link or a first password becomes that person."}
	case "users.update":
		return []string{"Only what you changed is sent; the rest stays as it is.", "Recovery goes through login, e-mail, second e-mail and mobile phone: changing one of them is as good as a reset."}
	case "users.replace":
		return []string{"The profile becomes exactly what stands here; what is left out is removed.", "Recovery goes through login, e-mail, second e-mail and mobile phone: changing one of them is as good as a reset."}
	case "roles.assign":
		return []string{"The role is assigned directly, with what it is limited to."}
	case "targets.add_group", "targets.add_app", "targets.add_instance":
		return []string{"The first limit of a role takes everything else out of its reach; a further one adds to it."}
	case "targets.remove_group", "targets.remove_app", "targets.remove_instance":
		return []string{"The role no longer reaches it. The last limit cannot be taken away."}
	case "links.set":
		return []string{"An earlier link of the same kind is replaced.", "Apps and workflows that ask for this relationship see the new person at once."}
	case "links.remove":
		return []string{"Both people lose the link; their accounts stay as they are."}
	case "roles.remove":
		return []string{first + " loses the role and everything it was limited to.", "What was done with it stays done."}
	case "targets.add_all_apps":
		return []string{"The role covers every app, those of the future too.", "All present limits of the role are dropped; they are not kept anywhere but in the record."}
	case "grants.revoke", "grants.revoke_client", "grants.revoke_all":
		return []string{"The apps are asked for consent again at the next sign-in.", "Access tokens already given stay valid until they expire."}
	case "sessions.revoke_token", "sessions.revoke_tokens":
		return []string{"The app can no longer stay signed in by it; " + first + " signs in there again.", "Access tokens born of it die with it; others stay until they expire."}
	case "factors.reset":
		return []string{"This factor is removed; the others stay.", first + " enrols it again at a sign-in that asks for it."}
	}
	return nil
}
