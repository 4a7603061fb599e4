package views

import (
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// labelled is a value with the word before it.
type labelled struct{ Label, Value string }

// phones are the numbers on file, the one that is most the person's own first.
func phones(p okta.Profile) []labelled {
	return present(p, labelled{"Mobile", "mobilePhone"}, labelled{"Telephone", "primaryPhone"})
}

// contacts says who else can vouch for the person, and where to look.
func contacts(p okta.Profile) []labelled {
	manager := labelled{"Manager", "manager"}
	if p.Text(manager.Value) == "" {
		manager = labelled{"Manager id", "managerId"}
	}
	return present(p, manager, labelled{"Employee no.", "employeeNumber"}, labelled{"Time zone", "timezone"})
}

// present replaces the attribute named in each Value by what the profile holds,
// and drops the empty ones.
func present(p okta.Profile, wanted ...labelled) []labelled {
	var out []labelled
	for _, w := range wanted {
		if v := p.Text(w.Value); v != "" {
			out = append(out, labelled{w.Label, v})
		}
	}
	return out
}

// kindWord is the badge beside the status; an ordinary person has none.
func kindWord(k desk.TargetKind) string {
	switch k {
	case desk.Plain, "":
		return ""
	case desk.Self:
		return "Yourself"
	case desk.StaffSame, desk.StaffHigher:
		return "Console staff"
	case desk.Untouchable:
		return "Reserved account"
	case desk.SuperAdmin:
		return "Super administrator"
	case desk.OrgAdmin:
		return "Organization administrator"
	default:
		return "Administrator"
	}
}

// causeTone colours the sentence by what it means for the caller.
func causeTone(p desk.Person) string {
	if p.Cause.CanSignIn {
		return "ok"
	}
	return StatusLook(p.User.Status).Tone
}

// sourceHint says how far a sentence about a person can be relied on.
func sourceHint(s desk.Source) string {
	switch s {
	case desk.Told:
		return "Okta says so itself."
	case desk.Inferred:
		return "Concluded from what Okta says; it may have another cause."
	default:
		return "Okta does not say."
	}
}

// passwordKeeper names where the password lives when that is not Okta: a reset
// here does nothing for such a person.
func passwordKeeper(kind, name string) string {
	switch kind {
	case "", "OKTA", "IMPORT":
		return ""
	case "ACTIVE_DIRECTORY":
		return joined(" ", "Active Directory", name)
	case "LDAP":
		return joined(" ", "LDAP", name)
	case "FEDERATION":
		return joined(" ", "another identity provider", name)
	default:
		return joined(" ", kind, name)
	}
}
