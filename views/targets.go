package views

import (
	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// reach is how far a role goes, as one sentence that cannot be taken for less.
type reach struct {
	Tone string // class of the banner
	Says string
}

func (r reach) glyph() Glyph {
	if r.Tone == "warn" {
		return "triangle-alert"
	}
	return "info"
}

// roleReaches says it of one assignment, as far as its limits were read.
func roleReaches(r okta.Role, targets desk.Read[[]desk.Target]) reach {
	switch {
	case targets.Err != nil:
		return reach{"warn", "How far this role reaches is not known: its limits could not be read. It may reach everything."}
	case len(targets.Value) > 0:
		return reach{"info", "This role reaches " + plural(len(targets.Value), oneOf(r.Type), limits(r.Type)) + " and nothing else."}
	}
	return typeReaches(r.Type)
}

// typeReaches says it of a role without a limit.
func typeReaches(t okta.RoleType) reach {
	switch {
	case limits(t) != "":
		return reach{"warn", "No limit is set: this role reaches everything, that is " + unlimited(t) + "."}
	case t == okta.Custom:
		return reach{"info", "This role reaches what its resource set holds. That is seen in Okta’s own console."}
	case roleReach(okta.Role{Type: t}) == "the whole organisation":
		return reach{"info", "This role reaches the whole organisation. Roles of this type cannot be limited."}
	}
	return reach{"warn", "How far roles of this type reach is not known here. It may be everything."}
}

// oneOf is the singular of limits.
func oneOf(t okta.RoleType) string {
	if t.AppTargets() {
		return "app"
	}
	return "group"
}

// targetOffers are all that may be done on a role's page, each once: instances of
// one app that were found share the offer to add all of them.
func targetOffers(p desk.RolePage) []desk.Offer {
	all := append([]desk.Offer{p.Remove, p.AllApps}, offersOn(p.Targets.Value)...)
	all = append(all, offersOn(p.Found.Value)...)
	var out []desk.Offer
	seen := map[string]bool{}
	for _, o := range all {
		if id := dialogID(o); o.Spec.Action != "" && !seen[id] {
			seen[id] = true
			out = append(out, o)
		}
	}
	return out
}

// offersOn are those of all targets of a list.
func offersOn(list []desk.Target) []desk.Offer {
	var out []desk.Offer
	for _, t := range list {
		out = append(out, t.Offers...)
	}
	return out
}

// another asks for the first limit of a role, or for one more.
func another(limited int, t okta.RoleType) string {
	switch {
	case limited > 0:
		return "another " + oneOf(t)
	case t.AppTargets():
		return "an app"
	}
	return "a group"
}
