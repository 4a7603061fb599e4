package rolemap

import (
	"fmt"
	"time"

	"keydesk/internal/okta"
)

// MarkName names a risk.
type MarkName string

// The risks, the heaviest first.
const (
	Gone       MarkName = "gone" // deactivated or suspended, and still assigned
	NoFactor   MarkName = "nofactor"
	ManySuper  MarkName = "super"   // more than one role of the highest class
	Unreadable MarkName = "unknown" // what it reaches could not be read
	NeverIn    MarkName = "never"   // never signed in
	Dormant    MarkName = "dormant"
	Wide       MarkName = "everything" // everything in scope
	PastUs     MarkName = "outside"    // granted outside Keydesk
)

// AnyMark stands for each of the risks in a filter.
const AnyMark MarkName = "any"

// MarkNames are the risks, the heaviest first.
func MarkNames() []MarkName {
	return []MarkName{Gone, NoFactor, ManySuper, Unreadable, NeverIn, Dormant, Wide, PastUs}
}

// on reports whether an assignment carries the risk that a filter asks for; the empty
// name asks for none.
func (n MarkName) on(a Assignment) bool {
	return n == "" || n == AnyMark && len(a.Marks) > 0 || a.Has(n)
}

// Label is the risk in two or three words.
func (n MarkName) Label() string {
	switch n {
	case Gone:
		return "account not in use"
	case ManySuper:
		return "several super roles"
	case Wide:
		return "everything in scope"
	case NoFactor:
		return "no factor"
	case NeverIn:
		return "never signed in"
	case Dormant:
		return "dormant"
	case PastUs:
		return "granted outside Keydesk"
	case Unreadable:
		return "reach not known"
	}
	return string(n)
}

// dormantAfter is how long somebody has not signed in who is dormant.
const dormantAfter = 90 * 24 * time.Hour

// mark gives each assignment its risks. All of a person's have to be among them.
func mark(all []Assignment, now time.Time) {
	super := map[okta.UserID]int{}
	for _, a := range all {
		if superClass(a.Type) {
			super[a.Person.ID]++
		}
	}
	for i, a := range all {
		all[i].Marks = a.marks(super[a.Person.ID], now)
	}
}

// superClass are the roles whose holder can do, or come to do, everything.
func superClass(t okta.RoleType) bool { return t == okta.SuperAdmin || t == okta.OrgAdmin }

func (a Assignment) marks(super int, now time.Time) []Mark {
	why := map[MarkName]string{}
	p := a.Person
	switch p.Status {
	case okta.Deprovisioned:
		why[Gone] = "The account is deactivated and still holds the role: whoever activates it gets the role back."
	case okta.Suspended:
		why[Gone] = "The account is suspended and still holds the role: it comes back with the end of the suspension."
	}
	if super > 1 && superClass(a.Type) {
		why[ManySuper] = fmt.Sprintf("The person holds %d assignments that each reach nearly everything: to take one away changes little.", super)
	}
	switch a.Reach {
	case Everything:
		why[Wide] = "No limit is set: the role reaches " + everything(a.Type) + "."
	case Unknown:
		why[Unreadable] = "What the role reaches could not be read, so it may be everything."
	}
	if p.Factors == 0 && why[Gone] == "" {
		why[NoFactor] = "No second factor is enrolled: the password alone opens the role."
	}
	switch ago := now.Sub(p.LastLogin); {
	case why[Gone] != "":
	case p.LastLogin.IsZero():
		why[NeverIn] = "Nobody has ever signed in to this account."
	case ago > dormantAfter:
		why[Dormant] = fmt.Sprintf("The last sign-in was %d days ago.", int(ago/(24*time.Hour)))
	}
	if a.Outside {
		why[PastUs] = "The record was kept when the role was granted, and does not know of it: it was granted outside Keydesk."
	}
	var out []Mark
	for _, n := range MarkNames() {
		if why[n] != "" {
			out = append(out, Mark{n, n.Label(), why[n]})
		}
	}
	return out
}

// Has reports whether the assignment carries a risk.
func (a Assignment) Has(n MarkName) bool {
	for _, m := range a.Marks {
		if m.Name == n {
			return true
		}
	}
	return false
}
